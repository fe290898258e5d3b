/*
 * cmd_rule_profile.c - counts what stands in the fields of events, for the
 * matcher to choose by: detect/profile.h tells what the file holds.
 */
#include "cli/confine.h"
#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/scan_filter.h"
#include "cli/sink.h"
#include "detect/profile.h"
#include "engine/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

extern const struct command command_rule_profile;

static const struct option profile_options[] = {
    {"write", 'w', OPTION_VALUE, "FILE", "write the profile there instead of to standard output",
     COMPLETE_FILE, NULL},
    FORMATS_OPTION,
    {"format", '\0', OPTION_VALUE, "NAME", "take all input for this format ('tocsin formats')",
     COMPLETE_NONE, NULL},
};

struct counting {
    struct profile_builder *builder;
    uint64_t events, problems;
};

static void on_event(void *ctx, struct event *ev)
{
    struct counting *c = ctx;

    c->events++;
    profile_builder_add(c->builder, ev);
}

static void on_problem(void *ctx, str file, const struct problem *p)
{
    struct counting *c = ctx;

    (void)file;
    c->problems += p->kind != PROBLEM_skipped;
}

static int open_output(struct io *io, const char *path)
{
    int fd = STDOUT_FILENO;

    if (path)
        fd = io_openat(io, IO_output_open, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    if (fd == -1)
        say("cannot create '%s': %s", path, strerror(errno));
    return fd;
}

/* EXIT_OK when each path could be read and held events. */
static int read_paths(const struct arguments *a, const struct scan_options *scan,
                      struct counting *c)
{
    const struct walk_options options = {.io = scan->io,
                                         .formats = scan->formats,
                                         .format = scan->format,
                                         .ctx = c,
                                         .event = on_event,
                                         .problem = on_problem};

    for (uint32_t i = 0; i < a->operand_count; i++) {
        struct err e = {0};
        if (!walk_path(&options, a->operands[i], &e)) {
            say_err(&e);
            return EXIT_INPUT;
        }
    }
    if (c->problems)
        say("%llu problems with the evidence; 'tocsin scan' names them",
            (unsigned long long)c->problems);
    if (c->events == 0)
        say("no event was found: nothing is written");
    return c->events ? EXIT_OK : EXIT_INPUT;
}

static int write_profile(struct profile_builder *b, struct io *io, int fd)
{
    struct sink sink = sink_make(io, fd);
    struct err e = {0};

    profile_builder_write(b, &sink.text);
    bool written = sink_flush(&sink, &e);
    sink_done(&sink);
    if (written && io_close(io, IO_output_close, fd) == -1)
        written = err_set(&e, ERR_IO, "cannot write the profile: %s", strerror(errno));
    if (!written)
        say_err(&e);
    return written ? EXIT_OK : EXIT_OUTPUT;
}

static int profile_run(const struct arguments *a)
{
    struct scan_options scan = {0};
    struct confinement confinement;
    struct err e = {0};
    struct io io;

    if (a->operand_count == 0) {
        say("nothing to count: name files or folders, or - for standard input");
        return EXIT_USAGE;
    }
    io_init(&io);
    scan.io = &io;
    if (!scan_filter_formats(&command_rule_profile, a, &scan, &e)) {
        say_err(&e);
        scan_filter_done(&scan);
        return EXIT_USAGE;
    }
    int fd = open_output(&io, opt_value(&command_rule_profile, a, "write"));
    if (fd == -1) {
        scan_filter_done(&scan);
        return EXIT_OUTPUT;
    }
    confine(a->operands, a->operand_count, &confinement);
    struct counting c = {.builder = profile_builder_new()};
    int code = read_paths(a, &scan, &c);
    if (code == EXIT_OK)
        code = write_profile(c.builder, &io, fd);
    profile_builder_free(c.builder);
    scan_filter_done(&scan);
    return code;
}

const struct command command_rule_profile = {
    .name = "rule profile",
    .usage = "[OPTIONS] PATH...",
    .summary = "Counts what your events hold, for matching to be fast on them",
    .details =
        "PATH is what a scan reads. Written is how often each field occurs, how often pieces of\n"
        "four bytes stand in its values, and which numbers and words such as 'true' are common;\n"
        "no other value is kept whole. Matching looks first for what is rare: a profile changes\n"
        "how long it takes and never what is found.",
    .options = profile_options,
    .option_count = countof(profile_options),
    .operands = COMPLETE_FILE,
    .run = profile_run,
};
