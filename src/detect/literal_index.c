/*
 * literal_index.c - every literal is found through four of its bytes, its gram.
 *
 * For "contains" the value's windows of four bytes are hashed into a bitmap of
 * about 3 % density, so that most windows cost one load and one test; the rest
 * are looked up in a table of grams and compared in full. Of a literal the gram
 * that is likely the rarest in logs is taken: a path's "\win" or "ows\" would be
 * found in each value. Prefixes and suffixes are looked up by their outermost
 * gram, whole values by a hash. Literals shorter than a gram are few and are
 * tried one by one. (Multi-pattern matching by q-grams: Wu and Manber, "A fast
 * algorithm for multi-pattern searching", 1994.)
 */
#include "detect/literal_index.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    GRAM = 4,
    SLOT_BITS_MIN = 2,
    SLOT_BITS_MAX = 20,
    BITMAP_BITS_OVER = 5, /* 2^5 bits of bitmap a slot */
    BITMAP_BITS_MAX = 21, /* 256 KiB */
};

struct entry {
    uint32_t key;    /* the gram, or the hash of the whole text */
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
    struct table tables[LITERAL_KINDS]; /* keyed by gram */
    struct entry *shorts[LITERAL_KINDS];
    uint32_t short_counts[LITERAL_KINDS];
    uint64_t *bitmap; /* of the grams of LITERAL_CONTAINS */
    uint32_t bitmap_bits;
};

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

/* How common a byte is in the values of logs, 0 to 4: letters by their frequency in English, and
 * what paths and command lines are made of. */
static uint32_t commonness(char c)
{
    static const char classes[][16] = {"etaoinsr\\.", "lcdmpuhw- /:", "gfybvk_=\"0123",
                                       "xjqz456789"};

    for (uint32_t i = 0; i < countof(classes); i++)
        if (c && memchr(classes[i], c, strnlen(classes[i], sizeof classes[i])))
            return 4 - i;
    return 0;
}

/* The place of the rarest gram of a text of at least GRAM bytes. */
static uint32_t rarest_gram(str text)
{
    uint32_t best = 0, best_score = UINT32_MAX;

    for (size_t i = 0; i + GRAM <= text.n; i++) {
        uint32_t score = 0;
        for (size_t k = 0; k < GRAM; k++)
            score += commonness(text.p[i + k]);
        if (score < best_score) {
            best = (uint32_t)i;
            best_score = score;
        }
    }
    return best;
}

static uint32_t bits_for(uint32_t count, uint32_t least, uint32_t most)
{
    uint32_t bits = least;

    while (bits < most && (1u << bits) < count)
        bits++;
    return bits;
}

static uint32_t slot_of(const struct table *t, uint32_t key)
{
    return mix(key) >> (32 - t->slot_bits);
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

static struct entry entry_of(const struct literal *l)
{
    struct entry e = {.text = l->text, .target = l->target};

    if (l->kind == LITERAL_EXACT || l->kind == LITERAL_NUMBER) {
        e.key = (uint32_t)hash64(l->text, 0);
        return e;
    }
    if (l->text.n < GRAM)
        return e;
    if (l->kind == LITERAL_SUFFIX)
        e.offset = (uint32_t)l->text.n - GRAM;
    else if (l->kind == LITERAL_CONTAINS)
        e.offset = rarest_gram(l->text);
    e.key = load_gram(l->text.p + e.offset);
    return e;
}

static bool is_short(const struct literal *l)
{
    return l->kind >= LITERAL_PREFIX && l->text.n < GRAM;
}

static void build_kind(struct literal_index *x, enum literal_kind kind,
                       const struct literal *literals, uint32_t count)
{
    struct entry *entries = mem_array(count, sizeof *entries);
    uint32_t n = 0, shorts = 0;

    for (uint32_t i = 0; i < count; i++)
        shorts += literals[i].kind == kind && is_short(&literals[i]);
    x->shorts[kind] = mem_array(shorts, sizeof **x->shorts);
    for (uint32_t i = 0; i < count; i++) {
        if (literals[i].kind != kind)
            continue;
        if (is_short(&literals[i]))
            x->shorts[kind][x->short_counts[kind]++] = entry_of(&literals[i]);
        else
            entries[n++] = entry_of(&literals[i]);
    }
    table_build(&x->tables[kind], entries, n);
    free(entries);
}

static void build_bitmap(struct literal_index *x)
{
    const struct table *t = &x->tables[LITERAL_CONTAINS];

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

    for (uint32_t kind = 0; kind < LITERAL_KINDS; kind++)
        build_kind(x, (enum literal_kind)kind, literals, count);
    if (x->tables[LITERAL_CONTAINS].count)
        build_bitmap(x);
    return x;
}

void literal_index_free(struct literal_index *x)
{
    if (!x)
        return;
    for (uint32_t kind = 0; kind < LITERAL_KINDS; kind++) {
        free(x->tables[kind].entries);
        free(x->tables[kind].starts);
        free(x->shorts[kind]);
    }
    free(x->bitmap);
    free(x);
}

/* Reports the entries of the key whose text stands in the value with its gram at `at`. */
static void look_up(const struct table *t, uint32_t key, str value, size_t at, literal_hit *hit,
                    void *ctx)
{
    uint32_t slot = slot_of(t, key);

    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++) {
        const struct entry *e = &t->entries[i];
        if (e->key != key || at < e->offset || value.n - (at - e->offset) < e->text.n)
            continue;
        if (memcmp(value.p + (at - e->offset), e->text.p, e->text.n) == 0)
            hit(ctx, e->target);
    }
}

static void scan_exact(const struct table *t, str value, literal_hit *hit, void *ctx)
{
    if (t->count == 0)
        return;
    uint32_t key = (uint32_t)hash64(value, 0), slot = slot_of(t, key);
    for (uint32_t i = t->starts[slot]; i < t->starts[slot + 1]; i++)
        if (t->entries[i].key == key && str_eq(t->entries[i].text, value))
            hit(ctx, t->entries[i].target);
}

static void scan_grams(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    const uint64_t *bitmap = x->bitmap;
    uint32_t shift = 32 - x->bitmap_bits;

    for (size_t i = 0; i + GRAM <= value.n; i++) {
        uint32_t gram = load_gram(value.p + i), bit = mix(gram) >> shift;
        if (bitmap[bit / 64] >> (bit % 64) & 1)
            look_up(&x->tables[LITERAL_CONTAINS], gram, value, i, hit, ctx);
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

void literal_index_scan(const struct literal_index *x, str value, literal_hit *hit, void *ctx)
{
    scan_exact(&x->tables[LITERAL_EXACT], value, hit, ctx);
    scan_exact(&x->tables[LITERAL_NUMBER], value, hit, ctx);
    for (uint32_t kind = LITERAL_PREFIX; kind < LITERAL_KINDS; kind++)
        for (uint32_t i = 0; i < x->short_counts[kind]; i++)
            if (short_is_true((enum literal_kind)kind, value, x->shorts[kind][i].text))
                hit(ctx, x->shorts[kind][i].target);
    if (value.n < GRAM)
        return;
    if (x->tables[LITERAL_PREFIX].count)
        look_up(&x->tables[LITERAL_PREFIX], load_gram(value.p), value, 0, hit, ctx);
    size_t last = value.n - GRAM;
    if (x->tables[LITERAL_SUFFIX].count)
        look_up(&x->tables[LITERAL_SUFFIX], load_gram(value.p + last), value, last, hit, ctx);
    if (x->bitmap)
        scan_grams(x, value, hit, ctx);
}

void literal_index_number(const struct literal_index *x, str canonical, literal_hit *hit, void *ctx)
{
    scan_exact(&x->tables[LITERAL_NUMBER], canonical, hit, ctx);
}
