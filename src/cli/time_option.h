/* time_option.h - options that take a time, as --from and --to do. */
#pragma once

#include "cli/command.h"

/* A whole day stands for its first, or its last, moment. */
enum time_option_day { TIME_FIRST, TIME_LAST };

/* "2026-05-04T10:00:00Z" or "2026-05-04"; *ret stays as it is when the option is not given. */
bool time_option(const struct command *c, const struct arguments *a, const char *name,
                 enum time_option_day day, int64_t *ret, struct err *e) MUST_USE;
