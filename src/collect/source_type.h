/*
 * source_type.h - how a live source plugs in. To add one: write collect/NAME.c,
 * which ends in `const struct source_type source_type_NAME`, and a row in
 * sources.def. Configuration, its check, the documentation and `tocsin status`
 * read the table.
 */
#pragma once

#include "base/io.h"
#include "collect/inlet.h"
#include "net/loop.h"
#include "text/setting.h"

/* What a source is opened with; all of it outlives the source. */
struct source_context {
    struct inlet *inlet;
    struct loop *loop; /* its callbacks are the source's thread */
    struct io *io;
    const struct settings *settings;  /* of the type's own rows */
    struct http_listeners *listeners; /* of the HTTP sources: see collect/http_intake.h */
};

struct source_type {
    const char *name;    /* what `type:` takes: "file", "syslog_tcp" */
    const char *summary; /* one line */
    const char *example; /* a source's lines in tocsin.yml, for the docs; without `name:` */
    const struct setting *settings;
    uint32_t setting_count;
    bool keeps_place;   /* it gives checkpoints and goes on from them: see inlet.h */
    const char *format; /* what its records are when `format:` is not given; NULL: by content */

    /* Cross-checks of the settings that the table cannot say, such as a listener in clear off
     * loopback; without side effects. May be NULL. */
    bool (*check)(const struct settings *s, struct err *e);
    /* Begins to read; the source's state, or NULL with *e set. */
    void *(*open)(const struct source_context *c, struct err *e);
    /* For types that tell repeated records: the last ones of the source's raw log, in order,
     * between open() and start(). May be NULL. */
    void (*recall)(void *source, str record, int64_t received_ns);
    /* Listens; open() has only bound its address then. May be NULL: open() did it all. */
    bool (*start)(void *source, struct err *e);
    /* The pipeline has room again after it said no. */
    void (*resume)(void *source);
    /* Takes nothing more in; what was taken is handed over with inlet_push() first where that can
     * be. Frees the source. */
    void (*close)(void *source);
};

extern const struct source_type *const source_types[];
extern const size_t source_type_count;
const struct source_type *source_type_find(str name); /* NULL when there is none of that name */
