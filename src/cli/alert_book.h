/*
 * alert_book.h - the alerts of a ledger in memory, for the commands that look at many of them at
 * once; and how a command decides something of one.
 */
#pragma once

#include "cli/ledger_option.h"
#include "cli/page.h"
#include "serve/alert_store.h"
#include "triage/alert_group.h"

enum { ALERT_BOOK_MAX = 1 << 17 }; /* the newest; others are told of */

struct alert_book {
    struct arena *arena;
    struct alert **alerts;       /* in their order (alert_order()) */
    struct alert_event **events; /* of each, as alerts were read */
    uint32_t count, capacity, unreadable;
    bool left_out;
    int64_t now_ns;
};

/* All that `q` names. False: said. */
bool alert_book_read(struct alert_book *b, struct ledger *l, const struct clock *clock,
                     const struct ledger_alert_query *q) MUST_USE;
void alert_book_done(struct alert_book *b);
struct alert_namer alert_book_namer(const struct alert_book *b, uint32_t i);

/* A query for all. */
struct ledger_alert_query alert_query_all(void);
/* The alert whose id, or former id, begins with the operand. False: said, *ret_code is set. */
bool alert_book_find(struct alert_book *b, struct ledger *l, const struct clock *clock,
                     const char *operand, const struct alert **ret, int *ret_code) MUST_USE;

/* Options that all commands which decide have. */
/* clang-format off */
#define DECIDE_SOCKET_OPTION \
    {"socket", 's', OPTION_VALUE, "PATH", \
     "the control socket of a running serve; control.sock of the folder when not given", \
     COMPLETE_FILE, NULL}
/* clang-format on */

/*
 * Runs "VERB\tID\tREST" of alert_store.h for each operand: by the serve that runs on the data
 * folder, or by itself when none does. The exit code; what fails is said.
 */
int alert_decide_each(const struct command *c, const struct arguments *a, const char *verb,
                      str rest);
/* An option's text with blanks in the place of tabs and newlines; empty when it is not given. */
str alert_option_text(const struct command *c, const struct arguments *a, const char *name,
                      struct arena *arena);

enum page_style alert_style(enum severity s);
