/*
 * logon_attempt.h - what a record says of an attempt to log on, each attempt once.
 *
 * A program often tells one attempt in several records: sshd's own line, that of the PAM module,
 * "invalid user" before both. They come from one process. So of each (source, host, process) the
 * records are counted by what they call it (event.action), and a record is a new attempt only if
 * its count exceeds that of all others. Three passwords on one connection are three attempts, and
 * two ways of telling each are still three. Records without a process number are attempts each.
 */
#pragma once

#include "behave/observation.h"

/* LOGON_TRIED: an account was named, and how it ended is told elsewhere or never. */
enum logon_attempt { LOGON_NONE, LOGON_FAILED, LOGON_SUCCEEDED, LOGON_TRIED };

struct logon_attempts;

struct logon_attempts *logon_attempts_new(void) MUST_USE;
void logon_attempts_free(struct logon_attempts *a); /* NULL is a no-op */

/* Failures are counted as above; LOGON_NONE is also what was told before. */
enum logon_attempt logon_attempt_of(struct logon_attempts *a, const struct observation *o);

uint64_t logon_attempts_bytes(const struct logon_attempts *a);

/* For the tables of behaviours that look at attempts. */
#define LOGON_ACTIVITIES ACTIVITY_logon, ACTIVITY_authenticate, ACTIVITY_ticket, ACTIVITY_flow_close
#define LOGON_COLUMNS COLUMN_event_action, COLUMN_event_code, COLUMN_process_pid
