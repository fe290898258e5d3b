/*
 * syslog_tcp.c - syslog over TCP (RFC 6587): octet counts and lines, told apart frame
 * by frame. A power cut can take what came since the last commit: the protocol
 * has no answer by which a sender could know.
 */
#include "collect/listen_setting.h"
#include "collect/stream_server.h"

#include <sys/socket.h>

extern const struct source_type source_type_syslog_tcp;

static const struct setting settings[] = {
    LISTEN_SETTING("127.0.0.1:5514"),
    {"connections", SETTING_NUMBER, "10240", "at a time; more are closed and counted", NULL, 1,
     1000000, false},
    {"frame_timeout", SETTING_DURATION, "60s", "for a frame that was begun", NULL, 1000000000,
     86400000000000, false},
};

static void *open_source(const struct source_context *c, struct err *e)
{
    const struct stream_server_options o = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = listen_setting_open(c->settings, SOCK_STREAM, e),
        .trust = TRUST_PROPOSE,
        .connections_max = (uint32_t)setting_number(c->settings, "connections"),
        .frame_timeout_ns = (int64_t)setting_number(c->settings, "frame_timeout"),
    };
    return o.fd == -1 ? NULL : stream_server_new(&o, e);
}

const struct source_type source_type_syslog_tcp = {
    .name = "syslog_tcp",
    .summary = "syslog over TCP, in octet-counted frames and in lines (RFC 6587)",
    .example = "type: syslog_tcp\nlisten: 127.0.0.1:5514",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "syslog",
    .check = listen_setting_check,
    .open = open_source,
    .resume = stream_server_resume,
    .close = stream_server_free,
};
