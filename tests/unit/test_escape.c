/* Escapes: the same hostile bytes into each kind of output, and what must not come through. */
#include "text/escape.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define assert_escapes(escape, in, want)                                                           \
    do {                                                                                           \
        struct buf out_ = buf_make(BUF_MAX_OUTPUT);                                                \
        escape(&out_, S(in));                                                                      \
        assert_string_equal(buf_cstr(&out_), want);                                                \
        buf_done(&out_);                                                                           \
    } while (0)

#define assert_cut(in, columns, want)                                                              \
    do {                                                                                           \
        struct buf out_ = buf_make(BUF_MAX_OUTPUT);                                                \
        escape_terminal_cut(&out_, S(in), columns);                                                \
        assert_string_equal(buf_cstr(&out_), want);                                                \
        buf_done(&out_);                                                                           \
    } while (0)

static void a_terminal_sees_plain_text_as_it_is(void **state)
{
    (void)state;
    assert_escapes(escape_terminal, "C:\\Users\\J\xc3\xbcrgen \xe6\x97\xa5", /* a backslash stays */
                   "C:\\Users\\J\xc3\xbcrgen \xe6\x97\xa5");
}

static void a_terminal_gets_no_control_sequence(void **state)
{
    (void)state;
    assert_escapes(escape_terminal, "\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07");
    assert_escapes(escape_terminal, "a\r\nb\tc\x7f", "a\\r\\nb\\tc\\x7f");
    assert_escapes(escape_terminal, "nul\0!", "nul\\x00!");
}

static void a_terminal_gets_no_c1_control_in_either_encoding(void **state)
{
    (void)state;
    assert_escapes(escape_terminal,
                   "\x9b"
                   "31m",
                   "\\x9b31m");
    assert_escapes(escape_terminal,
                   "\xc2\x9b"
                   "31m",
                   "\\u009b31m");
}

static void a_terminal_shows_bidirectional_controls(void **state)
{
    (void)state;
    assert_escapes(escape_terminal,
                   "invoice\xe2\x80\xae"
                   "fdp.exe",
                   "invoice\\u202efdp.exe");
    assert_escapes(escape_terminal, "\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069");
    assert_escapes(escape_terminal, "\xf3\xa0\x81\x81", "\\U000e0041"); /* a tag character */
}

static void a_terminal_shows_bytes_that_are_not_text(void **state)
{
    (void)state;
    assert_escapes(escape_terminal, "\xff\xfe", "\\xff\\xfe");
    assert_escapes(escape_terminal, "\xed\xa0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
    assert_escapes(escape_terminal, "\xc0\xaf", "\\xc0\\xaf");          /* overlong */
    assert_escapes(escape_terminal, "\xef\xbf\xbd", "\xef\xbf\xbd");    /* a real U+FFFD */
}

static void width_counts_what_is_shown(void **state)
{
    (void)state;
    assert_int_equal(terminal_width(S("")), 0);
    assert_int_equal(terminal_width(S("abc")), 3);
    assert_int_equal(terminal_width(S("\x1b[m")), 6);
    assert_int_equal(terminal_width(S("\xe6\x97\xa5\xe6\x9c\xac")), 4); /* two wide characters */
    assert_int_equal(terminal_width(S("e\xcc\x81")), 1);                /* a combining accent */
}

static void text_that_fits_is_not_cut(void **state)
{
    (void)state;
    assert_cut("powershell", 10, "powershell");
    assert_cut("", 0, "");
}

static void text_that_does_not_fit_ends_in_three_dots(void **state)
{
    (void)state;
    assert_cut("powershell.exe", 10, "powersh...");
    assert_cut("powershell.exe", 2, "..");
    assert_cut("powershell.exe", 0, "");
}

static void a_cut_never_splits_a_character_or_an_escape(void **state)
{
    (void)state;
    assert_cut("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, "\xe6\x97\xa5...");
    assert_cut("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, "...");
    assert_cut("ab\x1b[31mxyz", 8, "ab...");
}

#define assert_middle(in, columns, head, want)                                                     \
    do {                                                                                           \
        struct buf out_ = buf_make(BUF_MAX_OUTPUT);                                                \
        escape_terminal_middle(&out_, S(in), columns, head);                                       \
        assert_string_equal(buf_cstr(&out_), want);                                                \
        buf_done(&out_);                                                                           \
    } while (0)

static void a_cut_in_the_middle_keeps_both_ends(void **state)
{
    (void)state;
    assert_middle("evidence/host/Security.evtx", 20, 4, "evid...Security.evtx");
    assert_middle("evidence/host/Security.evtx", 27, 4, "evidence/host/Security.evtx");
    assert_middle("short", 9, 0, "short");
    assert_middle("abcdefghijkl", 6, 0, "...jkl");
}

static void a_cut_in_the_middle_splits_no_character_and_no_escape(void **state)
{
    (void)state;
    assert_middle("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"
                  "abcdefgh",
                  10, 3, "\xe6\x97\xa5...efgh");
    assert_middle("ab\x1b"
                  "cdefghij\x1b"
                  "k",
                  11, 3, "ab...\\x1bk");
}

static void html_cannot_open_a_tag_or_leave_an_attribute(void **state)
{
    (void)state;
    assert_escapes(escape_html, "<img src=x onerror='a()'>\"&",
                   "&lt;img src=x onerror=&#39;a()&#39;&gt;&quot;&amp;");
    assert_escapes(escape_html, "</script><!--", "&lt;/script&gt;&lt;!--");
}

static void html_replaces_what_cannot_be_shown(void **state)
{
    (void)state;
    assert_escapes(escape_html, "a\x1b\0\xff\xe2\x80\xae",
                   "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                   "\xef\xbf\xbd");
}

static void a_csv_cell_is_quoted_and_its_quotes_doubled(void **state)
{
    (void)state;
    assert_escapes(escape_csv, "", "\"\"");
    assert_escapes(escape_csv, "say \"hi\",\r\nbye", "\"say \"\"hi\"\",\r\nbye\"");
}

static void a_csv_cell_is_never_a_formula(void **state)
{
    (void)state;
    assert_escapes(escape_csv, "=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    assert_escapes(escape_csv, "+1", "\"'+1\"");
    assert_escapes(escape_csv, "-1", "\"'-1\"");
    assert_escapes(escape_csv, "@SUM(1)", "\"'@SUM(1)\"");
    assert_escapes(escape_csv, "\t=1", "\"'\t=1\"");
    assert_escapes(escape_csv, "\r=1", "\"'\r=1\"");
    assert_escapes(escape_csv,
                   "\xef\xbc\x9d"
                   "1",
                   "\"'\xef\xbc\x9d"
                   "1\""); /* full-width */
    assert_escapes(escape_csv, "a=1", "\"a=1\"");
}

static void a_nul_does_not_hide_a_formula_in_csv(void **state)
{
    (void)state;
    assert_escapes(escape_csv, "\0\0=1\0", "\"'=1\"");
}

static void a_csv_cell_holds_no_control_bytes_but_layout(void **state)
{
    (void)state;
    assert_escapes(escape_csv, "a\x1b[1m\xff", "\"a\xef\xbf\xbd[1m\xef\xbf\xbd\"");
    assert_escapes(escape_csv, "a\tb", "\"a\tb\"");
}

static void a_header_cannot_be_split(void **state)
{
    (void)state;
    assert_escapes(escape_header, "hello\r\nBcc: all@x", "hello  Bcc: all@x");
    assert_escapes(escape_header,
                   "a\0b\xc2\x85"
                   "c\xff",
                   "a b c\xef\xbf\xbd");
}

/* Every pair of bytes, so that no lead and continuation byte is forgotten. */
static void every_output_is_valid_text_for_every_two_bytes(void **state)
{
    static void (*const escapes[])(struct buf *, str) = {escape_terminal, escape_html, escape_csv,
                                                         escape_header};
    struct buf out = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    for (size_t k = 0; k < countof(escapes); k++) {
        for (uint32_t pair = 0; pair <= UINT16_MAX; pair++) {
            char bytes[2] = {(char)(pair >> 8), (char)(pair & 0xFF)};
            buf_clear(&out);
            escapes[k](&out, (str){bytes, 2});
            assert_true(utf8_valid(buf_str(&out)));
            assert_null(memchr(out.p, '\x1b', out.n));
        }
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_sees_plain_text_as_it_is),
        cmocka_unit_test(a_terminal_gets_no_control_sequence),
        cmocka_unit_test(a_terminal_gets_no_c1_control_in_either_encoding),
        cmocka_unit_test(a_terminal_shows_bidirectional_controls),
        cmocka_unit_test(a_terminal_shows_bytes_that_are_not_text),
        cmocka_unit_test(width_counts_what_is_shown),
        cmocka_unit_test(text_that_fits_is_not_cut),
        cmocka_unit_test(text_that_does_not_fit_ends_in_three_dots),
        cmocka_unit_test(a_cut_never_splits_a_character_or_an_escape),
        cmocka_unit_test(a_cut_in_the_middle_keeps_both_ends),
        cmocka_unit_test(a_cut_in_the_middle_splits_no_character_and_no_escape),
        cmocka_unit_test(html_cannot_open_a_tag_or_leave_an_attribute),
        cmocka_unit_test(html_replaces_what_cannot_be_shown),
        cmocka_unit_test(a_csv_cell_is_quoted_and_its_quotes_doubled),
        cmocka_unit_test(a_csv_cell_is_never_a_formula),
        cmocka_unit_test(a_nul_does_not_hide_a_formula_in_csv),
        cmocka_unit_test(a_csv_cell_holds_no_control_bytes_but_layout),
        cmocka_unit_test(a_header_cannot_be_split),
        cmocka_unit_test(every_output_is_valid_text_for_every_two_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
