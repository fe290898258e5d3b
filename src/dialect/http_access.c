#include "dialect/http_access.h"

#include "event/verdict.h"
#include "message/time_text.h"
#include "text/ip.h"

enum {
    TOKENS_MAX = 8,    /* before the time that are told apart; a user name may have more */
    SNIFF_FRONT = 512, /* bytes before the time */
    STATUS_DIGITS = 3,
    FORWARDED_MAX = 32, /* addresses of a list that are looked at */
};

/* What a line has; with HAS_ of the fields it is its layout. */
enum {
    HAS_IDENT = 1,
    HAS_USER = 2,
    HAS_HOST = 4,
    HAS_PORT = 8,
    HAS_FORWARDED = 16,
    HAS_HTTP = 32,
    HAS_BYTES = 64,
    HAS_REFERER = 128,
    HAS_AGENT = 256,
    HAS_REQUEST_ID = 512,
    HAS_FORWARDED_BEHIND = 1024,
    HAS_MORE = 2048,
    HAS_TRAEFIK = 4096,
    HAS_INGRESS = 8192,
    HAS_SQUID = 16384,
    HAS_ALL = 32768, /* above them */
};

struct line {
    str client, forwarded, ident, user, request_id, host, port, time, request, status, bytes;
    str referer, agent, rest;
    uint32_t has;
};

/* ------------------------------------------------------------ kind */

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str version = event_get(ev, S("cs-version"));

    if (!c->outcome)
        c->outcome = (uint8_t)verdict_of_http(event_get(ev, S("sc-status")));
    if (str_starts(version, S("HTTP/")))
        columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(version, S("HTTP/").n), a);
}

static const struct column_rule columns[] = {
    {S("c-ip"), COLUMN_source_ip, VIA_ADDRESS},
    {S("cs-username"), COLUMN_user_name, VIA_ACCOUNT},
    {S("c-uri"), COLUMN_url_original, VIA_URL},
    {S("cs-host"), COLUMN_url_domain, VIA_TEXT},
    {S("cs-method"), COLUMN_http_method, VIA_TEXT},
    {S("sc-status"), COLUMN_http_status, VIA_TEXT},
    {S("sc-bytes"), COLUMN_http_bytes, VIA_TEXT},
    {S("cs-referer"), COLUMN_http_referrer, VIA_TEXT},
    {S("cs-user-agent"), COLUMN_user_agent, VIA_TEXT},
    {S("s-port"), COLUMN_destination_port, VIA_TEXT},
    {.field = S("")},
};

static const struct column_constant constants[] = {
    {S("http"), COLUMN_network_protocol},
    {S(""), 0},
};

const struct kind http_access_kind = {
    .action = "http_request",
    .activity = ACTIVITY_http,
    .columns = columns,
    .constants = constants,
    .refine = refine,
};

/* ------------------------------------------------------------ parts */

static str trim_blanks(str s)
{
    while (s.n && s.p[0] == ' ')
        s = str_from_at(s, 1);
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* The first double quote from `from` on that no backslash escapes; n when there is none. */
static size_t find_quote(str s, size_t from)
{
    while (from < s.n) {
        const char *quote = memchr(s.p + from, '"', s.n - from);
        if (!quote)
            return s.n;
        size_t at = (size_t)(quote - s.p), back = at;
        while (back > from && s.p[back - 1] == '\\')
            back--;
        if ((at - back) % 2 == 0)
            return at;
        from = at + 1;
    }
    return s.n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_of(str s)
{
    size_t n = 0;

    while (n < s.n && is_digit(s.p[n]))
        n++;
    return n;
}

/* Takes a word off the front, and the blanks before it. */
static str take_word(str *s)
{
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
    str word = {s->p, end ? (size_t)(end - s->p) : s->n};
    *s = str_from_at(*s, word.n);
    return word;
}

/* Takes what stands in double quotes off the front, and the blanks before it. */
static bool take_quoted(str *s, str *ret)
{
    size_t at = 0;

    while (at < s->n && s->p[at] == ' ')
        at++;
    if (at == s->n || s->p[at] != '"')
        return false;
    size_t end = find_quote(*s, at + 1);
    if (end == s->n)
        return false;
    *ret = (str){s->p + at + 1, end - at - 1};
    *s = str_from_at(*s, end + 1);
    return true;
}

static bool is_hex(char c)
{
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* Looks it like an address, perhaps in brackets? */
static bool is_address(str s)
{
    uint32_t dots = 0, colons = 0;

    if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = (str){s.p + 1, s.n - 2};
    for (size_t i = 0; i < s.n; i++) {
        dots += s.p[i] == '.';
        colons += s.p[i] == ':';
        if (!is_hex(s.p[i]) && s.p[i] != '.' && s.p[i] != ':')
            return false;
    }
    return dots == 3 || colons >= 2;
}

/* RFC 1918, RFC 6598, RFC 4193, and what stays on a link or a host. */
static bool is_private(const struct ip *ip)
{
    const uint8_t *b = ip->bytes;

    if (!ip_is_v4(ip))
        return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || b[0] == 0;
    b += 12;
    return b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
           (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) ||
           (b[0] == 100 && (b[1] & 0xc0) == 64);
}

str http_forwarded_client(str list)
{
    str last = {0}, open = {0};
    struct ip ip;

    for (uint32_t n = 0; list.n && n < FORWARDED_MAX; n++) {
        str one = trim_blanks(str_cut(&list, ','));
        if (one.n == 0 || str_eq(one, S("-")))
            continue;
        last = one;
        if (ip_parse(one, &ip) && !is_private(&ip))
            open = one;
    }
    return open.n ? open : last;
}

/* ------------------------------------------------------------ before the time */

struct words {
    str items[TOKENS_MAX];
    uint32_t count; /* the last may be more than a word */
};

/* Words; a list of addresses with commas is one. */
static void split_words(str s, struct words *w)
{
    w->count = 0;
    for (;;) {
        while (s.n && s.p[0] == ' ')
            s = str_from_at(s, 1);
        if (s.n == 0)
            return;
        if (w->count == TOKENS_MAX - 1) {
            w->items[w->count++] = trim_blanks(s);
            return;
        }
        const char *from = s.p;
        str word = take_word(&s);
        while (s.n && word.n && word.p[word.n - 1] == ',')
            word = take_word(&s);
        w->items[w->count++] = (str){from, (size_t)(word.p + word.n - from)};
    }
}

/* The list's last address may be read by is_address(). */
static bool is_client(str s)
{
    const char *comma = s.n ? memrchr(s.p, ',', s.n) : NULL;

    if (comma)
        s = trim_blanks(str_from_at(s, (size_t)(comma - s.p) + 1));
    return is_address(s);
}

/* Does the name of a virtual host stand before the client? */
static bool begins_with_host(const struct words *w)
{
    if (w->count < 2 || !is_client(w->items[1]))
        return false;
    if (!is_client(w->items[0]))
        return true;
    return w->count > 3 && str_eq(w->items[2], S("-"));
}

static void take_host(struct line *l, str word)
{
    const char *colon = memrchr(word.p, ':', word.n);
    size_t at = colon ? (size_t)(colon - word.p) : word.n;

    l->host = word;
    l->has |= HAS_HOST;
    if (colon && at + 1 < word.n && digits_of(str_from_at(word, at + 1)) == word.n - at - 1 &&
        (memchr(word.p, ':', at) == NULL || word.p[at - 1] == ']')) {
        l->host.n = at;
        l->port = str_from_at(word, at + 1);
        l->has |= HAS_PORT;
    }
}

/* An address, perhaps with a port, the name of a host, or what nginx says of a local socket. */
static bool is_plausible_client(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_hex(s.p[i]) && (s.p[i] < 'g' || s.p[i] > 'z') && (s.p[i] < 'G' || s.p[i] > 'Z') &&
            !memchr("-._:[]%", s.p[i], 7))
            return false;
    return s.n > 0;
}

static void take_client(struct line *l, str word)
{
    l->client = word;
    if (memchr(word.p, ',', word.n)) {
        l->client = http_forwarded_client(word);
        l->forwarded = word;
        l->has |= HAS_FORWARDED;
    }
}

static bool read_front(struct line *l, str front)
{
    struct words w;
    uint32_t at = 0;

    split_words(front, &w);
    if (w.count == 0)
        return false;
    if (begins_with_host(&w))
        take_host(l, w.items[at++]);
    take_client(l, w.items[at++]);
    /* A name is one only before an ident and a user. */
    if (!is_plausible_client(l->client) || (w.count - at < 2 && !is_address(l->client)))
        return false;
    if (at < w.count) {
        l->ident = w.items[at++];
        l->has |= HAS_IDENT;
        /* lighttpd writes the host there. */
        if (!(l->has & HAS_HOST) && memchr(l->ident.p, '.', l->ident.n))
            take_host(l, l->ident);
    }
    if (at == w.count)
        return true;
    if ((l->has & HAS_HOST) && w.count - at == 2 && str_eq(w.items[at + 1], S("-")) &&
        str_eq(l->ident, S("-"))) { /* as BunkerWeb has it */
        l->request_id = w.items[at++];
        l->has |= HAS_REQUEST_ID;
    }
    l->user = (str){w.items[at].p,
                    (size_t)(w.items[w.count - 1].p + w.items[w.count - 1].n - w.items[at].p)};
    if (str_eq(l->user, S("- -")))
        l->user.n = 1;
    l->has |= HAS_USER;
    return true;
}

/* "CLIENT - - [TIME] ", perhaps with the name of the host behind the time. */
static bool read_head(struct line *l, str head)
{
    const char *close = head.n ? memrchr(head.p, ']', head.n) : NULL;
    const char *open = close ? memrchr(head.p, '[', (size_t)(close - head.p)) : NULL;

    if (!open)
        return false;
    l->time = trim_blanks((str){open + 1, (size_t)(close - open) - 1});
    if (l->time.n == 0 || !is_digit(l->time.p[0]))
        return false;
    str between = trim_blanks((str){close + 1, (size_t)(head.p + head.n - close) - 1});
    if (!read_front(l, (str){head.p, (size_t)(open - head.p)}))
        return false;
    if (between.n == 0)
        return true;
    if (memchr(between.p, ' ', between.n) || (l->has & HAS_HOST))
        return false;
    take_host(l, between);
    return true;
}

/* ------------------------------------------------------------ behind the request */

/* " 200 1234" or " 200 -", " - -"; the bytes may be absent. */
static bool read_status(struct line *l, str *rest)
{
    str status = take_word(rest);

    if (!str_eq(status, S("-")) && (digits_of(status) != status.n || status.n > STATUS_DIGITS))
        return false;
    l->status = status;
    str behind = *rest, bytes = take_word(&behind);
    if (bytes.n && (str_eq(bytes, S("-")) || digits_of(bytes) == bytes.n)) {
        l->bytes = bytes;
        l->has |= HAS_BYTES;
        *rest = behind;
    }
    return status.n > 0;
}

static bool is_forwarded(str s)
{
    return str_eq(s, S("-")) || is_client(s);
}

/* `72 "router" "http://service" 0ms` */
static bool is_traefik(str rest)
{
    str word = take_word(&rest), quoted;

    if (digits_of(word) != word.n || word.n == 0 || !take_quoted(&rest, &quoted) ||
        !take_quoted(&rest, &quoted))
        return false;
    word = take_word(&rest);
    return trim_blanks(rest).n == 0 && str_ends(word, S("ms")) && digits_of(word) == word.n - 2;
}

/* `420 0.003 [default-web-80] [] 10.0.0.7:8080 5 0.002 200 id` */
static bool is_ingress(str rest)
{
    str length = take_word(&rest), seconds = take_word(&rest);

    return length.n && digits_of(length) == length.n && seconds.n > 2 &&
           memchr(seconds.p, '.', seconds.n) && str_starts(rest, S(" ["));
}

/* "TCP_DENIED:HIER_NONE" */
static bool is_squid(str rest)
{
    const char *colon = rest.n ? memchr(rest.p, ':', rest.n) : NULL;

    for (size_t i = 0; i < rest.n; i++)
        if ((rest.p[i] < 'A' || rest.p[i] > 'Z') && rest.p[i] != '_' && rest.p + i != colon)
            return false;
    return colon && colon > rest.p && colon + 1 < rest.p + rest.n;
}

static void read_rest(struct line *l, str rest)
{
    str quoted, behind = rest;

    if (take_quoted(&behind, &quoted)) {
        l->referer = quoted;
        l->has |= HAS_REFERER;
        rest = behind;
        if (take_quoted(&behind, &quoted)) {
            l->agent = quoted;
            l->has |= HAS_AGENT;
            rest = behind;
        }
    }
    if ((l->has & HAS_AGENT) && !(l->has & HAS_FORWARDED) && take_quoted(&behind, &quoted) &&
        is_forwarded(quoted)) {
        l->forwarded = quoted;
        l->has |= HAS_FORWARDED_BEHIND;
        rest = behind;
    }
    l->rest = trim_blanks(rest);
    if (l->rest.n)
        l->has |= is_traefik(l->rest)   ? HAS_TRAEFIK
                  : is_ingress(l->rest) ? HAS_INGRESS
                  : is_squid(l->rest)   ? HAS_SQUID
                                        : HAS_MORE;
}

static bool read_line(struct line *l, str text)
{
    size_t open = find_quote(text, 0), close;

    if (open == text.n || open == 0 || text.p[open - 1] != ' ' ||
        !read_head(l, (str){text.p, open}))
        return false;
    /* A quote that some server did not escape is no end where no status follows. */
    for (close = find_quote(text, open + 1); close < text.n; close = find_quote(text, close + 1)) {
        str rest = str_from_at(text, close + 1);
        if (rest.n == 0 || rest.p[0] != ' ' || !read_status(l, &rest))
            continue;
        l->request = (str){text.p + open + 1, close - open - 1};
        read_rest(l, rest);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------ fields */

static bool split_request(str request, str *method, str *target, str *version)
{
    enum { METHOD_MAX = 32 };
    const char *space = memchr(request.p, ' ', request.n < METHOD_MAX ? request.n : METHOD_MAX);

    if (!space || space == request.p)
        return false;
    *method = (str){request.p, (size_t)(space - request.p)};
    for (size_t i = 0; i < method->n; i++) {
        const char c = ascii_lower(method->p[i]);
        if ((c < 'a' || c > 'z') && c != '-' && c != '_')
            return false;
    }
    str rest = str_from_at(request, method->n + 1);
    const char *last = rest.n ? memrchr(rest.p, ' ', rest.n) : NULL;
    *version = last ? str_from_at(rest, (size_t)(last - rest.p) + 1) : (str){0};
    if (str_starts(*version, S("HTTP/")))
        rest.n = (size_t)(last - rest.p);
    else
        *version = (str){0};
    *target = rest;
    return rest.n > 0;
}

static void add_target_parts(struct message *m, str target)
{
    const char *query = target.n ? memchr(target.p, '?', target.n) : NULL;

    message_add(m, S("cs-uri-query"), target);
    message_add(m, S("cs-uri-stem"), query ? (str){target.p, (size_t)(query - target.p)} : target);
}

void http_target_add(struct message *m, str target)
{
    message_add(m, S("c-uri"), target);
    add_target_parts(m, target);
}

static bool add_request_parts(struct message *m, str request)
{
    str method, target, version;

    if (!split_request(request, &method, &target, &version)) {
        http_target_add(m, request);
        return false;
    }
    message_add(m, S("cs-method"), method);
    message_add(m, S("cs-version"), version);
    http_target_add(m, target);
    return true;
}

bool http_request_add(struct message *m, str request)
{
    message_add(m, S("request"), request);
    return add_request_parts(m, request);
}

uint32_t http_proxy_add(struct message *m, str uri)
{
    enum { EXTENSION_MAX = 8 };
    const char *mark = uri.n ? memchr(uri.p, '?', uri.n) : NULL;
    str path = {uri.p, mark ? (size_t)(mark - uri.p) : uri.n};
    str query = mark ? str_from_at(uri, path.n + 1) : (str){0};
    const char *slashes = str_find(path, S("://"));
    str local = slashes ? str_from_at(path, (size_t)(slashes - path.p) + 3) : path;
    const char *slash = local.n ? memrchr(local.p, '/', local.n) : NULL;
    str name = slash ? str_from_at(local, (size_t)(slash - local.p) + 1) : (str){0};
    const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
    str extension = dot ? str_from_at(name, (size_t)(dot - name.p) + 1) : (str){0};

    message_add(m, S("cs-uri"), uri);
    if (query.n)
        message_add(m, S("c-uri-query"), query);
    const bool short_enough = extension.n && extension.n <= EXTENSION_MAX;
    if (short_enough)
        message_add(m, S("c-uri-extension"), extension);
    return (query.n > 0) + 2u * short_enough;
}

bool http_template_match(const struct template_set *s, struct message *m)
{
    if (!template_match(s, m))
        return false;
    str request = event_get(m->event, S("request")), target = event_get(m->event, S("c-uri"));
    bool parsed = false;
    if (request.p)
        parsed = add_request_parts(m, request);
    else if (target.p)
        add_target_parts(m, target);
    m->layout = m->layout * 2 + parsed;
    return true;
}

static void add_if(struct message *m, const struct line *l, uint32_t has, str name, str value)
{
    if (l->has & has)
        message_add(m, name, value);
}

static void add_traefik(struct message *m, str rest)
{
    str quoted = {0};

    message_add(m, S("request_count"), take_word(&rest));
    take_quoted(&rest, &quoted);
    message_add(m, S("router_name"), quoted);
    take_quoted(&rest, &quoted);
    message_add(m, S("service_url"), quoted);
    str duration = take_word(&rest);
    message_add(m, S("duration_ms"), (str){duration.p, duration.n - S("ms").n});
}

/* A word, or what stands in brackets. */
static str take_bracketed(str *s)
{
    str word = take_word(s);

    return word.n > 1 && word.p[0] == '[' && word.p[word.n - 1] == ']'
               ? (str){word.p + 1, word.n - 2}
               : word;
}

static void add_ingress(struct message *m, str rest)
{
    static const str names[] = {
        S("request_length"),
        S("request_time"),
        S("proxy_upstream_name"),
        S("proxy_alternative_upstream_name"),
        S("upstream_addr"),
        S("upstream_response_length"),
        S("upstream_response_time"),
        S("upstream_status"),
        S("req_id"),
    };

    for (size_t i = 0; i < countof(names); i++)
        message_add(m, names[i], take_bracketed(&rest));
}

/* What Squid's combined format has behind the agent: the line is one of a proxy. */
static uint32_t add_squid(struct message *m, const struct line *l)
{
    str hierarchy = l->rest, action = str_cut(&hierarchy, ':');

    message_add(m, S("s-action"), action);
    message_add(m, S("s-hierarchy"), hierarchy);
    message_add(m, S("c-useragent"), l->agent);
    message_source(m, S(""), S("proxy"), S(""));
    return http_proxy_add(m, event_get(m->event, S("c-uri")));
}

static void add_fields(struct message *m, struct line *l)
{
    uint32_t beyond = 0;

    message_add(m, S("c-ip"), l->client);
    add_if(m, l, HAS_IDENT, S("ident"), l->ident);
    add_if(m, l, HAS_USER, S("cs-username"), l->user);
    add_if(m, l, HAS_REQUEST_ID, S("request_id"), l->request_id);
    add_if(m, l, HAS_HOST, S("cs-host"), l->host);
    add_if(m, l, HAS_PORT, S("s-port"), l->port);
    add_if(m, l, HAS_FORWARDED | HAS_FORWARDED_BEHIND, S("x-forwarded-for"), l->forwarded);
    message_add(m, S("time_local"), l->time);
    if (http_request_add(m, l->request))
        l->has |= HAS_HTTP;
    message_add(m, S("sc-status"), l->status);
    add_if(m, l, HAS_BYTES, S("sc-bytes"), l->bytes);
    add_if(m, l, HAS_REFERER, S("cs-referer"), l->referer);
    add_if(m, l, HAS_AGENT, S("cs-user-agent"), l->agent);
    add_if(m, l, HAS_MORE, S("more"), l->rest);
    if (l->has & HAS_TRAEFIK)
        add_traefik(m, l->rest);
    if (l->has & HAS_INGRESS)
        add_ingress(m, l->rest);
    if (l->has & HAS_SQUID)
        beyond = add_squid(m, l);
    m->layout = l->has + HAS_ALL * beyond + 1;
}

/* ------------------------------------------------------------ lines */

static bool read_time(struct http_access_clock *c, const struct message *m, str text,
                      struct syslog_time *ret)
{
    enum { ZONE_AT = 20 };
    bool zoned = text.n == HTTP_STAMP_BYTES && text.p[ZONE_AT] == ' ';

    if (zoned && memcmp(c->stamp, text.p, HTTP_STAMP_BYTES) == 0) {
        *ret = c->time;
        return true;
    }
    if (time_text_take(text, m->time_rule, ret) != text.n)
        return false;
    if (zoned) {
        memcpy(c->stamp, text.p, HTTP_STAMP_BYTES);
        c->time = *ret;
    }
    return true;
}

/* "24/Nov/2026:10:00:00 +0100] " or an ISO date, before a double quote. */
bool http_access_sniff(str text)
{
    enum { STAMP_MIN = 16 };
    const char *open =
        text.n ? memchr(text.p, '[', text.n < SNIFF_FRONT ? text.n : SNIFF_FRONT) : NULL;

    if (!open || open == text.p || open[-1] != ' ')
        return false;
    str behind = str_from_at(text, (size_t)(open - text.p) + 1);
    const size_t digits = digits_of(behind);
    return behind.n > STAMP_MIN && (digits == 1 || digits == 2 || digits == 4) &&
           (behind.p[digits] == '/' || behind.p[digits] == '-') && memchr(behind.p, '"', behind.n);
}

bool http_access_read(struct http_access_clock *c, struct message *m)
{
    struct line l = {0};
    struct syslog_time time;

    if (!read_line(&l, m->text) || !read_time(c, m, l.time, &time))
        return false;
    add_fields(m, &l);
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    return true;
}
