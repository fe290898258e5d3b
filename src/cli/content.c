#include "cli/content.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_there(struct buf *path, str folder, const char *entry)
{
    buf_clear(path);
    buf_add(path, folder);
    buf_printf(path, "/%s", entry);
    return access(buf_cstr(path), R_OK) == 0;
}

/* The folder of the running program, two levels up: build/src/tocsin stands beside content/. */
static str source_folder(char *room, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", room, size);
    str path = {room, n > 0 ? (size_t)n : 0};

    for (int up = 0; up < 3; up++) {
        while (path.n && path.p[path.n - 1] != '/')
            path.n--;
        if (path.n)
            path.n--;
    }
    return path;
}

bool content_find(const char *entry, struct buf *ret)
{
    char exe[PATH_MAX];
    const char *set = getenv("TOCSIN_CONTENT");

    if (set)
        return is_there(ret, str_from(set), entry);
    struct buf beside CLEANUP(buf_done) = buf_make(PATH_MAX + 16);
    buf_add(&beside, source_folder(exe, sizeof exe));
    buf_add(&beside, S("/content"));
    return is_there(ret, buf_str(&beside), entry) || is_there(ret, S(TOCSIN_DATADIR), entry);
}
