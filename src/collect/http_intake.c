/*
 * http_intake.c - see http_intake.h: from a request's head to its answer.
 *
 * Bodies are kept as they were sent until they are whole, and unpacked one at a
 * time into one buffer, so that what many senders take together is what the budget
 * says.
 */
#include "collect/http_intake.h"

#include "base/mem.h"
#include "collect/http_source.h"
#include "net/content_coding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    KEPT_BYTES = 4 * 1024 * 1024, /* of buffers that a large request has made */
    ARENA_BLOCK = 256 * 1024,
};
#define TICK_NS INT64_C(50000000)       /* how often what waits is looked at, told or not */
#define HEAD_NS INT64_C(10000000000)    /* for a handshake and a head */
#define BODY_NS INT64_C(30000000000)    /* for a body, besides what its length is granted */
#define ANSWER_NS INT64_C(30000000000)  /* for an answer to be read */
#define IDLE_NS INT64_C(75000000000)    /* between two requests */
#define DURABLE_NS INT64_C(30000000000) /* for the disk; then the sender is to come again */

struct http_listener {
    struct http_listener *next;
    struct http_listeners *all;
    struct http_server *server;
    char *where, *security; /* owned: the address, and the settings that sharers must agree in */
    uint32_t users;
};

/* A request whose head was let in. */
struct pending {
    struct pending *next, **link;
    struct http_request *request;
    struct http_source *source; /* NULL: it was closed meanwhile */
    bool waits;                 /* for the disk; its answer is prepared */
    uint64_t target;
    int64_t deadline_ns;
};

struct http_listeners {
    struct loop *loop;
    int wake;
    struct loop_fd *wake_wait;
    struct loop_timer *tick;
    struct http_listener *listeners;
    struct http_source *sources;
    struct pending *pending;
    struct http_budget budget;
    struct buf unpacked;
    struct arena *arena;
};

static void refuse(struct http_request *r, const struct http_protocol *p, enum http_refusal why)
{
    struct http_answer a = http_refusal_answer(why);

    if (p && p->refuse)
        p->refuse(why, &a);
    http_answer(r, &a);
}

/* --- the head --- */

/* The source whose path and token it is. NULL: *why is what to say, of *any, if that is one. */
static struct http_source *find_source(struct http_listener *at, struct http_request *r,
                                       struct http_source **any, enum http_refusal *why)
{
    struct http_source *open = NULL;
    struct http_shown shown;
    bool asks = false;

    *any = NULL;
    http_token_shown(http_header(r, "Authorization"), at->all->arena, &shown);
    for (struct http_source *s = at->all->sources; s; s = s->next) {
        enum http_claim claim = s->listener == at
                                    ? s->protocol->claims(http_method(r), http_path(r), s->path)
                                    : HTTP_NOT_OURS;
        if (claim == HTTP_NOT_OURS)
            continue;
        *any = s;
        if (claim == HTTP_OPEN || http_tokens_fit(&s->tokens, &shown))
            return s;
        asks |= s->tokens.count > 0;
        open = s->anyone ? s : open;
    }
    *why = shown.count ? HTTP_WRONG_TOKEN : HTTP_NO_TOKEN;
    return open && !(asks && shown.count) ? open : NULL;
}

static struct http_source *first_source(const struct http_listener *at)
{
    for (struct http_source *s = at->all->sources; s; s = s->next)
        if (s->listener == at)
            return s;
    return NULL;
}

static void on_head(void *ctx, struct http_request *r)
{
    struct http_listener *at = ctx;
    struct http_source *any;
    enum http_refusal why;
    struct http_source *s = find_source(at, r, &any, &why);
    struct http_source *blamed = any ? any : first_source(at);

    if (!s) {
        if (blamed)
            inlet_fault(blamed->inlet, any ? FAULT_token : FAULT_request, 1,
                        any ? http_peer(r) : http_path(r));
        if (any)
            refuse(r, any->protocol, why);
        else
            http_answer(r, &(struct http_answer){.status = 404,
                                                 .type = "application/json",
                                                 .body = S("{\"error\":\"no such path\"}")});
    } else if (!s->started || at->all->budget.used + http_body_length(r) > at->all->budget.max) {
        refuse(r, s->protocol, HTTP_BUSY);
    } else if (http_body_length(r) > s->body_max) {
        inlet_fault(s->inlet, FAULT_body, 1, http_peer(r));
        refuse(r, s->protocol, HTTP_TOO_LONG);
    } else {
        struct pending *p = mem_alloc(sizeof *p);
        *p = (struct pending){
            .request = r, .source = s, .next = at->all->pending, .link = &at->all->pending};
        if (p->next)
            p->next->link = &p->next;
        at->all->pending = p;
        http_set_user(r, p);
        http_body_max(r, s->body_max);
    }
    arena_reset(at->all->arena);
}

static void on_over(void *ctx, struct http_request *r)
{
    struct pending *p = http_user(r);

    (void)ctx;
    if (!p)
        return;
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
}

static void on_trouble(void *ctx, enum http_trouble what, str peer)
{
    static const enum inlet_fault faults[] = {
        [HTTP_REFUSED] = FAULT_refused, [HTTP_SLOW] = FAULT_timeout, [HTTP_TLS_FAILED] = FAULT_tls};
    struct http_source *s = first_source(ctx);

    if (s)
        inlet_fault(s->inlet, faults[what], 1, peer);
}

/* --- the body --- */

static str last_address(str *list)
{
    size_t comma = list->n;

    while (comma > 0 && list->p[comma - 1] != ',')
        comma--;
    str last = str_trim(str_from_at(*list, comma));
    list->n = comma ? comma - 1 : 0;
    return last;
}

static bool is_proxy(const struct http_source *s, str address)
{
    struct ip ip;

    if (!ip_parse(address, &ip))
        return false;
    for (uint32_t i = 0; i < s->proxy_count; i++)
        if (ip_in(&ip, &s->proxies[i]))
            return true;
    return false;
}

/* The last address that is not one of our proxies': what stands before it anyone may have written.
 */
static str sender_of(const struct http_source *s, struct http_request *r)
{
    str peer = http_peer(r), list = http_header(r, "X-Forwarded-For");
    struct ip ip;

    while (list.n && is_proxy(s, peer)) {
        str before = last_address(&list);
        if (!ip_parse(before, &ip))
            break;
        peer = before;
    }
    return peer;
}

static struct origin *origin_of(struct http_source *s, str sender)
{
    struct http_origin *o = &s->origins[hash64(sender, 0) % HTTP_ORIGINS_MAX];

    sender.n = sender.n < sizeof o->name ? sender.n : sizeof o->name;
    if (!str_eq(o->origin.name, sender)) {
        memcpy(o->name, sender.p, sender.n);
        o->origin = (struct origin){.name = {o->name, sender.n}, .trust = s->trust};
    }
    return &o->origin;
}

/* False: the inlet has no room; what was taken so far is remembered. */
static bool add_records(struct http_source *s, struct origin *from, const struct http_take *t)
{
    uint64_t repeated = 0;
    str sample = {0};
    bool room = true;

    if (s->dedup)
        dedup_request(s->dedup, inlet_steady_ns(s->inlet));
    for (uint32_t i = 0; i < t->count && room; i++) {
        const struct http_record *r = &t->records[i];
        uint64_t key = s->dedup ? dedup_key(s->dedup, r->id, r->bytes) : 0;
        if (s->dedup && dedup_has(s->dedup, key)) {
            repeated++;
            sample = r->bytes;
            continue;
        }
        room = inlet_add(s->inlet, from, r->bytes);
        if (room && s->dedup)
            dedup_put(s->dedup, key);
    }
    if (repeated)
        inlet_fault(s->inlet, FAULT_duplicate, repeated, sample);
    s->unpushed = !inlet_push(s->inlet);
    return room;
}

static bool is_durable(const struct pending *p)
{
    return !p->source->unpushed && inlet_durable(p->source->inlet) >= p->target;
}

static void wait_for_disk(struct http_listeners *l, struct pending *p)
{
    if (is_durable(p)) {
        http_send(p->request);
        return;
    }
    p->deadline_ns = loop_now_ns(l->loop) + DURABLE_NS;
    p->waits = true;
}

static void answer_acks(struct http_source *s, struct http_request *r, const struct http_call *c,
                        const struct http_take *t)
{
    struct buf body CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    const uint64_t durable = inlet_durable(s->inlet);

    if (!s->acks) {
        refuse(r, s->protocol, HTTP_NO_ACKS);
        return;
    }
    if (c->channel.n == 0 || c->channel.n > HTTP_CHANNEL_BYTES_MAX) {
        refuse(r, s->protocol, HTTP_NO_CHANNEL);
        return;
    }
    buf_add(&body, S("{\"acks\":{"));
    for (uint32_t i = 0; i < t->ack_count; i++)
        buf_printf(&body, "%s\"%llu\":%s", i ? "," : "", (unsigned long long)t->ack_ids[i],
                   http_ack_is_durable(s->acks, c->channel, t->ack_ids[i], durable) ? "true"
                                                                                    : "false");
    buf_add(&body, S("}}"));
    http_answer(r, &(struct http_answer){
                       .status = 200, .type = "application/json", .body = buf_str(&body)});
}

/* With acknowledgements the answer is a number, and comes at once. */
static void answer_number(struct http_source *s, struct pending *p, const struct http_call *c)
{
    char body[96];
    uint64_t id;

    if (!http_ack_add(s->acks, c->channel, p->target, inlet_durable(s->inlet), &id)) {
        refuse(p->request, s->protocol, HTTP_BUSY);
        return;
    }
    snprintf(body, sizeof body, "{\"text\":\"Success\",\"code\":0,\"ackId\":%llu}",
             (unsigned long long)id);
    http_answer(p->request, &(struct http_answer){
                                .status = 200, .type = "application/json", .body = str_from(body)});
}

static void take_in(struct http_listeners *l, struct pending *p, const struct http_call *c)
{
    struct http_source *s = p->source;
    struct http_take t = {.arena = l->arena};

    s->protocol->decode(c, &t);
    if (t.broken)
        inlet_fault(s->inlet, FAULT_body, t.broken, t.sample);
    if (t.asks_acks) {
        answer_acks(s, p->request, c, &t);
    } else if (t.too_many) {
        inlet_fault(s->inlet, FAULT_body, 1, http_peer(p->request));
        refuse(p->request, s->protocol, HTTP_TOO_LONG);
    } else if (t.answer.status >= 400 || t.count == 0) {
        http_answer(p->request, &t.answer);
    } else if (s->acks && (c->channel.n == 0 || c->channel.n > HTTP_CHANNEL_BYTES_MAX)) {
        refuse(p->request, s->protocol, HTTP_NO_CHANNEL);
    } else if (!add_records(s, origin_of(s, sender_of(s, p->request)), &t)) {
        refuse(p->request, s->protocol, HTTP_BUSY);
    } else {
        p->target = inlet_next(s->inlet); /* beyond the repeated ones, too */
        if (s->acks) {
            answer_number(s, p, c);
            return;
        }
        http_prepare(p->request, &t.answer);
        wait_for_disk(l, p);
    }
}

static bool unpack(struct http_listeners *l, struct pending *p, str *body)
{
    static const struct {
        enum inlet_fault fault;
        enum http_refusal why;
    } results[] = {[CODING_UNKNOWN] = {FAULT_body, HTTP_CODING},
                   [CODING_BROKEN] = {FAULT_body, HTTP_UNREADABLE},
                   [CODING_BOMB] = {FAULT_bomb, HTTP_TOO_LONG}};
    str coding = http_header(p->request, "Content-Encoding");

    l->unpacked.max = p->source->unpacked_max;
    if (str_ieq(coding, S("snappy"))) /* the protobuf of Loki is always that */
        coding = (str){0};
    enum coding_result result = coding_unpack(coding, *body, &l->unpacked, body);
    if (result == CODING_DONE)
        return true;
    inlet_fault(p->source->inlet, results[result].fault, 1, http_peer(p->request));
    refuse(p->request, p->source->protocol, results[result].why);
    return false;
}

static void on_whole(void *ctx, struct http_request *r)
{
    struct http_listeners *l = ((struct http_listener *)ctx)->all;
    struct pending *p = http_user(r);
    struct http_call c = {.method = http_method(r),
                          .path = http_path(r),
                          .query = http_query(r),
                          .type = http_header(r, "Content-Type"),
                          .channel = http_header(r, "X-Splunk-Request-Channel"),
                          .arena = l->arena};
    enum http_body_state state = http_body(r, &c.body);

    assert(p);
    if (!c.channel.p)
        c.channel = http_query_value(c.query, S("channel"), l->arena);
    if (!p->source || state == HTTP_BODY_NO_ROOM) {
        refuse(r, p->source ? p->source->protocol : NULL, HTTP_BUSY);
    } else if (state == HTTP_BODY_TOO_LONG) {
        inlet_fault(p->source->inlet, FAULT_body, 1, http_peer(r));
        refuse(r, p->source->protocol, HTTP_TOO_LONG);
    } else if (unpack(l, p, &c.body)) {
        take_in(l, p, &c);
    }
    http_body_drop(r);
    if (l->unpacked.capacity > KEPT_BYTES)
        buf_done(&l->unpacked);
    if (arena_used(l->arena) > KEPT_BYTES) {
        arena_free(l->arena);
        l->arena = arena_new(ARENA_BLOCK);
    }
    arena_reset(l->arena);
}

/* --- what waits --- */

static void look_again(struct http_listeners *l)
{
    for (struct http_source *s = l->sources; s; s = s->next)
        if (s->unpushed)
            s->unpushed = !inlet_push(s->inlet);
    for (struct pending *p = l->pending; p; p = p->next) {
        bool late = loop_now_ns(l->loop) >= p->deadline_ns;
        if (!p->waits || (!is_durable(p) && !late))
            continue;
        p->waits = false;
        if (is_durable(p))
            http_send(p->request);
        else
            refuse(p->request, p->source->protocol, HTTP_BUSY);
    }
}

static void on_tick(void *ctx)
{
    look_again(ctx);
}

static void on_wake(void *ctx, uint32_t events)
{
    struct http_listeners *l = ctx;
    uint64_t count;
    ssize_t got = read(l->wake, &count, sizeof count);

    (void)events;
    (void)got;
    look_again(l);
}

void http_intake_committed(struct http_listeners *l)
{
    const uint64_t one = 1;
    ssize_t put = write(l->wake, &one, sizeof one); /* a full counter wakes as well */

    (void)put;
}

struct http_listeners *http_listeners_new(struct loop *loop, struct err *e)
{
    struct http_listeners *l = mem_alloc(sizeof *l);

    l->loop = loop;
    l->budget.max = HTTP_BODIES_BYTES_MAX;
    l->arena = arena_new(ARENA_BLOCK);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->wake == -1)
        err_set(e, ERR_IO, "cannot be woken: %s", strerror(errno));
    else
        l->wake_wait = loop_add(loop, l->wake, EPOLLIN, on_wake, l, e);
    if (l->wake_wait) {
        l->tick = loop_every(loop, TICK_NS, on_tick, l);
        return l;
    }
    http_listeners_free(l);
    return NULL;
}

void http_listeners_free(struct http_listeners *l)
{
    if (!l)
        return;
    assert(!l->sources && !l->listeners && !l->pending);
    loop_timer_remove(l->tick);
    loop_remove(l->wake_wait);
    if (l->wake != -1)
        close(l->wake);
    buf_done(&l->unpacked);
    arena_free(l->arena);
    free(l);
}

/* --- sources come and go --- */

static struct http_listener *listener_new(struct http_source *s, const struct settings *settings,
                                          const struct http_tls *tls, struct err *e)
{
    struct http_listeners *l = s->listeners;
    struct http_listener *at = mem_alloc(sizeof *at);
    struct http_address address;
    const struct http_handler handler = {
        .ctx = at, .head = on_head, .whole = on_whole, .over = on_over, .trouble = on_trouble};
    const struct http_limits limits = {
        .connections = (uint32_t)setting_number(settings, "connections"),
        .connections_per_peer = (uint32_t)setting_number(settings, "connections_per_peer"),
        .head_ns = HEAD_NS,
        .body_ns = BODY_NS,
        .answer_ns = ANSWER_NS,
        .idle_ns = IDLE_NS,
        .budget = &l->budget,
    };

    at->all = l;
    if (http_address_parse(setting_text(settings, "listen"), &address, e))
        at->server = http_server_new(&address, tls, &limits, &handler, l->loop, e);
    if (!at->server) {
        free(at);
        return NULL;
    }
    at->where = str_dup(setting_text(settings, "listen"));
    at->next = l->listeners;
    l->listeners = at;
    return at;
}

static char *security_of(const struct settings *s)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    static const char *const names[] = {"certificate", "key", "client_ca"};

    for (size_t i = 0; i < countof(names); i++) {
        buf_add(&b, setting_text(s, names[i]));
        buf_char(&b, '\n');
    }
    return str_dup(buf_str(&b));
}

/* Of one path at one address each token, and no token, may mean one source. */
static bool check_ambiguity(const struct http_source *s, struct err *e)
{
    for (const struct http_source *o = s->listeners->sources; o; o = o->next)
        if (o->listener == s->listener && o->protocol == s->protocol && str_eq(o->path, s->path) &&
            ((o->anyone && s->anyone) || http_tokens_share(&o->tokens, &s->tokens)))
            return err_set(e, ERR_INPUT,
                           "has address, path and token of source '" STR_FMT
                           "': a request would be for both",
                           STR_ARG(inlet_name(o->inlet)));
    return true;
}

static void drop_listener(struct http_listener *at)
{
    struct http_listener **link = &at->all->listeners;

    if (at->users > 0)
        return;
    while (*link != at) {
        assert(*link);
        link = &(*link)->next;
    }
    *link = at->next;
    http_server_free(at->server);
    free(at->where);
    free(at->security);
    free(at);
}

bool http_intake_join(struct http_source *s, const struct settings *settings,
                      const struct http_tls *tls, struct err *e)
{
    struct http_listener *at = s->listeners->listeners;
    const str where = setting_text(settings, "listen");
    char *security = security_of(settings);
    bool ok = true;

    while (at && !str_eq(str_from(at->where), where))
        at = at->next;
    if (!at) {
        at = listener_new(s, settings, tls, e);
        if (at) {
            at->security = security;
            security = NULL;
        }
    } else if (strcmp(at->security, security) != 0) {
        ok = err_set(e, ERR_INPUT, "another source listens at " STR_FMT " with other TLS settings",
                     STR_ARG(where));
    }
    free(security);
    if (!at || !ok)
        return false;
    s->listener = at;
    if (!check_ambiguity(s, e)) {
        drop_listener(at);
        return false;
    }
    at->users++;
    s->next = s->listeners->sources;
    s->listeners->sources = s;
    return true;
}

bool http_intake_start(struct http_source *s, struct err *e)
{
    s->started = http_server_start(s->listener->server, e);
    return s->started;
}

void http_intake_leave(struct http_source *s)
{
    struct http_source **link = &s->listeners->sources;
    struct http_listener *at = s->listener;

    look_again(s->listeners);
    for (struct pending *p = s->listeners->pending; p; p = p->next) {
        if (p->source != s)
            continue;
        p->source = NULL;
        if (p->waits)
            refuse(p->request, s->protocol, HTTP_BUSY);
        p->waits = false;
    }
    while (*link != s) {
        assert(*link); /* it is in there since it joined */
        link = &(*link)->next;
    }
    *link = s->next;
    at->users--;
    drop_listener(at);
}

uint16_t http_source_port(const void *source)
{
    return http_server_port(((const struct http_source *)source)->listener->server);
}
