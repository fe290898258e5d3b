/* one_logon.h - for tests of dialects: how a line says that it ended, from where, and whose. */
#pragma once

#include "one_line.h"

#include <stdio.h>

struct one_logon {
    const char *line;
    uint8_t outcome;         /* enum outcome */
    const char *from, *user; /* source.ip and user.name; "" where there is none */
};

static inline void one_logon_check(const char *format, const struct one_logon *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct one_line one = one_line_read(format, str_from(rows[i].line));
        const bool right = one.event && one.columns.outcome == rows[i].outcome &&
                           one_line_column(&one, COLUMN_source_ip, rows[i].from) &&
                           one_line_column(&one, COLUMN_user_name, rows[i].user);
        if (!right)
            fprintf(stderr, "%s\n", rows[i].line);
        assert_true(right);
        one_line_done(&one);
    }
}
