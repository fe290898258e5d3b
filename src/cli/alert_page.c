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
    char number[PAGE_NUMBER_MAX];
    page_tab(p, TITLE_COLUMN);
    page_text(p, STYLE_FAINT, a->event_count > 1 ? S("last at ") : S("at "));
    page_path(p, STYLE_FAINT, at.source, PAGE_NUMBER_MAX / 2);
    page_printf(p, STYLE_FAINT, ":%llu", (unsigned long long)at.record);
    (void)number;
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

void alert_page_write(struct page *p, struct triage *t, const struct alert_namer *namer)
{
    uint32_t count;
    const struct alert *const *alerts = triage_alerts(t, &count);

    page_heading(p, "Alerts", "times are UTC");
    for (uint32_t i = 0; i < count; i++)
        write_alert(p, alerts[i], namer);
}
