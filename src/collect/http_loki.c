/*
 * http_loki.c - Loki's push API (Grafana's "Loki HTTP API", "Ingest logs"):
 * POST /loki/api/v1/push, a PushRequest of protocol buffers in a Snappy block
 * (push.proto), or JSON. Each entry is a record
 *   {"source_type":"http_loki","timestamp":..,"labels":{..},"metadata":{..},"line":..}
 * where `line` is text, or the object that the line is. No label and no structured
 * metadata is lost; formats/ takes the wrapper off.
 */
#include "collect/http_source.h"
#include "text/json_tree.h"
#include "text/json_write.h"
#include "text/protobuf.h"
#include "text/snappy.h"
#include "text/time.h"

enum { LOKI_UNPACKED_MAX = 64 * 1024 * 1024 };

struct entry {
    int64_t time_ns;
    str line;
    str metadata; /* members as JSON, without braces */
};

static enum http_claim claims(enum http_method method, str path, str own_path)
{
    (void)own_path;
    if (str_eq(path, S("/ready")))
        return method == HTTP_GET || method == HTTP_HEAD ? HTTP_OPEN : HTTP_NOT_OURS;
    return method == HTTP_POST && str_eq(path, S("/loki/api/v1/push")) ? HTTP_WITH_TOKEN
                                                                       : HTTP_NOT_OURS;
}

static void add_pair(struct buf *members, str name, str value)
{
    struct json_writer w = json_writer_make(members, 0);

    if (members->n)
        buf_char(members, ',');
    json_str(&w, name);
    buf_char(members, ':');
    json_str(&w, value);
}

static bool is_object(str text)
{
    struct json j;

    if (text.n < 2 || text.p[0] != '{')
        return false;
    json_init(&j, text);
    return json_skip(&j, json_next(&j)) && json_next(&j).kind == JSON_END;
}

static void add_entry(struct http_take *t, str labels, const struct entry *e)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&b, 0);
    char time[TIME_TEXT_MAX];

    json_object(&w);
    json_field_str(&w, S("source_type"), S("http_loki"));
    json_field_str(&w, S("timestamp"), (str){time, time_format(e->time_ns, 9, time)});
    json_key(&w, S("labels"));
    json_raw(&w, arena_printf(t->arena, "{" STR_FMT "}", STR_ARG(labels)));
    if (e->metadata.n) {
        json_key(&w, S("metadata"));
        json_raw(&w, arena_printf(t->arena, "{" STR_FMT "}", STR_ARG(e->metadata)));
    }
    json_key(&w, S("line"));
    if (is_object(str_trim(e->line)))
        json_raw(&w, str_trim(e->line));
    else
        json_str(&w, e->line);
    json_object_end(&w);
    http_take_add(t, arena_str(t->arena, buf_str(&b)), (str){0});
}

/* --- protocol buffers --- */

/* A value in quotes as Go writes it; *s begins behind the first. */
static str label_value(str *s, struct arena *a)
{
    char *to = arena_bytes(a, s->n + 1);
    size_t n = 0, i = 0;

    for (; i < s->n && s->p[i] != '"'; i++) {
        char c = s->p[i];
        if (c == '\\' && i + 1 < s->n) {
            c = s->p[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            if (c != s->p[i] || c == '"' || c == '\\') {
                to[n++] = c;
                continue;
            }
            to[n++] = '\\'; /* \x and \u stay as they are written: labels are names of things */
        }
        to[n++] = c;
    }
    *s = str_from_at(*s, i + 1);
    return (str){to, n};
}

/* {job="sshd", host="web1"} as members of JSON. False: it is none. */
static bool read_labels(str text, struct buf *members, struct arena *a)
{
    text = str_trim(text);
    if (text.n < 2 || text.p[0] != '{' || text.p[text.n - 1] != '}')
        return false;
    text = str_trim((str){text.p + 1, text.n - 2});
    while (text.n) {
        str name = str_trim(str_cut(&text, '='));
        text = str_trim(text);
        if (name.n == 0 || text.n == 0 || text.p[0] != '"')
            return false;
        text = str_from_at(text, 1);
        add_pair(members, name, label_value(&text, a));
        text = str_trim(text);
        if (text.n && text.p[0] == ',')
            text = str_trim(str_from_at(text, 1));
        else if (text.n)
            return false;
    }
    return true;
}

static bool read_timestamp(str message, int64_t *ret)
{
    struct protobuf p = protobuf_of(message);
    uint64_t parts[2] = {0};

    for (struct protobuf_field f; protobuf_next(&p, &f);)
        if (f.wire == PROTOBUF_VARINT && f.number <= countof(parts))
            parts[f.number - 1] = f.value;
    return !p.broken && !__builtin_mul_overflow((int64_t)parts[0], NS_PER_S, ret) &&
           !__builtin_add_overflow(*ret, (int64_t)parts[1], ret);
}

static bool read_pair(str message, struct buf *members)
{
    struct protobuf p = protobuf_of(message);
    str parts[2] = {{0}};

    for (struct protobuf_field f; protobuf_next(&p, &f);)
        if (f.wire == PROTOBUF_BYTES && f.number <= countof(parts))
            parts[f.number - 1] = f.bytes;
    if (!p.broken && parts[0].n)
        add_pair(members, parts[0], parts[1]);
    return !p.broken;
}

static bool read_entry(str message, struct http_take *t, str labels)
{
    struct buf metadata CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct protobuf p = protobuf_of(message);
    struct entry e = {0};
    bool ok = true;

    for (struct protobuf_field f; ok && protobuf_next(&p, &f);) {
        if (f.wire != PROTOBUF_BYTES)
            continue;
        if (f.number == 1)
            ok = read_timestamp(f.bytes, &e.time_ns);
        else if (f.number == 2)
            e.line = f.bytes;
        else if (f.number == 3)
            ok = read_pair(f.bytes, &metadata);
    }
    e.metadata = buf_str(&metadata);
    if (ok && !p.broken)
        add_entry(t, labels, &e);
    return ok && !p.broken;
}

static bool read_stream(str message, struct http_take *t)
{
    struct buf labels CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct protobuf p = protobuf_of(message), again = p;
    bool ok = true;

    for (struct protobuf_field f; ok && protobuf_next(&p, &f);)
        if (f.number == 1 && f.wire == PROTOBUF_BYTES)
            ok = read_labels(f.bytes, &labels, t->arena);
    ok = ok && !p.broken;
    for (struct protobuf_field f; ok && !t->too_many && protobuf_next(&again, &f);)
        if (f.number == 2 && f.wire == PROTOBUF_BYTES)
            ok = read_entry(f.bytes, t, buf_str(&labels));
    return ok;
}

static bool read_protobuf(str body, struct http_take *t)
{
    struct buf plain CLEANUP(buf_done) = buf_make(LOKI_UNPACKED_MAX);
    bool ok = snappy_unpack(body, &plain, &t->too_many);
    struct protobuf p = protobuf_of(buf_str(&plain));

    for (struct protobuf_field f; ok && !t->too_many && protobuf_next(&p, &f);)
        if (f.number == 1 && f.wire == PROTOBUF_BYTES)
            ok = read_stream(f.bytes, t);
    return ok && !p.broken;
}

/* --- JSON --- */

static void add_members(const struct json_node *object, struct buf *members)
{
    if (!object || object->kind != JSON_OBJECT)
        return;
    for (const struct json_node *n = object->first; n; n = n->next)
        add_pair(members, n->key, n->kind == JSON_STRING ? n->text : n->raw);
}

/* ["1700000000000000000", "line", {"trace_id":"7"}] */
static bool read_value(const struct json_node *value, struct http_take *t, str labels)
{
    struct buf metadata CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    const struct json_node *time = value->kind == JSON_ARRAY ? value->first : NULL;
    const struct json_node *line = time ? time->next : NULL;
    struct entry e = {0};

    if (!line || line->kind != JSON_STRING || !str_i64(json_node_text(time), &e.time_ns))
        return false;
    add_members(line->next, &metadata);
    e.line = line->text;
    e.metadata = buf_str(&metadata);
    add_entry(t, labels, &e);
    return true;
}

static bool read_json(str body, struct http_take *t)
{
    const struct json_node *root = json_tree(body, t->arena, &t->too_many);
    const struct json_node *streams = json_member(root, S("streams"), (str){0});
    bool ok = streams && streams->kind == JSON_ARRAY;

    for (const struct json_node *s = ok ? streams->first : NULL; ok && !t->too_many && s;
         s = s->next) {
        struct buf labels CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        const struct json_node *values = json_member(s, S("values"), (str){0});
        add_members(json_member(s, S("stream"), (str){0}), &labels);
        ok = values && values->kind == JSON_ARRAY;
        for (const struct json_node *v = ok ? values->first : NULL; ok && !t->too_many && v;
             v = v->next)
            ok = read_value(v, t, buf_str(&labels));
    }
    return ok;
}

static void decode(const struct http_call *c, struct http_take *t)
{
    if (c->method != HTTP_POST) {
        t->answer = (struct http_answer){.status = 200, .type = "text/plain", .body = S("ready\n")};
        return;
    }
    bool json = http_type_is(c->type, S("application/json"));
    bool ok = json ? read_json(c->body, t) : read_protobuf(c->body, t);
    t->answer = (struct http_answer){.status = 204};
    if (ok)
        return;
    if (!t->too_many)
        http_take_broken(t, json ? c->body : (str){0});
    t->answer = (struct http_answer){
        .status = 400, .type = "text/plain", .body = S("the body is no push request\n")};
}

const struct http_protocol http_protocol_loki = {.claims = claims, .decode = decode};

static void *open_source(const struct source_context *c, struct err *e)
{
    return http_source_open(c, &http_protocol_loki, e);
}

static const struct setting settings[] = {HTTP_SETTINGS("127.0.0.1:3100")};

const struct source_type source_type_http_loki = {
    .name = "http_loki",
    .summary = "Loki's push API: Promtail, Grafana Alloy, Fluent Bit, Docker's driver",
    .example = "type: http_loki\nlisten: 127.0.0.1:3100\ntoken_file: /etc/tocsin/loki.token\n",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "json",
    .check = http_source_check,
    .open = open_source,
    .recall = http_source_recall,
    .start = http_source_start,
    .resume = http_source_resume,
    .close = http_source_close,
};
