#include "collect/path_glob.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_TEXT_MAX = 4096 };

/* A folder that is still to be read, and the first component of the pattern that applies in it. */
struct visit {
    char *path;
    uint32_t component, depth;
};

struct walk {
    const struct path_glob_walk *w;
    char *text; /* the pattern's components, each ended by NUL */
    const char *components[GLOB_DEPTH_MAX];
    uint32_t component_count;
    struct visit *visits;
    uint32_t visit_count, visit_capacity;
    uint32_t paths, folders;
    bool limited;
};

bool path_glob_check(str pattern, struct err *e)
{
    size_t components = 1;

    for (size_t i = 0; i < pattern.n; i++)
        components += pattern.p[i] == '/';
    if (pattern.n == 0 || pattern.n >= NAME_TEXT_MAX || memchr(pattern.p, '\0', pattern.n))
        return err_set(e, ERR_INPUT, "a path is 1 to %d bytes", NAME_TEXT_MAX - 1);
    if (components > GLOB_DEPTH_MAX)
        return err_set(e, ERR_INPUT, "a path has at most %d parts", GLOB_DEPTH_MAX);
    return true;
}

static bool has_pattern(const char *component)
{
    return strpbrk(component, "*?[\\") != NULL;
}

static void split(struct walk *k, str pattern)
{
    str rest = pattern;

    k->text = mem_alloc(pattern.n + 1);
    for (char *at = k->text; rest.n && k->component_count < GLOB_DEPTH_MAX;) {
        const str part = str_cut(&rest, '/');
        if (part.n == 0)
            continue;
        memcpy(at, part.p, part.n);
        k->components[k->component_count++] = at;
        at += part.n + 1;
    }
}

static char *join(const char *folder, const char *name)
{
    struct buf b = buf_make(2 * NAME_TEXT_MAX);

    if (strcmp(folder, ".") != 0 || strcmp(name, ".") == 0)
        buf_printf(&b, "%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/");
    buf_printf(&b, "%s", name);
    if (b.overflow) {
        buf_done(&b);
        return NULL;
    }
    buf_cstr(&b);
    return b.p;
}

/* Takes path over. */
static void visit_later(struct walk *k, char *path, uint32_t component, uint32_t depth)
{
    if (!path || depth > GLOB_DEPTH_MAX || k->folders + k->visit_count >= GLOB_FOLDERS_MAX) {
        k->limited = true;
        free(path);
        return;
    }
    if (k->visit_count == k->visit_capacity) {
        k->visit_capacity = k->visit_capacity ? k->visit_capacity * 2 : 16;
        k->visits = mem_resize(k->visits, k->visit_capacity, sizeof *k->visits);
    }
    k->visits[k->visit_count++] = (struct visit){path, component, depth};
}

/* A call failed: because there is nothing, or because it could not be seen? */
static void note_failure(struct walk *k, const char *path)
{
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        k->w->trouble(k->w->ctx, path);
}

static bool look(struct walk *k, const char *path, int flags, struct stat *st)
{
    if (io_fstatat(k->w->io, IO_tail_stat, AT_FDCWD, path, st, flags) == 0)
        return true;
    note_failure(k, path);
    return false;
}

static bool is_folder(struct walk *k, const char *path, int flags)
{
    struct stat st;

    return look(k, path, flags, &st) && S_ISDIR(st.st_mode);
}

static void found(struct walk *k, const char *path)
{
    if (k->paths >= GLOB_PATHS_MAX) {
        k->limited = true;
        return;
    }
    k->paths++;
    k->w->path(k->w->ctx, path);
}

/* A name in a folder whose pattern goes on at `component`. */
static void meet(struct walk *k, const struct visit *v, const char *name, uint32_t component)
{
    const bool last = component + 1 == k->component_count;
    const char *pattern = k->components[component];

    if (fnmatch(pattern, name, FNM_PERIOD) != 0)
        return;
    char *path = join(v->path, name);
    if (path && last) {
        found(k, path);
        free(path);
    } else if (path && is_folder(k, path, 0)) {
        visit_later(k, path, component + 1, v->depth + 1);
    } else {
        free(path);
    }
}

static void descend(struct walk *k, const struct visit *v, const char *name)
{
    char *path = name[0] == '.' ? NULL : join(v->path, name);

    if (path && is_folder(k, path, AT_SYMLINK_NOFOLLOW))
        visit_later(k, path, v->component, v->depth + 1);
    else
        free(path);
}

/* A component without a pattern: nothing is listed, so that a folder need only be searchable. */
static void step_into(struct walk *k, const struct visit *v)
{
    char *path = join(v->path, k->components[v->component]);
    struct stat st;

    if (path && v->component + 1 == k->component_count) {
        if (look(k, path, 0, &st))
            found(k, path);
        free(path);
    } else if (path && is_folder(k, path, 0)) {
        visit_later(k, path, v->component + 1, v->depth + 1);
    } else {
        free(path);
    }
}

static void list(struct walk *k, const struct visit *v, bool any_depth, uint32_t component)
{
    const int fd =
        io_openat(k->w->io, IO_tail_folder, AT_FDCWD, v->path, O_RDONLY | O_DIRECTORY, 0);
    DIR *dir = fd == -1 ? NULL : io_fdopendir(k->w->io, IO_tail_folder, fd);

    if (!dir)
        note_failure(k, v->path);
    if (!dir && fd != -1)
        io_close(k->w->io, IO_tail_folder, fd);
    for (struct dirent *d; dir && (d = io_readdir(k->w->io, IO_tail_folder_read, dir));) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        if (component < k->component_count)
            meet(k, v, d->d_name, component);
        if (any_depth)
            descend(k, v, d->d_name);
    }
    if (dir && errno != 0) /* as it is at the end, too, when a name could not be read */
        note_failure(k, v->path);
    if (dir)
        closedir(dir);
}

static void visit(struct walk *k, const struct visit *v)
{
    uint32_t component = v->component;

    k->folders++;
    k->w->folder(k->w->ctx, v->path);
    while (component < k->component_count && strcmp(k->components[component], "**") == 0)
        component++;
    const bool any_depth = component > v->component;
    if (any_depth && component == k->component_count) /* "a/ **": all files below a */
        k->components[--component] = "*";
    if (any_depth || has_pattern(k->components[v->component]))
        list(k, v, any_depth, component);
    else
        step_into(k, v);
}

bool path_glob_each(const struct path_glob_walk *w, str pattern)
{
    struct walk k = {.w = w};

    split(&k, pattern);
    if (k.component_count)
        visit_later(&k, str_dup(pattern.p[0] == '/' ? S("/") : S(".")), 0, 0);
    while (k.visit_count) {
        const struct visit v = k.visits[--k.visit_count];
        visit(&k, &v);
        free(v.path);
    }
    free(k.visits);
    free(k.text);
    return !k.limited;
}

bool path_glob_match(str pattern, str path)
{
    struct buf text CLEANUP(buf_done) = buf_make(2 * NAME_TEXT_MAX);
    struct buf subject CLEANUP(buf_done) = buf_make(2 * NAME_TEXT_MAX);
    const bool whole = pattern.n && memchr(pattern.p, '/', pattern.n);
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;

    buf_add(&text, pattern);
    buf_add(&subject, whole || !slash ? path : str_from_at(path, (size_t)(slash - path.p) + 1));
    if (text.overflow || subject.overflow)
        return false;
    /* In a whole path '*' crosses slashes, which is what '**' asks for: to exclude too much of a
     * folder is said by its pattern, and too little never happens. */
    return fnmatch(buf_cstr(&text), buf_cstr(&subject), 0) == 0;
}
