/* The classifier says what logsource_classify() says, whatever it remembers. */
#include "event/classifier.h"

#include "raw_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { EVENTS = 40000, FIELDS_MAX = 7 };

static uint32_t below(uint64_t *state, uint32_t bound)
{
    *state ^= *state << 13; /* xorshift64 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 32) * bound >> 32);
}

static const str names[] = {S("Channel"),   S("EventID"), S("Provider_Name"),
                            S("EventType"), S("Image"),   S("channel")};
static const str values[] = {
    S("Microsoft-Windows-Sysmon/Operational"),
    S("microsoft-windows-sysmon/operational"),
    S("Security"),
    S("SECURITY"),
    S("Acme/Operational"),
    S("Microsoft-ServiceBus-Client/Admin"),
    S("Microsoft-Windows-Windows Defender/Operational"),
    S("RPCFW"),
    S(""),
    S("1"),
    S("3"),
    S("12"),
    S("12 "),
    S("13"),
    S("4688"),
    S("1116"),
    S("-1"),
    S("99999999999999999999999999"),
    S("Microsoft-Windows-Sysmon"),
    S("PowerShell"),
    S("linux-sysmon"),
    S("CreateKey"),
    S("deletekey"),
    S("DeleteValue"),
    S("A long value, longer than what is remembered of the values that decide which log sources an "
      "event has, so that it is worked out anew for each event that has it; and it has to be long "
      "enough for that."),
};
/* Values that belong together, so that not all events are of no kind. */
static const uint8_t likely[][4] = {{0, 11, 18, 21}, {1, 11, 18, 23}, {2, 14, 8, 22},
                                    {6, 15, 8, 22},  {8, 9, 18, 22},  {7, 10, 8, 8}};

static void generate(uint64_t *state, struct arena *a, struct event *ev)
{
    const uint8_t *together = likely[below(state, countof(likely))];
    uint32_t fields = below(state, FIELDS_MAX + 1);

    *ev = (struct event){0};
    for (uint32_t i = 0; i < fields; i++) {
        uint32_t name = below(state, 4) ? i % countof(names) : below(state, countof(names));
        uint32_t value =
            below(state, 3) && name < 4 ? together[name] : below(state, countof(values));
        struct field f = {
            .name = names[name],
            .value = values[value],
            .type = (uint8_t)below(state, 2),
            .flags = below(state, 8) ? 0 : FIELD_CONTINUES,
        };
        event_add(ev, a, f);
    }
    if (below(state, 4) == 0)
        ev->logsources[ev->logsource_count++] = (struct logsource){
            .product = below(state, 4) ? S("windows") : S("acme"),
            .service = below(state, 3) ? S("") : S("shop"),
        };
}

/* Makes some of the values raw and gives the event its layout. */
static void harden(uint64_t *state, struct raw_layouts *layouts, struct arena *a, struct event *ev)
{
    bool raw = below(state, 3) > 0;

    for (uint32_t i = 0; i < ev->field_count && raw; i++)
        if (below(state, 3)) {
            uint32_t pad = below(state, 6) ? 0 : 1 + below(state, 2);
            ev->fields[i] = raw_field(ev->fields[i], (uint8_t)below(state, 3), pad, a);
            ev->codec = &raw_codec;
        }
    if (below(state, 5))
        ev->layout = raw_layout(layouts, ev);
}

static void assert_same_sources(const struct event *got, const struct event *want)
{
    assert_int_equal(got->logsource_count, want->logsource_count);
    for (uint32_t i = 0; i < want->logsource_count; i++) {
        const struct logsource *x = &got->logsources[i], *y = &want->logsources[i];
        assert_true(str_eq(x->product, y->product));
        assert_true(str_eq(x->category, y->category));
        assert_true(str_eq(x->service, y->service));
        assert_ptr_equal(x->renames, y->renames);
        assert_int_equal(x->rename_count, y->rename_count);
    }
}

/* What plain classification says of the event's text. */
static struct event classified_plainly(const struct event *ev, const struct logsource *force,
                                       struct arena *a)
{
    struct event plain = raw_copy(ev, a);

    event_settle(&plain, a);
    logsource_classify(&plain);
    if (plain.logsource_count == 0 && force)
        plain.logsources[plain.logsource_count++] = *force;
    return plain;
}

/* By source_set: the first event that had the number. Events live as long as the table. */
struct seen {
    struct intern *numbers;
    struct event *first[CLASSIFIER_SETS_MAX * 2];
};

static void number_means_the_same_each_time(struct seen *seen, struct event *ev)
{
    str key = {(const char *)&ev->source_set, sizeof ev->source_set};

    if (ev->source_set == 0)
        return;
    uint32_t known = intern_count(seen->numbers);
    uint32_t id = intern_add(seen->numbers, key);
    assert_true(id < countof(seen->first));
    if (id == known)
        seen->first[id] = ev;
    assert_same_sources(ev, seen->first[id]);
}

static void classify_many(const struct logsource *force)
{
    struct arena *a = arena_new(1 << 20);
    struct raw_layouts *layouts = arena_alloc(a, sizeof *layouts);
    struct classifier *workers[] = {classifier_new(force), classifier_new(force)};
    struct seen seen = {.numbers = intern_new()};
    uint64_t state = 88172645463325252u, numbered = 0, windows = 0;

    layouts->keys = intern_new();
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct event *ev = arena_alloc(a, sizeof *ev);
        generate(&state, a, ev);
        harden(&state, layouts, a, ev);
        struct event want = classified_plainly(ev, force, a);
        classifier_event(workers[i % 2], ev);
        assert_same_sources(ev, &want);
        number_means_the_same_each_time(&seen, ev);
        numbered += ev->source_set != 0;
        windows += ev->logsource_count && ev->logsources[0].service.n;
    }
    assert_true(numbered > EVENTS * 3 / 4); /* or the test would prove little */
    assert_true(windows > EVENTS / 5);
    classifier_free(workers[0]);
    classifier_free(workers[1]);
    intern_free(layouts->keys);
    intern_free(seen.numbers);
    arena_free(a);
}

static void a_classifier_says_what_plain_classification_says(void **state)
{
    (void)state;
    classify_many(NULL);
}

static void a_forced_log_source_is_for_events_that_have_none(void **state)
{
    const struct logsource force = {S("linux"), S("process_creation"), S(""), NULL, 0};

    (void)state;
    classify_many(&force);
}

static struct event sysmon(struct arena *a, str id, uint32_t layout)
{
    struct event ev = {.layout = layout};

    event_add(
        &ev, a,
        (struct field){.name = S("Channel"), .value = S("Microsoft-Windows-Sysmon/Operational")});
    event_add(&ev, a, (struct field){.name = S("EventID"), .value = id});
    return ev;
}

static void equal_log_sources_have_one_number_and_others_another(void **state)
{
    struct arena *a = arena_new(4096);
    struct classifier *c = classifier_new(NULL);
    uint32_t layout = layout_number_new();
    struct event one = sysmon(a, S("17"), layout), same = sysmon(a, S("18"), layout),
                 other = sysmon(a, S("1"), layout);

    (void)state;
    classifier_event(c, &one);
    classifier_event(c, &same);
    classifier_event(c, &other);
    assert_int_not_equal(one.source_set, 0);
    assert_int_equal(one.source_set, same.source_set);
    assert_int_not_equal(one.source_set, other.source_set);
    classifier_free(c);
    arena_free(a);
}

static void log_sources_beyond_the_limit_have_no_number(void **state)
{
    struct arena *a = arena_new(4096);
    struct classifier *c = classifier_new(NULL);
    uint32_t without = 0;

    (void)state;
    for (int i = 0; i < CLASSIFIER_SETS_MAX + 10; i++) {
        struct event ev = {.logsource_count = 1};
        ev.logsources[0].product = arena_printf(a, "acme %d", i);
        classifier_event(c, &ev);
        without += ev.source_set == 0;
        assert_int_equal(ev.logsource_count, 1);
    }
    assert_int_equal(without, 10);
    classifier_free(c);
    arena_free(a);
}

static void more_combinations_than_are_remembered_stay_right(void **state)
{
    struct arena *a = arena_new(1 << 16);
    struct classifier *c = classifier_new(NULL);

    (void)state;
    for (int i = 0; i < CLASSIFIER_ANSWERS_MAX * 8; i++) {
        struct event ev = sysmon(a, arena_printf(a, "%d", i * 7919 % 5000), i % 3);
        struct event want = classified_plainly(&ev, NULL, a);
        classifier_event(c, &ev);
        assert_same_sources(&ev, &want);
    }
    classifier_free(c);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_classifier_says_what_plain_classification_says),
        cmocka_unit_test(a_forced_log_source_is_for_events_that_have_none),
        cmocka_unit_test(equal_log_sources_have_one_number_and_others_another),
        cmocka_unit_test(log_sources_beyond_the_limit_have_no_number),
        cmocka_unit_test(more_combinations_than_are_remembered_stay_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
