/* The JSON of a finding against docs/finding.schema.json. */
#include "report_fixture.h"
#include "schema_check.h"

struct schema {
    struct fixture *fixture;
    struct arena *arena;
    struct buf text;
    struct node *root;
};

static int setup(void **state)
{
    struct schema *s = calloc(1, sizeof *s);
    const char *source = getenv("TOCSIN_SOURCE");
    struct buf path CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};

    s->fixture = fixture_new();
    s->arena = arena_new(16384);
    s->text = buf_make(1 << 20);
    buf_printf(&path, "%s/docs/finding.schema.json", source ? source : ".");
    if (!io_read_file(&s->fixture->io, buf_cstr(&path), &s->text, &e))
        return -1;
    s->root = parse(s->arena, buf_str(&s->text));
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct schema *s = *state;

    fixture_free(s->fixture);
    arena_free(s->arena);
    buf_done(&s->text);
    free(s);
    return 0;
}

static bool line_valid(struct schema *s, const char *line)
{
    return valid(s->root, parse(s->arena, str_from(line)));
}

static void every_kind_of_finding_is_valid(void **state)
{
    static const str fields[] = {S("EventID"), S("Nothing")};
    struct schema *s = *state;
    struct fixture *f = s->fixture;
    struct finding all[] = {encoded_finding(f, 0), cleared_finding(f), hostile_finding(f)};

    f->context.fields = fields;
    f->context.field_count = countof(fields);
    char *text = report_text(f, "jsonl", all, countof(all), NULL);
    str rest = str_from(text);
    for (size_t i = 0; i < countof(all); i++)
        assert_true(valid(s->root, parse(s->arena, str_cut(&rest, '\n'))));
    free(text);
}

/* The same finding with one thing changed, which the checker must see. */
static void a_finding_that_differs_is_refused(void **state)
{
    static const struct {
        const char *part, *instead;
    } changes[] = {
        {"\"level\":\"high\"", "\"level\":\"severe\""},
        {"\"rule_id\":\"8c5b7a7e-1f6d-4d1c-9a51-000000000001\"", "\"rule_id\":\"\""},
        {"\"time\":\"2026-05-04T10:00:00.120Z\"", "\"time\":\"2026-05-04 10:00:00\""},
        {"\"time\":\"2026-05-04T10:00:00.120Z\"", "\"time\":1777888800"},
        {"\"record\":42", "\"record\":\"42\""},
        {"\"record\":42", "\"record\":4.2"},
        {"\"record\":42", "\"record\":-1"},
        {"\"host\":\"WS01\",", ""},
        {"\"T1027\"]", "\"t1027\"]"},
        {"\"type\":\"ip\"", "\"type\":\"address\""},
        {"[\"C:\\\\Windows\\\\powershell.exe\"]", "\"C:\\\\Windows\\\\powershell.exe\""},
        {"\"service\":null", "\"service\":null,\"more\":null"},
        {"\"rule_file\"", "\"undocumented\":1,\"rule_file\""},
    };
    struct schema *s = *state;
    struct finding finding = encoded_finding(s->fixture, 0);
    char *text = report_text(s->fixture, "jsonl", &finding, 1, NULL);

    assert_true(line_valid(s, text));
    for (size_t i = 0; i < countof(changes); i++) {
        struct buf changed CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        const char *at = strstr(text, changes[i].part);
        assert_non_null(at);
        buf_add(&changed, (str){text, (size_t)(at - text)});
        buf_add(&changed, str_from(changes[i].instead));
        buf_add(&changed, str_from(at + strlen(changes[i].part)));
        if (line_valid(s, buf_cstr(&changed)))
            fail_msg("accepted: %s", changes[i].instead);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_of_finding_is_valid, setup, teardown),
        cmocka_unit_test_setup_teardown(a_finding_that_differs_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
