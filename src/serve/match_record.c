#include "serve/match_record.h"

#define ABSENT UINT32_MAX

static void add_bytes(struct buf *out, const void *bytes, size_t n)
{
    buf_add(out, (str){bytes, n});
}

static void add_u32(struct buf *out, uint32_t number)
{
    add_bytes(out, &number, sizeof number);
}

void match_record_begin(struct buf *out, const struct match_record_head *head)
{
    struct match_record_head whole;

    memset(&whole, 0, sizeof whole); /* what lies between its members is compared too */
    whole.content = head->content;
    whole.ref = head->ref;
    whole.received_ns = head->received_ns;
    whole.generation = head->generation;
    whole.trust = head->trust;
    whole.is_stateful = head->is_stateful;
    add_bytes(out, &whole, sizeof whole);
}

bool match_record_add(struct buf *out, size_t begun, const struct correlator *c, uint32_t rule,
                      const struct event *ev, struct arena *a)
{
    const size_t before = out->n;
    struct match_record_head head;
    const str *fields;
    uint32_t count;

    if (!c || !correlator_wants(c, rule, &fields, &count))
        return false;
    str *values = arena_array(a, count + 1, sizeof *values);
    correlator_values(c, rule, ev, values);
    add_u32(out, rule);
    add_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const size_t n = values[i].n < MATCH_VALUE_BYTES_MAX ? values[i].n : MATCH_VALUE_BYTES_MAX;
        add_u32(out, values[i].p ? (uint32_t)n : ABSENT);
        if (values[i].p)
            add_bytes(out, values[i].p, n);
    }
    memcpy(&head, out->p + begun, sizeof head);
    if (out->n - begun > MATCH_RECORD_BYTES_MAX || head.count == MATCH_RECORD_RULES_MAX) {
        out->n = before;
        return false;
    }
    head.count++;
    memcpy(out->p + begun, &head, sizeof head);
    return true;
}

static uint32_t take_u32(str *rest)
{
    uint32_t number;

    memcpy(&number, rest->p, sizeof number);
    *rest = str_from_at(*rest, sizeof number);
    return number;
}

struct match_record match_record_read(str bytes, struct arena *a)
{
    struct match_record r;
    str rest = str_from_at(bytes, sizeof r.head);

    memcpy(&r.head, bytes.p, sizeof r.head);
    r.matches = arena_array(a, r.head.count + 1, sizeof *r.matches);
    r.value_counts = arena_array(a, r.head.count + 1, sizeof *r.value_counts);
    for (uint32_t i = 0; i < r.head.count; i++) {
        struct correlator_match *m = &r.matches[i];
        m->rule = take_u32(&rest);
        m->match = r.head.ref;
        r.value_counts[i] = take_u32(&rest);
        str *values = arena_array(a, r.value_counts[i] + 1, sizeof *values);
        for (uint32_t k = 0; k < r.value_counts[i]; k++) {
            const uint32_t length = take_u32(&rest);
            if (length == ABSENT)
                continue;
            values[k] = (str){rest.p, length};
            rest = str_from_at(rest, length);
        }
        m->values = values;
    }
    return r;
}
