/* audit_kind.h - what records of the audit log mean. Private to dialect/audit_*.c. */
#pragma once

#include "dialect/audit_book.h"

/* All types that there are. */
const struct audit_type *audit_types(size_t *ret_count);
/* What a system call of that name does; NULL: nothing that is told apart. */
const struct kind *audit_action_kind(str call);
/* Of a record of no known type. */
extern const struct kind kind_audit;
