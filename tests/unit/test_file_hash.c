/* A file's hash is the same whoever computes it and in whatever pieces it comes. */
#include "intake/file_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { BYTES = FILE_HASH_INLINE_BYTES + FILE_HASH_BLOCK_BYTES * (FILE_HASH_BLOCKS + 3) + 12345 };

static void assert_hash_in_pieces(str text, size_t piece)
{
    struct file_hash *h = file_hash_new();
    uint8_t got[SHA256_BYTES], want[SHA256_BYTES];

    for (size_t at = 0; at < text.n; at += piece)
        file_hash_add(h, (str){text.p + at, text.n - at < piece ? text.n - at : piece});
    file_hash_final(h, got);
    file_hash_free(h);
    sha256_of(text, want);
    assert_memory_equal(got, want, sizeof got);
}

static str text_of(void **state, size_t n)
{
    return (str){*state, n};
}

static void a_long_file_has_its_hash_in_any_pieces(void **state)
{
    assert_hash_in_pieces(text_of(state, BYTES), BYTES);
    assert_hash_in_pieces(text_of(state, BYTES), FILE_HASH_BLOCK_BYTES);
    assert_hash_in_pieces(text_of(state, BYTES), 512 * 1024 - 1);
    assert_hash_in_pieces(text_of(state, BYTES), 4099);
}

static void a_file_as_long_as_is_hashed_at_once_has_its_hash(void **state)
{
    assert_hash_in_pieces(text_of(state, FILE_HASH_INLINE_BYTES), 1 << 16);
    assert_hash_in_pieces(text_of(state, FILE_HASH_INLINE_BYTES + 1), 1 << 16);
    assert_hash_in_pieces(text_of(state, 1), 1);
    assert_hash_in_pieces(text_of(state, 0), 1);
}

static void a_hash_that_nobody_asks_for_may_be_dropped(void **state)
{
    struct file_hash *h = file_hash_new();

    file_hash_add(h, text_of(state, BYTES));
    file_hash_add(h, text_of(state, BYTES));
    file_hash_free(h);
    file_hash_free(NULL);
}

static int setup(void **state)
{
    char *text = malloc(BYTES);

    for (size_t i = 0; i < BYTES; i++)
        text[i] = (char)(i * i >> 7);
    *state = text;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_file_has_its_hash_in_any_pieces),
        cmocka_unit_test(a_file_as_long_as_is_hashed_at_once_has_its_hash),
        cmocka_unit_test(a_hash_that_nobody_asks_for_may_be_dropped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
