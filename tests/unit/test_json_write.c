/* The JSON writer: structure and commas, numbers, and strings from hostile bytes. */
#include "text/json_write.h"
#include "text/utf8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define assert_string_written(in, want)                                                            \
    do {                                                                                           \
        struct buf out_ = buf_make(BUF_MAX_OUTPUT);                                                \
        struct json_writer w_ = json_writer_make(&out_, 0);                                        \
        json_str(&w_, S(in));                                                                      \
        assert_string_equal(buf_cstr(&out_), want);                                                \
        buf_done(&out_);                                                                           \
    } while (0)

static void write_sample(struct json_writer *w)
{
    json_object(w);
    json_field_str(w, S("name"), S("tocsin"));
    json_key(w, S("tags"));
    json_array(w);
    json_u64(w, 1);
    json_null(w);
    json_bool(w, false);
    json_array_end(w);
    json_key(w, S("empty"));
    json_object(w);
    json_object_end(w);
    json_key(w, S("raw"));
    json_raw(w, S("[1,2]"));
    json_field_u64(w, S("n"), UINT64_MAX);
    json_object_end(w);
}

static void puts_commas_and_colons(void **state)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);

    (void)state;
    write_sample(&w);
    assert_string_equal(buf_cstr(&out), "{\"name\":\"tocsin\",\"tags\":[1,null,false],\"empty\":{},"
                                        "\"raw\":[1,2],\"n\":18446744073709551615}");
    assert_int_equal(w.depth, 0);
    buf_done(&out);
}

static void indents_when_asked(void **state)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 2);

    (void)state;
    write_sample(&w);
    assert_string_equal(buf_cstr(&out),
                        "{\n  \"name\": \"tocsin\",\n  \"tags\": [\n    1,\n    null,\n    false\n"
                        "  ],\n  \"empty\": {},\n  \"raw\": [1,2],\n"
                        "  \"n\": 18446744073709551615\n}");
    buf_done(&out);
}

static void writes_on_after_its_buffer_was_emptied(void **state)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);

    (void)state;
    json_array(&w);
    json_u64(&w, 1);
    buf_clear(&out);
    json_u64(&w, 2);
    json_array_end(&w);
    assert_string_equal(buf_cstr(&out), ",2]");
    buf_done(&out);
}

static void numbers_read_back_as_they_were(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},  {1e21, "1e+21"},   {-2.5, "-2.5"}, {1.0 / 3, "0.33333333333333331"},
                 {NAN, "null"}, {INFINITY, "null"}};
    struct buf out = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        struct json_writer w = json_writer_make(&out, 0);
        buf_clear(&out);
        json_double(&w, cases[i].value);
        assert_string_equal(buf_cstr(&out), cases[i].text);
    }
    buf_clear(&out);
    struct json_writer w = json_writer_make(&out, 0);
    json_i64(&w, INT64_MIN);
    assert_string_equal(buf_cstr(&out), "-9223372036854775808");
    buf_done(&out);
}

static void escapes_quotes_and_controls(void **state)
{
    (void)state;
    assert_string_written("C:\\x \"y\" /z", "\"C:\\\\x \\\"y\\\" /z\"");
    assert_string_written("\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"");
    assert_string_written("\x1b[31m\0\x7f", "\"\\u001b[31m\\u0000\\u007f\"");
    assert_string_written("\xc2\x9b", "\"\\u009b\"");
    assert_string_written("", "\"\"");
}

static void escapes_line_separators_and_bidirectional_controls(void **state)
{
    (void)state;
    assert_string_written("\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"");
    assert_string_written("\xe2\x80\xae", "\"\\u202e\"");
    assert_string_written("\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""); /* U+E0041, a pair */
}

static void replaces_bytes_that_are_not_text(void **state)
{
    (void)state;
    assert_string_written("a\xff\xed\xa0\x80z",
                          "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
    assert_string_written("\xf0\x9f\x94\x94", "\"\xf0\x9f\x94\x94\"");
}

static void cannot_leave_an_html_script(void **state)
{
    (void)state;
    assert_string_written("</script><script>", "\"<\\/script><script>\"");
    assert_string_written("<!--<script>", "\"\\u003c!--<script>\"");
    assert_string_written("a<b <", "\"a<b <\"");
    assert_string_written("<\\/", "\"<\\\\/\"");
}

/* Strings are written by words of 8 bytes, and in pieces of some thousand. */
static void a_special_byte_is_escaped_wherever_it_stands(void **state)
{
    static const struct {
        str in, out;
    } specials[] = {
        {S("\""), S("\\\"")},           {S("\\"), S("\\\\")},           {S("</"), S("<\\/")},
        {S("<!"), S("\\u003c!")},       {S("\x1f"), S("\\u001f")},      {S("\x7f"), S("\\u007f")},
        {S("\xc3\xa9"), S("\xc3\xa9")}, {S("\xff"), S("\xef\xbf\xbd")},
    };
    static const size_t places[] = {0, 1, 6, 7, 8, 9, 15, 16, 4087, 4094, 4095, 4096, 8191, 8192};
    struct buf in = buf_make(BUF_MAX_OUTPUT), out = buf_make(BUF_MAX_OUTPUT);
    struct buf want = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    for (size_t k = 0; k < countof(specials); k++)
        for (size_t i = 0; i < countof(places); i++)
            for (size_t behind = 0; behind < 10; behind++) {
                struct json_writer w = json_writer_make(&out, 0);
                buf_clear(&in), buf_clear(&out), buf_clear(&want);
                buf_char(&want, '"');
                for (size_t n = 0; n < places[i]; n++)
                    buf_char(&in, 'a'), buf_char(&want, 'a');
                buf_add(&in, specials[k].in);
                buf_add(&want, specials[k].out);
                for (size_t n = 0; n < behind; n++)
                    buf_char(&in, ';'), buf_char(&want, ';');
                buf_char(&want, '"');
                json_str(&w, buf_str(&in));
                assert_true(str_eq(buf_str(&out), buf_str(&want)));
            }
    buf_done(&in);
    buf_done(&out);
    buf_done(&want);
}

static void keys_are_escaped_too(void **state)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);

    (void)state;
    json_object(&w);
    json_field_str(&w, S("</\"\n"), S("v"));
    json_object_end(&w);
    assert_string_equal(buf_cstr(&out), "{\"<\\/\\\"\\n\":\"v\"}");
    buf_done(&out);
}

static void every_two_bytes_become_valid_text_without_controls(void **state)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    for (uint32_t pair = 0; pair <= UINT16_MAX; pair++) {
        char bytes[2] = {(char)(pair >> 8), (char)(pair & 0xFF)};
        struct json_writer w = json_writer_make(&out, 0);
        buf_clear(&out);
        json_str(&w, (str){bytes, 2});
        assert_true(utf8_valid(buf_str(&out)));
        for (size_t i = 0; i < out.n; i++)
            assert_true((uint8_t)out.p[i] >= 0x20);
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_commas_and_colons),
        cmocka_unit_test(indents_when_asked),
        cmocka_unit_test(writes_on_after_its_buffer_was_emptied),
        cmocka_unit_test(numbers_read_back_as_they_were),
        cmocka_unit_test(escapes_quotes_and_controls),
        cmocka_unit_test(escapes_line_separators_and_bidirectional_controls),
        cmocka_unit_test(replaces_bytes_that_are_not_text),
        cmocka_unit_test(cannot_leave_an_html_script),
        cmocka_unit_test(a_special_byte_is_escaped_wherever_it_stands),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(every_two_bytes_become_valid_text_without_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
