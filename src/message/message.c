/* message.c - what a dialect says of the text that it takes apart. */
#include "message/dialect.h"
#include "message/time_text.h"

void message_add(struct message *m, str name, str value)
{
    event_put(m->event, m->arena, name, value, VALUE_STRING, 0);
}

void message_add_number(struct message *m, str name, str digits)
{
    event_put(m->event, m->arena, name, digits, VALUE_NUMBER, 0);
}

void message_add_more(struct message *m, str name, str value)
{
    event_put(m->event, m->arena, name, value, VALUE_STRING, FIELD_CONTINUES);
}

void message_kind(struct message *m, const struct kind *kind)
{
    m->event->kind = kind;
}

void message_source(struct message *m, str product, str category, str service)
{
    const struct logsource source = {.product = product, .category = category, .service = service};

    message_logsource(m, &source);
}

void message_logsource(struct message *m, const struct logsource *source)
{
    if (m->event->logsource_count < EVENT_LOGSOURCES_MAX)
        m->event->logsources[m->event->logsource_count++] = *source;
}

void message_time(struct message *m, int64_t ns, uint8_t digits, uint8_t guess)
{
    m->event->has_time = true;
    m->event->time_ns = ns;
    m->event->time_digits = digits;
    m->event->time_guess = guess;
}

bool message_time_text(struct message *m, str text)
{
    struct syslog_time t;

    if (!time_text_read(text, m->time_rule, &t))
        return false;
    message_time(m, t.ns, t.digits, t.guess);
    return true;
}

void message_damage(struct message *m, const char *why)
{
    m->damage = why;
}
