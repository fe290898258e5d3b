#include "message/message_field.h"

static bool is_separator(char c)
{
    return c == ' ' || c == ';' || c == '\x1d';
}

bool message_field_next(str *text, str *ret_name, str *ret_value)
{
    while (text->n) {
        while (text->n && is_separator(text->p[0]))
            *text = str_from_at(*text, 1);
        size_t end = 0;
        while (end < text->n && text->p[end] != ' ' && text->p[end] != '=')
            end++;
        str name = {text->p, end};
        if (end == text->n || text->p[end] == ' ' || name.n == 0) {
            *text = str_from_at(*text, end + (name.n == 0));
            continue;
        }
        *text = str_from_at(*text, end + 1);
        bool quoted = text->n && text->p[0] == '"';
        str rest = quoted ? str_from_at(*text, 1) : *text;
        *ret_name = name;
        *ret_value = quoted                       ? str_cut(&rest, '"')
                     : str_eq(name, S("COMMAND")) ? str_cut(&rest, '\n')
                                                  : str_cut(&rest, ' ');
        *text = rest;
        return true;
    }
    return false;
}
