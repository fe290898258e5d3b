/* test_folder.h - a folder of its own for a test, which is the working directory while it runs. */
#pragma once

#include "base/buf.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct test_folder {
    char name[64];
    int home;
};

static inline bool test_folder_enter(struct test_folder *f)
{
    snprintf(f->name, sizeof f->name, "test_folder.XXXXXX");
    f->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return mkdtemp(f->name) && chdir(f->name) == 0;
}

static inline void test_folder_empty(const char *folder)
{
    DIR *dir = opendir(folder);

    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct buf path CLEANUP(buf_done) = buf_make(4096);
        buf_printf(&path, "%s/%s", folder, d->d_name);
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
            unlink(buf_cstr(&path)) != 0) {
            test_folder_empty(buf_cstr(&path)); /* the depth is that of the tests' own folders */
            rmdir(buf_cstr(&path));
        }
    }
    if (dir)
        closedir(dir);
}

static inline bool test_folder_leave(struct test_folder *f)
{
    test_folder_empty(".");
    bool ok = fchdir(f->home) == 0 && rmdir(f->name) == 0;
    close(f->home);
    return ok;
}

static inline void test_folder_put(const char *path, str text)
{
    FILE *file = fopen(path, "wbe");

    if (!file || fwrite(text.p, 1, text.n, file) != text.n || fclose(file) != 0) {
        perror(path);
        abort();
    }
}
