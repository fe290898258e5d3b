/* finding_field.h - the fields that a user asked for by name, and a finding in words. */
#pragma once

#include "base/buf.h"
#include "engine/finding.h"

/* The place of the first value of `name` in the finding's event: by its native name, or as rules
 * call it in one of the event's log sources. field_count when it is absent. */
uint32_t finding_field(const struct finding *f, str name);

/* Its values, with "; " between them. */
void finding_field_text(struct buf *out, const struct finding *f, str name);
/* "field=value; field=value", raw bytes: escape it for where it goes. */
void finding_matched_text(struct buf *out, const struct finding *f);
void finding_entities_text(struct buf *out, const struct finding *f); /* "ip=10.0.0.1; ..." */
/* The ATT&CK techniques of the rule's tags, with `between` between them; each once. */
void rule_techniques_text(struct buf *out, const struct sigma_rule *rule, const char *between);
