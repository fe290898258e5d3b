#include "collect/http_protocol.h"

#define JSON_TYPE "application/json"

void http_take_add(struct http_take *t, str bytes, str id)
{
    t->bytes += bytes.n;
    if (t->count == HTTP_RECORDS_MAX || t->bytes > HTTP_RECORD_BYTES_MAX) {
        t->too_many = true;
        return;
    }
    struct http_record *r =
        arena_push(t->arena, (void **)&t->records, &t->count, &t->capacity, sizeof *r);
    *r = (struct http_record){.bytes = bytes, .id = id};
}

void http_take_broken(struct http_take *t, str part)
{
    t->broken++;
    t->sample = part;
}

static int hex(char c)
{
    c = ascii_lower(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static str unescaped(str s, struct arena *a)
{
    char *to = arena_bytes(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && s.n - i > 2 ? hex(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex(s.p[i + 2]) : -1;
        if (low >= 0) {
            to[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            to[n++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return (str){to, n};
}

str http_query_value(str query, str name, struct arena *a)
{
    while (query.n) {
        str value = str_cut(&query, '&'), key = str_cut(&value, '=');
        if (str_eq(key, name))
            return unescaped(value, a);
    }
    return (str){0};
}

bool http_type_is(str type, str want)
{
    return str_ieq(str_trim(str_cut(&type, ';')), want);
}

struct http_answer http_refusal_answer(enum http_refusal why)
{
    static const struct http_answer answers[HTTP_REFUSAL_COUNT] = {
        [HTTP_NO_TOKEN] = {401,
                           JSON_TYPE,
                           S("{\"error\":\"a token is needed\"}"),
                           0,
                           {{"WWW-Authenticate", "Bearer"}}},
        [HTTP_WRONG_TOKEN] =
            {401, JSON_TYPE, S("{\"error\":\"wrong token\"}"), 0, {{"WWW-Authenticate", "Bearer"}}},
        [HTTP_BUSY] = {429, JSON_TYPE, S("{\"error\":\"busy, send it again\"}"), 1, {{0}}},
        [HTTP_TOO_LONG] = {413, JSON_TYPE, S("{\"error\":\"the body is too long\"}"), 0, {{0}}},
        [HTTP_UNREADABLE] =
            {400, JSON_TYPE, S("{\"error\":\"the body cannot be decompressed\"}"), 0, {{0}}},
        [HTTP_CODING] = {415,
                         JSON_TYPE,
                         S("{\"error\":\"gzip, deflate and zstd are known\"}"),
                         0,
                         {{"Accept-Encoding", "gzip, deflate, zstd"}}},
        [HTTP_NO_ACKS] = {400, JSON_TYPE, S("{\"error\":\"no acknowledgements\"}"), 0, {{0}}},
        [HTTP_NO_CHANNEL] = {400, JSON_TYPE, S("{\"error\":\"no channel\"}"), 0, {{0}}},
    };

    return answers[why];
}
