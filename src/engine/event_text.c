#include "engine/event_text.h"

#include "base/mem.h"

#include <stdlib.h>

static void classify(void *ctx, struct event *ev)
{
    const struct event_text_handler *h = ctx;

    logsource_classify(ev);
    h->event(h->ctx, ev);
}

static void pass_problem(void *ctx, const struct problem *p)
{
    const struct event_text_handler *h = ctx;

    h->problem(h->ctx, p);
}

void event_bytes_read(const struct stream *stream, str bytes, struct arena *a,
                      const struct event_text_handler *h)
{
    const struct format *format = stream->format;
    const struct decode_sink sink = {
        .ctx = (void *)(uintptr_t)h, .event = classify, .problem = pass_problem};
    char *data = mem_resize(NULL, bytes.n + BATCH_PADDING, 1);
    void *cutter = format->cutter_new(), *decoder = format->open(format);

    if (bytes.n)
        memcpy(data, bytes.p, bytes.n);
    memset(data + bytes.n, 0, BATCH_PADDING);
    for (size_t from = 0; from < bytes.n;) {
        struct cut cut = {0};
        format->cut(cutter, (str){data + from, bytes.n - from}, 0, CUT_END, &cut);
        size_t step = cut.drop + cut.whole;
        struct batch piece = {
            .stream = stream,
            .data = data + from + cut.drop,
            .n = cut.whole,
            .context = cut.context,
            .last = step == 0 || from + step >= bytes.n,
            .arena = a,
        };
        format->feed(decoder, &piece, &sink);
        if (piece.last && format->flush)
            format->flush(decoder, &piece, &sink);
        from += step ? step : bytes.n - from;
    }
    format->close(decoder);
    format->cutter_free(cutter);
    free(data);
}

void event_text_read(str source, str json, struct arena *a, const struct event_text_handler *h)
{
    const struct stream stream = {.path = source,
                                  .format = format_find(&formats_builtin, S("json"))};

    event_bytes_read(&stream, json, a, h);
}
