/* raw_option.h - the raw log of a data folder and its sources, for commands that read it. */
#pragma once

#include "cli/ledger_option.h"
#include "rawlog/raw_files.h"
#include "rawlog/raw_reader.h"
#include "rawlog/rawlog.h"

#define RAW_FOLDER "raw"
#define RAW_SOURCE_OPTION                                                                          \
    {                                                                                              \
        "source", '\0', OPTION_REPEATED, "NAME", "only this source", COMPLETE_NONE, NULL           \
    }

struct raw_reading {
    struct io io;
    struct buf folder;
    char *names[RAWLOG_SOURCES_MAX]; /* owned; sorted */
    uint32_t count;
};

/* The sources of the raw log of --data: those of --source, or all. False: *ret_code is set, and why
 * was said. */
bool raw_reading_open(const struct command *c, const struct arguments *a, struct raw_reading *ret,
                      int *ret_code) MUST_USE;
void raw_reading_done(struct raw_reading *r);

/* What a source's log holds, by reading all of it. */
struct raw_survey {
    uint64_t days, files, disk_bytes;
    int64_t oldest_ns, newest_ns; /* received; of no meaning without records */
    struct raw_reader_counts counts;
};

bool raw_survey(struct raw_reading *r, uint32_t source, struct raw_survey *ret,
                struct err *e) MUST_USE;
