/*
 * w3c.c - logs in the W3C's extended log file format (https://www.w3.org/TR/WD-logfile): lines that
 * begin with '#' tell what the columns of the others are.
 *
 *   #Software: Microsoft Internet Information Services 10.0
 *   #Date: 2026-11-24 10:00:00
 *   #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query ... sc-status
 *
 * IIS, Amazon CloudFront, proxies, Windows' firewall and Exchange write it: columns are parted by
 * blanks, tabs or commas. A column has the name of the header; where rules for web servers and
 * proxies have another (cs-user-agent for cs(User-Agent), c-uri), there is a field of that name
 * too. Blanks in values are written '+' by IIS, and stay so. '-' is no value.
 *
 * Times are UTC, unless a line "#Time Format: Local" says otherwise; a header without a date column
 * goes by its "#Date:".
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/heading.h"
#include "formats/shape_time.h"
#include "event/column_table.h"
#include "message/csv.h"
#include "dialect/http_access.h"
#include "message/time_text.h"
#include "text/time.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    DATE_BYTES = 10, /* "2026-11-24" */
    NUMBER_MAX = 20, /* digits of what is a number */
    FIELDS_MORE = 8, /* of other names */
    SNIFF_SURE = 92,
    SNIFF_LINES_MAX = 8,
};

/* Whose log it is, by names of its columns. */
enum origin { ORIGIN_OTHER, ORIGIN_WEB, ORIGIN_CLOUDFRONT, ORIGIN_PROXY, ORIGIN_FIREWALL };

struct w3c {
    struct heading names;
    char separator; /* of the header; a row with tabs has these */
    bool local;     /* times are of the zone of the stream */
    enum origin origin;
    char date[DATE_BYTES]; /* of "#Date:"; date[0] is 0 when there is none */
};

static const struct column_rule web_columns[] = {
    TO("s-ip", destination_ip, TEXT),
    TO("s-port", destination_port, TEXT),
    TO("s-computername", host_name, TEXT),
    TO("c-port", source_port, TEXT),
    TO("time-taken", event_duration, MILLISECONDS),
    END,
};
static const struct kind kind_web = {
    .base = &http_access_kind, .format = "w3c", .columns = web_columns};

static const struct column_rule cloudfront_columns[] = {
    TO("x-host-header", url_domain, TEXT),      TO("c-port", source_port, TEXT),
    TO("time-taken", event_duration, SECONDS),  TO("x-edge-request-id", event_id, TEXT),
    TO("x-edge-result-type", event_code, TEXT), END,
};
static const struct column_constant cloudfront_constants[] = {{S("aws"), COLUMN_cloud_provider},
                                                              {.value = S("")}};
static const struct kind kind_cloudfront = {.base = &http_access_kind,
                                            .format = "w3c",
                                            .columns = cloudfront_columns,
                                            .constants = cloudfront_constants};

static const struct column_rule proxy_columns[] = {
    TO("s-ip", observer_name, TEXT),
    TO("r-ip", destination_ip, TEXT),
    TO("s-supplier-ip", destination_ip, ADDRESS),
    TO("cs-uri-port", destination_port, TEXT),
    TO("time-taken", event_duration, MILLISECONDS),
    TO("s-action", event_code, TEXT),
    TO("sc-filter-result", event_reason, TEXT),
    TO("x-virus-id", threat_name, TEXT),
    END,
};
static const struct kind kind_proxy = {
    .base = &http_access_kind, .format = "w3c", .columns = proxy_columns};

static void refine_firewall(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("action"));
    const bool dropped = str_eq(action, S("DROP"));

    (void)a;
    c->outcome = dropped ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    c->type = dropped ? "denied" : "allowed";
    if (str_eq(action, S("INFO-EVENTS-LOST")))
        c->outcome = OUTCOME_UNTOLD;
}

static const struct column_rule firewall_columns[] = {
    TO("action", event_action, LOWER),      TO("src-ip", source_ip, TEXT),
    TO("src-port", source_port, TEXT),      TO("dst-ip", destination_ip, TEXT),
    TO("dst-port", destination_port, TEXT), TO("protocol", network_transport, PROTOCOL),
    TO("size", network_bytes, TEXT),        TO("path", network_direction, LOWER),
    TO("pid", process_pid, TEXT),           END,
};
static const struct kind kind_firewall = {.format = "w3c",
                                          .activity = ACTIVITY_flow,
                                          .columns = firewall_columns,
                                          .own_names = true,
                                          .refine = refine_firewall};

static const struct column_rule other_columns[] = {
    TO("c-ip", source_ip, ADDRESS),
    TO("client-ip", source_ip, ADDRESS),
    TO("s-ip", destination_ip, TEXT),
    TO("server-ip", destination_ip, ADDRESS),
    TO("cs-username", user_name, ACCOUNT),
    TO("sender-address", email_from, TEXT),
    TO("recipient-address", email_to, TEXT),
    TO("message-subject", email_subject, TEXT),
    TO("message-id", email_id, TEXT),
    TO("event-id", event_code, TEXT),
    TO("client-hostname", source_domain, TEXT),
    TO("server-hostname", host_name, TEXT),
    END,
};
static const struct kind kind_other = {.format = "w3c", .columns = other_columns};

static const struct {
    const struct kind *kind;
    struct logsource source;
} origins[] = {
    [ORIGIN_OTHER] = {&kind_other, {.product = S("")}},
    [ORIGIN_WEB] = {&kind_web, {S("windows"), S("webserver"), S("iis"), NULL, 0}},
    [ORIGIN_CLOUDFRONT] = {&kind_cloudfront, {S("aws"), S("webserver"), S("cloudfront"), NULL, 0}},
    [ORIGIN_PROXY] = {&kind_proxy, {S(""), S("proxy"), S(""), NULL, 0}},
    [ORIGIN_FIREWALL] = {&kind_firewall, {S("windows"), S("firewall"), S("firewall"), NULL, 0}},
};

/* A name of the header and the one that rules have. */
static const struct {
    str from, to;
} other_names[] = {
    {S("cs(User-Agent)"), S("cs-user-agent")},
    {S("cs(Referer)"), S("cs-referer")},
    {S("cs(Cookie)"), S("cs-cookie")},
    {S("cs(Host)"), S("cs-host")},
    {S("cs(X-Forwarded-For)"), S("x-forwarded-for")},
    {S("src-ip"), S("src_ip")},
    {S("dst-ip"), S("dst_ip")},
    {S("src-port"), S("src_port")},
    {S("dst-port"), S("dst_port")},
};

static void *w3c_open(const struct format *self)
{
    struct w3c *w = mem_alloc(sizeof *w);

    (void)self;
    heading_init(&w->names);
    w->separator = ' ';
    return w;
}

static void w3c_close(void *decoder)
{
    struct w3c *w = decoder;

    heading_done(&w->names);
    free(w);
}

/* ------------------------------------------------------------ the header */

static bool names_column(const struct w3c *w, str name)
{
    for (uint32_t i = 0; i < w->names.count; i++)
        if (str_ieq(w->names.names[i], name))
            return true;
    return false;
}

static enum origin origin_of(const struct w3c *w)
{
    if (names_column(w, S("x-edge-location")))
        return ORIGIN_CLOUDFRONT;
    if (names_column(w, S("s-action")) || names_column(w, S("sc-filter-result")) ||
        names_column(w, S("cs-uri-scheme")) || names_column(w, S("r-host")))
        return ORIGIN_PROXY;
    if (names_column(w, S("src-ip")) && names_column(w, S("action")))
        return ORIGIN_FIREWALL;
    return names_column(w, S("cs-method")) || names_column(w, S("sc-status")) ? ORIGIN_WEB
                                                                              : ORIGIN_OTHER;
}

/* What stands behind "#Fields:", when the line begins so. */
static bool takes(str line, str name, str *ret)
{
    if (line.n < name.n || !str_ieq((str){line.p, name.n}, name))
        return false;
    *ret = str_trim(str_from_at(line, name.n));
    return true;
}

static void read_header(struct w3c *w, str line)
{
    str rest;

    if (takes(line, S("#Fields:"), &rest)) {
        const bool tabs = rest.n && memchr(rest.p, '\t', rest.n),
                   commas = rest.n && memchr(rest.p, ',', rest.n);
        w->separator = tabs ? '\t' : commas ? ',' : ' ';
        heading_set(&w->names, rest, (str){&w->separator, 1});
        w->origin = origin_of(w);
    } else if (takes(line, S("#Date:"), &rest) && rest.n >= DATE_BYTES) {
        memcpy(w->date, rest.p, DATE_BYTES);
    } else if (takes(line, S("#Time Format:"), &rest)) {
        w->local = str_ieq(rest, S("Local"));
    } else if (takes(line, S("#Version:"), &rest)) {
        w->local = false;
        w->date[0] = '\0';
    }
}

/* ------------------------------------------------------------ rows */

/* The next cell of a row whose columns are parted by blanks; it may be quoted. */
static bool next_word(str *s, str *ret, struct arena *a)
{
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    if (s->n == 0)
        return false;
    if (s->p[0] == '"') {
        struct csv quoted = {.rest = *s, .separator = ' '};
        bool more = csv_next(&quoted, ret, a);
        *s = quoted.ended ? str_from_at(*s, s->n) : quoted.rest;
        return more;
    }
    *ret = str_cut(s, ' ');
    return true;
}

static bool is_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= NUMBER_MAX;
}

static void add_cell(const struct w3c *w, struct event *ev, uint32_t column, str value,
                     struct arena *a)
{
    str name = heading_name(&w->names, column, a);

    if (value.n == 0 || str_eq(value, S("-")))
        return;
    struct field f = {
        .name = name, .value = value, .type = is_number(value) ? VALUE_NUMBER : VALUE_STRING};
    event_add(ev, a, f);
    for (size_t i = 0; i < countof(other_names); i++)
        if (str_ieq(other_names[i].from, name)) {
            f.name = other_names[i].to;
            event_add(ev, a, f);
        }
}

/* date and time, "date-time", or the time of the day of "#Date:". */
static void set_time(const struct w3c *w, struct event *ev, const struct time_rule *rule,
                     struct arena *a)
{
    str date = event_get(ev, S("date")), time = event_get(ev, S("time")),
        both = event_get(ev, S("date-time"));
    struct syslog_time t;

    if (!date.n && w->date[0])
        date = (str){w->date, DATE_BYTES};
    if (!both.n && date.n && time.n)
        both = arena_printf(a, STR_FMT " " STR_FMT "%s", STR_ARG(date), STR_ARG(time),
                            w->local ? "" : "Z");
    if (!both.n || !time_text_read(both, rule, &t))
        return;
    ev->has_time = true;
    ev->time_ns = t.ns;
    ev->time_digits = t.digits;
    ev->time_guess = t.guess;
}

static void add_text(struct event *ev, struct arena *a, str name, str value)
{
    if (value.n && event_find(ev, name) == ev->field_count)
        event_add(ev, a, (struct field){.name = name, .value = value});
}

/* c-uri, and the names that rules for proxies have. */
static void add_web_names(const struct w3c *w, struct event *ev, struct arena *a)
{
    str stem = event_get(ev, S("cs-uri-stem"));
    str query = event_get(ev, S("cs-uri-query"));
    str uri = event_get(ev, S("cs-uri"));

    if (!stem.n && event_get(ev, S("cs-uri-path")).n)
        stem = event_get(ev, S("cs-uri-path"));
    if (str_starts(query, S("?")))
        query = str_from_at(query, 1);
    if (uri.n)
        add_text(ev, a, S("c-uri"), uri);
    else if (stem.n && query.n)
        add_text(ev, a, S("c-uri"),
                 arena_printf(a, STR_FMT "?" STR_FMT, STR_ARG(stem), STR_ARG(query)));
    else
        add_text(ev, a, S("c-uri"), stem);
    if (w->origin != ORIGIN_PROXY)
        return;
    add_text(ev, a, S("c-useragent"), event_get(ev, S("cs-user-agent")));
    add_text(ev, a, S("c-uri-query"), query);
    add_text(ev, a, S("cs-host"), event_get(ev, S("r-host")));
}

static uint32_t read_cells(const struct w3c *w, struct event *ev, str text, struct arena *a)
{
    const bool tabs = text.n && memchr(text.p, '\t', text.n);
    struct csv cells = {.rest = text, .separator = tabs ? '\t' : w->separator};
    uint32_t column = 0;
    str value;

    if (cells.separator == ' ')
        for (; next_word(&text, &value, a); column++)
            add_cell(w, ev, column, value, a);
    else
        for (; csv_next(&cells, &value, a); column++)
            add_cell(w, ev, column, value, a);
    return column;
}

static void decode_row(const struct w3c *w, const struct batch *b, const struct line_record *line,
                       const struct decode_sink *out)
{
    struct arena *a = b->arena;
    struct event *ev = heading_event(b, line, w->names.count + FIELDS_MORE);
    str text = str_is_ascii(line->text) ? line->text : utf8_repair(line->text, a);

    ev->kind = origins[w->origin].kind;
    if (!w->names.given) {
        event_add(ev, a, (struct field){.name = S("message"), .value = text});
        heading_report(b, line, out, "a row before the line that names its columns");
        out->event(out->ctx, ev);
        return;
    }
    const uint32_t columns = read_cells(w, ev, text, a);
    set_time(w, ev, &b->stream->time, a);
    if (w->origin != ORIGIN_FIREWALL && w->origin != ORIGIN_OTHER)
        add_web_names(w, ev, a);
    if (w->origin != ORIGIN_OTHER)
        ev->logsources[ev->logsource_count++] = origins[w->origin].source;
    if (columns < w->names.count)
        heading_report(b, line, out, "a row with fewer columns than are named");
    out->event(out->ctx, ev);
}

static void w3c_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct w3c *w = decoder;
    struct line_cursor lines;
    struct line_record line;

    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line)) {
        if (line.text.p[0] == '#')
            read_header(w, line.text);
        else
            decode_row(w, b, &line, out);
    }
    b->units = lines.next;
    b->number_from = 1;
}

/* One of its lines is among the first, and all before it are such lines. */
static int w3c_sniff(const struct format *self, str head)
{
    str rest;

    (void)self;
    for (int i = 0; i < SNIFF_LINES_MAX && head.n && head.p[0] == '#'; i++) {
        str line = str_cut(&head, '\n');
        if (takes(line, S("#Fields:"), &rest) && rest.n)
            return SNIFF_SURE;
    }
    return 0;
}

const struct format format_w3c = {
    .name = "w3c",
    .summary = "W3C extended log files: IIS, CloudFront, proxies, Windows' firewall, Exchange",
    .sample = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip sc-status",
    .ordered = true,
    .sniff = w3c_sniff,
    .cutter_new = line_cutter_new,
    .cutter_free = line_cutter_free,
    .cut = line_cut,
    .open = w3c_open,
    .feed = w3c_feed,
    .close = w3c_close,
};
