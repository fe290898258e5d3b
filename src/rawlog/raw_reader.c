#include "rawlog/raw_reader.h"

#include "base/mem.h"
#include "rawlog/raw_files.h"
#include "rawlog/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct raw_reader {
    struct io *io;
    int folder;    /* the source's */
    uint64_t from; /* the number that is expected */
    struct raw_files files;
    bool started;         /* there is a file at hand: */
    struct raw_file here; /* the one that is read */
    struct segment_scan scan;
    bool open;
    bool sealed; /* there is a later file: what the one at hand has by now is all it will have */
    uint64_t bad_before; /* damaged places of the files before */
    struct frame_codec *codec;
    struct raw_reader_counts counts;
};

/* The file that holds the record `from`, or the first behind it. */
static uint32_t file_of(const struct raw_files *files, uint64_t from)
{
    uint32_t at = 0;

    while (at + 1 < files->count && files->items[at + 1].first <= from)
        at++;
    return at;
}

struct raw_reader *raw_reader_open(struct io *io, const char *folder, str source, uint64_t from,
                                   struct err *e)
{
    struct raw_reader *r = mem_alloc(sizeof *r);
    char *path = NULL;
    int n = asprintf(&path, "%s/" STR_FMT, folder, STR_ARG(source));

    *r = (struct raw_reader){.io = io, .from = from, .folder = -1};
    r->codec = frame_codec_new();
    if (n == -1)
        abort();
    if (raw_source_name_is_valid(source))
        r->folder = io_openat(io, IO_rawlog_folder, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    else
        errno = ENOENT;
    if (r->folder == -1) {
        err_set(e, ERR_IO, "cannot open the raw log: %s", strerror(errno));
        err_in_file(e, str_from(path));
    }
    free(path);
    if (r->folder != -1 && raw_files_list(io, r->folder, &r->files, e))
        return r;
    raw_reader_free(r);
    return NULL;
}

static void close_file(struct raw_reader *r)
{
    if (!r->open)
        return;
    r->bad_before += r->scan.bad + (r->scan.left > 0);
    r->counts.bad_frames = r->bad_before;
    close(r->scan.fd);
    segment_scan_done(&r->scan);
    r->open = false;
}

void raw_reader_free(struct raw_reader *r)
{
    if (!r)
        return;
    close_file(r);
    if (r->folder != -1)
        close(r->folder);
    raw_files_done(&r->files);
    frame_codec_free(r->codec);
    free(r);
}

/* Opens the file at hand. One that is gone was deleted with its day: *ret_gone. */
static bool open_file(struct raw_reader *r, bool *ret_gone, struct err *e)
{
    char path[RAW_NAME_MAX];
    int fd = io_openat(r->io, IO_rawlog_open, r->folder, raw_file_path(&r->here, path),
                       O_RDONLY | O_NOFOLLOW, 0);

    *ret_gone = fd == -1 && errno == ENOENT;
    if (fd == -1)
        return *ret_gone ||
               err_set(e, ERR_IO, "cannot open '%s' of the raw log: %s", path, strerror(errno));
    segment_scan_init(&r->scan, r->io, fd);
    r->open = true;
    return true;
}

/* The file behind the one at hand, of those that are listed. */
static bool listed_next(const struct raw_reader *r, struct raw_file *ret)
{
    uint32_t from = 0, to = r->files.count;

    if (!r->started && to) {
        *ret = r->files.items[file_of(&r->files, r->from)];
        return true;
    }
    while (from < to) { /* the first whose number is above */
        const uint32_t middle = from + (to - from) / 2;
        if (r->files.items[middle].first <= r->here.first)
            from = middle + 1;
        else
            to = middle;
    }
    if (from < r->files.count)
        *ret = r->files.items[from];
    return from < r->files.count;
}

/* Is there a file behind the one at hand, by now? */
static bool find_next(struct raw_reader *r, struct raw_file *ret, struct err *e)
{
    struct raw_files files;

    if (listed_next(r, ret))
        return true;
    if (!raw_files_list(r->io, r->folder, &files, e))
        return false;
    raw_files_done(&r->files);
    r->files = files;
    return listed_next(r, ret);
}

/* The file at hand has nothing more for now. Goes on to the next, once it was looked at again after
 * that one was there: what it has then is all. False: there is no next, or the disk fails. */
static bool advance(struct raw_reader *r, struct err *e)
{
    struct raw_file next;

    if (!find_next(r, &next, e))
        return false;
    if (r->open && !r->sealed) {
        r->sealed = true;
        return true;
    }
    close_file(r);
    if (!r->started && r->from < next.first)
        r->from = next.first; /* what stood before is no longer kept */
    r->started = true;
    r->here = next;
    r->sealed = false;
    return true;
}

/* Takes a frame. False: it has no record that is asked for. */
static bool take(struct raw_reader *r, const struct frame_header *h, str stored,
                 struct record_block *ret)
{
    if (h->record_count == 0 || h->first_number + h->record_count <= r->from)
        return false;
    if (!frame_read(r->codec, h, stored, ret)) {
        r->bad_before++;
        return false;
    }
    if (h->first_number > r->from)
        r->counts.missing_records += h->first_number - r->from;
    r->from = h->first_number + h->record_count; /* a write that was undone may be read twice */
    r->counts.frames++;
    r->counts.records += h->record_count;
    r->counts.bytes += h->data_bytes - h->record_count; /* without our newlines */
    r->counts.disk_bytes += FRAME_HEADER_BYTES + stored.n;
    return true;
}

bool raw_reader_next(struct raw_reader *r, struct record_block *ret, struct err *e)
{
    struct frame_header h;
    str stored;

    if (!r->started && !advance(r, e))
        return false;
    for (;;) {
        bool gone = false;
        if (!r->open && !open_file(r, &gone, e))
            return false;
        enum segment_answer answer =
            gone ? SEGMENT_END : segment_scan_next(&r->scan, &h, &stored, e);
        if (answer == SEGMENT_FAILED)
            return false;
        r->counts.bad_frames = r->bad_before + (gone ? 0 : r->scan.bad);
        if (answer == SEGMENT_FRAME && take(r, &h, stored, ret))
            return true;
        if (answer == SEGMENT_END && !advance(r, e))
            return false;
    }
}

const struct raw_reader_counts *raw_reader_counts(const struct raw_reader *r)
{
    return &r->counts;
}
