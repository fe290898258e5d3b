/*
 * gram_set.c - the choice of grams, and the way from a place to its literals.
 *
 * What a filter lets pass is what costs: a gram is chosen by how often windows
 * that fall into its slot stand in the field's values, by the profile, which
 * counts the common grams. Without one, letters and the characters of paths are
 * taken to be common.
 *
 * A filter of 4,096 slots takes some hundreds of grams; more are spread over
 * several filters. Thousands of them go into one large bitmap instead.
 */
#include "detect/gram_set.h"

#include "base/mem.h"
#include "simd/gram.h"

#include <stdlib.h>

enum {
    FILTER_GRAMS = 900, /* of 4,096 slots */
    FILTERS_MAX = 6,
    SLOTS_A_GRAM = 24, /* of a large bitmap */
    LARGE_BITS_MAX = 20,
    CHUNK = 4096, /* places are collected for so many bytes of a value */
    SLOT_BITS_MIN = 4,
    SLOT_BITS_MAX = 20,
    SEEN_BITS = 15, /* 4 KiB: stays in the first cache */
};

struct gram_entry {
    str text;
    uint32_t gram, edge;          /* the gram, and the bytes at the end that is farther off */
    uint32_t offset, edge_offset; /* of these in the text */
    uint32_t target;
};

struct gram_set {
    const struct simd *simd; /* whose filters these are */
    struct gram_filter filters[FILTERS_MAX];
    uint32_t filter_count;
    uint8_t *seen;              /* a bit for each value of the upper SEEN_BITS of a gram's key */
    struct gram_entry *entries; /* in the order of their slots */
    uint32_t *starts;
    uint32_t shift;
};

static uint32_t load_gram(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof gram);
    return gram;
}

static uint32_t key_of(uint32_t gram)
{
    return gram * 0x85EBCA6Bu;
}

/* ------------------------------------------------------------ choosing */

/* How common each ASCII byte is in the values of logs, 0 to 4: letters by their frequency in
 * English, and what paths and command lines are made of. */
static const char commonness[] = "00000000000000000000000000000000"
                                 "30200000000003432222111111300200"
                                 "00000000000000000000000000004002"
                                 "04233422341233443144432312100000";

/* A guess at how many of the field's windows are this gram. */
static double guess(const char *gram)
{
    const double most = 0.002;
    uint32_t rarity = 0; /* each step is half as common */

    for (uint32_t i = 0; i < GRAM_BYTES; i++)
        rarity += 4u - (gram[i] & 0x80 ? 0u : (uint32_t)(commonness[(uint8_t)gram[i]] - '0'));
    return most / (double)(1u << rarity);
}

/* What is known while a set is made. */
struct choice {
    const struct simd *simd;
    uint32_t bits;
    const float *weights; /* by slot: the share of the field's windows that fall into it; or NULL */
};

static void add_weights(float *weights, const struct simd *simd, uint32_t bits,
                        const struct profile_gram *grams, uint32_t count, double share)
{
    for (uint32_t i = 0; i < count; i++)
        weights[simd->gram_slot(grams[i].bytes, bits)] += (float)(grams[i].occurrences * share);
}

/* What is common in other fields may come in this one too. */
static float *weights_of(const struct simd *simd, uint32_t bits, const struct gram_profile *p)
{
    const double others = 0.2;

    if (!p || !p->all || p->all->bytes == 0)
        return NULL;
    float *weights = mem_array((size_t)1 << bits, sizeof *weights);
    add_weights(weights, simd, bits, p->all->grams, p->all->gram_count,
                others / (double)p->all->bytes);
    if (p->field && p->field->bytes)
        add_weights(weights, simd, bits, p->field->grams, p->field->gram_count,
                    1.0 / (double)p->field->bytes);
    return weights;
}

static bool is_set(const struct gram_filter *f, uint32_t slot)
{
    return f->table[slot / 8] >> (slot % 8) & 1;
}

/* The gram of the text that adds least: to what the filter lets pass, and to the literals that are
 * compared at such a place. */
static uint32_t rarest_gram(const struct choice *c, const struct gram_filter *f, str text)
{
    double best_cost = 1e9;
    uint32_t best = 0;

    for (uint32_t i = 0; i + GRAM_BYTES <= text.n; i++) {
        uint32_t slot = c->simd->gram_slot(text.p + i, c->bits);
        double cost = guess(text.p + i);
        if (c->weights)
            cost += (double)c->weights[slot] * (is_set(f, slot) ? 0.5 : 1);
        if (cost < best_cost) {
            best_cost = cost;
            best = i;
        }
    }
    return best;
}

/* ------------------------------------------------------------ building */

static uint32_t bits_for(uint64_t count, uint32_t least, uint32_t most)
{
    uint32_t bits = least;

    while (bits < most && (1ull << bits) < count)
        bits++;
    return bits;
}

/* How many filters, of how many slots. */
static uint32_t plan_filters(struct gram_set *s, uint32_t count)
{
    uint32_t filters = (count + FILTER_GRAMS - 1) / FILTER_GRAMS;

    s->simd = simd_best();
    if (s->simd->gram_bits_max == GRAM_BITS_MIN && filters <= FILTERS_MAX) {
        s->filter_count = filters;
        return GRAM_BITS_MIN;
    }
    if (s->simd->gram_bits_max == GRAM_BITS_MIN)
        s->simd = simd_of(SIMD_PORTABLE);
    s->filter_count = 1;
    return bits_for((uint64_t)count * SLOTS_A_GRAM, GRAM_BITS_MIN, LARGE_BITS_MAX);
}

/* Puts the entries in the order of their slots: a counting sort. */
static void build_table(struct gram_set *s, const struct gram_entry *entries, uint32_t count,
                        struct arena *a)
{
    s->seen = arena_array(a, (1u << SEEN_BITS) / 8, 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bit = key_of(entries[i].gram) >> (32 - SEEN_BITS);
        s->seen[bit / 8] |= (uint8_t)(1u << (bit % 8));
    }

    uint32_t bits = bits_for(2 * (uint64_t)count, SLOT_BITS_MIN, SLOT_BITS_MAX);
    uint32_t slots = 1u << bits;

    s->shift = 32 - bits;
    s->starts = arena_array(a, (size_t)slots + 1, sizeof *s->starts);
    s->entries = arena_array(a, count, sizeof *s->entries);
    for (uint32_t i = 0; i < count; i++)
        s->starts[key_of(entries[i].gram) >> s->shift]++;
    for (uint32_t i = 0, sum = 0; i <= slots; i++) {
        sum += i < slots ? s->starts[i] : 0;
        s->starts[i] = sum;
    }
    for (uint32_t i = count; i-- > 0;)
        s->entries[--s->starts[key_of(entries[i].gram) >> s->shift]] = entries[i];
}

static uint8_t *table_new(struct arena *a, uint32_t bits)
{
    const uintptr_t line = 64;
    uintptr_t p = (uintptr_t)arena_array(a, ((size_t)1 << bits) / 8 + line, 1);

    return (uint8_t *)((p + line - 1) & ~(line - 1));
}

struct gram_set *gram_set_new(const struct gram_literal *literals, uint32_t count,
                              const struct gram_profile *profile, struct arena *a)
{
    struct gram_set *s = arena_alloc(a, sizeof *s);
    struct gram_entry *entries = mem_array(count, sizeof *entries);
    uint32_t bits = plan_filters(s, count);
    float *weights = weights_of(s->simd, bits, profile);
    struct choice choice = {s->simd, bits, weights};

    for (uint32_t i = 0; i < s->filter_count; i++)
        s->filters[i] = (struct gram_filter){bits, table_new(a, bits)};
    assert(s->filter_count);
    for (uint32_t i = 0; i < count; i++) {
        str text = literals[i].text;
        struct gram_filter *f = &s->filters[i % s->filter_count];
        uint32_t at = rarest_gram(&choice, f, text);
        uint32_t slot = s->simd->gram_slot(text.p + at, bits);
        f->table[slot / 8] |= (uint8_t)(1u << (slot % 8));
        uint32_t last = (uint32_t)text.n - GRAM_BYTES, edge = 2 * at > last ? 0 : last;
        entries[i] = (struct gram_entry){text, load_gram(text.p + at), load_gram(text.p + edge), at,
                                         edge, literals[i].target};
    }
    build_table(s, entries, count, a);
    free(entries);
    free(weights);
    return s;
}

/* ------------------------------------------------------------ scanning */

static void look_up(const struct gram_set *s, str value, size_t at,
                    void (*hit)(void *ctx, uint32_t target), void *ctx)
{
    uint32_t gram = load_gram(value.p + at), key = key_of(gram), slot = key >> s->shift;
    uint32_t bit = key >> (32 - SEEN_BITS);

    if (!(s->seen[bit / 8] >> (bit % 8) & 1))
        return;
    for (uint32_t i = s->starts[slot]; i < s->starts[slot + 1]; i++) {
        const struct gram_entry *e = &s->entries[i];
        if (e->gram != gram || at < e->offset || value.n - (at - e->offset) < e->text.n)
            continue;
        const char *begin = value.p + (at - e->offset);
        if (load_gram(begin + e->edge_offset) == e->edge &&
            memcmp(begin, e->text.p, e->text.n) == 0)
            hit(ctx, e->target);
    }
}

void gram_set_scan(const struct gram_set *s, str value, void (*hit)(void *ctx, uint32_t target),
                   void *ctx)
{
    uint32_t places[CHUNK];

    /* Chunks overlap by a gram less a byte, so that each window is in one. */
    for (size_t from = 0; from + GRAM_BYTES <= value.n; from += CHUNK - GRAM_BYTES + 1) {
        size_t n = value.n - from < CHUNK ? value.n - from : CHUNK;
        for (uint32_t f = 0; f < s->filter_count; f++) {
            size_t count = s->simd->gram_scan(&s->filters[f], value.p + from, n, places);
            for (size_t i = 0; i < count; i++)
                look_up(s, value, from + places[i], hit, ctx);
        }
    }
}
