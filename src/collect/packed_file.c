#include "collect/packed_file.h"

#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool packed_file_sniff(str head)
{
    static const str magic[] = {S("\x1F\x8B\x08"), S("\x28\xB5\x2F\xFD"), S("BZh"),
                                S("\xFD"
                                  "7zXZ\0")};

    for (size_t i = 0; i < countof(magic); i++)
        if (str_starts(head, magic[i]))
            return true;
    return false;
}

static la_ssize_t read_packed(struct archive *a, void *ctx, const void **ret)
{
    struct packed_file *p = ctx;
    const ssize_t n = io_read(p->io, IO_tail_read, p->fd, p->packed, sizeof p->packed);

    if (n < 0)
        archive_set_error(a, errno, "cannot read");
    *ret = p->packed;
    return n;
}

struct packed_file *packed_file_new(struct io *io, int fd)
{
    struct packed_file *p = mem_alloc(sizeof *p);
    struct archive_entry *entry;

    p->io = io;
    p->fd = fd;
    p->archive = archive_read_new();
    archive_read_support_filter_gzip(p->archive);
    archive_read_support_filter_zstd(p->archive);
    archive_read_support_filter_bzip2(p->archive);
    archive_read_support_filter_xz(p->archive);
    archive_read_support_format_raw(p->archive);
    if (lseek(fd, 0, SEEK_SET) == 0 &&
        archive_read_open(p->archive, p, NULL, read_packed, NULL) == ARCHIVE_OK &&
        archive_read_next_header(p->archive, &entry) == ARCHIVE_OK)
        return p;
    packed_file_free(p);
    return NULL;
}

void packed_file_free(struct packed_file *p)
{
    if (!p)
        return;
    archive_read_free(p->archive);
    free(p);
}

bool packed_file_peek(struct packed_file *p, str *ret)
{
    if (p->from == p->to) {
        const la_ssize_t n = archive_read_data(p->archive, p->bytes, sizeof p->bytes);
        if (n < 0)
            return false;
        p->from = 0;
        p->to = (uint32_t)n;
    }
    *ret = (str){p->bytes + p->from, p->to - p->from};
    return true;
}

void packed_file_take(struct packed_file *p, size_t n)
{
    const str taken = {p->bytes + p->from, n};
    const size_t keep = n >= PACKED_TAIL              ? 0
                        : p->last_n + n > PACKED_TAIL ? PACKED_TAIL - n
                                                      : p->last_n;
    const size_t add = n < PACKED_TAIL ? n : PACKED_TAIL;

    assert(n <= p->to - p->from);
    memmove(p->last, p->last + (p->last_n - keep), keep);
    memcpy(p->last + keep, taken.p + (n - add), add);
    p->last_n = (uint32_t)(keep + add);
    p->from += (uint32_t)n;
    p->at += n;
}
