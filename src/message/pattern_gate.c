/* pattern_gate.c - a hash table of four bytes of each literal, behind a bitmap that fits a page. */
#include "message/pattern_gate.h"

#include "base/mem.h"
#include "message/pattern_file.h"

#include <stdlib.h>

enum {
    GRAM_BYTES = 4,
    SLOTS_LOG2 = 14,
    SLOTS = 1 << SLOTS_LOG2,
};

/* A literal whose gram hashes into a slot; those of a slot are a list. */
struct mark {
    str literal;
    uint32_t gram, offset; /* of the gram in the literal */
    uint32_t place;        /* of the dialect, from 1 */
    uint32_t next;         /* mark of the same slot, from 1; 0: none */
};

struct pattern_gate {
    struct mark *marks;
    uint32_t mark_count;
    uint64_t filled[SLOTS / 64];
    uint32_t slots[SLOTS]; /* first mark, from 1 */
    uint64_t always[PATTERN_GATE_WORDS];
};

static uint32_t gram_at(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof gram);
    return gram;
}

static uint32_t slot_of(uint32_t gram)
{
    return gram * 0x9E3779B1u >> (32 - SLOTS_LOG2);
}

static void set_bit(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

/* How often the bytes of a gram are met in any text: what is rare is asked for. */
static uint32_t commonness(const char *p)
{
    uint32_t sum = 0;

    for (int i = 0; i < GRAM_BYTES; i++) {
        if (memchr(" etaoinrs=\"", p[i], 11))
            sum += 3;
        else if (ascii_lower(p[i]) >= 'a' && p[i] >= 'a' && p[i] <= 'z')
            sum += 2;
        else
            sum += p[i] >= '0' && p[i] <= '9' ? 3 : 1;
    }
    return sum;
}

static uint32_t best_offset(str literal)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i + GRAM_BYTES <= literal.n; i++)
        if (commonness(literal.p + i) < commonness(literal.p + best))
            best = i;
    return best;
}

static void add_mark(struct pattern_gate *g, str literal, uint32_t place)
{
    const uint32_t offset = best_offset(literal), gram = gram_at(literal.p + offset),
                   slot = slot_of(gram);

    g->marks[g->mark_count++] = (struct mark){
        .literal = literal, .gram = gram, .offset = offset, .place = place, .next = g->slots[slot]};
    g->slots[slot] = g->mark_count;
    set_bit(g->filled, slot);
}

bool pattern_gate_is_open(const struct dialect *d)
{
    const struct pattern_file *f = d->detail;

    for (uint32_t i = 0; i < f->row_count; i++)
        if (f->rows[i].literal.n < GRAM_BYTES)
            return true;
    return false;
}

struct pattern_gate *pattern_gate_new(const struct dialect *const *items, size_t count)
{
    struct pattern_gate *g = mem_alloc(sizeof *g);
    size_t rows = 0;

    for (size_t i = 0; i < count; i++)
        rows += items[i]->gate ? ((const struct pattern_file *)items[i]->detail)->row_count : 0;
    g->marks = mem_array(rows + 1, sizeof *g->marks);
    for (size_t i = 0; i < count; i++) {
        const struct dialect *d = items[i];
        if (!d->gate)
            continue;
        assert(d->gate <= PATTERN_GATE_DIALECTS_MAX);
        if (pattern_gate_is_open(d)) {
            set_bit(g->always, d->gate - 1u);
            continue;
        }
        const struct pattern_file *f = d->detail;
        for (uint32_t k = 0; k < f->row_count; k++)
            add_mark(g, f->rows[k].literal, d->gate);
    }
    return g;
}

void pattern_gate_free(struct pattern_gate *g)
{
    if (!g)
        return;
    free(g->marks);
    free(g);
}

static void look(const struct pattern_gate *g, str text, size_t at, uint32_t slot, uint64_t *ret)
{
    const uint32_t gram = gram_at(text.p + at);

    for (uint32_t i = g->slots[slot]; i; i = g->marks[i - 1].next) {
        const struct mark *m = &g->marks[i - 1];
        if (m->gram != gram || at < m->offset)
            continue;
        if (str_starts(str_from_at(text, at - m->offset), m->literal))
            set_bit(ret, m->place - 1);
    }
}

void pattern_gate_scan(const struct pattern_gate *g, str text, uint64_t ret[PATTERN_GATE_WORDS])
{
    memcpy(ret, g->always, sizeof g->always);
    for (size_t i = 0; i + GRAM_BYTES <= text.n; i++) {
        const uint32_t slot = slot_of(gram_at(text.p + i));
        if (g->filled[slot / 64] >> slot % 64 & 1)
            look(g, text, i, slot, ret);
    }
}
