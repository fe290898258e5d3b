/*
 * Routes: an event's log sources lead to the families that dispatch gives for
 * them, however many routes came before and by whatever the event is known.
 */
#include "compiled_fixture.h"

#include "detect/detector_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    CATEGORIES = 10,
    HASH_INVERSE = 0xE8B2F51, /* times 0x9E3779B1, by which numbers are hashed, it is 1 */
};
#define HASH_OF_LAST_PLACE ((uint32_t)(ROUTE_SLOTS - 1) << 22)

struct fixture {
    struct compiled_fixture rules;
    struct dispatch *dispatch;
    struct routes routes;
};

/* A rule for each category c0 .. c9, one for product p, and one for service p. */
static struct fixture fixture_new(void)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 16);
    struct fixture f;

    for (uint32_t i = 0; i < CATEGORIES; i++)
        buf_printf(&text,
                   "title: t\nlogsource: {category: c%u}\n"
                   "detection: {s: {A: x, Image: y}, condition: s}\n---\n",
                   i);
    buf_printf(&text,
               "title: p\nlogsource: {product: p}\ndetection: {s: {A: x}, condition: s}\n---\n"
               "title: s\nlogsource: {service: p}\ndetection: {s: {A: x}, condition: s}\n");
    f.rules = compiled_of(buf_str(&text));
    assert_int_equal(f.rules.rs->count, CATEGORIES + 2);
    f.dispatch = dispatch_new(f.rules.rs, f.rules.predicates, f.rules.trees, NULL);
    routes_init(&f.routes, f.dispatch);
    return f;
}

static void fixture_done(struct fixture *f)
{
    routes_done(&f->routes);
    dispatch_free(f->dispatch);
    compiled_done(&f->rules);
}

static struct logsource category(struct fixture *f, uint32_t number)
{
    return (struct logsource){.category = arena_printf(f->rules.arena, "c%u", number)};
}

static struct event event_of(uint32_t source_set, const struct logsource *sources, uint32_t count)
{
    struct event ev = {.source_set = source_set, .logsource_count = (uint8_t)count};

    for (uint32_t i = 0; i < count; i++)
        ev.logsources[i] = sources[i];
    return ev;
}

/* The route that one log source leads to. */
static const struct route *find(struct fixture *f, uint32_t source_set, struct logsource source)
{
    const struct event ev = event_of(source_set, &source, 1);

    return routes_find(&f->routes, &ev);
}

/* One part, which has the family of these log sources alone. */
static void assert_leads(struct fixture *f, const struct route *route,
                         const struct logsource *sources, uint32_t count)
{
    assert_int_equal(route->part_count, 1);
    assert_int_equal(route->parts[0].family_count, 1);
    assert_ptr_equal(route->parts[0].families[0], dispatch_family(f->dispatch, sources, count));
}

static void assert_finds(struct fixture *f, uint32_t source_set, struct logsource source)
{
    assert_leads(f, find(f, source_set, source), &source, 1);
}

/* ------------------------------------------------------------ numbers and words */

static void words_lead_to_the_family_of_their_log_source(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i <= CATEGORIES; i++) /* no rule has the last */
            assert_finds(&f, 0, category(&f, i));
    assert_ptr_equal(find(&f, 0, category(&f, 1)), find(&f, 0, category(&f, 1)));
    assert_ptr_not_equal(find(&f, 0, category(&f, 1)), find(&f, 0, category(&f, 2)));
    fixture_done(&f);
}

static void each_word_counts_in_its_own_place(void **state)
{
    struct fixture f = fixture_new();
    const struct logsource sources[] = {
        {.product = S("p")},
        {.category = S("p")},
        {.service = S("p")},
        {.product = S("p"), .category = S("c1")},
        {.product = S("p"), .service = S("c1")},
        {.product = S("p"), .service = S("p")},
        {.category = S("c1")},
    };

    (void)state;
    for (uint32_t i = 0; i < countof(sources); i++)
        assert_finds(&f, 0, sources[i]);
    fixture_done(&f);
}

/* The words are copied: those of the first event are gone when the second comes. */
static void words_are_remembered_when_the_event_is_gone(void **state)
{
    struct fixture f = fixture_new();
    char word[] = "c1";
    const struct logsource source = {.category = {word, 2}};

    (void)state;
    assert_leads(&f, find(&f, 0, source), &(struct logsource){.category = S("c1")}, 1);
    word[1] = '2';
    assert_leads(&f, find(&f, 0, source), &(struct logsource){.category = S("c2")}, 1);
    assert_finds(&f, 0, category(&f, 1));
    fixture_done(&f);
}

static void a_number_leads_where_its_first_event_led(void **state)
{
    struct fixture f = fixture_new();
    const struct event number_alone = {.source_set = 7};

    (void)state;
    assert_finds(&f, 7, category(&f, 1));
    assert_finds(&f, 8, category(&f, 2));
    const struct logsource first = category(&f, 1);
    assert_leads(&f, routes_find(&f.routes, &number_alone), &first, 1);
    assert_finds(&f, 0, category(&f, 2)); /* without one the words count */
    fixture_done(&f);
}

static void an_event_without_a_log_source_has_the_family_of_none(void **state)
{
    struct fixture f = fixture_new();
    const struct event ev = {0}, of_number = {.source_set = 3};
    const struct logsource none = {0};

    (void)state;
    assert_leads(&f, routes_find(&f.routes, &ev), &none, 1);
    assert_leads(&f, routes_find(&f.routes, &of_number), &none, 1);
    assert_ptr_not_equal(dispatch_family(f.dispatch, &none, 1),
                         find(&f, 0, category(&f, 1))->parts[0].families[0]);
    fixture_done(&f);
}

static void several_sources_that_do_not_rename_are_one_part(void **state)
{
    struct fixture f = fixture_new();
    const struct logsource two[] = {category(&f, 1), category(&f, 2)};
    const struct event ev = event_of(0, two, 2), first = event_of(0, two, 1);

    (void)state;
    assert_leads(&f, routes_find(&f.routes, &ev), two, 2);
    assert_leads(&f, routes_find(&f.routes, &first), two, 1);
    assert_leads(&f, routes_find(&f.routes, &ev), two, 2);
    fixture_done(&f);
}

/* ------------------------------------------------------------ renames */

static const struct field_rename image[] = {{S("Image"), S("NewProcessName")}},
                                 other[] = {{S("Image"), S("Path")}};

static struct logsource renaming(struct fixture *f, uint32_t number,
                                 const struct field_rename *renames)
{
    struct logsource source = category(f, number);

    source.renames = renames;
    source.rename_count = 1;
    return source;
}

static void sources_that_rename_are_apart_from_those_that_do_not(void **state)
{
    struct fixture f = fixture_new();
    const struct logsource sources[] = {category(&f, 0), renaming(&f, 1, image), category(&f, 2),
                                        renaming(&f, 3, other), renaming(&f, 4, image)};
    const struct logsource plain[] = {sources[0], sources[2]}, same[] = {sources[1], sources[4]};
    const struct event ev = event_of(0, sources, countof(sources));

    (void)state;
    for (uint32_t round = 0; round < 2; round++) {
        const struct route *route = routes_find(&f.routes, &ev);
        assert_int_equal(route->part_count, 3);
        assert_ptr_equal(route->parts[0].families[0], dispatch_family(f.dispatch, plain, 2));
        assert_ptr_equal(route->parts[1].families[0], dispatch_family(f.dispatch, same, 2));
        assert_ptr_equal(route->parts[2].families[0], dispatch_family(f.dispatch, &sources[3], 1));
        assert_null(route->parts[0].renames.renames);
        assert_ptr_equal(route->parts[1].renames.renames, image);
        assert_int_equal(route->parts[1].renames.rename_count, 1);
        assert_ptr_equal(route->parts[2].renames.renames, other);
    }
    fixture_done(&f);
}

static void the_same_words_with_other_renames_are_another_route(void **state)
{
    struct fixture f = fixture_new();
    const struct field_rename *const tables[] = {NULL, image, other};

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (size_t i = 0; i < countof(tables); i++)
            assert_ptr_equal(find(&f, 0, renaming(&f, 1, tables[i]))->parts[0].renames.renames,
                             tables[i]);
    fixture_done(&f);
}

/* ------------------------------------------------------------ limits */

static void more_words_than_are_remembered_still_lead_right(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 2 * ROUTES_MAX + 5; i++) {
            assert_finds(&f, 0, category(&f, i));
            assert_finds(&f, 0, category(&f, i % CATEGORIES));
            assert_in_range(f.routes.word_count, 1, ROUTES_MAX);
        }
    fixture_done(&f);
}

static void more_numbers_than_are_remembered_still_lead_right(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 1; i < 3 * ROUTES_MAX + 5; i++) {
            assert_finds(&f, i, category(&f, i % CATEGORIES));
            assert_finds(&f, 1 + i / 2, category(&f, (1 + i / 2) % CATEGORIES));
            assert_in_range(f.routes.set_count, 1, ROUTES_MAX);
        }
    fixture_done(&f);
}

/* HASH_INVERSE times h is a number whose hash is h: the last place of the table is that of them
 * all, so that they go on at its beginning. Each is remembered where it will be looked for. */
static void numbers_that_share_a_place_lead_apart(void **state)
{
    struct fixture f = fixture_new();

    (void)state;
    for (uint32_t i = 0; i < ROUTES_MAX + 10; i++) {
        uint32_t number = (HASH_OF_LAST_PLACE + i) * HASH_INVERSE;
        for (uint32_t again = 0; again < 2; again++) {
            assert_finds(&f, number, category(&f, i % CATEGORIES));
            assert_int_equal(f.routes.set_count, 1 + i % ROUTES_MAX);
        }
    }
    fixture_done(&f);
}

static void long_log_sources_lead_right_and_are_not_kept_for_ever(void **state)
{
    struct fixture f = fixture_new();
    char *text = arena_bytes(f.rules.arena, 100 * ROUTE_TEXT_MAX);
    size_t used = 0;

    (void)state;
    memset(text, 'x', 100 * ROUTE_TEXT_MAX);
    for (size_t n = ROUTE_TEXT_MAX / 2; n < 100 * ROUTE_TEXT_MAX; n += 1111) {
        struct logsource source = category(&f, (uint32_t)n % CATEGORIES);
        source.service = (str){text, n};
        assert_finds(&f, 0, source);
        assert_finds(&f, 5, category(&f, 5));
        assert_finds(&f, 0, category(&f, 6));
        used = arena_used(f.routes.arena);
    }
    assert_in_range(used, 1, 300 * ROUTE_TEXT_MAX);
    fixture_done(&f);
}

/* Beyond FAMILIES_MAX combinations a part has the families of single groups. */
static void combinations_beyond_the_families_lead_to_single_groups(void **state)
{
    struct fixture f = fixture_new();
    struct logsource sources[CATEGORIES];
    const struct family *singles[CATEGORIES + 2];

    (void)state;
    for (uint32_t set = 0; set < FAMILIES_MAX; set++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < CATEGORIES; i++)
            if (set >> i & 1)
                sources[count++] = category(&f, i);
        assert_non_null(dispatch_family(f.dispatch, sources, count));
    }
    const struct logsource two[] = {category(&f, 9), category(&f, 0)};
    const struct event ev = event_of(0, two, 2);
    const struct route *route = routes_find(&f.routes, &ev);
    assert_int_equal(route->part_count, 1);
    assert_int_equal(route->parts[0].family_count, 2);
    assert_int_equal(dispatch_groups(f.dispatch, two, 2, singles), 2);
    for (uint32_t i = 0; i < 2; i++)
        assert_ptr_equal(route->parts[0].families[i], singles[i]);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lead_to_the_family_of_their_log_source),
        cmocka_unit_test(each_word_counts_in_its_own_place),
        cmocka_unit_test(words_are_remembered_when_the_event_is_gone),
        cmocka_unit_test(a_number_leads_where_its_first_event_led),
        cmocka_unit_test(an_event_without_a_log_source_has_the_family_of_none),
        cmocka_unit_test(several_sources_that_do_not_rename_are_one_part),
        cmocka_unit_test(sources_that_rename_are_apart_from_those_that_do_not),
        cmocka_unit_test(the_same_words_with_other_renames_are_another_route),
        cmocka_unit_test(more_words_than_are_remembered_still_lead_right),
        cmocka_unit_test(more_numbers_than_are_remembered_still_lead_right),
        cmocka_unit_test(numbers_that_share_a_place_lead_apart),
        cmocka_unit_test(long_log_sources_lead_right_and_are_not_kept_for_ever),
        cmocka_unit_test(combinations_beyond_the_families_lead_to_single_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
