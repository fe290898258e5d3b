/* cmd_explain.c - what becomes of one line, stage by stage, and why a rule does not match it. */
#include "base/clock.h"
#include "cli/explain_text.h"
#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "cli/scan_filter.h"
#include "cli/sink.h"
#include "engine/connection_memory.h"
#include "engine/event_text.h"
#include "text/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

extern const struct command command_explain;

enum {
    EXPLAIN_ARENA_BYTES = 256 * 1024,
    EXPLAIN_BYTES_MAX = 64 * 1024 * 1024, /* of a file that are read */
    READ_BYTES = 64 * 1024,
    NEAR_TOLD = 5,
};

static const struct option explain_options[] = {
    RULE_OPTIONS,
    FORMATS_OPTION,
    {"format", 'f', OPTION_VALUE, "NAME", "take it for this format ('tocsin formats')",
     COMPLETE_NONE, NULL},
    {"zone", '\0', OPTION_VALUE, "NAME",
     "time zone of times that name none, as in Europe/Berlin or +01:00; UTC when not given",
     COMPLETE_NONE, NULL},
    {"record", 'n', OPTION_VALUE, "N", "the record of that number; the first when not given",
     COMPLETE_NONE, NULL},
    {"near", '\0', OPTION_VALUE, "N", "tell at most so many rules that came near; 5 when not given",
     COMPLETE_NONE, NULL},
};

struct explaining {
    struct page page;
    struct explanation about;
    struct connection_memory *connections;
    const struct format_set *formats;
    bool asked; /* the format was */
    str head;
    uint64_t record; /* that is told; 0: the first */
    struct problem problem;
    bool has_problem, told;
};

static void on_problem(void *ctx, const struct problem *p)
{
    struct explaining *x = ctx;

    x->problem = *p;
    x->has_problem = true;
}

static void on_event(void *ctx, struct event *ev)
{
    struct explaining *x = ctx;
    bool same = x->has_problem && x->problem.has_record && x->problem.record == ev->from.record;

    ev->from.record += 1; /* lines count from 1 */
    const bool wanted = !x->record || x->record == ev->from.record;
    if (x->told || (!wanted && !connection_memory_concerns(ev)))
        return;
    event_settle(ev, x->about.arena);
    logsource_classify(ev);
    columns_fill(ev, &x->about.columns, x->about.arena);
    connection_memory_apply(x->connections, ev, &x->about.columns, x->about.arena);
    if (!wanted)
        return;
    x->about.event = ev;
    x->about.problem = same ? x->problem.text : NULL;
    explain_format(&x->page, x->formats, x->about.stream->format, x->asked, x->head);
    explain_text(&x->page, &x->about);
    x->told = true;
}

/* ------------------------------------------------------------ input */

static bool read_all(struct io *io, int fd, struct buf *out, struct err *e)
{
    for (;;) {
        char *room = buf_room(out, READ_BYTES);
        if (!room)
            return true; /* so much of it is enough to explain a record */
        ssize_t n = io_read(io, IO_evidence_read, fd, room, READ_BYTES);
        if (n == -1)
            return err_set(e, ERR_IO, "cannot read: %s", strerror(errno));
        if (n == 0)
            return true;
        out->n += (size_t)n;
    }
}

/* A file, "-" for standard input, or the text itself; *ret_written is when it was written. */
static bool read_operand(struct io *io, const char *operand, struct buf *out, int64_t *ret_written,
                         struct err *e)
{
    const struct clock clock = clock_system();
    struct stat st;
    int fd = STDIN_FILENO;

    *ret_written = clock_now_ns(&clock);
    if (strcmp(operand, "-") != 0) {
        if (stat(operand, &st) == -1 || !S_ISREG(st.st_mode)) {
            buf_add(out, str_from(operand));
            return true;
        }
        *ret_written = st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
        fd = io_openat(io, IO_evidence_open, AT_FDCWD, operand, O_RDONLY | O_CLOEXEC, 0);
        if (fd == -1)
            return err_set(e, ERR_IO, "cannot open '%s': %s", operand, strerror(errno));
    }
    bool read = read_all(io, fd, out, e);
    if (fd != STDIN_FILENO)
        (void)close(fd);
    return read;
}

static bool number_option(const struct arguments *a, const char *name, uint64_t fallback,
                          uint64_t *ret, struct err *e)
{
    const char *text = opt_value(&command_explain, a, name);

    *ret = fallback;
    return !text || str_u64(str_from(text), ret) ||
           err_set(e, ERR_INPUT, "--%s takes a number, not '%s'", name, text);
}

/* ------------------------------------------------------------ the command */

static int explain(struct explaining *x, struct io *io, const struct scan_options *scan, str bytes)
{
    struct sink sink = sink_make(io, STDOUT_FILENO);
    struct arena *a CLEANUP(arena_freep) = arena_new(EXPLAIN_ARENA_BYTES);
    struct stream stream = {
        .path = S("-"), .trust = TRUST_EVIDENCE, .format = scan->format, .time = scan->time};
    const struct event_text_handler handler = {.ctx = x, .event = on_event, .problem = on_problem};
    struct err e = {0};

    x->head = (str){bytes.p, bytes.n < SNIFF_BYTES ? bytes.n : SNIFF_BYTES};
    if (!stream.format)
        stream.format = format_sniff(x->formats, x->head);
    if (!stream.format)
        stream.format = format_find(x->formats, S("text"));
    x->page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    x->about.stream = &stream;
    x->about.arena = a;
    x->connections = connection_memory_new();
    event_bytes_read(&stream, bytes, a, &handler);
    connection_memory_free(x->connections);
    if (!x->told && x->has_problem)
        say("no event: %s", x->problem.text);
    else if (!x->told)
        say("there is no such record");
    bool written = sink_flush(&sink, &e);
    sink_done(&sink);
    if (!written)
        say_err(&e);
    return !written ? EXIT_OUTPUT : x->told ? EXIT_OK : EXIT_INPUT;
}

static int explain_with_rules(const struct arguments *a, struct io *io,
                              const struct scan_options *scan, struct explaining *x, str bytes)
{
    int code = EXIT_USAGE;
    struct ruleset *rs CLEANUP(ruleset_freep) =
        rule_options_load(&command_explain, a, OPERANDS_NONE, io, &code);

    if (!rs)
        return code;
    rule_options_say_refusals(rs, true);
    struct naive *naive = naive_new(rs);
    x->about.rules = rs;
    x->about.naive = naive;
    code = explain(x, io, scan, bytes);
    naive_free(naive);
    return code;
}

static int explain_run(const struct arguments *a)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(EXPLAIN_BYTES_MAX);
    struct scan_options scan = {0};
    struct explaining x = {0};
    struct err e = {0};
    uint64_t near;
    struct io io;

    if (a->operand_count != 1) {
        say("name one line in quotes, one file, or - for standard input");
        return EXIT_USAGE;
    }
    io_init(&io);
    scan.io = &io;
    if (!scan_filter_format(&command_explain, a, &scan, &e) ||
        !number_option(a, "record", 0, &x.record, &e) ||
        !number_option(a, "near", NEAR_TOLD, &near, &e)) {
        say_err(&e);
        scan_filter_done(&scan);
        return EXIT_USAGE;
    }
    if (!read_operand(&io, a->operands[0], &bytes, &scan.time.reference_ns, &e)) {
        say_err(&e);
        scan_filter_done(&scan);
        return EXIT_INPUT;
    }
    x.formats = scan.formats;
    x.asked = scan.format != NULL;
    x.about.near = near < UINT16_MAX ? (uint32_t)near : UINT16_MAX;
    int code = explain_with_rules(a, &io, &scan, &x, buf_str(&bytes));
    scan_filter_done(&scan);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .usage = "[OPTIONS] LINE|FILE|-",
    .summary = "Tells what becomes of one record, stage by stage, and why rules do not match",
    .details =
        "LINE is a record in quotes; of a FILE, or standard input, the first record is told, or\n"
        "that of --record. Told are the format and how it was recognised, the dialect of the\n"
        "message, the time, the log source, the fields, the rules that match and why, and those\n"
        "that came near, with the tests that stood in the way.",
    .options = explain_options,
    .option_count = countof(explain_options),
    .operands = COMPLETE_FILE,
    .run = explain_run,
};
