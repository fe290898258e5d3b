/*
 * http_otlp_json.c - see http_otlp.h. A message within a message is written with a
 * length of five bytes that is filled in at its end (a varint may be longer than it
 * needs to be), so that everything goes through one buffer, without recursion.
 */
#include "collect/http_otlp.h"
#include "text/json_tree.h"

#include <math.h>
#include <stdlib.h>

enum { LENGTH_BYTES = 5, NEST_MAX = 32, NO_PLACE = 0 /* a message never begins there */ };

static void put_varint(struct buf *b, uint64_t value)
{
    for (; value > 0x7F; value >>= 7)
        buf_char(b, (char)(value | 0x80));
    buf_char(b, (char)value);
}

static void put_number(struct buf *b, uint32_t field, uint64_t value)
{
    put_varint(b, field << 3);
    put_varint(b, value);
}

static void put_fixed(struct buf *b, uint32_t field, uint64_t value)
{
    put_varint(b, field << 3 | 1);
    for (int i = 0; i < 8; i++)
        buf_char(b, (char)(value >> (8 * i) & 0xFF));
}

static void put_text(struct buf *b, uint32_t field, str text)
{
    put_varint(b, field << 3 | 2);
    put_varint(b, text.n);
    buf_add(b, text);
}

/* Returns where the message begins. */
static size_t open_message(struct buf *b, uint32_t field)
{
    put_varint(b, field << 3 | 2);
    for (int i = 0; i < LENGTH_BYTES; i++)
        buf_char(b, 0);
    return b->n;
}

static void close_message(struct buf *b, size_t begin)
{
    if (b->overflow || begin == NO_PLACE)
        return;
    uint64_t n = b->n - begin;
    for (int i = 0; i < LENGTH_BYTES; i++)
        b->p[begin - LENGTH_BYTES + i] =
            (char)((n >> (7 * i) & 0x7F) | (i < LENGTH_BYTES - 1 ? 0x80 : 0));
}

/* --- values --- */

struct nest {
    const struct json_node *next;
    bool pairs;
    size_t places[3]; /* of the messages that end with it, the innermost first */
};

struct nests {
    struct buf *b;
    struct arena *a;
    struct nest levels[NEST_MAX];
    uint32_t depth;
};

static const struct json_node *first_of(const struct json_node *n)
{
    return n && (n->kind == JSON_ARRAY || n->kind == JSON_OBJECT) ? n->first : NULL;
}

static double double_of(const struct json_node *n, struct arena *a)
{
    str text = json_node_text(n);

    return text.n ? strtod(arena_str(a, text).p, NULL) : NAN;
}

static void put_scalar(struct buf *b, const struct json_node *v, struct arena *a)
{
    int64_t number = 0;
    uint64_t bits;

    if (str_eq(v->key, S("stringValue")) || str_eq(v->key, S("bytesValue"))) {
        put_text(b, 1, json_node_text(v)); /* bytes are base64 there, and stay so */
    } else if (str_eq(v->key, S("boolValue"))) {
        put_number(b, 2, v->kind == JSON_TRUE);
    } else if (str_eq(v->key, S("intValue")) && str_i64(json_node_text(v), &number)) {
        put_number(b, 3, (uint64_t)number);
    } else if (str_eq(v->key, S("doubleValue")) || str_eq(v->key, S("intValue"))) {
        double d = double_of(v, a);
        memcpy(&bits, &d, sizeof bits);
        put_fixed(b, 4, bits);
    }
}

/* `pair` is where the pair began that ends with this value, if there is one. */
static void begin_value(struct nests *k, uint32_t field, const struct json_node *any, size_t pair)
{
    size_t place = open_message(k->b, field);
    const struct json_node *v = any && any->kind == JSON_OBJECT ? any->first : NULL;
    bool pairs = v && str_eq(v->key, S("kvlistValue"));
    bool nests = pairs || (v && str_eq(v->key, S("arrayValue")));

    if (nests && k->depth < NEST_MAX) {
        size_t list = open_message(k->b, pairs ? 6 : 5);
        k->levels[k->depth++] =
            (struct nest){.next = first_of(json_member(v, S("values"), (str){0})),
                          .pairs = pairs,
                          .places = {list, place, pair}};
        return;
    }
    if (v && !nests)
        put_scalar(k->b, v, k->a);
    close_message(k->b, place);
    close_message(k->b, pair);
}

static void begin_pair(struct nests *k, uint32_t field, const struct json_node *pair)
{
    size_t place = open_message(k->b, field);

    put_text(k->b, 1, json_node_text(json_member(pair, S("key"), (str){0})));
    begin_value(k, 2, json_member(pair, S("value"), (str){0}), place);
}

static void finish_nests(struct nests *k)
{
    while (k->depth) {
        struct nest *top = &k->levels[k->depth - 1];
        const struct json_node *item = top->next;
        if (!item) {
            for (size_t i = 0; i < countof(top->places); i++)
                close_message(k->b, top->places[i]);
            k->depth--;
            continue;
        }
        top->next = item->next;
        if (top->pairs)
            begin_pair(k, 1, item);
        else
            begin_value(k, 1, item, NO_PLACE);
    }
}

static void put_value(struct buf *b, uint32_t field, const struct json_node *any, struct arena *a)
{
    struct nests k = {.b = b, .a = a};

    if (!any)
        return;
    begin_value(&k, field, any, NO_PLACE);
    finish_nests(&k);
}

static void put_attributes(struct buf *b, uint32_t field, const struct json_node *of,
                           struct arena *a)
{
    struct nests k = {.b = b, .a = a};

    for (const struct json_node *n = first_of(json_member(of, S("attributes"), (str){0})); n;
         n = n->next) {
        begin_pair(&k, field, n);
        finish_nests(&k);
    }
}

/* --- messages --- */

static void put_member_text(struct buf *b, uint32_t field, const struct json_node *of, str name,
                            str other)
{
    str text = json_node_text(json_member(of, name, other));

    if (text.n)
        put_text(b, field, text);
}

static void put_member_time(struct buf *b, uint32_t field, const struct json_node *of, str name,
                            str other)
{
    uint64_t value;

    if (str_u64(json_node_text(json_member(of, name, other)), &value))
        put_fixed(b, field, value);
}

static int hex(char c)
{
    c = ascii_lower(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_member_hex(struct buf *b, uint32_t field, const struct json_node *of, str name,
                           str other)
{
    str text = json_node_text(json_member(of, name, other));
    char bytes[16];
    size_t n = 0;

    for (; n < sizeof bytes && 2 * n + 1 < text.n; n++) {
        int high = hex(text.p[2 * n]), low = hex(text.p[2 * n + 1]);
        if (high < 0 || low < 0)
            return;
        bytes[n] = (char)(high << 4 | low);
    }
    if (n)
        put_text(b, field, (str){bytes, n});
}

static void put_record(struct buf *b, const struct json_node *r, struct arena *a)
{
    size_t place = open_message(b, 2);
    uint64_t severity;

    put_member_time(b, 1, r, S("timeUnixNano"), S("time_unix_nano"));
    if (str_u64(json_node_text(json_member(r, S("severityNumber"), S("severity_number"))),
                &severity))
        put_number(b, 2, severity);
    put_member_text(b, 3, r, S("severityText"), S("severity_text"));
    put_value(b, 5, json_member(r, S("body"), (str){0}), a);
    put_attributes(b, 6, r, a);
    put_member_hex(b, 9, r, S("traceId"), S("trace_id"));
    put_member_hex(b, 10, r, S("spanId"), S("span_id"));
    put_member_time(b, 11, r, S("observedTimeUnixNano"), S("observed_time_unix_nano"));
    put_member_text(b, 12, r, S("eventName"), S("event_name"));
    close_message(b, place);
}

static void put_scope_logs(struct buf *b, const struct json_node *s, struct arena *a)
{
    size_t place = open_message(b, 2);
    const struct json_node *scope = json_member(s, S("scope"), (str){0});
    const struct json_node *records = json_member(s, S("logRecords"), S("log_records"));

    if (scope) {
        size_t inner = open_message(b, 1);
        put_member_text(b, 1, scope, S("name"), (str){0});
        put_member_text(b, 2, scope, S("version"), (str){0});
        put_attributes(b, 3, scope, a);
        close_message(b, inner);
    }
    for (const struct json_node *r = first_of(records); r; r = r->next)
        put_record(b, r, a);
    close_message(b, place);
}

static void put_resource_logs(struct buf *b, const struct json_node *l, struct arena *a)
{
    size_t place = open_message(b, 1);
    const struct json_node *resource = json_member(l, S("resource"), (str){0});
    const struct json_node *scopes = json_member(l, S("scopeLogs"), S("scope_logs"));

    if (resource) {
        size_t inner = open_message(b, 1);
        put_attributes(b, 1, resource, a);
        close_message(b, inner);
    }
    for (const struct json_node *s = first_of(scopes); s; s = s->next)
        put_scope_logs(b, s, a);
    close_message(b, place);
}

bool otlp_json_read(str text, struct arena *a, struct buf *ret, bool *too_many)
{
    const struct json_node *root = json_tree(text, a, too_many);
    const struct json_node *logs = json_member(root, S("resourceLogs"), S("resource_logs"));

    if (!root || root->kind != JSON_OBJECT || (logs && logs->kind != JSON_ARRAY))
        return false;
    for (const struct json_node *l = first_of(logs); l; l = l->next)
        put_resource_logs(ret, l, a);
    *too_many |= ret->overflow;
    return !ret->overflow;
}
