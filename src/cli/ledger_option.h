/* ledger_option.h - the option that names a data folder, for commands that read its ledger. */
#pragma once

#include "cli/opt.h"
#include "base/buf.h"
#include "ledger/ledger.h"

#define LEDGER_FILE "ledger.db"
#define DATA_OPTION                                                                                \
    {                                                                                              \
        "data", 'd', OPTION_VALUE, "FOLDER", "the data folder of 'tocsin serve'", COMPLETE_FOLDER, \
            NULL                                                                                   \
    }

/* What an opened ledger borrows. */
struct ledger_reading {
    struct io io;
    struct clock clock;
    struct buf path;
    struct ledger *ledger;
};

/* Opens the ledger of --data for reading. False: *ret_code is set, and why was said. */
bool ledger_reading_open(const struct command *c, const struct arguments *a,
                         struct ledger_reading *ret, int *ret_code) MUST_USE;
void ledger_reading_done(struct ledger_reading *r);

/* --output: true when it is `other`, false when it is absent or `usual`. What is neither is said:
 * *ret_code becomes EXIT_USAGE. */
bool ledger_output_is(const struct command *c, const struct arguments *a, const char *usual,
                      const char *other, int *ret_code);
