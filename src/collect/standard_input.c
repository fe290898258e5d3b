/*
 * standard_input.c - the source `stdin`: lines of descriptor 0 until it ends.
 *
 * What a pipe held cannot be read again, so there are no checkpoints: after a
 * crash what was read and not yet written is lost, at most what the pipe and one
 * block hold. A file on descriptor 0 cannot be waited for; it is read whenever
 * the loop turns.
 */
#include "base/mem.h"
#include "collect/record_stream.h"
#include "collect/source_type.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STDIN_CHUNK = 64 * 1024, STDIN_TICK_NS = 100000000 };

struct standard_input {
    struct source_context c;
    struct origin origin;
    struct multiline *multiline;
    struct stream_rule rule;
    struct record_stream stream;
    struct loop_fd *ready;
    struct loop_timer *tick; /* of a multiline rule's flush; NULL without one */
    int always;              /* an eventfd that is ready, for what epoll does not take; or -1 */
    bool blocked, ended, over;
    size_t from, to; /* of chunk: what is still to be fed */
    char chunk[STDIN_CHUNK];
};

static const struct setting stdin_settings[] = {
    {.name = "delimiter",
     .kind = SETTING_WORD,
     .fallback = "newline",
     .words = "newline nul",
     .help = "what ends a record: a line feed or a zero byte"},
    {.name = "encoding",
     .kind = SETTING_WORD,
     .fallback = "utf-8",
     .words = "utf-8 utf-16",
     .help = "utf-16: by its byte order mark, little endian without one"},
    MULTILINE_SETTINGS,
};

static void stop_waiting(struct standard_input *s)
{
    loop_remove(s->ready);
    s->ready = NULL;
}

/* Feeds what was read, and ends the stream when there is no more. */
static void hand_over(struct standard_input *s)
{
    str rest = {s->chunk + s->from, s->to - s->from};

    s->blocked = !record_stream_feed(&s->stream, &rest);
    s->from = s->to - rest.n;
    if (!s->blocked && s->ended && !s->over) {
        s->over = record_stream_end(&s->stream);
        s->blocked = !s->over;
    }
    if (!inlet_push(s->c.inlet))
        s->blocked = true;
    if (s->ready)
        loop_change(s->ready, s->blocked ? 0 : EPOLLIN);
}

static void stdin_ready(void *ctx, uint32_t events)
{
    struct standard_input *s = ctx;

    (void)events;
    if (s->blocked)
        return;
    ssize_t n = io_read(s->c.io, IO_stdin_read, STDIN_FILENO, s->chunk, sizeof s->chunk);
    if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (n == -1)
        inlet_fault(s->c.inlet, FAULT_unreadable, 1, str_from(strerror(errno)));
    s->from = 0;
    s->to = n > 0 ? (size_t)n : 0;
    s->ended = n <= 0;
    if (s->ended)
        stop_waiting(s);
    hand_over(s);
}

static void stdin_tick(void *ctx)
{
    struct standard_input *s = ctx;

    if (s->blocked || s->over)
        return;
    if (!record_stream_flush(&s->stream, inlet_steady_ns(s->c.inlet)) || !inlet_push(s->c.inlet))
        s->blocked = true;
    if (s->ready)
        loop_change(s->ready, s->blocked ? 0 : EPOLLIN);
}

static void stdin_resume(void *source)
{
    struct standard_input *s = source;

    if (s->blocked)
        hand_over(s);
}

static void stdin_close(void *source)
{
    struct standard_input *s = source;
    str rest = {s->chunk + s->from, s->to - s->from};
    /* What the pipeline does not take now is lost with the pipe: there is nobody to ask again. */
    bool kept = record_stream_feed(&s->stream, &rest) && record_stream_end(&s->stream);

    kept = inlet_push(s->c.inlet) && kept;
    if (!kept)
        inlet_drop(s->c.inlet, 1);
    loop_remove(s->ready);
    loop_timer_remove(s->tick);
    if (s->always != -1)
        close(s->always);
    record_stream_done(&s->stream);
    multiline_free(s->multiline);
    free(s);
}

static bool wait_for_input(struct standard_input *s, struct err *e)
{
    struct err refused = {0};

    s->ready = loop_add(s->c.loop, STDIN_FILENO, EPOLLIN, stdin_ready, s, &refused);
    if (s->ready)
        return true;
    s->always = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* a regular file is always ready */
    if (s->always == -1)
        return err_set(e, ERR_IO, "cannot read the standard input: %s", strerror(errno));
    s->ready = loop_add(s->c.loop, s->always, EPOLLIN, stdin_ready, s, e);
    return s->ready != NULL;
}

static void *stdin_open(const struct source_context *c, struct err *e)
{
    struct standard_input *s = mem_alloc(sizeof *s);

    s->c = *c;
    s->always = -1;
    s->origin = (struct origin){.name = S("stdin"), .trust = TRUST_PROPOSE};
    s->rule.delimiter = str_eq(setting_text(c->settings, "delimiter"), S("nul")) ? '\0' : '\n';
    s->rule.utf16 = str_eq(setting_text(c->settings, "encoding"), S("utf-16"));
    const bool ruled = multiline_new(c->settings, &s->multiline, e);
    s->rule.multiline = s->multiline;
    record_stream_init(&s->stream, &s->rule, c->inlet, &s->origin, 0);
    if (!ruled || !wait_for_input(s, e)) {
        stdin_close(s);
        return NULL;
    }
    if (s->multiline)
        s->tick = loop_every(c->loop, STDIN_TICK_NS, stdin_tick, s);
    return s;
}

const struct source_type source_type_stdin = {
    .name = "stdin",
    .summary = "records on the standard input, until it ends",
    .example = "type: stdin\n",
    .settings = stdin_settings,
    .setting_count = countof(stdin_settings),
    .check = multiline_check,
    .open = stdin_open,
    .resume = stdin_resume,
    .close = stdin_close,
};
