/* The source `stdin`: lines of a pipe to its end, a full inlet, and what stands without an end. */
#include "source_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct source_type source_type_stdin;

struct input {
    struct source_fixture x;
    int old, pipe[2];
};

static int setup(void **state)
{
    struct input *in = mem_alloc(sizeof *in);

    fixture_begin(&in->x, &source_type_stdin, 4);
    in->old = dup(STDIN_FILENO);
    assert_int_equal(pipe(in->pipe), 0);
    assert_int_equal(dup2(in->pipe[0], STDIN_FILENO), STDIN_FILENO);
    *state = in;
    return 0;
}

static int teardown(void **state)
{
    struct input *in = *state;

    fixture_end(&in->x);
    dup2(in->old, STDIN_FILENO);
    close(in->old);
    close(in->pipe[0]);
    if (in->pipe[1] != -1)
        close(in->pipe[1]);
    free(in);
    return 0;
}

static void say(struct input *in, const char *text)
{
    assert_int_equal(write(in->pipe[1], text, strlen(text)), strlen(text));
}

static void finish(struct input *in)
{
    close(in->pipe[1]);
    in->pipe[1] = -1;
}

static void lines_come_as_they_are_written(void **state)
{
    struct input *in = *state;

    fixture_start(&in->x, "{}");
    say(in, "one\ntw");
    fixture_steps(&in->x, 1, 0);
    assert_string_equal(fixture_records(&in->x), "one\n");
    say(in, "o\n");
    fixture_steps(&in->x, 1, 0);
    assert_string_equal(fixture_records(&in->x), "one\ntwo\n");
}

static void what_is_left_at_the_end_is_given_out(void **state)
{
    struct input *in = *state;

    fixture_start(&in->x, "{}");
    say(in, "one\ntwo");
    finish(in);
    fixture_settle(&in->x);
    assert_string_equal(fixture_records(&in->x), "one\ntwo\n");
    assert_int_equal(in->x.inlet->faults[FAULT_partial], 1);
}

static void a_full_inlet_stops_the_pipe_and_loses_nothing(void **state)
{
    struct input *in = *state;
    struct buf all CLEANUP(buf_done) = buf_make(4096);

    for (int i = 0; i < 50; i++)
        buf_printf(&all, "line %d\n", i);
    in->x.inlet->blocks_max = 1;
    fixture_start(&in->x, "{}");
    say(in, buf_cstr(&all));
    finish(in);
    for (int i = 0; i < 20; i++) {
        fixture_steps(&in->x, 2, 0);
        in->x.inlet->blocks_max++;
        source_type_stdin.resume(in->x.source);
    }
    assert_string_equal(fixture_records(&in->x), buf_cstr(&all));
}

static void lines_are_joined_until_time_is_up(void **state)
{
    struct input *in = *state;

    fixture_start(&in->x, "{multiline_start: '^\\d', multiline_end: ';$'}");
    say(in, "1 a\nb\n2 c;\n3 d\n");
    fixture_steps(&in->x, 2, 0);
    assert_string_equal(fixture_records(&in->x), "1 a\nb\n2 c;\n");
    fixture_settle(&in->x);
    assert_string_equal(fixture_records(&in->x), "1 a\nb\n2 c;\n3 d\n");
    assert_int_equal(in->x.inlet->disk.record_count, 3);
}

static void a_file_is_read_to_its_end(void **state)
{
    struct input *in = *state;

    test_folder_put("x", S("a\nb\n"));
    const int fd = open("x", O_RDONLY | O_CLOEXEC);
    dup2(fd, STDIN_FILENO);
    close(fd);
    fixture_start(&in->x, "{}");
    fixture_settle(&in->x);
    assert_string_equal(fixture_records(&in->x), "a\nb\n");
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with(lines_come_as_they_are_written),
        with(what_is_left_at_the_end_is_given_out),
        with(a_full_inlet_stops_the_pipe_and_loses_nothing),
        with(lines_are_joined_until_time_is_up),
        with(a_file_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
