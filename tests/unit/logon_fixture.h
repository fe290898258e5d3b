/* logon_fixture.h - a behaviour fed with logons. */
#pragma once

#include "behave_fixture.h"

enum { LOGON_FLOOD = 1000000, LOGON_BYTES_MAX = 256 << 20 };

/* Addresses that begin with 10. are inside. `user` may be "". */
static inline void logon(struct behave_fixture *f, int64_t time_ns, const char *source,
                         const char *user, enum outcome outcome)
{
    behave_between(f, source, "");
    behave_set(f, COLUMN_user_name, user);
    f->o.user = str_from(user);
    f->o.host = S("web1");
    f->columns.activity = ACTIVITY_logon;
    f->columns.outcome = outcome;
    behave_feed(f, time_ns);
}

static inline void failed(struct behave_fixture *f, int64_t time_ns, const char *source,
                          const char *user)
{
    logon(f, time_ns, source, user, OUTCOME_FAILURE);
}

/* `count` failures, one a step: as the same account, or with `%u` in it as another each time. */
static inline void failures(struct behave_fixture *f, uint32_t count, int64_t start_ns,
                            int64_t step_ns, const char *source, const char *user)
{
    char name[64];

    for (uint32_t i = 0; i < count; i++) {
        const char *number = strstr(user, "%u");
        if (number)
            snprintf(name, sizeof name, "%.*s%u", (int)(number - user), user, i);
        failed(f, start_ns + (int64_t)i * step_ns, source, number ? name : user);
    }
}

/* A million sources that fail once each, as an account each, and one that does `one` every fiftieth
 * of the way. */
static inline void flood(struct behave_fixture *f, int64_t step_ns,
                         void (*one)(struct behave_fixture *f, int64_t time_ns, uint32_t i))
{
    char source[32], user[32];

    for (uint32_t i = 0; i < LOGON_FLOOD; i++) {
        snprintf(source, sizeof source, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        snprintf(user, sizeof user, "u%u", i);
        failed(f, START + i * step_ns, source, user);
        if (i % (LOGON_FLOOD / 50) == 0)
            one(f, START + i * step_ns, i / (LOGON_FLOOD / 50));
    }
    assert_true(behave_stats(f).bytes < LOGON_BYTES_MAX);
}
