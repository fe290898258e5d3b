#include "triage/suppress.h"

#include "base/mem.h"
#include "detect/naive.h"
#include "sigma/filter.h"
#include "text/time.h"
#include "triage/alert_event.h"

#include <stdlib.h>

#define DAY_NS (86400 * NS_PER_S)

enum { SET_ARENA_BYTES = 16 * 1024, EVENT_ARENA_BYTES = 16 * 1024, DAYS = 7 };

/* What a suppression remembers of the group at hand. */
struct seen {
    uint32_t tactics;
    bool any;
};

struct suppress_set {
    struct arena *arena, *event_arena;
    struct suppression *all;
    struct sigma_filter **filters;
    struct seen *seen;
    struct ruleset rules; /* a rule for each: what remains, by the filter's condition */
    struct naive *naive;
    uint32_t count;
};

/* ------------------------------------------------------------ reading */

static bool text_of(const struct yaml_node *root, const char *name, str *ret, struct err *e)
{
    const struct yaml_node *n = yaml_get(root, str_from(name));

    if (!n || n->kind != YAML_SCALAR || n->text.n == 0 || yaml_is_null(n))
        return err_set_at(e, n ? n->line : root->line, n ? n->column : root->column,
                          "the suppression needs '%s': text", name);
    *ret = n->text;
    return true;
}

/* "2027-01-01" or RFC 3339. */
static bool time_of(const struct yaml_node *n, int64_t *ret, struct err *e)
{
    enum { DATE_BYTES = 10, TIME_ROOM = 24 };
    char room[TIME_ROOM];
    str text = n->kind == YAML_SCALAR ? n->text : (str){0};
    uint8_t digits;

    if (text.n == DATE_BYTES) {
        memcpy(room, text.p, DATE_BYTES);
        memcpy(room + DATE_BYTES, "T00:00:00Z", DATE_BYTES);
        text = (str){room, 2 * (size_t)DATE_BYTES};
    }
    if (time_parse_rfc3339(text, ret, &digits))
        return true;
    return err_set_at(e, n->line, n->column, "'" STR_FMT "' is no date and no time like %s",
                      STR_ARG(n->text), "2027-01-01 or 2027-01-01T06:00:00Z");
}

static bool expiry_of(const struct yaml_node *root, int64_t *ret, struct err *e)
{
    str text = {0};

    if (!text_of(root, "expires", &text, e))
        return false;
    if (str_ieq(text, S("never"))) {
        *ret = INT64_MAX;
        return true;
    }
    return time_of(yaml_get(root, S("expires")), ret, e);
}

static bool mode_of(const struct yaml_node *root, struct suppression *s, struct err *e)
{
    const struct yaml_node *mode = yaml_get(root, S("mode"));
    const struct yaml_node *up_to = yaml_get(root, S("up_to"));

    s->mode = SUPPRESS_HIDE;
    s->up_to = SEVERITY_HIGH;
    if (mode && str_eq(mode->text, S("monitor")))
        s->mode = SUPPRESS_MONITOR;
    else if (mode && !str_eq(mode->text, S("hide")))
        return err_set_at(e, mode->line, mode->column, "'mode' is hide or monitor");
    if (up_to && !severity_parse(up_to->text, &s->up_to))
        return err_set_at(e, up_to->line, up_to->column,
                          "'up_to' is informational, low, medium, high or critical");
    return true;
}

/* "02:00" as nanoseconds since midnight. */
static bool clock_of(const struct yaml_node *n, int64_t *ret, struct err *e)
{
    uint64_t hour, minute;
    str text = n && n->kind == YAML_SCALAR ? n->text : (str){0};
    const str hours = str_cut(&text, ':');

    if (!str_u64(hours, &hour) || !str_u64(text, &minute) || hour > 24 || minute > 59)
        return err_set_at(e, n->line, n->column, "'" STR_FMT "' is no time of day like 02:00",
                          STR_ARG(n->text));
    *ret = (int64_t)(hour * 3600 + minute * 60) * NS_PER_S;
    return true;
}

static bool days_of(const struct yaml_node *n, uint8_t *ret, struct err *e)
{
    static const char *const names[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

    for (uint32_t i = 0; i < n->count && n->kind == YAML_LIST; i++) {
        uint32_t day = 0;
        while (day < DAYS && !str_ieq(n->items[i]->text, str_from(names[day])))
            day++;
        if (day == DAYS)
            return err_set_at(e, n->items[i]->line, n->items[i]->column,
                              "a day is mon, tue, wed, thu, fri, sat or sun");
        *ret |= (uint8_t)(1u << day);
    }
    return *ret || err_set_at(e, n->line, n->column, "'days' must be a list of days");
}

static bool window_of(const struct yaml_node *n, struct suppress_window *ret, struct err *e)
{
    const struct yaml_node *from = n->kind == YAML_MAP ? yaml_get(n, S("from")) : NULL;
    const struct yaml_node *to = n->kind == YAML_MAP ? yaml_get(n, S("to")) : NULL;
    const struct yaml_node *days = n->kind == YAML_MAP ? yaml_get(n, S("days")) : NULL;

    if (!from || !to)
        return err_set_at(e, n->line, n->column, "a window of 'during' needs 'from' and 'to'");
    *ret = (struct suppress_window){.weekly = days != NULL};
    if (days)
        return days_of(days, &ret->days, e) && clock_of(from, &ret->from_ns, e) &&
               clock_of(to, &ret->to_ns, e);
    if (!time_of(from, &ret->from_ns, e) || !time_of(to, &ret->to_ns, e))
        return false;
    return ret->from_ns < ret->to_ns ||
           err_set_at(e, to->line, to->column, "the window ends before it begins");
}

static bool windows_of(const struct yaml_node *root, struct suppression *s, struct arena *a,
                       struct err *e)
{
    const struct yaml_node *list = yaml_get(root, S("during"));

    if (!list)
        return true;
    if (list->kind != YAML_LIST || list->count == 0 || list->count > SUPPRESS_WINDOWS_MAX)
        return err_set_at(e, list->line, list->column, "'during' is a list of up to %d windows",
                          SUPPRESS_WINDOWS_MAX);
    s->windows = arena_array(a, list->count, sizeof *s->windows);
    s->window_count = list->count;
    for (uint32_t i = 0; i < list->count; i++)
        if (!window_of(list->items[i], &s->windows[i], e))
            return false;
    return true;
}

static bool read_one(struct suppress_set *set, const struct yaml_document *d, str file,
                     struct err *e)
{
    struct suppression *s = &set->all[set->count];
    struct sigma_filter *f;

    if (d->root->kind != YAML_MAP)
        return err_set_at(e, d->root->line, d->root->column, "a suppression is a map");
    f = filter_parse(d->root, d->text, file, set->arena, e);
    if (!f)
        return false;
    if (!text_of(d->root, "owner", &s->owner, e) || !text_of(d->root, "reason", &s->reason, e) ||
        !expiry_of(d->root, &s->expires_ns, e) || !mode_of(d->root, s, e) ||
        !windows_of(d->root, s, set->arena, e) || !rule_resolve(&f->head, set->arena, e))
        return false;
    s->title = f->head.title;
    s->id = f->head.id.n ? f->head.id : f->head.title;
    s->file = file;
    set->filters[set->count] = f;
    set->rules.rules[set->count++] = &f->head;
    return true;
}

struct suppress_set *suppress_set_read(str text, str file, struct err *e)
{
    struct suppress_set *s = mem_alloc(sizeof *s);
    struct yaml_document *documents;
    uint32_t count = 0;

    s->arena = arena_new(SET_ARENA_BYTES);
    s->event_arena = arena_new(EVENT_ARENA_BYTES);
    file = arena_str(s->arena, file);
    bool ok = yaml_parse(arena_str(s->arena, text), s->arena, &documents, &count, e);
    if (ok && count > SUPPRESSIONS_MAX)
        ok = err_set(e, ERR_LIMIT, "more than %d suppressions", SUPPRESSIONS_MAX);
    s->all = arena_array(s->arena, (size_t)count + 1, sizeof *s->all);
    s->filters = arena_array(s->arena, (size_t)count + 1, sizeof(struct sigma_filter *));
    s->seen = arena_array(s->arena, (size_t)count + 1, sizeof *s->seen);
    s->rules.rules = arena_array(s->arena, (size_t)count + 1, sizeof(struct sigma_rule *));
    for (uint32_t i = 0; i < count && ok; i++)
        ok = !documents[i].root || read_one(s, &documents[i], file, e);
    if (!ok) {
        suppress_set_free(s);
        return NULL;
    }
    s->rules.count = s->count;
    s->naive = naive_new(&s->rules);
    return s;
}

void suppress_set_free(struct suppress_set *s)
{
    if (!s)
        return;
    naive_free(s->naive);
    arena_free(s->arena);
    arena_free(s->event_arena);
    free(s);
}

uint32_t suppress_set_count(const struct suppress_set *s)
{
    return s->count;
}

const struct suppression *suppress_set_at(const struct suppress_set *s, uint32_t i)
{
    assert(i < s->count);
    return &s->all[i];
}

/* ------------------------------------------------------------ matching */

/* The day of the week, 0 is Monday: 1970-01-01 was a Thursday. */
static uint32_t day_of(int64_t days)
{
    return (uint32_t)(((days + 3) % DAYS + DAYS) % DAYS);
}

static bool in_window(const struct suppress_window *w, int64_t ns)
{
    if (!w->weekly)
        return ns >= w->from_ns && ns < w->to_ns;
    const int64_t since = (ns % DAY_NS + DAY_NS) % DAY_NS, days = (ns - since) / DAY_NS;
    const bool today = w->days >> day_of(days) & 1, yesterday = w->days >> day_of(days - 1) & 1;

    if (w->from_ns <= w->to_ns)
        return today && since >= w->from_ns && since < w->to_ns;
    return (today && since >= w->from_ns) || (yesterday && since < w->to_ns);
}

static bool is_in_force(const struct suppression *s, int64_t ns)
{
    if (ns == SIGNAL_NO_TIME)
        return s->expires_ns == INT64_MAX && s->window_count == 0;
    if (ns >= s->expires_ns)
        return false;
    for (uint32_t i = 0; i < s->window_count; i++)
        if (in_window(&s->windows[i], ns))
            return true;
    return s->window_count == 0;
}

static bool is_of(const struct sigma_filter *f, const struct alert *a)
{
    for (uint32_t i = 0; i < f->rule_count; i++)
        if (str_ieq(f->rules[i], a->rule_id))
            return true;
    return f->any;
}

/* A filter keeps what its condition is true of. */
static bool matches(const struct suppress_set *s, uint32_t i, const struct alert *a,
                    const struct event *ev)
{
    return is_of(s->filters[i], a) && is_in_force(&s->all[i], a->last_ns) &&
           !naive_matches(s->naive, i, ev) &&
           logsource_applies(&s->filters[i]->head.logsource, &ev->logsources[0]);
}

void suppress_begin(struct suppress_set *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->all[i].matched = s->all[i].hidden = s->all[i].broke_through = 0;
}

void suppress_begin_group(struct suppress_set *s)
{
    memset(s->seen, 0, s->count * sizeof *s->seen);
}

static bool breaks_through(const struct suppression *s, const struct seen *seen,
                           const struct alert *a, uint32_t tactics)
{
    return a->severity > s->up_to || (seen->any && tactics & ~seen->tactics);
}

void suppress_alert(struct suppress_set *s, struct alert *a, uint32_t tactics)
{
    struct event ev;

    a->suppressed_by = (str){0};
    if (s->count == 0)
        return;
    arena_reset(s->event_arena);
    alert_event_make(a, &ev, s->event_arena);
    for (uint32_t i = 0; i < s->count; i++) {
        struct suppression *one = &s->all[i];
        if (!matches(s, i, a, &ev))
            continue;
        one->matched++;
        if (one->mode == SUPPRESS_MONITOR)
            continue;
        if (breaks_through(one, &s->seen[i], a, tactics)) {
            one->broke_through++;
            continue;
        }
        s->seen[i].any = true;
        s->seen[i].tactics |= tactics;
        one->hidden++;
        if (!a->suppressed_by.p)
            a->suppressed_by = one->id;
    }
}

const struct suppression *suppress_match(struct suppress_set *s, const struct alert *a)
{
    struct event ev;

    arena_reset(s->event_arena);
    alert_event_make(a, &ev, s->event_arena);
    for (uint32_t i = 0; i < s->count; i++)
        if (matches(s, i, a, &ev))
            return &s->all[i];
    return NULL;
}
