/*
 * json_walk_loop.h - the walk, once for all tiers. A tier defines before it includes
 * this:
 *
 *     static inline bool json_is_text(const char *a, const char *b, size_t n);
 *     static inline const char *json_string_end(const char *p, const char *end);
 *
 * The first compares up to JSON_NODE_BYTES_MAX bytes and may read that many; the
 * second finds the quote that ends a string, NULL when there is none before `end`
 * or the string is not valid.
 */
#pragma once

#include "simd/json_walk.h"
#include "simd/json_word.h"

static inline const char *json_digits_end(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Of a number that is more than a few digits, or of a word; NULL when it is neither. */
static inline const char *json_scalar_end_slowly(const char *p, const char *end, uint32_t *ret_word)
{
    const char *from = p;

    if (end - p >= 5 && (memcmp(p, "true", 4) == 0 || memcmp(p, "false", 5) == 0)) {
        *ret_word = JSON_SPAN_WORD;
        return *p == 't' ? p + 4 : p + 5;
    }
    p += p < end && *p == '-';
    from = p;
    p = json_digits_end(p, end);
    if (p == from || (*from == '0' && p > from + 1))
        return NULL;
    if (p < end && *p == '.') {
        from = ++p;
        p = json_digits_end(p, end);
        if (p == from)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        from = p;
        p = json_digits_end(p, end);
        if (p == from)
            return NULL;
    }
    return p;
}

/* Mostly less than eight digits. What follows them is held against the next node's text, which
 * begins with no byte that a number can have. */
static inline const char *json_scalar_end(const char *p, const char *end, uint32_t *ret_word)
{
    uint64_t word = json_load_word(p), digits = word ^ JSON_EACH_BYTE('0');
    /* The top bit of each byte that is no digit: digits are now 0 to 9. */
    uint64_t others = ((digits + JSON_EACH_BYTE(0x76)) | digits) & JSON_EACH_BYTE(0x80);
    uint32_t n = others ? (uint32_t)__builtin_ctzll(others) / 8 : JSON_WORD;

    *ret_word = 0;
    if (n == 0 || n == JSON_WORD || p[n] == '.' || (p[n] | 0x20) == 'e' || (n > 1 && *p == '0'))
        return json_scalar_end_slowly(p, end, ret_word);
    return p + n;
}

/* What the walk has come to. */
struct json_walker {
    const char *text, *end;
    struct json_span *span; /* of the next value */
};

/* Where the value ends. Mostly it is as long as the last one: the CPU goes on from there before it
 * has seen this one's end, which each next step would wait for otherwise. */
static inline const char *json_foresee(struct json_node *node, const char *from, const char *to)
{
    const char *foreseen = from + node->value_n, *ret = foreseen;

    __asm__("" : "+r"(ret)); /* the compiler must not know that it would be `to` as well */
    if (to == foreseen)
        return ret;
    node->value_n = (uint32_t)(to - from);
    return to;
}

/* The value behind a node, which is put into its span; NULL when it is none. */
static inline const char *json_value_end(struct json_walker *w, struct json_node *node,
                                         const char *p)
{
    uint32_t word = 0;
    const char *to = node->then == JSON_THEN_STRING ? json_string_end(p, w->end)
                                                    : json_scalar_end(p, w->end, &word);

    if (!to || to >= w->end)
        return NULL;
    *w->span++ = (struct json_span){(uint32_t)(p - w->text), (uint32_t)(to - p) | word};
    return json_foresee(node, p, to);
}

/* The node among those from *first on that has p's text and, with it, a value; moves it to the
 * front and *p behind both. Only a value tells a number from null, which is text. */
static inline struct json_node *json_choose(struct json_walker *w, struct json_node **first,
                                            const char **p)
{
    for (struct json_node **place = first, *node; (node = *place); place = &node->other) {
        const char *at = *p + node->length;
        if (!json_is_text(*p, node->text, node->length) || at > w->end)
            continue;
        if (node->then == JSON_THEN_STRING || node->then == JSON_THEN_SCALAR)
            at = json_value_end(w, node, at);
        if (!at)
            continue;
        if (place != first) {
            *place = node->other;
            node->other = *first;
            *first = node;
        }
        *p = at;
        return node;
    }
    return NULL;
}

static inline const struct json_node *json_walk_loop(struct json_node **root, const char *text,
                                                     const char *end, struct json_span *spans,
                                                     const char **ret_end)
{
    struct json_walker w = {text, end, spans};
    struct json_node **first = root, *node;
    const char *p = text;

    while ((node = json_choose(&w, first, &p)) && node->then != JSON_THEN_END)
        first = &node->next;
    *ret_end = p;
    return node;
}
