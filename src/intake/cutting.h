/* cutting.h - one stream of bytes into batches of whole records. */
#pragma once

#include "intake/reader.h"

/*
 * Reads `source` (the caller's) to its end, cuts with the stream's format and
 * gives the batches; the last one is marked, also when there was nothing to
 * read. A fault of the source becomes a problem of kind `fault`, or of kind
 * bomb when *bomb is set by then.
 */
void cutting_run(const struct batch_port *port, const struct stream *stream, struct source *source,
                 enum problem_kind fault, const bool *bomb);
