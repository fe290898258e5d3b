/*
 * syslog_udp.c - syslog over UDP (RFC 5426): a datagram is a message. Anybody can
 * write any sender's address on a datagram: such events may only propose actions.
 */
#include "collect/datagrams.h"
#include "net/address.h"

extern const struct source_type source_type_syslog_udp;

static const struct setting settings[] = {
    {"listen", SETTING_TEXT, "127.0.0.1:5514", "address and port", NULL, 0, 0, false},
    {"receive_buffer", SETTING_SIZE, "8M",
     "of the kernel; more than net.core.rmem_max only for root", NULL, 65536, 1073741824, false},
};

static bool check(const struct settings *s, struct err *e)
{
    struct address a;

    return address_parse(setting_text(s, "listen"), &a, e);
}

static void *open_source(const struct source_context *c, struct err *e)
{
    struct address a;

    if (!address_parse(setting_text(c->settings, "listen"), &a, e))
        return NULL;
    const struct datagrams_options o = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = address_listen(&a, SOCK_DGRAM, e),
        .trust = TRUST_PROPOSE,
        .receive_bytes = (int)setting_number(c->settings, "receive_buffer"),
    };
    return o.fd == -1 ? NULL : datagrams_new(&o, e);
}

static void resume_source(void *source)
{
    datagrams_resume(source);
}

static void close_source(void *source)
{
    datagrams_free(source);
}

const struct source_type source_type_syslog_udp = {
    .name = "syslog_udp",
    .summary = "syslog over UDP (RFC 5426): a datagram is a message",
    .example = "type: syslog_udp\nlisten: 127.0.0.1:5514",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "syslog",
    .check = check,
    .open = open_source,
    .resume = resume_source,
    .close = close_source,
};
