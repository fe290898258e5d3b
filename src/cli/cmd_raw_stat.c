/* cmd_raw_stat.c - what the raw log holds of each source. */
#include "cli/page.h"
#include "cli/raw_option.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "text/json_write.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

extern const struct command command_raw_stat;

enum { NAME_COLUMNS = 20, COUNT_COLUMNS = 12, FILE_COLUMNS = 6, TIME_DIGITS = 3 };

static const struct option stat_options[] = {
    DATA_OPTION,
    RAW_SOURCE_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table json"},
};

/* How many times smaller it is on disk. */
static double ratio_of(const struct raw_survey *s)
{
    return s->disk_bytes ? (double)s->counts.bytes / (double)s->disk_bytes : 0;
}

static void cell_u64(struct page *p, uint64_t value, uint32_t columns)
{
    char text[PAGE_NUMBER_MAX];
    int n = snprintf(text, sizeof text, "%" PRIu64, value);

    page_cell_right(p, STYLE_PLAIN, (str){text, (size_t)n}, columns);
}

static void print_heading(struct page *p)
{
    page_cell(p, STYLE_HEADING, S("source"), NAME_COLUMNS);
    page_cell_right(p, STYLE_HEADING, S("days"), FILE_COLUMNS);
    page_cell_right(p, STYLE_HEADING, S("files"), FILE_COLUMNS);
    page_cell_right(p, STYLE_HEADING, S("records"), COUNT_COLUMNS);
    page_cell_right(p, STYLE_HEADING, S("bytes"), COUNT_COLUMNS + 2);
    page_cell_right(p, STYLE_HEADING, S("on disk"), COUNT_COLUMNS);
    page_cell_right(p, STYLE_HEADING, S("ratio"), FILE_COLUMNS + 1);
    page_newline(p);
}

static void print_row(struct page *p, const char *name, const struct raw_survey *s)
{
    char text[TIME_TEXT_MAX];
    int n = snprintf(text, sizeof text, "%.1f", ratio_of(s));

    page_cell(p, STYLE_STRONG, str_from(name), NAME_COLUMNS);
    cell_u64(p, s->days, FILE_COLUMNS);
    cell_u64(p, s->files, FILE_COLUMNS);
    cell_u64(p, s->counts.records, COUNT_COLUMNS);
    cell_u64(p, s->counts.bytes, COUNT_COLUMNS + 2);
    cell_u64(p, s->disk_bytes, COUNT_COLUMNS);
    page_cell_right(p, STYLE_PLAIN, (str){text, (size_t)n}, FILE_COLUMNS + 1);
    page_newline(p);
    if (s->counts.records == 0)
        return;
    page_text(p, STYLE_FAINT, S("  received "));
    page_text(p, STYLE_FAINT, (str){text, time_format(s->oldest_ns, TIME_DIGITS, text)});
    page_text(p, STYLE_FAINT, S(" to "));
    page_text(p, STYLE_FAINT, (str){text, time_format(s->newest_ns, TIME_DIGITS, text)});
    page_newline(p);
}

static void write_json(struct json_writer *w, const char *name, const struct raw_survey *s)
{
    char text[TIME_TEXT_MAX];

    json_object(w);
    json_field_str(w, S("source"), str_from(name));
    json_field_u64(w, S("days"), s->days);
    json_field_u64(w, S("files"), s->files);
    json_field_u64(w, S("frames"), s->counts.frames);
    json_field_u64(w, S("records"), s->counts.records);
    json_field_u64(w, S("bytes"), s->counts.bytes);
    json_field_u64(w, S("disk_bytes"), s->disk_bytes);
    json_key(w, S("ratio"));
    json_double(w, ratio_of(s));
    json_field_u64(w, S("bad_frames"), s->counts.bad_frames);
    json_field_u64(w, S("missing_records"), s->counts.missing_records);
    if (s->counts.records) {
        json_field_str(w, S("oldest"), (str){text, time_format(s->oldest_ns, TIME_DIGITS, text)});
        json_field_str(w, S("newest"), (str){text, time_format(s->newest_ns, TIME_DIGITS, text)});
    }
    json_object_end(w);
}

static int stat_all(struct raw_reading *r, bool json)
{
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct json_writer w = json_writer_make(&sink.text, 2);
    struct err failed = {0};
    int code = EXIT_OK;

    if (json)
        json_array(&w);
    else
        print_heading(&page);
    for (uint32_t i = 0; i < r->count; i++) {
        struct raw_survey s;
        struct err e = {0};
        if (!raw_survey(r, i, &s, &e)) {
            say_err(&e);
            code = EXIT_INPUT;
        } else if (json) {
            write_json(&w, r->names[i], &s);
        } else {
            print_row(&page, r->names[i], &s);
        }
    }
    if (json) {
        json_array_end(&w);
        buf_char(&sink.text, '\n');
    }
    if (!sink_flush(&sink, &failed)) {
        say_err(&failed);
        code = EXIT_OUTPUT;
    }
    sink_done(&sink);
    return code;
}

static int stat_run(const struct arguments *a)
{
    struct raw_reading r;
    int code = EXIT_OK;
    bool json = ledger_output_is(&command_raw_stat, a, "table", "json", &code);

    if (code != EXIT_OK)
        return code;
    if (raw_reading_open(&command_raw_stat, a, &r, &code))
        code = stat_all(&r, json);
    raw_reading_done(&r);
    return code;
}

const struct command command_raw_stat = {
    .name = "raw stat",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Shows what the raw log holds of each source",
    .details = "Reads the raw log of the data folder, also while 'tocsin serve' writes it. 'bytes' "
               "are those of the records, 'on disk' those of the files that hold them.",
    .options = stat_options,
    .option_count = countof(stat_options),
    .run = stat_run,
};
