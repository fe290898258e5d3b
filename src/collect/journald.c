/*
 * journald.c - the source `journald`: the systemd journal, by sd-journal(3).
 *
 * A record is an entry as `journalctl -o json` writes it: an object of all its
 * fields and the four addresses that begin with two underscores; a field that the
 * entry has more than once is an array of its values, a value that is no UTF-8 an array of its
 * bytes. The place is the entry's cursor. When the entry that it names was
 * vacuumed, reading goes on at the next that is left, and that is counted.
 */
#include "base/mem.h"
#include "collect/file_identity.h"
#include "collect/source_type.h"
#include "text/json_write.h"
#include "text/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum {
    JOURNAL_TURN_ENTRIES = 512,          /* of a wake-up */
    JOURNAL_VALUE_MAX = 64 * 1024,       /* bytes of a field that are kept */
    JOURNAL_ENTRY_MAX = 8 * 1024 * 1024, /* bytes of all that are looked at */
    JOURNAL_FIELDS_MAX = 1024,           /* of an entry */
    JOURNAL_POLL_NS = 250000000,         /* also for file systems that report nothing */
};

struct journal_field {
    str name, value;
    bool written;
};

struct journal_source {
    struct source_context c;
    struct origin origin;
    sd_journal *journal;
    struct loop_fd *changed, *work;
    int work_fd; /* an eventfd that is always ready: there is more to read */
    struct loop_timer *poll;
    struct arena *arena; /* of one entry */
    struct buf text;
    struct journal_field *fields; /* JOURNAL_FIELDS_MAX */
    bool pending;                 /* the entry that the journal is at was not taken yet */
    bool blocked, failed;
    uint64_t pushed;
};

static const struct setting journald_settings[] = {
    {.name = "units",
     .kind = SETTING_LIST,
     .help = "only what these systemd units log, and what systemd says of them"},
    {.name = "match",
     .kind = SETTING_LIST,
     .help = "only entries with these fields, as FIELD=value; the same field twice: either"},
    {.name = "folder",
     .kind = SETTING_TEXT,
     .help = "a folder of .journal files, instead of this machine's journal"},
    {.name = "from",
     .kind = SETTING_WORD,
     .fallback = "beginning",
     .words = "beginning end",
     .help = "where the source's very first start begins"},
};

/* ------------------------------------------------------------ an entry */

static void write_value(struct json_writer *w, str value)
{
    if (utf8_valid(value)) {
        json_str(w, value);
        return;
    }
    json_array(w);
    for (size_t i = 0; i < value.n; i++)
        json_u64(w, (uint8_t)value.p[i]);
    json_array_end(w);
}

static void write_field(struct json_writer *w, struct journal_field *fields, uint32_t count,
                        uint32_t at)
{
    bool repeated = false;

    for (uint32_t i = at + 1; i < count && !repeated; i++)
        repeated = str_eq(fields[i].name, fields[at].name);
    json_key(w, fields[at].name);
    if (!repeated) {
        write_value(w, fields[at].value);
        return;
    }
    json_array(w);
    for (uint32_t i = at; i < count; i++)
        if (str_eq(fields[i].name, fields[at].name)) {
            write_value(w, fields[i].value);
            fields[i].written = true;
        }
    json_array_end(w);
}

/* The entry's fields, and its addresses before them; returns how many there are. */
static uint32_t read_fields(struct journal_source *s, const char *cursor)
{
    uint32_t n = 0;
    uint64_t realtime_us = 0, monotonic_us = 0;
    const void *data;
    size_t size;

    if (sd_journal_get_realtime_usec(s->journal, &realtime_us) >= 0)
        s->fields[n++] = (struct journal_field){
            S("__REALTIME_TIMESTAMP"), arena_printf(s->arena, "%" PRIu64, realtime_us), false};
    if (sd_journal_get_monotonic_usec(s->journal, &monotonic_us, NULL) >= 0)
        s->fields[n++] = (struct journal_field){
            S("__MONOTONIC_TIMESTAMP"), arena_printf(s->arena, "%" PRIu64, monotonic_us), false};
    s->fields[n++] = (struct journal_field){S("__CURSOR"), str_from(cursor), false};
    sd_journal_restart_data(s->journal);
    while (n < JOURNAL_FIELDS_MAX && arena_used(s->arena) < JOURNAL_ENTRY_MAX &&
           sd_journal_enumerate_available_data(s->journal, &data, &size) > 0) {
        str value = arena_str(s->arena, (str){data, size});
        const str name = str_cut(&value, '=');
        if (value.n > JOURNAL_VALUE_MAX)
            value.n = JOURNAL_VALUE_MAX;
        s->fields[n++] = (struct journal_field){name, value, false};
    }
    return n;
}

/* The entry as a record. A value for which there is no room is left out, and counted. */
static str compose(struct journal_source *s, const char *cursor)
{
    struct json_writer w = json_writer_make(&s->text, 0);
    bool left_out = false;

    arena_reset(s->arena);
    buf_clear(&s->text);
    const uint32_t n = read_fields(s, cursor);
    json_object(&w);
    for (uint32_t i = 0; i < n; i++) {
        const size_t before = s->text.n;
        if (s->fields[i].written)
            continue;
        write_field(&w, s->fields, n, i);
        if (!s->text.overflow && s->text.n < INLET_RECORD_BYTES_MAX)
            continue;
        s->text.n = before; /* never the first: the addresses are short */
        s->text.overflow = false;
        left_out = true;
    }
    json_object_end(&w);
    if (left_out)
        inlet_fault(s->c.inlet, FAULT_long_record, 1, str_from(cursor));
    return buf_str(&s->text);
}

/* False: the inlet is full. */
static bool take_entry(struct journal_source *s)
{
    char *cursor = NULL;

    if (sd_journal_get_cursor(s->journal, &cursor) < 0)
        return true; /* its file went away under it: the next call says which comes next */
    bool taken = inlet_add(s->c.inlet, &s->origin, compose(s, cursor));
    if (taken) {
        bool kept = inlet_checkpoint(s->c.inlet, S("cursor"), str_from(cursor));
        assert(kept); /* as it must be behind a record that was taken */
        (void)kept;
    }
    free(cursor);
    return taken;
}

/* ------------------------------------------------------------ turns */

static bool next_entry(struct journal_source *s)
{
    const int n = sd_journal_next(s->journal);

    if (n < 0 && !s->failed)
        inlet_fault(s->c.inlet, FAULT_unreadable, 1, str_from(strerror(-n)));
    s->failed = n < 0;
    return n > 0;
}

static bool push(struct journal_source *s)
{
    if (!inlet_push(s->c.inlet))
        return false;
    s->pushed = inlet_next(s->c.inlet);
    return true;
}

static void read_on(struct journal_source *s)
{
    bool more = true;

    for (uint32_t i = 0; i < JOURNAL_TURN_ENTRIES && !s->blocked; i++) {
        more = s->pending = s->pending || next_entry(s);
        if (!more)
            break;
        if (take_entry(s))
            s->pending = false;
        else
            s->blocked = inlet_next(s->c.inlet) == s->pushed || !push(s);
    }
    if (!push(s))
        s->blocked = true;
    loop_change(s->work, more && !s->blocked ? EPOLLIN : 0);
}

static void journal_work(void *ctx, uint32_t events)
{
    (void)events;
    read_on(ctx);
}

static void journal_changed(void *ctx, uint32_t events)
{
    struct journal_source *s = ctx;

    (void)events;
    sd_journal_process(s->journal); /* files come and go: sd_journal_next() knows of it then */
    if (!s->blocked)
        read_on(s);
}

static void journal_poll(void *ctx)
{
    journal_changed(ctx, 0);
}

static void journal_resume(void *source)
{
    struct journal_source *s = source;

    s->blocked = false;
    read_on(s);
}

/* ------------------------------------------------------------ opening */

static bool is_match(str match)
{
    const char *sign = match.n ? memchr(match.p, '=', match.n) : NULL;

    for (const char *c = match.p; sign && c < sign; c++)
        if (!(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') && *c != '_')
            return false;
    return sign && sign > match.p;
}

static bool journald_check(const struct settings *s, struct err *e)
{
    const struct setting_value *match = setting(s, "match");

    for (uint32_t i = 0; i < match->list_count; i++)
        if (!is_match(match->list[i]))
            return err_set(e, ERR_INPUT, "'" STR_FMT "' is not FIELD=value",
                           STR_ARG(match->list[i]));
    return true;
}

static bool add_match(sd_journal *j, const char *name, str value)
{
    struct buf text CLEANUP(buf_done) = buf_make(JOURNAL_VALUE_MAX);

    buf_printf(&text, "%s", name);
    buf_add(&text, value);
    return !text.overflow && sd_journal_add_match(j, text.p, text.n) >= 0;
}

/* As `journalctl -u` has it: what the unit's processes say, or what systemd says of the unit. */
static bool add_matches(struct journal_source *s)
{
    const struct setting_value *units = setting(s->c.settings, "units");
    const struct setting_value *match = setting(s->c.settings, "match");
    bool ok = true;

    for (uint32_t i = 0; i < units->list_count; i++) {
        ok = ok && add_match(s->journal, "_SYSTEMD_UNIT=", units->list[i]);
        ok = ok && sd_journal_add_disjunction(s->journal) >= 0;
        ok = ok && add_match(s->journal, "_PID=1", (str){0});
        ok = ok && add_match(s->journal, "UNIT=", units->list[i]);
        ok = ok && sd_journal_add_disjunction(s->journal) >= 0;
    }
    ok = ok && (units->list_count == 0 || sd_journal_add_conjunction(s->journal) >= 0);
    for (uint32_t i = 0; i < match->list_count; i++)
        ok = ok && add_match(s->journal, "", match->list[i]);
    return ok;
}

static void go_to_cursor(struct journal_source *s, str saved)
{
    char *cursor = str_dup(saved);

    if (sd_journal_seek_cursor(s->journal, cursor) < 0) {
        inlet_fault(s->c.inlet, FAULT_vanished, 1, saved);
        sd_journal_seek_head(s->journal);
    } else if (next_entry(s) && sd_journal_test_cursor(s->journal, cursor) <= 0) {
        inlet_fault(s->c.inlet, FAULT_vanished, 1, saved); /* vacuumed; this one is the next */
        s->pending = true;
    }
    free(cursor);
}

static void go_to_place(struct journal_source *s)
{
    const str saved = inlet_saved(s->c.inlet, S("cursor"));
    char *cursor = NULL;

    if (saved.p) {
        go_to_cursor(s, saved);
        return;
    }
    if (!str_eq(setting_text(s->c.settings, "from"), S("end"))) {
        sd_journal_seek_head(s->journal);
        return;
    }
    sd_journal_seek_tail(s->journal);
    if (sd_journal_previous(s->journal) > 0 && sd_journal_get_cursor(s->journal, &cursor) >= 0) {
        bool kept = inlet_checkpoint(s->c.inlet, S("cursor"), str_from(cursor));
        (void)kept; /* when not: nothing was read, and a crash now is a first start again */
    }
    free(cursor);
}

static bool open_journal(struct journal_source *s, struct err *e)
{
    const str folder = setting_text(s->c.settings, "folder");
    char *path = str_dup(folder);
    struct stat st;
    const int n = folder.p ? sd_journal_open_directory(&s->journal, path, 0)
                           : sd_journal_open(&s->journal, SD_JOURNAL_LOCAL_ONLY);

    s->origin.name = folder.p ? folder : S("journald");
    if (s->origin.name.n > ORIGIN_NAME_MAX)
        s->origin.name.n = ORIGIN_NAME_MAX;
    s->origin.trust = TRUST_SYSTEM;
    if (folder.p && (io_fstatat(s->c.io, IO_tail_stat, AT_FDCWD, path, &st, 0) != 0 ||
                     !file_is_system(s->c.io, path, &st)))
        s->origin.trust = TRUST_PROPOSE;
    free(path);
    if (n < 0) {
        s->journal = NULL;
        return err_set(e, ERR_IO, "cannot open the journal '" STR_FMT "': %s",
                       STR_ARG(s->origin.name), strerror(-n));
    }
    sd_journal_set_data_threshold(s->journal, JOURNAL_VALUE_MAX + 128);
    return true;
}

static void journal_close(void *source)
{
    struct journal_source *s = source;
    const bool pushed = inlet_push(s->c.inlet);

    (void)pushed; /* what is not handed over is read again at the next start */
    loop_remove(s->changed);
    loop_remove(s->work);
    if (s->work_fd != -1)
        close(s->work_fd);
    loop_timer_remove(s->poll);
    if (s->journal)
        sd_journal_close(s->journal);
    buf_done(&s->text);
    arena_free(s->arena);
    free(s->fields);
    free(s);
}

static bool begin(struct journal_source *s, struct err *e)
{
    if (!open_journal(s, e))
        return false;
    const int fd = sd_journal_get_fd(s->journal);
    if (!add_matches(s) || fd < 0)
        return err_set(e, ERR_IO, "cannot wait for the journal '" STR_FMT "'",
                       STR_ARG(s->origin.name));
    s->changed = loop_add(s->c.loop, fd, (uint32_t)sd_journal_get_events(s->journal) | EPOLLIN,
                          journal_changed, s, e);
    s->work_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->changed && s->work_fd != -1)
        s->work = loop_add(s->c.loop, s->work_fd, 0, journal_work, s, e);
    if (!s->work)
        return e->code != ERR_NONE ? false : err_set(e, ERR_IO, "cannot wait for the journal");
    s->poll = loop_every(s->c.loop, JOURNAL_POLL_NS, journal_poll, s);
    go_to_place(s);
    read_on(s);
    return true;
}

static void *journal_open(const struct source_context *c, struct err *e)
{
    struct journal_source *s = mem_alloc(sizeof *s);

    s->c = *c;
    s->work_fd = -1;
    s->arena = arena_new(64 * 1024);
    s->text = buf_make(2 * (size_t)INLET_RECORD_BYTES_MAX);
    s->fields = mem_array(JOURNAL_FIELDS_MAX, sizeof *s->fields);
    if (begin(s, e))
        return s;
    journal_close(s);
    return NULL;
}

const struct source_type source_type_journald = {
    .name = "journald",
    .summary = "the systemd journal, or a folder of journal files",
    .example = "type: journald\nunits: [ssh.service, sudo.service]\n",
    .settings = journald_settings,
    .setting_count = countof(journald_settings),
    .keeps_place = true,
    .format = "json",
    .check = journald_check,
    .open = journal_open,
    .resume = journal_resume,
    .close = journal_close,
};
