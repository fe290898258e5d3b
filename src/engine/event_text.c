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

void event_text_read(str source, str json, struct arena *a, const struct event_text_handler *h)
{
    const struct format *format = format_find(&formats_builtin, S("json"));
    const struct decode_sink sink = {
        .ctx = (void *)(uintptr_t)h, .event = classify, .problem = pass_problem};
    const struct stream stream = {.path = source, .format = format};
    char *data = mem_resize(NULL, json.n + BATCH_PADDING, 1);
    void *cutter = format->cutter_new(), *decoder = format->open(format);

    if (json.n)
        memcpy(data, json.p, json.n);
    memset(data + json.n, 0, BATCH_PADDING);
    for (size_t from = 0; from < json.n;) {
        struct cut cut = {0};
        format->cut(cutter, (str){data + from, json.n - from}, 0, CUT_END, &cut);
        struct batch piece = {
            .stream = &stream,
            .data = data + from + cut.drop,
            .n = cut.whole,
            .context = cut.context,
            .last = true,
            .arena = a,
        };
        format->feed(decoder, &piece, &sink);
        size_t step = cut.drop + cut.whole;
        from += step ? step : json.n - from;
    }
    format->close(decoder);
    format->cutter_free(cutter);
    free(data);
}
