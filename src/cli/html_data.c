#include "cli/html_data.h"

#include "sigma/attack.h"
#include "engine/finding_field.h"
#include "base/hash.h"
#include "formats/problem.h"

#include <inttypes.h>
#include <stdio.h>

static void pair(struct json_writer *w, str name, str value)
{
    json_array(w);
    json_str(w, name);
    json_str(w, value);
    json_array_end(w);
}

void html_row(struct buf *out, const struct finding *f, uint32_t rule_place, const str *fields,
              uint32_t field_count)
{
    struct json_writer writer = json_writer_make(out, 0), *w = &writer;
    char record[24]; /* a string: JavaScript's numbers have 53 bits */

    json_array(w);
    out->n--; /* the bracket: the reader of the spool puts it, and one value more */
    json_u64(w, rule_place);
    json_event_time(w, f->event);
    json_str_or_null(w, f->host);
    json_str_or_null(w, f->user);
    json_str(w, f->file);
    json_str(w, (str){record, (size_t)snprintf(record, sizeof record, "%" PRIu64, f->record)});
    json_u64(w, f->event->from.recovered);
    json_array(w);
    for (uint32_t i = 0; i < f->matched_count; i++)
        pair(w, f->matched[i].field, f->matched[i].value);
    json_array_end(w);
    json_array(w);
    for (uint32_t i = 0; i < f->entity_count; i++)
        pair(w, str_from(entity_type_name(f->entities[i].type)), f->entities[i].value);
    json_array_end(w);
    json_array(w);
    for (uint32_t i = 0; i < field_count; i++)
        for (uint32_t at = finding_field(f, fields[i]); at < f->event->field_count;
             at = event_next(f->event, at))
            pair(w, fields[i], f->event->fields[at].value);
    json_array_end(w);
}

void html_event(struct buf *out, const struct event *ev)
{
    struct json_writer writer = json_writer_make(out, 0), *w = &writer;

    json_array(w);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *field = &ev->fields[i];
        if (out->n + field->value.n > HTML_EVENT_MAX) {
            pair(w, S("(cut)"), S("this event is longer than the report holds"));
            break;
        }
        pair(w, field->name, field->value);
    }
    if (ev->field_count == 0)
        pair(w, S(""), ev->raw.n < HTML_EVENT_MAX ? ev->raw : (str){ev->raw.p, HTML_EVENT_MAX});
    json_array_end(w);
}

static void strings(struct json_writer *w, str key, const str *values, uint32_t count)
{
    json_key(w, key);
    json_array(w);
    for (uint32_t i = 0; i < count; i++)
        json_str(w, values[i]);
    json_array_end(w);
}

/* The tactics of a technique that the rule cites too; all that the rule cites when none is. */
static void technique_json(struct json_writer *w, str id, uint32_t cited)
{
    char name[ATTACK_NAME_MAX];
    uint32_t known = attack_tactics_of(id), both = known & cited;
    uint32_t tactics = both ? both : cited ? cited : known;

    json_object(w);
    json_field_str(w, S("id"), id);
    json_key(w, S("name"));
    json_str_or_null(w, attack_full_name(id, name));
    json_key(w, S("tactics"));
    json_array(w);
    for (uint32_t i = 0; i < TACTIC_COUNT; i++)
        if (tactics & 1u << i)
            json_u64(w, i);
    json_array_end(w);
    json_object_end(w);
}

static void techniques_json(struct json_writer *w, const struct sigma_rule *r)
{
    uint32_t cited = 0;

    for (uint32_t i = 0; i < r->tag_count; i++) {
        enum attack_tactic tactic = attack_tactic_of_tag(r->tags[i]);
        if (tactic != TACTIC_COUNT)
            cited |= 1u << tactic;
    }
    json_key(w, S("techniques"));
    json_array(w);
    for (uint32_t i = 0; i < r->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        str id = attack_technique_of_tag(r->tags[i], room);
        if (id.n)
            technique_json(w, id, cited);
    }
    json_array_end(w);
}

static void rule_json(struct json_writer *w, const struct html_rule *rule)
{
    const struct sigma_rule *r = rule->rule;
    str source =
        r->text.n < HTML_RULE_SOURCE_MAX ? r->text : (str){r->text.p, HTML_RULE_SOURCE_MAX};

    json_object(w);
    json_field_str(w, S("id"), sigma_rule_identity(r));
    json_field_str(w, S("title"), r->title);
    json_field_str(w, S("level"), str_from(sigma_level_name(r->level)));
    json_field_str(w, S("status"), str_from(sigma_status_name(r->status)));
    json_field_str(w, S("description"), r->description);
    json_field_str(w, S("author"), r->author);
    json_field_str(w, S("date"), r->date);
    json_field_str(w, S("modified"), r->modified);
    json_field_str(w, S("license"), r->license);
    json_field_str(w, S("product"), r->logsource.product);
    json_field_str(w, S("category"), r->logsource.category);
    json_field_str(w, S("service"), r->logsource.service);
    json_field_str(w, S("file"), r->file);
    json_field_u64(w, S("line"), r->line);
    json_field_str(w, S("source"), source);
    json_field_u64(w, S("count"), rule->count);
    strings(w, S("tags"), r->tags, r->tag_count);
    strings(w, S("references"), r->references, r->reference_count);
    strings(w, S("falsepositives"), r->falsepositives, r->falsepositive_count);
    techniques_json(w, r);
    json_object_end(w);
}

void html_rules(struct json_writer *w, const struct html_rule *rules, uint32_t count)
{
    json_key(w, S("rules"));
    json_array(w);
    for (uint32_t i = 0; i < count; i++)
        rule_json(w, &rules[i]);
    json_array_end(w);
}

void html_tactics(struct json_writer *w)
{
    json_key(w, S("tactics"));
    json_array(w);
    for (uint32_t i = 0; i < TACTIC_COUNT; i++) {
        json_object(w);
        json_field_str(w, S("tag"), str_from(attack_tactic_tag((enum attack_tactic)i)));
        json_field_str(w, S("name"), str_from(attack_tactic_name((enum attack_tactic)i)));
        json_object_end(w);
    }
    json_array_end(w);
}

void html_problem_kinds(struct json_writer *w)
{
    json_key(w, S("problem_kinds"));
    json_object(w);
    for (uint32_t i = 0; i < PROBLEM_KIND_COUNT; i++)
        json_field_str(w, str_from(problem_name((enum problem_kind)i)),
                       str_from(problem_what((enum problem_kind)i)));
    json_object_end(w);
}

/* RFC 4648, section 4. */
static void base64(struct buf *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < n ? bytes[i + 2] : 0;
        buf_char(out, digits[group >> 18]);
        buf_char(out, digits[group >> 12 & 63]);
        buf_char(out, i + 1 < n ? digits[group >> 6 & 63] : '=');
        buf_char(out, i + 2 < n ? digits[group & 63] : '=');
    }
}

void html_source_hash(struct buf *out, str text)
{
    uint8_t hash[SHA256_BYTES];

    sha256_of(text, hash);
    buf_add(out, S("sha256-"));
    base64(out, hash, sizeof hash);
}
