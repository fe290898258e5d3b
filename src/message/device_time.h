/*
 * device_time.h - the times of devices' records, of parts that stand in fields of their own.
 * Private to message/.
 */
#pragma once

#include "message/dialect.h"

/* Digits alone: seconds, or thousandths, millionths, nanoseconds since 1970 by how many there are.
 * False when it is no such number; else it is the record's time. */
bool device_time_epoch(struct message *m, str digits);
/* "2026-11-24" and "10:00:00", perhaps with a zone: "+0100", "+01:00", "UTC"; in quotes or not.
 * The record's time; false when it is none. */
bool device_time_parts(struct message *m, str date, str time, str zone);
/* A time in words or digits, as time_text.h reads it, perhaps with "GMT+02:00" behind it. */
bool device_time_text(struct message *m, str text);
/* By a pattern of java.text.SimpleDateFormat: "MMM dd yyyy HH:mm:ss.SSS z". */
bool device_time_pattern(struct message *m, str text, str pattern);
