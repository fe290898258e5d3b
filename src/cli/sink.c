#include "cli/sink.h"

#include <errno.h>

struct sink sink_make(struct io *io, int fd)
{
    return (struct sink){.io = io, .fd = fd, .text = buf_make(BUF_MAX_OUTPUT)};
}

void sink_done(struct sink *s)
{
    buf_done(&s->text);
}

bool sink_flush(struct sink *s, struct err *e)
{
    if (s->text.overflow)
        return err_set(e, ERR_LIMIT, "cannot write the report: one piece of it is over %zu bytes",
                       s->text.max);
    if (s->text.n && !io_write_all(s->io, IO_output_write, s->fd, buf_str(&s->text)))
        return err_set(e, ERR_IO, "cannot write the report: %s", strerror(errno));
    buf_clear(&s->text);
    return true;
}

bool sink_settle(struct sink *s, struct err *e)
{
    return s->text.n < SINK_CHUNK_BYTES && !s->text.overflow ? true : sink_flush(s, e);
}
