#include "message/stamped.h"

#include "message/time_text.h"

void *stamped_open(const struct dialect *self)
{
    return template_set_new(self->templates, self->template_count);
}

void stamped_close(void *state)
{
    template_set_free(state);
}

/* Bytes of the time at the front with its brackets; *ret is the time alone. */
static size_t stamp_length(str text, str *ret)
{
    size_t open = text.n && text.p[0] == '[';
    size_t n = time_text_length(str_from_at(text, open));

    *ret = (str){text.p + open, n};
    if (n == 0)
        return 0;
    n += open;
    if (open && (n >= text.n || text.p[n++] != ']'))
        return 0;
    return n;
}

static str skip_blanks(str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_from_at(s, 1);
    return s;
}

str stamped_take(str *text)
{
    str time;
    size_t n = stamp_length(*text, &time);

    if (!n)
        return (str){0};
    *text = skip_blanks(str_from_at(*text, n));
    return time;
}

str stamped_front(str text)
{
    enum { FRONT_MAX = 96 };

    return (str){text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
}

str stamped_rest(str text)
{
    (void)stamped_take(&text);
    return text;
}

bool stamped_match(const struct template_set *set, struct message *m, str time, str rest)
{
    const str whole = m->text;

    m->text = rest;
    const bool matches = template_match(set, m) != NULL;
    m->text = whole;
    if (matches && time.n)
        (void)message_time_text(m, time);
    return matches;
}

bool stamped_read(void *state, struct message *m)
{
    str rest = m->text, time = stamped_take(&rest);

    return stamped_match(state, m, time, rest);
}
