/*
 * redact.h - takes the values of named fields out of records before they are kept
 * anywhere: in the raw log, in findings, in samples of `tocsin status`.
 *
 * A name matches wherever it stands as a word before a value: a key of a JSON object at
 * any depth ("password": ..., "user.ssn": ...), name=value, name="value" and
 * name: value in text. ASCII case does not count. An object or array goes as a whole.
 * What is put there is REDACTED.
 */
#pragma once

#include "base/buf.h"

enum { REDACT_NAMES_MAX = 256 };
#define REDACTED "[redacted]"

struct redactor;

/* Copies the names; at most REDACT_NAMES_MAX. */
struct redactor *redactor_new(const str *names, uint32_t count) MUST_USE;
void redactor_free(struct redactor *r); /* NULL is a no-op */

/* Writes the record without those values to out. Returns how many were taken out; 0: nothing was
 * written, the record stands as it is. */
uint32_t redactor_apply(const struct redactor *r, str record, struct buf *out);
