/*
 * http_source.h - what all sources over HTTP are: settings, tokens, where they
 * listen. A protocol's file has a `struct source_type` of these functions and its
 * `struct http_protocol`. Private to collect/http_*.c.
 */
#pragma once

#include "collect/dedup.h"
#include "collect/http_ack.h"
#include "collect/http_intake.h"
#include "collect/http_protocol.h"
#include "collect/http_token.h"
#include "collect/source_type.h"
#include "text/ip.h"

enum { HTTP_ORIGINS_MAX = 1024, HTTP_PROXIES_MAX = 64 };

/* One peer of a source. */
struct http_origin {
    struct origin origin;
    char name[HTTP_PEER_NAME_MAX];
};

struct http_source {
    struct http_source *next; /* of the listeners' */
    struct http_listeners *listeners;
    struct http_listener *listener;
    struct inlet *inlet;
    const struct http_protocol *protocol;
    str path; /* owned; of the setting, or empty */
    struct http_tokens tokens;
    bool anyone; /* token: none */
    bool started, unpushed;
    enum trust trust;
    struct dedup *dedup; /* NULL: repeated records are taken */
    int64_t window_ns, recall_ns;
    struct arena *recall_arena; /* until start */
    size_t body_max, unpacked_max;
    struct ip_network *proxies; /* owned */
    uint32_t proxy_count;
    struct http_ack *acks;       /* NULL: a request is answered when it is on disk */
    struct http_origin *origins; /* owned; HTTP_ORIGINS_MAX, a slot by the hash of the name */
};

#define HTTP_SETTINGS(address)                                                                     \
    {.name = "listen",                                                                             \
     .kind = SETTING_TEXT,                                                                         \
     .fallback = address,                                                                          \
     .help = "address and port; sources over HTTP may share one"},                                 \
        {.name = "token_file",                                                                     \
         .kind = SETTING_TEXT,                                                                     \
         .help = "a file with a token a line, which none but its owner may read"},                 \
        {.name = "token_env",                                                                      \
         .kind = SETTING_TEXT,                                                                     \
         .help = "the environment variable that holds the token"},                                 \
        {.name = "token",                                                                          \
         .kind = SETTING_WORD,                                                                     \
         .words = "none",                                                                          \
         .help = "none: anyone may send; on loopback, or with client_ca"},                         \
        {.name = "certificate",                                                                    \
         .kind = SETTING_TEXT,                                                                     \
         .help = "a PEM file of our certificate and those above it; needed off loopback"},         \
        {.name = "key", .kind = SETTING_TEXT, .help = "a PEM file of its key"},                    \
        {.name = "client_ca",                                                                      \
         .kind = SETTING_TEXT,                                                                     \
         .help = "a PEM file; senders must show a certificate that it has signed"},                \
        {.name = "trusted_proxies",                                                                \
         .kind = SETTING_LIST,                                                                     \
         .help = "networks of proxies whose X-Forwarded-For is believed"},                         \
        {.name = "body_max",                                                                       \
         .kind = SETTING_SIZE,                                                                     \
         .fallback = "16M",                                                                        \
         .min = 1024,                                                                              \
         .max = 1024 * 1024 * 1024,                                                                \
         .help = "the longest body, as it is sent"},                                               \
        {.name = "unpacked_max",                                                                   \
         .kind = SETTING_SIZE,                                                                     \
         .fallback = "64M",                                                                        \
         .min = 1024,                                                                              \
         .max = 1024 * 1024 * 1024,                                                                \
         .help = "the longest body without its compression"},                                      \
        {.name = "connections",                                                                    \
         .kind = SETTING_NUMBER,                                                                   \
         .fallback = "1024",                                                                       \
         .min = 1,                                                                                 \
         .max = 65536,                                                                             \
         .help = "at the address; one more is closed at once"},                                    \
        {.name = "connections_per_peer",                                                           \
         .kind = SETTING_NUMBER,                                                                   \
         .fallback = "256",                                                                        \
         .min = 1,                                                                                 \
         .max = 65536,                                                                             \
         .help = "of one peer's address"},                                                         \
        {.name = "duplicates",                                                                     \
         .kind = SETTING_WORD,                                                                     \
         .words = "drop keep",                                                                     \
         .fallback = "drop",                                                                       \
         .help = "what becomes of records that come again within the window"},                     \
        {.name = "duplicate_window",                                                               \
         .kind = SETTING_DURATION,                                                                 \
         .fallback = "10m",                                                                        \
         .min = 1000000000,                                                                        \
         .max = 86400000000000,                                                                    \
         .help = "how long a record is remembered"},                                               \
    {                                                                                              \
        .name = "duplicate_records", .kind = SETTING_NUMBER, .fallback = "1000000", .min = 1000,   \
        .max = 100000000, .help = "how many are remembered at least, within the window"            \
    }

bool http_source_check(const struct settings *s, struct err *e);
void *http_source_open(const struct source_context *c, const struct http_protocol *protocol,
                       struct err *e);
void http_source_recall(void *source, str record, int64_t received_ns);
bool http_source_start(void *source, struct err *e);
void http_source_resume(void *source);
void http_source_close(void *source);

/* For whoever calls a decoder alone. */
extern const struct http_protocol http_protocol_ndjson;
extern const struct http_protocol http_protocol_bulk;
extern const struct http_protocol http_protocol_hec;
extern const struct http_protocol http_protocol_loki;
extern const struct http_protocol http_protocol_otlp;

/* http_intake.c's side of open, start and close. */
bool http_intake_join(struct http_source *s, const struct settings *settings,
                      const struct http_tls *tls, struct err *e) MUST_USE;
bool http_intake_start(struct http_source *s, struct err *e) MUST_USE;
void http_intake_leave(struct http_source *s);
