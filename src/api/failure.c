#include "api/failure.h"

#include <stdarg.h>
#include <stdio.h>

static const enum tocsin_code codes[] = {
    [ERR_NONE] = TOCSIN_OK, [ERR_INPUT] = TOCSIN_INPUT, [ERR_LIMIT] = TOCSIN_LIMIT,
    [ERR_IO] = TOCSIN_IO,   [ERR_BUSY] = TOCSIN_IO,     [ERR_DENIED] = TOCSIN_IO,
};
_Static_assert(sizeof((struct tocsin_error *)0)->file == ERR_FILE_MAX, "a file's name fits");
_Static_assert(sizeof((struct tocsin_error *)0)->message == ERR_MESSAGE_MAX, "a message fits");

/* A larger one is of a later header: what we do not know of it stays as it was. */
static bool is_ours(const struct tocsin_error *why)
{
    return why && why->size >= sizeof *why;
}

bool failure_tell(struct tocsin_error *why, const struct err *e)
{
    if (!is_ours(why))
        return false;
    why->code = codes[e->code];
    why->line = e->line;
    why->column = e->column;
    memcpy(why->file, e->file, sizeof why->file);
    memcpy(why->message, e->message, sizeof why->message);
    return false;
}

bool failure_say(struct tocsin_error *why, enum tocsin_code code, const char *fmt, ...)
{
    va_list ap;

    if (!is_ours(why))
        return false;
    why->code = code;
    why->line = why->column = 0;
    why->file[0] = '\0';
    va_start(ap, fmt);
    vsnprintf(why->message, sizeof why->message, fmt, ap);
    va_end(ap);
    return false;
}
