/* cmd_formats.c - the formats that tocsin reads, one of them in full, and the common columns. */
#include "cli/format_detail.h"
#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "event/column.h"
#include "formats/format.h"

#include <unistd.h>

extern const struct command command_formats;

enum { NAME_COLUMNS = 18, COLUMN_COLUMNS = 34, TYPE_COLUMNS = 6 };

static const struct option formats_options[] = {
    FORMATS_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "text json"},
    {"columns", '\0', OPTION_FLAG, NULL, "the common columns that fields become", COMPLETE_NONE,
     NULL},
};

static const char *const type_names[] = {
    [COLUMN_TYPE_TEXT] = "text",
    [COLUMN_TYPE_IP] = "ip",
    [COLUMN_TYPE_PORT] = "port",
    [COLUMN_TYPE_INT] = "int",
};

/* Of a sample of several lines the first; on a terminal as much as there is room for. */
static void list_format(struct page *p, const struct format *f)
{
    str sample = str_from(format_sample(f));

    page_cell(p, STYLE_STRONG, str_from(f->name), NAME_COLUMNS);
    page_rest(p, STYLE_PLAIN, str_from(format_summary(f)));
    page_newline(p);
    if (!sample.n)
        return;
    page_tab(p, NAME_COLUMNS);
    if (p->colour)
        page_rest(p, STYLE_FAINT, str_cut(&sample, '\n'));
    else
        page_text(p, STYLE_PLAIN, str_cut(&sample, '\n'));
    page_newline(p);
}

static void list_columns(struct page *p)
{
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        page_cell(p, STYLE_STRONG, str_from(column_name((enum column)i)), COLUMN_COLUMNS);
        page_cell(p, STYLE_FAINT, str_from(type_names[column_type((enum column)i)]), TYPE_COLUMNS);
        page_rest(p, STYLE_PLAIN, str_from(column_what((enum column)i)));
        page_newline(p);
    }
}

static void write_columns(struct json_writer *w)
{
    json_array(w);
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        json_object(w);
        json_field_str(w, S("name"), str_from(column_name((enum column)i)));
        json_field_str(w, S("type"), str_from(type_names[column_type((enum column)i)]));
        json_field_str(w, S("what"), str_from(column_what((enum column)i)));
        json_object_end(w);
    }
    json_array_end(w);
}

static void print_json(struct buf *out, const struct format_set *set, const struct format *only,
                       bool columns)
{
    enum { INDENT = 2 };
    struct json_writer w = json_writer_make(out, INDENT);

    if (columns) {
        write_columns(&w);
    } else if (only) {
        format_detail_json(&w, only);
    } else {
        json_array(&w);
        for (; set; set = set->more ? set->more(set) : NULL)
            for (size_t i = 0; i < set->count; i++)
                format_detail_json(&w, set->items[i]);
        json_array_end(&w);
    }
    buf_char(out, '\n');
}

static void print_text(struct buf *out, const struct format_set *set, const struct format *only,
                       bool columns)
{
    struct page p = page_make(out, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);

    if (columns)
        list_columns(&p);
    else if (only)
        format_detail_text(&p, only);
    for (; set && !columns && !only; set = set->more ? set->more(set) : NULL)
        for (size_t i = 0; i < set->count; i++)
            list_format(&p, set->items[i]);
}

static int print(const struct arguments *a, struct io *io, const struct format_set *set)
{
    const char *output = opt_value(&command_formats, a, "output");
    const struct format *only = NULL;
    struct err e = {0};

    if (a->operand_count)
        only = format_find(set, str_from(a->operands[0]));
    if (a->operand_count > 1 || (a->operand_count && !only)) {
        say("unknown format '%s'; 'tocsin formats' lists them", a->operands[a->operand_count - 1]);
        return EXIT_USAGE;
    }
    struct sink sink = sink_make(io, STDOUT_FILENO);
    bool columns = opt_flag(&command_formats, a, "columns");
    if (output && str_eq(str_from(output), S("json")))
        print_json(&sink.text, set, only, columns);
    else
        print_text(&sink.text, set, only, columns);
    bool written = sink_flush(&sink, &e);
    sink_done(&sink);
    if (!written)
        say_err(&e);
    return written ? EXIT_OK : EXIT_OUTPUT;
}

static int formats_run(const struct arguments *a)
{
    struct err e = {0};
    struct io io;

    io_init(&io);
    struct format_set *set = formats_option_load(&command_formats, a, &io, &e);
    if (!set) {
        say_err(&e);
        return EXIT_USAGE;
    }
    int code = print(a, &io, set);
    format_set_free(set);
    return code;
}

const struct command command_formats = {
    .name = "formats",
    .usage = "[OPTIONS] [NAME]",
    .summary = "Lists the log formats, with a sample line of each, or tells one in full",
    .details =
        "Each name is what --format takes, and what a source's 'format' in tocsin.yml takes. Of\n"
        "NAME are told how it is recognised, its log sources, the templates of its texts, and\n"
        "which of its fields become which common columns.",
    .options = formats_options,
    .option_count = countof(formats_options),
    .operands = COMPLETE_NONE,
    .run = formats_run,
};
