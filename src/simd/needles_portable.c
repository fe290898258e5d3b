/* needles_portable.c - making a set of needles, and the look through a bitmap. */
#include "simd/needles.h"

#include "simd/search.h"

#include <stdlib.h>

/* Letters are compared with this bit set, so that both cases are one; what else it joins is told
 * apart by the comparison of the whole needle. */
enum { CASE_BIT = 0x20 };

static const str escape_start = S("u00"); /* of a letter in JSON, without its backslash */

static uint32_t slot_of(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof gram);
    gram |= CASE_BIT * 0x01010101u;
    return gram * 0x9E3779B1u >> (32 - NEEDLE_BITMAP_BITS);
}

/* How common a byte is in logs, 0 to 4: letters by their frequency in English, and what paths and
 * JSON are made of. */
static uint32_t commonness(char c)
{
    static const str classes[] = {S("etaoinsr\\.\":,"), S("lcdmpuhw- /"), S("gfybvk_=\"0123456789"),
                                  S("xjqz")};

    for (uint32_t i = 0; i < countof(classes); i++)
        if (memchr(classes[i].p, c, classes[i].n))
            return 4 - i;
    return 0;
}

/* Twice the same sign, as in "::", is rare; letters double often. */
static bool is_double(str text, size_t from, size_t at)
{
    char c = text.p[at];

    return at > from && c == text.p[at - 1] && !(c >= 'a' && c <= 'z');
}

/* Of an escape the last digits tell. */
static uint32_t rarest_head(str text)
{
    uint32_t best = 0, best_score = UINT32_MAX;

    if (str_starts(text, escape_start))
        return (uint32_t)text.n - NEEDLE_HEAD;

    for (uint32_t i = 0; i + NEEDLE_HEAD <= text.n; i++) {
        uint32_t score = 0;
        for (uint32_t k = i; k < i + NEEDLE_HEAD; k++)
            score += is_double(text, i, k) ? 0 : commonness(text.p[k]);
        if (score < best_score) {
            best = i;
            best_score = score;
        }
    }
    return best;
}

static int compare_heads(const void *a, const void *b)
{
    const struct needle *x = a, *y = b;

    return memcmp(x->text.p + x->head, y->text.p + y->head, NEEDLE_HEAD);
}

static void add_head(struct needles *n, const struct needle *item)
{
    for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
        uint8_t c = (uint8_t)item->text.p[item->head + k];
        bool letter = c >= 'a' && c <= 'z';
        n->whole[k][c] |= item->group;
        n->whole[k][letter ? c ^ CASE_BIT : c] |= item->group;
        n->low[k][c & 15] |= item->group;
        n->high[k][c >> 4] |= item->group;
        if (letter)
            n->high[k][(c ^ CASE_BIT) >> 4] |= item->group;
    }
}

/* Neighbours in the order of heads are alike. Escapes are kept apart from the rest and from each
 * other by length, as what their digits and others' letters have in common comes often. */
static uint32_t group_of(const struct needle *item, uint32_t place, uint32_t count)
{
    enum { SHORT_ESCAPES = NEEDLE_GROUPS - 1, LONG_ESCAPES = NEEDLE_GROUPS - 2, SHORT_BYTES = 5 };

    if (!str_starts(item->text, escape_start))
        return place * LONG_ESCAPES / count;
    return item->text.n == SHORT_BYTES ? SHORT_ESCAPES : LONG_ESCAPES;
}

void needles_make(struct needles *n, const str *texts, uint32_t count)
{
    assert(count <= NEEDLES_MAX);
    *n = (struct needles){.count = count, .stride = NEEDLE_STRIDE_MAX};
    for (uint32_t i = 0; i < count; i++) {
        assert(texts[i].n >= NEEDLE_BYTES_MIN);
        n->items[i] = (struct needle){.text = texts[i], .head = rarest_head(texts[i])};
        if (texts[i].n - NEEDLE_BYTES_MIN + 1 < n->stride)
            n->stride = (uint32_t)texts[i].n - NEEDLE_BYTES_MIN + 1;
    }
    if (count)
        qsort(n->items, count, sizeof *n->items, compare_heads);
    for (uint32_t i = 0; i < count; i++) {
        n->items[i].group = (uint8_t)(1u << group_of(&n->items[i], i, count));
        add_head(n, &n->items[i]);
        for (uint32_t k = 0; k < n->stride; k++) {
            uint32_t slot = slot_of(n->items[i].text.p + k);
            n->bitmap[slot / 8] |= (uint8_t)(1u << (slot % 8));
        }
    }
}

static bool is_at(const struct needle *item, str text, size_t from, size_t step)
{
    if (text.n - from < item->text.n * step)
        return false;
    for (size_t i = 0; i < item->text.n; i++)
        if (ascii_lower(text.p[from + i * step]) != item->text.p[i] ||
            (step > 1 && text.p[from + i * step + 1]))
            return false;
    return true;
}

bool needles_verify(const struct needles *n, uint32_t groups, str text, size_t at, size_t step)
{
    for (uint32_t i = 0; i < n->count; i++)
        if ((n->items[i].group & groups) && at >= n->items[i].head * step &&
            is_at(&n->items[i], text, at - n->items[i].head * step, step))
            return true;
    return false;
}

/* Which needle, and which of its pieces, the bitmap does not say. */
static bool verify_piece(const struct needles *n, str text, size_t at, size_t step)
{
    for (uint32_t i = 0; i < n->count; i++)
        for (uint32_t k = 0; k < n->stride && k * step <= at; k++)
            if (ascii_lower(text.p[at]) == n->items[i].text.p[k] &&
                is_at(&n->items[i], text, at - k * step, step))
                return true;
    return false;
}

static bool is_in_bitmap(const struct needles *n, const char *piece)
{
    uint32_t slot = slot_of(piece);

    return n->bitmap[slot / 8] >> (slot % 8) & 1;
}

static bool holds(str text, str part)
{
    return search_find_portable(text.p, text.n, part.p, part.n) < text.n;
}

bool needles_found_portable(const struct needles *n, str text, bool *ret_letter)
{
    for (size_t at = 0; at + NEEDLE_BYTES_MIN <= text.n && n->count; at += n->stride)
        if (is_in_bitmap(n, text.p + at) && verify_piece(n, text, at, 1))
            return true;
    *ret_letter = !search_is_ascii_portable(text.p, text.n) &&
                  (holds(text, NEEDLE_LONG_S) || holds(text, NEEDLE_KELVIN_SIGN));
    return false;
}

static bool holds_letter(str bytes)
{
    bool found = false;

    for (size_t at = 0; at + 1 < bytes.n; at++)
        for (size_t i = 0; i < countof(needle_letters); i++)
            found |= (uint8_t)bytes.p[at] == needle_letters[i][0] &&
                     (uint8_t)bytes.p[at + 1] == needle_letters[i][1];
    return found;
}

bool needles_found_wide_portable(const struct needles *n, str bytes)
{
    const size_t head = 2 * NEEDLE_BYTES_MIN - 1;

    if (holds_letter(bytes))
        return true;
    for (size_t odd = 0; odd < 2; odd++) /* texts begin at even places and at odd ones */
        for (size_t at = odd; at + head <= bytes.n && n->count; at += 2 * n->stride) {
            const char *p = bytes.p + at;
            const char piece[NEEDLE_BYTES_MIN] = {p[0], p[2], p[4], p[6]};
            if (is_in_bitmap(n, piece) && verify_piece(n, bytes, at, 2))
                return true;
        }
    return false;
}
