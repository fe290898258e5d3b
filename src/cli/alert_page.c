#include "cli/alert_page.h"

#include "base/mem.h"
#include "triage/alert_json.h"

#include <stdlib.h>

enum {
    TIME_COLUMN = 2,
    SEVERITY_COLUMN = 23,
    COUNT_COLUMN = 37,
    COUNT_WIDTH = 7,
    TITLE_COLUMN = 46
};

static enum page_style style_of(enum severity s)
{
    return page_level_style((enum sigma_level)s);
}

static str time_or_unknown(int64_t ns, char out[PAGE_NUMBER_MAX])
{
    return ns == SIGNAL_NO_TIME ? S("no time") : page_time(ns, out);
}

static void write_key(struct page *p, const struct alert *a)
{
    for (uint32_t i = 0; i < a->key_count; i++) {
        page_fit(p, TITLE_COLUMN, a->key[i].value.n + 2);
        page_text(p, STYLE_PLAIN, p->at > TITLE_COLUMN ? S("  ") : S(""));
        page_rest(p, STYLE_STRONG, a->key[i].value);
    }
}

/* The reason, and where its newest event is. */
static void write_why(struct page *p, const struct alert *a, const struct alert_namer *namer)
{
    struct alert_event at;

    if (a->explanation.n)
        page_paragraph(p, STYLE_FAINT, SEVERITY_COLUMN, a->explanation);
    if (a->event_count == 0 || !namer->name(namer->ctx, a->events[a->event_count - 1], &at))
        return;
    page_tab(p, SEVERITY_COLUMN);
    page_text(p, STYLE_FAINT, a->event_count > 1 ? S("last at ") : S("at "));
    page_path(p, STYLE_FAINT, at.source, PAGE_NUMBER_MAX / 2);
    page_printf(p, STYLE_FAINT, ":%llu", (unsigned long long)at.record);
    page_newline(p);
}

static void write_alert(struct page *p, const struct alert *a, const struct alert_namer *namer)
{
    char first[PAGE_NUMBER_MAX], count[PAGE_NUMBER_MAX];

    page_tab(p, TIME_COLUMN);
    page_text(p, STYLE_FAINT, time_or_unknown(a->first_ns, first));
    page_tab(p, SEVERITY_COLUMN);
    page_text(p, style_of(a->severity), str_from(severity_name(a->severity)));
    page_tab(p, COUNT_COLUMN);
    page_cell_right(p, STYLE_STRONG, page_number(a->count, count), COUNT_WIDTH);
    page_tab(p, TITLE_COLUMN);
    page_rest(p, STYLE_PLAIN, a->title);
    write_key(p, a);
    page_newline(p);
    write_why(p, a, namer);
}

/* Who the group is about: users, hosts and addresses. */
static void write_entities(struct page *p, const struct alert_group *g)
{
    for (uint32_t i = 0; i < g->entity_count; i++) {
        page_fit(p, TIME_COLUMN, g->entities[i].value.n + 2);
        if (p->at == 0)
            page_tab(p, TIME_COLUMN);
        else if (p->at > TIME_COLUMN)
            page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_STRONG, g->entities[i].value);
    }
    if (g->entity_count)
        page_newline(p);
}

static void write_tactics(struct page *p, const struct alert_group *g)
{
    if (g->tactic_count == 0)
        return;
    for (uint32_t i = 0; i < g->tactic_count; i++) {
        const str name = str_from(attack_tactic_name((enum attack_tactic)g->tactics[i]));
        page_fit(p, TIME_COLUMN, name.n + 3);
        page_tab(p, TIME_COLUMN);
        if (p->at > TIME_COLUMN)
            page_text(p, STYLE_FAINT, S(" > "));
        page_text(p, STYLE_FAINT, name);
    }
    page_newline(p);
}

/* One more of what was told already, and of no weight. */
static bool is_repeated(const struct alert_group *g, uint32_t at)
{
    if (g->alerts[at]->severity > SEVERITY_LOW)
        return false;
    for (uint32_t i = 0; i < at; i++)
        if (!g->alerts[i]->suppressed_by.p && str_eq(g->alerts[i]->rule_id, g->alerts[at]->rule_id))
            return true;
    return false;
}

static void write_alerts(struct page *p, const struct alert_group *g,
                         const struct alert_namer *namer, bool all)
{
    uint32_t repeated = 0;

    for (uint32_t i = 0; i < g->count; i++) {
        if (g->alerts[i]->suppressed_by.p)
            continue;
        if (!all && is_repeated(g, i))
            repeated++;
        else
            write_alert(p, g->alerts[i], namer);
    }
    if (repeated + g->suppressed == 0)
        return;
    page_tab(p, TIME_COLUMN);
    if (repeated)
        page_printf(p, STYLE_FAINT, "%u more of low severity, of the same detections", repeated);
    if (g->suppressed)
        page_printf(p, STYLE_FAINT, "%s%u more are suppressed", repeated ? "; " : "",
                    g->suppressed);
    page_newline(p);
}

static void write_group(struct page *p, const struct alert_group *g,
                        const struct alert_namer *namer, bool all)
{
    char first[PAGE_NUMBER_MAX], last[PAGE_NUMBER_MAX];

    page_newline(p);
    page_text(p, style_of(g->severity), str_from(severity_name(g->severity)));
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, g->top->title);
    page_newline(p);
    page_tab(p, TIME_COLUMN);
    page_text(p, STYLE_FAINT, time_or_unknown(g->first_ns, first));
    page_text(p, STYLE_FAINT, S(" to "));
    page_text(p, STYLE_FAINT, time_or_unknown(g->last_ns, last));
    page_printf(p, STYLE_FAINT, "  %u alerts, %llu events, score %.0f, group %.8s", g->count,
                (unsigned long long)g->events, g->score, g->id);
    page_newline(p);
    write_entities(p, g);
    write_tactics(p, g);
    write_alerts(p, g, namer, all);
}

/* The worst first, then in the order of time. */
static int worse_first(const void *left, const void *right)
{
    const struct alert_group *l = *(const struct alert_group *const *)left;
    const struct alert_group *r = *(const struct alert_group *const *)right;

    if (l->severity != r->severity)
        return l->severity > r->severity ? -1 : 1;
    if (l->score != r->score)
        return l->score > r->score ? -1 : 1;
    return (l > r) - (l < r); /* they stand in the order of their first alerts */
}

/* What is alone and of no weight, told in a line each rule. */
static bool is_minor(const struct alert_group *g)
{
    return g->severity <= SEVERITY_LOW;
}

static void write_minor(struct page *p, const struct alert_group *const *groups, uint32_t count)
{
    char number[PAGE_NUMBER_MAX];
    uint64_t alerts = 0;

    for (uint32_t i = 0; i < count; i++)
        alerts += groups[i]->count;
    if (count == 0)
        return;
    page_newline(p);
    page_printf(p, STYLE_FAINT, "%.*s alerts", STR_ARG(page_number(alerts, number)));
    page_printf(p, STYLE_FAINT,
                " in %.*s groups are of low severity; '--stats' shows them, '-o json' has them",
                STR_ARG(page_number(count, number)));
    page_newline(p);
}

void alert_page_write(struct page *p, const struct alert_groups *groups,
                      const struct alert_namer *namer, bool all)
{
    const struct alert_group **list = mem_array((size_t)groups->count + 1, sizeof *list);
    uint32_t shown = 0;

    for (uint32_t i = 0; i < groups->count; i++)
        list[i] = &groups->items[i];
    qsort(list, groups->count, sizeof *list, worse_first);
    while (shown < groups->count && (all || !is_minor(list[shown])))
        shown++;
    page_heading(p, "Alerts", "times are UTC");
    for (uint32_t i = 0; i < shown; i++)
        write_group(p, list[i], namer, all);
    write_minor(p, list + shown, groups->count - shown);
    free(list);
}
