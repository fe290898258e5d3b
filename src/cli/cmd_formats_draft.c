/* cmd_formats_draft.c - a pattern file from sample lines, for a person to go over. */
#include "base/buf.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "formats/syslog_header.h"
#include "message/pattern_draft.h"
#include "message/pattern_file.h"
#include "text/utf8.h"

#include <unistd.h>

extern const struct command command_formats_draft;

enum {
    DRAFT_FILE_BYTES_MAX = 64 * 1024 * 1024,
    DRAFT_OUTPUT_MAX = 16 * 1024 * 1024,
    DRAFT_ARENA_BYTES = 1024 * 1024,
};

static const struct option draft_options[] = {
    {"name", 'n', OPTION_VALUE, "NAME", "of the format; the file's when not given", COMPLETE_NONE,
     NULL},
};

struct samples {
    str *texts; /* without envelope */
    uint32_t count, passed_over;
    str program; /* of the envelopes; empty: they have none, or several */
};

/* Lines of which most have the envelope of syslog are read without it. */
static bool has_envelopes(str text, const struct syslog_clock *clock)
{
    struct syslog_clock now = *clock;
    struct syslog_header h;
    uint32_t sure = 0, lines = 0;

    while (text.n) {
        str line = str_trim(str_cut(&text, '\n'));
        if (line.n == 0)
            continue;
        lines++;
        sure += !syslog_header_read(line, &now, &h) && h.sure;
    }
    return sure * 2 > lines;
}

static void read_samples(str text, struct arena *a, struct samples *s)
{
    static const struct time_rule rule = {0};
    struct syslog_clock clock;
    struct syslog_header h;

    syslog_clock_init(&clock, &rule);
    const bool enveloped = has_envelopes(text, &clock);
    s->texts = arena_array(a, DRAFT_LINES_MAX, sizeof *s->texts);
    while (text.n && s->count < DRAFT_LINES_MAX) {
        str line = utf8_repair(str_trim(str_cut(&text, '\n')), a);
        bool read = !enveloped || (!syslog_header_read(line, &clock, &h) && h.sure);
        if (enveloped && read) {
            if (!s->program.n)
                s->program = h.program;
            line = str_trim(h.message);
        }
        if (line.n == 0)
            continue;
        if (!read || line.n > DRAFT_LINE_BYTES_MAX)
            s->passed_over++;
        else
            s->texts[s->count++] = line;
    }
}

/* How many of the samples the draft reads. */
static uint32_t count_read(const struct pattern_file *f, const struct samples *s)
{
    uint32_t read = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        struct err e = {0};
        const struct pattern_test test = {
            .line = s->texts[i], .program = s->program, .matches = true};
        read += pattern_file_test(f, &test, &e);
    }
    return read;
}

static str file_name(str path)
{
    const char *slash = memrchr(path.p, '/', path.n);
    str name = slash ? str_from_at(path, (size_t)(slash - path.p) + 1) : path;
    const char *dot = memchr(name.p, '.', name.n);

    return dot && dot > name.p ? (str){name.p, (size_t)(dot - name.p)} : name;
}

static int write_draft(struct io *io, str draft)
{
    struct sink sink = sink_make(io, STDOUT_FILENO);
    struct err e = {0};

    buf_add(&sink.text, draft);
    bool written = sink_flush(&sink, &e);
    sink_done(&sink);
    if (!written)
        say_err(&e);
    return written ? EXIT_OK : EXIT_OUTPUT;
}

static int draft_from(struct io *io, const struct draft_options *o, const struct samples *s,
                      struct arena *a)
{
    struct buf out CLEANUP(buf_done) = buf_make(DRAFT_OUTPUT_MAX);
    struct err e = {0};
    uint32_t patterns;

    pattern_draft(o, s->texts, s->count, a, &out, &patterns);
    struct pattern_file *f = pattern_file_new(buf_str(&out), S("draft"), &e);
    if (f)
        say("%u patterns read %u of %u lines%s", patterns, count_read(f, s), s->count,
            s->passed_over ? "; others are too long or of another sort" : "");
    else
        say_err(&e);
    int code = write_draft(io, buf_str(&out));
    pattern_file_free(f);
    return f ? code : EXIT_FINDINGS;
}

static int draft_run(const struct arguments *a)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(DRAFT_ARENA_BYTES);
    struct buf text CLEANUP(buf_done) = buf_make(DRAFT_FILE_BYTES_MAX);
    const char *name = opt_value(&command_formats_draft, a, "name");
    struct samples samples = {0};
    struct err e = {0};
    struct io io;

    if (a->operand_count != 1) {
        say("name one file of sample lines");
        return EXIT_USAGE;
    }
    io_init(&io);
    if (!io_read_file(&io, a->operands[0], &text, &e)) {
        say_err(&e);
        return EXIT_INPUT;
    }
    read_samples(buf_str(&text), arena, &samples);
    if (samples.count == 0) {
        say("there are no lines in '%s'", a->operands[0]);
        return EXIT_INPUT;
    }
    const struct draft_options options = {
        .name = name ? str_from(name) : file_name(str_from(a->operands[0])),
        .program = samples.program,
    };
    return draft_from(&io, &options, &samples, arena);
}

const struct command command_formats_draft = {
    .name = "formats draft",
    .usage = "[OPTIONS] FILE",
    .summary = "Drafts a pattern file from sample lines",
    .details =
        "FILE holds lines of a program or a device that tocsin has no format for. Lines of the "
        "same\n"
        "shape become one pattern: what is a time, an address, a number or a quoted text, and "
        "words\n"
        "that differ, are fields with guessed names. The draft goes to standard output; it reads\n"
        "the lines as it stands. Go over the names, say what the lines mean, and check it with\n"
        "'tocsin formats check'.",
    .options = draft_options,
    .option_count = countof(draft_options),
    .operands = COMPLETE_FILE,
    .run = draft_run,
};
