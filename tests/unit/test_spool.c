/* The spool: pieces come back as they went in, from memory and from the scratch file. */
#include "engine/spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { SMALL = 1000, PIECES = 3000 };

struct scratch {
    struct io io;
    FILE *file;
};

static int setup(void **state)
{
    struct scratch *s = calloc(1, sizeof *s);

    io_init(&s->io);
    s->file = tmpfile();
    *state = s;
    return s->file ? 0 : -1;
}

static int teardown(void **state)
{
    struct scratch *s = *state;

    fclose(s->file);
    free(s);
    return 0;
}

/* The i-th piece: its number, and now and then more bytes than a window holds. */
static void make_piece(struct buf *piece, uint32_t i)
{
    buf_clear(piece);
    buf_printf(piece, "piece %u ", i);
    size_t extra = i % 1000 == 999 ? 3 * SPOOL_WINDOW_BYTES : i % 97;
    for (size_t k = 0; k < extra; k++)
        buf_char(piece, (char)(i + k));
}

static struct spool *filled(struct scratch *s, size_t memory_max, uint64_t *addresses)
{
    struct spool *spool = spool_new(&s->io, fileno(s->file), memory_max);
    struct buf piece CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};

    for (uint32_t i = 0; i < PIECES; i++) {
        make_piece(&piece, i);
        assert_true(spool_add(spool, buf_str(&piece), &addresses[i], &e));
        assert_true(i == 0 || addresses[i] > addresses[i - 1]);
    }
    return spool;
}

static void assert_piece(struct spool *spool, uint64_t *at, uint32_t i)
{
    struct buf want CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf got CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};

    make_piece(&want, i);
    assert_true(spool_read(spool, at, &got, &e));
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

static void pieces_come_back_in_order(void **state)
{
    static const size_t memory[] = {0, SMALL, 100000000};

    for (size_t k = 0; k < countof(memory); k++) {
        uint64_t addresses[PIECES], at = 0;
        rewind(((struct scratch *)*state)->file);
        struct spool *spool = filled(*state, memory[k], addresses);
        for (uint32_t i = 0; i < PIECES; i++) {
            assert_int_equal(at, addresses[i]);
            assert_piece(spool, &at, i);
        }
        assert_int_equal(at, spool_end(spool));
        spool_free(spool);
    }
}

static void pieces_come_back_in_any_order(void **state)
{
    uint64_t addresses[PIECES];
    struct spool *spool = filled(*state, SMALL, addresses);

    for (uint32_t i = 0; i < PIECES; i++) {
        uint32_t k = i * 1009 % PIECES; /* 1009 is prime to PIECES: each once */
        uint64_t at = addresses[k];
        assert_piece(spool, &at, k);
    }
    spool_free(spool);
}

static void memory_stays_within_its_limit(void **state)
{
    struct scratch *s = *state;
    struct spool *spool = spool_new(&s->io, fileno(s->file), SMALL);
    struct err e = {0};
    char piece[SMALL / 2 - 4] = {0};

    for (int i = 0; i < 2; i++) /* with their lengths they fill the memory to the byte */
        assert_true(spool_add(spool, (str){piece, sizeof piece}, NULL, &e));
    assert_int_equal(spool_end(spool), SMALL);
    uint64_t at = 0;
    struct buf out CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    assert_true(spool_read(spool, &at, &out, &e));
    fseek(s->file, 0, SEEK_END);
    assert_int_equal(ftell(s->file), 0);
    spool_free(spool);
}

static void without_a_scratch_file_the_limit_is_told(void **state)
{
    struct scratch *s = *state;
    struct spool *spool = spool_new(&s->io, -1, SPOOL_MEMORY_MAX);
    char *piece = calloc(1, SPOOL_MEMORY_MAX);
    struct err e = {0};

    assert_true(spool_add(spool, (str){piece, SPOOL_MEMORY_MAX - 4}, NULL, &e));
    assert_false(spool_add(spool, S("x"), NULL, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.message, "cannot keep more than 32 MiB of findings without a scratch "
                                   "file: set TMPDIR to a folder that can be written, or use '-o "
                                   "jsonl'");
    free(piece);
    spool_free(spool);
}

static void a_scratch_file_that_shrank_is_told(void **state)
{
    struct scratch *s = *state;
    uint64_t addresses[PIECES];
    struct spool *spool = filled(s, SMALL, addresses);
    struct buf out CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};
    uint64_t at = 0;

    assert_true(spool_read(spool, &at, &out, &e)); /* writes what was pending */
    assert_int_equal(ftruncate(fileno(s->file), 10), 0);
    at = addresses[PIECES - 1];
    assert_false(spool_read(spool, &at, &out, &e));
    assert_int_equal(e.code, ERR_IO);
    spool_free(spool);
}

static void an_empty_piece_is_a_piece(void **state)
{
    struct scratch *s = *state;
    struct spool *spool = spool_new(&s->io, fileno(s->file), SMALL);
    struct buf out CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};
    uint64_t at = 0;

    assert_true(spool_add(spool, (str){0}, NULL, &e));
    assert_true(spool_add(spool, S("b"), NULL, &e));
    assert_true(spool_read(spool, &at, &out, &e));
    assert_int_equal(out.n, 0);
    assert_true(spool_read(spool, &at, &out, &e));
    assert_string_equal(buf_cstr(&out), "b");
    spool_free(spool);
}

#define with_scratch(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_scratch(pieces_come_back_in_order),
        with_scratch(pieces_come_back_in_any_order),
        with_scratch(memory_stays_within_its_limit),
        with_scratch(without_a_scratch_file_the_limit_is_told),
        with_scratch(a_scratch_file_that_shrank_is_told),
        with_scratch(an_empty_piece_is_a_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
