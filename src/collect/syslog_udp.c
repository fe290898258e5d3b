/*
 * syslog_udp.c - syslog over UDP (RFC 5426): a datagram is a message. Anybody can
 * write any sender's address on a datagram: such events may only propose actions.
 */
#include "collect/datagrams.h"
#include "collect/listen_setting.h"

#include <sys/socket.h>

extern const struct source_type source_type_syslog_udp;

static const struct setting settings[] = {
    LISTEN_SETTING("127.0.0.1:5514"),
    {"receive_buffer", SETTING_SIZE, "8M",
     "of the kernel; more than net.core.rmem_max only for root", NULL, 65536, 1073741824, false},
};

static void *open_source(const struct source_context *c, struct err *e)
{
    const struct datagrams_options o = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = listen_setting_open(c->settings, SOCK_DGRAM, e),
        .trust = TRUST_PROPOSE,
        .receive_bytes = (int)setting_number(c->settings, "receive_buffer"),
    };
    return o.fd == -1 ? NULL : datagrams_new(&o, e);
}

const struct source_type source_type_syslog_udp = {
    .name = "syslog_udp",
    .summary = "syslog over UDP (RFC 5426): a datagram is a message",
    .example = "type: syslog_udp\nlisten: 127.0.0.1:5514",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "syslog",
    .check = listen_setting_check,
    .open = open_source,
    .resume = datagrams_resume,
    .close = datagrams_free,
};
