#include "api/finding_view.h"

void finding_text_init(struct finding_text *t)
{
    *t = (struct finding_text){.text = buf_make(BUF_MAX_OUTPUT)};
}

void finding_text_done(struct finding_text *t)
{
    finding_json_free(t->writer);
    buf_done(&t->text);
}

static struct tocsin_text text_of(str s)
{
    return (struct tocsin_text){s.n ? s.p : NULL, s.n};
}

/* One of a list; either half may be unwanted. */
static bool pair(bool has, str name, str value, struct tocsin_text *ret_name,
                 struct tocsin_text *ret_value)
{
    if (ret_name)
        *ret_name = text_of(name);
    if (ret_value)
        *ret_value = text_of(value);
    return has;
}

/* ------------------------------------------------------------ findings */

struct tocsin_text tocsin_finding_rule(const struct tocsin_finding *f)
{
    return f ? text_of(f->of->rule->title) : (struct tocsin_text){0};
}

struct tocsin_text tocsin_finding_rule_id(const struct tocsin_finding *f)
{
    return f ? text_of(sigma_rule_identity(f->of->rule)) : (struct tocsin_text){0};
}

const char *tocsin_finding_level(const struct tocsin_finding *f)
{
    return sigma_level_name(f ? f->of->rule->level : LEVEL_NONE);
}

struct tocsin_text tocsin_finding_source(const struct tocsin_finding *f)
{
    return f ? text_of(f->of->file) : (struct tocsin_text){0};
}

uint64_t tocsin_finding_record(const struct tocsin_finding *f)
{
    return f ? f->of->record : 0;
}

bool tocsin_finding_time(const struct tocsin_finding *f, int64_t *ns)
{
    if (!f || !f->of->event->has_time)
        return false;
    if (ns)
        *ns = f->of->event->time_ns;
    return true;
}

struct tocsin_text tocsin_finding_host(const struct tocsin_finding *f)
{
    return f ? text_of(f->of->host) : (struct tocsin_text){0};
}

struct tocsin_text tocsin_finding_user(const struct tocsin_finding *f)
{
    return f ? text_of(f->of->user) : (struct tocsin_text){0};
}

bool tocsin_finding_matched(const struct tocsin_finding *f, size_t at, struct tocsin_text *field,
                            struct tocsin_text *value)
{
    bool has = f && at < f->of->matched_count;
    const struct matched_field *m = has ? &f->of->matched[at] : NULL;

    return pair(has, has ? m->field : (str){0}, has ? m->value : (str){0}, field, value);
}

bool tocsin_finding_entity(const struct tocsin_finding *f, size_t at, struct tocsin_text *type,
                           struct tocsin_text *value)
{
    bool has = f && at < f->of->entity_count;
    const struct entity *e = has ? &f->of->entities[at] : NULL;

    return pair(has, has ? str_from(entity_type_name(e->type)) : (str){0},
                has ? e->value : (str){0}, type, value);
}

bool tocsin_finding_field(const struct tocsin_finding *f, size_t at, struct tocsin_text *field,
                          struct tocsin_text *value)
{
    bool has = f && at < f->of->event->field_count;
    const struct field *e = has ? &f->of->event->fields[at] : NULL;

    return pair(has, has ? e->name : (str){0}, has ? e->value : (str){0}, field, value);
}

struct tocsin_text tocsin_finding_json(const struct tocsin_finding *f)
{
    if (!f)
        return (struct tocsin_text){0};
    struct finding_text *t = f->text;
    struct json_writer w = json_writer_make(&t->text, 0);

    if (!t->writer)
        t->writer = finding_json_new(NULL, 0);
    buf_clear(&t->text);
    finding_json_write(t->writer, &w, f->of);
    return (struct tocsin_text){buf_cstr(&t->text), t->text.n};
}

/* ------------------------------------------------------------ problems */

const char *tocsin_problem_kind(const struct tocsin_problem *p)
{
    return p ? problem_name(p->of->kind) : "";
}

const char *tocsin_problem_message(const struct tocsin_problem *p)
{
    return p ? p->of->text : "";
}

struct tocsin_text tocsin_problem_source(const struct tocsin_problem *p)
{
    return p ? text_of(p->source) : (struct tocsin_text){0};
}

bool tocsin_problem_record(const struct tocsin_problem *p, uint64_t *record)
{
    if (!p || !p->of->has_record)
        return false;
    if (record)
        *record = p->of->record;
    return true;
}
