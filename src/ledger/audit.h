/*
 * audit.h - who did what, when, in a chain that shows when it was changed.
 *
 * Each row holds the SHA-256 of the row before it and of its own fields (their
 * lengths and bytes), so that a row cannot be changed, taken out or put in without
 * all later hashes being wrong. The last hash, kept elsewhere (printed, mailed, in a
 * log), proves that the end was not cut off.
 */
#pragma once

#include "ledger/ledger.h"

struct audit_row {
    uint64_t number; /* from 1 */
    int64_t time_ns;
    str actor;   /* "uid 1000 (alice)", "tocsin" */
    str action;  /* a word: "start", "reload", "retention" */
    str subject; /* what it was done to: a source, a file */
    str detail;  /* more of it, for programs mostly: a hash, a JSON object; may be empty */
    str hash;    /* 64 lower-case hex digits; set by the ledger */
};

/* Appends; time, number and hash are the ledger's. */
bool audit_add(struct ledger *l, str actor, str action, str subject, str detail,
               struct err *e) MUST_USE;

struct audit_result {
    uint64_t rows;
    bool whole;            /* every hash is right, and the anchor was found */
    uint64_t first_broken; /* number of the first wrong row; 0: none */
    bool anchor_found;     /* among the rows before the first wrong one; false without anchor */
    char last_hash[65];    /* hex; empty when there is no row */
};
/* `anchor` (may be empty): a hash that some row must have. */
bool audit_verify(struct ledger *l, str anchor, struct audit_result *ret, struct err *e) MUST_USE;
/* In their order, from a number on. `each` answers false to stop. */
bool audit_rows(struct ledger *l, uint64_t from, void *ctx,
                bool (*each)(void *ctx, const struct audit_row *row), struct err *e) MUST_USE;
