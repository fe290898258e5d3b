/* http_decode.h - a protocol's decoder alone: a body in, records and an answer out. */
#pragma once

#include "collect/http_protocol.h"
#include "http_fixture.h"

struct decoded {
    const struct http_protocol *protocol;
    struct arena *arena;
    struct http_call call;
    struct http_take take;
};

static inline struct decoded decode_begin(const struct http_protocol *protocol,
                                          enum http_method method, const char *target,
                                          const char *type)
{
    struct decoded d = {.protocol = protocol, .arena = arena_new(64 * 1024)};
    str query = str_from(target), path = str_cut(&query, '?');

    d.call = (struct http_call){
        .method = method, .path = path, .query = query, .type = str_from(type), .arena = d.arena};
    assert_int_not_equal(protocol->claims(method, path, path), HTTP_NOT_OURS);
    return d;
}

static inline void decode_body(struct decoded *d, str body)
{
    d->take = (struct http_take){.arena = d->arena};
    d->call.body = body;
    d->protocol->decode(&d->call, &d->take);
}

static inline void decode_end(struct decoded *d)
{
    arena_free(d->arena);
}

static inline bool answer_has(const struct decoded *d, const char *part)
{
    return str_find(d->take.answer.body, str_from(part)) != NULL;
}

static inline void assert_text(str is, const char *should)
{
    if (!str_eq(is, str_from(should)))
        fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(is), should);
}

static inline void assert_record(const struct decoded *d, uint32_t i, const char *should)
{
    assert_true(i < d->take.count);
    assert_text(d->take.records[i].bytes, should);
}

static inline void assert_answer(const struct decoded *d, const char *should)
{
    assert_text(d->take.answer.body, should);
}
