/*
 * aws_access.c - access logs of Amazon Web Services as lines: Application Load Balancers
 * ("Access logs for your Application Load Balancer" of the user guide), Classic Load Balancers, S3
 * buckets ("Amazon S3 server access log format"), and CloudFront without the header that
 * formats/w3c.c reads.
 *
 * Native names are those of the manuals, with underscores, and beside them those of Sigma's rules
 * for web servers: c-ip, cs-method, c-uri, sc-status, cs-user-agent (http_access.h). Clients choose
 * request, referrer and agent: columns are taken from the left, in double quotes, in which the
 * balancers write a quote as \x22.
 */
#include "event/column_table.h"
#include "message/dialect.h"
#include "dialect/http_access.h"
#include "message/time_text.h"

enum { SNIFF_SURE = 95, STAMP_BYTES = 27, OWNER_BYTES = 64, S3_REFERRER = 15 };

/* How a column is read. */
enum how {
    AS_WORD,
    AS_NUMBER,
    AS_TIME,    /* the record's */
    AS_CLIENT,  /* address:port, the client's */
    AS_TARGET,  /* address:port, where it went */
    AS_ADDRESS, /* the client's, without port */
    AS_REQUEST,
    AS_STATUS,
    AS_BYTES, /* that were sent to the client */
    AS_AGENT,
    AS_REFERRER,
    AS_HOST,
};

struct column_row {
    str name;
    uint8_t how;
};

/* ------------------------------------------------------------ cells */

/* The next cell: a word, or what stands in quotes, or a time in brackets. */
static bool next_cell(str *s, str *ret)
{
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    if (s->n == 0)
        return false;
    const bool quoted = s->p[0] == '"',
               timed = s->p[0] == '[' && s->n > 3 && s->p[3] == '/'; /* "[24/Nov/2026:..." */
    const char close = quoted ? '"' : timed ? ']' : ' ';
    str rest = str_from_at(*s, close != ' ');
    size_t n = 0;
    while (n < rest.n &&
           !(rest.p[n] == close && (close == ' ' || n + 1 == rest.n || rest.p[n + 1] == ' ')))
        n++;
    *ret = (str){rest.p, n};
    *s = str_from_at(rest, n + 1);
    return true;
}

static void add_endpoint(struct message *m, str cell, str address_name, str port_name)
{
    const char *colon = cell.n ? memrchr(cell.p, ':', cell.n) : NULL;

    if (!colon || str_eq(cell, S("-")))
        return;
    str address = {cell.p, (size_t)(colon - cell.p)}, port = str_from_at(cell, address.n + 1);
    if (address.n > 2 && address.p[0] == '[')
        address = (str){address.p + 1, address.n - 2};
    message_add(m, address_name, address);
    message_add_number(m, port_name, port);
}

/* "https://www.example.com:443/": host and port of what was asked for. */
static void add_authority(struct message *m, str request)
{
    str head = {request.p, request.n < 16 ? request.n : 16};
    const char *at = str_find(head, S("://"));

    if (!at)
        return;
    str rest = str_from_at(request, (size_t)(at - request.p) + 3);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != ' ')
        n++;
    str host = {rest.p, n};
    const char *colon = n ? memrchr(host.p, ':', n) : NULL;
    str port = colon ? str_from_at(host, (size_t)(colon - host.p) + 1) : (str){0};
    host.n = colon ? (size_t)(colon - host.p) : n;
    const char *blank = memrchr(request.p, ' ', (size_t)(at - request.p));
    const size_t from = blank ? (size_t)(blank - request.p) + 1 : 0;
    message_add(m, S("scheme"), (str){request.p + from, (size_t)(at - request.p) - from});
    message_add(m, S("cs-host"), host);
    if (port.n)
        message_add_number(m, S("s-port"), port);
}

static void put_cell(struct message *m, const struct column_row *column, str cell)
{
    static const str also[] = {[AS_ADDRESS] = S("c-ip"),        [AS_STATUS] = S("sc-status"),
                               [AS_BYTES] = S("sc-bytes"),      [AS_AGENT] = S("cs-user-agent"),
                               [AS_REFERRER] = S("cs-referer"), [AS_HOST] = S("cs-host")};
    const bool numeric =
        column->how == AS_NUMBER || column->how == AS_STATUS || column->how == AS_BYTES;

    if (column->how == AS_REQUEST) {
        http_request_add(m, cell);
        add_authority(m, cell);
        return;
    }
    if (numeric && !str_eq(cell, S("-")))
        message_add_number(m, column->name, cell);
    else
        message_add(m, column->name, cell);
    if (column->how < countof(also) && also[column->how].n && !str_eq(cell, S("-")))
        message_add(m, also[column->how], cell);
    if (column->how == AS_CLIENT)
        add_endpoint(m, cell, S("c-ip"), S("c-port"));
    if (column->how == AS_TARGET)
        add_endpoint(m, cell, S("target_ip"), S("target_port"));
    if (column->how == AS_TIME)
        (void)message_time_text(m, cell);
}

/* The text by its columns; false when it has fewer than `least`. */
static bool read_columns(struct message *m, const struct column_row *columns, uint32_t count,
                         uint32_t least)
{
    str rest = m->text, cell;
    uint32_t n = 0;

    for (; n < count && next_cell(&rest, &cell); n++)
        put_cell(m, &columns[n], cell);
    return n >= least;
}

/* ------------------------------------------------------------ load balancers */

static const struct column_row alb[] = {
    {S("type"), AS_WORD},
    {S("time"), AS_TIME},
    {S("elb"), AS_WORD},
    {S("client:port"), AS_CLIENT},
    {S("target:port"), AS_TARGET},
    {S("request_processing_time"), AS_NUMBER},
    {S("target_processing_time"), AS_NUMBER},
    {S("response_processing_time"), AS_NUMBER},
    {S("elb_status_code"), AS_STATUS},
    {S("target_status_code"), AS_NUMBER},
    {S("received_bytes"), AS_NUMBER},
    {S("sent_bytes"), AS_BYTES},
    {S("request"), AS_REQUEST},
    {S("user_agent"), AS_AGENT},
    {S("ssl_cipher"), AS_WORD},
    {S("ssl_protocol"), AS_WORD},
    {S("target_group_arn"), AS_WORD},
    {S("trace_id"), AS_WORD},
    {S("domain_name"), AS_WORD},
    {S("chosen_cert_arn"), AS_WORD},
    {S("matched_rule_priority"), AS_NUMBER},
    {S("request_creation_time"), AS_WORD},
    {S("actions_executed"), AS_WORD},
    {S("redirect_url"), AS_WORD},
    {S("error_reason"), AS_WORD},
    {S("target:port_list"), AS_WORD},
    {S("target_status_code_list"), AS_WORD},
    {S("classification"), AS_WORD},
    {S("classification_reason"), AS_WORD},
    {S("conn_trace_id"), AS_WORD},
    {S("transformed_host"), AS_WORD},
    {S("transformed_uri"), AS_WORD},
    {S("request_transform_status"), AS_WORD},
};

static const struct column_row elb[] = {
    {S("time"), AS_TIME},
    {S("elb"), AS_WORD},
    {S("client:port"), AS_CLIENT},
    {S("backend:port"), AS_TARGET},
    {S("request_processing_time"), AS_NUMBER},
    {S("backend_processing_time"), AS_NUMBER},
    {S("response_processing_time"), AS_NUMBER},
    {S("elb_status_code"), AS_STATUS},
    {S("backend_status_code"), AS_NUMBER},
    {S("received_bytes"), AS_NUMBER},
    {S("sent_bytes"), AS_BYTES},
    {S("request"), AS_REQUEST},
    {S("user_agent"), AS_AGENT},
    {S("ssl_cipher"), AS_WORD},
    {S("ssl_protocol"), AS_WORD},
};

static const struct column_rule balancer_columns[] = {
    TO("c-port", source_port, TEXT),
    TO("target_ip", destination_ip, TEXT),
    TO("target_port", destination_port, TEXT),
    TO("received_bytes", source_bytes, TEXT),
    TO("elb", resource_name, TEXT),
    TO("error_reason", event_reason, TEXT),
    TO("trace_id", event_id, TEXT),
    TO("actions_executed", event_code, TEXT),
    END,
};
static const struct column_constant amazon[] = {
    {S("aws"), COLUMN_cloud_provider}, {S("http"), COLUMN_network_protocol}, {.value = S("")}};
static const struct kind kind_alb = {.base = &http_access_kind,
                                     .format = "aws_alb",
                                     .columns = balancer_columns,
                                     .constants = amazon,
                                     .own_names = true};
static const struct kind kind_elb = {.base = &http_access_kind,
                                     .format = "aws_elb",
                                     .columns = balancer_columns,
                                     .constants = amazon,
                                     .own_names = true};

/* "2026-11-24T10:00:00.123456Z " */
static bool is_stamp(str s)
{
    return s.n > STAMP_BYTES && s.p[0] >= '0' && s.p[0] <= '9' && s.p[4] == '-' && s.p[10] == 'T' &&
           s.p[19] == '.' && s.p[STAMP_BYTES - 1] == 'Z' && s.p[STAMP_BYTES] == ' ';
}

static int alb_sniff(str text)
{
    static const str types[] = {S("http "),  S("https "), S("h2 "), S("h3 "),
                                S("grpcs "), S("ws "),    S("wss ")};

    for (size_t i = 0; i < countof(types); i++)
        if (str_starts(text, types[i]))
            return is_stamp(str_from_at(text, types[i].n)) ? SNIFF_SURE : 0;
    return 0;
}

static bool alb_read(void *state, struct message *m)
{
    enum { LEAST = 14 };

    (void)state;
    return alb_sniff(m->text) && read_columns(m, alb, countof(alb), LEAST);
}

/* A time, a name, and an address with a port. */
static int elb_sniff(str text)
{
    str rest = str_from_at(text, STAMP_BYTES), cell;

    if (!is_stamp(text) || !next_cell(&rest, &cell) || !next_cell(&rest, &cell))
        return 0;
    const char *colon = memrchr(cell.p, ':', cell.n);
    return colon && colon > cell.p && (size_t)(colon - cell.p) + 1 < cell.n && colon[1] >= '0' &&
                   colon[1] <= '9' && memchr(rest.p, '"', rest.n)
               ? SNIFF_SURE
               : 0;
}

static bool elb_read(void *state, struct message *m)
{
    enum { LEAST = 12 };

    (void)state;
    return elb_sniff(m->text) && read_columns(m, elb, countof(elb), LEAST);
}

const struct dialect dialect_aws_alb = {
    .name = "aws_alb",
    .summary = "Amazon's Application Load Balancer: access log",
    .sample =
        "https 2026-11-24T10:00:00.186641Z app/web/50dc6c49 192.0.2.7:50022 10.0.0.1:80 0.086 "
        "0.048 0.037 200 200 0 57 \"GET https://www.example.com:443/ HTTP/1.1\" \"curl/8.5.0\" "
        "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg",
    .kind = &kind_alb,
    .sources = {{.product = S("aws"), .category = S("webserver"), .service = S("alb")}},
    .not_linux = true,
    .sniff = alb_sniff,
    .bare = true,
    .read = alb_read,
};

const struct dialect dialect_aws_elb = {
    .name = "aws_elb",
    .summary = "Amazon's Classic Load Balancer: access log",
    .sample =
        "2026-11-24T10:00:00.945958Z web 192.0.2.7:50022 10.0.0.1:80 0.000073 0.001048 "
        "0.000057 200 200 0 29 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/8.5.0\" - -",
    .kind = &kind_elb,
    .sources = {{.product = S("aws"), .category = S("webserver"), .service = S("elb")}},
    .not_linux = true,
    .sniff = elb_sniff,
    .bare = true,
    .read = elb_read,
};

/* ------------------------------------------------------------ S3 */

static const struct column_row s3[] = {
    {S("bucket_owner"), AS_WORD},
    {S("bucket"), AS_WORD},
    {S("time"), AS_TIME},
    {S("remote_ip"), AS_ADDRESS},
    {S("requester"), AS_WORD},
    {S("request_id"), AS_WORD},
    {S("operation"), AS_WORD},
    {S("key"), AS_WORD},
    {S("request_uri"), AS_REQUEST},
    {S("http_status"), AS_STATUS},
    {S("error_code"), AS_WORD},
    {S("bytes_sent"), AS_BYTES},
    {S("object_size"), AS_NUMBER},
    {S("total_time"), AS_NUMBER},
    {S("turn_around_time"), AS_NUMBER},
    {S("referrer"), AS_REFERRER},
    {S("user_agent"), AS_AGENT},
    {S("version_id"), AS_WORD},
    {S("host_id"), AS_WORD},
    {S("signature_version"), AS_WORD},
    {S("cipher_suite"), AS_WORD},
    {S("authentication_type"), AS_WORD},
    {S("host_header"), AS_HOST},
    {S("tls_version"), AS_WORD},
    {S("access_point_arn"), AS_WORD},
    {S("acl_required"), AS_WORD},
};

static const struct column_rule s3_columns[] = {
    TO("operation", event_action, TEXT),
    TO("error_code", event_reason, TEXT),
    TO("request_id", event_id, TEXT),
    TO("requester", user_id, TEXT),
    TO("bucket", resource_name, TEXT),
    TO("key", file_path, TEXT),
    TO("object_size", file_size, TEXT),
    TO("total_time", event_duration, MILLISECONDS),
    END,
};
static const struct kind kind_s3 = {.base = &http_access_kind,
                                    .format = "aws_s3",
                                    .activity = ACTIVITY_web_resource,
                                    .columns = s3_columns,
                                    .constants = amazon,
                                    .own_names = true};

/* The owner is 64 hexadecimal digits; the time stands in brackets behind the bucket. */
static int s3_sniff(str text)
{
    if (text.n < OWNER_BYTES + 4 || text.p[OWNER_BYTES] != ' ')
        return 0;
    for (size_t i = 0; i < OWNER_BYTES; i++)
        if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
            return 0;
    str rest = str_from_at(text, OWNER_BYTES + 1), bucket;
    return next_cell(&rest, &bucket) && rest.n && rest.p[0] == '[' ? SNIFF_SURE : 0;
}

/* Referrer and agent, in which S3 leaves quotes as they are: all from the first quote to the last,
 * as no column behind them has any. */
static void put_free_text(struct message *m, str *rest)
{
    while (rest->n && rest->p[0] == ' ')
        *rest = str_from_at(*rest, 1);
    const char *last = rest->n ? memrchr(rest->p, '"', rest->n) : NULL;
    if (!last || last == rest->p || rest->p[0] != '"')
        return;
    str both = {rest->p + 1, (size_t)(last - rest->p) - 1};
    const char *between = str_find(both, S("\" \""));
    str referrer = {both.p, between ? (size_t)(between - both.p) : both.n};
    put_cell(m, &s3[S3_REFERRER], referrer);
    if (between)
        put_cell(m, &s3[S3_REFERRER + 1], str_from_at(both, referrer.n + 3));
    *rest = str_from_at(*rest, both.n + 2);
}

static bool s3_read(void *state, struct message *m)
{
    enum { LEAST = 10 };
    str rest = m->text, cell;
    uint32_t n = 0;

    (void)state;
    if (!s3_sniff(m->text))
        return false;
    for (; n < S3_REFERRER && next_cell(&rest, &cell); n++)
        put_cell(m, &s3[n], cell);
    if (n == S3_REFERRER) {
        put_free_text(m, &rest);
        for (n += 2; n < countof(s3) && next_cell(&rest, &cell); n++)
            put_cell(m, &s3[n], cell);
    }
    return n >= LEAST;
}

const struct dialect dialect_aws_s3 = {
    .name = "aws_s3",
    .summary = "Amazon's S3: server access log of a bucket",
    .sample = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be bucket1 "
              "[24/Nov/2026:10:00:00 +0000] 192.0.2.7 - 3E57427F REST.GET.OBJECT a.txt \"GET "
              "/bucket1/a.txt HTTP/1.1\" 200 - 113 113 7 6 \"-\" \"curl/8.5.0\" -",
    .kind = &kind_s3,
    .sources = {{.product = S("aws"), .category = S("webserver"), .service = S("s3")}},
    .not_linux = true,
    .sniff = s3_sniff,
    .bare = true,
    .read = s3_read,
};

/* ------------------------------------------------------------ CloudFront */

static const struct column_row cloudfront[] = {
    {S("date"), AS_WORD},
    {S("time"), AS_WORD},
    {S("x-edge-location"), AS_WORD},
    {S("sc-bytes"), AS_NUMBER},
    {S("c-ip"), AS_WORD},
    {S("cs-method"), AS_WORD},
    {S("cs(Host)"), AS_HOST},
    {S("cs-uri-stem"), AS_WORD},
    {S("sc-status"), AS_NUMBER},
    {S("cs(Referer)"), AS_REFERRER},
    {S("cs(User-Agent)"), AS_AGENT},
    {S("cs-uri-query"), AS_WORD},
    {S("cs(Cookie)"), AS_WORD},
    {S("x-edge-result-type"), AS_WORD},
    {S("x-edge-request-id"), AS_WORD},
    {S("x-host-header"), AS_WORD},
    {S("cs-protocol"), AS_WORD},
    {S("cs-bytes"), AS_NUMBER},
    {S("time-taken"), AS_NUMBER},
    {S("x-forwarded-for"), AS_WORD},
    {S("ssl-protocol"), AS_WORD},
    {S("ssl-cipher"), AS_WORD},
    {S("x-edge-response-result-type"), AS_WORD},
    {S("cs-protocol-version"), AS_WORD},
    {S("fle-status"), AS_WORD},
    {S("fle-encrypted-fields"), AS_WORD},
    {S("c-port"), AS_NUMBER},
    {S("time-to-first-byte"), AS_NUMBER},
    {S("x-edge-detailed-result-type"), AS_WORD},
    {S("sc-content-type"), AS_WORD},
    {S("sc-content-len"), AS_NUMBER},
    {S("sc-range-start"), AS_NUMBER},
    {S("sc-range-end"), AS_NUMBER},
};

static const struct column_rule cloudfront_columns[] = {
    TO("x-host-header", url_domain, TEXT),      TO("c-port", source_port, TEXT),
    TO("time-taken", event_duration, SECONDS),  TO("x-edge-request-id", event_id, TEXT),
    TO("x-edge-result-type", event_code, TEXT), END,
};
static const struct kind kind_cloudfront = {.base = &http_access_kind,
                                            .format = "aws_cloudfront",
                                            .columns = cloudfront_columns,
                                            .constants = amazon,
                                            .own_names = true};

/* "2026-11-24<tab>10:00:00<tab>CDG50-P2<tab>703<tab>" */
static int cloudfront_sniff(str text)
{
    return text.n > 24 && text.p[4] == '-' && text.p[10] == '\t' && text.p[13] == ':' &&
                   text.p[19] == '\t'
               ? SNIFF_SURE
               : 0;
}

static bool cloudfront_read(void *state, struct message *m)
{
    enum { LEAST = 12, STEM = 7, QUERY = 11 };
    str rest = m->text, cells[countof(cloudfront)];
    uint32_t n = 0;

    (void)state;
    if (!cloudfront_sniff(m->text))
        return false;
    for (; n < countof(cloudfront) && rest.n; n++)
        cells[n] = str_cut(&rest, '\t');
    if (n < LEAST)
        return false;
    for (uint32_t i = 0; i < n; i++)
        put_cell(m, &cloudfront[i], cells[i]);
    const bool query = cells[QUERY].n && !str_eq(cells[QUERY], S("-"));
    message_add(m, S("c-uri"),
                query ? arena_printf(m->arena, STR_FMT "?" STR_FMT, STR_ARG(cells[STEM]),
                                     STR_ARG(cells[QUERY]))
                      : cells[STEM]);
    (void)message_time_text(
        m, arena_printf(m->arena, STR_FMT "T" STR_FMT "Z", STR_ARG(cells[0]), STR_ARG(cells[1])));
    return true;
}

const struct dialect dialect_aws_cloudfront = {
    .name = "aws_cloudfront",
    .summary = "Amazon's CloudFront: lines of its access log without the header",
    .sample =
        "2026-11-24\t10:00:00\tCDG50-P2\t703\t192.0.2.7\tGET\td111.cloudfront.net\t/a\t200\t-\t"
        "curl/8.5.0\tq=1",
    .kind = &kind_cloudfront,
    .sources = {{.product = S("aws"), .category = S("webserver"), .service = S("cloudfront")}},
    .not_linux = true,
    .sniff = cloudfront_sniff,
    .bare = true,
    .read = cloudfront_read,
};
