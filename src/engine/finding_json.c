#include "engine/finding_json.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/mem.h"
#include "engine/finding_field.h"
#include "sigma/attack.h"
#include "text/time.h"

#include <stdlib.h>

enum { RULE_TEXT_BLOCK = 64 * 1024 };

/* Members of the object that depend on the rule alone. */
struct rule_members {
    str front, tags, end;
};

struct finding_json {
    const str *fields;
    uint32_t field_count;
    struct intern *rules; /* by address; its ids are places in: */
    struct rule_members *members;
    uint32_t count, capacity;
    struct arena *arena;
    struct buf scratch;
};

struct finding_json *finding_json_new(const str *fields, uint32_t field_count)
{
    struct finding_json *j = mem_alloc(sizeof *j);

    *j = (struct finding_json){.fields = fields, .field_count = field_count};
    j->rules = intern_new();
    j->arena = arena_new(RULE_TEXT_BLOCK);
    j->scratch = buf_make(BUF_MAX_OUTPUT);
    return j;
}

void finding_json_free(struct finding_json *j)
{
    if (!j)
        return;
    intern_free(j->rules);
    arena_free(j->arena);
    buf_done(&j->scratch);
    free(j);
}

void json_str_or_null(struct json_writer *w, str s)
{
    if (s.n)
        json_str(w, s);
    else
        json_null(w);
}

void json_event_time(struct json_writer *w, const struct event *ev)
{
    char text[TIME_TEXT_MAX];

    if (ev->has_time)
        json_str(w, (str){text, time_format(ev->time_ns, ev->time_digits, text)});
    else
        json_null(w);
}

void json_time(struct json_writer *w, int64_t ns, bool known)
{
    char text[TIME_TEXT_MAX];
    uint8_t digits = ns % NS_PER_S == 0 ? 0 : ns % 1000000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9;

    if (known)
        json_str(w, (str){text, time_format(ns, digits, text)});
    else
        json_null(w);
}

static void write_rule(struct json_writer *w, const struct sigma_rule *r)
{
    json_field_str(w, S("rule_id"), sigma_rule_identity(r));
    json_field_str(w, S("rule"), r->title);
    json_key(w, S("level"));
    json_str_or_null(w, str_from(sigma_level_name(r->level)));
    json_key(w, S("status"));
    json_str_or_null(w, str_from(sigma_status_name(r->status)));
}

static void write_tags(struct json_writer *w, const struct sigma_rule *r)
{
    json_key(w, S("tags"));
    json_array(w);
    for (uint32_t i = 0; i < r->tag_count; i++)
        json_str(w, r->tags[i]);
    json_array_end(w);

    json_key(w, S("techniques"));
    json_array(w);
    for (uint32_t i = 0; i < r->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        str id = attack_technique_of_tag(r->tags[i], room);
        if (id.n)
            json_str(w, id);
    }
    json_array_end(w);
}

static void write_entities(struct json_writer *w, const struct finding *f)
{
    json_key(w, S("entities"));
    json_array(w);
    for (uint32_t i = 0; i < f->entity_count; i++) {
        json_object(w);
        json_field_str(w, S("type"), str_from(entity_type_name(f->entities[i].type)));
        json_field_str(w, S("value"), f->entities[i].value);
        json_object_end(w);
    }
    json_array_end(w);
}

static bool matched_before(const struct finding *f, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (str_eq(f->matched[i].field, f->matched[at].field))
            return true;
    return false;
}

/* {field: [values]}; each field once, where it first matched. MATCHED_MAX bounds the square. */
static void write_matched(struct json_writer *w, const struct finding *f)
{
    json_key(w, S("matched"));
    json_object(w);
    for (uint32_t i = 0; i < f->matched_count; i++) {
        if (matched_before(f, i))
            continue;
        json_key(w, f->matched[i].field);
        json_array(w);
        for (uint32_t k = i; k < f->matched_count; k++)
            if (str_eq(f->matched[k].field, f->matched[i].field))
                json_str(w, f->matched[k].value);
        json_array_end(w);
    }
    json_object_end(w);
}

static void write_logsource(struct json_writer *w, const struct logsource *source)
{
    json_key(w, S("logsource"));
    json_object(w);
    json_key(w, S("product"));
    json_str_or_null(w, source->product);
    json_key(w, S("category"));
    json_str_or_null(w, source->category);
    json_key(w, S("service"));
    json_str_or_null(w, source->service);
    json_object_end(w);
}

static void write_end(struct json_writer *w, const struct sigma_rule *r)
{
    write_logsource(w, &r->logsource);
    json_field_str(w, S("rule_file"), r->file);
}

/* The members that `write` writes, without the object's braces. */
static str members_of(struct finding_json *j, const struct sigma_rule *r,
                      void (*write)(struct json_writer *w, const struct sigma_rule *r))
{
    struct json_writer w = json_writer_make(&j->scratch, 0);

    buf_clear(&j->scratch);
    json_object(&w);
    write(&w, r);
    return arena_str(j->arena, str_from_at(buf_str(&j->scratch), 1));
}

static const struct rule_members *rule_members(struct finding_json *j, const struct sigma_rule *r)
{
    uint32_t id = intern_add(j->rules, (str){(const char *)&r, sizeof r});

    if (id < j->count)
        return &j->members[id];
    struct rule_members *room =
        arena_push(j->arena, (void **)&j->members, &j->count, &j->capacity, sizeof *room);
    *room = (struct rule_members){members_of(j, r, write_rule), members_of(j, r, write_tags),
                                  members_of(j, r, write_end)};
    return room;
}

static void write_fields(struct json_writer *w, const struct finding *f, const str *fields,
                         uint32_t count)
{
    if (count == 0)
        return;
    json_key(w, S("fields"));
    json_object(w);
    for (uint32_t i = 0; i < count; i++) {
        json_key(w, fields[i]);
        json_array(w);
        for (uint32_t at = finding_field(f, fields[i]); at < f->event->field_count;
             at = event_next(f->event, at))
            json_str(w, f->event->fields[at].value);
        json_array_end(w);
    }
    json_object_end(w);
}

/* Present when the record itself does not say all of its time. */
void json_event_time_guess(struct json_writer *w, const struct event *ev)
{
    if (!ev->has_time || !ev->time_guess)
        return;
    json_key(w, S("time_guess"));
    json_array(w);
    if (ev->time_guess & TIME_GUESS_YEAR)
        json_str(w, S("year"));
    if (ev->time_guess & TIME_GUESS_ZONE)
        json_str(w, S("zone"));
    json_array_end(w);
}

static void write_live(struct json_writer *w, const struct live_note *live)
{
    char text[TIME_TEXT_MAX];

    json_field_str(w, S("id"), live->id);
    json_field_str(w, S("source"), live->source);
    json_key(w, S("received"));
    json_str(w, (str){text, time_format(live->received_ns, 6, text)});
    json_field_str(w, S("trust"), str_from(trust_name(live->trust)));
    if (live->state)
        json_field_str(w, S("state"), str_from(live->state));
}

void finding_json_write(struct finding_json *j, struct json_writer *w, const struct finding *f)
{
    const struct rule_members *rule = rule_members(j, f->rule);

    json_object(w);
    json_members(w, rule->front);
    json_key(w, S("time"));
    json_event_time(w, f->event);
    json_field_str(w, S("file"), f->file);
    json_field_u64(w, S("record"), f->record);
    json_key(w, S("host"));
    json_str_or_null(w, f->host);
    json_key(w, S("user"));
    json_str_or_null(w, f->user);
    json_members(w, rule->tags);
    write_entities(w, f);
    write_matched(w, f);
    json_key(w, S("format"));
    json_str_or_null(w, str_from(f->format));
    json_members(w, rule->end);
    if (f->event->from.recovered) {
        json_key(w, S("recovered"));
        json_bool(w, true);
    }
    json_event_time_guess(w, f->event);
    if (f->live)
        write_live(w, f->live);
    write_fields(w, f, j->fields, j->field_count);
    json_object_end(w);
}
