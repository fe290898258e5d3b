#include "serve/alert_store.h"

#include "text/json_write.h"
#include "triage/alert_group.h"
#include "triage/alert_read.h"
#include "triage/alert_verdict.h"

enum { STORE_ARENA_BYTES = 64 * 1024 };

/* ------------------------------------------------------------ into the ledger */

static struct ledger_alert row_of(const struct alert *alert, str json)
{
    return (struct ledger_alert){
        .id = str_from(alert->id),
        .alias = str_from(alert->alias),
        .group = str_from(alert->group),
        .origin = str_from(signal_origin_name(alert->origin)),
        .rule_id = alert->rule_id,
        .title = alert->title,
        .severity = alert->severity,
        .first_ns = alert->first_ns,
        .last_ns = alert->last_ns,
        .count = alert->count,
        .tactics = alert_tactics(alert),
        .suppressed_by = alert->suppressed_by,
        .json = json,
    };
}

struct ledger_alert alert_store_row(const struct alert *alert, const struct alert_namer *namer,
                                    struct buf *text, struct arena *a)
{
    struct json_writer w = json_writer_make(text, 0);

    buf_clear(text);
    alert_json(&w, alert, namer);
    struct ledger_alert row = row_of(alert, arena_str(a, buf_str(text)));
    str *const texts[] = {&row.id,      &row.alias, &row.group,        &row.origin,
                          &row.rule_id, &row.title, &row.suppressed_by};
    for (size_t i = 0; i < countof(texts); i++)
        *texts[i] = arena_str(a, *texts[i]);
    return row;
}

bool alert_store_put(struct ledger *l, const struct alert *const *alerts, uint32_t count,
                     const struct alert_namer *namer, struct err *e)
{
    struct arena *a = arena_new(STORE_ARENA_BYTES);
    struct ledger_alert *rows = arena_array(a, (size_t)count + 1, sizeof *rows);
    struct buf text = buf_make(BUF_MAX_OUTPUT);

    for (uint32_t i = 0; i < count; i++)
        rows[i] = alert_store_row(alerts[i], namer, &text, a);
    const bool ok = ledger_put_alerts(l, rows, count, e);
    buf_done(&text);
    arena_free(a);
    return ok;
}

/* ------------------------------------------------------------ and back */

static bool is_snoozed(const struct ledger_alert *row, int64_t now_ns)
{
    return row->snooze_until_ns > now_ns && row->severity <= row->snooze_severity &&
           (row->tactics & ~row->snooze_tactics) == 0;
}

bool alert_store_read(const struct ledger_alert *row, int64_t now_ns, struct arena *a,
                      struct alert *ret, struct alert_event **ret_events)
{
    struct alert_decision *d = arena_alloc(a, sizeof *d);

    if (!alert_read(arena_str(a, row->json), a, ret, ret_events))
        return false;
    ret->state = row->state >= 0 && row->state < ALERT_STATE_COUNT ? (enum alert_state)row->state
                                                                   : ALERT_OPEN;
    *d = (struct alert_decision){
        .assignee = arena_str(a, row->assignee),
        .verdict = arena_str(a, row->verdict),
        .reason = arena_str(a, row->reason),
        .note = arena_str(a, row->note),
        .decided_by = arena_str(a, row->decided_by),
        .decided_ns = row->decided_ns,
        .snoozed_until_ns = is_snoozed(row, now_ns) ? row->snooze_until_ns : 0,
    };
    ret->decision = d->decided_ns ? d : NULL;
    return true;
}

bool alert_store_name(void *ctx, uint64_t ref, struct alert_event *ret)
{
    const struct alert_event *events = ctx;

    *ret = events[ref];
    return true;
}

/* ------------------------------------------------------------ decisions */

static bool read_close(str rest, struct ledger_decision *d, struct err *e)
{
    d->state = ALERT_CLOSED;
    d->verdict = str_cut(&rest, '\t');
    d->reason = str_cut(&rest, '\t');
    d->note = rest;
    return alert_verdict_check(d->verdict, &d->reason, e);
}

static bool read_request(str request, struct ledger_decision *d, struct err *e)
{
    const str verb = str_cut(&request, '\t');

    d->id = str_cut(&request, '\t');
    d->note = request;
    if (str_eq(verb, S("close")))
        return read_close(request, d, e);
    if (str_eq(verb, S("ack")) || str_eq(verb, S("reopen"))) {
        d->state = verb.p[0] == 'a' ? ALERT_ACKNOWLEDGED : ALERT_OPEN;
        return true;
    }
    if (str_eq(verb, S("assign"))) {
        d->what = DECIDE_ASSIGNEE;
        d->assignee = request;
        return true;
    }
    if (str_eq(verb, S("snooze"))) {
        d->what = DECIDE_SNOOZE;
        return (str_i64(request, &d->until_ns) && d->until_ns >= 0) ||
               err_set(e, ERR_INPUT, "'" STR_FMT "' is no time", STR_ARG(request));
    }
    return err_set(e, ERR_INPUT, "unknown decision '" STR_FMT "'", STR_ARG(verb));
}

/* What the audit tells beside the action and the alert. */
static void write_detail(struct buf *out, const struct ledger_decision *d)
{
    struct json_writer w = json_writer_make(out, 0);

    json_object(&w);
    if (d->verdict.n)
        json_field_str(&w, S("verdict"), d->verdict);
    if (d->reason.n)
        json_field_str(&w, S("reason"), d->reason);
    if (d->what == DECIDE_STATE && d->note.n)
        json_field_str(&w, S("note"), d->note);
    if (d->what == DECIDE_ASSIGNEE)
        json_field_str(&w, S("assignee"), d->assignee);
    if (d->what == DECIDE_SNOOZE) {
        json_key(&w, S("until"));
        alert_json_time(&w, d->until_ns);
    }
    json_object_end(&w);
}

bool alert_store_decide(struct ledger *l, str request, str actor, struct err *e)
{
    struct ledger_decision d = {.what = DECIDE_STATE, .actor = actor};
    struct buf action CLEANUP(buf_done) = buf_make(ALERT_REQUEST_MAX);
    struct buf detail CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    str rest = request;

    if (!read_request(request, &d, e))
        return false;
    buf_add(&action, S("alert "));
    buf_add(&action, str_cut(&rest, '\t'));
    d.action = buf_str(&action);
    write_detail(&detail, &d);
    d.detail = buf_str(&detail);
    return ledger_decide(l, &d, e);
}
