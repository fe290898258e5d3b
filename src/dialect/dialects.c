#include "dialect/dialects.h"

#define DIALECT(name) extern const struct dialect dialect_##name;
#include "dialect/dialects.def"
#undef DIALECT

static const struct dialect *const items[] = {
#define DIALECT(name) &dialect_##name,
#include "dialect/dialects.def"
#undef DIALECT
};
const struct dialect_set dialects_builtin = {.items = items, .count = countof(items)};
