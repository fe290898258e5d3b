/*
 * io_power.h - what a power cut would take: every change that no fsync has made
 * durable, with what it needs to be undone. For tests of durable files only:
 * io_plan_fault() makes one, the functions of io.h tell it what they do.
 *
 * The model is the strict one of POSIX: the bytes and size of a file are durable
 * after fsync or fdatasync of the file, its name after fsync of its folder. Cutting
 * the power undoes the rest, the newest first, and ends the process.
 */
#pragma once

#include "base/base.h"

#include <sys/types.h>

enum { POWER_EXIT = 137 };

struct power;

struct power *power_new(void) MUST_USE;
void power_free(struct power *p); /* NULL is a no-op; nothing is undone */
NO_RETURN void power_cut(struct power *p);

int power_open(struct power *p, int dir, const char *path, int flags, mode_t mode);
uint64_t power_place(int fd); /* where the next write() goes */
void power_before_write(struct power *p, int fd, uint64_t offset, size_t n);
void power_before_truncate(struct power *p, int fd, uint64_t size);
void power_before_rename(struct power *p, int dir, const char *from, const char *to);
void power_before_unlink(struct power *p, int dir, const char *path);
void power_made(struct power *p, int dir, const char *path, bool folder);
void power_keep(struct power *p, int fd); /* a file's bytes, or a folder's names, are durable */
