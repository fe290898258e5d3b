/*
 * http_otlp.c - OpenTelemetry's logs over HTTP (OTLP specification 1.x, "OTLP/HTTP";
 * opentelemetry-proto's logs/v1, common/v1 and resource/v1): POST /v1/logs with an
 * ExportLogsServiceRequest in protocol buffers or JSON. Each log record is a record
 *   {"source_type":"http_otlp","timestamp":..,"severity_text":..,"resource":{..},
 *    "scope":{..},"attributes":{..},"body":..}
 * where `body` is text, or the object that the body is; formats/ takes the wrapper
 * off. The JSON is turned into the same messages first, so that there is one way.
 *
 * Values nest: an AnyValue is walked with a stack of ANY_DEPTH_MAX levels; what is
 * deeper becomes null.
 */
#include "collect/http_otlp.h"

#include "collect/http_source.h"
#include "text/base64.h"
#include "text/json_write.h"
#include "text/protobuf.h"
#include "text/time.h"

enum { ANY_DEPTH_MAX = 24, PREFIX_BYTES_MAX = 16 * 1024 * 1024 };

static enum http_claim claims(enum http_method method, str path, str own_path)
{
    (void)own_path;
    return method == HTTP_POST && str_eq(path, S("/v1/logs")) ? HTTP_WITH_TOKEN : HTTP_NOT_OURS;
}

/* --- values --- */

/* One level of a list or of a list of pairs. */
struct level {
    struct protobuf p;
    bool pairs;
};

struct walk {
    struct json_writer *w;
    struct level levels[ANY_DEPTH_MAX];
    uint32_t depth;
    bool broken;
};

static double double_of(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    return d;
}

static void write_bytes(struct json_writer *w, str bytes)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    base64_encode(bytes, &b);
    json_str(w, buf_str(&b));
}

/* Writes a value, or opens a level. */
static void begin_value(struct walk *k, str message)
{
    struct protobuf p = protobuf_of(message);
    struct protobuf_field last = {0}, f;

    while (protobuf_next(&p, &f))
        last = f; /* a oneof: the last one holds */
    k->broken |= p.broken;
    bool nests = last.number == 5 || last.number == 6;
    if (nests && k->depth < ANY_DEPTH_MAX) {
        if (last.number == 6)
            json_object(k->w);
        else
            json_array(k->w);
        k->levels[k->depth++] =
            (struct level){.p = protobuf_of(last.bytes), .pairs = last.number == 6};
    } else if (last.number == 1) {
        json_str(k->w, last.bytes);
    } else if (last.number == 2) {
        json_bool(k->w, last.value != 0);
    } else if (last.number == 3) {
        json_i64(k->w, (int64_t)last.value);
    } else if (last.number == 4) {
        json_double(k->w, double_of(last.value));
    } else if (last.number == 7) {
        write_bytes(k->w, last.bytes);
    } else {
        json_null(k->w);
    }
}

static void begin_pair(struct walk *k, str message)
{
    struct protobuf p = protobuf_of(message);
    str key = {0}, value = {0};

    for (struct protobuf_field f; protobuf_next(&p, &f);) {
        key = f.number == 1 ? f.bytes : key;
        value = f.number == 2 ? f.bytes : value;
    }
    k->broken |= p.broken;
    json_key(k->w, key);
    begin_value(k, value);
}

static void finish_levels(struct walk *k, uint32_t outside)
{
    while (k->depth > outside) {
        struct level *l = &k->levels[k->depth - 1];
        struct protobuf_field f;
        if (!protobuf_next(&l->p, &f)) {
            k->broken |= l->p.broken;
            k->depth--;
            if (l->pairs)
                json_object_end(k->w);
            else
                json_array_end(k->w);
        } else if (f.number == 1 && f.wire == PROTOBUF_BYTES) {
            if (l->pairs)
                begin_pair(k, f.bytes);
            else
                begin_value(k, f.bytes);
        }
    }
}

static bool write_value(struct json_writer *w, str message)
{
    struct walk k = {.w = w};

    begin_value(&k, message);
    finish_levels(&k, 0);
    return !k.broken;
}

/* All fields `number` of a message, which are KeyValues, as members. */
static bool write_pairs(struct json_writer *w, str message, uint32_t number)
{
    struct protobuf p = protobuf_of(message);
    struct walk k = {.w = w};

    for (struct protobuf_field f; protobuf_next(&p, &f);) {
        if (f.number != number || f.wire != PROTOBUF_BYTES)
            continue;
        begin_pair(&k, f.bytes);
        finish_levels(&k, 0);
    }
    return !p.broken && !k.broken;
}

/* --- records --- */

struct log_record {
    uint64_t time_ns, observed_ns, severity;
    str severity_text, body, trace_id, span_id, event_name;
    bool has_body, has_attributes;
};

static bool read_record(str message, struct log_record *r)
{
    struct protobuf p = protobuf_of(message);

    *r = (struct log_record){0};
    for (struct protobuf_field f; protobuf_next(&p, &f);) {
        switch (f.number) {
        case 1:
            r->time_ns = f.value;
            break;
        case 2:
            r->severity = f.value;
            break;
        case 3:
            r->severity_text = f.bytes;
            break;
        case 5:
            r->body = f.bytes;
            r->has_body = true;
            break;
        case 6:
            r->has_attributes = true;
            break;
        case 9:
            r->trace_id = f.bytes;
            break;
        case 10:
            r->span_id = f.bytes;
            break;
        case 11:
            r->observed_ns = f.value;
            break;
        case 12:
            r->event_name = f.bytes;
            break;
        default: /* flags and counts tell nothing of the event */
            break;
        }
    }
    return !p.broken;
}

static void write_time(struct json_writer *w, str name, uint64_t ns)
{
    char text[TIME_TEXT_MAX];

    if (ns && ns <= INT64_MAX)
        json_field_str(w, name, (str){text, time_format((int64_t)ns, 9, text)});
}

static void write_hex(struct json_writer *w, str name, str id)
{
    enum { ID_BYTES_MAX = 16 };
    char text[2 * ID_BYTES_MAX + 1];

    if (id.n == 0 || id.n > ID_BYTES_MAX)
        return;
    hex_of((const uint8_t *)id.p, id.n, text);
    json_field_str(w, name, (str){text, 2 * id.n});
}

static bool write_record(struct json_writer *w, str message, str around)
{
    struct log_record r;
    bool ok = read_record(message, &r);

    json_object(w);
    json_field_str(w, S("source_type"), S("http_otlp"));
    write_time(w, S("timestamp"), r.time_ns ? r.time_ns : r.observed_ns);
    write_time(w, S("observed_timestamp"), r.time_ns ? r.observed_ns : 0);
    if (r.severity)
        json_field_u64(w, S("severity_number"), r.severity);
    if (r.severity_text.n)
        json_field_str(w, S("severity_text"), r.severity_text);
    if (r.event_name.n)
        json_field_str(w, S("event_name"), r.event_name);
    write_hex(w, S("trace_id"), r.trace_id);
    write_hex(w, S("span_id"), r.span_id);
    if (around.n)
        json_members(w, around);
    if (r.has_attributes) {
        json_key(w, S("attributes"));
        json_object(w);
        ok = write_pairs(w, message, 6) && ok;
        json_object_end(w);
    }
    json_key(w, S("body"));
    if (r.has_body)
        ok = write_value(w, r.body) && ok;
    else
        json_null(w);
    json_object_end(w);
    return ok;
}

/* --- the request --- */

/* The resource of a ResourceLogs, or with `scope` the scope of a ScopeLogs, as a member. */
static bool write_around(struct json_writer *w, str message, bool scope)
{
    struct protobuf p = protobuf_of(message);
    bool ok = true;

    for (struct protobuf_field f; protobuf_next(&p, &f);) {
        if (f.number != 1 || f.wire != PROTOBUF_BYTES || f.bytes.n == 0)
            continue;
        json_key(w, scope ? S("scope") : S("resource"));
        json_object(w);
        struct protobuf inner = protobuf_of(f.bytes);
        for (struct protobuf_field g; scope && protobuf_next(&inner, &g);)
            if (g.wire == PROTOBUF_BYTES && g.bytes.n && (g.number == 1 || g.number == 2))
                json_field_str(w, g.number == 1 ? S("name") : S("version"), g.bytes);
        ok = write_pairs(w, f.bytes, scope ? 3 : 1) && ok;
        json_object_end(w);
        break;
    }
    return ok && !p.broken;
}

/* What stands around records, as members without their braces. */
static bool around(str resource, str scope, struct buf *b, str *ret)
{
    struct json_writer w = json_writer_make(b, 0);

    json_object(&w);
    bool ok = write_around(&w, resource, false);
    ok = write_around(&w, scope, true) && ok;
    json_object_end(&w);
    *ret = (str){b->p + 1, b->n - 2};
    return ok && !b->overflow;
}

static bool read_scope(str resource, str scope, struct http_take *t)
{
    struct buf b CLEANUP(buf_done) = buf_make(PREFIX_BYTES_MAX);
    struct buf record CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct protobuf p = protobuf_of(scope);
    str members;

    if (!around(resource, scope, &b, &members))
        return false;
    for (struct protobuf_field f; !t->too_many && protobuf_next(&p, &f);) {
        if (f.number != 2 || f.wire != PROTOBUF_BYTES)
            continue;
        buf_clear(&record);
        struct json_writer w = json_writer_make(&record, 0);
        if (write_record(&w, f.bytes, members))
            http_take_add(t, arena_str(t->arena, buf_str(&record)), (str){0});
        else
            http_take_broken(t, (str){0});
    }
    return !p.broken;
}

static bool read_request(str message, struct http_take *t)
{
    struct protobuf p = protobuf_of(message);
    bool ok = true;

    for (struct protobuf_field f; ok && !t->too_many && protobuf_next(&p, &f);) {
        if (f.number != 1 || f.wire != PROTOBUF_BYTES)
            continue;
        struct protobuf inner = protobuf_of(f.bytes);
        for (struct protobuf_field g; ok && !t->too_many && protobuf_next(&inner, &g);)
            if (g.number == 2 && g.wire == PROTOBUF_BYTES)
                ok = read_scope(f.bytes, g.bytes, t);
        ok = ok && !inner.broken;
    }
    return ok && !p.broken;
}

/* partial_success {1: rejected_log_records, 2: error_message}, in the language of the request. */
static struct http_answer partial(const struct http_take *t, bool json)
{
    static const char why[] = "records that could not be read";
    char count[12];
    size_t n = 0;

    if (json)
        return (struct http_answer){
            .status = 200,
            .type = "application/json",
            .body = t->broken ? arena_printf(t->arena,
                                             "{\"partialSuccess\":{\"rejectedLogRecords\":\"%u\","
                                             "\"errorMessage\":\"%s\"}}",
                                             t->broken, why)
                              : S("{}")};
    for (uint32_t left = t->broken; left; left >>= 7)
        count[n++] = (char)((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
    str body = {0};
    if (t->broken)
        body = arena_printf(t->arena, "\x0a%c\x08%.*s\x12%c%s", (int)(n + sizeof why + 2), (int)n,
                            count, (int)sizeof why - 1, why);
    return (struct http_answer){.status = 200, .type = "application/x-protobuf", .body = body};
}

static void decode(const struct http_call *c, struct http_take *t)
{
    const bool json = http_type_is(c->type, S("application/json"));
    struct buf message CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    bool ok = true;

    if (json)
        ok = otlp_json_read(c->body, t->arena, &message, &t->too_many);
    ok = ok && read_request(json ? buf_str(&message) : c->body, t);
    t->answer = partial(t, json);
    if (ok)
        return;
    if (!t->too_many)
        http_take_broken(t, json ? c->body : (str){0});
    /* Status {2: message}: nothing of it can be read, so it is not to be sent again */
    t->answer.status = 400;
    t->answer.body = json ? S("{\"code\":3,\"message\":\"no logs request\"}")
                          : S("\x08\x03\x12\x0fno logs request");
}

const struct http_protocol http_protocol_otlp = {.claims = claims, .decode = decode};

static void *open_source(const struct source_context *c, struct err *e)
{
    return http_source_open(c, &http_protocol_otlp, e);
}

static const struct setting settings[] = {HTTP_SETTINGS("127.0.0.1:4318")};

const struct source_type source_type_http_otlp = {
    .name = "http_otlp",
    .summary = "OpenTelemetry's logs over HTTP, from collectors and SDKs",
    .example = "type: http_otlp\nlisten: 127.0.0.1:4318\ntoken_file: /etc/tocsin/otlp.token\n",
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
