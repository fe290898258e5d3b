#include "engine/finding_field.h"

#include "sigma/attack.h"

uint32_t finding_field(const struct finding *f, str name)
{
    const struct event *ev = f->event;
    uint32_t at = event_find(ev, name);

    for (uint32_t i = 0; at == ev->field_count && i < ev->logsource_count; i++)
        at = event_find(ev, logsource_native_name(&ev->logsources[i], name));
    return at;
}

void finding_field_text(struct buf *out, const struct finding *f, str name)
{
    bool first = true;

    for (uint32_t at = finding_field(f, name); at < f->event->field_count;
         at = event_next(f->event, at)) {
        if (!first)
            buf_add(out, S("; "));
        first = false;
        buf_add(out, f->event->fields[at].value);
    }
}

static void add_pair(struct buf *out, bool first, str name, str value)
{
    if (!first)
        buf_add(out, S("; "));
    buf_add(out, name);
    buf_char(out, '=');
    buf_add(out, value);
}

void finding_matched_text(struct buf *out, const struct finding *f)
{
    for (uint32_t i = 0; i < f->matched_count; i++)
        add_pair(out, i == 0, f->matched[i].field, f->matched[i].value);
}

void finding_entities_text(struct buf *out, const struct finding *f)
{
    for (uint32_t i = 0; i < f->entity_count; i++)
        add_pair(out, i == 0, str_from(entity_type_name(f->entities[i].type)),
                 f->entities[i].value);
}

void rule_techniques_text(struct buf *out, const struct sigma_rule *rule, const char *between)
{
    size_t start = out->n;

    for (uint32_t i = 0; i < rule->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        str id = attack_technique_of_tag(rule->tags[i], room);
        if (!id.n)
            continue;
        if (out->n > start)
            buf_add(out, str_from(between));
        buf_add(out, id);
    }
}
