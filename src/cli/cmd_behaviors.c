/* cmd_behaviors.c - the behaviours that there are, and the settings of one. */
#include "behave/behavior.h"
#include "behave/behavior_set.h"
#include "cli/ledger_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/setting_text.h"

#include <errno.h>
#include <stdio.h>

extern const struct command command_behaviors;

enum { BEHAVIORS_BYTES_MAX = 1 << 20, NAME_COLUMNS = 22, SEVERITY_COLUMNS = 9 };

static const struct option behaviors_options[] = {
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table json"},
};

static void add_settings(struct buf *out, struct json_writer *w, const struct behavior_type *t)
{
    uint32_t common;
    const struct setting *rows = behavior_common_settings(&common);

    setting_rows_add(out, w, t->settings, t->setting_count);
    setting_rows_add(out, w, rows, common);
}

static void add_json(struct json_writer *w, const struct behavior_type *t)
{
    str rest = str_from(t->tags);

    json_object(w);
    json_field_str(w, S("name"), str_from(t->name));
    json_field_str(w, S("title"), str_from(t->title));
    json_field_str(w, S("what"), str_from(t->what));
    json_field_str(w, S("severity"), str_from(severity_name(t->severity)));
    json_key(w, S("tags"));
    json_array(w);
    while (rest.n)
        json_str(w, str_cut(&rest, ' '));
    json_array_end(w);
    json_key(w, S("settings"));
    json_array(w);
    add_settings(NULL, w, t);
    json_array_end(w);
    json_object_end(w);
}

static void add_row(struct buf *out, const struct behavior_type *t)
{
    buf_printf(out, "%-*s %-*s %s\n", NAME_COLUMNS, t->name, SEVERITY_COLUMNS,
               severity_name(t->severity), t->what);
}

static void add_page(struct buf *out, const struct behavior_type *t)
{
    buf_printf(out, "%s (%s): %s\n%s\n\n", t->title, severity_name(t->severity), t->what, t->tags);
    add_settings(out, NULL, t);
}

static int behaviors_run(const struct arguments *a)
{
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_behaviors, a, "table", "json", &code);
    const struct behavior_type *one =
        a->operand_count ? behavior_type_find(str_from(a->operands[0])) : NULL;
    struct buf out CLEANUP(buf_done) = buf_make(BEHAVIORS_BYTES_MAX);
    struct json_writer w = json_writer_make(&out, 2);

    if (code != EXIT_OK)
        return code;
    if (a->operand_count && !one) {
        say("unknown behaviour '%s'; 'tocsin behaviors' lists them", a->operands[0]);
        return EXIT_USAGE;
    }
    if (json)
        json_array(&w);
    for (uint32_t i = 0; i < behavior_type_count; i++) {
        const struct behavior_type *t = behavior_types[i];
        if (one && t != one)
            continue;
        if (json)
            add_json(&w, t);
        else if (one)
            add_page(&out, t);
        else
            add_row(&out, t);
    }
    if (json) {
        json_array_end(&w);
        buf_char(&out, '\n');
    }
    if (fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
        return EXIT_OK;
    say("cannot write the list: %s", strerror(errno));
    return EXIT_OUTPUT;
}

const struct command command_behaviors = {
    .name = "behaviors",
    .usage = "[OPTIONS] [NAME]",
    .summary = "Lists the behaviours that are looked for, or the settings of one",
    .details =
        "A behaviour finds what no single event shows: docs/behaviors.md. 'scan --alerts' looks\n"
        "for them; its option --behaviors names a file with settings that differ.",
    .options = behaviors_options,
    .option_count = countof(behaviors_options),
    .operands = COMPLETE_NONE,
    .run = behaviors_run,
};
