/*
 * syslog_tls.c - syslog over TLS (RFC 5425). With `client_ca` a sender must show a
 * certificate, and is then believed; without it anybody may send.
 */
#include "base/buf.h"
#include "collect/listen_setting.h"
#include "collect/stream_server.h"

#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>

extern const struct source_type source_type_syslog_tls;

static const struct setting settings[] = {
    LISTEN_SETTING("127.0.0.1:6514"),
    {"certificate", SETTING_TEXT, NULL, "PEM file of the server's certificate and its chain", NULL,
     0, 0, true},
    {"key", SETTING_TEXT, NULL, "PEM file of its private key", NULL, 0, 0, true},
    {"client_ca", SETTING_TEXT, NULL,
     "PEM file of the authorities by which senders must have a certificate", NULL, 0, 0, false},
    {"connections", SETTING_NUMBER, "10240", "at a time; more are closed and counted", NULL, 1,
     1000000, false},
    {"frame_timeout", SETTING_DURATION, "60s", "for a handshake or frame that was begun", NULL,
     1000000000, 86400000000000, false},
};

/* A setting as a path; NULL when it is absent. */
static const char *path_of(const struct settings *s, const char *name, char room[PATH_MAX])
{
    const str text = setting_text(s, name);

    if (!text.p)
        return NULL;
    snprintf(room, PATH_MAX, STR_FMT, STR_ARG(text));
    return room;
}

static void *open_source(const struct source_context *c, struct err *e)
{
    char certificate[PATH_MAX], key[PATH_MAX], client_ca[PATH_MAX];
    const char *authorities = path_of(c->settings, "client_ca", client_ca);
    struct tls_context *tls = tls_context_new(path_of(c->settings, "certificate", certificate),
                                              path_of(c->settings, "key", key), authorities, e);
    if (!tls)
        return NULL;
    const struct stream_server_options o = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = listen_setting_open(c->settings, SOCK_STREAM, e),
        .tls = tls,
        .trust = authorities ? TRUST_AUTHENTICATED : TRUST_PROPOSE,
        .connections_max = (uint32_t)setting_number(c->settings, "connections"),
        .frame_timeout_ns = (int64_t)setting_number(c->settings, "frame_timeout"),
    };
    if (o.fd != -1)
        return stream_server_new(&o, e);
    tls_context_free(tls);
    return NULL;
}

const struct source_type source_type_syslog_tls = {
    .name = "syslog_tls",
    .summary = "syslog over TLS (RFC 5425), with client certificates when asked for",
    .example = "type: syslog_tls\nlisten: 0.0.0.0:6514\ncertificate: /etc/tocsin/server.pem\n"
               "key: /etc/tocsin/server.key\nclient_ca: /etc/tocsin/senders.pem",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "syslog",
    .check = listen_setting_check,
    .open = open_source,
    .resume = stream_server_resume,
    .close = stream_server_free,
};
