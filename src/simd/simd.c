/* simd.c - the tables of the tiers, and which of them this CPU can run. */
#include "simd/simd.h"

#include "simd/byte_window.h"
#include "simd/checksum.h"
#include "simd/gram.h"
#include "simd/json_text.h"
#include "simd/json_walk.h"
#include "simd/needles.h"
#include "simd/search.h"
#include "simd/utf16.h"

#include <stdatomic.h>
#include <stdlib.h>

static const struct simd tiers[SIMD_TIER_COUNT] = {
    [SIMD_PORTABLE] =
        {
            .tier = SIMD_PORTABLE,
            .name = "portable",
            .find = search_find_portable,
            .is_ascii = search_is_ascii_portable,
            .byte_window_find = byte_window_find_portable,
            .gram_bits_max = GRAM_BITS_MAX,
            .gram_slot = gram_slot_portable,
            .gram_scan = gram_scan_portable,
            .needles_found = needles_found_portable,
            .needles_found_wide = needles_found_wide_portable,
            .json_walk = json_walk_portable,
            .json_text = json_text_portable,
            .utf16_text = utf16_text_portable,
            .utf16_folded = utf16_folded_portable,
            .utf16_length = utf16_length_portable,
            .checksum = checksum_portable,
        },
#ifdef TOCSIN_X86
    [SIMD_AVX2] =
        {
            .tier = SIMD_AVX2,
            .name = "avx2",
            .find = search_find_avx2,
            .is_ascii = search_is_ascii_avx2,
            .byte_window_find = byte_window_find_avx2,
            .gram_bits_max = GRAM_BITS_MAX,
            .gram_slot = gram_slot_portable,
            .gram_scan = gram_scan_portable,
            .needles_found = needles_found_avx2,
            .needles_found_wide = needles_found_wide_avx2,
            .json_walk = json_walk_avx2,
            .json_text = json_text_avx2,
            .utf16_text = utf16_text_avx2,
            .utf16_folded = utf16_folded_avx2,
            .utf16_length = utf16_length_avx2,
            .checksum = checksum_avx2,
        },
    [SIMD_AVX512] =
        {
            .tier = SIMD_AVX512,
            .name = "avx512",
            .find = search_find_avx512,
            .is_ascii = search_is_ascii_avx512,
            .byte_window_find = byte_window_find_avx512,
            .gram_bits_max = GRAM_BITS_MIN,
            .gram_slot = gram_slot_avx512,
            .gram_scan = gram_scan_avx512,
            .needles_found = needles_found_avx512,
            .needles_found_wide = needles_found_wide_avx512,
            .json_walk = json_walk_avx512,
            .json_text = json_text_avx512,
            .utf16_text = utf16_text_avx512,
            .utf16_folded = utf16_folded_avx512,
            .utf16_length = utf16_length_avx512,
            .checksum = checksum_avx2,
        },
#endif
};

/* __builtin_cpu_supports asks for the kernel's support of the registers too. */
#ifdef TOCSIN_X86
static bool cpu_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
           __builtin_cpu_supports("pclmul");
}

static bool cpu_has_avx512(void)
{
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni");
}
#endif

static bool cpu_has(enum simd_tier tier)
{
    switch (tier) {
    case SIMD_PORTABLE:
        return true;
#ifdef TOCSIN_X86
    case SIMD_AVX2:
        return cpu_has_avx2();
    case SIMD_AVX512:
        return cpu_has_avx512();
#endif
    default:
        return false;
    }
}

const struct simd *simd_of(enum simd_tier tier)
{
    return cpu_has(tier) ? &tiers[tier] : NULL;
}

static enum simd_tier forced(void)
{
    const char *name = getenv("TOCSIN_SIMD");

    for (int i = 0; name && i < SIMD_TIER_COUNT; i++)
        if (tiers[i].name && strcmp(tiers[i].name, name) == 0)
            return (enum simd_tier)i;
    return SIMD_TIER_COUNT - 1;
}

static const struct simd *find_best(void)
{
    const struct simd *s = NULL;

    for (int tier = forced(); !s && tier >= 0; tier--)
        s = simd_of((enum simd_tier)tier);
    return s;
}

const struct simd *simd_best(void)
{
    static _Atomic(const struct simd *) best_tier; /* found out once; threads find the same */
    const struct simd *s = atomic_load_explicit(&best_tier, memory_order_acquire);

    if (__builtin_expect(!s, 0)) {
        s = find_best();
        atomic_store_explicit(&best_tier, s, memory_order_release);
    }
    return s;
}
