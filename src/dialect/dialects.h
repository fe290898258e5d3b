/* dialects.h - the dialects that are built in: rows of dialects.def, a file of this folder each. */
#pragma once

#include "message/dialect.h"

extern const struct dialect_set dialects_builtin;
