/*
 * Any bytes as a stream of a format that keeps state between records, or has records that are not
 * lines: however the bytes are cut into batches, the same events come out, all of it is text, and
 * nothing is read beyond a batch. The first byte chooses the format.
 */
#include "format_drive.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct format format_auditd, format_zeek, format_w3c, format_table, format_cri,
    format_journal_export;

static const struct format *const formats[] = {
    &format_auditd, &format_zeek, &format_w3c, &format_table, &format_cri, &format_journal_export};

struct outcome {
    uint64_t events, problems, fields;
};

static void on_event(void *ctx, struct event *ev)
{
    struct outcome *o = ctx;

    assert(ev->field_count <= EVENT_FIELDS_MAX && ev->logsource_count <= EVENT_LOGSOURCES_MAX);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        assert(f->name.n > 0 && f->name.n <= EVENT_NAME_MAX && f->type <= VALUE_NULL);
        assert(utf8_valid(f->name) && utf8_valid(f->value));
    }
    o->events++;
    o->fields += ev->field_count;
}

static void on_problem(void *ctx, const struct problem *p)
{
    assert(p->text[0]);
    ((struct outcome *)ctx)->problems++;
}

static struct outcome drive(const struct format *f, str bytes, size_t step, bool lazy)
{
    struct outcome o = {0};
    const struct decode_sink sink = {
        .ctx = &o, .lazy = lazy, .event = on_event, .problem = on_problem};

    format_drive(f, bytes, step, &sink, NULL);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct format *f = formats[data[0] % countof(formats)];
    const str bytes = {(const char *)data + 1, size - 1};

    (void)f->sniff(f, bytes);
    const struct outcome whole = drive(f, bytes, bytes.n, false),
                         steps = drive(f, bytes, 1 + data[0] % 61, true);
    assert(whole.events == steps.events && whole.fields == steps.fields);
    return 0;
}
