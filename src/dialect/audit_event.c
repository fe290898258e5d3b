#include "dialect/audit_event.h"

#include "base/mem.h"
#include "dialect/audit_kind.h"
#include "dialect/audit_value.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    NAME_BYTES_MAX = 64,
    PIECES_MAX = 4096,   /* of arguments, split ones too, of one event */
    ARGUMENTS_MAX = 256, /* that become fields; CommandLine has all */
    COMMAND_LINE_MAX = 1 << 20,
    SEEN_WORDS = AUDIT_FIELDS_MAX / 64,
    ENRICHED = 0x1d, /* parts what auditd appends: UID="alice" */
};

/* An argument of EXECVE, or a part of one. */
struct piece {
    uint32_t argument;
    str value;
    bool hex;
};

struct audit_builder {
    struct audit_book *book;
    /* Of the event that is built: */
    struct event *event;
    struct arena *arena;
    const struct audit_record *record;
    uint32_t record_from; /* the first field of the record */
    bool of_exec;         /* an EXECVE record is in the event */
    uint64_t seen[SEEN_WORDS];
    uint32_t first[AUDIT_FIELDS_MAX], last[AUDIT_FIELDS_MAX]; /* places of fields seen */
    const struct audit_type *type_of[AUDIT_FIELDS_MAX];       /* of the record with the first */
    str made;                                                 /* the name of a file that was made */
    uint32_t piece_count;
    struct piece pieces[PIECES_MAX];
};

struct audit_builder *audit_builder_new(void)
{
    struct audit_builder *b = mem_alloc(sizeof *b);

    b->book = audit_book_new();
    return b;
}

void audit_builder_free(struct audit_builder *b)
{
    if (!b)
        return;
    audit_book_free(b->book);
    free(b);
}

const struct audit_book *audit_builder_book(const struct audit_builder *b)
{
    return b->book;
}

/* ------------------------------------------------------------ fields */

static bool is_number(str s)
{
    size_t i = s.n > 1 && s.p[0] == '-';

    for (; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static uint32_t push(struct audit_builder *b, str name, str value, uint8_t type, uint16_t flags)
{
    const uint32_t at = b->event->field_count;

    event_add(b->event, b->arena,
              (struct field){.name = name, .value = value, .type = type, .flags = flags});
    return at;
}

/* A field of which nothing is known: its namesakes are looked for. */
static void add_unknown(struct audit_builder *b, str name, str value)
{
    const uint32_t none = b->event->field_count;
    uint32_t at = event_find(b->event, name);

    for (uint32_t next = at; next < none; next = event_next(b->event, next))
        at = next;
    if (at < none && (at >= b->record_from || str_eq(b->event->fields[at].value, value)))
        return;
    push(b, arena_str(b->arena, name), value, VALUE_STRING, at < none ? FIELD_CONTINUES : 0);
}

/* What ends a program's record, where what others may write cannot follow: the last counts. */
static bool ends_record(str name)
{
    return str_eq(name, S("res")) || str_eq(name, S("addr")) || str_eq(name, S("terminal"));
}

static void add_known(struct audit_builder *b, const struct audit_field *f, str value)
{
    const uint8_t id = f->id;
    const uint64_t bit = UINT64_C(1) << (id & 63);
    uint64_t *word = &b->seen[id / 64];
    const uint8_t type = f->how == AUDIT_NUMBER && is_number(value) ? VALUE_NUMBER : VALUE_STRING;

    if (!(*word & bit)) {
        *word |= bit;
        b->type_of[id] = b->record->kind;
        b->first[id] = b->last[id] = push(b, f->name, value, type, 0);
        return;
    }
    if (b->last[id] >= b->record_from) {
        if (ends_record(f->name))
            b->event->fields[b->last[id]].value = value;
        return;
    }
    if (b->type_of[id] == b->record->kind || !str_eq(b->event->fields[b->first[id]].value, value))
        b->last[id] = push(b, f->name, value, type, FIELD_CONTINUES);
}

static void add(struct audit_builder *b, str name, str value)
{
    const struct audit_field *f = audit_field_of(b->book, name);

    if (b->event->field_count >= EVENT_FIELDS_MAX)
        b->event->fields_dropped++;
    else if (f)
        add_known(b, f, value);
    else
        add_unknown(b, name, value);
}

static bool has(const struct audit_builder *b, str name)
{
    const struct audit_field *f = audit_field_of(b->book, name);

    return f && (b->seen[f->id / 64] >> (f->id & 63) & 1);
}

/* The first value of a field that the book knows; .p is NULL when absent. */
static str get(const struct audit_builder *b, str name)
{
    const struct audit_field *f = audit_field_of(b->book, name);

    assert(f);
    return has(b, name) ? b->event->fields[b->first[f->id]].value : (str){0};
}

/* ------------------------------------------------------------ values */

/* Hexadecimal as text. NULs, which part the words of a command line, become blanks. */
static str decoded(struct audit_builder *b, str hex)
{
    char *out = arena_bytes(b->arena, hex.n / 2 + 1);
    size_t n = audit_unhex(hex, out);

    while (n && out[n - 1] == '\0')
        n--;
    for (size_t i = 0; i < n; i++)
        if (out[i] == '\0')
            out[i] = ' ';
    return utf8_repair((str){out, n}, b->arena);
}

/* Several keys of one rule are parted by a byte 1. */
static void add_keys(struct audit_builder *b, str keys)
{
    const uint32_t from = b->event->field_count;

    add(b, S("key"), str_cut(&keys, '\x01'));
    while (keys.n && b->event->field_count > from)
        push(b, S("key"), str_cut(&keys, '\x01'), VALUE_STRING, FIELD_CONTINUES);
}

static void add_socket(struct audit_builder *b, str hex)
{
    struct audit_socket socket;

    audit_socket_read(hex, &socket, b->arena);
    if (socket.family.n && !memchr(b->record->body.p, ENRICHED, b->record->body.n)) {
        add(b, S("saddr_fam"), socket.family);
        if (socket.address.n) {
            add(b, S("laddr"), socket.address);
            add(b, S("lport"), socket.port);
        }
        if (socket.path.n)
            add(b, S("path"), socket.path);
    }
}

static void add_plain(struct audit_builder *b, str name, str value, bool quoted)
{
    const struct audit_field *f = audit_field_of(b->book, name);
    const bool encoded = f && f->how == AUDIT_ENCODED;

    if (encoded && !quoted && audit_is_hex(value))
        value = decoded(b, value);
    if (str_eq(name, S("key"))) {
        add_keys(b, value);
        return;
    }
    if (b->of_exec && f && name.n == 2 && name.p[0] == 'a' && f->how == AUDIT_PLAIN) {
        push(b, arena_printf(b->arena, "syscall." STR_FMT, STR_ARG(name)), value, VALUE_STRING, 0);
        return;
    }
    add(b, name, value);
    if (str_eq(name, S("saddr")))
        add_socket(b, value);
}

/* ------------------------------------------------------------ arguments */

/* "a12", "a12[3]": the number of the argument. */
static bool is_argument(str name, uint32_t *ret)
{
    uint64_t n;
    str rest = str_from_at(name, 1), digits = str_cut(&rest, '[');

    if (name.n < 2 || name.p[0] != 'a' || digits.n > 6 || !str_u64(digits, &n))
        return false;
    *ret = (uint32_t)n;
    return true;
}

static void add_piece(struct audit_builder *b, uint32_t argument, str value, bool quoted)
{
    if (b->piece_count == PIECES_MAX) {
        b->event->fields_dropped++;
        return;
    }
    b->pieces[b->piece_count++] = (struct piece){argument, value, !quoted && audit_is_hex(value)};
}

static str argument_name(struct audit_builder *b, uint32_t n)
{
    static const str names[] = {S("a0"), S("a1"), S("a2"), S("a3"), S("a4"),
                                S("a5"), S("a6"), S("a7"), S("a8"), S("a9")};

    return n < countof(names) ? names[n] : arena_printf(b->arena, "a%u", n);
}

/* The pieces as arguments, and all of them as the command line, of which arguments are slices. */
static void add_arguments(struct audit_builder *b)
{
    size_t room = 1;

    for (uint32_t i = 0; i < b->piece_count; i++)
        room += b->pieces[i].value.n + 1;
    room = room > COMMAND_LINE_MAX ? COMMAND_LINE_MAX : room;
    char *line = arena_bytes(b->arena, room);
    size_t n = 0, from = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < b->piece_count; i++) {
        const struct piece *p = &b->pieces[i];
        if (n + p->value.n + 1 > room) {
            b->event->fields_dropped++;
            break;
        }
        if (p->hex)
            n += audit_unhex(p->value, line + n);
        else if (p->value.n) {
            memcpy(line + n, p->value.p, p->value.n);
            n += p->value.n;
        }
        if (i + 1 < b->piece_count && b->pieces[i + 1].argument == p->argument)
            continue;
        if (count++ < ARGUMENTS_MAX)
            push(b, argument_name(b, p->argument),
                 utf8_repair((str){line + from, n - from}, b->arena), VALUE_STRING, 0);
        line[n++] = ' ';
        from = n;
    }
    if (count)
        push(b, S("CommandLine"), utf8_repair((str){line, n - 1}, b->arena), VALUE_STRING, 0);
}

/* ------------------------------------------------------------ records */

static bool ends_value(char c)
{
    return c == ' ' || c == ENRICHED;
}

/* The value at the front, and what stands behind it. */
static str take_value(str *s, bool *ret_quoted)
{
    const char *end;

    *ret_quoted = s->n && s->p[0] == '"';
    if (*ret_quoted) {
        end = memchr(s->p + 1, '"', s->n - 1);
        str value = {s->p + 1, end ? (size_t)(end - s->p) - 1 : s->n - 1};
        *s = str_from_at(*s, value.n + 2);
        return value;
    }
    size_t n = 0;
    while (n < s->n && !ends_value(s->p[n]))
        n++;
    str value = {s->p, n};
    *s = str_from_at(*s, n);
    while (value.n && (value.p[value.n - 1] == ',' || value.p[value.n - 1] == '\''))
        value.n--;
    if (value.n > 1 && value.p[value.n - 1] == ')' && !memchr(value.p, '(', value.n))
        value.n--;
    return value;
}

/* "avc:  denied  { read write } for": SELinux's words before its fields. */
static void read_avc(struct audit_builder *b, str *s)
{
    const str denied = S("denied"), granted = S("granted");
    str head = {s->p, s->n < 64 ? s->n : 64};
    const char *at = str_find(head, denied);
    str word = at ? denied : granted;

    at = at ? at : str_find(head, granted);
    const char *open = s->n ? memchr(s->p, '{', s->n) : NULL;
    const char *close = open ? memchr(open, '}', s->n - (size_t)(open - s->p)) : NULL;
    if (!at || !close || open < at)
        return;
    add(b, S("seresult"), word);
    str permissions = str_trim((str){open + 1, (size_t)(close - open) - 1});
    bool first = true;
    while (permissions.n) {
        str one = str_cut(&permissions, ' ');
        if (one.n && first)
            add(b, S("seperms"), one);
        else if (one.n)
            push(b, S("seperms"), one, VALUE_STRING, FIELD_CONTINUES);
        first = first && !one.n;
    }
    *s = str_from_at(*s, (size_t)(close - s->p) + 1);
}

/* Fields "name=value" between other words. */
static void read_pairs(struct audit_builder *b, str s, bool of_exec)
{
    while (s.n) {
        while (s.n && (s.p[0] == ' ' || s.p[0] == ENRICHED || s.p[0] == '\'' || s.p[0] == '('))
            s = str_from_at(s, 1);
        size_t n = 0;
        while (n < s.n && s.p[n] != '=' && !ends_value(s.p[n]))
            n++;
        str name = {s.p, n};
        bool pair = n && n < s.n && s.p[n] == '=' && n <= NAME_BYTES_MAX, quoted;
        s = str_from_at(s, pair ? n + 1 : n + (n == 0));
        uint32_t argument;
        if (!pair)
            continue;
        str value = take_value(&s, &quoted);
        if (value.n == 1 && value.p[0] == '{') /* SADDR={ saddr_fam=inet ... } */
            continue;
        if (of_exec && is_argument(name, &argument))
            add_piece(b, argument, value, quoted);
        else if (!of_exec || !str_ends(name, S("_len")))
            add_plain(b, name, value, quoted);
    }
}

/* The fields of a body: those before, in, and behind msg='...', of which a program wrote the
 * middle, and the last apostrophe ends. */
static void read_body(struct audit_builder *b, const struct audit_record *r)
{
    const str open = S("msg='");
    const bool of_exec = r->kind && str_eq(r->kind->name, S("EXECVE"));
    const uint32_t before = b->event->field_count, pieces = b->piece_count;
    str body = r->body;
    const char *at = str_find(body, open);

    if (r->kind && str_ends(r->kind->name, S("AVC")) && !at)
        read_avc(b, &body);
    if (!at) {
        read_pairs(b, body, of_exec);
    } else {
        str first = {body.p, (size_t)(at - body.p)}, rest = str_from_at(body, first.n + open.n);
        const char *enriched = memchr(rest.p, ENRICHED, rest.n);
        str inner = {rest.p, enriched ? (size_t)(enriched - rest.p) : rest.n};
        const char *close = inner.n ? memrchr(inner.p, '\'', inner.n) : NULL;
        inner.n = close ? (size_t)(close - inner.p) : inner.n;
        read_pairs(b, first, false);
        if (str_find((str){inner.p, inner.n < 64 ? inner.n : 64}, S("avc:")))
            read_avc(b, &inner);
        read_pairs(b, inner, false);
        read_pairs(b, str_from_at(rest, inner.n), false);
    }
    if (b->event->field_count == before && b->piece_count == pieces && body.n)
        add(b, S("text"), body);
}

/* ------------------------------------------------------------ the event */

static void add_types(struct audit_builder *b, const struct audit_record *records, uint32_t count)
{
    bool first = true;

    for (uint32_t i = 0; i < count; i++) {
        str type = records[i].kind ? records[i].kind->name : records[i].type;
        bool new = true;
        for (uint32_t k = 0; k < i && new; k++)
            new = records[k].kind != records[i].kind || !records[i].kind;
        if (!new)
            continue;
        push(b, S("type"), type, VALUE_STRING, first ? 0 : FIELD_CONTINUES);
        first = false;
    }
}

/* Notes the file that was made, when the record is of one. */
static void note_made(struct audit_builder *b)
{
    const struct event *ev = b->event;
    str name = {0};
    bool created = false;

    for (uint32_t i = b->record_from; i < ev->field_count; i++) {
        if (str_eq(ev->fields[i].name, S("name")))
            name = ev->fields[i].value;
        created |=
            str_eq(ev->fields[i].name, S("nametype")) && str_eq(ev->fields[i].value, S("CREATE"));
    }
    if (created && name.n && !b->made.n)
        b->made = name;
}

static void add_source(struct event *ev, str category)
{
    for (uint32_t i = 0; i < ev->logsource_count; i++) /* of the envelope */
        if (str_eq(ev->logsources[i].service, S("auditd")) &&
            str_eq(ev->logsources[i].category, category))
            return;
    if (ev->logsource_count < EVENT_LOGSOURCES_MAX)
        ev->logsources[ev->logsource_count++] =
            (struct logsource){.product = S("linux"), .category = category, .service = S("auditd")};
}

static str absolute(const struct audit_builder *b, str path)
{
    str cwd = get(b, S("cwd"));

    if (!path.n || path.p[0] == '/' || !cwd.n)
        return path;
    return arena_printf(b->arena, STR_FMT "%s" STR_FMT, STR_ARG(cwd),
                        cwd.p[cwd.n - 1] == '/' ? "" : "/", STR_ARG(path));
}

/* Adds what rules for categories want, by the names of Sysmon for Linux. */
static void add_categories(struct audit_builder *b)
{
    struct event *ev = b->event;
    const bool failed = str_eq(get(b, S("success")), S("no")),
               connects = str_eq(get(b, S("SYSCALL")), S("connect")) && has(b, S("laddr")),
               makes = b->made.n && !failed;

    add_source(ev, S(""));
    if (!b->of_exec && !makes && !connects)
        return;
    if (has(b, S("exe")))
        push(b, S("Image"), get(b, S("exe")), VALUE_STRING, 0);
    if (has(b, S("UID")))
        push(b, S("User"), get(b, S("UID")), VALUE_STRING, 0);
    if (b->of_exec) {
        add_source(ev, S("process_creation"));
        if (has(b, S("cwd")))
            push(b, S("CurrentDirectory"), get(b, S("cwd")), VALUE_STRING, 0);
    }
    if (makes) {
        add_source(ev, S("file_event"));
        push(b, S("TargetFilename"), absolute(b, b->made), VALUE_STRING, 0);
    }
    if (connects) {
        add_source(ev, S("network_connection"));
        push(b, S("DestinationIp"), get(b, S("laddr")), VALUE_STRING, 0);
        push(b, S("DestinationPort"), get(b, S("lport")), VALUE_STRING, 0);
        push(b, S("Initiated"), S("true"), VALUE_BOOL, 0);
    }
}

/* The names of architecture and call, unless auditd has written them; the call's kind. */
static const struct kind *name_call(struct audit_builder *b)
{
    str arch_name = {0};

    if (has(b, S("SYSCALL")))
        return audit_action_kind(get(b, S("SYSCALL")));
    if (!has(b, S("arch")) || !has(b, S("syscall")))
        return NULL;
    const struct audit_call *call =
        audit_call_of(b->book, get(b, S("arch")), get(b, S("syscall")), &arch_name);
    if (arch_name.n)
        add(b, S("ARCH"), arch_name);
    if (call)
        add(b, S("SYSCALL"), call->name);
    return call ? call->kind : NULL;
}

/* What the event is about: the first record that tells it by its type, or else its system call. */
static const struct kind *kind_of(const struct audit_record *records, uint32_t count,
                                  const struct kind *of_call)
{
    for (uint32_t i = 0; i < count; i++)
        if (records[i].kind && records[i].kind->kind->action)
            return records[i].kind->kind;
    if (of_call)
        return of_call;
    return records[0].kind ? records[0].kind->kind : &kind_audit;
}

static void begin(struct audit_builder *b, const struct audit_record *records, uint32_t count,
                  struct event *ev, struct arena *a)
{
    b->event = ev;
    b->arena = a;
    b->record = &records[0];
    b->record_from = ev->field_count;
    memset(b->seen, 0, sizeof b->seen);
    b->made = (str){0};
    b->piece_count = 0;
    b->of_exec = false;
    for (uint32_t i = 0; i < count; i++)
        b->of_exec |= records[i].kind && str_eq(records[i].kind->name, S("EXECVE"));
}

void audit_build(struct audit_builder *b, const struct audit_record *records, uint32_t count,
                 struct event *ev, struct arena *a)
{
    assert(count > 0);
    begin(b, records, count, ev, a);
    add_types(b, records, count);
    if (records[0].stamp.n) {
        add(b, S("msg"), arena_printf(a, "audit(" STR_FMT "):", STR_ARG(records[0].stamp)));
        add(b, S("serial"), records[0].serial);
        ev->has_time = true;
        ev->time_ns = records[0].time_ns;
        ev->time_digits = records[0].time_digits;
        ev->time_guess = 0;
    }
    if (records[0].node.n)
        add(b, S("node"), records[0].node);
    for (uint32_t i = 0; i < count; i++) {
        b->record = &records[i];
        b->record_from = ev->field_count;
        read_body(b, &records[i]);
        if (records[i].kind && str_eq(records[i].kind->name, S("PATH")))
            note_made(b);
    }
    b->record_from = ev->field_count;
    if (b->piece_count)
        add_arguments(b);
    const struct kind *of_call = name_call(b);
    ev->kind = kind_of(records, count, of_call);
    add_categories(b);
}
