/*
 * sophos_av.c - Sophos Anti-Virus: its own log, "20261124 100000<TAB>text", and savscan.log of
 * Linux, one element a record:
 *
 *   <log><category>savscan.log</category><level>INFO</level><domain>savscan</domain><msg>..</msg>
 *   <time>1795514400</time><arg>..</arg></log>
 *
 * Elements are fields; arg comes several times.
 */
#include "event/column_table.h"
#include "message/device_time.h"
#include "message/dialect.h"

static const struct kind kind_sophos_av;
static const struct kind kind_protection = {
    .base = &kind_sophos_av,
    .action = "protection_change",
    .activity = ACTIVITY_config_change,
};
static const struct kind kind_malware = {
    .base = &kind_sophos_av,
    .action = "malware",
    .activity = ACTIVITY_malware,
};

static const struct template_row rows[] = {
    {"User ({user*}) has stopped on-access scanning for this machine.", &kind_protection},
    {"User ({user*}) has started on-access scanning for this machine.", &kind_protection},
    {"Using detection data version {data_version} (detection engine {engine_version}). This "
     "version "
     "can detect {count:int} items.",
     NULL},
    {"Virus/spyware '{threat:text}' has been detected in \"{file*}\". {result:text}",
     &kind_malware},
    {"Virus/spyware '{threat:text}' is not removable.", &kind_malware},
    {"Virus/spyware '{threat:text}' has been removed.", &kind_malware},
    {"File \"{file*}\" belongs to virus/spyware '{threat:text}'.", &kind_malware},
    {"Scan '{scan:text}' {result:text}", NULL},
};

static const struct column_rule columns[] = {
    TO("threat", threat_name, TEXT),
    TO("file", file_path, TEXT),
    TO("msg", event_action, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Sophos"),
    ALWAYS(observer_product, "Anti-Virus"),
    ALWAYS_END,
};

static const struct kind kind_sophos_av = {
    .format = "sophos_av", .columns = columns, .constants = constants};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

/* "20261124 100000\t": the text behind it; .p is NULL when it does not stand there. */
static str behind_stamp(str text)
{
    enum { DATE = 8, TIME = 6, STAMP = DATE + 1 + TIME };

    if (text.n <= STAMP || text.p[DATE] != ' ' || text.p[STAMP] != '\t')
        return (str){0};
    for (size_t i = 0; i < STAMP; i++)
        if (i != DATE && (text.p[i] < '0' || text.p[i] > '9'))
            return (str){0};
    return str_trim(str_from_at(text, STAMP));
}

/* "<name>value</name>" at the front. */
static bool take_element(str *text, str *ret_name, str *ret_value)
{
    str rest = str_from_at(*text, 1);

    if (!text->n || text->p[0] != '<' || !memchr(rest.p, '>', rest.n))
        return false;
    *ret_name = str_cut(&rest, '>');
    const char *end = str_find(rest, S("</"));
    if (!end)
        return false;
    *ret_value = (str){rest.p, (size_t)(end - rest.p)};
    rest = str_from_at(rest, ret_value->n + 2);
    if (!str_starts(rest, *ret_name))
        return false;
    rest = str_from_at(rest, ret_name->n);
    if (!rest.n || rest.p[0] != '>')
        return false;
    *text = str_from_at(rest, 1);
    return true;
}

static bool read_element(struct message *m, str text)
{
    enum { ELEMENTS_MAX = 64 };
    uint32_t args = 0;
    str name, value;

    for (int i = 0; i < ELEMENTS_MAX && take_element(&text, &name, &value); i++) {
        if (str_eq(name, S("arg")) && args++)
            message_add_more(m, name, value);
        else
            message_add(m, name, value);
    }
    device_time_epoch(m, event_get(m->event, S("time")));
    return true;
}

static bool read(void *state, struct message *m)
{
    static const str front = S("<log>");
    const str text = behind_stamp(m->text);

    if (str_starts(m->text, front))
        return read_element(m, str_from_at(m->text, front.n));
    if (!text.p)
        return false;
    device_time_pattern(m, (str){m->text.p, sizeof "20261124 100000" - 1}, S("yyyyMMdd HHmmss"));
    if (text.n)
        template_match_part(state, m, text);
    return true;
}

static int sniff(str text)
{
    enum { SURE = 80 };

    return str_starts(text, S("<log><category>")) || behind_stamp(text).p ? SURE : 0;
}

const struct dialect dialect_sophos_av = {
    .name = "sophos_av",
    .summary = "Sophos Anti-Virus",
    .sample = "20261124 100000\tUser (EXAMPLE\\alice) has stopped on-access scanning for this "
              "machine.",
    .kind = &kind_sophos_av,
    .sources = {{.product = S("sophos"), .category = S("antivirus"), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
    .open = open,
    .close = close,
};
