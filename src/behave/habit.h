/*
 * habit.h - what accounts were seen with: devices, countries, networks; and on which days.
 *
 * A thing is new to an account that was seen on enough earlier days, of the last 64, and never with
 * it. Of an account that is itself new, everything is, and nothing is told.
 */
#pragma once

#include "correlate/key_table.h"

enum { HABIT_ACCOUNTS_MAX = 1 << 16, HABIT_THINGS_MAX = 1 << 18, HABIT_KEEP_DAYS = 90 };

struct habits {
    struct key_table *accounts, *things;
};

struct habit {
    bool is_new;   /* and the account is known */
    uint32_t days; /* earlier ones, on which the account was seen */
    uint32_t held; /* things it was seen with before */
};

void habits_init(struct habits *h);
void habits_done(struct habits *h);

/* Hashes of the account and of the thing, which is remembered; times do not descend. */
struct habit habits_add(struct habits *h, uint64_t account, uint64_t thing, uint32_t days_min,
                        int64_t time_ns);

uint64_t habits_keys(const struct habits *h);
uint64_t habits_displaced(const struct habits *h);
uint64_t habits_bytes(const struct habits *h);
