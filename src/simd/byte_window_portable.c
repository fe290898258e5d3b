/* byte_window_portable.c - makes windows; and looks for them byte by byte. */
#include "simd/byte_window.h"

/* False when no pattern says just this. */
static bool make_pattern(const struct byte_set *s, struct byte_pattern *ret)
{
    uint32_t all = 0xFF, any = 0, members = 0;

    for (uint32_t b = 0; b < 256; b++) {
        if (!byte_set_has(s, (uint8_t)b))
            continue;
        all &= b;
        any |= b;
        members++;
    }
    uint32_t varies = all ^ any;
    *ret = (struct byte_pattern){(uint8_t)~varies, (uint8_t)all};
    return members == 1u << __builtin_popcount(varies);
}

void byte_window_make(struct byte_window *w, const struct byte_set *sets, uint32_t count)
{
    assert(count >= 1 && count <= BYTE_WINDOW_MAX);
    *w = (struct byte_window){.count = count, .plain = true};
    for (uint32_t k = 0; k < count; k++) {
        w->sets[k] = sets[k];
        w->plain = make_pattern(&sets[k], &w->patterns[k]) && w->plain;
    }
}

size_t byte_window_find_portable(const struct byte_window *w, const char *text, size_t n)
{
    return byte_window_walk(w, text, 0, n);
}
