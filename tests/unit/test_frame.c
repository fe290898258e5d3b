/* A block as bytes and back; damaged bytes are refused. */
#include "rawlog/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HEADER = FRAME_HEADER_BYTES };

static void fill(struct record_block *b)
{
    static char big[100000];

    block_init(b);
    b->first_number = 42;
    block_add(b, &(struct run_label){S("192.0.2.1"), S("json"), 10, 1}, S("one"));
    block_add(b, &(struct run_label){S("192.0.2.1"), S("json"), 10, 1}, S(""));
    block_add(b, &(struct run_label){S("192.0.2.2"), S(""), 20, 2}, S("three\nlines\0and a NUL"));
    block_add(b, &(struct run_label){S("192.0.2.2"), S(""), 30, 2}, (str){big, sizeof big});
    bool ok =
        block_checkpoint(b, S("file"), S("offset 7")) && block_checkpoint(b, S("gone"), S(""));
    assert_true(ok);
}

static bool unpack(struct frame_codec *c, const struct buf *bytes, struct frame_header *h,
                   struct record_block *ret)
{
    if (bytes->n < HEADER || !frame_header_read(bytes->p, h) || bytes->n - HEADER < h->stored_bytes)
        return false;
    str stored = {bytes->p + HEADER, h->stored_bytes};
    return frame_payload_is_whole(h, stored) && frame_read(c, h, stored, ret);
}

static void a_block_comes_back_as_it_was(void **state)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(1 << 20);
    struct frame_codec *c = frame_codec_new();
    struct record_block b, back;
    struct frame_header h;

    (void)state;
    fill(&b);
    block_init(&back);
    frame_write(c, &b, 7, &bytes);
    assert_true(bytes.n < 1000); /* zeros pack well */
    assert_true(unpack(c, &bytes, &h, &back));
    assert_int_equal(h.file_id, 7);
    assert_int_equal(h.first_received_ns, 10);
    assert_int_equal(h.last_received_ns, 30);
    assert_int_equal(back.first_number, 42);
    assert_int_equal(back.record_count, b.record_count);
    for (uint32_t i = 0; i < b.record_count; i++) {
        const struct record_run *r = block_run_of(&b, i), *s = block_run_of(&back, i);
        assert_true(str_eq(block_record(&b, i), block_record(&back, i)));
        assert_true(str_eq(block_str(&b, r->origin), block_str(&back, s->origin)));
        assert_true(str_eq(block_str(&b, r->format), block_str(&back, s->format)));
        assert_int_equal(r->received_ns, s->received_ns);
        assert_int_equal(r->trust, s->trust);
    }
    assert_int_equal(back.checkpoint_count, 2);
    assert_true(str_eq(block_str(&back, back.checkpoints[0].value), S("offset 7")));
    block_done(&b);
    block_done(&back);
    frame_codec_free(c);
}

static void an_empty_block_comes_back_empty(void **state)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(1 << 20);
    struct frame_codec *c = frame_codec_new();
    struct record_block b, back;
    struct frame_header h;

    (void)state;
    block_init(&b);
    block_init(&back);
    frame_write(c, &b, 7, &bytes);
    assert_true(unpack(c, &bytes, &h, &back));
    assert_int_equal(back.record_count, 0);
    block_done(&b);
    block_done(&back);
    frame_codec_free(c);
}

static void any_bit_that_is_wrong_is_noticed(void **state)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(1 << 20);
    struct frame_codec *c = frame_codec_new();
    struct record_block b, back;
    struct frame_header h;

    (void)state;
    fill(&b);
    block_init(&back);
    frame_write(c, &b, 7, &bytes);
    for (size_t i = 0; i < bytes.n * 8; i++) {
        bytes.p[i / 8] = (char)(bytes.p[i / 8] ^ 1 << i % 8);
        assert_false(unpack(c, &bytes, &h, &back));
        bytes.p[i / 8] = (char)(bytes.p[i / 8] ^ 1 << i % 8);
    }
    assert_true(unpack(c, &bytes, &h, &back));
    block_done(&b);
    block_done(&back);
    frame_codec_free(c);
}

/* With right checksums, as somebody might write it who wants to do harm. */
static void a_header_that_does_not_fit_its_payload_is_refused(void **state)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(1 << 20);
    struct frame_codec *c = frame_codec_new();
    struct record_block b, back;
    struct frame_header h, wrong;

    (void)state;
    fill(&b);
    block_init(&back);
    frame_write(c, &b, 7, &bytes);
    assert_true(unpack(c, &bytes, &h, &back));
    const str stored = {bytes.p + HEADER, h.stored_bytes};
    uint32_t *const fields[] = {&wrong.record_count, &wrong.run_count, &wrong.checkpoint_count,
                                &wrong.payload_bytes, &wrong.data_bytes};
    for (size_t i = 0; i < countof(fields); i++)
        for (int by = -1; by <= 1; by += 2) {
            wrong = h;
            *fields[i] += (uint32_t)by;
            assert_false(frame_read(c, &wrong, stored, &back));
            assert_int_equal(back.record_count, 0);
        }
    block_done(&b);
    block_done(&back);
    frame_codec_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_comes_back_as_it_was),
        cmocka_unit_test(an_empty_block_comes_back_empty),
        cmocka_unit_test(any_bit_that_is_wrong_is_noticed),
        cmocka_unit_test(a_header_that_does_not_fit_its_payload_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
