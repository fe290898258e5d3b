/*
 * Where no memory may be written and run, as under systemd's MemoryDenyWriteExecute, PCRE2 can
 * compile no machine code: its interpreter searches, and finds the same. The filter of system calls
 * is the one that systemd makes; it cannot be taken off, so all of it is one test.
 */
#include "text/regex.h"

#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <cmocka.h>

static const struct sample {
    const char *pattern;
    uint32_t flags;
} patterns[] = {
    {"foo(?!bar)", 0},
    {"(?<!not )allowed", REGEX_I},
    {"(\\w)\\1\\1", 0},
    {"^(?=.*pass)(?=.*word).{8,}$", REGEX_S},
    {"(?<=\\\\)cmd(?=\\.exe)", REGEX_I},
    {"(?>a+)b", 0},
    {"(a+)+\\1$", 0}, /* hostile: it is given up, at the latest after its limit of steps */
};
static const char *const subjects[] = {
    "",
    "foobar foobaz",
    "foobar",
    "not allowed",
    "now ALLOWED",
    "abccc",
    "my word and pass",
    "C:\\Windows\\System32\\CMD.EXE /c",
    "cmd.exe",
    "aaab",
    "\xff\xfe foo\xff",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
};
enum { PATTERNS = countof(patterns), SUBJECTS = countof(subjects) };

static void search_all(enum regex_result ret[PATTERNS][SUBJECTS])
{
    struct regex_state *s = regex_state_new();

    for (size_t p = 0; p < PATTERNS; p++) {
        struct err e = {0};
        struct regex *r = regex_new(str_from(patterns[p].pattern), patterns[p].flags, &e);
        assert_non_null(r);
        for (size_t i = 0; i < SUBJECTS; i++)
            ret[p][i] = regex_search(r, s, str_from(subjects[i]));
        regex_free(r);
    }
    regex_state_free(s);
}

static bool may_run_what_it_writes(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return false;
    munmap(p, 4096);
    return true;
}

static void deny_write_and_execute(void)
{
    const uint64_t both = PROT_WRITE | PROT_EXEC;
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);

    assert_non_null(c);
    assert_int_equal(seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
                                      SCMP_A2_64(SCMP_CMP_MASKED_EQ, both, both)),
                     0);
    assert_int_equal(seccomp_rule_add(c, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mprotect), 1,
                                      SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)),
                     0);
    assert_int_equal(seccomp_load(c), 0);
    seccomp_release(c);
}

static void the_interpreter_finds_what_machine_code_finds(void **state)
{
    static enum regex_result before[PATTERNS][SUBJECTS], after[PATTERNS][SUBJECTS];
    size_t found = 0;

    (void)state;
    assert_true(may_run_what_it_writes());
    search_all(before);
    deny_write_and_execute();
    assert_false(may_run_what_it_writes());
    search_all(after);
    for (size_t p = 0; p < PATTERNS; p++)
        for (size_t i = 0; i < SUBJECTS; i++) {
            assert_int_equal(after[p][i], before[p][i]);
            found += after[p][i] == REGEX_YES;
        }
    assert_true(found >= PATTERNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interpreter_finds_what_machine_code_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
