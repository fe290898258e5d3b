/*
 * http_hec.c - Splunk's HTTP Event Collector ("Format events for HTTP Event
 * Collector", "HTTP Event Collector REST API endpoints", "About HTTP Event
 * Collector Indexer Acknowledgment"): /services/collector[/event[/1.0]] takes JSON
 * objects one after another, /services/collector/raw[/1.0] lines, /ack what became
 * of them, /health whether we live.
 *
 * An object that has time and sourcetype is a record as it stands: formats/ knows
 * it as a wrapper. Where one of them is missing it is written anew with what the
 * collector would put there, but no time of ours: a repeated request must give the
 * same bytes. A raw line becomes the `event` of such an object.
 */
#include "collect/http_source.h"
#include "text/json.h"
#include "text/json_write.h"

#define JSON_TYPE "application/json"

enum { ACK_QUESTIONS_MAX = 16384 };

static bool is_path(str path, const char *end)
{
    static const str base = S("/services/collector");
    str rest = str_from_at(path, base.n);

    return str_starts(path, base) && str_eq(rest, str_from(end));
}

static bool is_event(str path)
{
    return is_path(path, "") || is_path(path, "/event") || is_path(path, "/event/1.0");
}

static bool is_raw(str path)
{
    return is_path(path, "/raw") || is_path(path, "/raw/1.0");
}

static enum http_claim claims(enum http_method method, str path, str own_path)
{
    (void)own_path;
    if (is_path(path, "/health") || is_path(path, "/health/1.0"))
        return method == HTTP_GET || method == HTTP_HEAD ? HTTP_OPEN : HTTP_NOT_OURS;
    if (method != HTTP_POST)
        return HTTP_NOT_OURS;
    return is_event(path) || is_raw(path) || is_path(path, "/ack") ? HTTP_WITH_TOKEN
                                                                   : HTTP_NOT_OURS;
}

static struct http_answer answer(uint32_t status, str body)
{
    return (struct http_answer){.status = status, .type = JSON_TYPE, .body = body};
}

/* Of an object the members as they were written; absent: .n is 0. */
struct members {
    str time, host, source, sourcetype, index, event, fields;
};

static const struct {
    str name;
    size_t at;
} member_names[] = {
    {S("time"), offsetof(struct members, time)},
    {S("host"), offsetof(struct members, host)},
    {S("source"), offsetof(struct members, source)},
    {S("sourcetype"), offsetof(struct members, sourcetype)},
    {S("index"), offsetof(struct members, index)},
    {S("event"), offsetof(struct members, event)},
    {S("fields"), offsetof(struct members, fields)},
};

static str *member(struct members *m, size_t at)
{
    return (str *)(void *)((char *)m + at);
}

/* Reads the value that follows a key; its text, from where it begins to where it ends. */
static bool read_value(struct json *j, str *ret)
{
    struct json_token t = json_next(j);
    size_t begin;

    if (t.kind == JSON_ERROR)
        return false;
    if (t.kind == JSON_OBJECT || t.kind == JSON_ARRAY)
        begin = j->at - 1;
    else if (t.kind == JSON_STRING)
        begin = (size_t)(t.text.p - j->text.p) - 1;
    else if (t.kind == JSON_NUMBER)
        begin = (size_t)(t.text.p - j->text.p);
    else
        begin = j->at - (t.kind == JSON_FALSE ? 5 : 4);
    if (!json_skip(j, t))
        return false;
    *ret = (str){j->text.p + begin, j->at - begin};
    return true;
}

static bool read_members(struct json *j, struct members *m, struct arena *a)
{
    struct json_token key;

    *m = (struct members){0};
    if (json_next(j).kind != JSON_OBJECT)
        return false;
    while ((key = json_next(j)).kind == JSON_KEY) {
        str name = json_string(key, a), value;
        if (!read_value(j, &value))
            return false;
        for (size_t i = 0; i < countof(member_names); i++)
            if (str_eq(name, member_names[i].name))
                *member(m, member_names[i].at) = value;
    }
    return key.kind == JSON_OBJECT_END;
}

/* Written anew; the values are JSON already. */
static str record_of(const struct members *m, struct arena *a)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct members copy = *m;
    struct json_writer w = json_writer_make(&b, 0);

    if (!copy.time.n)
        copy.time = S("null"); /* the wrapper is known by its name */
    if (!copy.sourcetype.n)
        copy.sourcetype = S("\"httpevent\"");
    json_object(&w);
    for (size_t i = 0; i < countof(member_names); i++) {
        str value = *member(&copy, member_names[i].at);
        if (!value.n)
            continue;
        json_key(&w, member_names[i].name);
        json_raw(&w, value);
    }
    json_object_end(&w);
    return arena_str(a, buf_str(&b));
}

static str error_at(struct arena *a, const char *text, uint32_t code, uint32_t event)
{
    return arena_printf(a, "{\"text\":\"%s\",\"code\":%u,\"invalid-event-number\":%u}", text, code,
                        event);
}

/* "" and null are blank: code 13. */
static bool is_blank(str event)
{
    return str_eq(event, S("\"\"")) || str_eq(event, S("null"));
}

/* An error refuses the whole request, whatever stands before it; as the collector's number says
 * which event it was, the sender can tell. */
static void decode_events(const struct http_call *c, struct http_take *t)
{
    str rest = str_trim(c->body);

    t->answer = answer(200, S("{\"text\":\"Success\",\"code\":0}"));
    if (rest.n == 0)
        t->answer = answer(400, S("{\"text\":\"No data\",\"code\":5}"));
    for (uint32_t n = 0; rest.n && !t->too_many; n++) {
        struct members m;
        struct json j;
        json_init(&j, rest);
        if (!read_members(&j, &m, t->arena)) {
            http_take_broken(t, rest);
            t->answer = answer(400, error_at(t->arena, "Invalid data format", 6, n));
            return;
        }
        if (!m.event.n || is_blank(m.event)) {
            http_take_broken(t, rest);
            t->answer = m.event.n
                            ? answer(400, error_at(t->arena, "Event field cannot be blank", 13, n))
                            : answer(400, error_at(t->arena, "Event field is required", 12, n));
            return;
        }
        bool whole = m.time.n && m.sourcetype.n;
        http_take_add(t, whole ? (str){rest.p, j.at} : record_of(&m, t->arena), (str){0});
        rest = str_trim(str_from_at(rest, j.at));
    }
}

static str quoted(str text, struct arena *a)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&b, 0);

    json_str(&w, text);
    return arena_str(a, buf_str(&b));
}

static void decode_raw(const struct http_call *c, struct http_take *t)
{
    struct members m = {0};

    for (size_t i = 0; i < countof(member_names); i++) {
        str value = http_query_value(c->query, member_names[i].name, t->arena);
        if (value.n)
            *member(&m, member_names[i].at) = quoted(value, t->arena);
    }
    for (str rest = c->body; rest.n;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (!line.n)
            continue;
        m.event = quoted(line, t->arena);
        http_take_add(t, record_of(&m, t->arena), (str){0});
        if (t->too_many)
            break;
    }
    t->answer = t->count ? answer(200, S("{\"text\":\"Success\",\"code\":0}"))
                         : answer(400, S("{\"text\":\"No data\",\"code\":5}"));
}

/* {"acks":[0,1,2]} */
static void decode_ack(const struct http_call *c, struct http_take *t)
{
    struct json j;
    struct json_token token = {0};
    uint64_t *ids = arena_array(t->arena, ACK_QUESTIONS_MAX, sizeof *ids);
    uint32_t count = 0;

    json_init(&j, c->body);
    bool ok = json_next(&j).kind == JSON_OBJECT && json_next(&j).kind == JSON_KEY &&
              json_next(&j).kind == JSON_ARRAY;
    while (ok && (token = json_next(&j)).kind == JSON_NUMBER && count < ACK_QUESTIONS_MAX)
        ok = str_u64(token.text, &ids[count++]);
    if (!ok || token.kind != JSON_ARRAY_END) {
        http_take_broken(t, c->body);
        t->answer = answer(400, S("{\"text\":\"Invalid data format\",\"code\":6}"));
        return;
    }
    t->asks_acks = true;
    t->ack_ids = ids;
    t->ack_count = count;
}

static void decode(const struct http_call *c, struct http_take *t)
{
    if (c->method != HTTP_POST)
        t->answer = answer(200, S("{\"text\":\"HEC is healthy\",\"code\":17}"));
    else if (is_path(c->path, "/ack"))
        decode_ack(c, t);
    else if (is_raw(c->path))
        decode_raw(c, t);
    else
        decode_events(c, t);
}

static void refusal(enum http_refusal why, struct http_answer *ret)
{
    static const struct {
        uint32_t status;
        str body;
    } answers[HTTP_REFUSAL_COUNT] = {
        [HTTP_NO_TOKEN] = {401, S("{\"text\":\"Token is required\",\"code\":2}")},
        [HTTP_WRONG_TOKEN] = {403, S("{\"text\":\"Invalid token\",\"code\":4}")},
        [HTTP_BUSY] = {503, S("{\"text\":\"Server is busy\",\"code\":9}")},
        [HTTP_UNREADABLE] = {400, S("{\"text\":\"Invalid data format\",\"code\":6}")},
        [HTTP_NO_ACKS] = {400, S("{\"text\":\"ACK is disabled\",\"code\":14}")},
        [HTTP_NO_CHANNEL] = {400, S("{\"text\":\"Data channel is missing\",\"code\":10}")},
    };

    if (!answers[why].status)
        return;
    ret->status = answers[why].status;
    ret->body = answers[why].body;
}

const struct http_protocol http_protocol_hec = {
    .claims = claims, .decode = decode, .refuse = refusal, .acknowledges = true};

static void *open_source(const struct source_context *c, struct err *e)
{
    return http_source_open(c, &http_protocol_hec, e);
}

static const struct setting settings[] = {
    {.name = "acknowledgement",
     .kind = SETTING_FLAG,
     .fallback = "false",
     .help = "answer at once with a number that the sender asks after (its channel is needed); "
             "false: answer when the events are on disk"},
    HTTP_SETTINGS("127.0.0.1:8088"),
};

const struct source_type source_type_http_hec = {
    .name = "http_hec",
    .summary = "Splunk's HTTP Event Collector",
    .example = "type: http_hec\nlisten: 127.0.0.1:8088\ntoken_file: /etc/tocsin/hec.token\n",
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
