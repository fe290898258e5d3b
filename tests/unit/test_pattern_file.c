/* Pattern files: grok's language, their loading and its errors, what they read, their budget. */
#include "formats/format_set.h"
#include "base/buf.h"
#include "message/pattern_draft.h"
#include "message/pattern_file.h"
#include "message/pattern_gate.h"
#include "message/pattern_literal.h"
#include "message/time_format.h"
#include "text/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define HEAD "name: demo\nsummary: a demonstration\n"

static struct pattern_file *file_of(const char *text)
{
    struct err e = {0};
    struct pattern_file *f = pattern_file_new(str_from(text), S("demo.yml"), &e);

    if (!f)
        print_message("%s:%u:%u: %s\n", e.file, e.line, e.column, e.message);
    assert_non_null(f);
    return f;
}

struct reading {
    struct arena *arena;
    struct event event;
    struct message message;
    struct dialect_reader *reader;
    bool read;
};

static void read_text(struct reading *r, const struct pattern_file *f, str text)
{
    static const struct time_rule rule = {0};

    *r = (struct reading){.arena = arena_new(16 * 1024)};
    r->message =
        (struct message){.text = text, .event = &r->event, .arena = r->arena, .time_rule = &rule};
    r->reader = dialect_reader_new(NULL, &f->dialect);
    r->read = dialect_read(r->reader, &r->message, true) != NULL;
}

static void done(struct reading *r)
{
    dialect_reader_free(r->reader);
    arena_free(r->arena);
}

#define assert_field(r, name, value) assert_true(str_eq(event_get(&(r).event, S(name)), S(value)))

static void grok_s_names_are_spread_out_and_fields_have_names_and_types(void **state)
{
    (void)state;
    struct pattern_file *f = file_of(
        HEAD "definitions:\n  WHO: 'user=%{USERNAME:user}'\n"
             "patterns:\n  - pattern: '%{WHO} from %{IP:[source][ip]} took %{NUMBER:ms:float} ms: "
             "(?<rest>.*)'\n");
    struct reading r;

    read_text(&r, f, S("user=alice from 2001:db8::7 took 1.5 ms: a b"));
    assert_true(r.read);
    assert_field(r, "user", "alice");
    assert_field(r, "source.ip", "2001:db8::7");
    assert_field(r, "rest", "a b");
    assert_int_equal(r.event.fields[event_find(&r.event, S("ms"))].type, VALUE_NUMBER);
    struct columns c;
    columns_fill(&r.event, &c, r.arena);
    assert_true(str_eq(c.values[COLUMN_source_ip], S("2001:db8::7")));
    done(&r);
    read_text(&r, f, S("x user=alice from 192.0.2.7 took 1.5 ms: a b"));
    assert_false(r.read); /* a pattern is the whole text */
    assert_int_equal(r.event.field_count, 0);
    done(&r);
    pattern_file_free(f);
}

static void each_name_of_the_library_compiles(void **state)
{
    (void)state;
    struct arena *a = arena_new(64 * 1024);
    struct err e = {0};

    for (uint32_t i = 0; grok_name(i).name.n; i++) {
        struct grok g;
        assert_true(grok_expand(grok_name(i).text, NULL, 0, a, &g, &e));
        struct pattern_regex *r = pattern_regex_new(g.regex, &e);
        if (!r)
            print_message("%s: %s\n", grok_name(i).name.p, e.message);
        assert_non_null(r);
        pattern_regex_free(r);
    }
    arena_free(a);
}

struct sample {
    const char *name, *text;
    bool fits;
};

static void the_names_match_what_they_say_and_no_more(void **state)
{
    static const struct sample samples[] = {
        {"IPV4", "192.0.2.255", true},
        {"IPV4", "192.0.2.256", false},
        {"IPV6", "2001:db8::1", true},
        {"IPV6", "::", true},
        {"IPV6", "::ffff:192.0.2.7", true},
        {"IPV6", "1:2:3:4:5:6:7:8", true},
        {"IPV6", "1:2:3:4:5:6:7", false},
        {"IPV6", "fe80::1%eth0", true},
        {"IPV6", "10:00:00", false},
        {"IPORHOST", "www.example.com", true},
        {"IPORHOST", "a b", false},
        {"HOSTNAME", "db-1_x.example.com.", true},
        {"HOSTNAME", "-", false},
        {"NUMBER", "-1.50", true},
        {"NUMBER", "1e5", false},
        {"EMAILADDRESS", "alice+x@example.com", true},
        {"EMAILADDRESS", "alice", false},
        {"UUID", "b845048981dc46e4b8456e3f731551c2", false},
        {"UUID", "b8450489-81dc-46e4-b845-6e3f731551c2", true},
        {"QUOTEDSTRING", "\"a \\\" b\"", true},
        {"QUOTEDSTRING", "\"a \" b\"", false},
        {"MAC", "00:11:22:aa:bb:cc", true},
        {"MAC", "00:11:22:aa:bb", false},
        {"TIMESTAMP_ISO8601", "2026-11-24T10:00:00,123+01:00", true},
        {"TIMESTAMP_ISO8601", "2026-13-24T10:00:00", false},
        {"SYSLOGTIMESTAMP", "Nov  4 10:00:00", true},
        {"HTTPDATE", "24/Nov/2026:10:00:00 +0100", true},
        {"URI", "https://www.example.com:8443/a?b=c", true},
        {"LOGLEVEL", "WARN", true},
        {"LOGLEVEL", "loud", false},
        {"WORD", "a_1", true},
        {"INT", "12.5", false},
    };
    (void)state;
    struct arena *a = arena_new(64 * 1024);
    struct pattern_matcher *m = pattern_matcher_new();

    for (size_t i = 0; i < countof(samples); i++) {
        struct err e = {0};
        struct grok g;
        str groups[PATTERN_GROUPS_MAX];
        str pattern = arena_printf(a, "%%{%s:x}", samples[i].name);
        assert_true(grok_expand(pattern, NULL, 0, a, &g, &e));
        struct pattern_regex *r = pattern_regex_new(g.regex, &e);
        bool fits = pattern_regex_match(r, m, str_from(samples[i].text), groups);
        if (fits != samples[i].fits)
            print_message("%s '%s'\n", samples[i].name, samples[i].text);
        assert_int_equal(fits, samples[i].fits);
        pattern_regex_free(r);
    }
    pattern_matcher_free(m);
    arena_free(a);
}

struct mistake {
    const char *text;
    uint32_t line, column;
    const char *says;
};

static void each_mistake_has_a_file_a_line_and_a_column(void **state)
{
    static const struct mistake mistakes[] = {
        {"name: Demo X\nsummary: s\npatterns: [{pattern: a}]\n", 1, 7, "no name"},
        {HEAD "patterns: []\n", 3, 11, "1 to"},
        {HEAD "patterns:\n  - pattern: 'a %{NOPE:x}'\n", 4, 17, "no pattern 'NOPE'"},
        {HEAD "patterns:\n  - pattern: 'a %{INT:x:date}'\n", 4, 17, "unknown type 'date'"},
        {HEAD "patterns:\n  - pattern: 'a %{INT'\n", 4, 17, "not closed"},
        {HEAD "patterns:\n  - pattern: 'a ('\n", 4, 14, "regex:"},
        {HEAD "definitions: {A: '%{B}', B: '%{A}'}\npatterns: [{pattern: '%{A}'}]\n", 4, 23,
         "names itself"},
        {HEAD "patterns:\n  - patern: a\n", 4, 5, "patern"},
        {HEAD "patterns:\n  - pattern: a\n    activity: login\n", 5, 15, "no activity 'login'"},
        {HEAD "patterns:\n  - pattern: a\n    outcome: denied\n", 5, 14, "outcome"},
        {HEAD "columns: {a: source.address}\npatterns: [{pattern: a}]\n", 3, 14,
         "no common column 'source.address'"},
        {HEAD "columns: {a: {column: source.ip, as: ip}}\npatterns: [{pattern: a}]\n", 3, 38,
         "unknown way"},
        {HEAD "time_formats: ['%Y %K']\npatterns: [{pattern: a}]\n", 3, 15, "unknown item '%K'"},
        {HEAD "patterns: [{when: {a: b}}]\n", 3, 12, "needs a 'pattern'"},
        {HEAD "name: twice\npatterns: [{pattern: a}]\n", 3, 1, "name"},
    };
    (void)state;

    for (size_t i = 0; i < countof(mistakes); i++) {
        struct err e = {0};
        struct pattern_file *f = pattern_file_new(str_from(mistakes[i].text), S("demo.yml"), &e);
        if (f || e.line != mistakes[i].line || e.column != mistakes[i].column ||
            !strstr(e.message, mistakes[i].says))
            print_message("%zu: %u:%u: %s\n", i, e.line, e.column, e.message);
        assert_null(f);
        assert_string_equal(e.file, "demo.yml");
        assert_int_equal(e.line, mistakes[i].line);
        assert_int_equal(e.column, mistakes[i].column);
        assert_non_null(strstr(e.message, mistakes[i].says));
    }
}

static void conditions_choose_among_objects(void **state)
{
    (void)state;
    struct pattern_file *f =
        file_of(HEAD "body: json\ntime: t\npatterns:\n"
                     "  - {when: {ev.name: 'login*', ok: 'false'}, outcome: failure}\n"
                     "  - {when: {ev.name: 'login*'}, of: msg, pattern: 'by %{IP:src_ip}'}\n");
    struct reading r;

    read_text(&r, f,
              S("{\"ev\":{\"name\":\"login_x\"},\"ok\":false,\"t\":1795514400,\"l\":[1,2]}"));
    assert_true(r.read);
    assert_int_equal(r.event.kind->outcome, OUTCOME_FAILURE);
    assert_int_equal(r.event.time_ns, INT64_C(1795514400) * NS_PER_S);
    uint32_t at = event_find(&r.event, S("l"));
    assert_true(str_eq(r.event.fields[event_next(&r.event, at)].value, S("2")));
    done(&r);
    read_text(&r, f, S("{\"ev\":{\"name\":\"login_x\"},\"msg\":\"by 192.0.2.7\"}"));
    assert_true(r.read);
    assert_field(r, "src_ip", "192.0.2.7");
    done(&r);
    read_text(&r, f, S("{\"ev\":{\"name\":\"logout\"},\"ok\":false}"));
    assert_false(r.read);
    done(&r);
    read_text(&r, f, S("{\"ev\":{\"name\":\"login_x\",\"ok\":false}"));
    assert_false(r.read); /* it is no object */
    done(&r);
    pattern_file_free(f);
}

static void pairs_are_read_to_the_end_and_quotes_hold_blanks_and_equal_signs(void **state)
{
    (void)state;
    struct pattern_file *f =
        file_of(HEAD "body: pairs\npatterns:\n  - {when: {msg: 'refused*'}, outcome: failure}\n");
    struct reading r;

    read_text(&r, f, S("level=info msg=\"refused: \\\"x\\\" user=root\" user=alice"));
    assert_true(r.read);
    assert_field(r, "user", "alice");
    assert_field(r, "msg", "refused: \"x\" user=root");
    done(&r);
    read_text(&r, f, S("level=info msg=refused and more"));
    assert_false(r.read);
    done(&r);
    pattern_file_free(f);
}

static void a_pattern_s_literal_is_what_each_match_holds(void **state)
{
    static const struct {
        const char *regex, *literal;
    } rows[] = {
        {"abc \\[def\\] x+yz", "abc [def] x"},
        {"ab(?:cd)ef", "abcdef"},
        {"(?<n>\\d+) failed(?:ly)? for", " failed"},
        {"colou?r", "colo"},
        {"abc|def", ""},
        {"a{0,3}bcd", "bcd"},
        {"(?i)abc", ""},
        {"(?i:abc) def", " def"},
        {"[abc]]xyz", "]xyz"},
        {"\\x41bcd", ""},
        {"a(?!bcd)ef", "ef"},
        {"\xc3\xa4?bc", "bc"},
        {"abc(*ACCEPT)defgh", ""},
    };
    (void)state;
    char out[64];

    for (size_t i = 0; i < countof(rows); i++) {
        size_t n = pattern_literal(str_from(rows[i].regex), out, sizeof out);
        if (!str_eq((str){out, n}, str_from(rows[i].literal)))
            print_message("%s: '%.*s'\n", rows[i].regex, (int)n, out);
        assert_true(str_eq((str){out, n}, str_from(rows[i].literal)));
    }
}

static void times_are_read_by_a_format(void **state)
{
    static const struct {
        const char *format, *text, *want; /* NULL: it is none */
    } rows[] = {
        {"%d.%m.%y %H-%M-%S", "24.11.26 10-00-01", "2026-11-24T10:00:01Z"},
        {"%b %e, %Y %I:%M %p %z", "Nov  4, 2026 12:05 AM +01:30", "2026-11-03T22:35:00Z"},
        {"%Y%j %T.%f", "2026328 10:00:00.25", "2026-11-24T10:00:00.25Z"},
        {"%s", "1795514400", "2026-11-24T10:00:00Z"},
        {"%Q", "1795514400123", "2026-11-24T10:00:00.123Z"},
        {"%F %T %Z", "2026-11-24 10:00:00 UTC", "2026-11-24T10:00:00Z"},
        {"%F", "2026-02-30", NULL},
        {"%F", "2026-11-24x", NULL},
        {"%Y%j", "2026366", NULL},
        {"%I:%M %p %F", "13:00 PM 2026-11-24", NULL},
    };
    static const struct time_rule rule = {0};
    (void)state;

    for (size_t i = 0; i < countof(rows); i++) {
        struct syslog_time t;
        uint8_t digits;
        int64_t want;
        bool read = time_format_read(str_from(rows[i].format), str_from(rows[i].text), &rule, &t);
        if (read != (rows[i].want != NULL))
            print_message("%s %s\n", rows[i].format, rows[i].text);
        assert_int_equal(read, rows[i].want != NULL);
        if (!read)
            continue;
        assert_true(time_parse_rfc3339(str_from(rows[i].want), &want, &digits));
        assert_int_equal(t.ns, want);
    }
}

static void a_hostile_text_is_given_up_soon(void **state)
{
    (void)state;
    struct pattern_file *f =
        file_of(HEAD "patterns:\n  - pattern: 'a(?:.*a)*(?:.*a)*(?:.*a)*(?:.*a)*b c d'\n");
    static char text[4096];
    struct reading r;

    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 6, "b c dx", 6);
    clock_t before = clock();
    read_text(&r, f, (str){text, sizeof text});
    assert_false(r.read);
    assert_true(clock() - before < 5 * CLOCKS_PER_SEC);
    done(&r);
    pattern_file_free(f);
}

static void the_gate_lets_those_through_whose_literal_is_there(void **state)
{
    (void)state;
    struct pattern_file *files[] = {
        file_of("name: a\nsummary: s\npatterns: [{pattern: 'refused by alpha.*'}]\n"),
        file_of("name: b\nsummary: s\npatterns: [{pattern: '.*beta refused'}]\n"),
        file_of("name: c\nsummary: s\npatterns: [{pattern: '\\d+'}]\n"),
    };
    const struct dialect *items[countof(files)];
    uint64_t bits[PATTERN_GATE_WORDS];

    for (size_t i = 0; i < countof(files); i++) {
        files[i]->dialect.gate = (uint16_t)(i + 1);
        items[i] = &files[i]->dialect;
    }
    struct pattern_gate *g = pattern_gate_new(items, countof(items));
    pattern_gate_scan(g, S("it was refused by alpha"), bits);
    assert_int_equal(bits[0], 1 | 4);
    pattern_gate_scan(g, S("beta refused"), bits);
    assert_int_equal(bits[0], 2 | 4);
    pattern_gate_scan(g, S("be"), bits);
    assert_int_equal(bits[0], 4);
    pattern_gate_free(g);
    for (size_t i = 0; i < countof(files); i++)
        pattern_file_free(files[i]);
}

static void the_files_that_ship_load_when_a_name_of_theirs_is_asked_for(void **state)
{
    (void)state;
    struct err e = {0};
    struct io io;

    io_init(&io);
    struct format_set *set = format_set_load(&io, NULL, 0, &e);
    assert_non_null(set);
    assert_null(format_find(&formats_builtin, S("vaultwarden")));
    assert_non_null(format_find(set, S("vaultwarden")));
    assert_ptr_equal(format_find(set, S("vaultwarden")), format_find(set, S("vaultwarden")));
    assert_null(format_find(set, S("no_such_format")));
    assert_non_null(format_find(set, S("syslog")));
    format_set_free(set);
}

static void the_files_that_ship_are_right_with_their_tests(void **state)
{
    (void)state;
    const char *source = getenv("TOCSIN_SOURCE");
    struct arena *a = arena_new(16 * 1024);
    struct err e = {0};
    uint32_t count;
    struct io io;
    str *files;

    if (!source)
        skip();
    io_init(&io);
    str folder = arena_printf(a, "%s/content/formats", source);
    assert_true(format_files(&io, folder.p, a, &files, &count, &e));
    const char **paths = arena_array(a, count + 1, sizeof *paths);
    for (uint32_t i = 0; i < count; i++)
        paths[i] = files[i].p;
    struct format_set *set = format_set_load(&io, paths, count, &e);
    if (!set)
        print_message("%s:%u: %s\n", e.file, e.line, e.message);
    assert_non_null(set); /* each is right, and no name is there twice */
    format_set_free(set);
    arena_free(a);
}

static struct buf draft_of(struct arena *a, const str *lines, uint32_t count)
{
    const struct draft_options o = {.name = S("My App.2026")};
    struct buf out = buf_make(1 << 20);
    uint32_t patterns;

    pattern_draft(&o, lines, count, a, &out, &patterns);
    return out;
}

static void a_draft_reads_the_lines_it_was_made_from_with_names_for_their_parts(void **state)
{
    static const str lines[] = {
        S("2026-11-24 10:00:00,123 INFO [w-3] Login accepted for alice from 192.0.2.7:50022"),
        S("2026-11-24 10:00:01,123 INFO [w-1] Login accepted for bob from 192.0.2.8:50023"),
        S("2026-11-24 10:00:02,123 WARN [w-3] Login refused for carol from 192.0.2.9:50024"),
        S("2026-11-24 10:00:03,123 WARN [w-2] Login refused for dave from 192.0.2.10:50025"),
        S("2026-11-24 10:00:04,123 WARN [w-2] it's 100% broken {x} path=/a/b size=12 \"a b\""),
    };
    (void)state;
    struct arena *a = arena_new(64 * 1024);
    struct buf draft = draft_of(a, lines, countof(lines));
    struct pattern_file *f = file_of(buf_cstr(&draft));
    struct reading r;

    assert_string_equal(f->dialect.name, "my_app_2026");
    assert_int_equal(f->row_count, 3);
    for (size_t i = 0; i < countof(lines); i++) {
        read_text(&r, f, lines[i]);
        assert_true(r.read);
        assert_true(r.event.has_time);
        done(&r);
    }
    read_text(&r, f,
              S("2026-11-25 11:00:00,000 INFO [w-9] Login refused for x from 198.51.100.1:1"));
    assert_true(r.read);
    assert_field(r, "user", "x");
    assert_field(r, "src_ip", "198.51.100.1");
    assert_field(r, "src_port", "1");
    done(&r);
    read_text(&r, f, S("2026-11-25 11:00:00,000 INFO [w-9] Logout of x from 198.51.100.1:1"));
    assert_false(r.read); /* of that there was no sample */
    done(&r);
    pattern_file_free(f);
    buf_done(&draft);
    arena_free(a);
}

static void a_draft_of_any_bytes_is_a_file_that_loads(void **state)
{
    (void)state;
    char bytes[200];
    struct arena *a = arena_new(64 * 1024);
    uint32_t seed = 1;

    for (int round = 0; round < 200; round++) {
        str lines[3];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1103515245u + 12345u;
            bytes[i] = (char)(' ' + (seed >> 16) % 95);
        }
        for (size_t i = 0; i < countof(lines); i++)
            lines[i] = str_trim((str){bytes + i * 60, 60});
        struct buf draft = draft_of(a, lines, countof(lines));
        struct pattern_file *f = file_of(buf_cstr(&draft));
        for (size_t i = 0; i < countof(lines); i++) {
            struct reading r;
            read_text(&r, f, lines[i]);
            if (!r.read)
                print_message("%.*s\n%s\n", STR_ARG(lines[i]), buf_cstr(&draft));
            assert_true(r.read);
            done(&r);
        }
        pattern_file_free(f);
        buf_done(&draft);
        arena_reset(a);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grok_s_names_are_spread_out_and_fields_have_names_and_types),
        cmocka_unit_test(each_name_of_the_library_compiles),
        cmocka_unit_test(the_names_match_what_they_say_and_no_more),
        cmocka_unit_test(each_mistake_has_a_file_a_line_and_a_column),
        cmocka_unit_test(conditions_choose_among_objects),
        cmocka_unit_test(pairs_are_read_to_the_end_and_quotes_hold_blanks_and_equal_signs),
        cmocka_unit_test(a_pattern_s_literal_is_what_each_match_holds),
        cmocka_unit_test(times_are_read_by_a_format),
        cmocka_unit_test(a_hostile_text_is_given_up_soon),
        cmocka_unit_test(the_gate_lets_those_through_whose_literal_is_there),
        cmocka_unit_test(a_draft_reads_the_lines_it_was_made_from_with_names_for_their_parts),
        cmocka_unit_test(a_draft_of_any_bytes_is_a_file_that_loads),
        cmocka_unit_test(the_files_that_ship_load_when_a_name_of_theirs_is_asked_for),
        cmocka_unit_test(the_files_that_ship_are_right_with_their_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
