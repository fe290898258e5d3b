/* format_set.c - puts the formats of a run together; those that ship when they are asked for. */
#include "formats/format_set.h"

#include "base/buf.h"
#include "base/mem.h"
#include "dialect/dialects.h"
#include "formats/format_asset.h"
#include "formats/text_format.h"
#include "message/pattern_file.h"
#include "message/pattern_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SET_ARENA_BYTES = 16 * 1024,
    SNIFF_SURE = 95, /* above JSON's */
    SNIFF_LINES_MAX = 32,
    SNIFF_ARENA_BYTES = 32 * 1024,
};

struct loaded;

/* Sets that know whose they are. */
struct late_formats {
    struct format_set set;
    struct loaded *owner;
};
struct late_dialects {
    struct dialect_set set;
    struct loaded *owner;
};

struct loaded {
    struct late_formats formats; /* what is known at once; must be first: it is what callers hold */
    struct late_dialects dialects; /* asks for all */
    struct dialect_set all;        /* when `whole` */
    struct format_set shipped_formats;
    struct pattern_file **files; /* the user's, and then those that ship */
    uint32_t file_count, user_count;
    struct pattern_gate *gate;
    struct arena *arena; /* formats and lists */
    pthread_mutex_t lock;
    bool whole;
    _Atomic uint32_t holders;
};

/* ------------------------------------------------------------ formats of pattern files */

static bool is_read(struct dialect_reader *r, str line, struct arena *a)
{
    static const struct time_rule any_time;
    struct event *ev = arena_alloc(a, sizeof *ev);
    struct message m = {.text = line, .event = ev, .arena = a, .time_rule = &any_time};

    return dialect_read(r, &m, true) != NULL;
}

/* Objects of a pattern file are found before those of any JSON. */
static int objects_sniff(const struct format *self, str head)
{
    struct dialect_reader *r = dialect_reader_new(&dialects_builtin, self->dialect);
    struct arena *a = arena_new(SNIFF_ARENA_BYTES);
    uint32_t read = 0, lines = 0;

    while (head.n && lines < SNIFF_LINES_MAX) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str line = str_trim(str_cut(&head, '\n'));
        if (line.n == 0 || (!whole && lines))
            continue;
        lines++;
        read += is_read(r, line, a);
        arena_reset(a);
    }
    arena_free(a);
    dialect_reader_free(r);
    return read * 5 >= lines * 4 && read ? SNIFF_SURE : 0;
}

static const struct format *format_of(struct loaded *l, const struct pattern_file *f)
{
    struct format *format = arena_alloc(l->arena, sizeof *format);

    *format =
        (struct format){TEXT_FORMAT(f->dialect.name, &f->dialect), .dialects = &l->dialects.set,
                        .sniff = f->dialect.objects && f->dialect.bare ? objects_sniff : NULL};
    return format;
}

/* ------------------------------------------------------------ those that ship */

static bool is_taken(const struct loaded *l, str name)
{
    for (uint32_t i = 0; i < l->user_count; i++)
        if (str_eq(str_from(l->files[i]->dialect.name), name))
            return true;
    return false;
}

static void load_shipped(struct loaded *l)
{
    const struct format **formats = arena_array(l->arena, format_asset_count + 1, sizeof(void *));
    uint32_t count = 0;

    for (uint32_t i = 0; i < format_asset_count; i++) {
        struct err e = {0};
        struct pattern_file *f =
            pattern_file_new(format_assets[i].text, str_from(format_assets[i].name), &e);
        assert(f);                                    /* they are our own constants */
        if (is_taken(l, str_from(f->dialect.name))) { /* the user's goes before it */
            pattern_file_free(f);
            continue;
        }
        l->files[l->file_count++] = f;
        formats[count++] = format_of(l, f);
    }
    l->shipped_formats = (struct format_set){.items = formats, .count = count};
}

/* Is it tried by content? One that only names programs is not. */
static bool is_found_by_content(const struct dialect *d)
{
    return d->bare || d->starts[0].n || !d->programs[0].n;
}

static void order_dialects(struct loaded *l)
{
    const size_t count = l->file_count + dialects_builtin.count;
    const struct dialect **items = arena_array(l->arena, count + 1, sizeof *items);
    uint16_t places = 0;
    size_t n = 0;

    for (uint32_t i = 0; i < l->file_count; i++) {
        struct dialect *d = &l->files[i]->dialect;
        if (is_found_by_content(d) && places < PATTERN_GATE_DIALECTS_MAX)
            d->gate = ++places;
    }
    for (uint32_t i = 0; i < l->user_count; i++)
        items[n++] = &l->files[i]->dialect;
    for (size_t i = 0; i < dialects_builtin.count; i++)
        if (!dialects_builtin.items[i]->generic)
            items[n++] = dialects_builtin.items[i];
    for (uint32_t i = l->user_count; i < l->file_count; i++)
        items[n++] = &l->files[i]->dialect;
    for (size_t i = 0; i < dialects_builtin.count; i++)
        if (dialects_builtin.items[i]->generic)
            items[n++] = dialects_builtin.items[i];
    assert(n == count);
    l->gate = pattern_gate_new(items, n);
    l->all = (struct dialect_set){.items = items, .count = n, .gate = l->gate};
}

static void complete(struct loaded *l)
{
    pthread_mutex_lock(&l->lock);
    if (!l->whole) {
        load_shipped(l);
        order_dialects(l);
        l->whole = true;
    }
    pthread_mutex_unlock(&l->lock);
}

static const struct dialect_set *resolve_dialects(const struct dialect_set *self)
{
    struct loaded *l = ((const struct late_dialects *)self)->owner;

    complete(l);
    return &l->all;
}

static const struct format_set *more_formats(const struct format_set *self)
{
    struct loaded *l = ((const struct late_formats *)self)->owner;

    complete(l);
    return &l->shipped_formats;
}

/* ------------------------------------------------------------ the user's */

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static bool is_yaml(str name)
{
    return name.n > 0 && name.p[0] != '.' &&
           (str_ends(name, S(".yml")) || str_ends(name, S(".yaml")));
}

static bool list_folder(struct io *io, const char *path, DIR *dir, struct arena *a, str **ret,
                        uint32_t *ret_count, struct err *e)
{
    uint32_t capacity = 0;
    struct dirent *d;

    for (uint32_t entries = 0; (d = io_readdir(io, IO_folder_read, dir)); entries++) {
        if (entries == FORMAT_FOLDER_ENTRIES_MAX)
            return err_set(e, ERR_LIMIT, "more than %d entries", FORMAT_FOLDER_ENTRIES_MAX);
        if (!is_yaml(str_from(d->d_name)))
            continue;
        str *room = arena_push(a, (void **)ret, ret_count, &capacity, sizeof *room);
        *room =
            arena_printf(a, "%s%s%s", path, str_ends(str_from(path), S("/")) ? "" : "/", d->d_name);
    }
    if (errno)
        return err_set(e, ERR_IO, "cannot read: %s", strerror(errno));
    if (*ret_count)
        qsort(*ret, *ret_count, sizeof **ret, by_name);
    return true;
}

bool format_files(struct io *io, const char *path, struct arena *a, str **ret, uint32_t *ret_count,
                  struct err *e)
{
    struct stat st;
    int fd = io_openat(io, IO_folder_open, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    *ret = NULL;
    *ret_count = 0;
    if (fd == -1 || io_fstat(io, IO_folder_open, fd, &st) == -1) {
        err_set(e, ERR_IO, "cannot open: %s", strerror(errno));
        if (fd != -1)
            close(fd);
        return err_in_file(e, str_from(path));
    }
    if (!S_ISDIR(st.st_mode)) {
        close(fd);
        *ret = arena_array(a, 1, sizeof **ret);
        (*ret)[(*ret_count)++] = arena_str(a, str_from(path));
        return true;
    }
    DIR *dir = io_fdopendir(io, IO_folder_open, fd);
    if (!dir) {
        err_set(e, ERR_IO, "cannot open: %s", strerror(errno));
        close(fd);
        return err_in_file(e, str_from(path));
    }
    bool listed = list_folder(io, path, dir, a, ret, ret_count, e);
    closedir(dir);
    return listed || err_in_file(e, str_from(path));
}

static bool load_file(struct loaded *l, struct io *io, str path, struct err *e)
{
    struct buf text CLEANUP(buf_done) = buf_make(PATTERN_FILE_BYTES_MAX);

    if (l->user_count == FORMAT_FILES_MAX)
        return err_set(e, ERR_LIMIT, "more than %d pattern files", FORMAT_FILES_MAX);
    if (!io_read_file(io, path.p, &text, e))
        return false;
    struct pattern_file *f = pattern_file_new(buf_str(&text), path, e);
    if (!f)
        return false;
    str name = str_from(f->dialect.name);
    if (is_taken(l, name) || format_find(&formats_builtin, name)) {
        err_set(e, ERR_INPUT, "there is a format '" STR_FMT "' already", STR_ARG(name));
        pattern_file_free(f);
        return err_in_file(e, path);
    }
    l->files[l->user_count++] = f;
    l->file_count = l->user_count;
    return true;
}

static bool load_paths(struct loaded *l, struct io *io, const char *const *paths, uint32_t count,
                       struct err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        str *files;
        uint32_t n;
        if (!format_files(io, paths[i], l->arena, &files, &n, e))
            return false;
        for (uint32_t k = 0; k < n; k++)
            if (!load_file(l, io, files[k], e))
                return false;
    }
    return true;
}

/* The built-in formats, with texts that are of this set's dialects, and the user's. */
static void list_formats(struct loaded *l)
{
    const size_t builtin = formats_builtin.count;
    const struct format **items = arena_array(l->arena, builtin + l->user_count + 1, sizeof *items);
    struct format *copies = arena_array(l->arena, builtin + 1, sizeof *copies);

    for (size_t i = 0; i < builtin; i++) {
        copies[i] = *formats_builtin.items[i];
        copies[i].dialects = &l->dialects.set;
        items[i] = &copies[i];
    }
    for (uint32_t i = 0; i < l->user_count; i++)
        items[builtin + i] = format_of(l, l->files[i]);
    l->formats.set =
        (struct format_set){.items = items, .count = builtin + l->user_count, .more = more_formats};
}

struct format_set *format_set_load(struct io *io, const char *const *paths, uint32_t path_count,
                                   struct err *e)
{
    struct loaded *l = mem_alloc(sizeof *l);

    pthread_mutex_init(&l->lock, NULL);
    atomic_init(&l->holders, 1);
    l->arena = arena_new(SET_ARENA_BYTES);
    l->formats.owner = l->dialects.owner = l;
    l->dialects.set.resolve = resolve_dialects;
    l->files = mem_array((size_t)FORMAT_FILES_MAX + format_asset_count, sizeof *l->files);
    if (!load_paths(l, io, paths, path_count, e)) {
        format_set_free(&l->formats.set);
        return NULL;
    }
    list_formats(l);
    return &l->formats.set;
}

static struct loaded *loaded_of(const struct format_set *s)
{
    return ((const struct late_formats *)s)->owner;
}

const struct format_set *format_set_hold(const struct format_set *s)
{
    if (s)
        atomic_fetch_add(&loaded_of(s)->holders, 1);
    return s;
}

void format_set_free(const struct format_set *s)
{
    if (!s || atomic_fetch_sub(&loaded_of(s)->holders, 1) != 1)
        return;
    struct loaded *l = loaded_of(s);
    for (uint32_t i = 0; i < l->file_count; i++)
        pattern_file_free(l->files[i]);
    free(l->files);
    pattern_gate_free(l->gate);
    arena_free(l->arena);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

bool format_set_equal(const struct format_set *a, const struct format_set *b)
{
    const struct loaded *x = loaded_of(a), *y = loaded_of(b);

    for (uint32_t i = 0; i < x->user_count && i < y->user_count; i++)
        if (!str_eq(x->files[i]->text, y->files[i]->text))
            return false;
    return x->user_count == y->user_count;
}
