/*
 * http_ndjson.c - records as lines of a body: POST /ingest, or the setting `path`.
 * What a line is, JSON or text, is its format's affair. A body that begins with [
 * is still taken by lines.
 */
#include "collect/http_source.h"

static enum http_claim claims(enum http_method method, str path, str own_path)
{
    return (method == HTTP_POST || method == HTTP_PUT) && str_eq(path, own_path) ? HTTP_WITH_TOKEN
                                                                                 : HTTP_NOT_OURS;
}

static void decode(const struct http_call *c, struct http_take *t)
{
    for (str rest = c->body; rest.n;) {
        str line = str_cut(&rest, '\n');
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n)
            http_take_add(t, line, (str){0});
    }
    t->answer = (struct http_answer){
        .status = 200,
        .type = "application/json",
        .body = arena_printf(t->arena, "{\"records\":%u}", t->count),
    };
}

const struct http_protocol http_protocol_ndjson = {.claims = claims, .decode = decode};

static void *open_source(const struct source_context *c, struct err *e)
{
    return http_source_open(c, &http_protocol_ndjson, e);
}

static bool check(const struct settings *s, struct err *e)
{
    str path = setting_text(s, "path");

    if (!str_starts(path, S("/")))
        return err_set(e, ERR_INPUT, "path: '" STR_FMT "' does not begin with /", STR_ARG(path));
    return http_source_check(s, e);
}

static const struct setting settings[] = {
    {.name = "path",
     .kind = SETTING_TEXT,
     .fallback = "/ingest",
     .help = "where lines are posted to"},
    HTTP_SETTINGS("127.0.0.1:8088"),
};

const struct source_type source_type_http_ndjson = {
    .name = "http_ndjson",
    .summary = "lines of JSON or text, posted over HTTP",
    .example = "type: http_ndjson\nlisten: 127.0.0.1:8088\ntoken_file: /etc/tocsin/ingest.token\n",
    .settings = settings,
    .setting_count = countof(settings),
    .check = check,
    .open = open_source,
    .recall = http_source_recall,
    .start = http_source_start,
    .resume = http_source_resume,
    .close = http_source_close,
};
