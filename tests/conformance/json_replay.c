/*
 * json_replay.c - every record of the corpus's JSON files, walked at once, and replayed lazily
 * where its shape is known.
 *
 *   json_replay CORPUS UNPACKED
 *
 * CORPUS is the corpus folder; UNPACKED holds the same tree with its .zst files decompressed.
 * Prints
 *
 *   json-replay: events equal X of Y
 *   json-replay: layouts kept X of Y
 *
 * Equal are events that are the same after event_settle(), in the same places; kept is a layout
 * whose events all have its names. Those are the events that were replayed.
 */
#include "../lazy_check.h"

#include "base/mem.h"

#include <fts.h>
#include <stdio.h>

enum { STEP = 512 * 1024, PATH_BYTES = 4096 };

extern const struct format format_json;

static void check_file(struct lazy_check *c, const char *path)
{
    str bytes = format_read_file(path);
    if (!bytes.p)
        return;
    if (!lazy_check_bytes(c, &format_json, bytes, STEP))
        printf("  %s: events differ\n", path);
    free((char *)(uintptr_t)bytes.p);
}

static const struct {
    const char *name;
    bool unpacked;
} folders[] = {
    {"sigma/otrf", true}, {"sigma/regression", false}, {"logs", false},
    {"logs", true},       {"detect", false},           {"detect", true},
};
enum { FOLDERS = sizeof folders / sizeof *folders };

static bool is_json(str name)
{
    return str_ends(name, S(".ndjson")) || str_ends(name, S(".jsonl")) ||
           str_ends(name, S(".json"));
}

int main(int argc, char **argv)
{
    char paths[FOLDERS][PATH_BYTES], *roots[FOLDERS + 1] = {NULL};
    struct lazy_check c;

    if (argc != 3) {
        fprintf(stderr, "usage: json_replay CORPUS UNPACKED\n");
        return 2;
    }
    for (size_t i = 0; i < FOLDERS; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%s", argv[folders[i].unpacked ? 2 : 1],
                 folders[i].name);
        roots[i] = paths[i];
    }
    lazy_check_init(&c);
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return 1;
    for (FTSENT *e; (e = fts_read(tree));)
        if (e->fts_info == FTS_F && is_json(str_from(e->fts_name)))
            check_file(&c, e->fts_path);
    fts_close(tree);
    printf("json-replay: events equal %llu of %llu\n", (unsigned long long)c.equal,
           (unsigned long long)c.read);
    printf("json-replay: layouts kept %llu of %llu\n",
           (unsigned long long)(c.with_layout - c.broken_layouts),
           (unsigned long long)c.with_layout);
    lazy_check_done(&c);
    return 0;
}
