/* cmd_parse.c - what the formats make of evidence: one JSON object an event. */
#include "cli/confine.h"
#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/scan_filter.h"
#include "cli/sink.h"
#include "engine/connection_memory.h"
#include "engine/event_json.h"
#include "engine/walk.h"

#include <limits.h>
#include <unistd.h>

extern const struct command command_parse;

enum { PARSE_ARENA_BYTES = 64 * 1024 };

static const struct option parse_options[] = {
    FORMATS_OPTION,
    {"format", 'f', OPTION_VALUE, "NAME", "take all input for this format ('tocsin formats')",
     COMPLETE_NONE, NULL},
    {"zone", '\0', OPTION_VALUE, "NAME",
     "time zone of times that name none, as in Europe/Berlin or +01:00; UTC when not given",
     COMPLETE_NONE, NULL},
    {"pretty", 'p', OPTION_FLAG, NULL, "several lines an event, for reading", COMPLETE_NONE, NULL},
};

struct parsing {
    struct sink sink;
    struct arena *arena;
    struct connection_memory *connections;
    bool pretty, waiting, failed;
    struct problem problem; /* of the next event, if it is of the same record */
    struct buf file;        /* of that problem */
    struct err failure;
};

static struct json_writer writer(struct parsing *p)
{
    enum { PRETTY_INDENT = 2 };
    return json_writer_make(&p->sink.text, p->pretty ? PRETTY_INDENT : 0);
}

static void end_line(struct parsing *p)
{
    buf_char(&p->sink.text, '\n');
    if (!p->failed && !sink_settle(&p->sink, &p->failure))
        p->failed = true;
}

/* A problem whose record has no event stands for itself. */
static void write_waiting(struct parsing *p)
{
    if (!p->waiting)
        return;
    struct json_writer w = writer(p);
    event_json_write_problem(&w, buf_str(&p->file), &p->problem);
    end_line(p);
    p->waiting = false;
}

static void on_event(void *ctx, struct event *ev)
{
    struct parsing *p = ctx;
    bool same = p->waiting && p->problem.has_record && p->problem.record == ev->from.record;
    struct columns columns;

    if (!same)
        write_waiting(p);
    event_settle(ev, p->arena);
    logsource_classify(ev);
    columns_fill(ev, &columns, p->arena);
    connection_memory_apply(p->connections, ev, &columns, p->arena);
    struct json_writer w = writer(p);
    event_json_write(&w, ev, &columns, same ? &p->problem : NULL);
    end_line(p);
    p->waiting = false;
    arena_reset(p->arena);
}

static void on_problem(void *ctx, str file, const struct problem *problem)
{
    struct parsing *p = ctx;

    write_waiting(p);
    p->problem = *problem;
    buf_clear(&p->file);
    buf_add(&p->file, file);
    p->waiting = true;
    if (!problem->has_record)
        write_waiting(p);
}

static int read_paths(const struct arguments *a, const struct walk_options *o, struct parsing *p)
{
    for (uint32_t i = 0; i < a->operand_count && !p->failed; i++) {
        struct err e = {0};
        bool read = walk_path(o, a->operands[i], &e);
        write_waiting(p);
        if (!read) {
            say_err(&e);
            return EXIT_INPUT;
        }
    }
    if (!p->failed && sink_flush(&p->sink, &p->failure))
        return EXIT_OK;
    say_err(&p->failure);
    return EXIT_OUTPUT;
}

static int parse_run(const struct arguments *a)
{
    struct scan_options scan = {0};
    struct confinement confinement;
    struct err e = {0};
    struct io io;

    if (a->operand_count == 0) {
        say("nothing to parse: name files or folders, or - for standard input");
        return EXIT_USAGE;
    }
    io_init(&io);
    scan.io = &io;
    if (!scan_filter_format(&command_parse, a, &scan, &e)) {
        say_err(&e);
        scan_filter_done(&scan);
        return EXIT_USAGE;
    }
    confine(a->operands, a->operand_count, &confinement);
    struct parsing p = {.sink = sink_make(&io, STDOUT_FILENO),
                        .arena = arena_new(PARSE_ARENA_BYTES),
                        .connections = connection_memory_new(),
                        .file = buf_make(PATH_MAX),
                        .pretty = opt_flag(&command_parse, a, "pretty")};
    const struct walk_options options = {
        .io = &io,
        .formats = scan.formats,
        .format = scan.format,
        .time = scan.time,
        .ctx = &p,
        .event = on_event,
        .problem = on_problem,
    };
    int code = read_paths(a, &options, &p);
    sink_done(&p.sink);
    buf_done(&p.file);
    connection_memory_free(p.connections);
    arena_free(p.arena);
    scan_filter_done(&scan);
    return code;
}

const struct command command_parse = {
    .name = "parse",
    .usage = "[OPTIONS] PATH...",
    .summary = "Prints what the formats make of logs: one JSON object an event",
    .details =
        "PATH is what a scan reads. An object holds the time, the format, the log source, the\n"
        "outcome, the record's own fields (native), the common columns under their ECS names, and\n"
        "where the record stands. What could not be read is told by 'error', and never left out;\n"
        "columns that earlier records of the same connection told are named by 'derived'.",
    .options = parse_options,
    .option_count = countof(parse_options),
    .operands = COMPLETE_FILE,
    .run = parse_run,
};
