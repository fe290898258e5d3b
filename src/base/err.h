/*
 * err.h - why something failed, and where in the user's input.
 *
 * Functions that can fail return bool (or a pointer) and take a struct err *
 * as their last argument. They fill it once, at the place that knows why;
 * callers add context with err_wrap() and pass false up. Nobody below cli/
 * and server/ prints or logs it.
 */
#pragma once

#include "base/str.h"

enum err_code { ERR_NONE, ERR_INPUT, ERR_LIMIT, ERR_IO, ERR_BUSY, ERR_DENIED };

enum { ERR_FILE_MAX = 512, ERR_MESSAGE_MAX = 480 };

struct err {
    enum err_code code;
    uint32_t line, column;   /* 1-based position in the user's file; 0 when it has none */
    char file[ERR_FILE_MAX]; /* the user's file; empty when it has none */
    char message[ERR_MESSAGE_MAX];
};

/* Always returns false, so that a check reads: return err_set(e, ERR_INPUT, "..."); */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool err_set_at(struct err *e, uint32_t line, uint32_t column, const char *fmt, ...)
    PRINTF_LIKE(4, 5); /* ERR_INPUT at a place */
bool err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Names the user's file once; a file that is already named stays. Returns false. */
bool err_in_file(struct err *e, str file);

/* "file:line:column: message", as far as they are known, into out (truncated to fit). */
void err_format(const struct err *e, char *out, size_t size);
