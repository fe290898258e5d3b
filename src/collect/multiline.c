#include "collect/multiline.h"

#include "base/mem.h"

#include <stdlib.h>

struct multiline {
    struct regex *start, *cont, *end; /* NULL: not asked for */
    struct regex_state *state;
    bool indent;
    uint32_t lines_max;
    size_t bytes_max;
    int64_t flush_ns;
};

static bool compile(const struct settings *s, const char *name, struct regex **ret, struct err *e)
{
    const struct setting_value *v = setting(s, name);

    if (!v->present)
        return true;
    *ret = regex_new(v->text, 0, e);
    if (*ret)
        return true;
    e->line = v->node ? v->node->line : 0;
    e->column = v->node ? v->node->column : 0;
    return err_wrap(e, "'%s'", name);
}

bool multiline_new(const struct settings *s, struct multiline **ret, struct err *e)
{
    const bool start = setting(s, "multiline_start")->present;
    const bool cont = setting(s, "multiline_continue")->present;
    const bool indent = setting_flag(s, "multiline_indent");

    *ret = NULL;
    if (start && (cont || indent))
        return err_set(e, ERR_INPUT,
                       "'multiline_start' says which lines begin a record; "
                       "'multiline_continue' and 'multiline_indent' say which do not: give one");
    if (!start && !cont && !indent && !setting(s, "multiline_end")->present)
        return true;
    struct multiline *m = mem_alloc(sizeof *m);
    m->indent = indent;
    m->lines_max = (uint32_t)setting_number(s, "multiline_lines");
    m->bytes_max = (size_t)setting_number(s, "multiline_bytes");
    m->flush_ns = (int64_t)setting_number(s, "multiline_flush");
    m->state = regex_state_new();
    if (!compile(s, "multiline_start", &m->start, e) ||
        !compile(s, "multiline_continue", &m->cont, e) ||
        !compile(s, "multiline_end", &m->end, e)) {
        multiline_free(m);
        return false;
    }
    *ret = m;
    return true;
}

void multiline_free(struct multiline *m)
{
    if (!m)
        return;
    regex_free(m->start);
    regex_free(m->cont);
    regex_free(m->end);
    regex_state_free(m->state);
    free(m);
}

bool multiline_check(const struct settings *s, struct err *e)
{
    struct multiline *m;
    const bool ok = multiline_new(s, &m, e);

    multiline_free(m);
    return ok;
}

int64_t multiline_flush_ns(const struct multiline *m)
{
    return m->flush_ns;
}

void joiner_init(struct joiner *j)
{
    *j = (struct joiner){.text = buf_make(2 * (size_t)MULTILINE_BYTES_MAX)};
}

void joiner_done(struct joiner *j)
{
    buf_done(&j->text);
}

void joiner_clear(struct joiner *j)
{
    buf_done(&j->text); /* most of the time a stream holds nothing, and there are many */
    j->lines = 0;
    j->over = false;
}

static bool found(const struct multiline *m, const struct regex *r, str line)
{
    return r && regex_search(r, m->state, line) == REGEX_YES;
}

static bool begins_record(const struct multiline *m, str line)
{
    if (m->start)
        return found(m, m->start, line);
    if (m->indent && line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
        return false;
    return (m->cont || m->indent) && !found(m, m->cont, line);
}

bool joiner_ends_before(const struct multiline *m, const struct joiner *j, str line)
{
    if (j->lines == 0)
        return false;
    return j->over || j->lines >= m->lines_max || j->text.n + 1 + line.n > m->bytes_max ||
           begins_record(m, line);
}

void joiner_put(const struct multiline *m, struct joiner *j, str line, int64_t steady_ns)
{
    assert(!j->over);
    if (j->lines)
        buf_char(&j->text, '\n');
    buf_add(&j->text, line);
    assert(!j->text.overflow); /* a line is at most INLET_RECORD_BYTES_MAX */
    j->lines++;
    j->since_ns = steady_ns;
    j->over = found(m, m->end, line);
}
