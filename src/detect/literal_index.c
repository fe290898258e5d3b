/*
 * literal_index.c - every literal is found through a few of its bytes, its gram.
 *
 * For "contains" the value's windows of four bytes are hashed into a bitmap of
 * about 3 % density, so that most windows cost one load and one test; the rest
 * are looked up in a table of grams and compared in full. Of a literal the gram
 * that is likely the rarest in logs is taken: a path's "\win" or "ows\" would be
 * found in each value. Where all literals are long several grams of each are
 * taken, side by side, and only one window in as many is looked at. (Search by
 * q-grams: Wu and Manber, "A fast algorithm for multi-pattern searching", 1994.)
 *
 * Prefixes and suffixes are looked up by their outermost eight bytes, or four,
 * and whole values by a hash. Literals shorter than that are few and are tried
 * one by one.
 */
#include "detect/literal_index.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    GRAM = 4,
    LONG_GRAM = 8,
    STRIDE_MAX = 16,
    STRIDE_GRAMS_MAX = 4096, /* so that the bitmap stays in the first cache */
    SLOT_BITS_MIN = 2,
    SLOT_BITS_MAX = 20,
    BITMAP_BITS_OVER = 5, /* 2^5 bits of bitmap a slot */
    BITMAP_BITS_MAX = 21, /* 256 KiB */
};

enum table_id {
    TABLE_EXACT, /* as the kinds of literals, up to here */
    TABLE_NUMBER,
    TABLE_PREFIX,
    TABLE_SUFFIX,
    TABLE_CONTAINS,
    TABLE_LONG_PREFIX, /* by LONG_GRAM bytes */
    TABLE_LONG_SUFFIX,
    TABLE_COUNT,
};

struct entry {
    uint32_t key;    /* the gram, or a hash */
    uint32_t offset; /* of the gram in the text */
    str text;
    uint32_t target;
};

/* Entries in the order of their slot; those of slot i are starts[i] .. starts[i + 1]. */
struct table {
    struct entry *entries;
    uint32_t *starts;
    uint32_t count, slot_bits;
};

struct literal_index {
    struct table tables[TABLE_COUNT];
    struct entry *shorts[LITERAL_KINDS]; /* those of ASCII first */
    uint32_t short_counts[LITERAL_KINDS], ascii_counts[LITERAL_KINDS];
    size_t exact_bytes_max; /* the longest of LITERAL_EXACT and LITERAL_NUMBER */
    uint64_t *bitmap;       /* of the grams of LITERAL_CONTAINS */
    uint32_t bitmap_bits;
    uint32_t stride; /* of the windows that are looked at */
};

/* ------------------------------------------------------------ keys */

static uint32_t load_gram(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof gram);
    return gram;
}

/* Fibonacci hashing: the upper bits of the product are well mixed. */
static uint32_t mix(uint32_t key)
{
    return key * 0x9E3779B1u;
}

static uint32_t long_key(const char *p)
{
    uint64_t gram;

    memcpy(&gram, p, sizeof gram);
    return (uint32_t)(gram * 0x9E3779B97F4A7C15u >> 32);
}

static uint32_t exact_key(str text)
{
    return (uint32_t)hash64(text, 0);
}

static uint32_t slot_of(const struct table *t, uint32_t key)
{
    return mix(key) >> (32 - t->slot_bits);
}

/* ------------------------------------------------------------ building */

static uint32_t bits_for(uint32_t count, uint32_t least, uint32_t most)
{
    uint32_t bits = least;

    while (bits < most && (1u << bits) < count)
        bits++;
    return bits;
}

/* Puts the entries in the order of their slots: a counting sort. */
static void table_build(struct table *t, const struct entry *entries, uint32_t count)
{
    t->count = count;
    if (count == 0)
        return;
    t->slot_bits = bits_for(count, SLOT_BITS_MIN, SLOT_BITS_MAX);
    uint32_t slots = 1u << t->slot_bits;
    t->starts = mem_array((size_t)slots + 1, sizeof *t->starts);
    t->entries = mem_array(count, sizeof *t->entries);
    for (uint32_t i = 0; i < count; i++)
        t->starts[slot_of(t, entries[i].key)]++;
    for (uint32_t i = 0, sum = 0; i <= slots; i++) {
        sum += i < slots ? t->starts[i] : 0;
        t->starts[i] = sum; /* the slot's end; filling goes down to its start */
    }
    for (uint32_t i = count; i-- > 0;)
        t->entries[--t->starts[slot_of(t, entries[i].key)]] = entries[i];
}

/* How common a byte is in the values of logs, 0 to 4: letters by their frequency in English, and
 * what paths and command lines are made of. */
static uint32_t commonness(char c)
{
    static const str classes[] = {S("etaoinsr\\."), S("lcdmpuhw- /:"), S("gfybvk_=\"0123"),
                                  S("xjqz456789")};

    for (uint32_t i = 0; i < countof(classes); i++)
        if (memchr(classes[i].p, c, classes[i].n))
            return 4 - i;
    return 0;
}

/* The place in a text from which `count` grams that begin side by side are likely the rarest. */
static uint32_t rarest_grams(str text, uint32_t count)
{
    uint32_t best = 0, best_score = UINT32_MAX;

    for (size_t i = 0; i + GRAM + count - 1 <= text.n; i++) {
        uint32_t score = 0;
        for (size_t k = 0; k < count; k++)
            for (size_t at = i + k; at < i + k + GRAM; at++)
                score += commonness(text.p[at]);
        if (score < best_score) {
            best = (uint32_t)i;
            best_score = score;
        }
    }
    return best;
}

static bool is_short(const struct literal *l)
{
    return l->kind >= LITERAL_PREFIX && l->text.n < GRAM;
}

static enum table_id table_of(const struct literal *l)
{
    bool is_long = l->text.n >= LONG_GRAM;

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
    return TABLE_CONTAINS;
}

/* The entry of a literal that is not short, of "contains" for the gram at `offset`. */
static struct entry entry_of(const struct literal *l, enum table_id table, uint32_t offset)
{
    struct entry e = {.text = l->text, .target = l->target};

    switch (table) {
    case TABLE_EXACT:
    case TABLE_NUMBER:
        e.key = exact_key(l->text);
        return e;
    case TABLE_LONG_PREFIX:
        e.key = long_key(l->text.p);
        return e;
    case TABLE_LONG_SUFFIX:
        e.offset = (uint32_t)l->text.n - LONG_GRAM;
        e.key = long_key(l->text.p + e.offset);
        return e;
    case TABLE_SUFFIX:
        e.offset = (uint32_t)l->text.n - GRAM;
        break;
    case TABLE_CONTAINS:
        e.offset = offset;
        break;
    case TABLE_PREFIX:
    case TABLE_COUNT:
        break;
    }
    e.key = load_gram(l->text.p + e.offset);
    return e;
}

static bool is_ascii(str s)
{
    char all = 0;

    for (size_t i = 0; i < s.n; i++)
        all |= s.p[i];
    return !(all & 0x80);
}

static void build_shorts(struct literal_index *x, enum literal_kind kind,
                         const struct literal *literals, uint32_t count)
{
    uint32_t shorts = 0;

    for (uint32_t i = 0; i < count; i++)
        shorts += literals[i].kind == kind && is_short(&literals[i]);
    x->shorts[kind] = mem_array(shorts, sizeof **x->shorts);
    for (int ascii = 1; ascii >= 0; ascii--) {
        for (uint32_t i = 0; i < count; i++)
            if (literals[i].kind == kind && is_short(&literals[i]) &&
                is_ascii(literals[i].text) == ascii)
                x->shorts[kind][x->short_counts[kind]++] =
                    (struct entry){.text = literals[i].text, .target = literals[i].target};
        if (ascii)
            x->ascii_counts[kind] = x->short_counts[kind];
    }
}

/*
 * How many windows may be passed over: a literal of n bytes has n - 3 grams, and
 * of any that many windows side by side one holds a gram that was entered.
 */
static uint32_t stride_of(const struct literal *literals, uint32_t count)
{
    uint32_t stride = STRIDE_MAX, grams = 0;

    for (uint32_t i = 0; i < count; i++)
        if (literals[i].kind == LITERAL_CONTAINS && !is_short(&literals[i])) {
            grams++;
            if (literals[i].text.n - GRAM + 1 < stride)
                stride = (uint32_t)literals[i].text.n - GRAM + 1;
        }
    while (stride > 1 && stride * grams > STRIDE_GRAMS_MAX)
        stride--;
    return stride;
}

static void build_table(struct literal_index *x, enum table_id table,
                        const struct literal *literals, uint32_t count)
{
    uint32_t each = table == TABLE_CONTAINS ? x->stride : 1, n = 0;
    struct entry *entries = mem_array((size_t)count * each, sizeof *entries);

    for (uint32_t i = 0; i < count; i++) {
        if (is_short(&literals[i]) || table_of(&literals[i]) != table)
            continue;
        uint32_t from = table == TABLE_CONTAINS ? rarest_grams(literals[i].text, each) : 0;
        for (uint32_t k = 0; k < each; k++)
            entries[n++] = entry_of(&literals[i], table, from + k);
    }
    table_build(&x->tables[table], entries, n);
    free(entries);
}

static void build_bitmap(struct literal_index *x)
{
    const struct table *t = &x->tables[TABLE_CONTAINS];

    x->bitmap_bits = t->slot_bits + BITMAP_BITS_OVER;
    if (x->bitmap_bits > BITMAP_BITS_MAX)
        x->bitmap_bits = BITMAP_BITS_MAX;
    x->bitmap = mem_array((((size_t)1 << x->bitmap_bits) + 63) / 64, sizeof *x->bitmap);
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t bit = mix(t->entries[i].key) >> (32 - x->bitmap_bits);
        x->bitmap[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
}

struct literal_index *literal_index_new(const struct literal *literals, uint32_t count)
{
    struct literal_index *x = mem_alloc(sizeof *x);

    for (uint32_t i = 0; i < count; i++)
        if (literals[i].kind <= LITERAL_NUMBER && literals[i].text.n > x->exact_bytes_max)
            x->exact_bytes_max = literals[i].text.n;
    x->stride = stride_of(literals, count);
    for (uint32_t table = 0; table < TABLE_COUNT; table++)
        build_table(x, (enum table_id)table, literals, count);
    for (uint32_t kind = LITERAL_PREFIX; kind < LITERAL_KINDS; kind++)
        build_shorts(x, (enum literal_kind)kind, literals, count);
    if (x->tables[TABLE_CONTAINS].count)
        build_bitmap(x);
    return x;
}

void literal_index_free(struct literal_index *x)
{
    if (!x)
        return;
    for (uint32_t table = 0; table < TABLE_COUNT; table++) {
        free(x->tables[table].entries);
        free(x->tables[table].starts);
    }
    for (uint32_t kind = 0; kind < LITERAL_KINDS; kind++)
        free(x->shorts[kind]);
    free(x->bitmap);
    free(x);
}

/* ------------------------------------------------------------ scanning */

/* Reports the entries of the key whose text stands in the value with its gram at `at`. */
static void look_up(const struct table *t, uint32_t key, str value, size_t at, literal_hit *hit,
                    void *ctx)
{
    if (t->count == 0)
        return;
    uint32_t slot = slot_of(t, key);
    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++) {
        const struct entry *e = &t->entries[i];
        if (e->key != key || at < e->offset || value.n - (at - e->offset) < e->text.n)
            continue;
        if (memcmp(value.p + (at - e->offset), e->text.p, e->text.n) == 0)
            hit(ctx, e->target);
    }
}

static void scan_exact(const struct table *t, uint32_t key, str value, literal_hit *hit, void *ctx)
{
    if (t->count == 0)
        return;
    uint32_t slot = slot_of(t, key);
    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++)
        if (t->entries[i].key == key && str_eq(t->entries[i].text, value))
            hit(ctx, t->entries[i].target);
}

static void scan_edges(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    size_t last = value.n - GRAM;

    look_up(&x->tables[TABLE_PREFIX], load_gram(value.p), value, 0, hit, ctx);
    look_up(&x->tables[TABLE_SUFFIX], load_gram(value.p + last), value, last, hit, ctx);
    if (value.n < LONG_GRAM)
        return;
    last = value.n - LONG_GRAM;
    look_up(&x->tables[TABLE_LONG_PREFIX], long_key(value.p), value, 0, hit, ctx);
    look_up(&x->tables[TABLE_LONG_SUFFIX], long_key(value.p + last), value, last, hit, ctx);
}

/* 1 when the gram's bit is set, else 0. */
static uint32_t in_bitmap(const uint64_t *bitmap, uint32_t shift, uint32_t gram)
{
    uint32_t bit = mix(gram) >> shift;

    return (uint32_t)(bitmap[bit / 64] >> (bit % 64)) & 1;
}

/* All windows, four of one load at a time as long as eight bytes are left: written out, as the
 * compiler would not. */
static void scan_each(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    const struct table *t = &x->tables[TABLE_CONTAINS];
    const uint64_t *bitmap = x->bitmap;
    const uint32_t shift = 32 - x->bitmap_bits;
    size_t i = 0;

    for (; i + 8 <= value.n; i += 4) {
        uint64_t word;
        memcpy(&word, value.p + i, sizeof word);
        uint32_t found = in_bitmap(bitmap, shift, (uint32_t)word) |
                         in_bitmap(bitmap, shift, (uint32_t)(word >> 8)) << 1 |
                         in_bitmap(bitmap, shift, (uint32_t)(word >> 16)) << 2 |
                         in_bitmap(bitmap, shift, (uint32_t)(word >> 24)) << 3;
        for (; found; found &= found - 1) {
            uint32_t k = (uint32_t)__builtin_ctz(found);
            look_up(t, (uint32_t)(word >> (8 * k)), value, i + k, hit, ctx);
        }
    }
    for (; i + GRAM <= value.n; i++)
        if (in_bitmap(bitmap, shift, load_gram(value.p + i)))
            look_up(t, load_gram(value.p + i), value, i, hit, ctx);
}

static void scan_strided(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    const struct table *t = &x->tables[TABLE_CONTAINS];
    const uint64_t *bitmap = x->bitmap;
    const uint32_t shift = 32 - x->bitmap_bits, stride = x->stride;

    for (size_t i = 0; i + GRAM <= value.n; i += stride) {
        uint32_t gram = load_gram(value.p + i);
        if (in_bitmap(bitmap, shift, gram))
            look_up(t, gram, value, i, hit, ctx);
    }
}

static bool short_is_true(enum literal_kind kind, str value, str text)
{
    if (kind == LITERAL_PREFIX)
        return str_starts(value, text);
    if (kind == LITERAL_SUFFIX)
        return str_ends(value, text);
    return text.n == 0 || (value.n && memmem(value.p, value.n, text.p, text.n));
}

static void scan_shorts(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    for (uint32_t kind = LITERAL_PREFIX; kind < LITERAL_KINDS; kind++) {
        uint32_t count = x->ascii_counts[kind];
        if (x->short_counts[kind] > count && !is_ascii(value))
            count = x->short_counts[kind];
        for (uint32_t i = 0; i < count; i++)
            if (short_is_true((enum literal_kind)kind, value, x->shorts[kind][i].text))
                hit(ctx, x->shorts[kind][i].target);
    }
}

void literal_index_scan(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    if (value.n <= x->exact_bytes_max) {
        uint32_t key = exact_key(value);
        scan_exact(&x->tables[TABLE_EXACT], key, value, hit, ctx);
        scan_exact(&x->tables[TABLE_NUMBER], key, value, hit, ctx);
    }
    scan_shorts(x, value, hit, ctx);
    if (value.n < GRAM)
        return;
    scan_edges(x, value, hit, ctx);
    if (x->bitmap && x->stride == 1)
        scan_each(x, value, hit, ctx);
    else if (x->bitmap)
        scan_strided(x, value, hit, ctx);
}

void literal_index_number(const struct literal_index *x, str canonical, literal_hit *hit, void *ctx)
{
    scan_exact(&x->tables[TABLE_NUMBER], exact_key(canonical), canonical, hit, ctx);
}
