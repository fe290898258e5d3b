/* Rule sets: folders, several documents, actions, placeholders, and a reason for each refusal. */
#include "sigma/ruleset.h"

#include "sigma/build.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RULE(title)                                                                                \
    "title: " title "\nlogsource: {product: windows}\ndetection: {s: {F: 1}, condition: s}\n"
#define EXPANDING(title, value)                                                                    \
    "title: " title "\nlogsource: {product: windows}\n"                                            \
    "detection: {s: {F|expand: '" value "'}, condition: s}\n"

struct fixture {
    struct test_folder folder;
    struct io io;
    struct ruleset *rs;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (!test_folder_enter(&f->folder))
        return -1;
    io_init(&f->io);
    f->rs = ruleset_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    ruleset_free(f->rs);
    bool ok = test_folder_leave(&f->folder);
    free(f);
    return ok ? 0 : -1;
}

static void put(const char *path, const char *text)
{
    test_folder_put(path, str_from(text));
}

static void load(struct fixture *f, const char *path)
{
    struct err e = {0};

    if (!ruleset_load(f->rs, &f->io, path, &e))
        fail_msg("%s", e.message);
}

static void load_text(struct fixture *f, const char *text)
{
    ruleset_load_text(f->rs, S("memory.yml"), str_from(text));
}

/* The titles in order, with spaces between. */
static void assert_titles(const struct ruleset *rs, const char *want)
{
    struct buf titles CLEANUP(buf_done) = buf_make(4096);

    for (uint32_t i = 0; i < rs->count; i++)
        buf_printf(&titles, "%s" STR_FMT, i ? " " : "", STR_ARG(rs->rules[i]->title));
    assert_string_equal(buf_cstr(&titles), want);
}

static void assert_refused(const struct ruleset *rs, uint32_t at, enum refusal_kind kind,
                           const char *place_and_message)
{
    char text[1024];

    assert_true(at < rs->refusal_count);
    assert_int_equal(rs->refusals[at].kind, kind);
    err_format(&rs->refusals[at].why, text, sizeof text);
    assert_string_equal(text, place_and_message);
}

/* ------------------------------------------------------------ folders */

static void folders_are_read_in_the_order_of_names(void **state)
{
    struct fixture *f = *state;

    mkdir("b", 0700);
    put("c.yml", RULE("4"));
    put("b/y.yml", RULE("3"));
    put("b/x.yaml", RULE("2"));
    put("a.yml", RULE("1"));
    put("notes.txt", "not: [yaml");
    load(f, ".");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 2 3 4");
    assert_int_equal(f->rs->file_count, 4);
    assert_int_equal(f->rs->refusal_count, 0);
    assert_true(str_eq(f->rs->rules[1]->file, S("./b/x.yaml")));
}

static void hidden_names_are_skipped(void **state)
{
    struct fixture *f = *state;

    mkdir(".git", 0700);
    put(".git/a.yml", RULE("1"));
    put(".b.yml", RULE("2"));
    put("c.yml", RULE("3"));
    load(f, ".");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "3");
}

static void links_are_followed_but_never_in_a_loop(void **state)
{
    struct fixture *f = *state;

    mkdir("a", 0700);
    put("a/r.yml", RULE("1"));
    assert_int_equal(symlink("..", "a/up"), 0);
    assert_int_equal(symlink("a", "z"), 0);
    assert_int_equal(symlink("a/r.yml", "link.yml"), 0);
    load(f, ".");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 1");
}

static void a_broken_link_is_a_refusal(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(symlink("nowhere", "a.yml"), 0);
    assert_int_equal(mkfifo("pipe.yml", 0600), 0);
    put("b.yml", RULE("1"));
    load(f, ".");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1");
    assert_int_equal(f->rs->refusal_count, 1);
    assert_refused(f->rs, 0, REFUSED_FILE, "./a.yml: cannot open: No such file or directory");
}

static void a_file_can_be_named_itself(void **state)
{
    struct fixture *f = *state;

    put("rule", RULE("1"));
    load(f, "rule");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1");
}

static void a_path_that_is_not_there_fails(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    assert_false(ruleset_load(f->rs, &f->io, "nothere", &e));
    assert_string_equal(e.file, "nothere");
    assert_int_equal(e.code, ERR_IO);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen("a.yml", "wbe");

    assert_non_null(file);
    for (int i = 0; i <= RULE_BYTES_MAX; i += 64)
        fprintf(file, "#%63s", "\n");
    fclose(file);
    put("b.yml", RULE("1"));
    load(f, ".");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1");
    assert_refused(f->rs, 0, REFUSED_FILE, "./a.yml: more than 4194304 bytes");
}

static void a_folder_that_cannot_be_read_is_refused(void **state)
{
    static const char *const plans[] = {"folder_open:1:EACCES", "folder_read:1:EIO",
                                        "rule_read:1:EIO", "rule_open:3:EMFILE"};
    struct fixture *f = *state;

    put("a.yml", RULE("1"));
    for (size_t i = 0; i < countof(plans); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = ruleset_new();
        struct err e = {0};
        io_init(&f->io);
        assert_true(io_plan_fault(&f->io, str_from(plans[i]), &e));
        assert_true(ruleset_load(rs, &f->io, ".", &e));
        ruleset_finish(rs);
        assert_int_equal(rs->count, 0);
        assert_int_equal(rs->refusal_count, 1);
        assert_int_equal(rs->refusals[0].kind, REFUSED_FILE);
    }
}

/* ------------------------------------------------------------ documents */

static void each_document_is_a_rule(void **state)
{
    struct fixture *f = *state;

    load_text(f, RULE("1") "---\n" RULE("2") "---\n# empty\n---\n" RULE("3"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 2 3");
    assert_int_equal(f->rs->rules[2]->line, 11);
}

static void a_broken_document_leaves_the_others_alone(void **state)
{
    struct fixture *f = *state;

    load_text(f, RULE("1") "---\ntitle: [\n---\n" RULE(
                     "2") "---\ntitle: x\n---\n- list\n---\n" RULE("3"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 2 3");
    assert_int_equal(f->rs->refusal_count, 3);
    assert_int_equal(f->rs->refusals[0].kind, REFUSED_FILE);
    assert_int_equal(f->rs->refusals[0].why.line, 6);
    assert_refused(f->rs, 1, REFUSED_INVALID, "memory.yml:11:1: the rule has no 'logsource'");
    assert_true(str_eq(f->rs->refusals[1].title, S("x")));
    assert_refused(f->rs, 2, REFUSED_INVALID, "memory.yml:13:1: a rule must be a map, not a list");
}

static void a_global_document_is_laid_over_those_that_follow(void **state)
{
    struct fixture *f = *state;

    load_text(f, "action: global\ntitle: g\nlogsource: {product: linux}\n"
                 "detection: {condition: s}\n"
                 "---\nlevel: low\ndetection: {s: {F: 1}}\n"
                 "---\nlevel: high\ndetection: {s: {G: 1}}\n"
                 "---\naction: reset\n---\n" RULE("own"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "g g own");
    assert_int_equal(f->rs->rules[0]->level, LEVEL_LOW);
    assert_int_equal(f->rs->rules[1]->level, LEVEL_HIGH);
    assert_true(str_eq(f->rs->rules[1]->logsource.product, S("linux")));
    assert_string_not_equal(f->rs->rules[0]->hash, f->rs->rules[1]->hash);
}

static void repeat_changes_the_rule_before(void **state)
{
    struct fixture *f = *state;

    load_text(f, RULE("1") "---\naction: repeat\ntitle: 2\nlogsource: {service: security}\n"
                           "---\naction: repeat\ntitle: 3\n");
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 2 3");
    assert_int_equal(f->rs->rules[0]->logsource.service.n, 0);
    assert_true(str_eq(f->rs->rules[2]->logsource.service, S("security")));
    assert_true(str_eq(f->rs->rules[2]->logsource.product, S("windows")));
}

static void wrong_actions_are_refused(void **state)
{
    struct fixture *f = *state;

    load_text(f, "action: repeat\ntitle: t\n---\naction: again\ntitle: t\n");
    ruleset_finish(f->rs);
    assert_refused(f->rs, 0, REFUSED_INVALID,
                   "memory.yml:1:1: 'action: repeat' has no rule before it");
    assert_refused(f->rs, 1, REFUSED_INVALID,
                   "memory.yml:4:9: unknown action 'again': it may be global, reset or repeat");
}

static void repetition_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    buf_add(&text, S("action: global\ntitle: t\nx: '"));
    while (text.n < 1024 * 1024)
        buf_add(&text, S("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    buf_add(&text, S("'\n"));
    for (int i = 0; i < 100; i++)
        buf_add(&text, S("---\na: b\n"));
    ruleset_load_text(f->rs, S("memory.yml"), buf_str(&text));
    ruleset_finish(f->rs);
    assert_int_equal(f->rs->refusal_count, 100);
    assert_string_equal(f->rs->refusals[99].why.message, "the file repeats too much");
}

static void the_same_id_twice_is_two_rules(void **state)
{
    struct fixture *f = *state;

    load_text(f, "id: x\n" RULE("1") "---\nid: x\n" RULE("2"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "1 2");
}

static const char *hash_of(struct fixture *f, const char *text)
{
    ruleset_free(f->rs);
    f->rs = ruleset_new();
    load_text(f, text);
    ruleset_finish(f->rs);
    return f->rs->hash;
}

static void the_hash_tells_rule_sets_apart(void **state)
{
    char first[65];

    snprintf(first, sizeof first, "%s", hash_of(*state, RULE("1") "---\n" RULE("2")));
    assert_int_equal(strlen(first), 64);
    assert_string_equal(first, hash_of(*state, RULE("1") "---\n" RULE("2")));
    assert_string_not_equal(first, hash_of(*state, RULE("2") "---\n" RULE("1")));
    assert_string_not_equal(first, hash_of(*state, RULE("1")));
}

/* ------------------------------------------------------------ placeholders */

static void a_placeholder_without_value_is_named(void **state)
{
    struct fixture *f = *state;

    load_text(f, EXPANDING("t", "%Administrators%-%hosts%"));
    ruleset_finish(f->rs);
    assert_int_equal(f->rs->count, 0);
    assert_refused(f->rs, 0, REFUSED_PLACEHOLDER,
                   "memory.yml:3:27: no value is given for %Administrators%, %hosts%");
}

static void placeholders_give_tests_of_one_value(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    put("p.yml", "admins: [a, 'b*', c]\nhost: srv\n");
    assert_true(ruleset_placeholders(f->rs, &f->io, "p.yml", &e));
    load_text(f, EXPANDING("t", "%admins%@%host%"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "t");
    const struct sigma_item *item = f->rs->rules[0]->expr->children[0]->item;
    assert_int_equal(item->value_count, 1);
    assert_int_equal(item->values[0].count, 3);
    assert_true(
        str_eq(sigma_string_text(&item->values[0].tests[1].string, f->rs->arena), S("b*@srv")));
}

static void values_in_a_regex_are_text(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    put("p.yml", "name: a.b*\n");
    assert_true(ruleset_placeholders(f->rs, &f->io, "p.yml", &e));
    load_text(f, "title: t\nlogsource: {product: x}\n"
                 "detection: {s: {F|re|expand: '^%name%$'}, condition: s}\n");
    ruleset_finish(f->rs);
    const struct sigma_item *item = f->rs->rules[0]->expr->children[0]->item;
    assert_true(str_eq(item->values[0].tests[0].pattern, S("^a\\.b.*$")));
}

static void wrong_placeholder_files_are_told(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"- a\n", "p.yml:1:1: placeholders must be a map of names to values"},
        {"a: []\n", "p.yml:1:4: placeholder 'a' has no values"},
        {"a: [{b: c}]\n",
         "p.yml:1:5: the value of a placeholder must be a string or a list of strings"},
        {"a: 1\na: 2\n", "p.yml:2:1: key 'a' is already set in line 1"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < countof(rows); i++) {
        struct err e = {0};
        char text[1024];
        put("p.yml", rows[i].text);
        assert_false(ruleset_placeholders(f->rs, &f->io, "p.yml", &e));
        err_format(&e, text, sizeof text);
        assert_string_equal(text, rows[i].message);
    }
}

static void the_example_placeholders_can_be_read(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    struct buf path CLEANUP(buf_done) = buf_make(4096);
    const char *source = getenv("TOCSIN_SOURCE");

    if (!source)
        skip();
    buf_printf(&path, "%s/content/placeholders/example.yml", source);
    assert_int_equal(fchdir(f->folder.home), 0); /* the source's path may be relative */
    bool ok = ruleset_placeholders(f->rs, &f->io, buf_cstr(&path), &e);
    assert_int_equal(chdir(f->folder.name), 0);
    assert_true(ok);
    load_text(f, EXPANDING("t", "%Administrators%"));
    ruleset_finish(f->rs);
    assert_titles(f->rs, "t");
}

/* ------------------------------------------------------------ pipelines */

static void pipelines_see_the_fields_of_filters(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    put("p.yml", "name: p\ntransformations: [{id: m, type: field_name_mapping, mapping: {F: G}}]\n"
                 "finalizers: [{type: concat}]\n");
    assert_true(ruleset_pipeline(f->rs, &f->io, "p.yml", &e));
    load_text(f, RULE("1") "---\ntitle: f\nlogsource: {product: windows}\n"
                           "filter: {rules: any, s: {F: 2}, condition: not s}\n");
    ruleset_finish(f->rs);
    const struct sigma_node *filter = f->rs->rules[0]->expr->children[1]->children[0];
    assert_true(str_eq(filter->children[0]->item->field, S("G")));
    assert_int_equal(f->rs->note_count, 1);
    assert_string_equal(f->rs->notes[0].file, "p.yml");
}

static void a_wrong_pipeline_is_told(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};

    put("p.yml", "transformations: [{id: m, type: no_such_thing}]\n");
    assert_false(ruleset_pipeline(f->rs, &f->io, "p.yml", &e));
    assert_string_equal(e.file, "p.yml");
    assert_int_equal(e.line, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_read_in_the_order_of_names),
        TEST(hidden_names_are_skipped),
        TEST(links_are_followed_but_never_in_a_loop),
        TEST(a_broken_link_is_a_refusal),
        TEST(a_file_can_be_named_itself),
        TEST(a_path_that_is_not_there_fails),
        TEST(a_file_that_is_too_large_is_refused),
        TEST(a_folder_that_cannot_be_read_is_refused),
        TEST(each_document_is_a_rule),
        TEST(a_broken_document_leaves_the_others_alone),
        TEST(a_global_document_is_laid_over_those_that_follow),
        TEST(repeat_changes_the_rule_before),
        TEST(wrong_actions_are_refused),
        TEST(repetition_is_bounded),
        TEST(the_same_id_twice_is_two_rules),
        TEST(the_hash_tells_rule_sets_apart),
        TEST(a_placeholder_without_value_is_named),
        TEST(placeholders_give_tests_of_one_value),
        TEST(values_in_a_regex_are_text),
        TEST(wrong_placeholder_files_are_told),
        TEST(the_example_placeholders_can_be_read),
        TEST(pipelines_see_the_fields_of_filters),
        TEST(a_wrong_pipeline_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
