/* The CRC of each tier against the table's. */
#include "simd/simd.h"

#include "base/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { BYTES_MAX = 700 };

static void every_tier_gives_the_same_for_every_length_and_place(void **state)
{
    char bytes[BYTES_MAX + 3 + SIMD_PADDING];
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        random = random * 1664525u + 1013904223u;
        bytes[i] = (char)(random >> 24);
    }
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (size_t n = 0; s && n <= BYTES_MAX; n++)
            for (size_t from = 0; from < 3; from++) {
                uint32_t crc = (uint32_t)n * 0x9E3779B9u;
                assert_int_equal(s->checksum(crc, bytes + from, n),
                                 crc32_of(crc, (str){bytes + from, n}));
            }
    }
}

static void every_tier_gives_the_checksum_of_the_standard(void **state)
{
    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (s)
            assert_int_equal(s->checksum(0, "123456789", 9), 0xCBF43926);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tier_gives_the_same_for_every_length_and_place),
        cmocka_unit_test(every_tier_gives_the_checksum_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
