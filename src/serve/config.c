#include "serve/config.h"

#include "base/buf.h"

#include "base/mem.h"
#include "formats/format_set.h"
#include "rawlog/raw_files.h"

#include <stdlib.h>

enum { CONFIG_ARENA_BYTES = 64 * 1024 };

const struct setting config_settings[] = {
    {"data", SETTING_TEXT, "/var/lib/tocsin", "the data folder: raw log and ledger", NULL, 0, 0,
     false},
    {"rules", SETTING_LIST, NULL, "files and folders of Sigma rules", NULL, 0, 0, false},
    {"shipped_rules", SETTING_FLAG, "true", "match the rules that come with tocsin too", NULL, 0, 0,
     false},
    {"pipelines", SETTING_LIST, NULL, "processing pipelines that rules go through (pySigma's YAML)",
     NULL, 0, 0, false},
    {"placeholders", SETTING_LIST, NULL, "files of values for placeholders such as %Servers%", NULL,
     0, 0, false},
    {"min_level", SETTING_WORD, NULL, "only rules of this level and above",
     "informational low medium high critical", 0, 0, false},
    {"strict_rules", SETTING_FLAG, "false", "refuse the configuration when a rule cannot be loaded",
     NULL, 0, 0, false},
    {"behaviors", SETTING_TEXT, NULL, "a file of settings of behaviours; read at the start", NULL,
     0, 0, false},
    {"assets", SETTING_TEXT, NULL,
     "a list of one's own networks, machines and accounts; read at the start", NULL, 0, 0, false},
    {"suppressions", SETTING_TEXT, NULL,
     "what hides alerts: Sigma filters with owner, reason and expiry; read at the start", NULL, 0,
     0, false},
    {"formats", SETTING_LIST, NULL, "pattern files of formats, and folders of them", NULL, 0, 0,
     false},
    {"findings", SETTING_TEXT, "none",
     "where findings are written besides the ledger: stdout, none or a file", NULL, 0, 0, false},
    {"workers", SETTING_NUMBER, NULL, "threads that match; one less than processors when not given",
     NULL, 1, 64, false},
    {"commit", SETTING_DURATION, "150ms",
     "how often the raw log is synced: what a power cut can take of UDP and TCP", NULL, 1000000,
     60000000000, false},
    {"retention", SETTING_MAP, NULL, "how much of the raw log is kept", NULL, 0, 0, false},
    {"watermark", SETTING_MAP, NULL, "how events are put in the order of time for correlations",
     NULL, 0, 0, false},
    {"control", SETTING_TEXT, NULL,
     "the control socket; control.sock in the data folder when not given", NULL, 0, 0, false},
    {"metrics", SETTING_TEXT, "127.0.0.1:9464",
     "where /metrics and /health are served; none: nowhere", NULL, 0, 0, false},
    {"sources", SETTING_MAPS, NULL, "where events come from", NULL, 0, 0, true},
};
const struct setting config_retention[] = {
    {"days", SETTING_NUMBER, NULL, "whole days that are kept; all when not given", NULL, 1, 36500,
     false},
    {"quota", SETTING_SIZE, NULL,
     "bytes of all sources' logs on disk; beyond them the oldest day goes", NULL, 1048576,
     UINT64_MAX, false},
    {"free", SETTING_SIZE, "512M", "bytes of the disk that stay free; the oldest day goes for them",
     NULL, 0, 0, false},
};
const struct setting config_watermark[] = {
    {"idle", SETTING_DURATION, "2m", "a source that is silent for so long holds no other back",
     NULL, 1000000, 86400000000000, false},
    {"memory", SETTING_SIZE, "64M",
     "of matches that wait for their turn; beyond it the oldest are correlated early", NULL,
     1048576, UINT64_MAX, false},
};
const struct setting config_source_settings[] = {
    {"name", SETTING_TEXT, NULL, "of the source, in findings and as its raw log's folder", NULL, 0,
     0, true},
    {"type", SETTING_TEXT, NULL, "where it comes from: file, syslog_tcp, http_bulk ...", NULL, 0, 0,
     true},
    {"format", SETTING_TEXT, "auto", "of its records ('tocsin formats'); auto: by content", NULL, 0,
     0, false},
    {"time_zone", SETTING_TEXT, NULL,
     "of times that name none: Europe/Berlin, +01:00; UTC when not given", NULL, 0, 0, false},
    {"logsource", SETTING_TEXT, NULL,
     "product/category/service of events that show none, as in linux//auth", NULL, 0, 0, false},
    {"trust", SETTING_WORD, NULL,
     "how far its word goes at most; propose: it may never start an action",
     "system authenticated propose", 0, 0, false},
    {"redact", SETTING_LIST, NULL,
     "names of fields whose values are taken out before anything is kept", NULL, 0, 0, false},
    {"lateness", SETTING_DURATION, "2m",
     "how far its events may be out of order; later ones are in no correlation", NULL, 0,
     86400000000000, false},
    {"share", SETTING_NUMBER, "16",
     "blocks of 256 KiB that it may have under way, beside other sources", NULL, 2, 1024, false},
};
const uint32_t config_setting_count = countof(config_settings);
const uint32_t config_retention_count = countof(config_retention);
const uint32_t config_watermark_count = countof(config_watermark);
const uint32_t config_source_setting_count = countof(config_source_settings);

/* The type's name, before its settings are known. */
static bool find_type(const struct yaml_node *node, struct config_source *s, struct err *e)
{
    const struct yaml_node *type = yaml_get(node, S("type"));

    if (!type || type->kind != YAML_SCALAR)
        return err_set_at(e, node->line, node->column, "a source has a 'type'");
    s->type = source_type_find(type->text);
    if (s->type)
        return true;
    char known[ERR_MESSAGE_MAX / 2];
    struct buf names CLEANUP(buf_done) = buf_make(sizeof known - 1);
    for (size_t i = 0; i < source_type_count; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", source_types[i]->name);
    return err_set_at(e, type->line, type->column,
                      "unknown type of source '" STR_FMT "'; known are " STR_FMT,
                      STR_ARG(type->text), STR_ARG(buf_str(&names)));
}

/* The rows that every source has, and the type's. */
static const struct setting *joined_table(const struct source_type *t, struct arena *a,
                                          uint32_t *ret_count)
{
    struct setting *table =
        arena_array(a, config_source_setting_count + t->setting_count, sizeof *table);

    memcpy(table, config_source_settings, sizeof config_source_settings);
    if (t->setting_count)
        memcpy(table + config_source_setting_count, t->settings, t->setting_count * sizeof *table);
    *ret_count = config_source_setting_count + t->setting_count;
    return table;
}

static bool read_format(const struct config *c, struct config_source *s, struct err *e)
{
    const struct setting_value *v = setting(&s->settings, "format");
    const str name = v->given ? v->text : str_from(s->type->format);

    if (name.n == 0 || str_eq(name, S("auto")))
        return true;
    s->format = format_find(c->formats, name);
    if (s->format)
        return true;
    return err_set_at(e, v->node ? v->node->line : s->line, v->node ? v->node->column : 1,
                      "unknown format '" STR_FMT "'; 'tocsin formats' lists them", STR_ARG(name));
}

/* "linux/process_creation/": product, category, service. */
static bool read_logsource(struct config_source *s, struct err *e)
{
    const struct setting_value *v = setting(&s->settings, "logsource");
    str rest = v->text;

    if (!v->given)
        return true;
    s->logsource.product = str_cut(&rest, '/');
    s->logsource.category = str_cut(&rest, '/');
    s->logsource.service = rest;
    if (memchr(rest.p, '/', rest.n) || v->text.n == 0)
        return err_set_at(e, v->node->line, v->node->column,
                          "'logsource' is product/category/service, as in linux//auth");
    return true;
}

static bool read_zone(struct io *io, struct config_source *s, struct err *e)
{
    const struct setting_value *v = setting(&s->settings, "time_zone");
    struct err why = {0};

    if (!v->given)
        return true;
    s->zone = zone_new(io, v->text, &why);
    return s->zone ||
           err_set_at(e, v->node->line, v->node->column, "cannot use time zone '" STR_FMT "': %s",
                      STR_ARG(v->text), why.message);
}

static enum trust read_trust(const struct config_source *s)
{
    const str word = setting_text(&s->settings, "trust");

    if (str_eq(word, S("propose")))
        return TRUST_PROPOSE;
    /* `system` is not given away: it is what a source says of itself, and this only allows it. */
    return setting(&s->settings, "trust")->given && str_eq(word, S("authenticated"))
               ? TRUST_AUTHENTICATED
               : TRUST_SYSTEM;
}

static bool read_source(struct io *io, struct config *c, const struct yaml_node *node,
                        struct err *e)
{
    struct config_source *s = &c->sources[c->source_count];
    uint32_t rows;

    s->line = node->line;
    if (!find_type(node, s, e))
        return false;
    const struct setting *table = joined_table(s->type, c->arena, &rows);
    if (!settings_read(node, table, rows, c->arena, &s->settings, e) || !read_format(c, s, e) ||
        !read_logsource(s, e))
        return false;
    s->name = setting_text(&s->settings, "name");
    s->trust = read_trust(s);
    if (!raw_source_name_is_valid(s->name))
        return err_set_at(e, node->line, node->column,
                          "'" STR_FMT "' is no name for a source: letters, digits, _, - and .",
                          STR_ARG(s->name));
    if (config_find(c, s->name))
        return err_set_at(e, node->line, node->column, "two sources are named '" STR_FMT "'",
                          STR_ARG(s->name));
    if (s->type->check && !s->type->check(&s->settings, e)) {
        if (e->line == 0) {
            e->line = node->line;
            e->column = node->column;
        }
        return err_wrap(e, "source '" STR_FMT "'", STR_ARG(s->name));
    }
    c->source_count++;
    return read_zone(io, s, e);
}

static bool read_sources(struct io *io, struct config *c, struct err *e)
{
    const struct yaml_node *list = setting(&c->settings, "sources")->node;

    if (list->count == 0 || list->count > CONFIG_SOURCES_MAX)
        return err_set_at(e, list->line, list->column, "there are 1 to %d sources",
                          CONFIG_SOURCES_MAX);
    c->sources = arena_array(c->arena, list->count, sizeof *c->sources);
    for (uint32_t i = 0; i < list->count; i++)
        if (!read_source(io, c, list->items[i], e))
            return false;
    return true;
}

static bool read_maps(struct config *c, struct err *e)
{
    const struct setting_value *retention = setting(&c->settings, "retention"),
                               *watermark = setting(&c->settings, "watermark");
    const struct yaml_node none = {.kind = YAML_MAP};

    return settings_read(retention->given ? retention->node : &none, config_retention,
                         config_retention_count, c->arena, &c->retention, e) &&
           settings_read(watermark->given ? watermark->node : &none, config_watermark,
                         config_watermark_count, c->arena, &c->watermark, e);
}

static bool read_formats(struct io *io, struct config *c, struct err *e)
{
    const struct setting_value *v = setting(&c->settings, "formats");
    const char **paths = arena_array(c->arena, v->list_count + 1, sizeof *paths);

    for (uint32_t i = 0; i < v->list_count; i++)
        paths[i] = arena_str(c->arena, v->list[i]).p;
    c->formats = format_set_load(io, paths, v->list_count, e);
    return c->formats != NULL;
}

static bool read(struct io *io, struct config *c, str text, struct err *e)
{
    struct yaml_document *documents;
    uint32_t count;

    if (!yaml_parse(text, c->arena, &documents, &count, e))
        return false;
    if (count != 1 || !documents[0].root)
        return err_set(e, ERR_INPUT, "the configuration is one YAML document");
    return settings_read(documents[0].root, config_settings, config_setting_count, c->arena,
                         &c->settings, e) &&
           read_maps(c, e) && read_formats(io, c, e) && read_sources(io, c, e);
}

struct config *config_load(struct io *io, const char *path, struct err *e)
{
    struct config *c = mem_alloc(sizeof *c);
    struct buf text CLEANUP(buf_done) = buf_make(CONFIG_BYTES_MAX);

    atomic_init(&c->holders, 1);
    c->arena = arena_new(CONFIG_ARENA_BYTES);
    c->path = str_dup(str_from(path));
    if (io_read_file(io, path, &text, e) && read(io, c, arena_str(c->arena, buf_str(&text)), e))
        return c;
    err_in_file(e, str_from(path));
    config_drop(c);
    return NULL;
}

struct config *config_hold(struct config *c)
{
    atomic_fetch_add(&c->holders, 1);
    return c;
}

void config_drop(struct config *c)
{
    if (!c || atomic_fetch_sub(&c->holders, 1) != 1)
        return;
    for (uint32_t i = 0; i < c->source_count; i++)
        zone_free(c->sources[i].zone);
    format_set_free(c->formats);
    arena_free(c->arena);
    free(c->path);
    free(c);
}

const struct config_source *config_find(const struct config *c, str name)
{
    for (uint32_t i = 0; i < c->source_count; i++)
        if (str_eq(c->sources[i].name, name))
            return &c->sources[i];
    return NULL;
}
