/* From bytes to batches: cutting at records, long records, collections, UTF-16. */
#include "base/buf.h"
#include "base/mem.h"
#include "intake/cutting.h"
#include "intake/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A source of bytes in memory that gives at most `step` at a time and may break at its end. */
struct memory_source {
    struct source source;
    str left;
    size_t step;
    bool breaks;
};

static ssize_t memory_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct memory_source *m = (struct memory_source *)s;
    size_t take = m->left.n < m->step ? m->left.n : m->step;

    if (take == 0 && m->breaks) {
        err_set(e, ERR_IO, "the disk is gone");
        return -1;
    }
    take = take < n ? take : n;
    if (take)
        memcpy(out, m->left.p, take);
    m->left = str_from_at(m->left, take);
    return (ssize_t)take;
}

static void memory_free(struct source *s)
{
    free(s);
}

static struct source *memory(str bytes, size_t step, bool breaks)
{
    struct memory_source *m = mem_alloc(sizeof *m);

    m->source = (struct source){.read = memory_read, .free = memory_free};
    m->left = bytes;
    m->step = step;
    m->breaks = breaks;
    return &m->source;
}

/* A format of lines, to see what the cutter makes of it. */
static void *nothing_new(void)
{
    return NULL;
}

static void nothing_free(void *p)
{
    (void)p;
}

static void line_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    const char *end = pending.n ? memrchr(pending.p, '\n', pending.n) : NULL;

    (void)cutter;
    if (mode == CUT_SKIP) {
        const char *first = memchr(pending.p + seen, '\n', pending.n - seen);
        ret->skip_ended = first != NULL;
        ret->drop = first ? (size_t)(first + 1 - pending.p) : 0;
    } else if (mode == CUT_END) {
        ret->whole = pending.n;
    } else if (end) {
        ret->whole = (size_t)(end + 1 - pending.p);
    }
}

static const struct format lines = {
    .name = "lines",
    .cutter_new = nothing_new,
    .cutter_free = nothing_free,
    .cut = line_cut,
};

/* What came out of the port. */
struct catch
{
    struct buf bytes;
    uint32_t batches, last_count, problem_count;
    struct problem problems[16];
    uint64_t next_offset;
    bool gap; /* a batch did not begin where the one before ended */
    struct stream streams[64];
    char *paths[64];
    uint32_t stream_count;
};

static struct batch *catch_take(void *ctx)
{
    struct batch *b = mem_alloc(sizeof *b);

    (void)ctx;
    b->arena = arena_new(4096);
    return b;
}

static void catch_give(void *ctx, struct batch *b)
{
    struct catch *c = ctx;

    buf_add(&c->bytes, (str){b->data, b->n});
    c->batches++;
    c->last_count += b->last;
    if (b->n) {
        c->gap = c->gap || (b->offset != 0 && b->offset != c->next_offset);
        c->next_offset = b->offset + b->n;
        for (int i = 0; i < BATCH_PADDING; i++)
            assert_int_equal(b->data[b->n + (size_t)i], 0);
    }
    for (uint32_t i = 0; i < b->problem_count && c->problem_count < countof(c->problems); i++)
        c->problems[c->problem_count++] = b->problems[i];
    arena_free(b->arena);
    free(b->data);
    free(b);
}

static bool catch_stopped(void *ctx)
{
    (void)ctx;
    return false;
}

static struct stream *catch_stream(void *ctx, str path)
{
    struct catch *c = ctx;

    assert_true(c->stream_count < countof(c->streams));
    c->paths[c->stream_count] = str_dup(path);
    c->streams[c->stream_count] = (struct stream){.path = {c->paths[c->stream_count], path.n}};
    return &c->streams[c->stream_count++];
}

static void catch_done(struct catch *c)
{
    buf_done(&c->bytes);
    for (uint32_t i = 0; i < c->stream_count; i++)
        free(c->paths[i]);
    free(c);
}

static struct catch *catch_new(void)
{
    struct catch *c = mem_alloc(sizeof *c);

    c->bytes = buf_make((size_t)1 << 30);
    return c;
}

static struct batch_port port_of(struct catch *c)
{
    return (struct batch_port){c, catch_take, catch_give, catch_stopped, catch_stream};
}

static struct catch *cut_lines(str bytes, size_t step, bool breaks)
{
    struct catch *c = catch_new();
    struct batch_port port = port_of(c);
    struct stream *stream = catch_stream(c, S("x"));
    struct source *source = memory(bytes, step, breaks);
    bool bomb = false;

    stream->format = &lines;
    cutting_run(&port, stream, source, PROBLEM_unreadable, &bomb);
    source_free(source);
    return c;
}

static void nothing_is_lost_or_doubled_whatever_the_size_of_reads(void **state)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 24);

    (void)state;
    for (int i = 0; i < 150000; i++)
        buf_printf(&text, "line %d\n", i * 7919 % 100003);
    for (size_t step = 1000; step < 3000000; step = step * 3 + 1) {
        struct catch *c = cut_lines(buf_str(&text), step, false);
        assert_true(str_eq(buf_str(&c->bytes), buf_str(&text)));
        assert_int_equal(c->last_count, 1);
        assert_true(c->batches > 1);
        assert_false(c->gap);
        catch_done(c);
    }
}

static void an_empty_stream_has_one_last_batch(void **state)
{
    struct catch *c = cut_lines(S(""), 10, false);

    (void)state;
    assert_int_equal(c->batches, 1);
    assert_int_equal(c->last_count, 1);
    assert_int_equal(c->problem_count, 0);
    catch_done(c);
}

static void a_record_over_the_limit_is_dropped_and_told(void **state)
{
    struct buf text CLEANUP(buf_done) = buf_make((size_t)RECORD_BYTES_MAX * 4);
    size_t length = (size_t)RECORD_BYTES_MAX * 2 + 12345;

    (void)state;
    buf_add(&text, S("before\n"));
    char *room = buf_room(&text, length);
    assert_non_null(room);
    memset(room, 'x', length);
    text.n += length;
    buf_add(&text, S("\nafter\n"));
    struct catch *c = cut_lines(buf_str(&text), 1 << 16, false);
    assert_true(str_eq(buf_str(&c->bytes), S("before\nafter\n")));
    assert_int_equal(c->problem_count, 1);
    assert_int_equal(c->problems[0].kind, PROBLEM_long_record);
    assert_int_equal(c->problems[0].offset, 7);
    assert_int_equal(c->problems[0].length, length + 1);
    catch_done(c);
}

static void a_record_just_below_the_limit_is_whole(void **state)
{
    struct buf text CLEANUP(buf_done) = buf_make((size_t)RECORD_BYTES_MAX * 2);

    (void)state;
    char *room = buf_room(&text, RECORD_BYTES_MAX - 1);
    assert_non_null(room);
    memset(room, 'x', RECORD_BYTES_MAX - 2);
    room[RECORD_BYTES_MAX - 2] = '\n';
    text.n = RECORD_BYTES_MAX - 1;
    struct catch *c = cut_lines(buf_str(&text), 1 << 16, false);
    assert_int_equal(c->bytes.n, text.n);
    assert_int_equal(c->problem_count, 0);
    catch_done(c);
}

static void a_source_that_breaks_keeps_what_came_before(void **state)
{
    struct catch *c = cut_lines(S("one\ntwo"), 4, true);

    (void)state;
    assert_true(str_eq(buf_str(&c->bytes), S("one\ntwo")));
    assert_int_equal(c->problem_count, 1);
    assert_int_equal(c->problems[0].kind, PROBLEM_unreadable);
    assert_string_equal(c->problems[0].text, "the disk is gone");
    assert_int_equal(c->last_count, 1);
    catch_done(c);
}

static struct catch *read_all(str bytes)
{
    struct catch *c = catch_new();
    struct batch_port port = port_of(c);
    const struct reader_options options = {.formats = &formats_builtin, .trust = TRUST_EVIDENCE};
    uint64_t file_bytes = bytes.n;

    reader_run(&options, &port, S("file"), memory(bytes, 777, false), &file_bytes);
    return c;
}

static void utf16_is_turned_into_utf8(void **state)
{
    /* {"a":"<U+1F600>"} with a byte order mark; the pair of surrogates must stay together. */
    static const char text[] = "\xff\xfe{\0\"\0a\0\"\0:\0\"\0\x3d\xd8\x00\xde\"\0}\0";
    struct catch *c = read_all((str){text, sizeof text - 1});

    (void)state;
    assert_true(str_eq(buf_str(&c->bytes), S("{\"a\":\"\xf0\x9f\x98\x80\"}")));
    catch_done(c);
}

static void bytes_in_no_format_are_told_of_once(void **state)
{
    struct catch *c = read_all(S("neither this nor that"));

    (void)state;
    assert_int_equal(c->problem_count, 1);
    assert_int_equal(c->problems[0].kind, PROBLEM_unrecognised);
    assert_int_equal(c->last_count, 1);
    catch_done(c);
}

static void a_broken_archive_is_told_of(void **state)
{
    struct catch *c = read_all(S("\x1f\x8b\x08\x00 this is no gzip"));

    (void)state;
    assert_int_equal(c->problem_count, 1);
    assert_int_equal(c->problems[0].kind, PROBLEM_archive);
    catch_done(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_or_doubled_whatever_the_size_of_reads),
        cmocka_unit_test(an_empty_stream_has_one_last_batch),
        cmocka_unit_test(a_record_over_the_limit_is_dropped_and_told),
        cmocka_unit_test(a_record_just_below_the_limit_is_whole),
        cmocka_unit_test(a_source_that_breaks_keeps_what_came_before),
        cmocka_unit_test(utf16_is_turned_into_utf8),
        cmocka_unit_test(bytes_in_no_format_are_told_of_once),
        cmocka_unit_test(a_broken_archive_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
