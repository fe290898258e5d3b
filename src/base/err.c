#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

PRINTF_LIKE(3, 0)
static void set(struct err *e, enum err_code code, const char *fmt, va_list ap)
{
    assert(e->code == ERR_NONE); /* the first reason is the true one */
    assert(code != ERR_NONE);
    vsnprintf(e->message, sizeof e->message, fmt, ap);
    e->code = code;
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(e, code, fmt, ap);
    va_end(ap);
    return false;
}

bool err_set_at(struct err *e, uint32_t line, uint32_t column, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(e, ERR_INPUT, fmt, ap);
    va_end(ap);
    e->line = line;
    e->column = column;
    return false;
}

bool err_wrap(struct err *e, const char *fmt, ...)
{
    char context[sizeof e->message], reason[sizeof e->message];

    assert(e->code != ERR_NONE);
    memcpy(reason, e->message, sizeof reason);

    va_list ap;
    va_start(ap, fmt);
    vsnprintf(context, sizeof context, fmt, ap);
    va_end(ap);

    /* A chain too long for the buffer loses its tail, never its head. */
    if (snprintf(e->message, sizeof e->message, "%s: %s", context, reason) < 0)
        e->message[0] = '\0';
    return false;
}

bool err_in_file(struct err *e, str file)
{
    assert(e->code != ERR_NONE);
    if (e->file[0] == '\0')
        snprintf(e->file, sizeof e->file, STR_FMT, STR_ARG(file));
    return false;
}

void err_format(const struct err *e, char *out, size_t size)
{
    int n = 0;

    assert(size > 0);
    if (e->file[0] && e->line)
        n = snprintf(out, size, "%s:%u:%u: %s", e->file, e->line, e->column, e->message);
    else if (e->file[0])
        n = snprintf(out, size, "%s: %s", e->file, e->message);
    else if (e->line)
        n = snprintf(out, size, "line %u, column %u: %s", e->line, e->column, e->message);
    else
        n = snprintf(out, size, "%s", e->message);
    if (n < 0)
        out[0] = '\0';
}
