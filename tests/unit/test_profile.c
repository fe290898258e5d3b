/* Profiles: what is counted, what is left out, and what is answered from them. */
#include "detect/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct profile_builder *builder;
    struct buf text;
    struct profile *profile;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->arena = arena_new(1 << 16);
    f->builder = profile_builder_new();
    f->text = buf_make(1 << 24);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    profile_free(f->profile);
    profile_builder_free(f->builder);
    buf_done(&f->text);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* One event with one field. */
static void count(struct fixture *f, str name, str value)
{
    struct event ev = {0};

    event_add(&ev, f->arena, (struct field){.name = name, .value = value});
    profile_builder_add(f->builder, &ev);
}

static void count_times(struct fixture *f, str name, str value, int times)
{
    while (times-- > 0)
        count(f, name, value);
}

static const struct profile *made(struct fixture *f)
{
    struct err e = {0};

    profile_builder_write(f->builder, &f->text);
    if (!profile_read(buf_str(&f->text), &f->profile, &e))
        fail_msg("%s", e.message);
    return f->profile;
}

static const struct profile_field *made_field(struct fixture *f, str name)
{
    const struct profile_field *field = profile_field(made(f), name);

    assert_non_null(field);
    return field;
}

static const struct profile_gram *gram(const struct profile_field *f, const char *bytes)
{
    for (uint32_t i = 0; i < f->gram_count; i++)
        if (memcmp(f->grams[i].bytes, bytes, PROFILE_GRAM) == 0)
            return &f->grams[i];
    return NULL;
}

static void a_gram_counts_once_a_value_and_each_time_it_occurs(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("Image"), S("abcd-abcd"), 10);
    const struct profile_field *field = made_field(f, S("Image"));
    assert_int_equal(field->values, 10);
    assert_int_equal(field->bytes, 90);
    assert_int_equal(gram(field, "abcd")->values, 10);
    assert_int_equal(gram(field, "abcd")->occurrences, 20);
    assert_int_equal(gram(field, "cd-a")->occurrences, 10);
}

static void values_are_folded(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("Image"), S("\\CMD.EXE"), 10);
    const struct profile_field *field = made_field(f, S("Image"));
    assert_non_null(gram(field, "\\cmd"));
    assert_null(gram(field, "\\CMD"));
}

static void an_array_is_several_values_of_one_event(void **state)
{
    struct fixture *f = *state;
    struct event ev = {0};

    event_add(&ev, f->arena, (struct field){.name = S("Data"), .value = S("one")});
    event_add(&ev, f->arena,
              (struct field){.name = S("Data"), .value = S("two"), .flags = FIELD_CONTINUES});
    event_add(&ev, f->arena, (struct field){.name = S("None"), .type = VALUE_NULL});
    for (int i = 0; i < 8; i++)
        profile_builder_add(f->builder, &ev);
    const struct profile_field *field = made_field(f, S("Data"));
    assert_int_equal(field->events, 8);
    assert_int_equal(field->values, 16);
    assert_null(profile_field(f->profile, S("None")));
}

static void what_stands_in_few_values_is_left_out(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("User"), S("wxyz"), 3);
    count_times(f, S("User"), S("abcd"), 2);
    count_times(f, S("User"), S("------"), 20);
    count_times(f, S("Seldom"), S("abcd"), 7);
    const struct profile_field *field = made_field(f, S("User"));
    assert_non_null(gram(field, "wxyz"));
    assert_null(gram(field, "abcd"));
    assert_int_equal(field->rare_values, 2);
    assert_null(profile_field(f->profile, S("Seldom")));
}

static void common_numbers_are_kept_whole_and_names_are_not(void **state)
{
    struct fixture *f = *state;
    static const str kept[] = {S(""), S("-"), S("0x3e7"), S("true"), S("%%1936")};

    for (size_t i = 0; i < countof(kept); i++)
        count_times(f, S("Field"), kept[i], 10);
    count_times(f, S("Field"), S("alice"), 50);
    count_times(f, S("Field"), S("PC01"), 50);
    count_times(f, S("Field"), S("123456789"), 50);
    const struct profile_field *field = made_field(f, S("Field"));
    assert_int_equal(field->common_count, countof(kept));
    for (size_t i = 0; i < countof(kept); i++)
        assert_float_equal(profile_share_is(field, kept[i]), 0.05, 1e-9);
}

static void a_gram_that_cuts_characters_apart_comes_back(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("Name"), S("\u0430\u0431\u0432\x01\xff\""), 10);
    const struct profile_field *field = made_field(f, S("Name"));
    assert_non_null(gram(field, "\xb0\xd0\xb1\xd0"));
    assert_non_null(gram(field, "\xb2\x01\xff\""));
}

static void the_same_events_make_the_same_bytes(void **state)
{
    struct fixture *f = *state, *other;
    void *second;
    char value[32];

    set_up(&second);
    other = second;
    for (int i = 0; i < 200000; i++) { /* more distinct grams than are counted of one field */
        int n = snprintf(value, sizeof value, "%x %x", i * 7919, i % 13);
        count(f, S("Id"), (str){value, (size_t)n});
        count(other, S("Id"), (str){value, (size_t)n});
    }
    profile_builder_write(f->builder, &f->text);
    profile_builder_write(other->builder, &other->text);
    assert_true(str_eq(buf_str(&f->text), buf_str(&other->text)));
    tear_down(&second);
}

static void frequent_grams_survive_any_number_of_rare_ones(void **state)
{
    struct fixture *f = *state;
    uint32_t random = 1;

    for (int i = 0; i < 150000; i++) {
        char value[16];
        for (size_t k = 0; k < sizeof value; k++) {
            random = random * 1664525 + 1013904223;
            value[k] = (char)('a' + (random >> 20) % 26);
        }
        if (i % 50 == 0)
            memcpy(value, "powershell", 10);
        count(f, S("Noise"), (str){value, sizeof value});
    }
    const struct profile_field *field = made_field(f, S("Noise"));
    assert_in_range(gram(field, "ersh")->values, 2900, 3100);
    assert_true(field->rare_values < 600);
}

static void endless_names_are_bounded(void **state)
{
    struct fixture *f = *state;
    char name[32];

    count_times(f, S("First"), S("abcd"), 20);
    for (int i = 0; i < 6000; i++) {
        int n = snprintf(name, sizeof name, "name%d", i);
        count_times(f, arena_str(f->arena, (str){name, (size_t)n}), S("v"), 8);
    }
    assert_int_equal(made(f)->field_count, PROFILE_FIELDS_MAX);
    assert_non_null(profile_field(f->profile, S("First")));
}

static void a_text_is_as_likely_as_its_rarest_gram(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("Image"), S("c:\\windows\\system32\\svchost.exe"), 90);
    count_times(f, S("Image"), S("c:\\windows\\system32\\cmd.exe"), 10);
    const struct profile_field *field = made_field(f, S("Image"));
    assert_float_equal(profile_share_contains(field, S("\\windows\\")), 1.0, 1e-9);
    assert_float_equal(profile_share_contains(field, S("\\cmd.exe")), 0.1, 1e-9);
    assert_float_equal(profile_share_contains(field, S("")), 1.0, 1e-9);
}

static void an_unlisted_text_is_rare_and_the_longer_the_rarer(void **state)
{
    struct fixture *f = *state;
    char value[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(value, sizeof value, "x%07d", i * 13 % 50);
        count(f, S("Image"), (str){value, 8});
    }
    const struct profile_field *field = made_field(f, S("Image"));
    double one = profile_share_contains(field, S("mimi"));
    double more = profile_share_contains(field, S("mimikatz.exe"));
    assert_true(one > 0 && one <= 0.001);
    assert_true(more > 0 && more <= one);
    assert_true(profile_share_is(field, S("mimi")) <= 0.01);
}

static void a_text_shorter_than_a_gram_is_estimated_from_grams(void **state)
{
    struct fixture *f = *state;

    count_times(f, S("Path"), S("/usr/bin/sh"), 75);
    count_times(f, S("Path"), S("/usr/lib/go"), 25);
    const struct profile_field *field = made_field(f, S("Path"));
    assert_float_equal(profile_share_contains(field, S("bin")), 0.75, 0.02);
    assert_float_equal(profile_share_contains(field, S("/l")), 0.25, 0.02);
    assert_true(profile_share_contains(field, S("zz")) <= 0.02);
    assert_true(profile_share_contains(field, S("zz")) > 0);
}

#define HEAD "{\"tocsin_profile\":1,\"events\":9}\n"

static void unknown_members_are_passed_over(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    assert_true(profile_read(S(HEAD "{\"new\":[{\"a\":1}],\"field\":\"F\",\"values\":4,\"grams\":"
                                    "[\"abcd\",2,3]}\n"),
                             &f->profile, &e));
    assert_int_equal(f->profile->events, 9);
    assert_float_equal(profile_share_contains(&f->profile->fields[0], S("abcd")), 0.5, 1e-9);
}

static void what_is_no_profile_is_refused_with_its_line(void **state)
{
    struct fixture *f = *state;
    static const struct {
        str text;
        uint32_t line;
    } wrong[] = {
        {S(""), 1},
        {S("[]"), 1},
        {S("{\"tocsin_profile\":2}\n"), 1},
        {S(HEAD "{"), 2},
        {S(HEAD "[]\n"), 2},
        {S(HEAD "{\"field\":\"F\"}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":0}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":-1}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1}\n{\"values\":1}\n"), 3},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abc\",1,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abcde\",1,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"\u0430bcd\",1,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abcd\",1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abcd\",1,1,\"bcde\",1,2]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abcd\",1,2,\"abcd\",1,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"commons\":[\"123456789\",1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"grams\":[\"abcd\",0,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1,\"commons\":[1,1]}\n"), 2},
        {S(HEAD "{\"field\":\"F\",\"values\":1}\n{\"field\":\"F\",\"values\":1}\n"), 0},
    };

    for (size_t i = 0; i < countof(wrong); i++) {
        struct err e = {0};
        assert_false(profile_read(wrong[i].text, &f->profile, &e));
        assert_null(f->profile);
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(e.line, wrong[i].line);
    }
}

static void the_shipped_profile_is_read(void **state)
{
    struct fixture *f = *state;
    char path[4096];
    struct err e = {0};
    struct io io;

    io_init(&io);
    snprintf(path, sizeof path, "%s/content/profile/windows.jsonl", getenv("TOCSIN_SOURCE"));
    assert_true(profile_load(&io, path, &f->profile, &e));
    const struct profile_field *image = profile_field(f->profile, S("Image"));
    assert_non_null(image);
    assert_true(profile_share_contains(image, S("\\windows\\")) > 0.5);
    assert_true(profile_share_contains(image, S("\\mimikatz.exe")) < 0.01);
    snprintf(path, sizeof path, "%s/content/profile/none", getenv("TOCSIN_SOURCE"));
    profile_free(f->profile);
    assert_false(profile_load(&io, path, &f->profile, &e));
    assert_int_equal(e.code, ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_gram_counts_once_a_value_and_each_time_it_occurs),
        TEST(values_are_folded),
        TEST(an_array_is_several_values_of_one_event),
        TEST(what_stands_in_few_values_is_left_out),
        TEST(common_numbers_are_kept_whole_and_names_are_not),
        TEST(a_gram_that_cuts_characters_apart_comes_back),
        TEST(the_same_events_make_the_same_bytes),
        TEST(frequent_grams_survive_any_number_of_rare_ones),
        TEST(endless_names_are_bounded),
        TEST(a_text_is_as_likely_as_its_rarest_gram),
        TEST(an_unlisted_text_is_rare_and_the_longer_the_rarer),
        TEST(a_text_shorter_than_a_gram_is_estimated_from_grams),
        TEST(unknown_members_are_passed_over),
        TEST(what_is_no_profile_is_refused_with_its_line),
        TEST(the_shipped_profile_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
