/*
 * audit_event.h - the event that the records of one time and serial number make.
 *
 * Fields keep the kernel's and the programs' names. Of those that come several times:
 *   type       an array of the types of the records
 *   a PATH's   arrays: name, nametype, inode ... of each
 *   others     further values of an array, where they differ
 * Within a record the first of a name counts, but for addr, terminal and res, which end it: what a
 * program lets others write in the middle cannot come before, nor behind. Values in hexadecimal are
 * text. The arguments of EXECVE are a0, a1 ..., whose namesakes of SYSCALL, which are addresses
 * then, become syscall.a0 ...; they make up CommandLine, as rules for process_creation want it,
 * with Image and CurrentDirectory. ARCH, SYSCALL, saddr_fam, laddr, lport, path are filled in as
 * auditd's log_format = ENRICHED writes them. TargetFilename is of a file that was made.
 */
#pragma once

#include "base/arena.h"
#include "event/event.h"
#include "dialect/audit_record.h"

struct audit_builder; /* for one thread */
struct audit_builder *audit_builder_new(void) MUST_USE;
void audit_builder_free(struct audit_builder *b); /* NULL is a no-op */
const struct audit_book *audit_builder_book(const struct audit_builder *b);

/* Adds fields behind those that ev has, its time, kind and log sources. */
void audit_build(struct audit_builder *b, const struct audit_record *records, uint32_t count,
                 struct event *ev, struct arena *a);
