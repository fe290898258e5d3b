#include "triage/group_json.h"

#include "triage/alert_json.h"

void alert_group_json(struct json_writer *w, const struct alert_group *g, struct arena *scratch)
{
    json_object(w);
    json_field_str(w, S("id"), str_from(g->id));
    json_field_str(w, S("title"), g->top->title);
    json_field_str(w, S("severity"), str_from(severity_name(g->severity)));
    json_key(w, S("score"));
    json_double(w, g->score);
    json_key(w, S("first_seen"));
    alert_json_time(w, g->first_ns);
    json_key(w, S("last_seen"));
    alert_json_time(w, g->last_ns);
    json_field_u64(w, S("events"), g->events);
    json_field_u64(w, S("suppressed"), g->suppressed);
    json_key(w, S("tactics"));
    json_array(w);
    for (uint32_t i = 0; i < g->tactic_count; i++)
        json_str(w, str_from(attack_tactic_name((enum attack_tactic)g->tactics[i])));
    json_array_end(w);
    json_key(w, S("entities"));
    json_array(w);
    for (uint32_t i = 0; i < g->entity_count; i++) {
        json_object(w);
        json_field_str(w, S("type"), str_from(entity_type_name(g->entities[i].type)));
        json_field_str(w, S("value"), g->entities[i].value);
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, S("alerts"));
    json_array(w);
    for (uint32_t i = 0; i < g->count; i++)
        json_str(w, str_from(g->alerts[i]->id));
    json_array_end(w);
    json_key(w, S("links"));
    json_array(w);
    for (uint32_t i = 0; i < g->link_count; i++) {
        json_object(w);
        json_field_str(w, S("alert"), str_from(g->links[i].later->id));
        json_field_str(w, S("why"), alert_link_text(&g->links[i], scratch));
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}
