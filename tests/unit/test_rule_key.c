/* What cached rules stand for: whatever could change them changes the key, and doubt is told. */
#include "engine/rule_key.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const int64_t second_ns = INT64_C(1000000000), long_ago_s = 1700000000;

/* A time at which all files of the test are old. */
static const int64_t later_ns = INT64_C(1) << 62;

struct fixture {
    struct test_folder folder;
    struct io io;
};

/* Sets the time of a file's bytes, which is what a change to them would do. */
static void date(const char *path, int64_t seconds)
{
    const struct timespec times[2] = {{seconds, 0}, {seconds, 0}};

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void put(const char *path, const char *text)
{
    test_folder_put(path, str_from(text));
    date(path, long_ago_s);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (!test_folder_enter(&f->folder))
        return -1;
    io_init(&f->io);
    mkdir("rules", 0700);
    mkdir("rules/b", 0700);
    put("rules/a.yml", "title: a\n");
    put("rules/b/c.yaml", "title: c\n");
    put("rules/notes.txt", "none\n");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    bool ok = test_folder_leave(&f->folder);

    free(f);
    return ok ? 0 : -1;
}

/* The finished key of one option and one path. */
static struct rule_key key_at(struct fixture *f, const char *option, const char *path,
                              int64_t now_ns)
{
    struct rule_key k;

    rule_key_init(&k, &f->io, now_ns);
    rule_key_text(&k, str_from(option));
    rule_key_path(&k, path);
    rule_key_finish(&k);
    rule_key_done(&k);
    return k;
}

static struct rule_key key_of(struct fixture *f)
{
    struct rule_key k = key_at(f, "high", "rules", later_ns);

    assert_false(k.doubt);
    return k;
}

static bool is_same_value(const struct rule_key *a, const struct rule_key *b)
{
    return memcmp(a->value, b->value, sizeof a->value) == 0;
}

static bool is_same_name(const struct rule_key *a, const struct rule_key *b)
{
    return memcmp(a->name, b->name, sizeof a->name) == 0;
}

/* The key is another one now, under the same name. */
static void assert_changed(struct fixture *f, const struct rule_key *before)
{
    struct rule_key now = key_of(f);

    assert_false(is_same_value(before, &now));
    assert_true(is_same_name(before, &now));
}

static void files_that_did_not_change_have_the_same_key(void **state)
{
    struct rule_key one = key_of(*state), two = key_of(*state);

    assert_true(is_same_value(&one, &two) && is_same_name(&one, &two));
}

static void a_file_with_other_bytes_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    put("rules/b/c.yaml", "title: d, longer\n");
    assert_changed(*state, &before);
}

static void a_file_of_another_time_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    date("rules/b/c.yaml", long_ago_s + 1);
    assert_changed(*state, &before);
}

static void a_file_that_is_another_one_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    put("rules/new", "title: a\n"); /* the same bytes and time */
    assert_int_equal(rename("rules/new", "rules/a.yml"), 0);
    assert_changed(*state, &before);
}

static void a_file_that_came_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    put("rules/b/d.yml", "title: d\n");
    assert_changed(*state, &before);
}

static void a_file_that_went_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    assert_int_equal(unlink("rules/b/c.yaml"), 0);
    assert_changed(*state, &before);
}

static void a_file_with_another_name_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    assert_int_equal(rename("rules/b/c.yaml", "rules/b/d.yaml"), 0);
    assert_changed(*state, &before);
}

static void a_file_in_another_folder_changes_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    mkdir("rules/c", 0700);
    assert_int_equal(rename("rules/b/c.yaml", "rules/c/c.yaml"), 0);
    assert_changed(*state, &before);
}

static void where_a_link_leads_changes_the_key(void **state)
{
    put("one.yml", "title: 1\n");
    put("two.yml", "title: 2\n");
    assert_int_equal(symlink("../one.yml", "rules/link.yml"), 0);
    struct rule_key before = key_of(*state);

    assert_int_equal(unlink("rules/link.yml"), 0);
    assert_int_equal(symlink("../two.yml", "rules/link.yml"), 0);
    assert_changed(*state, &before);
}

static void what_is_no_rule_does_not_change_the_key(void **state)
{
    struct rule_key before = key_of(*state);

    put("rules/notes.txt", "other, and longer\n");
    date("rules/b", long_ago_s + 5);
    struct rule_key now = key_of(*state);
    assert_true(is_same_value(&before, &now));
}

static void another_option_has_another_name(void **state)
{
    struct rule_key high = key_of(*state), low = key_at(*state, "low", "rules", later_ns);

    assert_false(is_same_name(&high, &low));
    assert_false(is_same_value(&high, &low));
}

static void options_do_not_run_into_each_other(void **state)
{
    struct fixture *f = *state;
    struct rule_key k[2];

    for (int i = 0; i < 2; i++) {
        rule_key_init(&k[i], &f->io, later_ns);
        rule_key_text(&k[i], i ? S("a") : S("ab"));
        rule_key_text(&k[i], i ? S("bc") : S("c"));
        rule_key_finish(&k[i]);
        rule_key_done(&k[i]);
    }
    assert_false(is_same_name(&k[0], &k[1]));
    assert_false(is_same_value(&k[0], &k[1]));
}

static void the_same_path_to_another_folder_has_another_name(void **state)
{
    struct rule_key before = key_of(*state);

    assert_int_equal(rename("rules", "old"), 0);
    mkdir("rules", 0700);
    put("rules/a.yml", "title: a\n");
    struct rule_key now = key_of(*state);
    assert_false(is_same_name(&before, &now));
}

static void a_young_file_is_in_doubt_and_an_old_one_is_not(void **state)
{
    struct stat st;

    assert_int_equal(stat("rules/b/c.yaml", &st), 0);
    int64_t changed_ns = (int64_t)st.st_ctim.tv_sec * second_ns + st.st_ctim.tv_nsec;
    assert_true(key_at(*state, "high", "rules/b/c.yaml", changed_ns).doubt);
    assert_true(key_at(*state, "high", "rules/b", changed_ns + second_ns).doubt);
    int64_t limit_ns = changed_ns + RULE_KEY_AGE_S * second_ns;
    assert_true(key_at(*state, "high", "rules/b/c.yaml", limit_ns - 1).doubt);
    assert_false(key_at(*state, "high", "rules/b/c.yaml", limit_ns).doubt);
}

static void a_file_from_the_future_is_in_doubt(void **state)
{
    date("rules/a.yml", later_ns / second_ns + 10);
    assert_true(key_at(*state, "high", "rules", later_ns).doubt);
}

static void what_cannot_be_looked_at_is_in_doubt(void **state)
{
    assert_true(key_at(*state, "high", "nowhere", later_ns).doubt);
    assert_int_equal(symlink("nowhere", "rules/broken.yml"), 0);
    assert_true(key_at(*state, "high", "rules", later_ns).doubt);
    assert_int_equal(rename("rules/broken.yml", "rules/broken.txt"), 0);
    assert_false(key_at(*state, "high", "rules", later_ns).doubt);
}

static void folders_in_a_circle_are_in_doubt(void **state)
{
    assert_int_equal(symlink("../../rules", "rules/b/up"), 0);
    assert_true(key_at(*state, "high", "rules", later_ns).doubt);
}

static void every_call_that_fails_leaves_doubt(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    uint32_t calls;

    io_init(&f->io);
    assert_false(key_at(f, "high", "rules", later_ns).doubt);
    calls = f->io.calls[IO_cache_key];
    assert_true(calls > 8);
    for (uint32_t i = 1; i <= calls; i++) {
        char plan[64];
        snprintf(plan, sizeof plan, "cache_key:%u:EIO", i);
        io_init(&f->io);
        assert_true(io_plan_fault(&f->io, str_from(plan), &e));
        assert_true(key_at(f, "high", "rules", later_ns).doubt);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files_that_did_not_change_have_the_same_key),
        IN_FOLDER(a_file_with_other_bytes_changes_the_key),
        IN_FOLDER(a_file_of_another_time_changes_the_key),
        IN_FOLDER(a_file_that_is_another_one_changes_the_key),
        IN_FOLDER(a_file_that_came_changes_the_key),
        IN_FOLDER(a_file_that_went_changes_the_key),
        IN_FOLDER(a_file_with_another_name_changes_the_key),
        IN_FOLDER(a_file_in_another_folder_changes_the_key),
        IN_FOLDER(where_a_link_leads_changes_the_key),
        IN_FOLDER(what_is_no_rule_does_not_change_the_key),
        IN_FOLDER(another_option_has_another_name),
        IN_FOLDER(options_do_not_run_into_each_other),
        IN_FOLDER(the_same_path_to_another_folder_has_another_name),
        IN_FOLDER(a_young_file_is_in_doubt_and_an_old_one_is_not),
        IN_FOLDER(a_file_from_the_future_is_in_doubt),
        IN_FOLDER(what_cannot_be_looked_at_is_in_doubt),
        IN_FOLDER(folders_in_a_circle_are_in_doubt),
        IN_FOLDER(every_call_that_fails_leaves_doubt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
