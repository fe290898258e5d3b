/*
 * regex_symbol.c - code points are cut where some class begins or ends; pieces that are in the same
 * classes are one symbol. A node of UTF-8 is a table of what the next byte leads to. Equal ones are
 * kept once, so that [^x], which has all of Unicode, needs seven.
 */
#include "text/regex_symbol.h"

enum { CUTS_MAX = 4096, CONTINUATIONS = 64, LEVELS = 3 /* continuation bytes of a character */ };

struct maker {
    struct arena *arena;
    uint32_t *cuts; /* where a piece begins, ascending; [0] is 0 */
    uint32_t cut_count;
    uint8_t *symbol_of; /* by piece */
    uint16_t (*nodes)[256];
    uint32_t node_count, node_capacity;
    uint32_t
        uniform[LEVELS]; /* the last node of that many bytes to come that is all one symbol... */
    uint32_t uniform_symbol[LEVELS]; /* ... and which; REGEX_NONE */
    bool full;
};

static void add_cut(struct maker *m, uint32_t at)
{
    uint32_t i = m->cut_count;

    if (at > REGEX_CODE_POINT_MAX)
        return;
    while (i > 0 && m->cuts[i - 1] > at)
        i--;
    if (i > 0 && m->cuts[i - 1] == at)
        return;
    memmove(m->cuts + i + 1, m->cuts + i, (m->cut_count - i) * sizeof *m->cuts);
    m->cuts[i] = at;
    m->cut_count++;
}

static void cut(struct maker *m, const struct regex_class *classes, uint32_t count)
{
    size_t room = 2;

    for (uint32_t i = 0; i < count; i++)
        room += 2 * (size_t)classes[i].set.count;
    m->cuts = arena_array(m->arena, room, sizeof *m->cuts);
    m->full = room > CUTS_MAX;
    if (m->full)
        return;
    add_cut(m, 0);
    add_cut(m, 0x80); /* no piece has bytes of its own and characters of several bytes */
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < classes[i].set.count; k++) {
            add_cut(m, classes[i].set.ranges[k].low);
            add_cut(m, classes[i].set.ranges[k].high + 1);
        }
}

/* Gives each piece its symbol: that of an earlier one in the same classes and, if it is ASCII, on
 * the same side of it. */
static bool name_pieces(struct maker *m, struct regex_class *classes, uint32_t count,
                        struct regex_alphabet *ret)
{
    uint32_t first[REGEX_SYMBOLS_MAX] = {0}; /* the first piece of each symbol */
    size_t words = (count + 63) / 64;
    uint64_t *in = arena_array(m->arena, (size_t)m->cut_count * words + 1, sizeof *in);

    m->symbol_of = (uint8_t *)arena_bytes(m->arena, m->cut_count);
    for (uint32_t i = 0; i < m->cut_count; i++) {
        uint64_t *mine = in + i * words;
        for (uint32_t k = 0; k < count; k++)
            if (regex_set_has(&classes[k].set, m->cuts[i]))
                mine[k / 64] |= 1ull << (k % 64);
        uint32_t s = 0;
        while (s < ret->symbol_count &&
               ((m->cuts[i] < 0x80) != (m->cuts[first[s]] < 0x80) ||
                memcmp(mine, in + first[s] * words, words * sizeof *in) != 0))
            s++;
        if (s == REGEX_SYMBOLS_MAX)
            return false;
        if (s == ret->symbol_count)
            first[ret->symbol_count++] = i;
        m->symbol_of[i] = (uint8_t)s;
    }
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t s = 0; s < ret->symbol_count; s++)
            if (in[first[s] * words + k / 64] >> (k % 64) & 1)
                classes[k].symbols[s / 64] |= 1ull << (s % 64);
    return true;
}

static uint32_t piece_of(const struct maker *m, uint32_t code_point)
{
    uint32_t low = 0, high = m->cut_count - 1;

    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (m->cuts[middle] <= code_point)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Is all of low..high one symbol? */
static bool is_one_symbol(const struct maker *m, uint32_t low, uint32_t high, uint32_t *ret)
{
    uint32_t first = piece_of(m, low), last = piece_of(m, high);

    *ret = m->symbol_of[first];
    for (uint32_t i = first + 1; i <= last; i++)
        if (m->symbol_of[i] != *ret)
            return false;
    return true;
}

static uint32_t keep_node(struct maker *m, const uint16_t node[256])
{
    for (uint32_t i = 1; i < m->node_count; i++)
        if (memcmp(m->nodes[i], node, sizeof m->nodes[i]) == 0)
            return i;
    if (m->node_count == REGEX_UTF8_NODES_MAX) {
        m->full = true;
        return 0;
    }
    uint16_t(*room)[256] =
        arena_push(m->arena, (void **)&m->nodes, &m->node_count, &m->node_capacity, sizeof *room);
    memcpy(*room, node, sizeof *room);
    return m->node_count - 1;
}

static void clear_node(uint16_t node[256])
{
    memset(node, 0xFF, 256 * sizeof *node); /* REGEX_INVALID */
}

/* Is there a node of this level that is all one symbol, this one? */
static bool find_uniform(const struct maker *m, uint32_t level, uint32_t symbol, uint32_t *ret)
{
    *ret = m->uniform[level];
    return m->uniform_symbol[level] == symbol;
}

static void keep_uniform(struct maker *m, uint32_t level, uint32_t symbol, uint32_t node)
{
    m->uniform[level] = node;
    m->uniform_symbol[level] = symbol;
}

/* The node before the last byte of the characters base..base + 63. */
static uint32_t make_last(struct maker *m, uint32_t base)
{
    uint16_t node[256];
    uint32_t symbol, kept;
    bool uniform = is_one_symbol(m, base, base + CONTINUATIONS - 1, &symbol);

    if (uniform && find_uniform(m, 0, symbol, &kept))
        return kept;
    clear_node(node);
    for (uint32_t i = 0; i < CONTINUATIONS; i++)
        node[0x80 + i] = uniform ? (uint8_t)symbol : m->symbol_of[piece_of(m, base + i)];
    kept = keep_node(m, node);
    if (uniform)
        keep_uniform(m, 0, symbol, kept);
    return kept;
}

typedef uint32_t make_node(struct maker *m, uint32_t base);

/* The node before 1 + `level` bytes; `make` makes those that follow. Of the forms RFC 3629 forbids,
 * overlong ones begin below `least`; surrogates and what is past the last code point have none. */
static uint32_t make_level(struct maker *m, uint32_t level, uint32_t base, uint32_t least,
                           make_node *make)
{
    uint32_t step = 1u << (6 * level), symbol = REGEX_NONE, kept;
    uint16_t node[256];
    bool whole = base >= least && base + CONTINUATIONS * step - 1 <= REGEX_CODE_POINT_MAX &&
                 !(level == 1 && base == 0xD000) &&
                 is_one_symbol(m, base, base + CONTINUATIONS * step - 1, &symbol);

    if (whole && find_uniform(m, level, symbol, &kept))
        return kept;
    clear_node(node);
    for (uint32_t i = 0; i < CONTINUATIONS && !m->full; i++) {
        uint32_t from = base + i * step;
        bool surrogate = from >= 0xD800 && from <= 0xDFFF;
        if (from >= least && from <= REGEX_CODE_POINT_MAX && !surrogate)
            node[0x80 + i] = (uint16_t)(REGEX_TO_NODE + make(m, from));
    }
    kept = keep_node(m, node);
    if (whole)
        keep_uniform(m, level, symbol, kept);
    return kept;
}

static uint32_t make_two(struct maker *m, uint32_t base)
{
    return make_level(m, 1, base, 0x800, make_last);
}

static uint32_t make_three(struct maker *m, uint32_t base)
{
    return make_level(m, 2, base, 0x10000, make_two);
}

/* Node 0. */
static void make_root(struct maker *m, bool ascii)
{
    uint16_t root[256];

    clear_node(root);
    (void)keep_node(m, root);
    for (uint32_t i = 0; i < LEVELS; i++)
        m->uniform_symbol[i] = REGEX_NONE;
    for (uint32_t b = 0; b < 0x80; b++)
        root[b] = m->symbol_of[piece_of(m, b)];
    for (uint32_t b = 0xC2; b <= 0xF4 && !ascii && !m->full; b++) {
        uint32_t node = b < 0xE0   ? make_last(m, (b & 0x1F) << 6)
                        : b < 0xF0 ? make_two(m, (b & 0x0F) << 12)
                                   : make_three(m, (b & 0x07) << 18);
        root[b] = (uint16_t)(REGEX_TO_NODE + node);
    }
    memcpy(m->nodes[0], root, sizeof root);
}

static bool is_same_column(const struct maker *m, uint32_t a, uint32_t b)
{
    for (uint32_t node = 0; node < m->node_count; node++)
        if (m->nodes[node][a] != m->nodes[node][b])
            return false;
    return true;
}

/* Bytes of one column are one class. */
static void make_byte_classes(const struct maker *m, struct arena *keep, struct regex_alphabet *ret)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = b ? ret->byte_class[b - 1] : 0; /* mostly it is that of its neighbour */
        if (b == 0 || !is_same_column(m, b, b - 1))
            c = 0;
        while (c < ret->byte_class_count && !is_same_column(m, b, ret->byte_of[c]))
            c++;
        if (c == ret->byte_class_count)
            ret->byte_of[ret->byte_class_count++] = (uint8_t)b;
        ret->byte_class[b] = (uint8_t)c;
    }
    ret->node_count = m->node_count;
    ret->targets =
        arena_array(keep, (size_t)m->node_count * ret->byte_class_count, sizeof *ret->targets);
    for (uint32_t node = 0; node < m->node_count; node++)
        for (uint32_t c = 0; c < ret->byte_class_count; c++)
            ret->targets[node * ret->byte_class_count + c] = m->nodes[node][ret->byte_of[c]];
}

bool regex_alphabet_make(struct regex_class *classes, uint32_t count, bool whole,
                         struct arena *scratch, struct arena *keep, struct regex_alphabet *ret)
{
    struct maker m = {.arena = scratch};
    bool ascii = !whole;

    *ret = (struct regex_alphabet){0};
    cut(&m, classes, count);
    if (m.full || !name_pieces(&m, classes, count, ret))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct regex_set *s = &classes[i].set;
        ascii = ascii && (s->count == 0 || s->ranges[s->count - 1].high < 0x80);
    }
    make_root(&m, ascii);
    if (m.full)
        return false;
    make_byte_classes(&m, keep, ret);
    return true;
}
