/* cmd_raw_verify.c - is the raw log as it was written? Every frame of every file is read. */
#include "cli/page.h"
#include "cli/raw_option.h"
#include "cli/say.h"
#include "cli/sink.h"

#include <inttypes.h>
#include <unistd.h>

extern const struct command command_raw_verify;

enum { NAME_COLUMNS = 24 };

static const struct option verify_options[] = {DATA_OPTION, RAW_SOURCE_OPTION};

static void print_row(struct page *p, const char *name, const struct raw_reader_counts *n)
{
    const bool good = n->bad_frames == 0 && n->missing_records == 0;

    page_cell(p, STYLE_STRONG, str_from(name), NAME_COLUMNS);
    page_printf(p, STYLE_PLAIN, "  %" PRIu64 " records, %" PRIu64 " frames, ", n->records,
                n->frames);
    if (good)
        page_text(p, STYLE_PLAIN, S("whole"));
    else
        page_printf(p, STYLE_BAD, "%" PRIu64 " bad frames, %" PRIu64 " records missing",
                    n->bad_frames, n->missing_records);
    page_newline(p);
}

static int verify_all(struct raw_reading *r)
{
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct err failed = {0};
    int code = EXIT_OK;

    for (uint32_t i = 0; i < r->count; i++) {
        struct raw_survey s;
        struct err e = {0};
        if (!raw_survey(r, i, &s, &e)) {
            say_err(&e);
            code = EXIT_INPUT;
            continue;
        }
        print_row(&page, r->names[i], &s.counts);
        if (s.counts.bad_frames || s.counts.missing_records)
            code = EXIT_INPUT;
    }
    if (!sink_flush(&sink, &failed)) {
        say_err(&failed);
        code = EXIT_OUTPUT;
    }
    sink_done(&sink);
    return code;
}

static int verify_run(const struct arguments *a)
{
    struct raw_reading r;
    int code;

    if (raw_reading_open(&command_raw_verify, a, &r, &code))
        code = verify_all(&r);
    raw_reading_done(&r);
    return code;
}

const struct command command_raw_verify = {
    .name = "raw verify",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Says whether the raw log is as it was written",
    .details = "Reads every frame in the raw log of the data folder, also while 'tocsin serve' "
               "writes it: checksums, and the numbers of the records, which have no gaps. Exits "
               "with 3 when a frame is damaged or records are missing.",
    .options = verify_options,
    .option_count = countof(verify_options),
    .run = verify_run,
};
