/*
 * evtx_lazy.c - every record of the corpus's EVTX files, decoded at once and lazily.
 *
 *   evtx_lazy CORPUS UNPACKED
 *
 * CORPUS is the corpus folder; UNPACKED holds the same tree with its .zst files decompressed.
 * Prints
 *
 *   evtx-lazy: events equal X of Y
 *   evtx-lazy: layouts kept X of Y
 *
 * Equal are events that are the same after event_settle(); kept is a layout whose events all have
 * its names.
 */
#include "../lazy_check.h"

#include "base/mem.h"

#include <fts.h>
#include <stdio.h>

enum { STEP = 512 * 1024, PATH_BYTES = 4096 };

extern const struct format format_evtx;

static void check_file(struct lazy_check *c, const char *path)
{
    str bytes = format_read_file(path);
    if (!bytes.p)
        return;
    if (!lazy_check_bytes(c, &format_evtx, bytes, STEP))
        printf("  %s: events differ\n", path);
    free((char *)(uintptr_t)bytes.p);
}

int main(int argc, char **argv)
{
    char samples[PATH_BYTES], cases[PATH_BYTES], *roots[] = {samples, cases, NULL};
    struct lazy_check c;

    if (argc != 3) {
        fprintf(stderr, "usage: evtx_lazy CORPUS UNPACKED\n");
        return 2;
    }
    snprintf(samples, sizeof samples, "%s/sigma/evtx", argv[2]);
    snprintf(cases, sizeof cases, "%s/sigma/regression", argv[1]);
    lazy_check_init(&c);
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return 1;
    for (FTSENT *e; (e = fts_read(tree));)
        if (e->fts_info == FTS_F && str_ends(str_from(e->fts_name), S(".evtx")))
            check_file(&c, e->fts_path);
    fts_close(tree);
    printf("evtx-lazy: events equal %llu of %llu\n", (unsigned long long)c.equal,
           (unsigned long long)c.read);
    printf("evtx-lazy: layouts kept %llu of %llu\n",
           (unsigned long long)(c.with_layout - c.broken_layouts),
           (unsigned long long)c.with_layout);
    lazy_check_done(&c);
    return 0;
}
