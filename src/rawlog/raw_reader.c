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
    int folder; /* the source's */
    uint64_t from;
    struct raw_files files;
    uint32_t at; /* the file that is read */
    struct segment_scan scan;
    bool open;
    uint64_t next; /* the number that is expected; 0 before the first frame */
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
    if (r->folder != -1 && raw_files_list(io, r->folder, &r->files, e)) {
        r->at = file_of(&r->files, from);
        return r;
    }
    raw_reader_free(r);
    return NULL;
}

static void close_file(struct raw_reader *r)
{
    if (!r->open)
        return;
    r->counts.bad_frames += r->scan.bad;
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
    int fd = io_openat(r->io, IO_rawlog_open, r->folder,
                       raw_file_path(&r->files.items[r->at], path), O_RDONLY | O_NOFOLLOW, 0);

    *ret_gone = fd == -1 && errno == ENOENT;
    if (fd == -1)
        return *ret_gone ||
               err_set(e, ERR_IO, "cannot open '%s' of the raw log: %s", path, strerror(errno));
    segment_scan_init(&r->scan, r->io, fd);
    r->open = true;
    return true;
}

/* Is there a file behind the one at hand, by now? */
static bool next_file(struct raw_reader *r, struct err *e)
{
    struct raw_files files;

    if (r->at + 1 >= r->files.count) {
        const uint64_t last = r->files.count ? r->files.items[r->at].first : 0;
        if (!raw_files_list(r->io, r->folder, &files, e))
            return false;
        uint32_t at = 0;
        while (at < files.count && r->files.count && files.items[at].first <= last)
            at++;
        if (at == files.count) {
            raw_files_done(&files);
            return false;
        }
        raw_files_done(&r->files);
        r->files = files;
        r->at = at;
    } else {
        r->at++;
    }
    close_file(r);
    return true;
}

/* Takes a frame. False: it ends before what is asked for. */
static bool take(struct raw_reader *r, const struct frame_header *h, str stored,
                 struct record_block *ret)
{
    if (h->first_number + h->record_count <= r->from)
        return false;
    if (!frame_read(r->codec, h, stored, ret)) {
        r->counts.bad_frames++;
        return false;
    }
    if (r->next && h->first_number > r->next)
        r->counts.missing_records += h->first_number - r->next;
    r->next = h->first_number + h->record_count;
    r->counts.frames++;
    r->counts.records += h->record_count;
    r->counts.bytes += h->data_bytes;
    r->counts.disk_bytes += FRAME_HEADER_BYTES + stored.n;
    return true;
}

bool raw_reader_next(struct raw_reader *r, struct record_block *ret, struct err *e)
{
    struct frame_header h;
    str stored;
    bool gone = false;

    if (r->files.count == 0 && !next_file(r, e))
        return false;
    for (;;) {
        if (!r->open && !open_file(r, &gone, e))
            return false;
        enum segment_answer answer =
            gone ? SEGMENT_END : segment_scan_next(&r->scan, true, &h, &stored, e);
        if (answer == SEGMENT_FAILED)
            return false;
        if (answer == SEGMENT_FRAME) {
            if (take(r, &h, stored, ret))
                return true;
            continue;
        }
        if (!next_file(r, e)) {
            if (r->open)
                r->scan.at_end = false; /* more may have been written by the next call */
            return false;
        }
        gone = false;
    }
}

const struct raw_reader_counts *raw_reader_counts(const struct raw_reader *r)
{
    return &r->counts;
}
