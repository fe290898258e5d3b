#include "cli/setting_text.h"

enum { NAME_COLUMNS = 22, KIND_COLUMNS = 9, FALLBACK_COLUMNS = 18 };

static const char *const kind_names[] = {
    [SETTING_TEXT] = "text",         [SETTING_NUMBER] = "number", [SETTING_SIZE] = "size",
    [SETTING_DURATION] = "duration", [SETTING_FLAG] = "flag",     [SETTING_LIST] = "list",
    [SETTING_WORD] = "word",         [SETTING_MAP] = "map",       [SETTING_MAPS] = "maps",
};

static void add_row_text(struct buf *out, const struct setting *s)
{
    buf_printf(out, "%-*s %-*s %-*s %s", NAME_COLUMNS, s->name, KIND_COLUMNS, kind_names[s->kind],
               FALLBACK_COLUMNS,
               s->required   ? "required"
               : s->fallback ? s->fallback
                             : "-",
               s->help);
    if (s->words)
        buf_printf(out, ": %s", s->words);
    buf_char(out, '\n');
}

static void add_row_json(struct json_writer *w, const struct setting *s)
{
    json_object(w);
    json_field_str(w, S("name"), str_from(s->name));
    json_field_str(w, S("kind"), str_from(kind_names[s->kind]));
    json_key(w, S("default"));
    if (s->fallback)
        json_str(w, str_from(s->fallback));
    else
        json_null(w);
    json_key(w, S("required"));
    json_bool(w, s->required);
    json_field_str(w, S("help"), str_from(s->help));
    if (s->words)
        json_field_str(w, S("words"), str_from(s->words));
    json_object_end(w);
}

void setting_rows_add(struct buf *out, struct json_writer *w, const struct setting *rows,
                      uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (w)
            add_row_json(w, &rows[i]);
        else
            add_row_text(out, &rows[i]);
    }
}
