/*
 * squid.c - Squid's access log in its own format, and the two built from it:
 *
 *   1795514400.123     87 192.0.2.7 TCP_MISS/200 1862 GET http://example.com/ alice \
 *     HIER_DIRECT/198.51.100.1 text/html ["REFERER" "AGENT"]
 *
 * its error pages' log (cache.log) is not read. The Common and Combined formats, with Squid's
 * status behind the agent, are lines of web_access. Native names are those of W3C's extended log
 * format, as Sigma's rules for proxies use them (c-uri, cs-uri, c-useragent ...), then s-action,
 * s-hierarchy, s-peer, dst_ip (the peer again), rs-content-type, time-taken.
 */
#include "dialect/http_access.h"
#include "message/time_text.h"
#include "text/ip.h"

static const struct column_rule columns[] = {
    {S("c-ip"), COLUMN_source_ip, VIA_ADDRESS},
    {S("cs-username"), COLUMN_user_name, VIA_ACCOUNT},
    {S("c-uri"), COLUMN_url_original, VIA_URL},
    {S("cs-host"), COLUMN_url_domain, VIA_TEXT},
    {S("cs-host"), COLUMN_destination_domain, VIA_TEXT},
    {S("s-peer"), COLUMN_destination_ip, VIA_TEXT},
    {S("cs-host"), COLUMN_destination_ip, VIA_ADDRESS},
    {S("s-port"), COLUMN_destination_port, VIA_TEXT},
    {S("c-useragent"), COLUMN_user_agent, VIA_TEXT},
    {S("time-taken"), COLUMN_event_duration, VIA_MILLISECONDS},
    {S("s-action"), COLUMN_event_reason, VIA_TEXT},
    {.field = S("")},
};

static const struct column_constant constants[] = {
    {S("tcp"), COLUMN_network_transport}, {S("squid.access"), COLUMN_event_dataset}, {S(""), 0}};

/* What Squid refused has a status for the client; what was aborted has none. */
static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("s-action"));

    (void)a;
    if (str_find(action, S("DENIED")) || str_find(action, S("ABORTED"))) {
        c->outcome = OUTCOME_FAILURE;
        if (str_find(action, S("DENIED")))
            c->type = "denied";
    }
}

static const struct kind kind_squid = {
    .base = &http_access_kind,
    .format = "squid",
    .action = "proxy_request",
    .columns = columns,
    .constants = constants,
    .refine = refine,
};

static str take_word(str *s)
{
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    return str_cut(s, ' ');
}

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* What a line has beyond; m->layout is a sum. */
enum {
    HAS_ALL = 1,
    HAS_PORT = 2,
    HAS_HOST = 4,
    HAS_AGENT = 8,
    HAS_MORE = 16,
    HAS_PEER = 32,
    HAS_URI = 64, /* times what http_proxy_add() says */
};

/* The host of "http://host:port/path" and of "host:port"; the port may be empty. */
static void add_host(struct message *m, str uri, bool connects)
{
    const char *slashes = str_find(uri, S("://"));
    str host = slashes ? str_from_at(uri, (size_t)(slashes - uri.p) + 3) : uri;

    if (!slashes && !connects)
        return;
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#')
            host.n = i;
    const char *at = host.n ? memrchr(host.p, '@', host.n) : NULL;
    if (at)
        host = str_from_at(host, (size_t)(at - host.p) + 1);
    const char *colon = host.n ? memrchr(host.p, ':', host.n) : NULL;
    str port = colon ? str_from_at(host, (size_t)(colon - host.p) + 1) : (str){0};
    if (is_digits(port)) {
        host.n = (size_t)(colon - host.p);
        message_add(m, S("s-port"), port);
        m->layout += HAS_PORT;
    }
    message_add(m, S("cs-host"), host);
    m->layout += HAS_HOST;
}

/* Perhaps "REFERER" "AGENT", and what stands behind. */
static void add_rest(struct message *m, str rest)
{
    rest = str_trim(rest);
    if (str_starts(rest, S("\"")) && str_ends(rest, S("\"")) && rest.n > 2) {
        str referer = str_from_at(rest, 1);
        const char *end = str_find(referer, S("\" \""));
        if (end && (size_t)(end - rest.p) + 3 < rest.n) { /* the last quote is one of its own */
            referer.n = (size_t)(end - referer.p);
            str agent = str_from_at(rest, referer.n + 4);
            agent.n--;
            message_add(m, S("cs-referer"), referer);
            message_add(m, S("c-useragent"), agent);
            m->layout += HAS_AGENT;
            return;
        }
    }
    if (rest.n) {
        message_add(m, S("more"), rest);
        m->layout += HAS_MORE;
    }
}

struct line {
    str time, elapsed, client, action, status, bytes, method, uri, user, hierarchy, peer, type;
    str rest;
};

/* "HIER_DIRECT/198.51.100.1", "FIRSTUP_PARENT/...", "NONE/-". */
static bool is_hierarchy(str s)
{
    size_t n = 0;

    while (n < s.n && ((s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == '_'))
        n++;
    return n > 0 && n < s.n && s.p[n] == '/';
}

/* The URI may hold blanks, where Squid is told not to encode them; the user has none. */
static bool take_behind(struct line *l, str text)
{
    enum { WORDS_MAX = 64 };
    str rest = text, before = take_word(&rest);
    const char *uri_end = before.p + before.n;

    for (uint32_t n = 0; rest.n && n < WORDS_MAX; n++) {
        str word = take_word(&rest);
        if (n == 0 || !is_hierarchy(word)) {
            uri_end = n ? before.p + before.n : uri_end;
            before = word;
            continue;
        }
        l->uri = (str){text.p, (size_t)(uri_end - text.p)};
        l->user = before;
        l->peer = word;
        l->hierarchy = str_cut(&l->peer, '/');
        l->type = take_word(&rest);
        l->rest = rest;
        return true;
    }
    return false;
}

static bool read_line(struct line *l, str text)
{
    l->time = take_word(&text);
    l->elapsed = take_word(&text);
    l->client = take_word(&text);
    l->status = take_word(&text);
    l->action = str_cut(&l->status, '/');
    l->bytes = take_word(&text);
    l->method = take_word(&text);
    return is_digits(l->status) && is_digits(l->bytes) && l->method.n && take_behind(l, text);
}

static void add_fields(struct message *m, const struct line *l)
{
    m->layout = HAS_ALL;
    message_add(m, S("time-taken"), l->elapsed);
    message_add(m, S("c-ip"), l->client);
    message_add(m, S("s-action"), l->action);
    message_add(m, S("sc-status"), l->status);
    message_add(m, S("sc-bytes"), l->bytes);
    message_add(m, S("cs-method"), l->method);
    http_target_add(m, l->uri);
    m->layout += HAS_URI * http_proxy_add(m, l->uri);
    add_host(m, l->uri, str_eq(l->method, S("CONNECT")));
    message_add(m, S("cs-username"), l->user);
    message_add(m, S("s-hierarchy"), l->hierarchy);
    message_add(m, S("s-peer"), l->peer);
    if (!str_eq(l->peer, S("-"))) {
        message_add(m, S("dst_ip"), l->peer);
        m->layout += HAS_PEER;
    }
    message_add(m, S("rs-content-type"), l->type);
    add_rest(m, l->rest);
}

static bool read(void *state, struct message *m)
{
    struct line l = {0};

    (void)state;
    if (!read_line(&l, m->text) || !message_time_text(m, l.time))
        return false;
    add_fields(m, &l);
    return true;
}

/* "1795514400.123     87 192.0.2.7 TCP_". */
static int sniff(str text)
{
    enum { SURE = 90, SECONDS = 10 };
    str stamp = take_word(&text), elapsed = take_word(&text);

    if (stamp.n < SECONDS + 2 || stamp.p[SECONDS] != '.' || !is_digits((str){stamp.p, SECONDS}) ||
        !(is_digits(elapsed) || (elapsed.n > 1 && elapsed.p[0] == '-')))
        return 0;
    take_word(&text);
    str action = take_word(&text);
    return action.n && memchr(action.p, '/', action.n) ? SURE : 0;
}

const struct dialect dialect_squid = {
    .name = "squid",
    .summary = "Squid: its access log in its native format",
    .sample = "1795514400.123     87 192.0.2.7 TCP_MISS/200 1862 GET http://www.example.com/a "
              "alice HIER_DIRECT/198.51.100.1 text/html",
    .kind = &kind_squid,
    .sources = {{.product = S(""), .category = S("proxy"), .service = S("")},
                {.product = S(""), .category = S(""), .service = S("squid")}},
    .not_linux = true,
    .programs = {S("squid"), S("squid3"), S("(squid)"), S("squid-1"), S("(squid-1)")},
    .sniff = sniff,
    .bare = true,
    .read = read,
};
