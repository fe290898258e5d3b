/*
 * pattern_draft.c - clusters lines by the shape of their tokens, and writes a pattern of each.
 *
 * Two rounds: the first finds, for each shape, which words differ from line to line; in the second
 * a word of few values is part of the shape.
 */
#include "message/pattern_draft.h"

#include "base/mem.h"
#include "message/draft_name.h"
#include "message/draft_token.h"

#include <stdlib.h>

enum {
    DISTINCT_MAX = 12, /* values of a word that are told apart */
    SPLIT_VALUES_MAX = 6,
    SPLIT_LINES_MIN = 2, /* each of those stands in so many lines on the average */
    SLOTS = 1 << 15,
    KEY_BYTES_MAX = 8 * 1024,
};

enum fate { FATE_LITERAL, FATE_HOLE, FATE_SPLIT };

struct draft_line {
    const struct draft_token *tokens;
    uint32_t count;
};

struct position {
    str values[DISTINCT_MAX];
    uint32_t distinct; /* DISTINCT_MAX: so many or more */
    uint8_t fate;
};

struct cluster {
    str key;
    const struct draft_line *line; /* the first */
    str text;                      /* of that */
    struct position *positions;
    uint32_t lines;
};

struct draft {
    struct arena *arena;
    struct draft_line *lines;
    struct cluster *clusters;
    uint32_t count, capacity;
    uint32_t slots[SLOTS]; /* cluster, from 1 */
    struct buf key;
};

static struct cluster *cluster_of(struct draft *d, str key)
{
    uint32_t mix = 5381;

    for (size_t i = 0; i < key.n; i++)
        mix = mix * 33u + (uint8_t)key.p[i];
    for (uint32_t at = mix & (SLOTS - 1);; at = (at + 1) & (SLOTS - 1)) {
        if (d->slots[at] && !str_eq(d->clusters[d->slots[at] - 1].key, key))
            continue;
        if (!d->slots[at]) {
            struct cluster *room =
                arena_push(d->arena, (void **)&d->clusters, &d->count, &d->capacity, sizeof *room);
            *room = (struct cluster){.key = arena_str(d->arena, key)};
            d->slots[at] = d->count;
        }
        return &d->clusters[d->slots[at] - 1];
    }
}

static void note_value(struct position *p, str value)
{
    if (p->distinct == DISTINCT_MAX)
        return;
    for (uint32_t i = 0; i < p->distinct; i++)
        if (str_eq(p->values[i], value))
            return;
    p->values[p->distinct++] = value;
}

/* Puts a line into the cluster of the key that is in d->key. */
static struct cluster *add_line(struct draft *d, const struct draft_line *line, str text)
{
    struct cluster *c = cluster_of(d, buf_str(&d->key));

    if (!c->line) {
        c->line = line;
        c->text = text;
        c->positions = arena_array(d->arena, line->count + 1, sizeof *c->positions);
    }
    c->lines++;
    for (uint32_t i = 0; i < line->count; i++)
        if (line->tokens[i].kind != DRAFT_DELIMITER)
            note_value(&c->positions[i], line->tokens[i].text);
    return c;
}

/* Words are masked, but those that `shape` (of the first round) says part it. */
static void make_key(struct draft *d, const struct draft_line *line, const struct cluster *shape)
{
    buf_clear(&d->key);
    for (uint32_t i = 0; i < line->count; i++) {
        const struct draft_token *t = &line->tokens[i];
        const uint8_t kind = t->kind == DRAFT_MIXED ? DRAFT_WORD : t->kind;
        buf_char(&d->key, (char)(kind + 1));
        bool told = kind == DRAFT_DELIMITER ||
                    (shape && kind == DRAFT_WORD && shape->positions[i].fate == FATE_SPLIT);
        if (told)
            buf_add(&d->key, t->text);
        buf_char(&d->key, '\0');
    }
}

/* "worker-3": one of many, however few there are. */
static bool has_digit(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* What becomes of each word of a shape. */
static void decide(struct cluster *c)
{
    for (uint32_t i = 0; i < c->line->count; i++) {
        struct position *p = &c->positions[i];
        const struct draft_token *t = &c->line->tokens[i];
        bool few = p->distinct <= SPLIT_VALUES_MAX && p->distinct * SPLIT_LINES_MIN <= c->lines;
        if (t->kind != DRAFT_WORD)
            p->fate = t->kind == DRAFT_DELIMITER ? FATE_LITERAL : FATE_HOLE;
        else if (draft_is_value(c->line->tokens, i))
            p->fate = FATE_HOLE;
        else
            p->fate = p->distinct == 1             ? FATE_LITERAL
                      : few && !has_digit(t->text) ? FATE_SPLIT
                                                   : FATE_HOLE;
    }
}

static int by_lines(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;

    return x->lines != y->lines ? (x->lines < y->lines ? 1 : -1) : str_cmp(x->key, y->key);
}

static struct draft_line *tokens_of(struct draft *d, const str *lines, uint32_t count)
{
    struct draft_line *all = arena_array(d->arena, count + 1, sizeof *all);

    for (uint32_t i = 0; i < count; i++) {
        struct draft_token tokens[DRAFT_TOKENS_MAX];
        all[i].count = draft_tokens(lines[i], tokens, DRAFT_TOKENS_MAX);
        struct draft_token *kept = arena_array(d->arena, all[i].count + 1, sizeof *kept);
        memcpy(kept, tokens, all[i].count * sizeof *kept);
        all[i].tokens = kept;
    }
    return all;
}

/* The clusters of both rounds; those of the second are left in d. */
static void cluster_lines(struct draft *d, const str *lines, uint32_t count)
{
    struct cluster **shapes = arena_array(d->arena, count + 1, sizeof(void *));
    uint32_t *places = arena_array(d->arena, count + 1, sizeof *places);

    for (uint32_t i = 0; i < count; i++) {
        make_key(d, &d->lines[i], NULL);
        places[i] = (uint32_t)(add_line(d, &d->lines[i], lines[i]) - d->clusters);
    }
    for (uint32_t i = 0; i < d->count; i++)
        decide(&d->clusters[i]);
    for (uint32_t i = 0; i < count; i++)
        shapes[i] = &d->clusters[places[i]];
    d->clusters = NULL;
    d->count = d->capacity = 0;
    memset(d->slots, 0, sizeof d->slots);
    for (uint32_t i = 0; i < count; i++) {
        make_key(d, &d->lines[i], shapes[i]);
        struct cluster *c = add_line(d, &d->lines[i], lines[i]);
        for (uint32_t k = 0; k < c->line->count; k++)
            c->positions[k].fate = shapes[i]->positions[k].fate;
    }
    qsort(d->clusters, d->count, sizeof *d->clusters, by_lines);
}

/* ------------------------------------------------------------ YAML */

/* In single quotes, in which a quote is doubled. */
static void put_quoted(struct buf *out, str s)
{
    buf_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_char(out, '\'');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '\'');
}

/* Can it stand in YAML as it is? */
static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

static void put_literal(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\t') {
            buf_add(out, S("\\t"));
            continue;
        }
        if (memchr("\\^$.|?*+()[]{}", s.p[i], 14) || (s.p[i] == '%' && i + 1 < s.n))
            buf_char(out, '\\');
        buf_char(out, s.p[i]);
    }
}

static void put_pattern(const struct cluster *c, struct arena *a, struct buf *out)
{
    const struct draft_line *line = c->line;
    struct draft_names names = {0};
    struct buf text CLEANUP(buf_done) = buf_make(KEY_BYTES_MAX * 4);

    for (uint32_t i = 0; i < line->count; i++) {
        if (c->positions[i].fate != FATE_HOLE) {
            put_literal(&text, line->tokens[i].text);
            continue;
        }
        const char next = i + 1 < line->count ? line->tokens[i + 1].text.p[0] : '\0';
        draft_put_field(line->tokens, i, next, &names, a, &text);
    }
    put_quoted(out, buf_str(&text));
}

static void put_head(const struct draft_options *o, struct buf *out)
{
    str name = o->name;
    size_t n = 0;

    buf_add(out, S("name: "));
    for (size_t i = 0; i < name.n && n < 32; i++, n++) {
        char c = ascii_lower(name.p[i]);
        bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        buf_char(out, fits ? c : '_');
    }
    buf_printf(out, "%s\nsummary: '%s'\n", n ? "" : "draft", "a draft: say which product this is");
    if (o->program.n) {
        buf_add(out, S("programs: ["));
        put_quoted(out, o->program);
        buf_add(out, S("]\n"));
    } else {
        buf_add(out, S("bare: true\n"));
    }
}

static bool has_time(const struct draft *d)
{
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t k = 0; k < d->clusters[i].line->count; k++)
            if (d->clusters[i].line->tokens[k].kind == DRAFT_TIME)
                return true;
    return false;
}

static uint32_t put_patterns(const struct draft *d, struct buf *out)
{
    uint32_t count = 0;

    buf_add(out, S("# To each pattern may be added: action, outcome (success or failure), activity "
                   "(logon, http ...),\n# and columns. See docs/pattern-files.md.\npatterns:\n"));
    for (uint32_t i = 0; i < d->count && count < DRAFT_PATTERNS_MAX; i++) {
        if (!is_plain(d->clusters[i].text))
            continue;
        buf_printf(out, "  # %u %s\n  - pattern: ", d->clusters[i].lines,
                   d->clusters[i].lines == 1 ? "line" : "lines");
        put_pattern(&d->clusters[i], d->arena, out);
        buf_char(out, '\n');
        count++;
    }
    return count;
}

static void put_tests(const struct draft *d, struct buf *out)
{
    uint32_t count = 0;

    buf_add(out, S("tests:\n"));
    for (uint32_t i = 0; i < d->count && count < DRAFT_PATTERNS_MAX; i++) {
        if (!is_plain(d->clusters[i].text))
            continue;
        buf_add(out, S("  - line: "));
        put_quoted(out, d->clusters[i].text);
        buf_char(out, '\n');
        count++;
    }
}

void pattern_draft(const struct draft_options *o, const str *lines, uint32_t count, struct arena *a,
                   struct buf *out, uint32_t *ret_patterns)
{
    struct draft *d = mem_alloc(sizeof *d);

    d->arena = a;
    d->key = buf_make(KEY_BYTES_MAX * 2);
    d->lines = tokens_of(d, lines, count);
    cluster_lines(d, lines, count);
    put_head(o, out);
    if (has_time(d))
        buf_add(out, S("time: timestamp\n"));
    *ret_patterns = put_patterns(d, out);
    put_tests(d, out);
    buf_done(&d->key);
    free(d);
}
