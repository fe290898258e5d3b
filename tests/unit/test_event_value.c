/*
 * The values of an event under the names that rules use. event_find() and
 * event_next(), which look at every field, say what the answers must be.
 */
#include "guarded_text.h"
#include "raw_event.h"

#include "base/intern.h"
#include "detect/event_value.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { RULE_NAMES = 4, EVENT_NAMES = 8, FIELDS_MAX = 12, TEXT_MAX = 64, SEED = 20261124 };
enum { HASH_INVERSE = 0xE8B2F51 }; /* times 0x9E3779B1, by which numbers are hashed, it is 1 */

/* Rules use the first RULE_NAMES of them. */
static const str names[EVENT_NAMES] = {S("A"),      S("B"),      S("Image"), S("Path"),
                                       S("Native"), S("Second"), S("C"),     S("")};

struct fixture {
    struct intern *rule_names;
    struct event_values values;
    struct arena *arena;
};

static struct fixture fixture_new(void)
{
    struct fixture f = {.rule_names = intern_new(), .arena = arena_new(1 << 16)};

    for (uint32_t i = 0; i < RULE_NAMES; i++)
        intern_add(f.rule_names, names[i]);
    event_values_init(&f.values, f.rule_names);
    return f;
}

static void fixture_done(struct fixture *f)
{
    event_values_done(&f->values);
    intern_free(f->rule_names);
    arena_free(f->arena);
}

/* "A=x +A=y B": fields, '+' before one that continues; B has an empty value. */
static struct event event_of(struct fixture *f, const char *text)
{
    struct event ev = {0};

    for (str rest = str_from(text); rest.n;) {
        str value = str_cut(&rest, ' ');
        struct field field = {.flags = value.p[0] == '+' ? FIELD_CONTINUES : 0};
        value = str_from_at(value, field.flags ? 1 : 0);
        field.name = str_cut(&value, '=');
        field.value = value;
        event_add(&ev, f->arena, field);
    }
    return ev;
}

/* The same, read; `layout` is its layout's number or 0. */
static void read_event(struct fixture *f, const char *text, uint32_t layout)
{
    struct event *ev = arena_alloc(f->arena, sizeof *ev);

    *ev = event_of(f, text);
    ev->layout = layout;
    event_values_read(&f->values, ev);
}

/* The values of a rule's name, in their order: "x,y,"; "" when there are none. */
static const char *text_of(struct fixture *f, str name)
{
    struct event_values *v = &f->values;
    str text = S("");

    for (uint32_t at = event_values_first(v, intern_find(f->rule_names, name)); at != VALUE_NONE;
         at = event_values_next(v, at))
        text = arena_printf(f->arena, STR_FMT STR_FMT ",", STR_ARG(text),
                            STR_ARG(event_values_text(v, at)));
    return text.p;
}

/* The values of each rule's name are those that event_find() finds of what it stands for. */
static void assert_reads(struct fixture *f, const struct event *ev, const struct logsource *source)
{
    struct event_values *v = &f->values;

    for (uint32_t i = 0; i < RULE_NAMES; i++) {
        str name = source ? logsource_native_name(source, names[i]) : names[i];
        uint32_t at = event_values_first(v, i), wanted = event_find(ev, name);
        for (; wanted < ev->field_count; wanted = event_next(ev, wanted)) {
            assert_int_equal(at, wanted);
            at = event_values_next(v, at);
        }
        assert_int_equal(at, VALUE_NONE);
    }
}

/* ------------------------------------------------------------ definitions */

struct reading {
    const char *event, *values; /* of A, or of the first field, folded */
};

/* One event after another, of which nothing is left for the next; all without a layout's number
 * and then all with one. */
static void assert_values(const struct reading *readings, size_t count)
{
    struct fixture f = fixture_new();

    for (uint32_t layout = 0; layout < 2; layout++)
        for (size_t i = 0; i < count; i++) {
            read_event(&f, readings[i].event, layout ? layout_number_new() : 0);
            assert_string_equal(text_of(&f, S("A")), readings[i].values);
        }
    fixture_done(&f);
}

static void the_last_of_two_definitions_counts(void **state)
{
    static const struct reading readings[] = {{"A=x", "x,"},
                                              {"A=x A=y", "y,"},
                                              {"A=x B=1 A=y B=2", "y,"},
                                              {"A=x +A=y A=z", "z,"},
                                              {"A=x A=y +A=z", "y,z,"},
                                              {"B=x", ""},
                                              {"A", ","},
                                              {"", ""}};

    (void)state;
    assert_values(readings, countof(readings));
}

static void further_values_are_a_chain_though_other_fields_stand_between(void **state)
{
    static const struct reading readings[] = {{"A=x +A=y +A=z", "x,y,z,"},
                                              {"A=x B=1 +A=y +B=2 C=3 +A=z", "x,y,z,"},
                                              {"+A=w A=x +A=y", "x,y,"},
                                              {"+A=w", ""},
                                              {"A=x +B=y", "x,"}};

    (void)state;
    assert_values(readings, countof(readings));
}

/* ------------------------------------------------------------ layouts and renames */

static const struct field_rename to_native[] = {{S("Image"), S("Native")}, {S("Path"), S("B")}},
                                 to_second[] = {{S("Image"), S("Second")},
                                                {S("Unused"), S("Native")},
                                                {S("Image"), S("A")}};
static const struct logsource sources[] = {
    {.category = S("none")},
    {.renames = to_native, .rename_count = countof(to_native)},
    {.renames = to_second, .rename_count = countof(to_second)},
};

static struct event random_event(uint64_t *random, struct arena *a)
{
    struct event ev = {0};
    uint32_t count = random_below(random, FIELDS_MAX + 1);
    uint32_t used = 1 + random_below(random, EVENT_NAMES);

    for (uint32_t i = 0; i < count; i++)
        event_add(&ev, a,
                  (struct field){.name = names[random_below(random, used)],
                                 .flags = random_below(random, 3) ? 0 : FIELD_CONTINUES});
    return ev;
}

/* Each event with and without its layout's number, through log sources that rename or do not. */
static void a_known_layout_gives_the_answers_of_a_look_at_every_name(void **state)
{
    struct fixture f = fixture_new();
    struct raw_layouts *layouts = mem_alloc(sizeof *layouts);
    uint64_t random = SEED;

    (void)state;
    layouts->keys = intern_new();
    for (uint32_t i = 0; i < 20000; i++) {
        arena_reset(f.arena);
        struct event ev = random_event(&random, f.arena);
        ev.layout = random_below(&random, 3) ? raw_layout(layouts, &ev) : 0;
        event_values_read(&f.values, &ev);
        assert_reads(&f, &ev, NULL);
        for (uint32_t k = random_below(&random, 3); k > 0; k--) {
            const struct logsource *source = &sources[random_below(&random, countof(sources))];
            event_values_rename(&f.values, source);
            assert_reads(&f, &ev, source);
        }
    }
    assert_true(intern_count(layouts->keys) > VALUE_LAYOUTS_MAX);
    intern_free(layouts->keys);
    free(layouts);
    fixture_done(&f);
}

/* HASH_INVERSE times i is a number whose hash is i: they all share a place of the table. */
static void more_layouts_than_are_remembered_still_read_right(void **state)
{
    static const char *const events[] = {"A=x B=y", "B=x +B=y C=z A=w", "C=x A=y A=z", "C=x"};
    struct fixture f = fixture_new();
    struct event kinds[countof(events)];

    (void)state;
    for (size_t i = 0; i < countof(events); i++)
        kinds[i] = event_of(&f, events[i]);
    for (uint32_t i = 1; i < VALUE_LAYOUTS_MAX + 10; i++)
        for (uint32_t again = 0; again < 2; again++) {
            struct event *ev = &kinds[i % countof(events)];
            ev->layout = i * HASH_INVERSE;
            event_values_read(&f.values, ev);
            assert_reads(&f, ev, NULL);
            assert_int_equal(f.values.layout_count, 1 + (i - 1) % VALUE_LAYOUTS_MAX);
        }
    fixture_done(&f);
}

static void more_places_than_are_remembered_still_read_right(void **state)
{
    struct fixture f = fixture_new();
    struct event ev = {0};

    (void)state;
    for (uint32_t i = 0; i < EVENT_FIELDS_MAX; i++)
        event_add(&ev, f.arena, (struct field){.name = names[i % 3]});
    for (uint32_t i = 1; i < 3 * VALUE_KNOWN_MAX / EVENT_FIELDS_MAX; i++) {
        ev.layout = i;
        event_values_read(&f.values, &ev);
        assert_reads(&f, &ev, NULL);
        assert_in_range(f.values.known_count, 1, VALUE_KNOWN_MAX);
    }
    fixture_done(&f);
}

static void a_renamed_field_is_what_the_log_source_calls_it(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    read_event(&f, "Image=i Native=n +Native=m Second=s A=a", 0);
    assert_string_equal(text_of(&f, S("Image")), "i,");
    event_values_rename(&f.values, &sources[1]);
    assert_string_equal(text_of(&f, S("Image")), "n,m,");
    assert_string_equal(text_of(&f, S("A")), "a,");
    event_values_rename(&f.values, &sources[2]); /* its first row for Image counts */
    assert_string_equal(text_of(&f, S("Image")), "s,");
    event_values_rename(&f.values, &sources[0]);
    assert_string_equal(text_of(&f, S("Image")), "i,");
    fixture_done(&f);
}

/* Native has no number when the layout is learned, and gets one with the first rename. */
static void a_name_that_gets_its_number_later_is_found_in_layouts_from_before(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        read_event(&f, "Native=n A=a", 1);
        assert_string_equal(text_of(&f, S("Image")), "");
        if (i == 0)
            continue;
        event_values_rename(&f.values, &sources[1]);
        assert_string_equal(text_of(&f, S("Image")), "n,");
    }
    fixture_done(&f);
}

/* ------------------------------------------------------------ fields seen */

static bool is_seen(const struct fixture *f, str name)
{
    return f->values.seen[0] >> intern_find(f->rule_names, name) & 1;
}

static void names_of_fields_that_came_are_seen(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t layout = 0; layout < 2; layout++) {
        read_event(&f, layout ? "B=x +Path=z" : "A=x +Path=z C=y", layout);
        assert_true(is_seen(&f, S("A")));
        assert_int_equal(is_seen(&f, S("B")), layout);
        assert_false(is_seen(&f, S("Path"))); /* only what goes on: no look-up finds it */
    }
    fixture_done(&f);
}

static void a_renamed_name_is_seen_when_its_field_came(void **state)
{
    (void)state;
    for (uint32_t layout = 0; layout < 2; layout++) {
        struct fixture f = fixture_new();
        read_event(&f, "A=x", layout);
        event_values_rename(&f.values, &sources[1]);
        assert_false(is_seen(&f, S("Image")));
        read_event(&f, "Native=x", 2 * layout);
        assert_false(is_seen(&f, S("Image")));
        event_values_rename(&f.values, &sources[1]);
        assert_true(is_seen(&f, S("Image")));
        assert_false(is_seen(&f, S("Path")));
        fixture_done(&f);
    }
}

/* ------------------------------------------------------------ texts */

static size_t folding_room(const struct field *f)
{
    return UTF8_FOLD_GROWTH * f->value.n;
}

static size_t folding_text(const struct field *f, char *out)
{
    char text[TEXT_MAX];

    assert(f->value.n <= sizeof text);
    return utf8_fold_str((str){text, raw_text(f, text)}, out);
}

static const struct value_codec folding_codec = {
    .room = folding_room, .text = raw_text, .folded = folding_text};

/* One event after another, so that the text of the last would be noticed. */
static void raw_values_are_read_as_their_text_is(void **state)
{
    static const str texts[] = {S("Cmd.EXE"), S(""), S("\xC3\x89tude"), S("\xE2\x84\xAA"), S("42")};
    static const str folded[] = {S("cmd.exe"), S(""), S("\xC3\xA9tude"), S("k"), S("42")};
    struct fixture f = fixture_new();

    (void)state;
    for (size_t i = 0; i < 2 * countof(texts); i++) {
        str text = texts[i / 2], fold = folded[i / 2];
        struct field field = {.name = S("A"), .value = text};
        struct event ev = {.codec = &folding_codec};
        event_add(&ev, f.arena, i % 2 ? raw_field(field, 5, 3, f.arena) : field);
        event_values_read(&f.values, &ev);
        for (uint32_t round = 0; round < 2; round++) {
            assert_true(str_eq(event_values_folded(&f.values, 0), fold));
            assert_true(str_eq(event_values_text(&f.values, 0), text));
        }
        assert_ptr_equal(event_values_folded(&f.values, 0).p, event_values_folded(&f.values, 0).p);
    }
    fixture_done(&f);
}

/* ------------------------------------------------------------ the generation */

/* Stamps of the first event's generation are met again when the numbers begin anew. */
static void nothing_old_looks_new_when_the_generations_are_used_up(void **state)
{
    static const struct reading next[] = {{"B=NEW", "new"}, {"C=NEW", "new"}, {"C", ""}};

    (void)state;
    for (uint32_t i = 0; i < 2 * countof(next); i++) {
        struct fixture f = fixture_new();
        read_event(&f, "A=OLD +A=x", i % 2);
        event_values_folded(&f.values, 0);
        const uint32_t first = f.values.generation;
        f.values.generation = UINT32_MAX - 1;
        read_event(&f, "B=LAST", 2 * (i % 2));
        assert_string_equal(text_of(&f, S("B")), "LAST,");
        read_event(&f, next[i / 2].event, 3 * (i % 2));
        assert_int_equal(f.values.generation, first);
        assert_string_equal(text_of(&f, S("A")), "");
        assert_string_equal(text_of(&f, S("B")), i / 2 ? "" : "NEW,");
        assert_true(str_eq(event_values_folded(&f.values, 0), str_from(next[i / 2].values)));
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_two_definitions_counts),
        cmocka_unit_test(further_values_are_a_chain_though_other_fields_stand_between),
        cmocka_unit_test(a_known_layout_gives_the_answers_of_a_look_at_every_name),
        cmocka_unit_test(more_layouts_than_are_remembered_still_read_right),
        cmocka_unit_test(more_places_than_are_remembered_still_read_right),
        cmocka_unit_test(a_renamed_field_is_what_the_log_source_calls_it),
        cmocka_unit_test(a_name_that_gets_its_number_later_is_found_in_layouts_from_before),
        cmocka_unit_test(names_of_fields_that_came_are_seen),
        cmocka_unit_test(a_renamed_name_is_seen_when_its_field_came),
        cmocka_unit_test(raw_values_are_read_as_their_text_is),
        cmocka_unit_test(nothing_old_looks_new_when_the_generations_are_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
