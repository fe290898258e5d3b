#include "cli/alert_text.h"

#include "sigma/attack.h"

enum { NAME_COLUMN = 2, VALUE_COLUMN = 18, EVENTS_SHOWN = 10 };

void alert_text_row(struct page *p, const char *name, str value)
{
    if (value.n == 0)
        return;
    page_tab(p, NAME_COLUMN);
    page_text(p, STYLE_FAINT, str_from(name));
    page_tab(p, VALUE_COLUMN);
    page_value(p, STYLE_PLAIN, value);
    page_newline(p);
}

static void pairs(struct page *p, const char *name, const struct signal_pair *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        page_tab(p, NAME_COLUMN);
        page_text(p, STYLE_FAINT, i ? S("") : str_from(name));
        page_tab(p, VALUE_COLUMN);
        page_text(p, STYLE_FAINT, list[i].name);
        page_text(p, STYLE_PLAIN, S(" "));
        page_value(p, STYLE_PLAIN, list[i].value);
        page_newline(p);
    }
}

static void times(struct page *p, const struct alert *a)
{
    char first[PAGE_NUMBER_MAX], last[PAGE_NUMBER_MAX], count[PAGE_NUMBER_MAX];

    page_tab(p, NAME_COLUMN);
    page_text(p, STYLE_FAINT, S("events"));
    page_tab(p, VALUE_COLUMN);
    page_text(p, STYLE_STRONG, page_number(a->count, count));
    if (a->first_ns != SIGNAL_NO_TIME) {
        page_text(p, STYLE_PLAIN, S(" from "));
        page_text(p, STYLE_PLAIN, page_time(a->first_ns, first));
        page_text(p, STYLE_PLAIN, S(" to "));
        page_text(p, STYLE_PLAIN, page_time(a->last_ns, last));
    }
    page_newline(p);
}

static void measure(struct page *p, const struct signal_measure *m)
{
    if (!m->what)
        return;
    page_tab(p, NAME_COLUMN);
    page_text(p, STYLE_FAINT, S("measured"));
    page_tab(p, VALUE_COLUMN);
    page_printf(p, STYLE_PLAIN, "%s: %g; usual is %g to %g, by %s", m->what, m->value, m->low,
                m->high, m->baseline && *m->baseline ? m->baseline : "nothing");
    page_newline(p);
}

static void entities(struct page *p, const struct alert *a)
{
    for (uint32_t i = 0; i < a->entity_count; i++) {
        page_tab(p, NAME_COLUMN);
        page_text(p, STYLE_FAINT, i ? S("") : S("about"));
        page_tab(p, VALUE_COLUMN);
        page_text(p, STYLE_FAINT, str_from(entity_type_name(a->entities[i].type)));
        page_text(p, STYLE_PLAIN, S(" "));
        page_value(p, STYLE_PLAIN, a->entities[i].value);
        page_newline(p);
    }
}

static void techniques(struct page *p, const struct alert *a)
{
    for (uint32_t i = 0; i < a->tag_count; i++) {
        char id_room[ATTACK_ID_MAX], name_room[ATTACK_NAME_MAX];
        const str id = attack_technique_of_tag(a->tags[i], id_room);
        if (id.n == 0)
            continue;
        page_tab(p, NAME_COLUMN);
        page_text(p, STYLE_FAINT, S("technique"));
        page_tab(p, VALUE_COLUMN);
        page_text(p, STYLE_PLAIN, id);
        page_text(p, STYLE_PLAIN, S(" "));
        page_rest(p, STYLE_PLAIN, attack_full_name(id, name_room));
        page_newline(p);
    }
}

static void events(struct page *p, const struct alert *a, const struct alert_namer *namer)
{
    const uint32_t from = a->event_count > EVENTS_SHOWN ? a->event_count - EVENTS_SHOWN : 0;

    for (uint32_t i = from; i < a->event_count; i++) {
        struct alert_event e;
        if (!namer->name(namer->ctx, a->events[i], &e))
            continue;
        page_tab(p, NAME_COLUMN);
        page_text(p, STYLE_FAINT, i == from ? S("newest events") : S(""));
        page_tab(p, VALUE_COLUMN);
        page_path(p, STYLE_PLAIN, e.source, PAGE_NUMBER_MAX / 2);
        page_printf(p, STYLE_PLAIN, " #%llu", (unsigned long long)e.record);
        page_newline(p);
    }
}

static void decision(struct page *p, const struct alert_decision *d)
{
    char until[PAGE_NUMBER_MAX];

    if (!d)
        return;
    alert_text_row(p, "assignee", d->assignee);
    alert_text_row(p, "verdict", d->verdict);
    alert_text_row(p, "reason", d->reason);
    alert_text_row(p, "note", d->note);
    alert_text_row(p, "decided by", d->decided_by);
    if (d->snoozed_until_ns)
        alert_text_row(p, "snoozed until", page_time(d->snoozed_until_ns, until));
}

void alert_text(struct page *p, const struct alert *a, const struct alert_namer *namer)
{
    page_text(p, page_level_style((enum sigma_level)a->severity),
              str_from(severity_name(a->severity)));
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, a->title);
    page_newline(p);
    alert_text_row(p, "id", str_from(a->id));
    alert_text_row(p, "group", str_from(a->group));
    alert_text_row(p, signal_origin_name(a->origin), a->rule_id);
    alert_text_row(p, "state", str_from(alert_state_name(a->state)));
    alert_text_row(p, "suppressed by", a->suppressed_by);
    times(p, a);
    pairs(p, "key", a->key, a->key_count);
    alert_text_row(p, "why", a->explanation);
    measure(p, &a->measure);
    techniques(p, a);
    entities(p, a);
    pairs(p, "details", a->details, a->detail_count);
    events(p, a, namer);
    decision(p, a->decision);
}
