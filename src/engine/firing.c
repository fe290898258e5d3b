#include "engine/firing.h"

#include "text/time.h"

#include <inttypes.h>

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

str firing_value_text(const struct correlation_firing *f, struct arena *a)
{
    return arena_printf(a, "%s%.15g",
                        f->approximate ? "about "
                        : f->at_least  ? "at least "
                                       : "",
                        f->value);
}

/* "FILE:RECORD" of each match that a sequence is made of. */
static str *places_of(const struct correlation_firing *f, const struct firing_names *names,
                      struct arena *a)
{
    str *ret = arena_array(a, f->match_count + 1, sizeof *ret);

    for (uint32_t i = 0; i < f->match_count; i++) {
        const str file = names->source_name(names->ctx, event_ref_stream(f->matches[i]));
        ret[i] =
            arena_printf(a, STR_FMT ":%" PRIu64, STR_ARG(file), event_ref_record(f->matches[i]));
    }
    return ret;
}

static const struct event *event_of(const struct correlation_firing *f, const str *places,
                                    const struct firing_names *names, struct arena *a)
{
    const struct sigma_correlation *c = f->correlation;
    const uint32_t count = c->group_count + FIELDS_EXTRA + f->match_count;
    struct event *ev = arena_alloc(a, sizeof *ev);

    *ev = (struct event){
        .fields = arena_array(a, count, sizeof *ev->fields),
        .field_capacity = count,
        .time_ns = f->time_ns,
        .time_digits = digits_of(f->time_ns),
        .has_time = true,
        .from = {.file = names->source_name(names->ctx, event_ref_stream(f->match)),
                 .source = event_ref_stream(f->match),
                 .record = event_ref_record(f->match)},
    };
    for (uint32_t i = 0; i < c->group_count; i++)
        event_add(ev, a, (struct field){.name = f->group[i].field, .value = f->group[i].value});
    const struct field extra[FIELDS_EXTRA] = {
        {.name = S("correlation_type"), .value = str_from(correlation_type_name(c->type))},
        {.name = S("correlation_value"), .value = firing_value_text(f, a)},
        {.name = S("first_seen"), .value = time_text(f->first_ns, a)},
        {.name = S("last_seen"), .value = time_text(f->last_ns, a)},
    };
    for (size_t i = 0; i < FIELDS_EXTRA; i++)
        event_add(ev, a, extra[i]);
    for (uint32_t i = 0; i < f->match_count; i++)
        event_add(ev, a, (struct field){.name = S("matches"), .value = places[i]});
    return ev;
}

struct finding firing_finding(const struct correlation_firing *f, const struct firing_names *names,
                              const struct entity_finder *entities, struct arena *a)
{
    const struct sigma_correlation *c = f->correlation;
    const uint32_t count = c->group_count + MATCHED_EXTRA + f->match_count;
    const str *places = places_of(f, names, a);
    struct finding finding = finding_of(entities, event_of(f, places, names, a), NULL, a);
    struct matched_field *matched = arena_array(a, count, sizeof *matched);

    for (uint32_t i = 0; i < c->group_count; i++)
        matched[i] = (struct matched_field){f->group[i].field, f->group[i].value};
    matched[c->group_count] =
        (struct matched_field){str_from(correlation_type_name(c->type)), firing_value_text(f, a)};
    matched[c->group_count + 1] =
        (struct matched_field){S("first_seen"), time_text(f->first_ns, a)};
    for (uint32_t i = 0; i < f->match_count; i++)
        matched[c->group_count + MATCHED_EXTRA + i] =
            (struct matched_field){S("matches"), places[i]};
    finding.rule = &c->head;
    finding.matched = matched;
    finding.matched_count = count;
    return finding;
}
