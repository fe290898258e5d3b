/*
 * ruleset.c - loading many rules, and saying why a document is not among them.
 *
 * Rules are parsed as they come. All that needs to know every document happens
 * in ruleset_finish(), in this order: filters are joined, pipelines applied (so
 * that they map the fields of filters too, which are written in Sigma's names),
 * placeholders expanded, conditions resolved, correlations checked.
 */
#include "sigma/ruleset.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "sigma/collection.h"
#include "sigma/correlation.h"
#include "sigma/filter.h"
#include "sigma/pipeline.h"
#include "sigma/placeholder.h"
#include "sigma/rule_folder.h"

#include <stdlib.h>

enum {
    RULESET_BLOCK_BYTES = 1024 * 1024,
    READ_STEP_BYTES = 64 * 1024, /* io_read_file() wants that much room beyond the end */
};

struct ruleset_build {
    struct sha256 *hash;
    struct buf file; /* reused for each */
    struct placeholders placeholders;
    struct pipelines *pipelines; /* NULL when there are none */
    struct sigma_filter **filters;
    uint32_t filter_capacity, filter_joins;
    struct sigma_correlation **correlations;
    uint32_t kept_correlations, correlation_capacity;
};

struct ruleset *ruleset_new(void)
{
    struct ruleset *rs = mem_alloc(sizeof *rs);

    rs->arena = arena_new(RULESET_BLOCK_BYTES);
    rs->build = mem_alloc(sizeof *rs->build);
    rs->build->hash = sha256_new();
    rs->build->file = buf_make(RULE_BYTES_MAX + READ_STEP_BYTES);
    return rs;
}

static void build_free(struct ruleset_build *b)
{
    if (!b)
        return;
    sha256_free(b->hash);
    buf_done(&b->file);
    pipelines_free(b->pipelines);
    free(b);
}

void ruleset_free(struct ruleset *rs)
{
    if (!rs)
        return;
    build_free(rs->build);
    arena_free(rs->arena);
    free(rs->block);
    free(rs);
}

static void refuse(struct ruleset *rs, enum refusal_kind kind, const struct err *why, str file,
                   str title)
{
    struct refusal *r = arena_push(rs->arena, (void **)&rs->refusals, &rs->refusal_count,
                                   &rs->refusal_capacity, sizeof *r);

    *r = (struct refusal){kind, *why, title};
    err_in_file(&r->why, file);
}

/* The hash is over every text that took part, in order, each with its length. */
static void hash_text(struct ruleset *rs, const char *kind, str text)
{
    struct buf head CLEANUP(buf_done) = buf_make(256);

    buf_printf(&head, "%s %zu\n", kind, text.n);
    sha256_update(rs->build->hash, buf_str(&head));
    sha256_update(rs->build->hash, text);
}

/* Reads a whole file into the arena. */
static bool read_file(struct ruleset *rs, struct io *io, const char *path, str *ret, struct err *e)
{
    buf_clear(&rs->build->file);
    if (!io_read_file(io, path, &rs->build->file, e))
        return false;
    *ret = arena_str(rs->arena, buf_str(&rs->build->file));
    return true;
}

bool ruleset_placeholders(struct ruleset *rs, struct io *io, const char *path, struct err *e)
{
    struct yaml_document *documents;
    uint32_t count;
    str text;

    assert(rs->build);
    if (!read_file(rs, io, path, &text, e))
        return false;
    bool ok = yaml_parse(text, rs->arena, &documents, &count, e);
    for (uint32_t i = 0; ok && i < count; i++)
        ok = !documents[i].root ||
             placeholders_read(&rs->build->placeholders, documents[i].root, rs->arena, e);
    hash_text(rs, "placeholders", text);
    return ok || err_in_file(e, str_from(path));
}

bool ruleset_pipeline(struct ruleset *rs, struct io *io, const char *path, struct err *e)
{
    str text;

    assert(rs->build);
    if (!read_file(rs, io, path, &text, e))
        return false;
    if (!rs->build->pipelines)
        rs->build->pipelines = pipelines_new(rs->arena);
    hash_text(rs, "pipeline", text);
    return pipelines_add(rs->build->pipelines, io, str_from(path), text, e) ||
           err_in_file(e, str_from(path));
}

/* ------------------------------------------------------------ documents */

static bool add_rule(struct ruleset *rs, const struct yaml_node *root, str text, str file,
                     struct err *e)
{
    struct sigma_rule *rule = rule_parse(root, text, file, rs->arena, e);

    if (!rule)
        return false;
    if (rs->count == RULES_MAX)
        return err_set_at(e, root->line, root->column, "more than %d rules", RULES_MAX);
    struct sigma_rule **room =
        arena_push(rs->arena, (void **)&rs->rules, &rs->count, &rs->capacity, sizeof *room);
    *room = rule;
    return true;
}

static bool add_correlation(struct ruleset *rs, const struct yaml_node *root, str text, str file,
                            struct err *e)
{
    struct ruleset_build *b = rs->build;
    struct sigma_correlation *c = correlation_parse(root, text, file, rs->arena, e);

    rs->correlation_count++;
    if (!c)
        return false;
    if (b->kept_correlations == CORRELATIONS_MAX)
        return err_set_at(e, root->line, root->column, "more than %d correlations",
                          CORRELATIONS_MAX);
    struct sigma_correlation **room =
        arena_push(rs->arena, (void **)&b->correlations, &b->kept_correlations,
                   &b->correlation_capacity, sizeof *room);
    *room = c;
    return true;
}

static bool add_filter(struct ruleset *rs, const struct yaml_node *root, str text, str file,
                       struct err *e)
{
    struct sigma_filter *f = filter_parse(root, text, file, rs->arena, e);

    if (!f)
        return false;
    if (rs->filter_count == FILTERS_MAX)
        return err_set_at(e, root->line, root->column, "more than %d filters", FILTERS_MAX);
    struct sigma_filter **room =
        arena_push(rs->arena, (void **)&rs->build->filters, &rs->filter_count,
                   &rs->build->filter_capacity, sizeof *room);
    *room = f;
    return true;
}

static str title_of(const struct yaml_node *root)
{
    const struct yaml_node *n = yaml_get(root, S("title"));

    return n && n->kind == YAML_SCALAR ? n->text : S("");
}

static void add_document(struct ruleset *rs, struct collection *c, const struct yaml_document *doc,
                         str file)
{
    const struct yaml_node *root = NULL;
    struct err e = {0};
    str text;

    hash_text(rs, "document", doc->text);
    if (doc->error) {
        refuse(rs, REFUSED_FILE, doc->error, file, S(""));
        return;
    }
    if (!doc->root)
        return; /* empty */
    bool ok = collection_next(c, doc, rs->arena, &root, &text, &e);
    if (ok && root) {
        if (yaml_get(root, S("correlation")))
            ok = add_correlation(rs, root, text, file, &e);
        else if (yaml_get(root, S("filter")))
            ok = add_filter(rs, root, text, file, &e);
        else
            ok = add_rule(rs, root, text, file, &e);
    }
    if (!ok)
        refuse(rs, REFUSED_INVALID, &e, file, title_of(root ? root : doc->root));
}

static void load_text(struct ruleset *rs, str file, str text)
{
    struct collection c = {0};
    struct yaml_document *documents;
    uint32_t count;

    yaml_parse_each(text, rs->arena, &documents, &count);
    for (uint32_t i = 0; i < count; i++)
        add_document(rs, &c, &documents[i], file);
}

void ruleset_load_text(struct ruleset *rs, str file, str text)
{
    assert(rs->build);
    load_text(rs, arena_str(rs->arena, file), arena_str(rs->arena, text));
}

bool ruleset_load(struct ruleset *rs, struct io *io, const char *path, struct err *e)
{
    struct rule_file *files;
    uint32_t count;

    assert(rs->build);
    if (!rule_folder_list(io, path, rs->arena, &files, &count, e))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct err why = {0};
        str text;
        if (files[i].why) {
            refuse(rs, REFUSED_FILE, files[i].why, files[i].path, S(""));
        } else if (!read_file(rs, io, files[i].path.p, &text, &why)) {
            refuse(rs, REFUSED_FILE, &why, files[i].path, S(""));
        } else {
            rs->file_count++;
            load_text(rs, files[i].path, text);
        }
    }
    return true;
}

/* ------------------------------------------------------------ finishing */

/* What is left to do with one rule. False: it is refused, for the reason of *ret_kind. */
static bool finish_rule(struct ruleset *rs, struct sigma_rule *rule, enum refusal_kind *ret_kind,
                        struct err *e)
{
    struct ruleset_build *b = rs->build;

    *ret_kind = REFUSED_INVALID;
    if (!filters_join(b->filters, rs->filter_count, rule, rs->arena, &b->filter_joins, e))
        return false;
    if (b->pipelines && !pipelines_apply(b->pipelines, rule, rs->arena, e))
        return false;
    if (!placeholders_expand(&b->placeholders, rule, rs->arena, e))
        return false;
    *ret_kind = REFUSED_PLACEHOLDER;
    if (!placeholders_check(rule, e))
        return false;
    *ret_kind = REFUSED_INVALID;
    return rule_resolve(rule, rs->arena, e);
}

/* Refuses correlations that are wrong; true when there were any, for others may refer to them. */
static bool refuse_correlations(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;
    struct err *why = mem_array(b->kept_correlations + 1, sizeof *why);
    uint32_t count = b->kept_correlations, kept = 0;

    correlations_check(b->correlations, count, rs->rules, rs->count, why);
    for (uint32_t i = 0; i < count; i++) {
        const struct sigma_rule *head = &b->correlations[i]->head;
        if (why[i].code == ERR_NONE)
            b->correlations[kept++] = b->correlations[i];
        else
            refuse(rs, REFUSED_INVALID, &why[i], head->file, head->title);
    }
    free(why);
    b->kept_correlations = kept;
    return kept < count;
}

/* Rules that correlations refer to are told by them alone, unless one asks for their findings. */
static void hush(const struct sigma_correlation *c, bool generate)
{
    for (uint32_t i = 0; c->generate == generate && i < c->rule_count; i++) {
        const struct correlation_member *m = &c->members[i];
        const struct sigma_rule *rule = m->rule ? m->rule : &m->child->head;
        ((struct sigma_rule *)(uintptr_t)rule)->quiet = !generate;
    }
}

static void finish_correlations(struct ruleset *rs)
{
    struct ruleset_build *b = rs->build;

    while (refuse_correlations(rs)) /* of rules that could not be loaded, or of such correlations */
        continue;
    rs->correlations = b->correlations;
    rs->correlations_kept = b->kept_correlations;
    correlations_resolve(rs->correlations, rs->correlations_kept, rs->rules, rs->count, rs->arena);
    for (int generate = 0; generate < 2; generate++)
        for (uint32_t i = 0; i < rs->correlations_kept; i++)
            hush(rs->correlations[i], generate);
}

void ruleset_finish(struct ruleset *rs)
{
    uint8_t digest[SHA256_BYTES];
    uint32_t kept = 0;

    assert(rs->build);
    (void)refuse_correlations(rs); /* before rules that are valid are refused for other reasons */
    for (uint32_t i = 0; i < rs->count; i++) {
        struct sigma_rule *rule = rs->rules[i];
        enum refusal_kind kind;
        struct err e = {0};
        if (finish_rule(rs, rule, &kind, &e))
            rs->rules[kept++] = rule;
        else
            refuse(rs, kind, &e, rule->file, rule->title);
    }
    rs->count = kept;
    finish_correlations(rs);
    if (rs->build->pipelines) {
        rs->has_hidden_files = pipelines_have_files(rs->build->pipelines);
        rs->note_count = pipelines_notes(rs->build->pipelines, &rs->notes); /* in our arena */
    }
    sha256_final(rs->build->hash, digest);
    hex_of(digest, sizeof digest, rs->hash);
    build_free(rs->build);
    rs->build = NULL;
}
