/*
 * evtx_make.c - makes an EVTX file from events in JSON, one a line, in the flat naming of the EVTX
 * format: {"Provider_Name":"...","EventID":1,"Image":"..."}. For demonstration files and tests.
 *
 *   evtx_make EVENTS.ndjson FILE.evtx
 *
 * An array gives several values of one name. Records without EventRecordID are numbered on from
 * the one before. The member "_user_data" names the element in UserData that the other
 * fields stand in; without it they stand in EventData.
 */
#include "../tests/evtx_writer.h"

#include "text/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1024 * 1024, BLOCK = 64 * 1024 };

static str text_of(struct json_token t, struct arena *a)
{
    switch (t.kind) {
    case JSON_STRING:
        return json_string(t, a);
    case JSON_NUMBER:
        return t.text;
    case JSON_TRUE:
        return S("true");
    case JSON_FALSE:
        return S("false");
    default:
        return (str){0};
    }
}

/* Adds one value; false when it is an object, an array in an array, or not JSON. */
static bool add_value(struct event *ev, struct arena *a, str name, struct json_token t,
                      uint8_t flags)
{
    str value = text_of(t, a);

    if (!value.p && t.kind != JSON_NULL)
        return false;
    if (value.p)
        event_add(ev, a,
                  (struct field){.name = name,
                                 .value = value,
                                 .type = t.kind == JSON_NUMBER ? VALUE_NUMBER : VALUE_STRING,
                                 .flags = flags});
    return true;
}

static bool read_event(str line, struct arena *a, struct event *ev, str *ret_user_data)
{
    struct json j;
    struct json_token t;

    json_init(&j, line);
    if (json_next(&j).kind != JSON_OBJECT)
        return false;
    for (t = json_next(&j); t.kind == JSON_KEY; t = json_next(&j)) {
        str name = json_string(t, a);
        t = json_next(&j);
        if (str_eq(name, S("_user_data"))) {
            *ret_user_data = text_of(t, a);
        } else if (t.kind == JSON_ARRAY) {
            uint8_t flags = 0;
            for (t = json_next(&j); t.kind != JSON_ARRAY_END; t = json_next(&j)) {
                if (!add_value(ev, a, name, t, flags))
                    return false;
                flags = FIELD_CONTINUES;
            }
        } else if (!add_value(ev, a, name, t, 0)) {
            return false;
        }
    }
    return t.kind == JSON_OBJECT_END;
}

static bool add_line(struct evtx_writer *w, str line, struct arena *a, uint64_t *number)
{
    struct event ev = {0};
    str user_data = {0};

    if (!read_event(line, a, &ev, &user_data))
        return false;
    str given = event_get(&ev, S("EventRecordID"));
    if (given.p && !str_u64(given, number))
        return false;
    if (!given.p)
        event_add(&ev, a,
                  (struct field){.name = S("EventRecordID"),
                                 .value = arena_printf(a, "%llu", (unsigned long long)*number),
                                 .type = VALUE_NUMBER});
    ++*number;
    return evtx_add_event(w, &ev, user_data);
}

static bool make(FILE *in, FILE *out, const char *name)
{
    struct evtx_writer *w = evtx_writer_new();
    struct arena *a = arena_new(BLOCK);
    char *line = malloc(LINE_MAX_BYTES);
    uint64_t number = 1;
    bool ok = line != NULL;

    for (uint32_t n = 1; ok && fgets(line, LINE_MAX_BYTES, in); n++) {
        str text = str_trim(str_from(line));
        arena_reset(a);
        if (text.n && !add_line(w, text, a, &number)) {
            fprintf(stderr, "%s:%u: not a flat event, or too large for a chunk\n", name, n);
            ok = false;
        }
    }
    if (ok) {
        str file = evtx_finish(w);
        ok = fwrite(file.p, 1, file.n, out) == file.n;
    }
    free(line);
    arena_free(a);
    evtx_writer_free(w);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: evtx_make EVENTS.ndjson FILE.evtx\n");
        return 2;
    }
    FILE *in = fopen(argv[1], "r"), *out = in ? fopen(argv[2], "wb") : NULL;
    if (!in || !out) {
        perror(in ? argv[2] : argv[1]);
        if (in)
            fclose(in);
        return 1;
    }
    bool ok = make(in, out, argv[1]);
    fclose(in);
    ok &= fclose(out) == 0;
    return ok ? 0 : 1;
}
