/*
 * rule_digest.h - what the findings of each rule have in common, in memory that
 * is bounded by the number of rules: a few hosts, a few values of the fields
 * that matched, and where the first was. Counts and times are the summary's.
 */
#pragma once

#include "engine/finding.h"

enum {
    DIGEST_HOSTS_MAX = 4,
    DIGEST_FIELDS_MAX = 4,
    DIGEST_VALUES_MAX = 3,
    DIGEST_VALUE_BYTES = 512, /* kept of a value; it is cut to a line anyway */
};

struct digest_field {
    str name, values[DIGEST_VALUES_MAX];
    uint32_t value_count;
    bool more; /* other values were seen */
};

struct rule_digest {
    const struct sigma_rule *rule;
    str hosts[DIGEST_HOSTS_MAX];
    uint32_t host_count;
    bool more_hosts, more_fields;
    struct digest_field fields[DIGEST_FIELDS_MAX];
    uint32_t field_count;
    str file; /* of the first finding */
    uint64_t record;
};

struct digest_book;

struct digest_book *digest_book_new(void) MUST_USE;
void digest_book_free(struct digest_book *b); /* NULL is a no-op */
void digest_book_add(struct digest_book *b, const struct finding *f);
/* What is kept of that rule; NULL when none of its findings was added. */
const struct rule_digest *digest_book_find(const struct digest_book *b,
                                           const struct sigma_rule *rule);
