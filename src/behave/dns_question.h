/* dns_question.h - a look-up as behaviours see it: who asked for which name, and what came of it.
 */
#pragma once

#include "behave/observation.h"
#include "behave/registered_domain.h"

struct dns_question {
    str client; /* the source; where that is not told, the machine that the record is of */
    uint32_t client_roles;
    str name;
    struct registered_domain of; /* who the name belongs to */
    uint32_t time_s;
    bool told_missing; /* the answer was that there is no such name */
    bool is_blob;      /* of a type that carries what one likes: TXT, NULL */
};

/* The columns that dns_question_read() asks for, as a behaviour's table lists them. */
#define DNS_QUESTION_COLUMNS                                                                       \
    COLUMN_dns_question, COLUMN_dns_type, COLUMN_dns_code, COLUMN_dns_answer, COLUMN_event_reason

/* False: there is no name that somebody registered (one's own network's are none), nobody who
 * asked, or no time in range. */
bool dns_question_read(const struct observation *o, struct dns_question *ret) MUST_USE;
