#include "cli/run_json.h"

#include "sigma/attack.h"
#include "engine/finding_json.h"

static const char *const refusal_kinds[] = {
    [REFUSED_INVALID] = "invalid",
    [REFUSED_PLACEHOLDER] = "placeholder",
    [REFUSED_FILE] = "file",
};

static void refusal_json(struct json_writer *w, const struct refusal *r)
{
    json_object(w);
    json_field_str(w, S("file"), str_from(r->why.file));
    json_key(w, S("line"));
    if (r->why.line)
        json_u64(w, r->why.line);
    else
        json_null(w);
    json_key(w, S("column"));
    if (r->why.column)
        json_u64(w, r->why.column);
    else
        json_null(w);
    json_key(w, S("title"));
    json_str_or_null(w, r->title);
    json_field_str(w, S("kind"), str_from(refusal_kinds[r->kind]));
    json_field_str(w, S("reason"), str_from(r->why.message));
    json_object_end(w);
}

void ruleset_json(struct json_writer *w, const struct ruleset *rules)
{
    json_object(w);
    json_field_str(w, S("hash"), str_from(rules->hash));
    json_field_u64(w, S("rules"), rules->count);
    json_field_u64(w, S("files"), rules->file_count);
    json_field_u64(w, S("filters"), rules->filter_count);
    json_field_u64(w, S("correlations"), rules->correlation_count);
    json_key(w, S("refused"));
    json_array(w);
    for (uint32_t i = 0; i < rules->refusal_count; i++)
        refusal_json(w, &rules->refusals[i]);
    json_array_end(w);
    json_object_end(w);
}

void evidence_json(struct json_writer *w, const struct scan *scan)
{
    const struct evidence *files = NULL;
    uint32_t count = scan ? scan_evidence(scan, &files) : 0;

    json_array(w);
    for (uint32_t i = 0; i < count; i++) {
        json_object(w);
        json_field_str(w, S("path"), files[i].path);
        json_field_u64(w, S("bytes"), files[i].bytes);
        json_key(w, S("sha256"));
        json_str_or_null(w, str_from(files[i].sha256));
        json_key(w, S("format"));
        json_str_or_null(w, str_from(files[i].format));
        json_field_u64(w, S("events"), files[i].events);
        json_object_end(w);
    }
    json_array_end(w);
}

void fields_unseen_json(struct json_writer *w, const struct scan *scan)
{
    const str *names = NULL;
    uint32_t count = scan ? scan_fields_unseen(scan, &names) : 0;

    json_array(w);
    for (uint32_t i = 0; i < count; i++)
        json_str(w, names[i]);
    json_array_end(w);
}

/* What a tally's key is called, and what else its row says. */
enum tally_kind { TALLY_TECHNIQUE, TALLY_HOST, TALLY_RULE, TALLY_HOUR };
static const char *const tally_keys[] = {[TALLY_TECHNIQUE] = "id",
                                         [TALLY_HOST] = "host",
                                         [TALLY_RULE] = "rule_id",
                                         [TALLY_HOUR] = "hour"};

static void tally_json(struct json_writer *w, const struct tally *t, enum tally_kind kind)
{
    char name[ATTACK_NAME_MAX];

    json_object(w);
    json_field_str(w, str_from(tally_keys[kind]), t->key);
    if (kind == TALLY_TECHNIQUE) {
        json_key(w, S("name"));
        json_str_or_null(w, attack_full_name(t->key, name));
    }
    if (kind == TALLY_RULE && t->rule)
        json_field_str(w, S("rule"), t->rule->title);
    json_field_u64(w, S("findings"), t->count);
    json_key(w, S("level"));
    json_str_or_null(w, str_from(sigma_level_name(t->level)));
    if (kind != TALLY_HOUR) {
        json_key(w, S("first"));
        json_time(w, t->first_ns, t->has_time);
        json_key(w, S("last"));
        json_time(w, t->last_ns, t->has_time);
    }
    json_object_end(w);
}

static void tallies_json(struct json_writer *w, const char *name, const struct tally_table *t,
                         enum tally_kind kind)
{
    json_key(w, str_from(name));
    json_array(w);
    for (uint32_t i = 0; i < t->count; i++)
        tally_json(w, &t->rows[i], kind);
    json_array_end(w);
}

static void levels_json(struct json_writer *w, const struct tally_table *levels)
{
    json_key(w, S("levels"));
    json_object(w);
    for (int level = LEVEL_CRITICAL; level >= LEVEL_NONE; level--) {
        uint64_t count = 0;
        for (uint32_t i = 0; i < levels->count; i++)
            if ((int)levels->rows[i].level == level)
                count += levels->rows[i].count;
        json_field_u64(w, level ? str_from(sigma_level_name((enum sigma_level)level)) : S("none"),
                       count);
    }
    json_object_end(w);
}

static void logons_json(struct json_writer *w, const struct summary *s)
{
    json_key(w, S("logons"));
    json_array(w);
    for (uint32_t i = 0; i < s->logon_count; i++) {
        const struct logon_row *row = &s->logons[i];
        json_object(w);
        json_key(w, S("user"));
        json_str_or_null(w, row->user);
        json_key(w, S("source"));
        json_str_or_null(w, row->source);
        json_key(w, S("host"));
        json_str_or_null(w, row->host);
        json_key(w, S("type"));
        json_str_or_null(w, row->type);
        json_key(w, S("success"));
        json_bool(w, row->success);
        json_field_u64(w, S("count"), row->count);
        json_key(w, S("first"));
        json_time(w, row->first_ns, row->has_time);
        json_key(w, S("last"));
        json_time(w, row->last_ns, row->has_time);
        json_object_end(w);
    }
    json_array_end(w);
}

static void gaps_json(struct json_writer *w, const struct summary *s)
{
    json_key(w, S("gaps"));
    json_array(w);
    for (uint32_t i = 0; i < s->gap_count; i++) {
        const struct gap_row *g = &s->gaps[i];
        json_object(w);
        json_field_str(w, S("file"), g->file);
        json_key(w, S("log"));
        json_str_or_null(w, g->log);
        json_key(w, S("host"));
        json_str_or_null(w, g->host);
        json_field_str(w, S("kind"),
                       g->cleared     ? S("cleared")
                       : g->by_record ? S("records")
                                      : S("time"));
        json_field_u64(w, S("record_before"), g->record_before);
        json_field_u64(w, S("record_after"), g->record_after);
        json_key(w, S("time_before"));
        json_time(w, g->time_before_ns, g->has_time);
        json_key(w, S("time_after"));
        json_time(w, g->time_after_ns, g->has_time);
        json_object_end(w);
    }
    json_array_end(w);
}

static void problem_counts_json(struct json_writer *w, const struct summary *s)
{
    json_key(w, S("problems"));
    json_object(w);
    for (uint32_t kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        if (s->problems[kind])
            json_field_u64(w, str_from(problem_name((enum problem_kind)kind)), s->problems[kind]);
    json_object_end(w);
}

void summary_json(struct json_writer *w, const struct summary *s)
{
    json_object(w);
    json_field_u64(w, S("events"), s->events);
    json_field_u64(w, S("findings"), s->findings);
    json_key(w, S("first"));
    json_time(w, s->first_ns, s->has_time);
    json_key(w, S("last"));
    json_time(w, s->last_ns, s->has_time);
    json_field_u64(w, S("events_without_time"), s->events_without_time);
    json_field_u64(w, S("events_without_logsource"), s->events_without_logsource);
    levels_json(w, &s->levels);
    problem_counts_json(w, s);
    tallies_json(w, "rules", &s->rules, TALLY_RULE);
    tallies_json(w, "techniques", &s->techniques, TALLY_TECHNIQUE);
    tallies_json(w, "hosts", &s->hosts, TALLY_HOST);
    tallies_json(w, "hours", &s->hours, TALLY_HOUR);
    logons_json(w, s);
    gaps_json(w, s);

    json_field_u64(w, S("logs_selected"), s->logs_selected);

    /* What did not fit into the tables above: rows beyond SUMMARY_KEYS_MAX and its kin. */
    json_key(w, S("not_listed"));
    json_object(w);
    json_field_u64(w, S("rules"), s->rules.other);
    json_field_u64(w, S("techniques"), s->techniques.other);
    json_field_u64(w, S("hosts"), s->hosts.other);
    json_field_u64(w, S("hours"), s->hours.other);
    json_field_u64(w, S("logons"), s->logons_other);
    json_field_u64(w, S("gaps"), s->gaps_other);
    json_field_u64(w, S("log_events"), s->logs_other);
    json_object_end(w);
    json_object_end(w);
}

void problem_json(struct json_writer *w, str file, const struct problem *p)
{
    json_object(w);
    json_field_str(w, S("file"), file);
    json_field_str(w, S("kind"), str_from(problem_name(p->kind)));
    json_key(w, S("record"));
    if (p->has_record)
        json_u64(w, p->record);
    else
        json_null(w);
    json_field_u64(w, S("offset"), p->offset);
    json_field_u64(w, S("length"), p->length);
    json_field_str(w, S("text"), str_from(p->text));
    json_object_end(w);
}
