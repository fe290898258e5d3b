/* rawlog_fixture.h - a raw log in the working directory, whose records say their own number. */
#pragma once

#include "rawlog/raw_reader.h"
#include "rawlog/rawlog.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOON_NS INT64_C(1795608000000000000) /* 2026-11-25T12:00:00Z */
#define DAY_NS INT64_C(86400000000000)

struct fixture {
    struct test_folder folder;
    struct io io;
    struct clock clock;
    struct rawlog_options options;
    struct rawlog *log;
    struct raw_source *source;
    struct buf notices;
    struct err e;
};

static inline void fixture_hear(void *ctx, str source, const char *text)
{
    buf_printf(ctx, STR_FMT ": %s\n", STR_ARG(source), text);
}

static inline struct err *fresh(struct fixture *f)
{
    f->e = (struct err){0};
    return &f->e;
}

static inline bool fixture_open(struct fixture *f)
{
    f->log = rawlog_open(&f->options, fresh(f));
    f->source = f->log ? rawlog_source(f->log, S("web"), fresh(f)) : NULL;
    return f->source != NULL;
}

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_true(f && test_folder_enter(&f->folder));
    io_init(&f->io);
    f->clock = clock_fixed(NOON_NS);
    f->notices = buf_make(1 << 20);
    f->options = (struct rawlog_options){
        .io = &f->io, .clock = &f->clock, .folder = "raw", .notice = {&f->notices, fixture_hear}};
    assert_true(fixture_open(f));
    return f;
}

static inline void fixture_close(struct fixture *f)
{
    rawlog_close(f->log);
    f->log = NULL;
}

static inline void fixture_free(struct fixture *f)
{
    fixture_close(f);
    buf_done(&f->notices);
    assert_true(test_folder_leave(&f->folder));
    free(f);
}

static inline bool fixture_said(struct fixture *f, const char *what)
{
    return f->notices.n && strstr(buf_cstr(&f->notices), what);
}

/* Appends `count` records, and how many there are as the checkpoint "at". */
static inline bool fixture_append(struct fixture *f, uint32_t count)
{
    struct record_block b;
    char text[64];

    block_init(&b);
    for (uint32_t i = 0; i < count; i++) {
        int n = snprintf(text, sizeof text, "record %llu of a log",
                         (unsigned long long)(raw_next(f->source) + i));
        block_add(&b, &(struct run_label){S("192.0.2.1"), S("json"), NOON_NS, 1},
                  (str){text, (size_t)n});
    }
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)raw_next(f->source) + count);
    bool ok = block_checkpoint(&b, S("at"), (str){text, (size_t)n}) && raw_append(f->source, &b);
    block_done(&b);
    return ok;
}

static inline void fixture_put(struct fixture *f, uint32_t count)
{
    assert_true(fixture_append(f, count));
    assert_true(rawlog_commit(f->log, fresh(f)));
}

static inline uint64_t fixture_position(struct fixture *f)
{
    uint64_t at = 0;
    str value = raw_checkpoint(f->source, S("at"));

    if (value.p && !str_u64(value, &at))
        fail();
    return at;
}

/* Reads on; each record holds its own number, none comes twice. Returns how many came. */
static inline uint64_t fixture_read(struct raw_reader *r, uint64_t *next)
{
    struct record_block b;
    struct err e = {0};
    uint64_t count = 0;
    char text[64];

    block_init(&b);
    while (raw_reader_next(r, &b, &e))
        for (uint32_t i = 0; i < b.record_count; i++) {
            const uint64_t number = b.first_number + i;
            if (number < *next)
                continue;
            int n = snprintf(text, sizeof text, "record %llu of a log", (unsigned long long)number);
            assert_true(str_eq(block_record(&b, i), (str){text, (size_t)n}));
            *next = number + 1;
            count++;
        }
    assert_int_equal(e.code, ERR_NONE);
    block_done(&b);
    return count;
}

static inline uint64_t fixture_read_all(struct fixture *f, struct raw_reader_counts *ret)
{
    uint64_t next = 0;
    struct raw_reader *r = raw_reader_open(&f->io, "raw", S("web"), 0, fresh(f));

    assert_non_null(r);
    uint64_t count = fixture_read(r, &next);
    if (ret)
        *ret = *raw_reader_counts(r);
    raw_reader_free(r);
    return count;
}

/* The bytes of a file, which there are at most `size` of. */
static inline size_t fixture_load(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rbe");

    assert_non_null(file);
    size_t n = fread(out, 1, size, file);
    fclose(file);
    return n;
}
