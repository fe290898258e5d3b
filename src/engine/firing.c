#include "engine/firing.h"

#include "text/time.h"

enum {
    MATCHED_EXTRA = 2, /* pairs of a firing's finding beyond its group */
    FIELDS_EXTRA = 4,
};

/* Digits of a fraction that the time has. */
static uint8_t digits_of(int64_t ns)
{
    uint8_t digits = 9;

    for (ns %= NS_PER_S; digits && ns % 10 == 0; ns /= 10)
        digits--;
    return digits;
}

static str time_text(int64_t ns, struct arena *a)
{
    char text[TIME_TEXT_MAX];

    return arena_str(a, (str){text, time_format(ns, digits_of(ns), text)});
}

/* "5", "at least 5", "12.25" */
static str value_text(const struct correlation_firing *f, struct arena *a)
{
    return arena_printf(a, "%s%.15g", f->at_least ? "at least " : "", f->value);
}

static const struct event *event_of(const struct correlation_firing *f,
                                    const struct firing_place *at, struct arena *a)
{
    const struct sigma_correlation *c = f->correlation;
    struct event *ev = arena_alloc(a, sizeof *ev);

    *ev = (struct event){
        .fields = arena_array(a, c->group_count + FIELDS_EXTRA, sizeof *ev->fields),
        .field_capacity = c->group_count + FIELDS_EXTRA,
        .time_ns = f->time_ns,
        .time_digits = digits_of(f->time_ns),
        .has_time = true,
        .from = {.file = at->file, .source = at->source, .record = at->record},
    };
    for (uint32_t i = 0; i < c->group_count; i++)
        event_add(ev, a, (struct field){.name = f->group[i].field, .value = f->group[i].value});
    const struct field extra[FIELDS_EXTRA] = {
        {.name = S("correlation_type"), .value = str_from(correlation_type_name(c->type))},
        {.name = S("correlation_value"), .value = value_text(f, a)},
        {.name = S("first_seen"), .value = time_text(f->first_ns, a)},
        {.name = S("last_seen"), .value = time_text(f->time_ns, a)},
    };
    for (size_t i = 0; i < FIELDS_EXTRA; i++)
        event_add(ev, a, extra[i]);
    return ev;
}

struct finding firing_finding(const struct correlation_firing *f, const struct firing_place *at,
                              const struct entity_finder *entities, struct arena *a)
{
    const struct sigma_correlation *c = f->correlation;
    struct finding finding = finding_of(entities, event_of(f, at, a), NULL, a);
    struct matched_field *matched = arena_array(a, c->group_count + MATCHED_EXTRA, sizeof *matched);

    for (uint32_t i = 0; i < c->group_count; i++)
        matched[i] = (struct matched_field){f->group[i].field, f->group[i].value};
    matched[c->group_count] =
        (struct matched_field){str_from(correlation_type_name(c->type)), value_text(f, a)};
    matched[c->group_count + 1] =
        (struct matched_field){S("first_seen"), time_text(f->first_ns, a)};
    finding.rule = &c->head;
    finding.matched = matched;
    finding.matched_count = c->group_count + MATCHED_EXTRA;
    return finding;
}
