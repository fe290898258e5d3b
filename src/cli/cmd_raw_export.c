/* cmd_raw_export.c - records of the raw log as they came. */
#include "cli/raw_option.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "cli/time_option.h"
#include "text/base64.h"
#include "text/escape.h"
#include "text/json_write.h"
#include "text/time.h"
#include "text/utf8.h"

#include <unistd.h>

extern const struct command command_raw_export;

enum { TIME_DIGITS = 9 };

static const struct option export_options[] = {
    DATA_OPTION,
    RAW_SOURCE_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "raw jsonl"},
    {"from", '\0', OPTION_VALUE, "TIME",
     "only what was received at or after this time or day (UTC)", COMPLETE_NONE, NULL},
    {"to", '\0', OPTION_VALUE, "TIME", "only what was received at or before this time or day (UTC)",
     COMPLETE_NONE, NULL},
    {"from-record", '\0', OPTION_VALUE, "N", "only from the record of this number on",
     COMPLETE_NONE, NULL},
};

struct export
{
    struct sink sink;
    struct buf encoded; /* scratch */
    bool json, terminal;
    uint64_t from_record;
    int64_t from_ns, to_ns;
};

static void write_json(struct export *x, const char *source, const struct record_block *b,
                       uint32_t i)
{
    struct json_writer w = json_writer_make(&x->sink.text, 0);
    const struct record_run *run = block_run_of(b, i);
    const str record = block_record(b, i);
    char time[TIME_TEXT_MAX];

    json_object(&w);
    json_field_str(&w, S("source"), str_from(source));
    json_field_u64(&w, S("record"), b->first_number + i);
    json_field_str(&w, S("received"),
                   (str){time, time_format(run->received_ns, TIME_DIGITS, time)});
    json_field_str(&w, S("origin"), block_str(b, run->origin));
    json_field_str(&w, S("format"), block_str(b, run->format));
    if (utf8_valid(record)) {
        json_field_str(&w, S("text"), record);
    } else {
        buf_clear(&x->encoded);
        base64_encode(record, &x->encoded);
        json_field_str(&w, S("base64"), buf_str(&x->encoded));
    }
    json_object_end(&w);
    buf_char(&x->sink.text, '\n');
}

static bool write_block(struct export *x, const char *source, const struct record_block *b,
                        struct err *e)
{
    for (uint32_t i = 0; i < b->record_count; i++) {
        const int64_t at = block_run_of(b, i)->received_ns;
        if (b->first_number + i < x->from_record || at < x->from_ns || at > x->to_ns)
            continue;
        if (x->json) {
            write_json(x, source, b, i);
        } else if (x->terminal) {
            escape_terminal(&x->sink.text, block_record(b, i));
            buf_char(&x->sink.text, '\n');
        } else {
            buf_add(&x->sink.text, block_record(b, i));
            buf_char(&x->sink.text, '\n');
        }
        if (!sink_settle(&x->sink, e))
            return false;
    }
    return true;
}

static int export_source(struct export *x, struct raw_reading *r, const char *source)
{
    struct err e = {0}, failed = {0};
    struct record_block b;
    struct raw_reader *reader =
        raw_reader_open(&r->io, buf_cstr(&r->folder), str_from(source), x->from_record, &e);
    bool ok = true;

    block_init(&b);
    while (ok && reader && raw_reader_next(reader, &b, &e))
        ok = write_block(x, source, &b, &failed);
    if (reader && raw_reader_counts(reader)->bad_frames)
        say("%llu damaged frames of '%s' are left out; see 'tocsin raw verify'",
            (unsigned long long)raw_reader_counts(reader)->bad_frames, source);
    raw_reader_free(reader);
    block_done(&b);
    if (e.code != ERR_NONE)
        say_err(&e);
    if (failed.code != ERR_NONE)
        say_err(&failed);
    return !ok ? EXIT_OUTPUT : e.code != ERR_NONE ? EXIT_INPUT : EXIT_OK;
}

static int export_all(struct export *x, struct raw_reading *r)
{
    struct err e = {0};
    int code = EXIT_OK;

    x->sink = sink_make(&r->io, STDOUT_FILENO);
    x->encoded = buf_make(2 * BLOCK_RECORD_BYTES_MAX);
    for (uint32_t i = 0; i < r->count && code != EXIT_OUTPUT; i++) {
        const int one = export_source(x, r, r->names[i]);
        code = one == EXIT_OK ? code : one;
    }
    if (code != EXIT_OUTPUT && !sink_flush(&x->sink, &e)) {
        say_err(&e);
        code = EXIT_OUTPUT;
    }
    sink_done(&x->sink);
    buf_done(&x->encoded);
    return code;
}

static int export_run(const struct arguments *a)
{
    const struct command *c = &command_raw_export;
    const char *number = opt_value(c, a, "from-record");
    struct export x = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    struct raw_reading r;
    struct err e = {0};
    int code = EXIT_OK;

    x.json = ledger_output_is(c, a, "raw", "jsonl", &code);
    x.terminal = isatty(STDOUT_FILENO) == 1;
    if (code != EXIT_OK)
        return code;
    if (number && !str_u64(str_from(number), &x.from_record)) {
        say("option '--from-record' takes a number, not '%s'", number);
        return EXIT_USAGE;
    }
    if (!time_option(c, a, "from", TIME_FIRST, &x.from_ns, &e) ||
        !time_option(c, a, "to", TIME_LAST, &x.to_ns, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    if (raw_reading_open(c, a, &r, &code))
        code = export_all(&x, &r);
    raw_reading_done(&r);
    return code;
}

const struct command command_raw_export = {
    .name = "raw export",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Prints records of the raw log as they came",
    .details = "Reads the raw log of the data folder, also while 'tocsin serve' writes it: source "
               "by source, in the order of the records' numbers. 'raw' prints the bytes of a "
               "record and a newline (escaped on a terminal); use 'jsonl' for records that hold "
               "newlines of their own: it tells source, number, time of receipt and origin too, "
               "and the record as text, or as base64 when it is not UTF-8.",
    .options = export_options,
    .option_count = countof(export_options),
    .run = export_run,
};
