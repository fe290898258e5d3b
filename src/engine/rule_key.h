/*
 * rule_key.h - what cached rules stand for: the program, the options, and of each
 * file that loading would read its path, device, inode, size and times. Contents
 * are not read: that would cost what the cache is to save.
 *
 * Files are taken for unchanged when all of that is the same. To be sure of it,
 * nothing is cached of which a file was changed less than RULE_KEY_AGE_S before
 * the key was begun: a second change in the same tick of the file system's clock
 * would not show. Nor is anything about which there is doubt otherwise: what
 * cannot be looked at, too many or too deep folders.
 */
#pragma once

#include "base/hash.h"
#include "base/io.h"

enum { RULE_KEY_AGE_S = 2 };

struct rule_key {
    struct sha256 *options, *all;
    struct io *io;
    int64_t oldest_ns; /* what was changed after it is too young */
    bool doubt;        /* nothing is to be cached, and nothing cached is to be used */
    uint32_t entries;  /* looked at below the path at hand */
    /* after rule_key_finish */
    uint8_t name[SHA256_BYTES];  /* of the program's and the folders' inodes and the options */
    uint8_t value[SHA256_BYTES]; /* of the program, the options and all files */
};

/* The program itself is the first thing that a key is about: /proc/self/exe. */
void rule_key_init(struct rule_key *k, struct io *io, int64_t now_ns);
void rule_key_done(struct rule_key *k);
void rule_key_text(struct rule_key *k, str text);         /* an option, a version, a name */
void rule_key_path(struct rule_key *k, const char *path); /* a file, or a folder of rules */
void rule_key_finish(struct rule_key *k);
