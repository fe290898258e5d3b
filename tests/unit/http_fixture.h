/*
 * http_fixture.h - sources over HTTP in a loop that the test turns, an inlet that
 * keeps what it is given in memory and is durable when the test says so, and a
 * client whose socket is read between the loop's steps. Nothing waits for time.
 */
#pragma once

#include "collect/http_intake.h"
#include "base/buf.h"
#include "base/mem.h"
#include "collect/source_type.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { FIXTURE_RECORDS = 4096, FIXTURE_STEPS_MAX = 5000 };

struct inlet {
    const struct clock *clock;
    str records[FIXTURE_RECORDS]; /* owned */
    char origin[ORIGIN_NAME_MAX];
    enum trust trust;
    uint64_t count, durable, room; /* room: how many more are taken */
    uint64_t faults[INLET_FAULT_COUNT];
};

bool inlet_add(struct inlet *in, struct origin *from, str record)
{
    if (in->room == 0)
        return false;
    in->room--;
    assert_true(in->count < FIXTURE_RECORDS);
    in->records[in->count++] = (str){str_dup(record), record.n};
    snprintf(in->origin, sizeof in->origin, STR_FMT, STR_ARG(from->name));
    in->trust = from->trust;
    return true;
}

bool inlet_push(struct inlet *in)
{
    (void)in;
    return true;
}

uint64_t inlet_next(const struct inlet *in)
{
    return in->count;
}

uint64_t inlet_durable(const struct inlet *in)
{
    return in->durable;
}

void inlet_fault(struct inlet *in, enum inlet_fault f, uint64_t n, str sample)
{
    (void)sample;
    in->faults[f] += n;
}

str inlet_name(const struct inlet *in)
{
    (void)in;
    return S("web");
}

int64_t inlet_now_ns(const struct inlet *in)
{
    return in->clock->fixed_ns;
}

int64_t inlet_steady_ns(const struct inlet *in)
{
    return in->clock->fixed_steady_ns;
}

struct fixture {
    struct clock clock;
    struct loop *loop;
    struct http_listeners *listeners;
    struct io io;
    struct arena *arena;
    struct err e;
};

struct opened {
    const struct source_type *type;
    struct inlet inlet;
    void *source;
};

static inline void fixture_begin(struct fixture *f)
{
    f->clock = clock_fixed(1000000000000);
    f->arena = arena_new(64 * 1024);
    f->loop = loop_new(&f->clock, &f->e);
    assert_non_null(f->loop);
    f->listeners = http_listeners_new(f->loop, &f->e);
    assert_non_null(f->listeners);
    io_init(&f->io);
    setenv("TEST_HTTP_TOKEN", "0123456789abcdef", 1);
    setenv("TEST_HTTP_OTHER_TOKEN", "fedcba9876543210", 1);
}

static inline void fixture_end(struct fixture *f)
{
    http_listeners_free(f->listeners);
    loop_free(f->loop);
    arena_free(f->arena);
}

static inline bool fixture_settings(struct fixture *f, const struct source_type *type,
                                    const char *yaml, struct settings *ret)
{
    struct yaml_document *documents;
    uint32_t count;

    f->e = (struct err){0};
    return yaml_parse(str_from(yaml), f->arena, &documents, &count, &f->e) && count == 1 &&
           settings_read(documents[0].root, type->settings, type->setting_count, f->arena, ret,
                         &f->e) &&
           type->check(ret, &f->e);
}

static inline bool source_open(struct fixture *f, struct opened *o, const struct source_type *type,
                               const char *yaml)
{
    struct settings *s = arena_alloc(f->arena, sizeof *s);
    const struct source_context c = {.inlet = &o->inlet,
                                     .loop = f->loop,
                                     .io = &f->io,
                                     .settings = s,
                                     .listeners = f->listeners};

    *o = (struct opened){.type = type, .inlet = {.clock = &f->clock, .room = UINT64_MAX}};
    if (!fixture_settings(f, type, yaml, s))
        return false;
    o->source = type->open(&c, &f->e);
    return o->source != NULL;
}

static inline void source_start(struct fixture *f, struct opened *o)
{
    assert_true(o->type->start(o->source, &f->e));
}

static inline void source_close(struct opened *o)
{
    o->type->close(o->source);
    for (uint64_t i = 0; i < o->inlet.count; i++)
        free((void *)(uintptr_t)o->inlet.records[i].p);
}

static inline int client_connect(const struct opened *o)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(http_source_port(o->source))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* True once `to` holds a whole answer: its head, and the body that Content-Length says. */
static inline bool answer_is_whole(const struct buf *to)
{
    str all = buf_str(to);
    const char *end = str_find(all, S("\r\n\r\n")), *length = str_find(all, S("Content-Length: "));
    uint64_t n;

    if (!end)
        return false;
    if (!length)
        return true;
    str rest = str_from_at(all, (size_t)(length - all.p) + 16);
    assert_true(str_u64(str_trim(str_cut(&rest, '\n')), &n));
    return all.n >= (size_t)(end - all.p) + 4 + n;
}

/* Turns the loop until the answer is there (true) or the connection is over or nothing more comes.
 */
static inline bool client_read(struct fixture *f, int fd, struct buf *to, int steps)
{
    for (int i = 0; i < steps; i++) {
        char *room = buf_room(to, 65536);
        loop_step(f->loop, 0);
        ssize_t got = recv(fd, room, 65536, 0);
        if (got > 0)
            to->n += (size_t)got;
        if (answer_is_whole(to))
            return true;
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return false;
    }
    return false;
}

static inline void client_write(struct fixture *f, int fd, str bytes)
{
    for (int i = 0; bytes.n && i < FIXTURE_STEPS_MAX; i++) {
        ssize_t put = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (put > 0)
            bytes = str_from_at(bytes, (size_t)put);
        loop_step(f->loop, 0);
    }
    assert_int_equal(bytes.n, 0);
}

/* A POST of the token above, as text; `headers` are whole lines. */
static inline void client_post(struct fixture *f, int fd, const char *path, const char *headers,
                               str body)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    buf_printf(&b, "POST %s HTTP/1.1\r\nHost: t\r\nContent-Length: %zu\r\n%s\r\n", path, body.n,
               headers);
    buf_add(&b, body);
    client_write(f, fd, buf_str(&b));
}

#define BEARER "Authorization: Bearer 0123456789abcdef\r\n"
#define TOKEN_YAML "listen: 127.0.0.1:0\ntoken_env: TEST_HTTP_TOKEN\n"

static inline bool has(const struct buf *b, const char *part)
{
    return str_find(buf_str(b), str_from(part)) != NULL;
}

/* One request on a connection of its own; what is durable is not changed. */
static inline bool client_ask(struct fixture *f, struct opened *o, const char *path,
                              const char *headers, str body, struct buf *answer)
{
    int fd = client_connect(o);

    client_post(f, fd, path, headers, body);
    bool whole = client_read(f, fd, answer, FIXTURE_STEPS_MAX);
    close(fd);
    return whole;
}
