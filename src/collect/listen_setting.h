/*
 * listen_setting.h - the setting `listen` of sources that have an address.
 */
#pragma once

#include "text/setting.h"

/* A row for a type's own table of settings. */
/* clang-format off */
#define LISTEN_SETTING(fallback) \
    {"listen", SETTING_TEXT, fallback, "address and port", NULL, 0, 0, false}
/* clang-format on */

/* For source_type.check: is it an address? */
bool listen_setting_check(const struct settings *s, struct err *e);
/* A bound socket of that type (SOCK_STREAM ones listen); -1 with *e set. */
int listen_setting_open(const struct settings *s, int type, struct err *e);
