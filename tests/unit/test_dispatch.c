/*
 * Dispatch: which log sources share a family, which EventIDs share a bucket, and
 * what holds when there are more families than are kept.
 */
#include "compiled_fixture.h"

#include "detect/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { GROUPS = 10, ROOM = 64 };

/* Rules 0 .. 7. */
static const char rules_of_windows[] =
    "title: any\nlogsource: {product: windows}\n"
    "detection: {s: {A: x}, condition: s}\n---\n"
    "title: process\nlogsource: {product: windows, category: process_creation}\n"
    "detection: {s: {EventID: 1, A: x}, condition: s}\n---\n"
    "title: same group, but for case\nlogsource: {product: Windows, category: Process_Creation}\n"
    "detection: {s: {EventID: [4688, 1000000000], A: x}, condition: s}\n---\n"
    "title: security\nlogsource: {product: windows, service: security}\n"
    "detection: {s: {EventID: 4624}, condition: s}\n---\n"
    "title: not one\nlogsource: {product: windows, service: security}\n"
    "detection: {s: {B: y}, f: {EventID: 4625}, condition: s and not f}\n---\n"
    "title: odd number\nlogsource: {product: windows, service: security}\n"
    "detection: {s: {EventID: 1e3, A: x}, condition: s}\n---\n"
    "title: linux\nlogsource: {product: linux}\n"
    "detection: {s: {A: x}, condition: s}\n---\n"
    "title: sysmon\nlogsource: {product: windows, service: sysmon}\n"
    "detection: {s: {EventID: 0, A|re: 'x.y'}, condition: s}\n";

static const struct logsource process = {.product = S("windows"),
                                         .category = S("process_creation"),
                                         .service = S("other")},
                              security = {.product = S("windows"), .service = S("security")},
                              sysmon = {.product = S("windows"), .service = S("sysmon")},
                              windows = {.product = S("windows"), .service = S("dns")},
                              linux_source = {.product = S("linux")},
                              unknown = {.product = S("z/os")};

struct fixture {
    struct compiled_fixture rules;
    struct dispatch *dispatch;
};

static struct fixture fixture_of(str text)
{
    struct fixture f = {.rules = compiled_of(text)};

    assert_int_equal(f.rules.rs->refusal_count, 0);
    f.dispatch = dispatch_new(f.rules.rs, f.rules.predicates, f.rules.trees, NULL);
    return f;
}

static struct fixture fixture_of_windows(void)
{
    return fixture_of(str_from(rules_of_windows));
}

static void fixture_done(struct fixture *f)
{
    dispatch_free(f->dispatch);
    compiled_done(&f->rules);
}

static const struct family *family_of(const struct fixture *f, const struct logsource *sources,
                                      uint32_t count)
{
    return dispatch_family(f->dispatch, sources, count);
}

/* A bit for each rule that the bucket has, certain or not. */
static uint64_t rules_in(const struct bucket *b)
{
    uint64_t bits = 0;

    for (uint32_t i = 0; i < b->rule_count; i++)
        bits |= 1ull << b->rules[i];
    for (uint32_t i = 0; i < b->certain_count; i++)
        bits |= 1ull << b->certain[i];
    return bits;
}

/* ------------------------------------------------------------ families */

static void sources_of_the_same_groups_share_a_family(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct logsource both[] = {process, security}, turned[] = {security, process},
                           more[] = {process, unknown, security, windows};

    (void)state;
    const struct family *family = family_of(&f, both, 2);
    assert_non_null(family);
    assert_ptr_equal(family_of(&f, both, 2), family);
    assert_ptr_equal(family_of(&f, turned, 2), family);
    assert_ptr_equal(family_of(&f, more, 4), family);
    fixture_done(&f);
}

static void sources_of_other_groups_have_a_family_of_their_own(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct logsource both[] = {process, security};
    const struct family *families[] = {family_of(&f, both, 2),          family_of(&f, &process, 1),
                                       family_of(&f, &security, 1),     family_of(&f, &windows, 1),
                                       family_of(&f, &linux_source, 1), family_of(&f, &unknown, 1)};
    static const uint64_t rules[] = {0x3F, 0x07, 0x39, 0x01, 0x40, 0};

    (void)state;
    for (size_t i = 0; i < countof(families); i++) {
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(families[i], families[k]);
        assert_int_equal(rules_in(family_bucket(families[i], false, 0)), rules[i]);
    }
    fixture_done(&f);
}

static void a_group_is_of_words_but_for_their_case(void **state)
{
    struct fixture f = fixture_of_windows();

    (void)state;
    assert_int_equal(dispatch_group_count(f.dispatch), 5);
    fixture_done(&f);
}

/* ------------------------------------------------------------ buckets */

static void a_named_id_another_and_an_unknown_one_have_three_buckets(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct family *family = family_of(&f, &security, 1);
    const struct bucket *named = family_bucket(family, true, 4624),
                        *other = family_bucket(family, true, 4000),
                        *none = family_bucket(family, false, 4624);

    (void)state;
    assert_ptr_not_equal(named, other);
    assert_ptr_not_equal(named, none);
    assert_ptr_not_equal(other, none);
    fixture_done(&f);
}

static void a_bucket_has_the_rules_that_can_be_true_of_its_id(void **state)
{
    static const struct {
        uint32_t id;
        uint64_t rules, certain;
    } cases[] = {{4624, 0x39, 1}, {4625, 0x21, 0}, {4626, 0x31, 0}, {1000, 0x31, 0}, {1, 0x31, 0}};
    struct fixture f = fixture_of_windows();
    const struct family *family = family_of(&f, &security, 1);

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        const struct bucket *b = family_bucket(family, true, cases[i].id);
        assert_int_equal(rules_in(b), cases[i].rules);
        assert_int_equal(b->certain_count, cases[i].certain);
    }
    fixture_done(&f);
}

static void a_bucket_is_built_once(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct family *family = family_of(&f, &security, 1);

    (void)state;
    for (uint32_t id = 4624; id <= 4626; id++)
        assert_ptr_equal(family_bucket(family, true, id), family_bucket(family, true, id));
    assert_ptr_equal(family_bucket(family, false, 1), family_bucket(family, false, 2));
    assert_ptr_equal(family_bucket(family_of(&f, &security, 1), true, 4624),
                     family_bucket(family, true, 4624));
    assert_ptr_not_equal(family_bucket(family_of(&f, &process, 1), true, 4624),
                         family_bucket(family, true, 4624));
    fixture_done(&f);
}

static void ids_that_no_rule_of_the_family_names_share_a_bucket(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct family *family = family_of(&f, &security, 1);
    const struct bucket *other = family_bucket(family, true, 7);

    (void)state;
    assert_ptr_equal(family_bucket(family, true, 999999999), other);
    assert_ptr_equal(family_bucket(family, true, 1), other); /* rules of another family name it */
    assert_ptr_equal(family_bucket(family, true, 1000), other); /* 1e3 is not folded */
    assert_ptr_not_equal(family_bucket(family, true, 4625), other);
    fixture_done(&f);
}

static void the_id_zero_is_one_like_others(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct family *family = family_of(&f, &sysmon, 1);

    (void)state;
    assert_int_equal(rules_in(family_bucket(family, true, 0)), 0x81);
    assert_int_equal(rules_in(family_bucket(family, true, 1)), 0x01);
    assert_int_equal(rules_in(family_bucket(family, false, 0)), 0x81);
    fixture_done(&f);
}

/* The table of a family's EventIDs is found through hashes: 700 of them collide. */
static void each_of_many_ids_has_its_rule(void **state)
{
    enum { IDS = 700, STEP = 37 };
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);

    (void)state;
    for (uint32_t i = 0; i < IDS; i++)
        buf_printf(&text,
                   "title: t\nlogsource: {product: p}\ndetection: {s: {EventID: %u}, condition: "
                   "s}\n---\n",
                   i * STEP);
    struct fixture f = fixture_of(buf_str(&text));
    const struct family *family = family_of(&f, &(struct logsource){.product = S("p")}, 1);
    for (uint32_t i = 0; i < IDS; i++) {
        const struct bucket *b = family_bucket(family, true, i * STEP);
        assert_int_equal(b->certain_count, 1);
        assert_int_equal(b->certain[0], i);
        assert_int_equal(family_bucket(family, true, i * STEP + 1)->certain_count, 0);
    }
    fixture_done(&f);
}

static void without_rules_for_an_id_all_ids_are_alike(void **state)
{
    struct fixture f = fixture_of(S("title: t\nlogsource: {product: p}\n"
                                    "detection: {s: {A: x}, condition: s}\n"));
    const struct family *family = family_of(&f, &(struct logsource){.product = S("p")}, 1);
    struct fixture windows_rules = fixture_of_windows();

    (void)state;
    assert_int_equal(dispatch_event_id_field(f.dispatch), INTERN_NONE);
    assert_int_not_equal(dispatch_event_id_field(windows_rules.dispatch), INTERN_NONE);
    assert_ptr_equal(family_bucket(family, true, 1), family_bucket(family, true, 4624));
    assert_int_equal(rules_in(family_bucket(family, true, 1)), 1);
    assert_int_equal(rules_in(family_bucket(family, false, 0)), 1);
    fixture_done(&windows_rules);
    fixture_done(&f);
}

/* ------------------------------------------------------------ too many families */

/* GROUPS groups, each of three rules: for EventID 1, for EventID 2, for any. */
static struct fixture fixture_of_groups(void)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 16);

    for (uint32_t i = 0; i < 3 * GROUPS; i++)
        buf_printf(&text,
                   "title: t\nlogsource: {category: c%u}\n"
                   "detection: {s: {A: x%s}, condition: s}\n---\n",
                   i % GROUPS,
                   i < GROUPS ? ", EventID: 1" : (i < 2 * GROUPS ? ", EventID: 2" : ""));
    return fixture_of(buf_str(&text));
}

/* The log sources of the bits of `set`. */
static uint32_t sources_of(uint32_t set, struct logsource *ret)
{
    static const str categories[GROUPS] = {S("c0"), S("c1"), S("c2"), S("c3"), S("c4"),
                                           S("c5"), S("c6"), S("c7"), S("c8"), S("c9")};
    uint32_t count = 0;

    for (uint32_t i = 0; i < GROUPS; i++)
        if (set >> i & 1)
            ret[count++] = (struct logsource){.category = categories[i]};
    return count;
}

static void there_are_families_for_so_many_combinations(void **state)
{
    struct fixture f = fixture_of_groups();
    struct logsource sources[GROUPS];
    const struct family *first = NULL;

    (void)state;
    for (uint32_t set = 0; set < FAMILIES_MAX; set++) {
        const struct family *family = family_of(&f, sources, sources_of(set, sources));
        assert_non_null(family);
        first = first ? first : family;
    }
    assert_null(family_of(&f, sources, sources_of(FAMILIES_MAX, sources)));
    assert_ptr_equal(family_of(&f, sources, 0), first);
    assert_non_null(family_of(&f, sources, sources_of(FAMILIES_MAX - 1, sources)));
    fixture_done(&f);
}

static void the_families_of_single_groups_have_the_rules_of_the_family(void **state)
{
    struct fixture f = fixture_of_groups();
    struct logsource sources[GROUPS];
    const struct family *singles[ROOM];

    (void)state;
    assert_int_equal(dispatch_group_count(f.dispatch), GROUPS);
    for (uint32_t set = 0; set < FAMILIES_MAX; set++) {
        uint32_t count = sources_of(set, sources);
        const struct family *family = family_of(&f, sources, count);
        if (set % 7 != 0)
            continue;
        assert_int_equal(dispatch_groups(f.dispatch, sources, count, singles), count);
        for (uint32_t id = 0; id < 4; id++) {
            uint64_t rules = 0;
            for (uint32_t i = 0; i < count; i++) {
                uint64_t own = rules_in(family_bucket(singles[i], id > 0, id));
                assert_int_equal(rules & own, 0);
                rules |= own;
            }
            assert_int_equal(rules, rules_in(family_bucket(family, id > 0, id)));
        }
    }
    fixture_done(&f);
}

static void a_group_that_two_sources_lead_to_is_there_once(void **state)
{
    struct fixture f = fixture_of_windows();
    const struct logsource both[] = {process, security, unknown};
    const struct family *singles[ROOM], *again[ROOM];

    (void)state;
    assert_int_equal(dispatch_groups(f.dispatch, both, 3, singles), 3);
    assert_int_equal(dispatch_groups(f.dispatch, &unknown, 1, again), 0);
    assert_int_equal(dispatch_groups(f.dispatch, &windows, 1, again), 1);
    assert_ptr_equal(again[0], singles[0]);
    fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_of_the_same_groups_share_a_family),
        cmocka_unit_test(sources_of_other_groups_have_a_family_of_their_own),
        cmocka_unit_test(a_group_is_of_words_but_for_their_case),
        cmocka_unit_test(a_named_id_another_and_an_unknown_one_have_three_buckets),
        cmocka_unit_test(a_bucket_has_the_rules_that_can_be_true_of_its_id),
        cmocka_unit_test(a_bucket_is_built_once),
        cmocka_unit_test(ids_that_no_rule_of_the_family_names_share_a_bucket),
        cmocka_unit_test(the_id_zero_is_one_like_others),
        cmocka_unit_test(each_of_many_ids_has_its_rule),
        cmocka_unit_test(without_rules_for_an_id_all_ids_are_alike),
        cmocka_unit_test(there_are_families_for_so_many_combinations),
        cmocka_unit_test(the_families_of_single_groups_have_the_rules_of_the_family),
        cmocka_unit_test(a_group_that_two_sources_lead_to_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
