/*
 * Runs a fuzz target over the files of the folders named, so that the corpus is
 * a regression test under any compiler.
 */
#include "base/buf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *folder, const char *name)
{
    struct buf path CLEANUP(buf_done) = buf_make(4096), data CLEANUP(buf_done) = buf_make(1 << 26);

    buf_printf(&path, "%s/%s", folder, name);
    FILE *f = fopen(buf_cstr(&path), "rbe");
    if (!f) {
        perror(buf_cstr(&path));
        return false;
    }
    for (size_t got = 1; got > 0; data.n += got) {
        char *room = buf_room(&data, 1 << 16);
        got = room ? fread(room, 1, 1 << 16, f) : 0;
    }
    fclose(f);
    LLVMFuzzerTestOneInput((const uint8_t *)data.p, data.n);
    return true;
}

int main(int argc, char **argv)
{
    int passed = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        for (struct dirent *d; (d = readdir(dir));) {
            if (d->d_name[0] == '.')
                continue;
            if (!run_file(argv[i], d->d_name))
                return EXIT_FAILURE;
            passed++;
        }
        closedir(dir);
    }
    printf("%d passed, 0 failed\n", passed);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
