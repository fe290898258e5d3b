/* The folder of the cache: whose files are read, which are kept, and what failing costs. */
#include "engine/rule_cache.h"
#include "ready_fixture.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const int64_t long_ago_s = 1700000000;

struct fixture {
    struct test_folder folder;
    struct io io;
    struct ready_rules ready;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (!test_folder_enter(&f->folder))
        return -1;
    io_init(&f->io);
    f->ready = ready_of_every_kind(true);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    ready_rules_done(&f->ready);
    bool ok = test_folder_leave(&f->folder);
    free(f);
    return ok ? 0 : -1;
}

/* A key as if it were finished; its number is in the file's name. */
static struct rule_key key_of(uint8_t number)
{
    return (struct rule_key){.name = {number}, .value = {number, 1}};
}

static bool write_one(struct fixture *f, const char *folder, uint8_t number)
{
    struct rule_key k = key_of(number);
    struct rule_cache c;

    rule_cache_open(&c, &f->io, folder);
    bool ok = rule_cache_write(&c, &k, &f->ready);
    rule_cache_close(&c);
    return ok;
}

static bool read_one(struct fixture *f, const char *folder, uint8_t number)
{
    struct rule_key k = key_of(number);
    struct ready_rules back;
    struct rule_cache c;

    rule_cache_open(&c, &f->io, folder);
    bool ok = rule_cache_read(&c, &k, &back);
    rule_cache_close(&c);
    assert_true(!ok || back.rules->count == f->ready.rules->count);
    ready_rules_done(&back);
    return ok;
}

static const char first_file[] = "cache/0100000000000000.rules";

/* How many entries the folder has. */
static uint32_t entries(const char *folder)
{
    DIR *dir = opendir(folder);
    uint32_t count = 0;

    for (struct dirent *d; dir && (d = readdir(dir));)
        count += d->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

/* ------------------------------------------------------------ files */

static void what_was_written_is_read_and_nothing_else(void **state)
{
    struct fixture *f = *state;

    assert_false(read_one(f, "cache", 1));
    assert_true(write_one(f, "cache", 1));
    assert_true(read_one(f, "cache", 1));
    assert_false(read_one(f, "cache", 2));
}

static void files_and_folders_are_for_their_owner_alone(void **state)
{
    struct stat st;

    assert_true(write_one(*state, "home/.cache/tocsin", 1) == false); /* two levels at most */
    assert_true(write_one(*state, "cache", 1));
    assert_int_equal(stat("cache", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(first_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(entries("cache"), 1);
}

static void the_folder_above_is_made_too(void **state)
{
    assert_true(write_one(*state, "caches/tocsin", 1));
    assert_true(read_one(*state, "caches/tocsin", 1));
}

static void a_key_in_doubt_is_neither_written_nor_read(void **state)
{
    struct fixture *f = *state;
    struct rule_key k = key_of(1);
    struct ready_rules back;
    struct rule_cache c;

    assert_true(write_one(f, "cache", 1));
    k.doubt = true;
    rule_cache_open(&c, &f->io, "cache");
    assert_false(rule_cache_read(&c, &k, &back));
    assert_false(rule_cache_write(&c, &k, &f->ready));
    rule_cache_close(&c);
}

static void a_file_that_others_may_write_to_is_refused(void **state)
{
    static const mode_t modes[] = {0620, 0602, 0666};

    assert_true(write_one(*state, "cache", 1));
    for (size_t i = 0; i < countof(modes); i++) {
        assert_int_equal(chmod(first_file, modes[i]), 0);
        assert_false(read_one(*state, "cache", 1));
    }
    assert_int_equal(chmod(first_file, 0644), 0); /* others may read */
    assert_true(read_one(*state, "cache", 1));
}

static void a_link_is_refused_also_to_a_good_file(void **state)
{
    assert_true(write_one(*state, "cache", 1));
    assert_int_equal(rename(first_file, "good"), 0);
    assert_int_equal(symlink("../good", first_file), 0);
    assert_false(read_one(*state, "cache", 1));
    assert_true(write_one(*state, "cache", 1)); /* puts a file in its place */
    assert_true(read_one(*state, "cache", 1));
}

static void what_is_no_file_is_refused(void **state)
{
    assert_int_equal(mkdir("cache", 0700), 0);
    assert_int_equal(mkfifo(first_file, 0600), 0);
    assert_false(read_one(*state, "cache", 1));
    assert_int_equal(unlink(first_file), 0);
    assert_int_equal(mkdir(first_file, 0700), 0);
    assert_false(read_one(*state, "cache", 1));
    assert_false(write_one(*state, "cache", 1));
    assert_int_equal(entries("cache"), 1);
}

static void an_empty_or_torn_file_is_refused_and_written_anew(void **state)
{
    struct stat st;

    assert_true(write_one(*state, "cache", 1));
    assert_int_equal(stat(first_file, &st), 0);
    for (off_t n = 0; n < st.st_size; n += st.st_size / 5) {
        assert_int_equal(truncate(first_file, n), 0);
        assert_false(read_one(*state, "cache", 1));
        assert_true(write_one(*state, "cache", 1));
    }
    assert_true(read_one(*state, "cache", 1));
}

/* ------------------------------------------------------------ the folder */

static void a_folder_that_others_may_write_to_is_no_cache(void **state)
{
    assert_true(write_one(*state, "cache", 1));
    assert_int_equal(chmod("cache", 0770), 0);
    assert_false(read_one(*state, "cache", 1));
    assert_false(write_one(*state, "cache", 2));
    assert_int_equal(chmod("cache", 0755), 0);
    assert_true(read_one(*state, "cache", 1));
}

static void a_folder_that_is_a_link_is_no_cache(void **state)
{
    assert_true(write_one(*state, "cache", 1));
    assert_int_equal(symlink("cache", "link"), 0);
    assert_false(read_one(*state, "link", 1));
    assert_false(write_one(*state, "link", 2));
}

static void at_most_so_many_files_are_kept_the_oldest_go(void **state)
{
    assert_true(write_one(*state, "cache", 1));
    test_folder_put("cache/notes.rules", S("not ours"));
    test_folder_put("cache/0123456789abcdef.0123456789abcdef.unfinished", S("left over"));
    for (uint8_t i = 1; i < RULE_CACHE_FILES_MAX + 4; i++) {
        char name[64];
        const struct timespec times[2] = {{long_ago_s + i, 0}, {long_ago_s + i, 0}};
        assert_true(write_one(*state, "cache", i));
        snprintf(name, sizeof name, "cache/%02x00000000000000.rules", i);
        assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
    }
    assert_int_equal(access("cache/notes.rules", F_OK), 0);
    assert_true(write_one(*state, "cache", 99));
    assert_int_equal(entries("cache"), RULE_CACHE_FILES_MAX + 1);
    assert_true(read_one(*state, "cache", 99));
    assert_true(read_one(*state, "cache", RULE_CACHE_FILES_MAX + 3));
    assert_false(read_one(*state, "cache", 1));
}

/* ------------------------------------------------------------ failing */

static bool write_into_a_new_folder(struct fixture *f, const char *folder, uint8_t number)
{
    test_folder_empty(folder);
    rmdir(folder);
    return write_one(f, folder, number);
}

/* Plans a fault at each call of the site in turn; `run` says whether it went well. */
static void every_fault(struct fixture *f, const char *site, enum io_site number,
                        bool (*run)(struct fixture *, const char *, uint8_t))
{
    uint32_t calls;

    io_init(&f->io);
    assert_true(run(f, "cache", 1));
    calls = f->io.calls[number];
    assert_true(calls > 0);
    for (uint32_t i = 1; i <= calls; i++) {
        char plan[64];
        struct err e = {0};
        snprintf(plan, sizeof plan, "%s:%u:EIO", site, i);
        io_init(&f->io);
        assert_true(io_plan_fault(&f->io, str_from(plan), &e));
        assert_false(run(f, "cache", 1));
    }
    io_init(&f->io);
}

static void a_failing_call_is_a_cache_that_is_not_there(void **state)
{
    struct fixture *f = *state;

    every_fault(f, "cache_folder", IO_cache_folder, write_into_a_new_folder);
    assert_true(write_one(f, "cache", 1));
    every_fault(f, "cache_create", IO_cache_create, write_one);
    every_fault(f, "cache_write", IO_cache_write, write_one);
    every_fault(f, "cache_rename", IO_cache_rename, write_one);
    every_fault(f, "cache_folder", IO_cache_folder, read_one);
    every_fault(f, "cache_open", IO_cache_open, read_one);
    every_fault(f, "cache_read", IO_cache_read, read_one);
    assert_int_equal(entries("cache"), 1); /* nothing unfinished is left */
    assert_true(read_one(f, "cache", 1));
}

static void what_cannot_be_removed_stays(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    for (uint8_t i = 1; i <= RULE_CACHE_FILES_MAX; i++)
        assert_true(write_one(f, "cache", i));
    for (uint32_t call = 1; call < 20; call++) {
        char plan[64];
        snprintf(plan, sizeof plan, "cache_remove:%u:EIO", call);
        io_init(&f->io);
        assert_true(io_plan_fault(&f->io, str_from(plan), &e));
        assert_true(write_one(f, "cache", (uint8_t)(100 + call)));
        assert_true(read_one(f, "cache", (uint8_t)(100 + call)));
    }
    assert_true(write_one(f, "cache", 99));
    assert_int_equal(entries("cache"), RULE_CACHE_FILES_MAX);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_was_written_is_read_and_nothing_else),
        IN_FOLDER(files_and_folders_are_for_their_owner_alone),
        IN_FOLDER(the_folder_above_is_made_too),
        IN_FOLDER(a_key_in_doubt_is_neither_written_nor_read),
        IN_FOLDER(a_file_that_others_may_write_to_is_refused),
        IN_FOLDER(a_link_is_refused_also_to_a_good_file),
        IN_FOLDER(what_is_no_file_is_refused),
        IN_FOLDER(an_empty_or_torn_file_is_refused_and_written_anew),
        IN_FOLDER(a_folder_that_others_may_write_to_is_no_cache),
        IN_FOLDER(a_folder_that_is_a_link_is_no_cache),
        IN_FOLDER(at_most_so_many_files_are_kept_the_oldest_go),
        IN_FOLDER(a_failing_call_is_a_cache_that_is_not_there),
        IN_FOLDER(what_cannot_be_removed_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
