#include "cli/alert_book.h"

#include "base/mem.h"
#include "cli/say.h"
#include "cli/serve_options.h"
#include "serve/control.h"
#include "text/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BOOK_ARENA_BYTES = 256 * 1024, ACTOR_BYTES = 64, ANSWER_MAX = 1 << 20, PREFIX_MIN = 4 };

/* ------------------------------------------------------------ reading */

static bool add_row(void *ctx, const struct ledger_alert *row)
{
    struct alert_book *b = ctx;
    struct alert_event *events;

    if (b->count == ALERT_BOOK_MAX) {
        b->left_out = true;
        return false;
    }
    struct alert *a = arena_alloc(b->arena, sizeof *a);
    if (!alert_store_read(row, b->now_ns, b->arena, a, &events)) {
        b->unreadable++;
        return true;
    }
    if (b->count == b->capacity) {
        b->capacity = b->capacity ? 2 * b->capacity : 256;
        b->alerts = mem_resize(b->alerts, b->capacity, sizeof(struct alert *));
        b->events = mem_resize(b->events, b->capacity, sizeof(struct alert_event *));
    }
    b->alerts[b->count] = a;
    b->events[b->count++] = events;
    return true;
}

struct paired {
    struct alert *alert;
    struct alert_event *events;
};

static int by_order(const void *left, const void *right)
{
    return alert_order(((const struct paired *)left)->alert, ((const struct paired *)right)->alert);
}

static void sort_book(struct alert_book *b)
{
    struct paired *pairs = mem_array((size_t)b->count + 1, sizeof *pairs);

    for (uint32_t i = 0; i < b->count; i++)
        pairs[i] = (struct paired){b->alerts[i], b->events[i]};
    qsort(pairs, b->count, sizeof *pairs, by_order);
    for (uint32_t i = 0; i < b->count; i++) {
        b->alerts[i] = pairs[i].alert;
        b->events[i] = pairs[i].events;
    }
    free(pairs);
}

bool alert_book_read(struct alert_book *b, struct ledger *l, const struct clock *clock,
                     const struct ledger_alert_query *q)
{
    struct err e = {0};

    *b = (struct alert_book){.arena = arena_new(BOOK_ARENA_BYTES), .now_ns = clock_now_ns(clock)};
    if (!ledger_alerts(l, q, b, add_row, &e)) {
        say_err(&e);
        return false;
    }
    sort_book(b);
    if (b->left_out)
        say("only the newest %d alerts are looked at", ALERT_BOOK_MAX);
    if (b->unreadable)
        say("%u alerts of the ledger cannot be read", b->unreadable);
    return true;
}

void alert_book_done(struct alert_book *b)
{
    arena_free(b->arena);
    free(b->alerts);
    free(b->events);
    *b = (struct alert_book){0};
}

struct alert_namer alert_book_namer(const struct alert_book *b, uint32_t i)
{
    assert(i < b->count);
    return (struct alert_namer){b->events[i], alert_store_name};
}

struct ledger_alert_query alert_query_all(void)
{
    return (struct ledger_alert_query){
        .from_ns = INT64_MIN, .to_ns = INT64_MAX, .state_max = ALERT_CLOSED};
}

bool alert_book_find(struct alert_book *b, struct ledger *l, const struct clock *clock,
                     const char *operand, const struct alert **ret, int *ret_code)
{
    struct ledger_alert_query q = alert_query_all();

    *ret_code = EXIT_INPUT;
    q.id_prefix = str_from(operand);
    q.limit = 2;
    if (q.id_prefix.n < PREFIX_MIN) {
        say("name an alert by its id, or by %d or more of its first digits, not '%s'", PREFIX_MIN,
            operand);
        *ret_code = EXIT_USAGE;
        return false;
    }
    if (!alert_book_read(b, l, clock, &q))
        return false;
    if (b->count == 1) {
        *ret = b->alerts[0];
        *ret_code = EXIT_OK;
        return true;
    }
    say(b->count ? "there are several alerts whose id begins with '%s'" : "there is no alert '%s'",
        operand);
    return false;
}

/* ------------------------------------------------------------ deciding */

str alert_option_text(const struct command *c, const struct arguments *a, const char *name,
                      struct arena *arena)
{
    const str given = str_from(opt_value(c, a, name));
    char *text = arena_bytes(arena, given.n + 1);

    for (size_t i = 0; i < given.n; i++)
        text[i] = (unsigned char)given.p[i] < ' ' ? ' ' : given.p[i];
    return (str){text, given.n};
}

static bool ask_serve(const char *path, str request)
{
    struct buf line CLEANUP(buf_done) = buf_make(ALERT_REQUEST_MAX);
    struct buf answer CLEANUP(buf_done) = buf_make(ANSWER_MAX);
    struct err e = {0};

    buf_printf(&line, "alert\t" STR_FMT "\n", STR_ARG(request));
    if (line.overflow) {
        say("the texts are too long: more than %d bytes", ALERT_REQUEST_MAX);
        return false;
    }
    const int fd = control_ask(path, buf_cstr(&line), &e);
    if (fd == -1) {
        say_err(&e);
        return false;
    }
    const bool told = serve_answer(fd, &answer);
    close(fd);
    if (!told || str_starts(buf_str(&answer), S("{\"ok\":true")))
        return told;
    struct arena *a CLEANUP(arena_freep) = arena_new(ACTOR_BYTES * ACTOR_BYTES);
    bool too_many;
    const str why =
        json_node_text(json_member(json_tree(buf_str(&answer), a, &too_many), S("error"), S("")));
    say(STR_FMT, STR_ARG(why.p ? why : str_trim(buf_str(&answer))));
    return false;
}

static bool decide_here(struct ledger *l, str request)
{
    char actor[ACTOR_BYTES];
    struct err e = {0};

    snprintf(actor, sizeof actor, "uid %u", (unsigned)getuid());
    if (alert_store_decide(l, request, str_from(actor), &e))
        return true;
    say_err(&e);
    return false;
}

struct decider {
    struct ledger_reading reading; /* for looking ids up; of a running serve, or of nobody's */
    struct buf socket;
    struct ledger *own; /* for writing, when no serve is there */
    bool serve;
};

static bool decide_one(struct decider *d, const char *verb, const char *operand, str rest,
                       int *ret_code)
{
    struct buf request CLEANUP(buf_done) = buf_make(ALERT_REQUEST_MAX);
    struct alert_book book = {0};
    const struct alert *alert;
    bool ok = alert_book_find(&book, d->serve ? d->reading.ledger : d->own, &d->reading.clock,
                              operand, &alert, ret_code);

    if (ok) {
        buf_printf(&request, "%s\t%s\t" STR_FMT, verb, alert->id, STR_ARG(rest));
        ok = d->serve ? ask_serve(buf_cstr(&d->socket), buf_str(&request))
                      : decide_here(d->own, buf_str(&request));
        *ret_code = ok ? EXIT_OK : EXIT_INPUT;
    }
    alert_book_done(&book);
    return ok;
}

/* The ledger for writing; when a serve has it, its socket. */
static bool open_decider(const struct command *c, const struct arguments *a, struct decider *d,
                         int *ret_code)
{
    const char *socket = opt_value(c, a, "socket");
    struct err e = {0};

    if (!ledger_reading_open(c, a, &d->reading, ret_code))
        return false;
    if (socket)
        buf_printf(&d->socket, "%s", socket);
    else
        buf_printf(&d->socket, "%s/control.sock", opt_value(c, a, "data"));
    const struct ledger_options o = {
        .io = &d->reading.io, .clock = &d->reading.clock, .path = buf_cstr(&d->reading.path)};
    d->own = ledger_open(&o, &e);
    d->serve = !d->own && e.code == ERR_BUSY;
    if (d->own || d->serve)
        return true;
    say_err(&e);
    *ret_code = EXIT_INPUT;
    return false;
}

int alert_decide_each(const struct command *c, const struct arguments *a, const char *verb,
                      str rest)
{
    struct decider d = {.socket = buf_make(ALERT_REQUEST_MAX)};
    int code = EXIT_USAGE, worst = EXIT_OK;

    if (a->operand_count == 0) {
        say("which alert? name it by its id; 'tocsin alert list' tells them");
        return EXIT_USAGE;
    }
    if (!open_decider(c, a, &d, &code))
        worst = code;
    for (uint32_t i = 0; i < a->operand_count && worst == EXIT_OK; i++)
        if (!decide_one(&d, verb, a->operands[i], rest, &code))
            worst = code;
    ledger_close(d.own);
    ledger_reading_done(&d.reading);
    buf_done(&d.socket);
    return worst;
}

enum page_style alert_style(enum severity s)
{
    return page_level_style((enum sigma_level)s);
}
