/* cmd_sources.c - the live sources that there are, and the settings of one. */
#include "cli/ledger_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/setting_text.h"
#include "serve/config.h"
#include "text/json_write.h"

#include <errno.h>
#include <stdio.h>

extern const struct command command_sources;

enum { SOURCES_BYTES_MAX = 1 << 20, NAME_COLUMNS = 22 };

static const struct option sources_options[] = {
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table json"},
};

/* Tables that are no source's: tocsin.yml itself. */
static const struct {
    const char *name;
    const struct setting *rows;
    const uint32_t *count;
} own_tables[] = {
    {"tocsin.yml", config_settings, &config_setting_count},
    {"retention", config_retention, &config_retention_count},
    {"watermark", config_watermark, &config_watermark_count},
    {"common", config_source_settings, &config_source_setting_count},
};

static void add_list(struct buf *out, struct json_writer *w)
{
    for (size_t i = 0; i < source_type_count; i++) {
        const struct source_type *t = source_types[i];
        if (!w) {
            buf_printf(out, "%-*s %s\n", NAME_COLUMNS, t->name, t->summary);
            continue;
        }
        json_object(w);
        json_field_str(w, S("name"), str_from(t->name));
        json_field_str(w, S("summary"), str_from(t->summary));
        json_field_str(w, S("format"), str_from(t->format ? t->format : "auto"));
        json_field_str(w, S("example"), str_from(t->example));
        json_object_end(w);
    }
}

static bool add_named(struct buf *out, struct json_writer *w, str name)
{
    for (size_t i = 0; i < countof(own_tables); i++)
        if (str_eq(name, str_from(own_tables[i].name))) {
            setting_rows_add(out, w, own_tables[i].rows, *own_tables[i].count);
            return true;
        }
    const struct source_type *t = source_type_find(name);
    if (!t)
        return false;
    if (!w)
        buf_printf(out, "%s\n\n" STR_FMT "\n\n", t->summary,
                   STR_ARG(str_trim(str_from(t->example))));
    setting_rows_add(out, w, t->settings, t->setting_count);
    if (!w)
        buf_add(out, S("\nof every source:\n"));
    setting_rows_add(out, w, config_source_settings, config_source_setting_count);
    return true;
}

static int sources_run(const struct arguments *a)
{
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_sources, a, "table", "json", &code);
    struct buf out CLEANUP(buf_done) = buf_make(SOURCES_BYTES_MAX);
    struct json_writer writer = json_writer_make(&out, 2), *w = json ? &writer : NULL;

    if (code != EXIT_OK)
        return code;
    if (json)
        json_array(w);
    if (a->operand_count == 0) {
        add_list(&out, w);
    } else if (!add_named(&out, w, str_from(a->operands[0]))) {
        say("unknown source '%s'; 'tocsin sources' lists them", a->operands[0]);
        return EXIT_USAGE;
    }
    if (json) {
        json_array_end(w);
        buf_char(&out, '\n');
    }
    if (fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
        return EXIT_OK;
    say("cannot write the list: %s", strerror(errno));
    return EXIT_OUTPUT;
}

const struct command command_sources = {
    .name = "sources",
    .usage = "[OPTIONS] [NAME]",
    .summary = "Lists the kinds of live sources, or the settings of one",
    .details = "NAME is a source's type; or 'common' for what every source has, 'tocsin.yml' and\n"
               "'retention' for the configuration's other settings.",
    .options = sources_options,
    .option_count = countof(sources_options),
    .operands = COMPLETE_NONE,
    .run = sources_run,
};
