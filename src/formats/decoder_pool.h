/* decoder_pool.h - the decoders of one worker: one for each format that it has met. */
#pragma once

#include "formats/format.h"

struct decoder_pool;

struct decoder_pool *decoder_pool_new(void) MUST_USE;
void decoder_pool_free(struct decoder_pool *p); /* closes them; NULL is a no-op */

/* The pool's decoder of the format, opened when it has none yet. */
void *decoder_pool_get(struct decoder_pool *p, const struct format *format) NEVER_NULL;
