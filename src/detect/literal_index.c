/*
 * literal_index.c - every literal is found through a few of its bytes.
 *
 * Whole values are looked up by their first and last eight bytes and their
 * length, prefixes and suffixes by their outermost eight bytes, or four. For
 * "contains" see gram_set.h. Literals shorter than four bytes are few, as no
 * rule is woken by them if it can be helped, and are tried one by one.
 */
#include "detect/literal_index.h"

#include "base/mem.h"
#include "simd/simd.h"

#include <endian.h>
#include <stdlib.h>

enum {
    EDGE = 4,
    LONG_EDGE = 8,
    SLOT_BITS_MIN = 2,
    SLOT_BITS_MAX = 20,
    SEEN_BITS = 9, /* of a table: most values are in none, and no other memory is touched then */
    SEEN_WORDS = (1 << SEEN_BITS) / 64,
    LENGTH_BITS = 63, /* lengths from here on share a bit */
};

enum table_id {
    TABLE_EXACT, /* as the kinds of literals, up to here */
    TABLE_NUMBER,
    TABLE_PREFIX,
    TABLE_SUFFIX,
    TABLE_LONG_PREFIX, /* by LONG_EDGE bytes */
    TABLE_LONG_SUFFIX,
    TABLE_COUNT,
};

struct entry {
    str text;
    uint32_t key; /* of its outermost bytes */
    uint32_t target;
};

/* Entries in the order of their slot; those of slot i are starts[i] .. starts[i + 1]. */
struct table {
    uint64_t seen[SEEN_WORDS]; /* a bit for each value of the upper SEEN_BITS of a key */
    struct entry *entries;
    uint32_t *starts;
    uint32_t count, shift;
};

struct literal_index {
    const struct simd *simd;
    uint64_t exact_lengths; /* bit n: a whole literal of n bytes; the last bit for all longer */
    bool has_edges, has_shorts, minds_ascii;
    struct table tables[TABLE_COUNT];
    struct gram_set *ascii, *other;      /* NULL when there are none */
    struct entry *shorts[LITERAL_KINDS]; /* those of ASCII first */
    uint32_t short_counts[LITERAL_KINDS], ascii_counts[LITERAL_KINDS];
};

/* ------------------------------------------------------------ keys */

static uint32_t load4(const char *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

static uint64_t load8(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* Fibonacci hashing: the upper bits of the product are well mixed. */
static uint32_t edge_key(const char *p)
{
    return load4(p) * 0x9E3779B1u;
}

static uint32_t long_edge_key(const char *p)
{
    return (uint32_t)(load8(p) * 0x9E3779B97F4A7C15u >> 32);
}

/* Reads eight bytes at s.p, whatever its length. */
static uint32_t exact_key(str s)
{
    uint64_t first = le64toh(load8(s.p)), last;

    if (s.n < 8) {
        first = s.n ? first << (8 * (8 - s.n)) : 0;
        last = first;
    } else {
        last = load8(s.p + s.n - 8);
    }
    uint64_t h = first * 0xC2B2AE3D27D4EB4Fu ^ last ^ (uint64_t)s.n << 56;
    return (uint32_t)(h * 0x9E3779B97F4A7C15u >> 32);
}

static uint32_t exact_key_of_literal(str s)
{
    char padded[8] = {0};

    if (s.n >= sizeof padded)
        return exact_key(s);
    if (s.n)
        memcpy(padded, s.p, s.n);
    return exact_key((str){padded, s.n});
}

static uint64_t length_bit(size_t n)
{
    return 1ull << (n < LENGTH_BITS ? n : LENGTH_BITS);
}

/* ------------------------------------------------------------ building */

static uint32_t bits_for(uint32_t count)
{
    uint32_t bits = SLOT_BITS_MIN;

    while (bits < SLOT_BITS_MAX && (1u << bits) < 2 * count)
        bits++;
    return bits;
}

/* Puts the entries in the order of their slots: a counting sort. */
static void table_build(struct table *t, const struct entry *entries, uint32_t count,
                        struct arena *a)
{
    t->count = count;
    if (count == 0)
        return;
    uint32_t bits = bits_for(count), slots = 1u << bits;
    t->shift = 32 - bits;
    t->starts = arena_array(a, (size_t)slots + 1, sizeof *t->starts);
    t->entries = arena_array(a, count, sizeof *t->entries);
    for (uint32_t i = 0; i < count; i++) {
        t->starts[entries[i].key >> t->shift]++;
        t->seen[entries[i].key >> (32 - SEEN_BITS) >> 6] |=
            1ull << (entries[i].key >> (32 - SEEN_BITS) & 63);
    }
    for (uint32_t i = 0, sum = 0; i <= slots; i++) {
        sum += i < slots ? t->starts[i] : 0;
        t->starts[i] = sum; /* the slot's end; filling goes down to its start */
    }
    for (uint32_t i = count; i-- > 0;)
        t->entries[--t->starts[entries[i].key >> t->shift]] = entries[i];
}

static bool is_short(const struct literal *l)
{
    return l->kind >= LITERAL_PREFIX && l->text.n < EDGE;
}

/* TABLE_COUNT for what is in no table. */
static enum table_id table_of(const struct literal *l)
{
    bool is_long = l->text.n >= LONG_EDGE;

    if (is_short(l))
        return TABLE_COUNT;
    switch (l->kind) {
    case LITERAL_EXACT:
        return TABLE_EXACT;
    case LITERAL_NUMBER:
        return TABLE_NUMBER;
    case LITERAL_PREFIX:
        return is_long ? TABLE_LONG_PREFIX : TABLE_PREFIX;
    case LITERAL_SUFFIX:
        return is_long ? TABLE_LONG_SUFFIX : TABLE_SUFFIX;
    case LITERAL_CONTAINS:
    case LITERAL_KINDS:
        break;
    }
    return TABLE_COUNT;
}

static uint32_t key_of(const struct literal *l, enum table_id table)
{
    str text = l->text;

    switch (table) {
    case TABLE_PREFIX:
        return edge_key(text.p);
    case TABLE_SUFFIX:
        return edge_key(text.p + text.n - EDGE);
    case TABLE_LONG_PREFIX:
        return long_edge_key(text.p);
    case TABLE_LONG_SUFFIX:
        return long_edge_key(text.p + text.n - LONG_EDGE);
    default:
        return exact_key_of_literal(text);
    }
}

static void build_shorts(struct literal_index *x, enum literal_kind kind,
                         const struct literal *literals, uint32_t count, struct arena *a)
{
    uint32_t shorts = 0;

    for (uint32_t i = 0; i < count; i++)
        shorts += literals[i].kind == kind && is_short(&literals[i]);
    x->shorts[kind] = arena_array(a, shorts, sizeof **x->shorts);
    for (int ascii = 1; ascii >= 0; ascii--) {
        for (uint32_t i = 0; i < count; i++)
            if (literals[i].kind == kind && is_short(&literals[i]) &&
                str_is_ascii(literals[i].text) == ascii)
                x->shorts[kind][x->short_counts[kind]++] =
                    (struct entry){.text = literals[i].text, .target = literals[i].target};
        if (ascii)
            x->ascii_counts[kind] = x->short_counts[kind];
    }
    x->has_shorts = x->has_shorts || shorts;
    x->minds_ascii = x->minds_ascii || x->short_counts[kind] > x->ascii_counts[kind];
}

static void build_tables(struct literal_index *x, const struct literal *literals, uint32_t count,
                         struct arena *a)
{
    struct entry *entries = mem_array(count, sizeof *entries);

    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (table_of(&literals[i]) != table)
                continue;
            entries[n++] = (struct entry){.text = literals[i].text,
                                          .target = literals[i].target,
                                          .key = key_of(&literals[i], (enum table_id)table)};
            if (table <= TABLE_NUMBER)
                x->exact_lengths |= length_bit(literals[i].text.n);
        }
        table_build(&x->tables[table], entries, n, a);
        x->has_edges = x->has_edges || (table >= TABLE_PREFIX && n);
    }
    free(entries);
}

/* The literals of "contains" that are ASCII, or are not: a value of ASCII alone has none of the
 * others, and there are thousands of them in rules for look-alike letters. */
static struct gram_set *build_grams(const struct literal *literals, uint32_t count, bool ascii,
                                    const struct gram_profile *profile, struct arena *a)
{
    struct gram_literal *items = mem_array(count, sizeof *items);
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        if (literals[i].kind == LITERAL_CONTAINS && !is_short(&literals[i]) &&
            str_is_ascii(literals[i].text) == ascii)
            items[n++] = (struct gram_literal){literals[i].text, literals[i].target};
    struct gram_set *set = n ? gram_set_new(items, n, profile, a) : NULL;
    free(items);
    return set;
}

struct literal_index *literal_index_new(const struct literal *literals, uint32_t count,
                                        const struct gram_profile *profile, struct arena *a)
{
    struct literal_index *x = arena_alloc(a, sizeof *x);

    x->simd = simd_best();
    build_tables(x, literals, count, a);
    for (uint32_t kind = LITERAL_PREFIX; kind < LITERAL_KINDS; kind++)
        build_shorts(x, (enum literal_kind)kind, literals, count, a);
    x->ascii = build_grams(literals, count, true, profile, a);
    x->other = build_grams(literals, count, false, profile, a);
    x->minds_ascii = x->minds_ascii || x->other;
    return x;
}

/* ------------------------------------------------------------ scanning */

static inline bool was_seen(const struct table *t, uint32_t key)
{
    uint32_t bit = key >> (32 - SEEN_BITS);

    return t->seen[bit >> 6] >> (bit & 63) & 1;
}

static inline void scan_exact(const struct table *t, uint32_t key, str value, literal_hit *hit,
                              void *ctx)
{
    if (!was_seen(t, key))
        return;
    uint32_t slot = key >> t->shift;
    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++)
        if (t->entries[i].key == key && str_eq(t->entries[i].text, value))
            hit(ctx, t->entries[i].target);
}

/* Prefixes, or suffixes. */
static inline void scan_edge(const struct table *t, uint32_t key, str value, bool suffix,
                             literal_hit *hit, void *ctx)
{
    if (!was_seen(t, key))
        return;
    uint32_t slot = key >> t->shift;
    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++) {
        const struct entry *e = &t->entries[i];
        if (e->key == key && (suffix ? str_ends(value, e->text) : str_starts(value, e->text)))
            hit(ctx, e->target);
    }
}

static void scan_edges(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    const char *end = value.p + value.n;

    scan_edge(&x->tables[TABLE_PREFIX], edge_key(value.p), value, false, hit, ctx);
    scan_edge(&x->tables[TABLE_SUFFIX], edge_key(end - EDGE), value, true, hit, ctx);
    if (value.n < LONG_EDGE)
        return;
    scan_edge(&x->tables[TABLE_LONG_PREFIX], long_edge_key(value.p), value, false, hit, ctx);
    scan_edge(&x->tables[TABLE_LONG_SUFFIX], long_edge_key(end - LONG_EDGE), value, true, hit, ctx);
}

static bool short_is_true(const struct simd *simd, enum literal_kind kind, str value, str text)
{
    if (kind == LITERAL_PREFIX)
        return str_starts(value, text);
    if (kind == LITERAL_SUFFIX)
        return str_ends(value, text);
    return text.n == 0 || simd->find(value.p, value.n, text.p, text.n) < value.n;
}

static void scan_shorts(const struct literal_index *x, str value, bool ascii, literal_hit *hit,
                        void *ctx)
{
    for (uint32_t kind = LITERAL_PREFIX; kind < LITERAL_KINDS; kind++) {
        uint32_t count = ascii ? x->ascii_counts[kind] : x->short_counts[kind];
        for (uint32_t i = 0; i < count; i++)
            if (short_is_true(x->simd, (enum literal_kind)kind, value, x->shorts[kind][i].text))
                hit(ctx, x->shorts[kind][i].target);
    }
}

void literal_index_scan(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    bool ascii = !x->minds_ascii || x->simd->is_ascii(value.p, value.n);

    if (x->exact_lengths & length_bit(value.n)) {
        uint32_t key = exact_key(value);
        scan_exact(&x->tables[TABLE_EXACT], key, value, hit, ctx);
        scan_exact(&x->tables[TABLE_NUMBER], key, value, hit, ctx);
    }
    if (value.n >= EDGE) {
        if (x->has_edges)
            scan_edges(x, value, hit, ctx);
        if (x->ascii)
            gram_set_scan(x->ascii, value, hit, ctx);
        if (x->other && !ascii)
            gram_set_scan(x->other, value, hit, ctx);
    }
    if (x->has_shorts)
        scan_shorts(x, value, ascii, hit, ctx);
}

void literal_index_number(const struct literal_index *x, str canonical, literal_hit *hit, void *ctx)
{
    scan_exact(&x->tables[TABLE_NUMBER], exact_key_of_literal(canonical), canonical, hit, ctx);
}

bool literal_index_has_numbers(const struct literal_index *x)
{
    return x->tables[TABLE_NUMBER].count > 0;
}
