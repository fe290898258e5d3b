#include "cli/raw_option.h"

#include "cli/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

static void add_name(void *ctx, str name)
{
    struct raw_reading *r = ctx;

    if (r->count < RAWLOG_SOURCES_MAX)
        r->names[r->count++] = str_dup(name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool raw_reading_open(const struct command *c, const struct arguments *a, struct raw_reading *ret,
                      int *ret_code)
{
    const struct option_values *only = &a->options[opt_index(c, "source")];
    const char *folder = opt_value(c, a, "data");
    struct err e = {0};

    *ret = (struct raw_reading){.folder = buf_make(PATH_BYTES_MAX)};
    io_init(&ret->io);
    *ret_code = EXIT_USAGE;
    if (!folder) {
        say("whose raw log? name the data folder with '-d FOLDER'");
        return false;
    }
    buf_printf(&ret->folder, "%s/" RAW_FOLDER, folder);
    if (ret->folder.overflow) {
        say("the name of the data folder is too long");
        return false;
    }
    for (uint32_t i = 0; i < only->count; i++)
        add_name(ret, str_from(only->values[i]));
    if (only->count)
        return true;
    *ret_code = EXIT_INPUT;
    if (!raw_sources_each(&ret->io, buf_cstr(&ret->folder), ret, add_name, &e)) {
        say_err(&e);
        return false;
    }
    qsort(ret->names, ret->count, sizeof ret->names[0], by_name);
    return true;
}

void raw_reading_done(struct raw_reading *r)
{
    for (uint32_t i = 0; i < r->count; i++)
        free(r->names[i]);
    buf_done(&r->folder);
}

/* Days, files and their bytes, as the folder has them. */
static bool survey_files(struct raw_reading *r, const char *name, struct raw_survey *ret,
                         struct err *e)
{
    struct buf path CLEANUP(buf_done) = buf_make(2 * PATH_BYTES_MAX);
    struct raw_files files;

    buf_printf(&path, "%s/%s", buf_cstr(&r->folder), name);
    int fd =
        io_openat(&r->io, IO_rawlog_folder, AT_FDCWD, buf_cstr(&path), O_RDONLY | O_DIRECTORY, 0);
    if (fd == -1)
        return err_set(e, ERR_IO, "cannot open '%s': %s", buf_cstr(&path), strerror(errno));
    bool ok = raw_files_list(&r->io, fd, &files, e);
    close(fd);
    for (uint32_t i = 0; ok && i < files.count; i++) {
        ret->files++;
        ret->disk_bytes += files.items[i].bytes;
        ret->days += i == 0 || strcmp(files.items[i].day, files.items[i - 1].day) != 0;
    }
    if (ok)
        raw_files_done(&files);
    return ok;
}

bool raw_survey(struct raw_reading *r, uint32_t source, struct raw_survey *ret, struct err *e)
{
    struct raw_reader *reader =
        raw_reader_open(&r->io, buf_cstr(&r->folder), str_from(r->names[source]), 0, e);
    struct record_block b;

    *ret = (struct raw_survey){.oldest_ns = INT64_MAX, .newest_ns = INT64_MIN};
    if (!reader)
        return false;
    block_init(&b);
    while (raw_reader_next(reader, &b, e))
        for (uint32_t i = 0; i < b.run_count; i++) {
            const int64_t at = b.runs[i].received_ns;
            ret->oldest_ns = at < ret->oldest_ns ? at : ret->oldest_ns;
            ret->newest_ns = at > ret->newest_ns ? at : ret->newest_ns;
        }
    ret->counts = *raw_reader_counts(reader);
    raw_reader_free(reader);
    block_done(&b);
    return e->code == ERR_NONE && survey_files(r, r->names[source], ret, e);
}
