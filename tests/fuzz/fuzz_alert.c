/*
 * An alert's JSON from any bytes: what is read is bounded, and what is written of it and read again
 * is written the same. Its events as a suppression sees them are made too.
 */
#include "triage/alert_event.h"
#include "triage/alert_group.h"
#include "triage/alert_ocsf.h"
#include "triage/alert_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    *ret = ((const struct alert_event *)ctx)[ref];
    return true;
}

static str written(const struct alert *alert, struct alert_event *events, struct buf *out)
{
    const struct alert_namer namer = {events, name_event};
    struct json_writer w = json_writer_make(out, 0);

    alert_json(&w, alert, &namer);
    return buf_str(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(1 << 16);
    struct buf once CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf again CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf ocsf CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&ocsf, 0);
    struct alert alert, same;
    struct alert_event *events, *same_events;
    struct event ev;

    if (!alert_read((str){(const char *)data, size}, a, &alert, &events))
        return 0;
    assert(alert.entity_count <= ALERT_ENTITIES_MAX && alert.key_count <= SIGNAL_KEY_MAX);
    assert(alert.event_count <= SIGNAL_EVENTS_MAX && alert.tag_count <= SIGNAL_TAGS_MAX);
    const bool reads_again = alert_read(written(&alert, events, &once), a, &same, &same_events);
    assert(reads_again);
    assert(str_eq(written(&same, same_events, &again), buf_str(&once)));
    alert_ocsf(&w, &alert, &(struct alert_namer){events, name_event});
    alert_event_make(&alert, &ev, a);
    (void)alert_tactics(&alert);
    return 0;
}
