/* The outputs of a scan: what each says of the same run, and that hostile bytes go through none. */
#include "report_fixture.h"

#include "base/hash.h"
#include "cli/html_data.h"
#include "cli/page.h"
#include "cli/report_asset.h"
#include "text/escape.h"

#include <fcntl.h>

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr(text, part))                                                                   \
            fail_msg("not found: %s\nin: %s", part, text);                                         \
    } while (0)

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void every_output_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_true(report_count > 0);
    for (size_t i = 0; i < report_count; i++)
        assert_ptr_equal(report_find(str_from(reports[i]->name)), reports[i]);
    assert_null(report_find(S("xml")));
}

/* A full disk is an error with a reason, in each output, and not a crash. */
static void every_output_tells_that_it_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    struct finding finding = encoded_finding(f, 0);

    f->context.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(f->context.fd >= 0);
    for (size_t i = 0; i < report_count; i++) {
        struct err e = {0};
        void *r = reports[i]->open(&f->context);
        assert_true(reports[i]->finding(r, &finding, &e));
        assert_false(reports[i]->finish(r, NULL, &f->summary, &e));
        assert_int_equal(e.code, ERR_IO);
        assert_string_equal(e.message, "cannot write the report: No space left on device");
        reports[i]->close(r);
    }
    close(f->context.fd);
}

static void every_output_works_without_findings(void **state)
{
    for (size_t i = 0; i < report_count; i++) {
        struct fixture *f = fixture_new();
        f->summary = (struct summary){0};
        free(report_text(f, reports[i]->name, NULL, 0, NULL));
        fixture_free(f);
    }
    (void)state;
}

/* ---- jsonl ---- */

static void a_finding_is_one_line_of_json(void **state)
{
    struct finding finding = encoded_finding(*state, 90);
    char *text = report_text(*state, "jsonl", &finding, 1, NULL);

    assert_string_equal(
        text,
        "{\"rule_id\":\"8c5b7a7e-1f6d-4d1c-9a51-000000000001\","
        "\"rule\":\"Encoded PowerShell Command\",\"level\":\"high\",\"status\":\"stable\","
        "\"time\":\"2026-05-04T10:01:30.120Z\",\"file\":\"evidence/Sysmon.evtx\",\"record\":42,"
        "\"host\":\"WS01\",\"user\":\"alice\",\"tags\":[\"attack.execution\",\"attack.t1059.001\","
        "\"attack.stealth\",\"attack.t1027\",\"car.2013-05-009\"],"
        "\"techniques\":[\"T1059.001\",\"T1027\"],\"entities\":[{\"type\":\"host\","
        "\"value\":\"WS01\"},{\"type\":\"ip\",\"value\":\"10.0.0.9\"}],"
        "\"matched\":{\"Image\":[\"C:\\\\Windows\\\\powershell.exe\"],"
        "\"CommandLine\":[\"powershell -enc SQBFAFgA\",\"second\"]},\"format\":\"evtx\","
        "\"logsource\":{\"product\":\"windows\",\"category\":\"process_creation\","
        "\"service\":null},\"rule_file\":\"rules/"
        "encoded.yml\",\"time_guess\":[\"year\",\"zone\"]}\n");
    free(text);
}

static void what_is_absent_is_null_in_json(void **state)
{
    struct finding finding = cleared_finding(*state);
    char *text = report_text(*state, "jsonl", &finding, 1, NULL);

    assert_has(text, "\"time\":null");
    assert_has(text, "\"user\":null");
    assert_has(text, "\"status\":null");
    assert_has(text, "\"format\":null");
    free(text);
}

static void a_rule_without_id_is_known_by_its_hash(void **state)
{
    struct finding finding = cleared_finding(*state);
    char *text = report_text(*state, "jsonl", &finding, 1, NULL);

    assert_has(text, "\"rule_id\":\"0123456789abcdef\"");
    free(text);
}

static void only_a_recovered_record_says_so(void **state)
{
    struct fixture *f = *state;
    struct finding both[] = {encoded_finding(f, 0), cleared_finding(f)};
    char *text = report_text(f, "jsonl", both, 2, NULL);

    assert_int_equal(count_of(str_from(text), "\"recovered\":true"), 1);
    assert_int_equal(count_of(str_from(text), "\"recovered\""), 1);
    free(text);
}

static void only_a_time_that_was_filled_in_says_so(void **state)
{
    struct fixture *f = *state;
    struct finding both[] = {encoded_finding(f, 0), cleared_finding(f)};
    char *text = report_text(f, "jsonl", both, 2, NULL);

    assert_int_equal(count_of(str_from(text), "\"time_guess\":[\"year\",\"zone\"]"), 1);
    assert_int_equal(count_of(str_from(text), "\"time_guess\""), 1);
    free(text);
}

static void fields_asked_for_are_shown_and_empty_when_absent(void **state)
{
    static const str fields[] = {S("EventID"), S("Nothing")};
    struct fixture *f = *state;
    struct finding finding = encoded_finding(f, 0);

    f->context.fields = fields;
    f->context.field_count = countof(fields);
    char *text = report_text(f, "jsonl", &finding, 1, NULL);
    assert_has(text, "\"fields\":{\"EventID\":[\"1\"],\"Nothing\":[]}}\n");
    free(text);
}

static void hostile_bytes_leave_each_line_json(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {encoded_finding(f, 0), hostile_finding(f), cleared_finding(f)};
    char *text = report_text(f, "jsonl", all, countof(all), NULL);
    str rest = str_from(text);

    for (size_t i = 0; i < countof(all); i++) {
        str line = str_cut(&rest, '\n');
        assert_true(is_json(line));
        for (size_t k = 0; k < line.n; k++)
            assert_true((uint8_t)line.p[k] >= 0x20 && line.p[k] != 0x7F);
    }
    assert_int_equal(rest.n, 0);
    free(text);
}

/* ---- json ---- */

static void json_is_one_object_with_findings_or_without(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {encoded_finding(f, 0), hostile_finding(f), cleared_finding(f)};

    for (uint32_t count = 0; count <= countof(all); count++) {
        assert_int_equal(ftruncate(fileno(f->out), 0), 0);
        lseek(fileno(f->out), 0, SEEK_SET);
        char *text = report_text(f, "json", all, count, NULL);
        assert_true(is_json(str_from(text)));
        assert_int_equal(count_of(str_from(text), "\"rule_file\""), count);
        free(text);
    }
}

static void json_names_the_run(void **state)
{
    char *text = report_text(*state, "json", NULL, 0, NULL);

    assert_true(str_starts(str_from(text),
                           S("{\"tool\":\"tocsin\",\"version\":\"0.1.0\","
                             "\"generated\":\"2026-05-05T10:00:00Z\",\"paths\":[\"evidence\"],"
                             "\"ruleset\":{\"hash\":\"5d41402abc4b2a76")));
    assert_has(text, "\"refused\":[{\"file\":\"rules/broken.yml\",\"line\":7,\"column\":3,"
                     "\"title\":\"Broken\",\"kind\":\"invalid\","
                     "\"reason\":\"unknown modifier 'contans'\"}]");
    free(text);
}

static void json_has_problems_and_the_summary(void **state)
{
    char *text = report_text(*state, "json", NULL, 0, NULL);

    assert_has(text, "\"kind\":\"truncated\",\"record\":null,\"offset\":512,\"length\":0,"
                     "\"text\":\"cut off\"}");
    assert_has(text, "\"events\":12345,\"findings\":3,\"first\":\"2026-05-04T10:00:00Z\"");
    assert_has(text, "{\"id\":\"T1059.001\",\"name\":\"Command and Scripting Interpreter: "
                     "PowerShell\",\"findings\":3,\"level\":\"high\"");
    assert_has(text, "{\"user\":\"alice\",\"source\":\"10.0.0.9\",\"host\":\"WS01\","
                     "\"type\":\"network (3)\",\"success\":false,\"count\":40");
    assert_has(text, "\"kind\":\"records\",\"record_before\":100,\"record_after\":143");
    free(text);
}

/* ---- csv ---- */

/* Cells of each row, by RFC 4180; fails on a cell that a spreadsheet would compute. */
static uint32_t count_cells(str text, uint32_t *ret_rows)
{
    uint32_t cells = 0;
    size_t i = 0;

    *ret_rows = 0;
    while (i < text.n) {
        assert_int_equal(text.p[i], '"');
        assert_null(memchr("=+-@\t\r\n", text.p[i + 1], 7));
        for (i++; text.p[i] != '"' || text.p[i + 1] == '"'; i++)
            i += text.p[i] == '"';
        cells++;
        i++;
        if (text.p[i] == ',') {
            i++;
            continue;
        }
        assert_memory_equal(text.p + i, "\r\n", 2);
        i += 2;
        ++*ret_rows;
    }
    return cells;
}

static void csv_has_a_header_and_a_row_a_finding(void **state)
{
    struct finding finding = encoded_finding(*state, 90);
    char *text = report_text(*state, "csv", &finding, 1, NULL);

    assert_string_equal(
        text,
        "\"time\",\"level\",\"rule\",\"rule_id\",\"host\",\"user\",\"file\",\"record\","
        "\"techniques\",\"matched\",\"entities\",\"tags\",\"status\",\"format\",\"product\","
        "\"category\",\"service\",\"rule_file\",\"recovered\"\r\n"
        "\"2026-05-04T10:01:30.120Z\",\"high\",\"Encoded PowerShell Command\","
        "\"8c5b7a7e-1f6d-4d1c-9a51-000000000001\",\"WS01\",\"alice\",\"evidence/Sysmon.evtx\","
        "\"42\",\"T1059.001 T1027\",\"Image=C:\\Windows\\powershell.exe; CommandLine=powershell "
        "-enc SQBFAFgA; CommandLine=second\",\"host=WS01; ip=10.0.0.9\",\"attack.execution "
        "attack.t1059.001 attack.stealth attack.t1027 car.2013-05-009\",\"stable\",\"evtx\","
        "\"windows\",\"process_creation\",\"\",\"rules/encoded.yml\",\"no\"\r\n");
    free(text);
}

static void csv_adds_a_column_for_each_field_asked_for(void **state)
{
    static const str fields[] = {S("EventID"), S("=Bad")};
    struct fixture *f = *state;
    struct finding finding = encoded_finding(f, 0);
    uint32_t rows;

    f->context.fields = fields;
    f->context.field_count = countof(fields);
    char *text = report_text(f, "csv", &finding, 1, NULL);
    assert_has(text, "\"recovered\",\"EventID\",\"'=Bad\"\r\n");
    assert_has(text, "\"no\",\"1\",\"\"\r\n");
    assert_int_equal(count_cells(str_from(text), &rows), 2 * 21);
    free(text);
}

static void hostile_bytes_are_no_formula_and_break_no_row(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {hostile_finding(f), encoded_finding(f, 0), cleared_finding(f)};
    uint32_t rows;

    add_field(f, event_with(f, 0, 0), S("x"), S("y"));
    all[1].user = S("=cmd|' /C calc'!A0");
    all[1].host = S("\0@SUM(1)");
    size_t n;
    char *text = report_text(f, "csv", all, countof(all), &n);
    assert_int_equal(count_cells((str){text, n}, &rows), 4 * 19);
    assert_int_equal(rows, 4);
    assert_null(memchr(text, '\x1b', n));
    assert_null(memchr(text, '\0', n));
    assert_true(utf8_valid((str){text, n}));
    assert_has(text, "\"'=cmd|' /C calc'!A0\"");
    assert_has(text, "\"'@SUM(1)\"");
    free(text);
}

/* ---- timeline ---- */

static void a_timeline_is_in_order_of_time_with_a_heading_a_day(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {encoded_finding(f, 86400), encoded_finding(f, 20), cleared_finding(f),
                            encoded_finding(f, 5)};

    for (size_t i = 0; i < countof(all); i++)
        all[i].matched_count = all[i].matched_count > 0;
    f->summary.findings = 4;
    char *text = report_text(f, "timeline", all, countof(all), NULL);
    assert_string_equal(
        text,
        "4 findings in 12,345 events; times are UTC\n"
        "\n2026-05-04 Monday\n"
        "10:00:05.120     high           WS01              Encoded PowerShell Command  user=alice; "
        "Image=C:\\Windows\\powershell.exe  evidence/Sysmon.evtx:42\n"
        "10:00:20.120     high           WS01              Encoded PowerShell Command  user=alice; "
        "Image=C:\\Windows\\powershell.exe  evidence/Sysmon.evtx:42\n"
        "\n2026-05-05 Tuesday\n"
        "10:00:00.120     high           WS01              Encoded PowerShell Command  user=alice; "
        "Image=C:\\Windows\\powershell.exe  evidence/Sysmon.evtx:42\n"
        "\nwithout time\n"
        "-                critical       WS01              Log Cleared    "
        "evidence/Security.evtx:7\n");
    free(text);
}

static void findings_of_one_time_keep_the_order_of_the_input(void **state)
{
    struct fixture *f = *state;
    struct finding all[64];

    for (uint32_t i = 0; i < countof(all); i++) {
        all[i] = encoded_finding(f, 0);
        all[i].record = i;
    }
    char *text = report_text(f, "timeline", all, countof(all), NULL);
    const char *at = text;
    for (uint32_t i = 0; i < countof(all); i++) {
        char place[32];
        snprintf(place, sizeof place, "Sysmon.evtx:%u\n", i);
        const char *next = strstr(at, place);
        assert_non_null(next);
        at = next;
    }
    free(text);
}

static void a_timeline_tells_when_it_was_limited(void **state)
{
    struct fixture *f = *state;
    struct finding finding = encoded_finding(f, 0);
    char *text = report_text(f, "timeline", &finding, 1, NULL);

    assert_has(text, "3 findings in 12,345 events, the first 1 shown; times are UTC\n");
    free(text);
}

/* ---- table ---- */

/* Only what a page may hold: text, line ends, and on a terminal colours (SGR). */
static void assert_page_is_clean(str text, bool terminal)
{
    assert_true(utf8_valid(text));
    while (text.n) {
        uint32_t c = utf8_next(&text);
        if (c == '\x1b' && terminal) {
            assert_int_equal(utf8_next(&text), '[');
            do {
                c = utf8_next(&text);
                assert_true((c >= '0' && c <= '9') || c == ';' || c == 'm');
            } while (c != 'm');
        } else if (c != '\n') {
            assert_false(escape_is_unsafe(c));
        }
    }
}

static void hostile_bytes_reach_no_terminal(void **state)
{
    static const char *const names[] = {"table", "timeline"};

    for (uint32_t terminal = 0; terminal < 2; terminal++) {
        for (size_t i = 0; i < countof(names); i++) {
            struct fixture *f = fixture_new();
            struct finding all[] = {hostile_finding(f), encoded_finding(f, 0)};
            f->rows[2].rule = &f->rule[2];
            f->rows[1].key = S(HOSTILE);
            f->context.terminal = terminal;
            f->context.columns = 80;
            size_t n;
            char *text = report_text(f, names[i], all, countof(all), &n);
            assert_page_is_clean((str){text, n}, terminal);
            free(text);
            fixture_free(f);
        }
    }
    (void)state;
}

/* Columns of a line as shown, without its colours. */
static size_t shown_width(str line)
{
    struct buf plain CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\x1b')
            i = (size_t)((const char *)memchr(line.p + i, 'm', line.n - i) - line.p);
        else
            buf_char(&plain, line.p[i]);
    }
    return terminal_width(buf_str(&plain));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    static const uint32_t widths[] = {PAGE_COLUMNS_MIN, 80, 132};

    for (size_t i = 0; i < countof(widths); i++) {
        struct fixture *f = fixture_new();
        struct finding all[] = {hostile_finding(f), encoded_finding(f, 0), cleared_finding(f)};
        f->rows[3].rule = &f->rule[2];
        f->context.terminal = true;
        f->context.columns = widths[i];
        char *text = report_text(f, "table", all, countof(all), NULL);
        str rest = str_from(text);
        while (rest.n) {
            str line = str_cut(&rest, '\n');
            if (shown_width(line) > widths[i])
                fail_msg("wider than %u: " STR_FMT, widths[i], STR_ARG(line));
        }
        free(text);
        fixture_free(f);
    }
    (void)state;
}

static void a_table_tells_what_happened(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {encoded_finding(f, 90), cleared_finding(f), encoded_finding(f, 5)};

    f->summary.logon_count = 2;
    char *text = report_text(f, "table", all, countof(all), NULL);
    char *problems = strstr(text, "\nProblems in the evidence\n");
    assert_non_null(problems);
    *problems = '\0'; /* what follows holds the hostile path, and is tested above */
    assert_string_equal(
        text,
        "12,345 events, 2026-05-04 10:00:00 to 15:00:00 UTC (5 h 0 min)\n"
        "3 findings by 2 rules:  1 critical  2 high\n"
        "  1 problem in the evidence, see below\n"
        "  1 event has no time that could be read\n"
        "\n"
        "Findings  times are UTC\n"
        "critical           1  Log Cleared\n"
        "    WS01  2026-05-04 10:00:00 to 11:00:00\n"
        "    at        evidence/Security.evtx:7\n"
        "high               2  Encoded PowerShell Command\n"
        "    WS01  2026-05-04 10:00:00 to 11:00:00  T1059.001 T1027\n"
        "    Image        C:\\Windows\\powershell.exe\n"
        "    CommandLine  powershell -enc SQBFAFgA\n"
        "                 second\n"
        "    first at     evidence/Sysmon.evtx:42\n"
        "\n"
        "ATT&CK techniques\n"
        "        3  high          T1059.001  Command and Scripting Interpreter: PowerShell\n"
        "\n"
        "Hosts\n"
        "        3  critical      WS01                              2026-05-04 10:00:00 to "
        "11:00:00\n"
        "\n"
        "Findings by time  a column is 1 h 0 min\n"
        "  \u2588\u00b7\u00b7\u2584\n"
        "  2026-05-04 10:00 to 2026-05-04 13:00\n"
        "  busiest: 2026-05-04T10h with 2\n"
        "\n"
        "Logons\n"
        "  failed  worked  user                 from                 on                   how\n"
        "      40       2  alice                10.0.0.9             WS01                 network "
        "(3)\n"
        "\n"
        "Gaps in logs  records that were removed, lost, or never written\n"
        "  42 records missing, 101 to 142, 2026-05-04 10:00:00 to 11:00:00\n"
        "    Security of WS01 in evidence/Security.evtx\n"
        "  nothing for 7 h 0 min, 2026-05-04 10:00:00 to 17:00:00\n"
        "    evidence/auth.log\n");
    free(text);
}

static void a_table_says_when_nothing_was_found(void **state)
{
    struct fixture *f = *state;

    f->summary = (struct summary){.events = 1};
    char *text = report_text(f, "table", NULL, 0, NULL);
    assert_true(str_starts(str_from(text), S("1 event\nNo rule matched.\n")));
    free(text);
}

/* ---- html ---- */

/* What stands in the element that begins with `open`. */
static str element(const char *page, const char *open, const char *end)
{
    const char *from = strstr(page, open);
    assert_non_null(from);
    from += strlen(open);
    const char *to = strstr(from, end);
    assert_non_null(to);
    return (str){from, (size_t)(to - from)};
}

static void the_page_holds_the_run_as_json(void **state)
{
    struct fixture *f = *state;
    struct finding all[] = {encoded_finding(f, 0), hostile_finding(f), cleared_finding(f)};
    char *page = report_text(f, "html", all, countof(all), NULL);
    str run = element(page, "id=\"data-run\">", "</script>");
    str findings = element(page, "id=\"data-findings\">", "</script>");
    str events = element(page, "id=\"data-events\">", "</script>");

    assert_true(is_json(run));
    assert_true(is_json(findings));
    assert_int_equal(count_of(findings, "\n"), 2); /* three rows */
    for (size_t i = 0; i < countof(all); i++)
        assert_true(is_json(str_cut(&events, '\n')));
    assert_int_equal(events.n, 0);
    free(page);
}

static void findings_of_one_event_share_its_text(void **state)
{
    struct fixture *f = *state;
    struct finding both[] = {encoded_finding(f, 0), encoded_finding(f, 0)};

    both[1].event = both[0].event;
    both[1].rule = &f->rule[1];
    char *page = report_text(f, "html", both, countof(both), NULL);
    assert_int_equal(count_of(element(page, "id=\"data-events\">", "</script>"), "\n"), 1);
    free(page);
}

static void hostile_bytes_add_no_element_to_the_page(void **state)
{
    struct fixture *clean = fixture_new(), *f = *state;
    struct finding plain = encoded_finding(clean, 0), hostile = hostile_finding(f);
    str path = S("dir" HOSTILE);

    f->context.paths = &path;
    size_t n, n_clean;
    char *page = report_text(f, "html", &hostile, 1, &n);
    char *other = report_text(clean, "html", &plain, 1, &n_clean);
    assert_int_equal(count_of((str){page, n}, "</script"),
                     count_of((str){other, n_clean}, "</script"));
    assert_int_equal(count_of((str){page, n}, "<!--"), 0);
    assert_true(utf8_valid((str){page, n}));
    assert_null(memchr(page, '\x1b', n));
    str title = element(page, "<title>", "</title>");
    assert_null(memchr(title.p, '<', title.n));
    free(page);
    free(other);
    fixture_free(clean);
}

static void the_page_may_run_its_own_script_and_no_other(void **state)
{
    struct buf hash CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    char *page = report_text(*state, "html", NULL, 0, NULL);
    str policy = element(page, "Content-Security-Policy\"\n  content=\"", "\">");

    assert_non_null(str_find(policy, S("default-src 'none'")));
    assert_null(str_find(policy, S("unsafe")));
    html_source_hash(&hash, element(page, "</script>\n<script>", "</script>"));
    assert_non_null(str_find(policy, buf_str(&hash)));
    buf_clear(&hash);
    html_source_hash(&hash, element(page, "<style>", "</style>"));
    assert_non_null(str_find(policy, buf_str(&hash)));
    free(page);
}

static void a_source_hash_is_base64_of_sha256(void **state)
{
    struct buf hash CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    html_source_hash(&hash, S(""));
    assert_string_equal(buf_cstr(&hash), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

/* Data reaches the page as text: these would read it as markup, code or an address to fetch. */
static void the_script_makes_no_markup_from_data(void **state)
{
    static const char *const banned[] = {"innerHTML",
                                         "outerHTML",
                                         "insertAdjacentHTML",
                                         "document.write",
                                         "eval(",
                                         "new Function",
                                         "fetch(",
                                         "XMLHttpRequest",
                                         "WebSocket",
                                         "import(",
                                         "</"};

    (void)state;
    for (size_t i = 0; i < countof(banned); i++)
        assert_int_equal(count_of(report_asset_js, banned[i]), 0);
    assert_int_equal(count_of(report_asset_css, "url("), 0);
    assert_int_equal(count_of(report_asset_css, "@import"), 0);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_output_has_a_name_of_its_own),
        with_fixture(every_output_tells_that_it_cannot_be_written),
        cmocka_unit_test(every_output_works_without_findings),
        with_fixture(a_finding_is_one_line_of_json),
        with_fixture(what_is_absent_is_null_in_json),
        with_fixture(a_rule_without_id_is_known_by_its_hash),
        with_fixture(only_a_recovered_record_says_so),
        with_fixture(only_a_time_that_was_filled_in_says_so),
        with_fixture(fields_asked_for_are_shown_and_empty_when_absent),
        with_fixture(hostile_bytes_leave_each_line_json),
        with_fixture(json_is_one_object_with_findings_or_without),
        with_fixture(json_names_the_run),
        with_fixture(json_has_problems_and_the_summary),
        with_fixture(csv_has_a_header_and_a_row_a_finding),
        with_fixture(csv_adds_a_column_for_each_field_asked_for),
        with_fixture(hostile_bytes_are_no_formula_and_break_no_row),
        with_fixture(a_timeline_is_in_order_of_time_with_a_heading_a_day),
        with_fixture(findings_of_one_time_keep_the_order_of_the_input),
        with_fixture(a_timeline_tells_when_it_was_limited),
        cmocka_unit_test(hostile_bytes_reach_no_terminal),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        with_fixture(a_table_tells_what_happened),
        with_fixture(a_table_says_when_nothing_was_found),
        with_fixture(the_page_holds_the_run_as_json),
        with_fixture(findings_of_one_event_share_its_text),
        with_fixture(hostile_bytes_add_no_element_to_the_page),
        with_fixture(the_page_may_run_its_own_script_and_no_other),
        cmocka_unit_test(a_source_hash_is_base64_of_sha256),
        cmocka_unit_test(the_script_makes_no_markup_from_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
