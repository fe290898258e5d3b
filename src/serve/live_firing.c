#include "serve/live_firing.h"

#include "base/hash.h"

enum { FIRING_ID_BYTES = 16 };

/* Without "not"; numbers and words of others do not matter. */
static bool has_no_negation(const struct sigma_node *n)
{
    const struct sigma_node *stack[64];
    uint32_t depth = 0;

    stack[depth++] = n;
    while (depth) {
        n = stack[--depth];
        if (n->kind == NODE_NOT)
            return false;
        for (uint32_t i = 0; i < n->child_count; i++) {
            if (depth == countof(stack))
                return false;
            stack[depth++] = n->children[i];
        }
    }
    return true;
}

bool firing_is_monotone(const struct sigma_correlation *c)
{
    for (uint32_t i = 0; i < c->rule_count; i++)
        if (!c->members[i].rule)
            return false;
    if (c->type != CORRELATION_EVENT_COUNT && c->type != CORRELATION_VALUE_COUNT &&
        c->type != CORRELATION_TEMPORAL)
        return false;
    if (c->condition && !has_no_negation(c->condition))
        return false;
    for (uint32_t i = 0; i < c->bound_count; i++)
        if (c->bounds[i].op != CORRELATION_GT && c->bounds[i].op != CORRELATION_GTE)
            return false;
    return true;
}

static void hash_str(struct sha256 *h, str s)
{
    const uint64_t length = s.n;

    sha256_update(h, (str){(const char *)&length, sizeof length});
    sha256_update(h, s);
}

static str hex_text(struct sha256 *h, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    char *text = arena_bytes(a, 2 * FIRING_ID_BYTES + 1);

    sha256_final(h, hash);
    hex_of(hash, FIRING_ID_BYTES, text);
    return (str){text, 2 * FIRING_ID_BYTES};
}

/* Values of a group are one without regard to ASCII case. */
static str group_key(const struct correlation_firing *f, struct arena *a)
{
    const struct sigma_correlation *c = f->correlation;
    struct sha256 *h = sha256_new();

    hash_str(h, sigma_rule_identity(&c->head));
    for (uint32_t i = 0; i < c->group_count; i++) {
        const str value = f->group[i].value;
        char *folded = arena_bytes(a, value.n + 1);
        for (size_t k = 0; k < value.n; k++)
            folded[k] = ascii_lower(value.p[k]);
        hash_str(h, (str){folded, value.n});
    }
    const str key = hex_text(h, a);
    sha256_free(h);
    return key;
}

static str firing_id(const struct correlation_firing *f, str key, struct arena *a)
{
    struct sha256 *h = sha256_new();

    hash_str(h, key);
    hash_str(h, (str){(const char *)&f->first_ns, sizeof f->first_ns});
    if (!firing_is_monotone(f->correlation))
        hash_str(h, (str){(const char *)&f->time_ns, sizeof f->time_ns});
    const str id = hex_text(h, a);
    sha256_free(h);
    return id;
}

struct ledger_finding live_firing_finding(const struct live_firing *f, struct finding_json *json,
                                          struct buf *text, struct arena *scratch,
                                          struct arena *keep)
{
    const struct correlation_firing *firing = f->firing;
    const struct sigma_rule *rule = &firing->correlation->head;
    const str key = group_key(firing, keep);
    const struct live_note live = {
        .id = firing_id(firing, key, keep),
        .source =
            arena_str(keep, f->names->source_name(f->names->ctx, event_ref_stream(firing->match))),
        .received_ns = f->received_ns,
        .trust = f->trust,
        .state = f->provisional ? "provisional" : "final",
    };
    struct finding finding = firing_finding(firing, f->names, f->entities, scratch);

    finding.live = &live;
    buf_clear(text);
    struct json_writer w = json_writer_make(text, 0);
    finding_json_write(json, &w, &finding);
    return (struct ledger_finding){
        .id = live.id,
        .source = live.source,
        .record = event_ref_record(firing->match),
        .time_ns = firing->time_ns,
        .received_ns = f->received_ns,
        .rule_id = arena_str(keep, sigma_rule_identity(rule)),
        .rule_title = arena_str(keep, rule->title),
        .level = str_from(sigma_level_name(rule->level)),
        .host = arena_str(keep, finding.host),
        .user = arena_str(keep, finding.user),
        .json = arena_str(keep, buf_str(text)),
        .group_key = key,
        .first_ns = firing->first_ns,
        .state = f->provisional ? LEDGER_PROVISIONAL : LEDGER_FINAL,
    };
}
