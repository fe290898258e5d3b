/*
 * template.c - compiles templates to literals and holes, and matches them.
 *
 * Brackets are spread out: a row with k of them becomes up to 2^k variants, each a plain sequence,
 * in order. Rows are found by the text's first byte. Within a variant most holes have one way to
 * match; text, {name*} and a word before a literal without a blank have several, which are tried in
 * turn, the last such hole first (backtracking over positions of the literal behind it).
 */
#include "message/template.h"

#include "base/mem.h"
#include "message/dialect.h"
#include "message/endpoint.h"
#include "message/hole.h"

#include <stdlib.h>

enum {
    VARIANTS_MAX = 64, /* of one row */
    BRACKETS_MAX = 6,
    HOLES_MAX = TEMPLATE_PARTS_MAX / 2,
    BYTES = 256,
    TEXT_MAX = 1024, /* bytes of a template */
};

struct part {
    str literal; /* of a literal; else empty */
    str name;    /* of a hole; empty: it is dropped */
    uint8_t hole;
    bool is_hole;
};

struct variant {
    uint32_t row, from, count; /* parts */
};

struct template_set {
    const struct template_row *rows;
    char *texts; /* of variants, spread out */
    struct part *parts;
    struct variant *variants;
    uint32_t part_count, variant_count, text_bytes;
    uint32_t part_room, variant_room;
    uint16_t *order;            /* variants by first byte, a list after the other */
    uint32_t begins[BYTES + 1]; /* of the list of a byte */
};

/* ------------------------------------------------------------ compilation */

static struct part *new_part(struct template_set *s)
{
    if (s->part_count == s->part_room) {
        s->part_room = s->part_room * 2 + 64;
        s->parts = mem_resize(s->parts, s->part_room, sizeof *s->parts);
    }
    struct part *part = &s->parts[s->part_count++];
    *part = (struct part){0};
    return part;
}

/* {name:type}, {name*}, {:type}: what stands between the braces. */
static void compile_hole(struct part *part, str inner)
{
    part->is_hole = true;
    part->hole = HOLE_WORD;
    if (inner.n && inner.p[inner.n - 1] == '*') {
        part->hole = HOLE_GREEDY;
        part->name = (str){inner.p, inner.n - 1};
        return;
    }
    str rest = inner;
    part->name = str_cut(&rest, ':');
    if (rest.n) {
        int type = hole_type(rest);
        assert(type >= 0);
        part->hole = (uint8_t)type;
    }
}

static void compile_parts(struct template_set *s, str text)
{
    char *out = s->texts;

    while (text.n) {
        struct part *part = new_part(s);
        if (text.p[0] == '{' && !(text.n > 1 && text.p[1] == '{')) {
            const char *end = memchr(text.p, '}', text.n);
            assert(end);
            compile_hole(part, (str){text.p + 1, (size_t)(end - text.p) - 1});
            text = str_from_at(text, (size_t)(end - text.p) + 1);
            continue;
        }
        size_t from = s->text_bytes;
        while (text.n && (text.p[0] != '{' || (text.n > 1 && text.p[1] == '{'))) {
            out[s->text_bytes++] = text.p[0];
            text = str_from_at(text, text.p[0] == '{' ? 2 : 1);
        }
        part->literal = (str){out + from, s->text_bytes - from};
    }
}

/* A hole of several ways is followed by a literal, or nothing. */
static void check_parts(const struct template_set *s, const struct variant *v)
{
    assert(v->count > 0 && v->count <= TEMPLATE_PARTS_MAX);
    for (uint32_t i = 0; i + 1 < v->count; i++) {
        const struct part *part = &s->parts[v->from + i];
        if (part->is_hole && hole_is_open(part->hole))
            assert(!part[1].is_hole);
    }
}

/* The text with each bracket's first or second side, as the bits of `sides` say. */
static str spread(const char *text, uint32_t sides, char out[TEXT_MAX])
{
    size_t n = 0;
    uint32_t bracket = 0;
    const char *p = text;

    while (*p) {
        if (p[0] != '[' || p[1] != '[') {
            assert(n < TEXT_MAX);
            out[n++] = *p++;
            continue;
        }
        const char *bar = strstr(p, "||"), *end = strstr(p, "]]");
        assert(bar && end && bar < end);
        str side = sides >> bracket & 1 ? (str){bar + 2, (size_t)(end - bar) - 2}
                                        : (str){p + 2, (size_t)(bar - p) - 2};
        assert(n + side.n <= TEXT_MAX);
        if (side.n)
            memcpy(out + n, side.p, side.n);
        n += side.n;
        p = end + 2;
        bracket++;
    }
    return (str){out, n};
}

static uint32_t count_brackets(const char *text)
{
    uint32_t n = 0;

    for (const char *p = strstr(text, "[["); p; p = strstr(p + 2, "[["))
        n++;
    assert(n <= BRACKETS_MAX);
    return n;
}

static void compile_row(struct template_set *s, uint32_t row)
{
    const char *text = s->rows[row].text;
    uint32_t brackets = count_brackets(text);
    char out[TEXT_MAX];

    for (uint32_t sides = 0; sides < 1u << brackets; sides++) {
        if (s->variant_count == s->variant_room) {
            s->variant_room = s->variant_room * 2 + 32;
            s->variants = mem_resize(s->variants, s->variant_room, sizeof *s->variants);
        }
        /* Names and literals are slices of constants where they can be, but a bracket's are not. */
        str plain = spread(text, sides, out);
        char *kept = s->texts + s->text_bytes;
        memcpy(kept, plain.p, plain.n);
        s->text_bytes += (uint32_t)plain.n;
        struct variant *v = &s->variants[s->variant_count++];
        *v = (struct variant){.row = row, .from = s->part_count};
        compile_parts(s, (str){kept, plain.n});
        v->count = s->part_count - v->from;
        check_parts(s, v);
    }
}

/* May a text with that first byte be one of the variant? */
static bool may_begin(const struct template_set *s, const struct variant *v, uint8_t byte)
{
    const struct part *first = &s->parts[v->from];

    return first->is_hole ? hole_may_begin(first->hole, byte)
                          : (uint8_t)first->literal.p[0] == byte;
}

static void index_variants(struct template_set *s)
{
    uint32_t n = 0;

    for (int fill = 0; fill < 2; fill++) {
        n = 0;
        for (uint32_t byte = 0; byte < BYTES; byte++) {
            s->begins[byte] = n;
            for (uint32_t i = 0; i < s->variant_count; i++) {
                if (!may_begin(s, &s->variants[i], (uint8_t)byte))
                    continue;
                if (fill)
                    s->order[n] = (uint16_t)i;
                n++;
            }
        }
        s->begins[BYTES] = n;
        if (!fill)
            s->order = mem_array(n + 1, sizeof *s->order);
    }
}

struct template_set *template_set_new(const struct template_row *rows, size_t count)
{
    struct template_set *s = mem_alloc(sizeof *s);
    size_t bytes = 0;

    s->rows = rows;
    for (size_t i = 0; i < count; i++)
        bytes += 2 * (strlen(rows[i].text) << count_brackets(rows[i].text));
    s->texts = mem_array(bytes + 1, 1);
    for (size_t i = 0; i < count; i++)
        compile_row(s, (uint32_t)i);
    assert(s->text_bytes <= bytes && s->variant_count < UINT16_MAX);
    index_variants(s);
    return s;
}

void template_set_free(struct template_set *s)
{
    if (!s)
        return;
    free(s->order);
    free(s->variants);
    free(s->parts);
    free(s->texts);
    free(s);
}

/* ------------------------------------------------------------ matching */

/* An open hole and where it ends for now. */
struct choice {
    uint16_t part;
    uint32_t begins, ends;
};

struct matching {
    const struct part *parts;
    uint32_t count;
    str text;
    uint32_t steps;
    struct choice choices[HOLES_MAX];
    uint32_t choice_count;
    str values[TEMPLATE_PARTS_MAX];
};

/* The next end of the open hole, `from` being the last; UINT32_MAX when there is none. `first`:
 * the first one is asked for. */
static uint32_t next_end(const struct matching *m, const struct choice *c, bool first)
{
    const struct part *part = &m->parts[c->part];
    bool last = c->part + 1u == m->count;
    str behind = last ? (str){0} : part[1].literal;

    if (last)
        return first ? (uint32_t)m->text.n : UINT32_MAX;
    str rest;
    const char *at;
    if (part->hole == HOLE_GREEDY) {
        size_t limit = first ? m->text.n : c->ends + behind.n - 1;
        if (limit < c->begins + behind.n)
            return UINT32_MAX;
        rest = (str){m->text.p + c->begins, limit - c->begins};
        at = hole_find_last(rest, behind);
    } else {
        rest = str_from_at(m->text, first ? c->begins : c->ends + 1);
        at = str_find(rest, behind);
    }
    if (!at)
        return UINT32_MAX;
    uint32_t end = (uint32_t)(at - m->text.p);
    if (part->hole == HOLE_WORD && !hole_is_word((str){m->text.p + c->begins, end - c->begins}))
        return UINT32_MAX;
    return end;
}

/* Goes on with another end of the last open hole that has one; false when none has. */
static bool go_back(struct matching *m, uint32_t *part, uint32_t *at)
{
    while (m->choice_count) {
        struct choice *c = &m->choices[m->choice_count - 1];
        c->ends = next_end(m, c, false);
        if (c->ends != UINT32_MAX) {
            m->values[c->part] = (str){m->text.p + c->begins, c->ends - c->begins};
            *part = c->part + 1u;
            *at = c->ends;
            return true;
        }
        m->choice_count--;
    }
    return false;
}

/* Takes one part at *at; false when it does not fit. */
static bool take_part(struct matching *m, uint32_t i, uint32_t *at)
{
    const struct part *part = &m->parts[i];
    str rest = str_from_at(m->text, *at);

    if (!part->is_hole) {
        *at += (uint32_t)part->literal.n;
        return str_starts(rest, part->literal);
    }
    bool word = part->hole == HOLE_WORD &&
                (i + 1 == m->count || part[1].is_hole || part[1].literal.p[0] == ' ');
    if (!hole_is_open(part->hole) || word) {
        size_t n = hole_take(part->hole, rest, &m->values[i]);
        *at += (uint32_t)n;
        return n > 0;
    }
    struct choice *c = &m->choices[m->choice_count];
    *c = (struct choice){.part = (uint16_t)i, .begins = *at};
    c->ends = next_end(m, c, true);
    if (c->ends == UINT32_MAX)
        return false;
    m->choice_count++;
    m->values[i] = (str){m->text.p + *at, c->ends - *at};
    *at = c->ends;
    return true;
}

static bool match_variant(struct matching *m)
{
    uint32_t part = 0, at = 0;

    m->choice_count = 0;
    m->steps = 0;
    for (;;) {
        bool fits = ++m->steps <= TEMPLATE_STEPS_MAX;
        if (!fits)
            return false;
        if (part == m->count) {
            if (at == m->text.n)
                return true;
            fits = false;
        } else {
            fits = take_part(m, part++, &at);
        }
        if (!fits && !go_back(m, &part, &at))
            return false;
    }
}

static void put_fields(const struct matching *m, struct message *msg)
{
    for (uint32_t i = 0; i < m->count; i++) {
        const struct part *part = &m->parts[i];
        if (!part->is_hole)
            continue;
        if (part->hole == HOLE_TIME)
            message_time_text(msg, m->values[i]);
        else if (part->hole == HOLE_ENDPOINT)
            endpoint_add(msg, part->name, m->values[i]);
        else if (part->name.n && part->hole == HOLE_INT)
            message_add_number(msg, part->name, m->values[i]);
        else if (part->name.n)
            message_add(msg, part->name, m->values[i]);
    }
}

/* Which fields come of it varies, then. */
static bool has_endpoint(const struct matching *m)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->parts[i].is_hole && m->parts[i].hole == HOLE_ENDPOINT)
            return true;
    return false;
}

static const struct template_row *match(const struct template_set *s, struct message *msg, str text,
                                        bool whole)
{
    struct matching m; /* all of it is set before it is read, and it is large */

    m.text = text;
    if (text.n == 0 || text.n >= UINT32_MAX)
        return NULL;
    const uint8_t byte = (uint8_t)text.p[0];
    for (uint32_t i = s->begins[byte]; i < s->begins[byte + 1u]; i++) {
        const struct variant *v = &s->variants[s->order[i]];
        m.parts = s->parts + v->from;
        m.count = v->count;
        if (!match_variant(&m))
            continue;
        put_fields(&m, msg);
        const struct template_row *row = &s->rows[v->row];
        if (row->kind)
            message_kind(msg, row->kind);
        if (whole && !has_endpoint(&m))
            msg->layout = s->order[i] + 1u;
        return row;
    }
    return NULL;
}

const struct template_row *template_match(const struct template_set *s, struct message *m)
{
    return match(s, m, m->text, true);
}

const char *template_text(const struct template_set *s, uint32_t layout)
{
    assert(layout > 0 && layout <= s->variant_count);
    return s->rows[s->variants[layout - 1].row].text;
}

const struct template_row *template_match_part(const struct template_set *s, struct message *m,
                                               str part)
{
    return match(s, m, part, false);
}
