/*
 * setting.h - a map of a configuration file, read by a table of what it may hold.
 *
 * Each part of the program that is configured has a table of rows; the reader
 * checks names, kinds and limits, and says file, line and column of what is wrong.
 * The documentation's tables and `tocsin config check` are made from the same rows.
 */
#pragma once

#include "text/yaml.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_NUMBER,   /* min..max */
    SETTING_SIZE,     /* bytes: 65536, 64K, 10M, 2G; min..max */
    SETTING_DURATION, /* nanoseconds: 250ms, 5s, 10m, 1h, 7d; min..max */
    SETTING_FLAG,     /* true or false */
    SETTING_LIST,     /* of texts; a single text is a list of one */
    SETTING_WORD,     /* one of `words` */
    SETTING_MAP,      /* another table's affair: the node is kept */
    SETTING_MAPS,     /* a list of such */
};

enum { SETTINGS_MAX = 48, SETTING_LIST_MAX = 1024 };

struct setting {
    const char *name;
    enum setting_kind kind;
    const char *fallback; /* as it would be written; NULL: absent when it is not given */
    const char *help;     /* what it does, one line, no full stop */
    const char *words;    /* SETTING_WORD: space separated */
    uint64_t min, max;    /* of a number, size or duration; both 0: no limit */
    bool required;
};

struct setting_value {
    bool given;      /* in the file; false: the fallback, or absent */
    bool present;    /* given or by a fallback */
    str text;        /* SETTING_TEXT, SETTING_WORD */
    uint64_t number; /* SETTING_NUMBER, SIZE, DURATION, FLAG (0 or 1) */
    const str *list; /* SETTING_LIST */
    uint32_t list_count;
    const struct yaml_node *node; /* where it stands; NULL when it was not given */
};

/* The values of one map; everything lives in the arena that it was read with. */
struct settings {
    const struct setting *table;
    uint32_t count;
    struct setting_value values[SETTINGS_MAX]; /* in the order of the table */
};

/* Reads `map`, which must be a map: unknown names, wrong kinds, values out of their limits and
 * missing required names are errors with line and column. At most SETTINGS_MAX rows. */
bool settings_read(const struct yaml_node *map, const struct setting *table, uint32_t count,
                   struct arena *a, struct settings *ret, struct err *e) MUST_USE;

/* The value of a row that is in the table (asserted). */
const struct setting_value *setting(const struct settings *s, const char *name);
str setting_text(const struct settings *s, const char *name);        /* .p is NULL when absent */
uint64_t setting_number(const struct settings *s, const char *name); /* 0 when absent */
bool setting_flag(const struct settings *s, const char *name);

/* Do both say the same? Of one table; nodes that are kept count as different when either is given.
 */
bool settings_equal(const struct settings *a, const struct settings *b);

/* "64K" and "250ms" as SETTING_SIZE and SETTING_DURATION read them. */
bool setting_parse_size(str s, uint64_t *ret) MUST_USE;
bool setting_parse_duration(str s, uint64_t *ret_ns) MUST_USE;
