/* Containers' logs, and the journal's export format: parts joined, texts read by the dialects. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_cri, format_journal_export;

static void parts_of_a_line_are_joined_in_their_stream(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_cri,
                                "2026-11-24T10:00:00.5Z stdout P a \n"
                                "2026-11-24T10:00:00.6Z stderr F x\n"
                                "2026-11-24T10:00:00.7Z stdout F b\n",
                                "message=a b; 2026-11-24T10:00:00.7Z"));
    assert_true(format_text_has(&format_cri, "2026-11-24T10:00:00.5Z stdout P never ended\n",
                                "message=never ended;"));
}

static void what_is_no_such_line_is_told(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_cri, "2026-11-24T10:00:00.5Z stdin F x\n",
                                "!no time, stream and tag in front"));
}

static void an_entry_means_what_its_message_says(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_journal_export,
                                "__REALTIME_TIMESTAMP=1795514400123456\nSYSLOG_IDENTIFIER=sshd\n"
                                "MESSAGE=Failed password for root from 192.0.2.7 port 5 ssh2\n\n",
                                "src_ip=192.0.2.7;"));
}

static void a_binary_field_is_as_long_as_it_says(void **state)
{
    static const char text[] = "__REALTIME_TIMESTAMP=1795514400123456\nMESSAGE\n"
                               "\x04\0\0\0\0\0\0\0a\n\nb\nNEXT=1\n\n__CURSOR=2\nMESSAGE=c\n\n";

    (void)state;
    for (size_t step = 1; step < sizeof text; step += 5) {
        struct buf seen = format_text(&format_journal_export, (str){text, sizeof text - 1}, step);
        assert_non_null(strstr(buf_cstr(&seen), "MESSAGE=a\n\nb;NEXT=1;"));
        assert_non_null(strstr(buf_cstr(&seen), "__CURSOR=2;MESSAGE=c;"));
        buf_done(&seen);
    }
}

static void a_length_beyond_the_end_is_told(void **state)
{
    static const char text[] = "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff"
                               "abc\n\n";
    struct buf seen = format_text(&format_journal_export, (str){text, sizeof text - 1}, 1000);

    (void)state;
    assert_non_null(strstr(buf_cstr(&seen), "!an entry that does not end"));
    buf_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_line_are_joined_in_their_stream),
        cmocka_unit_test(what_is_no_such_line_is_told),
        cmocka_unit_test(an_entry_means_what_its_message_says),
        cmocka_unit_test(a_binary_field_is_as_long_as_it_says),
        cmocka_unit_test(a_length_beyond_the_end_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
