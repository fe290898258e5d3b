#include "engine/event_json.h"

#include "engine/finding_json.h"
#include "event/kind.h"

static const char *const outcomes[] = {
    [OUTCOME_UNTOLD] = "unknown",
    [OUTCOME_SUCCESS] = "success",
    [OUTCOME_FAILURE] = "failure",
};

static void write_logsources(struct json_writer *w, const struct event *ev)
{
    json_array(w);
    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        const struct logsource *l = &ev->logsources[i];
        json_object(w);
        if (l->product.n)
            json_field_str(w, S("product"), l->product);
        if (l->category.n)
            json_field_str(w, S("category"), l->category);
        if (l->service.n)
            json_field_str(w, S("service"), l->service);
        json_object_end(w);
    }
    json_array_end(w);
}

/* RFC 8259, section 6: what may stand without quotes. */
static bool is_json_number(str s)
{
    size_t i = s.n && s.p[0] == '-', from = i;

    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == from || (s.p[from] == '0' && i - from > 1))
        return false;
    if (i + 1 < s.n && s.p[i] == '.' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';)
            i++;
    if (i + 1 < s.n && (s.p[i] | 0x20) == 'e') {
        size_t digit = i + 1 + (i + 2 < s.n && (s.p[i + 1] == '+' || s.p[i + 1] == '-'));
        for (i = digit; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';)
            i++;
        return i == s.n && i > digit;
    }
    return i == s.n;
}

static void write_value(struct json_writer *w, const struct field *f)
{
    switch ((enum value_type)f->type) {
    case VALUE_NUMBER:
        if (is_json_number(f->value))
            json_raw(w, f->value);
        else
            json_str(w, f->value);
        break;
    case VALUE_BOOL:
        json_bool(w, str_eq(f->value, S("true")));
        break;
    case VALUE_NULL:
        json_null(w);
        break;
    case VALUE_STRING:
        json_str(w, f->value);
        break;
    }
}

/* Only the last of several fields of one name counts: see event.h. */
static bool is_hidden(const struct event *ev, uint32_t at)
{
    for (uint32_t i = at + 1; i < ev->field_count; i++)
        if (!(ev->fields[i].flags & FIELD_CONTINUES) &&
            str_eq(ev->fields[i].name, ev->fields[at].name))
            return true;
    return false;
}

static void write_native(struct json_writer *w, const struct event *ev)
{
    json_object(w);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        if ((f->flags & FIELD_CONTINUES) || is_hidden(ev, i))
            continue;
        json_key(w, f->name);
        uint32_t next = event_next(ev, i);
        bool several = next < ev->field_count;
        if (several)
            json_array(w);
        write_value(w, f);
        for (; next < ev->field_count; next = event_next(ev, next))
            write_value(w, &ev->fields[next]);
        if (several)
            json_array_end(w);
    }
    json_object_end(w);
}

static void write_common(struct json_writer *w, const struct columns *c)
{
    const struct activity_row *activity = activity_row(c->activity);

    json_object(w);
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        if (!c->values[i].p)
            continue;
        enum column_type type = column_type((enum column)i);
        json_key(w, str_from(column_name((enum column)i)));
        if (type == COLUMN_TYPE_PORT || type == COLUMN_TYPE_INT)
            json_raw(w, c->values[i]);
        else
            json_str(w, c->values[i]);
    }
    if (activity->category[0])
        json_field_str(w, S("event.category"), str_from(activity->category));
    if (activity->type[0] || c->type) {
        json_key(w, S("event.type"));
        json_array(w);
        if (activity->type[0])
            json_str(w, str_from(activity->type));
        if (c->type && strcmp(c->type, activity->type) != 0)
            json_str(w, str_from(c->type));
        json_array_end(w);
    }
    json_object_end(w);
}

static void write_ocsf(struct json_writer *w, const struct columns *c)
{
    enum { TYPE_CLASSES = 100 };
    const struct activity_row *activity = activity_row(c->activity);

    if (!activity->class_uid) {
        json_null(w);
        return;
    }
    json_object(w);
    json_field_u64(w, S("class_uid"), activity->class_uid);
    json_field_u64(w, S("activity_id"), activity->activity_id);
    json_field_u64(w, S("type_uid"),
                   (uint64_t)activity->class_uid * TYPE_CLASSES + activity->activity_id);
    json_field_u64(w, S("status_id"), c->outcome); /* 0 unknown, 1 success, 2 failure there too */
    json_object_end(w);
}

static void write_error(struct json_writer *w, const struct problem *p)
{
    json_key(w, S("error"));
    if (!p) {
        json_null(w);
        return;
    }
    json_object(w);
    json_field_str(w, S("kind"), str_from(problem_name(p->kind)));
    json_field_str(w, S("text"), str_from(p->text));
    json_object_end(w);
}

static void write_derived(struct json_writer *w, uint8_t derived)
{
    if (!derived)
        return;
    json_key(w, S("derived"));
    json_array(w);
    if (derived & DERIVED_SOURCE_IP)
        json_str(w, str_from(column_name(COLUMN_source_ip)));
    if (derived & DERIVED_SOURCE_PORT)
        json_str(w, str_from(column_name(COLUMN_source_port)));
    if (derived & DERIVED_OUTCOME)
        json_str(w, S("outcome"));
    json_array_end(w);
}

void event_json_write(struct json_writer *w, const struct event *ev, const struct columns *columns,
                      const struct problem *problem)
{
    json_object(w);
    json_key(w, S("time"));
    json_event_time(w, ev);
    json_event_time_guess(w, ev);
    json_field_str(w, S("format"), str_from(kind_format(ev->kind)));
    json_key(w, S("logsource"));
    write_logsources(w, ev);
    json_field_str(w, S("outcome"), str_from(outcomes[columns->outcome]));
    json_key(w, S("ocsf"));
    write_ocsf(w, columns);
    json_key(w, S("native"));
    write_native(w, ev);
    json_key(w, S("common"));
    write_common(w, columns);
    write_derived(w, columns->derived);
    json_field_str(w, S("file"), ev->from.file);
    json_field_u64(w, S("record"), ev->from.record);
    write_error(w, problem);
    json_object_end(w);
}

void event_json_write_problem(struct json_writer *w, str file, const struct problem *p)
{
    json_object(w);
    json_key(w, S("time"));
    json_null(w);
    json_field_str(w, S("file"), file);
    json_key(w, S("record"));
    if (p->has_record)
        json_u64(w, p->record);
    else
        json_null(w);
    write_error(w, p);
    json_object_end(w);
}
