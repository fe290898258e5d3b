/* cmd_entity.c - one user, host or address: what speaks against it, with whom it turned up, and
 * what was told of it, in the order of time. */
#include "cli/alert_book.h"
#include "cli/alert_text.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "text/json_write.h"
#include "triage/entity_risk.h"

#include <stdlib.h>
#include <unistd.h>

extern const struct command command_entity;

enum {
    ALONGSIDE_MAX = 20,    /* shown */
    COMPANIONS_MAX = 1024, /* counted */

    LEVEL_COLUMN = 22,
    COUNT_COLUMN = 36,
    COUNT_WIDTH = 7,
    TITLE_COLUMN = 45
};

static const struct option entity_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table json"},
};

/* Someone who turned up in the same alerts. */
struct companion {
    struct entity entity;
    uint32_t alerts;
};

struct entity_story {
    str name;
    const struct alert **alerts; /* that name it, in their order */
    uint32_t count;
    struct companion *companions; /* in most alerts first */
    uint32_t companion_count, companion_capacity;
    const struct entity_risk *risks; /* of each type that has the name */
    uint32_t risk_count;
};

static bool is_named(const struct alert *a, str name)
{
    for (uint32_t i = 0; i < a->entity_count; i++)
        if (str_ieq(a->entities[i].value, name))
            return true;
    return false;
}

static bool is_someone(const struct entity *e)
{
    return e->type == ENTITY_HOST || e->type == ENTITY_USER || e->type == ENTITY_IP;
}

static void add_companions(struct entity_story *s, const struct alert *a, struct arena *arena)
{
    for (uint32_t i = 0; i < a->entity_count; i++) {
        const struct entity *e = &a->entities[i];
        uint32_t at = 0;
        if (!is_someone(e) || str_ieq(e->value, s->name))
            continue;
        while (at < s->companion_count && (s->companions[at].entity.type != e->type ||
                                           !str_eq(s->companions[at].entity.value, e->value)))
            at++;
        if (at == COMPANIONS_MAX)
            continue;
        if (at == s->companion_count)
            *(struct companion *)arena_push(arena, (void **)&s->companions, &s->companion_count,
                                            &s->companion_capacity, sizeof *s->companions) =
                (struct companion){.entity = *e};
        s->companions[at].alerts++;
    }
}

static int by_alerts(const void *left, const void *right)
{
    const struct companion *l = left, *r = right;

    if (l->alerts != r->alerts)
        return l->alerts > r->alerts ? -1 : 1;
    return str_cmp(l->entity.value, r->entity.value);
}

static void gather(struct entity_story *s, struct alert_book *b)
{
    const struct risk_options o = {0};
    struct entity_risk *all;
    const uint32_t count =
        entity_risks((const struct alert *const *)b->alerts, b->count, &o, b->arena, &all);
    struct entity_risk *risks = arena_array(b->arena, (size_t)count + 1, sizeof *risks);

    s->alerts = arena_array(b->arena, (size_t)b->count + 1, sizeof(struct alert *));
    for (uint32_t i = 0; i < b->count; i++)
        if (is_named(b->alerts[i], s->name)) {
            s->alerts[s->count++] = b->alerts[i];
            add_companions(s, b->alerts[i], b->arena);
        }
    if (s->companion_count)
        qsort(s->companions, s->companion_count, sizeof *s->companions, by_alerts);
    for (uint32_t i = 0; i < count; i++)
        if (str_ieq(all[i].entity.value, s->name))
            risks[s->risk_count++] = all[i];
    s->risks = risks;
}

/* ------------------------------------------------------------ outputs */

static void write_alert(struct page *p, const struct alert *a)
{
    char time[PAGE_NUMBER_MAX], count[PAGE_NUMBER_MAX];

    page_text(p, STYLE_FAINT,
              a->first_ns == SIGNAL_NO_TIME ? S("no time") : page_time(a->first_ns, time));
    page_tab(p, LEVEL_COLUMN);
    page_text(p, alert_style(a->severity), str_from(severity_name(a->severity)));
    page_tab(p, COUNT_COLUMN);
    page_cell_right(p, STYLE_STRONG, page_number(a->count, count), COUNT_WIDTH);
    page_tab(p, TITLE_COLUMN);
    page_rest(p, STYLE_PLAIN, a->title);
    page_printf(p, STYLE_FAINT, "  %.8s", a->id);
    page_newline(p);
}

static void write_page(struct page *p, const struct entity_story *s, struct arena *a)
{
    page_rest(p, STYLE_STRONG, s->name);
    page_newline(p);
    for (uint32_t i = 0; i < s->risk_count; i++)
        alert_text_row(p, "risk",
                       arena_printf(a, "%s: %.0f (%s), of %u alerts of %u detections",
                                    entity_type_name(s->risks[i].entity.type), s->risks[i].score,
                                    risk_level(s->risks[i].score), s->risks[i].alerts,
                                    s->risks[i].detections));
    for (uint32_t i = 0; i < s->companion_count && i < ALONGSIDE_MAX; i++)
        alert_text_row(p, i ? "" : "along with",
                       arena_printf(a, "%s " STR_FMT ", in %u alerts",
                                    entity_type_name(s->companions[i].entity.type),
                                    STR_ARG(s->companions[i].entity.value),
                                    s->companions[i].alerts));
    page_newline(p);
    for (uint32_t i = 0; i < s->count; i++)
        write_alert(p, s->alerts[i]);
}

static void write_json(struct buf *out, const struct entity_story *s)
{
    struct json_writer w = json_writer_make(out, 0);

    json_object(&w);
    json_field_str(&w, S("name"), s->name);
    json_key(&w, S("risk"));
    json_array(&w);
    for (uint32_t i = 0; i < s->risk_count; i++) {
        json_object(&w);
        json_field_str(&w, S("type"), str_from(entity_type_name(s->risks[i].entity.type)));
        json_key(&w, S("score"));
        json_double(&w, s->risks[i].score);
        json_field_str(&w, S("level"), str_from(risk_level(s->risks[i].score)));
        json_object_end(&w);
    }
    json_array_end(&w);
    json_key(&w, S("along_with"));
    json_array(&w);
    for (uint32_t i = 0; i < s->companion_count; i++) {
        json_object(&w);
        json_field_str(&w, S("type"), str_from(entity_type_name(s->companions[i].entity.type)));
        json_field_str(&w, S("value"), s->companions[i].entity.value);
        json_field_u64(&w, S("alerts"), s->companions[i].alerts);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_key(&w, S("alerts"));
    json_array(&w);
    for (uint32_t i = 0; i < s->count; i++)
        json_str(&w, str_from(s->alerts[i]->id));
    json_array_end(&w);
    json_object_end(&w);
    buf_char(out, '\n');
}

static int print(struct ledger_reading *r, struct alert_book *b, str name, bool json)
{
    struct entity_story story = {.name = name};
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct err e = {0};

    gather(&story, b);
    if (json)
        write_json(&sink.text, &story);
    else if (story.count)
        write_page(&page, &story, b->arena);
    else
        say("no alert names '" STR_FMT "'", STR_ARG(name));
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return !ok ? EXIT_OUTPUT : story.count ? EXIT_OK : EXIT_INPUT;
}

static int entity_run(const struct arguments *a)
{
    struct ledger_reading r;
    struct alert_book book = {0};
    const struct ledger_alert_query all = alert_query_all();
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_entity, a, "table", "json", &code);

    if (code != EXIT_OK)
        return code;
    if (a->operand_count != 1) {
        say("which one? name a user, a host or an address");
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_entity, a, &r, &code))
        code = alert_book_read(&book, r.ledger, &r.clock, &all)
                   ? print(&r, &book, str_from(a->operands[0]), json)
                   : EXIT_INPUT;
    alert_book_done(&book);
    ledger_reading_done(&r);
    return code;
}

const struct command command_entity = {
    .name = "entity",
    .usage = "-d FOLDER [OPTIONS] NAME",
    .summary = "Tells what is known of one user, host or address: risk, company, alerts",
    .details =
        "NAME is as alerts have it (docs/alerts.md): a short host name, user or user@domain,\n"
        "an address. Exit codes: 0 told, 2 wrong command line, 3 no alert names it.",
    .options = entity_options,
    .option_count = countof(entity_options),
    .run = entity_run,
};
