#include "formats/json_body.h"

#include "base/hash.h"
#include "base/mem.h"
#include "formats/json_codec.h"
#include "formats/json_format.h"
#include "formats/json_replay.h"
#include "formats/json_split.h"
#include "formats/shape.h"

#include <stdlib.h>

struct json_body {
    struct shape_book *shapes;
    struct json_book *book;
    uint64_t seed;
};

struct json_body *json_body_new(void)
{
    struct json_body *b = mem_alloc(sizeof *b);

    b->shapes = shape_book_new();
    b->book = json_book_new();
    b->seed = hash_seed();
    return b;
}

void json_body_free(struct json_body *b)
{
    if (!b)
        return;
    shape_book_free(b->shapes);
    json_book_free(b->book);
    free(b);
}

void json_learn(struct shape_book *shapes, struct json_book *book, uint64_t seed,
                const struct event *settled, struct arena *a)
{
    const struct event unspoken = shape_unspoken(shapes, settled);
    struct event raw = {.raw = settled->raw};
    struct shape_trace trace;
    struct json j;

    json_init(&j, settled->raw);
    (void)json_next(&j);
    if (!json_flatten(&j, &raw, seed, true, a))
        return;
    raw.codec = &json_codec; /* shapes may ask for a value's text */
    shape_apply_traced(shapes, &raw, a, &trace);
    json_book_learn(book, &unspoken, &raw, &trace);
}

bool json_body_read(struct json_body *b, str text, bool lazy, struct event *ev, struct arena *a)
{
    struct json j;
    size_t n;

    lazy = lazy && text.n <= JSON_HELD_MAX;
    *ev = (struct event){.raw = text};
    if (lazy && json_replay(b->book, text, ev, &n) && n == text.n) {
        json_replay_speech(b->book, b->shapes, ev, a);
        return true;
    }
    *ev = (struct event){.raw = text};
    json_init(&j, text);
    if (json_next(&j).kind != JSON_OBJECT || !json_flatten(&j, ev, b->seed, false, a) ||
        j.at != text.n)
        return false;
    shape_apply(b->shapes, ev, a);
    if (lazy && json_book_wants(b->book))
        json_learn(b->shapes, b->book, b->seed, ev, a);
    return true;
}
