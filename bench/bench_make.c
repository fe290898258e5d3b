/*
 * bench_make - makes the streams that the benchmark reads out of recordings of
 * Windows events as JSON lines.
 *
 *   bench_make FOLDER BYTES FILE...
 *
 * Writes into FOLDER, in the order of the input:
 *   mixed.ndjson       every k-th event; k is the smallest that keeps it within BYTES
 *   process.ndjson     process creation: Sysmon 1 and Security 4688
 *   registry.ndjson    Sysmon 12, 13 and 14
 *   image_load.ndjson  Sysmon 7
 *   script.ndjson      PowerShell 4104
 *   nested.ndjson      the events of mixed as evtx_dump nests them: Event.System, Event.EventData
 */
#include "base/mem.h"
#include "engine/walk.h"
#include "text/json_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096, RECORD_ROOM = 64 << 20 };

struct kind {
    const char *channel; /* how it ends */
    const char *id;
};

enum output { MIXED, PROCESS, REGISTRY, IMAGE_LOAD, SCRIPT, NESTED, OUTPUTS };

static const struct {
    const char *file;
    struct kind kinds[3]; /* none: those of mixed */
} outputs[OUTPUTS] = {
    [MIXED] = {.file = "mixed"},
    [PROCESS] = {"process", {{"Sysmon/Operational", "1"}, {"ecurity", "4688"}}},
    [REGISTRY] = {"registry",
                  {{"Sysmon/Operational", "12"},
                   {"Sysmon/Operational", "13"},
                   {"Sysmon/Operational", "14"}}},
    [IMAGE_LOAD] = {"image_load", {{"Sysmon/Operational", "7"}}},
    [SCRIPT] = {"script", {{"PowerShell/Operational", "4104"}}},
    [NESTED] = {.file = "nested"},
};

/* Where each field of System stands; those of one element follow each other. */
static const struct {
    str field, element, attribute;
} system_fields[] = {
    {S("Provider_Name"), S("Provider"), S("Name")},
    {S("Provider_Guid"), S("Provider"), S("Guid")},
    {S("EventID"), S("EventID"), S("")},
    {S("Version"), S("Version"), S("")},
    {S("Level"), S("Level"), S("")},
    {S("Task"), S("Task"), S("")},
    {S("OpcodeValue"), S("Opcode"), S("")},
    {S("Keywords"), S("Keywords"), S("")},
    {S("TimeCreated_SystemTime"), S("TimeCreated"), S("SystemTime")},
    {S("EventRecordID"), S("EventRecordID"), S("")},
    {S("Execution_ProcessID"), S("Execution"), S("ProcessID")},
    {S("Execution_ThreadID"), S("Execution"), S("ThreadID")},
    {S("Channel"), S("Channel"), S("")},
    {S("Computer"), S("Computer"), S("")},
    {S("Security_UserID"), S("Security"), S("UserID")},
};

/* What the collecting agent adds, and its names for fields of System. An event of evtx_dump has
 * none of it. */
static const str agent_fields[] = {
    S("@timestamp"),
    S("@version"),
    S("AccountName"),
    S("AccountType"),
    S("Category"),
    S("Domain"),
    S("EventReceivedTime"),
    S("EventTime"),
    S("EventType"),
    S("ExecutionProcessID"),
    S("Hostname"),
    S("Message"),
    S("Opcode"),
    S("ProviderGuid"),
    S("RecordNumber"),
    S("Severity"),
    S("SeverityValue"),
    S("SourceModuleName"),
    S("SourceModuleType"),
    S("SourceName"),
    S("ThreadID"),
    S("TimeCreated"),
    S("UserID"),
    S("host"),
    S("port"),
    S("tags"),
};

struct making {
    FILE *files[OUTPUTS];
    struct buf line;
    uint64_t bytes, events; /* of all input */
    uint64_t every;         /* 0: only counting */
};

static bool is_kind(const struct event *ev, const struct kind *kinds, size_t count)
{
    str channel = event_get(ev, S("Channel")), id = event_get(ev, S("EventID"));

    for (size_t i = 0; i < count && kinds[i].id; i++)
        if (str_ends(channel, str_from(kinds[i].channel)) && str_eq(id, str_from(kinds[i].id)))
            return true;
    return false;
}

static void write_line(FILE *file, str line)
{
    fwrite(line.p, 1, line.n, file);
    fputc('\n', file);
}

static void write_value(struct json_writer *w, const struct field *f)
{
    if (f->type == VALUE_NUMBER || f->type == VALUE_BOOL)
        json_raw(w, f->value);
    else if (f->type == VALUE_NULL)
        json_null(w);
    else
        json_str(w, f->value);
}

static void write_system(struct json_writer *w, const struct event *ev)
{
    str open = {0};

    json_key(w, S("System"));
    json_object(w);
    for (size_t i = 0; i < countof(system_fields); i++) {
        uint32_t at = event_find(ev, system_fields[i].field);
        if (open.n && !str_eq(open, system_fields[i].element)) {
            json_object_end(w);
            json_object_end(w);
            open = (str){0};
        }
        if (at == ev->field_count)
            continue;
        if (!open.n)
            json_key(w, system_fields[i].element);
        if (!open.n && system_fields[i].attribute.n) {
            json_object(w);
            json_key(w, S("#attributes"));
            json_object(w);
            open = system_fields[i].element;
        }
        if (open.n)
            json_key(w, system_fields[i].attribute);
        write_value(w, &ev->fields[at]);
    }
    if (open.n) {
        json_object_end(w);
        json_object_end(w);
    }
    json_object_end(w);
}

static bool is_data(str name)
{
    for (size_t i = 0; i < countof(system_fields); i++)
        if (str_eq(name, system_fields[i].field))
            return false;
    for (size_t i = 0; i < countof(agent_fields); i++)
        if (str_eq(name, agent_fields[i]))
            return false;
    return true;
}

static void write_nested(struct making *m, const struct event *ev)
{
    struct json_writer w = json_writer_make(&m->line, 0);

    buf_clear(&m->line);
    json_object(&w);
    json_key(&w, S("Event"));
    json_object(&w);
    write_system(&w, ev);
    json_key(&w, S("EventData"));
    json_object(&w);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        if (!is_data(ev->fields[i].name) || ev->fields[i].flags & FIELD_CONTINUES)
            continue;
        json_key(&w, ev->fields[i].name);
        write_value(&w, &ev->fields[i]);
    }
    json_object_end(&w);
    json_object_end(&w);
    json_object_end(&w);
    write_line(m->files[NESTED], buf_str(&m->line));
}

static void on_event(void *ctx, struct event *ev)
{
    struct making *m = ctx;

    m->events++;
    m->bytes += ev->raw.n + 1;
    if (m->every == 0)
        return;
    if (m->events % m->every == 0) {
        write_line(m->files[MIXED], ev->raw);
        write_nested(m, ev);
    }
    for (int i = 0; i < OUTPUTS; i++)
        if (is_kind(ev, outputs[i].kinds, countof(outputs[i].kinds)))
            write_line(m->files[i], ev->raw);
}

static void on_problem(void *ctx, str file, const struct problem *p)
{
    (void)ctx;
    fprintf(stderr, "bench_make: " STR_FMT ": %s\n", STR_ARG(file), p->text);
}

static bool walk_all(struct making *m, struct io *io, char **paths)
{
    const struct walk_options options = {
        .io = io, .ctx = m, .event = on_event, .problem = on_problem};

    for (; *paths; paths++) {
        struct err e = {0};
        if (!walk_path(&options, *paths, &e)) {
            fprintf(stderr, "bench_make: %s\n", e.message);
            return false;
        }
    }
    return true;
}

static bool open_files(struct making *m, const char *folder)
{
    char path[PATH_BYTES];

    for (int i = 0; i < OUTPUTS; i++) {
        snprintf(path, sizeof path, "%s/%s.ndjson", folder, outputs[i].file);
        m->files[i] = fopen(path, "w");
        if (!m->files[i]) {
            fprintf(stderr, "bench_make: cannot create '%s': %s\n", path, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool close_files(struct making *m)
{
    bool ok = true;

    for (int i = 0; i < OUTPUTS; i++) {
        ok = !ferror(m->files[i]) && ok;
        ok = fclose(m->files[i]) == 0 && ok;
    }
    if (!ok)
        fprintf(stderr, "bench_make: cannot write the streams: %s\n", strerror(errno));
    return ok;
}

int main(int argc, char **argv)
{
    struct making m = {.line = buf_make(RECORD_ROOM)};
    struct io io;
    uint64_t limit;

    if (argc < 4 || !str_u64(str_from(argv[2]), &limit) || limit == 0) {
        fprintf(stderr, "usage: bench_make FOLDER BYTES FILE...\n");
        return 2;
    }
    io_init(&io);
    if (!walk_all(&m, &io, argv + 3) || !open_files(&m, argv[1]))
        return 1;
    m.every = m.bytes / limit + 1;
    printf("%" PRIu64 " events, %" PRIu64 " bytes, every %" PRIu64 " is in mixed\n", m.events,
           m.bytes, m.every);
    m.events = m.bytes = 0;
    bool ok = walk_all(&m, &io, argv + 3);
    ok = close_files(&m) && ok;
    buf_done(&m.line);
    return ok ? 0 : 1;
}
