/*
 * format_sample.h - the sample lines of tests/golden/formats, one after another, each with its
 * format; and the way of one record through a format. Formats whose records are not lines are left
 * out.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "formats/format.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE_NAME_MAX = 64, SAMPLE_PATH_MAX = 4096 };

struct sample {
    const struct format *format;
    void *decoder; /* of the folder */
    char folder[SAMPLE_NAME_MAX];
    str line;
};

struct sample_walk {
    DIR *dir;
    char top[SAMPLE_PATH_MAX];
    char *text; /* of the folder at hand; owned */
    str rest;
    struct sample sample;
    struct arena *arena;
};

static inline struct sample_walk *sample_walk_new(void)
{
    const char *source = getenv("TOCSIN_SOURCE");
    struct sample_walk *w = calloc(1, sizeof *w);

    snprintf(w->top, sizeof w->top, "%s/tests/golden/formats", source ? source : ".");
    w->dir = opendir(w->top);
    w->arena = arena_new(64 * 1024);
    return w;
}

static inline void sample_close(struct sample *s)
{
    if (s->decoder)
        s->format->close(s->decoder);
    s->decoder = NULL;
}

static inline void sample_walk_free(struct sample_walk *w)
{
    sample_close(&w->sample);
    if (w->dir)
        closedir(w->dir);
    arena_free(w->arena);
    free(w->text);
    free(w);
}

/* The whole file, owned and NUL-terminated; NULL when there is none. */
static inline char *sample_read(const struct sample_walk *w, const char *name)
{
    char path[2 * SAMPLE_PATH_MAX];

    snprintf(path, sizeof path, "%s/%s/%s", w->top, w->sample.folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = calloc(1, (size_t)size + 1);
    size_t n = fread(text, 1, (size_t)size, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

/* Opens the next folder whose sample's records are lines of one format. */
static inline bool sample_folder_next(struct sample_walk *w)
{
    for (struct dirent *d; w->dir && (d = readdir(w->dir));) {
        if (d->d_name[0] == '.' || strlen(d->d_name) >= SAMPLE_NAME_MAX)
            continue;
        sample_close(&w->sample);
        snprintf(w->sample.folder, sizeof w->sample.folder, "%.63s", d->d_name);
        char *named = sample_read(w, "format");
        str name = named ? str_trim(str_from(named)) : str_from(d->d_name);
        w->sample.format = format_find(&formats_builtin, name);
        free(named);
        free(w->text);
        w->text = sample_read(w, "sample.log");
        w->rest = str_from(w->text);
        if (w->text && !w->sample.format)
            w->sample.format = format_sniff(&formats_builtin, w->rest);
        if (!w->text || !w->sample.format || w->sample.format->ordered)
            continue;
        w->sample.decoder = w->sample.format->open(w->sample.format);
        return true;
    }
    return false;
}

static inline const struct sample *sample_next(struct sample_walk *w)
{
    do {
        while (w->rest.n) {
            w->sample.line = str_cut(&w->rest, '\n');
            if (w->sample.line.n)
                return &w->sample;
        }
    } while (sample_folder_next(w));
    return NULL;
}

/* Feeds one record, which may hold line ends, from an allocation of its own, so that the sanitizers
 * see a read beyond its padding. Events live in `a`. */
static inline void format_sample_feed(const struct sample *s, str record,
                                      const struct decode_sink *out, struct arena *a)
{
    const struct stream stream = {.path = S("sample"),
                                  .format = s->format,
                                  .time = {.reference_ns = INT64_C(1798675200000000000)}};
    const struct record_span span = {0, (uint32_t)record.n};
    char *copy = malloc(record.n + BATCH_PADDING);

    memcpy(copy, record.p, record.n);
    memset(copy + record.n, 0xA5, BATCH_PADDING);
    struct batch b = {.stream = &stream,
                      .data = copy,
                      .n = record.n,
                      .last = true,
                      .spans = &span,
                      .span_count = 1,
                      .arena = a};
    s->format->feed(s->decoder, &b, out);
    free(copy);
}
