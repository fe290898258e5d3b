/*
 * http_ack.h - acknowledgements of Splunk's HTTP Event Collector: a request gets a
 * number within its sender's channel, and the sender asks later whether that one is
 * on disk. At most HTTP_ACK_CHANNELS_MAX channels, the one used least lately gives
 * way; a channel's last HTTP_ACKS_MAX requests are known.
 */
#pragma once

#include "base/str.h"

enum { HTTP_ACK_CHANNELS_MAX = 1024, HTTP_ACKS_MAX = 4096, HTTP_CHANNEL_BYTES_MAX = 64 };

struct http_ack;
struct http_ack *http_ack_new(void) MUST_USE;
void http_ack_free(struct http_ack *a); /* NULL is a no-op */

/* A request whose records are all below `target`. False: none can be given now, since the oldest of
 * the channel that would be forgotten is not below `durable`. */
bool http_ack_add(struct http_ack *a, str channel, uint64_t target, uint64_t durable,
                  uint64_t *ret_id) MUST_USE;
bool http_ack_is_durable(struct http_ack *a, str channel, uint64_t id, uint64_t durable);
