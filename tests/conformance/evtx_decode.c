/*
 * evtx_decode.c - decodes the corpus's EVTX files and compares every field of every record with
 * what another implementation made of it.
 *
 *   evtx_decode CORPUS UNPACKED
 *
 * CORPUS is the corpus folder; UNPACKED holds the same tree with its .zst files decompressed. The
 * expected events are JSON and are read with our JSON format. Prints, for each set of events,
 *
 *   evtx-decode: fields equal X of Y, records found A of B
 *
 * and the first differences. Fields that differ in text but mean the same count as equal, and
 * how many of each kind is printed:
 *   spelling   line ends and control characters as XML parsers leave them; blank for empty; for
 *              event.json also braces and case of GUIDs, fractions beyond microseconds and
 *              blanks at the ends
 *   one        the other side keeps one of several values of a name
 *   zeros      the other side strips zeros from strings such as "0x00560000"
 */
#include "../format_drive.h"

#include "base/mem.h"

#include <stdio.h>

enum { SHOWN_MAX = 20, PATH_BYTES = 4096, STEP = 512 * 1024 };

extern const struct format format_evtx, format_json;

enum equality { DIFFERENT, SAME, SPELLING, ONE_OF_SEVERAL, ZEROS, EQUALITIES };

struct record {
    uint64_t id;
    struct field *fields;
    uint32_t field_count;
    bool used;
};

struct comparison {
    const char *name;      /* of the set */
    const char *key;       /* the field that names the file */
    const char *folder;    /* where the EVTX files are */
    const char *file_tail; /* behind the key's value, which loses its ".zst" */
    bool is_nested;        /* names such as Event.System.Provider.#attributes.Name */

    char file[PATH_BYTES]; /* the one that is decoded now */
    struct arena *arena;   /* its records */
    struct record *records;
    uint32_t record_count, record_capacity;

    uint64_t expected, found, fields, kinds[EQUALITIES];
    uint32_t shown;
};

static char *read_file(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *bytes = mem_alloc((size_t)n + BATCH_PADDING);
    *ret_n = fread(bytes, 1, (size_t)n, f);
    fclose(f);
    return bytes;
}

static void keep_record(void *ctx, struct event *ev)
{
    struct comparison *c = ctx;

    if (ev->from.recovered)
        return; /* the other side reads the live part only */
    struct record *r = arena_push(c->arena, (void **)&c->records, &c->record_count,
                                  &c->record_capacity, sizeof *r);
    *r = (struct record){.id = ev->from.record, .field_count = ev->field_count};
    r->fields = arena_array(c->arena, ev->field_count, sizeof *r->fields);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        r->fields[i] = ev->fields[i];
        r->fields[i].name = arena_str(c->arena, ev->fields[i].name);
        r->fields[i].value = arena_str(c->arena, ev->fields[i].value);
    }
}

static void ignore_problem(void *ctx, const struct problem *p)
{
    (void)ctx, (void)p;
}

static void decode_file(struct comparison *c, const char *path)
{
    struct decode_sink sink = {.ctx = c, .event = keep_record, .problem = ignore_problem};
    size_t n = 0;

    arena_reset(c->arena);
    c->records = NULL;
    c->record_count = c->record_capacity = 0;
    snprintf(c->file, sizeof c->file, "%s", path);
    char *bytes = read_file(path, &n);
    if (!bytes)
        return;
    format_drive(&format_evtx, (str){bytes, n}, STEP, &sink, NULL);
    free(bytes);
}

/* Without what XML parsers change or JSON writers leave out. Returns the length. */
static size_t simplify(str s, bool is_nested, char *out)
{
    size_t n = 0;

    if (is_nested)
        s = str_trim(s);
    if (is_nested && s.n == 38 && s.p[0] == '{')
        s = (str){s.p + 1, s.n - 2};
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
            continue;
        if (c == '\r')
            c = '\n';
        if (c >= 0x20 || c == '\n' || c == '\t')
            out[n++] = is_nested ? ascii_lower((char)c) : (char)c;
    }
    if (str_trim((str){out, n}).n == 0)
        return 0;
    if (is_nested && n > 20 && out[n - 1] == 'z' && out[10] == 't') { /* a time's fraction */
        n = n > 27 ? 26 : n - 1;                                      /* to microseconds */
        while (n && out[n - 1] == '0')
            n--;
    }
    return n;
}

static str without_zeros(str s)
{
    if (!str_starts(s, S("0x")))
        return s;
    s = str_from_at(s, 2);
    while (s.n > 1 && s.p[0] == '0')
        s = str_from_at(s, 1);
    return s;
}

static enum equality compare_values(str want, str got, bool is_nested)
{
    if (str_eq(want, got))
        return SAME;
    char *room = mem_alloc(want.n + got.n + 1);
    str a = {room, simplify(want, is_nested, room)};
    str b = {room + a.n, simplify(got, is_nested, room + a.n)};
    enum equality e = str_eq(a, b)                                 ? SPELLING
                      : str_eq(without_zeros(a), without_zeros(b)) ? ZEROS
                                                                   : DIFFERENT;
    free(room);
    return e;
}

static bool is_field(const struct field *f, str name)
{
    return str_eq(f->name, name);
}

/* `values` are the expected values of one name, in order. */
static enum equality compare_field(const struct comparison *c, const struct record *r, str name,
                                   const str *values, uint32_t count)
{
    enum equality worst = SAME, best = DIFFERENT;
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->field_count; i++) {
        if (!is_field(&r->fields[i], name))
            continue;
        enum equality e =
            n < count ? compare_values(values[n], r->fields[i].value, c->is_nested) : DIFFERENT;
        if (e == DIFFERENT || worst == DIFFERENT)
            worst = DIFFERENT;
        else if (e > worst)
            worst = e;
        if (count == 1 && compare_values(values[0], r->fields[i].value, c->is_nested))
            best = ONE_OF_SEVERAL;
        n++;
    }
    if (n == count && worst != DIFFERENT)
        return worst;
    if (n == 0 && count == 1 && values[0].n == 0 && c->is_nested)
        return SPELLING; /* null */
    return n > 1 ? best : DIFFERENT;
}

static void show(struct comparison *c, uint64_t id, str name, const str *values, uint32_t count,
                 const struct record *r)
{
    if (c->shown++ >= SHOWN_MAX)
        return;
    printf("  %s record %llu " STR_FMT ": expected", c->file, (unsigned long long)id,
           STR_ARG(name));
    for (uint32_t i = 0; i < count; i++)
        printf(" '" STR_FMT "'", STR_ARG(values[i]));
    printf(", got");
    for (uint32_t i = 0; r && i < r->field_count; i++)
        if (is_field(&r->fields[i], name))
            printf(" '" STR_FMT "'", STR_ARG(r->fields[i].value));
    printf("\n");
}

/* The flat name of a nested one; empty when it is not a field. */
static str flat_name(const struct comparison *c, str name, struct arena *a)
{
    static const str attributes = S(".#attributes.");

    if (!c->is_nested)
        return name;
    if (str_starts(name, S("Event.EventData."))) { /* our names have no blanks */
        char *out = arena_bytes(a, name.n);
        size_t n = 0;
        for (size_t i = 16; i < name.n; i++)
            if (name.p[i] != ' ')
                out[n++] = name.p[i];
        return (str){out, n};
    }
    const char *mark = str_find(name, attributes);
    if (str_starts(name, S("Event.System."))) {
        str tail = str_from_at(name, 13);
        if (!mark)
            return tail;
        str element = {tail.p, (size_t)(mark - tail.p)};
        str attribute = str_from_at(name, (size_t)(mark - name.p) + attributes.n);
        return arena_printf(a, STR_FMT "_" STR_FMT, STR_ARG(element), STR_ARG(attribute));
    }
    if (mark || !str_starts(name, S("Event.UserData.")))
        return (str){0};
    size_t at = name.n;
    while (at && name.p[at - 1] != '.')
        at--;
    return str_from_at(name, at);
}

static struct record *find_record(struct comparison *c, uint64_t id)
{
    for (uint32_t i = 0; i < c->record_count; i++)
        if (c->records[i].id == id && !c->records[i].used)
            return &c->records[i];
    return NULL;
}

static void compare_record(struct comparison *c, const struct event *ev, struct arena *a)
{
    uint64_t id = 0;
    bool ok = str_u64(
        event_get(ev, c->is_nested ? S("Event.System.EventRecordID") : S("EventRecordID")), &id);
    struct record *r = ok ? find_record(c, id) : NULL;

    c->expected++;
    if (r) {
        r->used = true;
        c->found++;
    } else {
        show(c, id, S("(the record)"), NULL, 0, NULL);
    }
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        str values[EVENT_FIELDS_MAX], name = flat_name(c, f->name, a);
        uint32_t count = 0;
        if ((f->flags & FIELD_CONTINUES) || name.n == 0 || name.p[0] == '_')
            continue;
        if (c->is_nested && f->type == VALUE_NULL && str_starts(f->name, S("Event.System.")))
            continue; /* an element without content */
        for (uint32_t k = i; k < ev->field_count; k = event_next(ev, k))
            values[count++] = ev->fields[k].value;
        enum equality e = r ? compare_field(c, r, name, values, count) : DIFFERENT;
        c->kinds[e]++;
        c->fields++;
        if (r && e == DIFFERENT)
            show(c, id, name, values, count, r);
    }
}

static void on_expected(void *ctx, struct event *ev)
{
    struct comparison *c = ctx;
    char path[PATH_BYTES];
    struct arena *a = arena_new(4096);

    if (!c->is_nested) { /* the file is named in the record */
        str file = event_get(ev, str_from(c->key));
        if (str_ends(file, S(".zst")))
            file.n -= 4;
        snprintf(path, sizeof path, "%s/" STR_FMT "%s", c->folder, STR_ARG(file), c->file_tail);
        if (strcmp(path, c->file) != 0)
            decode_file(c, path);
    }
    compare_record(c, ev, a);
    arena_free(a);
}

static void compare_events(struct comparison *c, const char *json_path)
{
    struct decode_sink sink = {.ctx = c, .event = on_expected, .problem = ignore_problem};
    size_t n = 0;
    char *bytes = read_file(json_path, &n);

    if (!bytes) {
        printf("%s: cannot read %s\n", c->name, json_path);
        return;
    }
    format_drive(&format_json, (str){bytes, n}, STEP, &sink, NULL);
    free(bytes);
}

static void print_result(struct comparison *c)
{
    printf("%s: fields equal %llu of %llu, records found %llu of %llu\n", c->name,
           (unsigned long long)(c->fields - c->kinds[DIFFERENT]), (unsigned long long)c->fields,
           (unsigned long long)c->found, (unsigned long long)c->expected);
    printf("  in meaning only: spelling %llu, one of several %llu, zeros %llu\n",
           (unsigned long long)c->kinds[SPELLING], (unsigned long long)c->kinds[ONE_OF_SEVERAL],
           (unsigned long long)c->kinds[ZEROS]);
    arena_free(c->arena);
}

/* Each case once more, with the JSON that its authors made of it. */
static void compare_cases(const char *corpus, const char *list)
{
    struct comparison c = {
        .name = "evtx-decode-json", .is_nested = true, .arena = arena_new(65536)};
    size_t n = 0;
    char *names = read_file(list, &n), path[PATH_BYTES];
    str rest = {names, n}, last = {0};

    while (rest.n) { /* expected.tsv: the case is the first column; cases come in order */
        str line = str_cut(&rest, '\n'), name = str_cut(&line, '\t');
        if (str_eq(name, last) || str_eq(name, S("case")) || name.n == 0)
            continue;
        last = name;
        snprintf(path, sizeof path, "%s/sigma/regression/" STR_FMT "/event.evtx", corpus,
                 STR_ARG(name));
        decode_file(&c, path);
        snprintf(path, sizeof path, "%s/sigma/regression/" STR_FMT "/event.json", corpus,
                 STR_ARG(name));
        compare_events(&c, path);
    }
    free(names);
    print_result(&c);
}

int main(int argc, char **argv)
{
    char folder[PATH_BYTES], json[PATH_BYTES];

    if (argc != 3) {
        fprintf(stderr, "usage: evtx_decode CORPUS UNPACKED\n");
        return 2;
    }
    struct comparison samples = {.name = "evtx-decode",
                                 .key = "_file",
                                 .folder = folder,
                                 .file_tail = "",
                                 .arena = arena_new(65536)};
    snprintf(folder, sizeof folder, "%s/sigma/evtx", argv[2]);
    snprintf(json, sizeof json, "%s/sigma/evtx/events.ndjson", argv[2]);
    compare_events(&samples, json);
    print_result(&samples);

    struct comparison cases = {.name = "evtx-decode-regression",
                               .key = "_case",
                               .folder = folder,
                               .file_tail = "/event.evtx",
                               .arena = arena_new(65536)};
    snprintf(folder, sizeof folder, "%s/sigma/regression", argv[1]);
    snprintf(json, sizeof json, "%s/sigma/regression/events.ndjson", argv[1]);
    compare_events(&cases, json);
    print_result(&cases);

    snprintf(json, sizeof json, "%s/sigma/regression/expected.tsv", argv[1]);
    compare_cases(argv[1], json);
    return 0;
}
