/* syslog.c - syslog, as it is sent and as daemons file it: how it is recognised. */
#include "formats/syslog_header.h"
#include "formats/text_format.h"

enum {
    SNIFF_SURE = 85,
    SNIFF_MIXED = 55, /* below JSON's: its lines may begin like ours */
    SNIFF_LINES_MAX = 64,
};

/* Sure when nearly all lines have a priority, or a time, a host and a tag; the last may be cut off
 * and counts only where it is alone. */
static int syslog_sniff(const struct format *self, str head)
{
    (void)self;
    const struct time_rule rule = {0};
    struct syslog_clock clock;
    struct syslog_header h;
    uint32_t sure = 0, lines = 0;

    syslog_clock_init(&clock, &rule);
    while (head.n && lines < SNIFF_LINES_MAX) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str line = str_trim(str_cut(&head, '\n'));
        if (line.n == 0 || (!whole && lines))
            continue;
        lines++;
        sure += !syslog_header_read(line, &clock, &h) && h.sure;
    }
    if (sure * 10 >= lines * 9 && sure > 0)
        return SNIFF_SURE;
    return sure * 2 >= lines && sure > 0 ? SNIFF_MIXED : 0;
}

const struct format format_syslog = {
    TEXT_FORMAT("syslog", NULL),
    .summary = "syslog by RFC 3164 and RFC 5424, as sent and as filed by rsyslog and syslog-ng",
    .sample = "<38>Nov 24 10:00:00 web1 systemd[1]: Started Daily apt download activities.",
    .sniff = syslog_sniff,
};
