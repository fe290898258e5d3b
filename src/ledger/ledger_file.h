/*
 * ledger_file.h - the files of a ledger that is a file: who may write, and where a
 * damaged one goes.
 */
#pragma once

#include "ledger/driver.h"

/* Takes PATH.lock, which is made and stays, for as long as the descriptor is open. -1: ERR_BUSY
 * when another process has it. */
int ledger_file_lock(struct io *io, const char *path, struct err *e) MUST_USE;

/* Makes the database's file, 0600, when it is not there, and takes others' rights away when it is.
 * A symbolic link is refused. */
bool ledger_file_secure(struct io *io, const char *path, struct err *e) MUST_USE;

/* Renames PATH and PATH-wal to PATH.damaged-TIME and that with -wal, and removes PATH-shm. A name
 * that is there already is not used again. */
bool ledger_file_set_aside(struct io *io, const char *path, int64_t now_ns,
                           char ret_name[LEDGER_ASIDE_NAME_MAX], struct err *e) MUST_USE;
