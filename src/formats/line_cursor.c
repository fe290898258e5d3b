#include "formats/line_cursor.h"

void line_cursor_init(struct line_cursor *c, const struct batch *b)
{
    *c = (struct line_cursor){.batch = b};
}

/* The next record, empty or not, with what ends it. */
static bool take(struct line_cursor *c, struct line_record *ret)
{
    const struct batch *b = c->batch;
    size_t from, n;

    if (b->spans) {
        if (c->next == b->span_count)
            return false;
        const struct record_span *span = &b->spans[c->next];
        assert(span->offset <= b->n && span->length <= b->n - span->offset);
        from = span->offset;
        n = span->length;
    } else {
        if (c->at == b->n)
            return false;
        from = c->at;
        const char *end = memchr(b->data + from, '\n', b->n - from);
        n = end ? (size_t)(end - b->data) - from + 1 : b->n - from;
        c->at += n;
    }
    *ret = (struct line_record){{b->data + from, n}, from, c->next++};
    return true;
}

bool line_cursor_next(struct line_cursor *c, struct line_record *ret)
{
    while (take(c, ret)) {
        str *text = &ret->text;
        text->n -= text->n && text->p[text->n - 1] == '\n';
        text->n -= text->n && text->p[text->n - 1] == '\r';
        if (text->n)
            return true;
    }
    return false;
}

struct provenance line_provenance(const struct batch *b, const struct line_record *line)
{
    return (struct provenance){
        .file = b->stream->path,
        .source = b->stream->id,
        .trust = b->stream->trust,
        .record = line->number,
        .offset = b->offset + line->at,
    };
}

struct problem line_problem(const struct batch *b, const struct line_record *line,
                            enum problem_kind kind, const char *why)
{
    struct problem p = {
        .kind = kind,
        .has_record = true,
        .record = line->number,
        .offset = b->offset + line->at,
        .length = line->text.n,
    };

    problem_say(&p, why);
    return p;
}

void *line_cutter_new(void)
{
    return NULL; /* where it cuts follows from the bytes */
}

void line_cutter_free(void *cutter)
{
    (void)cutter;
}

void line_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    const char *end;

    (void)cutter;
    switch (mode) {
    case CUT_MORE:
        end = seen < pending.n ? memrchr(pending.p + seen, '\n', pending.n - seen) : NULL;
        ret->whole = end ? (size_t)(end - pending.p) + 1 : 0;
        break;
    case CUT_END:
        ret->whole = pending.n;
        break;
    case CUT_SKIP:
        end = pending.n ? memchr(pending.p, '\n', pending.n) : NULL;
        ret->skip_ended = end != NULL;
        ret->drop = end ? (size_t)(end - pending.p) + 1 : pending.n;
        break;
    }
}
