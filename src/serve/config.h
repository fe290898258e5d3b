/*
 * config.h - tocsin.yml, read and checked. `serve` starts from it, SIGHUP reads it
 * again, and `tocsin config check` does nothing else.
 */
#pragma once

#include "base/io.h"
#include "collect/source_type.h"
#include "event/logsource.h"
#include "text/zone.h"

#include <stdatomic.h>

enum { CONFIG_BYTES_MAX = 4 * 1024 * 1024, CONFIG_SOURCES_MAX = 512, SOURCE_SHARE_DEFAULT = 16 };

struct config_source {
    str name;
    const struct source_type *type;
    struct settings settings;    /* what every source has, and then the type's own */
    const struct format *format; /* NULL: by content */
    enum trust trust;            /* at most */
    struct zone *zone;           /* owned: of times that name none; NULL: UTC */
    struct logsource logsource;  /* of events that show none; all three NULL: none was set */
    uint32_t line;               /* of the file */
};

struct config {
    _Atomic uint32_t holders;
    struct arena *arena;
    struct settings settings; /* of config_settings */
    struct settings retention, watermark;
    const struct format_set *formats; /* held */
    struct config_source *sources;
    uint32_t source_count;
    char *path; /* owned; as it was named */
};

extern const struct setting config_settings[], config_retention[], config_watermark[],
    config_source_settings[];
extern const uint32_t config_setting_count, config_retention_count, config_watermark_count,
    config_source_setting_count;

/* NULL with *e set, with file, line and column. */
struct config *config_load(struct io *io, const char *path, struct err *e) MUST_USE;
/* A source that stays over a reload still reads what it was opened with: it holds that. */
struct config *config_hold(struct config *c);
void config_drop(struct config *c); /* NULL is a no-op; the last one frees */
const struct config_source *config_find(const struct config *c, str name); /* NULL: none */
