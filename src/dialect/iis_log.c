/*
 * iis_log.c - IIS's own log file format
 * (https://learn.microsoft.com/previous-versions/iis/6.0-sdk/ms525807(v=vs.90)): fixed columns with
 * commas. Names are those of the W3C format for the same things.
 *
 *   192.0.2.7, -, 11/24/2026, 10:00:00, W3SVC1, WEB1, 198.51.100.80, 2, 769, 143, 304, 0, GET, /,
 * -,
 */
#include "event/column_table.h"
#include "message/dialect.h"
#include "dialect/http_access.h"
#include "message/time_text.h"
#include "text/ip.h"

enum { COLUMNS = 15, SNIFF_SURE = 90 };

static const struct {
    str name;
    bool number;
} columns[COLUMNS] = {
    {S("c-ip"), false},      {S("cs-username"), false}, {S("date"), false},
    {S("time"), false},      {S("s-sitename"), false},  {S("s-computername"), false},
    {S("s-ip"), false},      {S("time-taken"), true},   {S("cs-bytes"), true},
    {S("sc-bytes"), true},   {S("sc-status"), true},    {S("sc-win32-status"), true},
    {S("cs-method"), false}, {S("cs-uri-stem"), false}, {S("cs-uri-query"), false},
};

static const struct column_rule rules[] = {
    TO("s-ip", destination_ip, TEXT),
    TO("s-computername", host_name, TEXT),
    TO("time-taken", event_duration, MILLISECONDS),
    TO("cs-bytes", source_bytes, TEXT),
    TO("s-sitename", service_name, TEXT),
    END,
};
static const struct kind kind_iis = {
    .base = &http_access_kind, .format = "iis_log", .columns = rules, .own_names = true};

static bool split(str text, str cells[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++) {
        if (text.n == 0)
            return false;
        cells[i] = str_trim(str_cut(&text, ','));
    }
    return true;
}

static int sniff(str text)
{
    str rest = text, first = str_cut(&rest, ',');
    struct ip ip;

    return rest.n && ip_parse(first, &ip) ? SNIFF_SURE : 0;
}

/* The month comes first, as the format's times are always those of the United States. */
static bool set_time(struct message *m, str date, str time)
{
    str rest = date, month = str_cut(&rest, '/'), day = str_cut(&rest, '/');
    uint64_t numbers[3];

    if (!str_u64(month, &numbers[0]) || !str_u64(day, &numbers[1]) || !str_u64(rest, &numbers[2]) ||
        numbers[0] > 12 || numbers[1] > 31 || numbers[2] > 9999)
        return false;
    return message_time_text(m, arena_printf(m->arena, "%04u-%02u-%02u " STR_FMT,
                                             (unsigned)numbers[2], (unsigned)numbers[0],
                                             (unsigned)numbers[1], STR_ARG(time)));
}

static bool read(void *state, struct message *m)
{
    str cells[COLUMNS];

    (void)state;
    if (!sniff(m->text) || !split(m->text, cells) || !set_time(m, cells[2], cells[3]))
        return false;
    for (int i = 0; i < COLUMNS; i++) {
        if (str_eq(cells[i], S("-")) || cells[i].n == 0)
            continue;
        if (columns[i].number)
            message_add_number(m, columns[i].name, cells[i]);
        else
            message_add(m, columns[i].name, cells[i]);
    }
    const bool query = cells[COLUMNS - 1].n && !str_eq(cells[COLUMNS - 1], S("-"));
    message_add(m, S("c-uri"),
                query ? arena_printf(m->arena, STR_FMT "?" STR_FMT, STR_ARG(cells[COLUMNS - 2]),
                                     STR_ARG(cells[COLUMNS - 1]))
                      : cells[COLUMNS - 2]);
    return true;
}

const struct dialect dialect_iis_log = {
    .name = "iis_log",
    .summary = "IIS's own log file format, with commas; its W3C format is w3c's",
    .sample =
        "192.0.2.7, -, 11/24/2026, 10:00:00, W3SVC1, WEB1, 198.51.100.80, 2, 769, 143, 304, 0, "
        "GET, /, -,",
    .kind = &kind_iis,
    .sources = {{.product = S("windows"), .category = S("webserver"), .service = S("iis")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .read = read,
};
