/*
 * evtx_cache.h - compiled template definitions, kept from chunk to chunk.
 *
 * Each chunk of a file brings its own copy of the definitions that its records
 * use, with other offsets in it. A cached program is used only when the copy
 * says the same: all bytes equal but for offsets of names, and those lead to
 * equal names. The GUID alone does not tell (other versions share it).
 */
#pragma once

#include "formats/evtx_program.h"

enum {
    EVTX_CACHE_PROGRAMS_MAX = 4096,
    EVTX_CACHE_BYTES_MAX = 16 * 1024 * 1024,
    EVTX_CACHE_CHAIN_MAX = 8, /* versions of one definition that are looked at */
};

struct evtx_cache;

struct evtx_cache *evtx_cache_new(void) MUST_USE;
void evtx_cache_free(struct evtx_cache *c); /* NULL is a no-op */

/* Starts anew when it is full. Programs that were given out are then gone. */
void evtx_cache_trim(struct evtx_cache *c);

/* The program for the definition whose body is n bytes at `body` of the view; NULL when there is
 * none. guid is the definition's. */
struct evtx_program *evtx_cache_find(struct evtx_cache *c, const struct evtx_view *view,
                                     size_t body, size_t n, const uint8_t guid[16],
                                     enum evtx_place place);

/* Zeroed memory that lasts as long as the programs; NULL when the cache is full. */
void *evtx_cache_room(struct evtx_cache *c, size_t n);

/* Keeps a copy of a program that was just compiled. */
struct evtx_program *evtx_cache_add(struct evtx_cache *c, const struct evtx_program *compiled,
                                    const uint8_t guid[16]);
