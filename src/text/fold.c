/*
 * fold.c - Unicode simple case folding, from the runs of fold.def.
 *
 * ASCII is folded without a look-up; the rest by a binary search over some two
 * hundred runs. Folding is one code point to one code point, so that a '?' in
 * a rule counts the same characters before and after it. Dotted capital I
 * (U+0130) and sharp s (U+00DF) have no simple folding and stay.
 */
#include "text/utf8.h"

struct fold_run {
    uint32_t first, last;
    int32_t step, distance;
};

static const struct fold_run runs[] = {
#define FOLD(first, last, step, distance) {first, last, step, distance},
#include "text/fold.def"
#undef FOLD
};

static uint32_t fold_wide(uint32_t code_point)
{
    size_t low = 0, high = countof(runs);

    while (low < high) { /* the first run that ends at or behind code_point */
        size_t middle = (low + high) / 2;
        if (runs[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == countof(runs) || code_point < runs[low].first ||
        (code_point - runs[low].first) % (uint32_t)runs[low].step != 0)
        return code_point;
    return (uint32_t)((int32_t)code_point + runs[low].distance);
}

uint32_t utf8_fold(uint32_t code_point)
{
    if (code_point < 0x80)
        return (uint8_t)ascii_lower((char)code_point);
    return fold_wide(code_point);
}

/* Takes one character off the front of *s, folds it into out and returns its length there. Bytes
 * that are not UTF-8 are taken one at a time and stay. */
static size_t fold_next(str *s, char out[4])
{
    char first = s->p[0];

    if (!((uint8_t)first & 0x80)) {
        *s = (str){s->p + 1, s->n - 1};
        out[0] = ascii_lower(first);
        return 1;
    }
    const char *start = s->p;
    uint32_t code_point = utf8_next(s);
    size_t n = (size_t)(s->p - start);
    uint32_t folded = code_point == UTF8_REPLACEMENT ? code_point : fold_wide(code_point);
    if (folded == code_point) {
        memcpy(out, start, n);
        return n;
    }
    return utf8_put(folded, out);
}

/* Folds whole blocks of ASCII, in a loop that the compiler makes vectors of; returns how many
 * bytes. */
static size_t fold_blocks(str s, char *out)
{
    enum { BLOCK = 64 };
    size_t n = 0;

    for (; n + BLOCK <= s.n; n += BLOCK) {
        char block[BLOCK], any = 0;
        memcpy(block, s.p + n, BLOCK);
        for (size_t i = 0; i < BLOCK; i++)
            any |= block[i];
        if (any & 0x80)
            break;
        for (size_t i = 0; i < BLOCK; i++)
            block[i] = ascii_lower(block[i]);
        memcpy(out + n, block, BLOCK);
    }
    return n;
}

/*
 * Folds whole words of ASCII; returns how many bytes. Each byte of `capitals` has its top bit set
 * where the word has a letter from A to Z: adding 0x3f carries 'A' and what follows to 0x80,
 * adding 0x25 what follows 'Z'.
 */
static size_t fold_ascii(str s, char *out)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
    size_t n = 0;

    for (; n + sizeof(uint64_t) <= s.n; n += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, s.p + n, sizeof word);
        if (word & tops)
            break;
        uint64_t capitals = (word + 0x3f * ones) & ~(word + 0x25 * ones) & tops;
        word |= capitals >> 2; /* 0x80 becomes 0x20, the bit between the cases */
        memcpy(out + n, &word, sizeof word);
    }
    return n;
}

size_t utf8_fold_str(str s, char *out)
{
    size_t n = 0;

    while (s.n) {
        size_t ascii = fold_blocks(s, out + n);
        ascii += fold_ascii(str_from_at(s, ascii), out + n + ascii);
        s = str_from_at(s, ascii);
        n += ascii;
        for (size_t i = 0; i < sizeof(uint64_t) && s.n; i++)
            n += fold_next(&s, out + n);
    }
    return n;
}

bool utf8_fold_eq(str a, str b)
{
    while (a.n && b.n) {
        char x[4], y[4];
        size_t n = fold_next(&a, x);
        if (n != fold_next(&b, y) || memcmp(x, y, n) != 0)
            return false;
    }
    return a.n == 0 && b.n == 0;
}
