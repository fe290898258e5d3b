/* cmd_formats_check.c - is a pattern file right, and do its test lines mean what it says? */
#include "base/buf.h"
#include "cli/say.h"
#include "formats/format_set.h"
#include "message/pattern_file.h"
#include "message/pattern_gate.h"

#include <stdio.h>

extern const struct command command_formats_check;

enum { CHECK_ARENA_BYTES = 16 * 1024 };

struct checking {
    uint32_t passed, failed;
};

static void fail(struct checking *c, const struct err *e)
{
    say_err(e);
    c->failed++;
}

static void run_tests(struct checking *c, const struct pattern_file *f, str path)
{
    for (uint32_t i = 0; i < f->test_count; i++) {
        struct err e = {0};
        if (pattern_file_test(f, &f->tests[i], &e)) {
            c->passed++;
            continue;
        }
        err_in_file(&e, path);
        fail(c, &e);
    }
    if (f->test_count == 0)
        say(STR_FMT ": it has no tests", STR_ARG(path));
    if (f->dialect.bare && !f->dialect.starts[0].n && pattern_gate_is_open(&f->dialect))
        say(STR_FMT ": each text is tried, as a pattern has no literal of four bytes or more",
            STR_ARG(path));
}

static void check_file(struct checking *c, struct io *io, str path)
{
    struct buf text CLEANUP(buf_done) = buf_make(PATTERN_FILE_BYTES_MAX);
    struct err e = {0};

    if (!io_read_file(io, path.p, &text, &e)) {
        fail(c, &e);
        return;
    }
    struct pattern_file *f = pattern_file_new(buf_str(&text), path, &e);
    if (!f) {
        fail(c, &e);
        return;
    }
    run_tests(c, f, path);
    pattern_file_free(f);
}

static int check_run(const struct arguments *a)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(CHECK_ARENA_BYTES);
    struct checking c = {0};
    struct io io;

    if (a->operand_count == 0) {
        say("nothing to check: name pattern files, or folders of them");
        return EXIT_USAGE;
    }
    io_init(&io);
    for (uint32_t i = 0; i < a->operand_count; i++) {
        struct err e = {0};
        uint32_t count;
        str *files;
        if (!format_files(&io, a->operands[i], arena, &files, &count, &e)) {
            say_err(&e);
            return EXIT_INPUT;
        }
        for (uint32_t k = 0; k < count; k++)
            check_file(&c, &io, files[k]);
    }
    printf("%u passed, %u failed\n", c.passed, c.failed);
    return c.failed ? EXIT_FINDINGS : EXIT_OK;
}

const struct command command_formats_check = {
    .name = "formats check",
    .usage = "PATH...",
    .summary = "Checks pattern files, and runs their test lines",
    .details =
        "PATH is a pattern file, or a folder of which the *.yml are checked. Each mistake is\n"
        "told with file, line and column, and each test whose line means something else than\n"
        "the file says. The last line counts both.\n"
        "\n"
        "Exit codes: 0 all is right; 1 something is wrong; 3 a path cannot be opened.",
    .operands = COMPLETE_FILE,
    .run = check_run,
};
