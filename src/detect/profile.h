/*
 * profile.h - how often pieces of text stand in the values of each field: what
 * the choice of witnesses goes by. A wrong or missing profile costs time and
 * never a match.
 *
 * For each field name: in how many events it was, how many values it had, how
 * long they were; for its four-byte pieces (grams) of folded values in how many
 * values each stood and how often; and the commonest short values whole.
 * Counts of rare grams are left out: what is not listed is at most as frequent
 * as the rarest that is.
 *
 * The file is JSON lines. The first is {"tocsin_profile": 1, "events": N}; then
 * a line a field, by name:
 *
 *   {"field": "Image", "events": 90, "values": 90, "bytes": 3100, "rare": 7,
 *    "commons": ["-", 12], "grams": ["\\win", 80, 85]}
 *
 * A common value is followed by its count, a gram by its values and occurrences.
 * A gram's bytes are written as the code points U+0000 to U+00FF, for a gram may
 * cut a character apart. `tocsin rule profile FILE...` writes it.
 */
#pragma once

#include "base/freeze.h"
#include "base/io.h"
#include "event/event.h"

enum {
    PROFILE_GRAM = 4,            /* bytes */
    PROFILE_GRAMS_MAX = 1280,    /* kept of one field */
    PROFILE_VALUE_BYTES_MAX = 8, /* of a value that is kept whole */
    PROFILE_VALUES_MAX = 64,     /* kept of one field */
    PROFILE_FIELDS_MAX = 1024,
    PROFILE_ALL_GRAMS_MAX = 8192, /* kept of all fields together */
    PROFILE_VERSION = 1,
    PROFILE_FILE_MAX = 16 << 20, /* bytes */
};

struct profile_gram {
    char bytes[PROFILE_GRAM];
    uint32_t values, occurrences;
};

struct profile_value {
    str text; /* folded */
    uint32_t count;
};

struct profile_field {
    str name;
    uint64_t events, values, bytes;
    const struct profile_gram *grams;    /* occurrences descending, then by bytes */
    const struct profile_value *commons; /* count descending, then by text */
    uint32_t gram_count, common_count;
    uint32_t rare_values; /* a gram that is not listed stood in at most so many values */

    const uint16_t *slots; /* private: places in grams + 1, by hash; 0 is free */
    uint32_t slot_mask;
};

struct profile {
    struct arena *arena;
    uint64_t events;
    struct profile_field *fields; /* by name */
    uint32_t field_count;

    /* Of all fields together, the commonest: a command line may hold what file names do. */
    struct profile_gram *grams; /* without `values` */
    uint32_t gram_count;
    uint64_t bytes;
};

/* Reads a profile; an unknown member of a line is passed over. */
bool profile_load(struct io *io, const char *path, struct profile **ret, struct err *e) MUST_USE;
bool profile_read(str text, struct profile **ret, struct err *e) MUST_USE;    /* the file's text */
void profile_free(struct profile *p);                                         /* NULL is a no-op */
const struct profile_field *profile_field(const struct profile *p, str name); /* NULL: unknown */

/* As bytes (base/freeze.h). profile_thawed() makes it of what thaw() found, and keeps pointers into
 * it. */
extern const struct freeze_type freeze_profile;
struct profile *profile_thawed(const struct profile *thawed) MUST_USE;

/* How likely a folded value of the field holds (or is) the text (folded too), above 0 to 1: by its
 * rarest gram; what is not listed is the less likely the more of it is not. */
double profile_share_contains(const struct profile_field *f, str text);
double profile_share_is(const struct profile_field *f, str text);

/*
 * Making one. Bounded whatever the events are, and the same bytes for the same
 * events in the same order. What stands in few values is left out, and so is
 * every whole value that is not a number or one of a few common words: a
 * profile names nobody.
 */
struct profile_builder;
struct profile_builder *profile_builder_new(void) MUST_USE;
void profile_builder_free(struct profile_builder *b);                        /* NULL is a no-op */
void profile_builder_add(struct profile_builder *b, const struct event *ev); /* settled */
void profile_builder_write(struct profile_builder *b, struct buf *out);
