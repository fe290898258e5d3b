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
        page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_STRONG, a->key[i].value);
    }
}

/* The reason, and where its newest event is. */
static void write_why(struct page *p, const struct alert *a, const struct alert_namer *namer)
{
    struct alert_event at;

    if (a->explanation.n)
        page_paragraph(p, STYLE_FAINT, TITLE_COLUMN, a->explanation);
    if (a->event_count == 0 || !namer->name(namer->ctx, a->events[a->event_count - 1], &at))
        return;
    page_tab(p, TITLE_COLUMN);
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

static void write_group(struct page *p, const struct alert_group *g,
                        const struct alert_namer *namer)
{
    page_printf(p, STYLE_HEADING, "%.8s", g->id);
    page_text(p, STYLE_PLAIN, S("  "));
    page_text(p, style_of(g->severity), str_from(severity_name(g->severity)));
    page_printf(p, STYLE_PLAIN, "  score %.0f", g->score);
    for (uint32_t i = 0; i < g->tactic_count; i++) {
        const str name = str_from(attack_tactic_name((enum attack_tactic)g->tactics[i]));
        page_fit(p, TIME_COLUMN, name.n + 2);
        page_text(p, STYLE_FAINT, i ? S(", ") : S("  "));
        page_text(p, STYLE_FAINT, name);
    }
    page_newline(p);
    for (uint32_t i = 0; i < g->count; i++)
        if (!g->alerts[i]->suppressed_by.p)
            write_alert(p, g->alerts[i], namer);
    if (g->suppressed) {
        page_tab(p, TIME_COLUMN);
        page_printf(p, STYLE_FAINT, "%u more are suppressed", g->suppressed);
        page_newline(p);
    }
}

static int by_weight(const void *left, const void *right)
{
    const struct alert_group *l = *(const struct alert_group *const *)left;
    const struct alert_group *r = *(const struct alert_group *const *)right;

    if (l->severity != r->severity)
        return l->severity > r->severity ? -1 : 1;
    if (l->score < r->score || l->score > r->score)
        return l->score > r->score ? -1 : 1;
    return alert_order(l->alerts[0], r->alerts[0]);
}

void alert_page_write(struct page *p, const struct alert_groups *groups,
                      const struct alert_namer *namer)
{
    const struct alert_group **sorted =
        mem_array((size_t)groups->count + 1, sizeof(struct alert_group *));

    for (uint32_t i = 0; i < groups->count; i++)
        sorted[i] = &groups->items[i];
    qsort(sorted, groups->count, sizeof *sorted, by_weight);
    page_heading(p, "Alerts by group", "times are UTC");
    for (uint32_t i = 0; i < groups->count; i++)
        write_group(p, sorted[i], namer);
    free(sorted);
}
