/* failure.h - why a call of the library failed, as the caller's struct tocsin_error says it. */
#pragma once

#include "base/err.h"
#include "tocsin.h"

/* Each returns false. `why` may be NULL, or of a size that is not ours: then it is left alone. */
bool failure_tell(struct tocsin_error *why, const struct err *e);
bool failure_say(struct tocsin_error *why, enum tocsin_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
