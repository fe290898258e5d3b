#include "collect/file_identity.h"

#include "base/crc32.h"
#include "base/hash.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of a value: "K OOOOOOOOOOOOOOOO NN CCCCCCCC " and then what stays the same. */
enum { VALUE_OFFSET_AT = 2, VALUE_TAIL_N_AT = 19, VALUE_TAIL_AT = 22, VALUE_REST_AT = 31 };

size_t file_identity_key(const struct file_identity *id, char *ret)
{
    int n = snprintf(ret, FILE_KEY_BYTES, "file:%" PRIx64 ":%" PRIx64 ":%" PRIx32, id->dev, id->ino,
                     id->generation);

    assert(n > 0 && n < FILE_KEY_BYTES);
    return (size_t)n;
}

static void put_hex(char *out, uint64_t value, size_t digits)
{
    while (digits--) {
        out[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

void file_identity_patch(const struct file_identity *id, struct buf *value)
{
    assert(value->n > VALUE_REST_AT);
    put_hex(value->p + VALUE_OFFSET_AT, id->offset, 16);
    put_hex(value->p + VALUE_TAIL_N_AT, id->tail_n, 2);
    put_hex(value->p + VALUE_TAIL_AT, id->tail, 8);
}

void file_identity_write(const struct file_identity *id, str path, struct buf *out)
{
    char head[2 * FILE_HEAD_HASH + 1];

    hex_of(id->head, FILE_HEAD_HASH, head);
    buf_clear(out);
    buf_printf(out, "%c %016" PRIx64 " %02x %08x ", (char)id->kind, id->offset, id->tail_n,
               id->tail);
    buf_printf(out,
               "%016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %08x %016" PRIx64 " %016" PRIx64
               " %04x %s ",
               id->dev, id->ino, (uint64_t)id->born_ns, id->generation, id->start,
               (uint64_t)id->gone_s, id->head_n, head);
    buf_add(out, path);
}

static bool get_hex(str *rest, uint64_t max, uint64_t *ret)
{
    const str digits = str_cut(rest, ' ');

    *ret = 0;
    if (digits.n == 0 || digits.n > 16)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        const char c = digits.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        *ret = *ret << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return *ret <= max;
}

static bool get_head(str digits, uint8_t ret[FILE_HEAD_HASH])
{
    if (digits.n != (size_t)2 * FILE_HEAD_HASH)
        return false;
    for (size_t i = 0; i < FILE_HEAD_HASH; i++) {
        str pair = {digits.p + 2 * i, 2};
        uint64_t byte;
        if (!get_hex(&pair, UINT8_MAX, &byte))
            return false;
        ret[i] = (uint8_t)byte;
    }
    return true;
}

bool file_identity_read(str value, struct file_identity *ret, str *ret_path)
{
    static const uint64_t max[] = {INT64_MAX,  FILE_TAIL_BYTES, UINT32_MAX, UINT64_MAX, UINT64_MAX,
                                   UINT64_MAX, UINT32_MAX,      INT64_MAX,  INT64_MAX,  1024};
    uint64_t v[countof(max)];
    str rest = value;
    const str kind = str_cut(&rest, ' ');

    if (kind.n != 1 || !memchr("pzde", kind.p[0], 4))
        return false;
    for (size_t i = 0; i < countof(max); i++)
        if (!get_hex(&rest, max[i], &v[i]))
            return false;
    *ret = (struct file_identity){.kind = (enum file_kind)kind.p[0],
                                  .offset = v[0],
                                  .tail_n = (uint32_t)v[1],
                                  .tail = (uint32_t)v[2],
                                  .dev = v[3],
                                  .ino = v[4],
                                  .born_ns = (int64_t)v[5],
                                  .generation = (uint32_t)v[6],
                                  .start = v[7],
                                  .gone_s = (int64_t)v[8],
                                  .head_n = (uint32_t)v[9]};
    const bool packed = ret->kind == FILE_PACKED || ret->kind == FILE_PACKED_OVER;
    if (!get_head(str_cut(&rest, ' '), ret->head) || rest.n == 0 || rest.n > FILE_PATH_MAX ||
        (!packed && (ret->offset < ret->start || ret->tail_n > ret->offset)))
        return false;
    *ret_path = rest;
    return true;
}

bool file_look(struct io *io, int fd, const char *path, struct file_identity *ret,
               struct stat *ret_stat)
{
    struct statx more;
    const bool by_fd = fd != -1;

    if (by_fd ? io_fstat(io, IO_tail_stat, fd, ret_stat) != 0
              : io_fstatat(io, IO_tail_stat, AT_FDCWD, path, ret_stat, 0) != 0)
        return false;
    *ret = (struct file_identity){
        .dev = ret_stat->st_dev, .ino = ret_stat->st_ino, .kind = FILE_PLAIN};
    if (statx(by_fd ? fd : AT_FDCWD, by_fd ? "" : path, by_fd ? AT_EMPTY_PATH : 0, STATX_BTIME,
              &more) == 0 &&
        (more.stx_mask & STATX_BTIME))
        ret->born_ns = more.stx_btime.tv_sec * 1000000000 + more.stx_btime.tv_nsec;
    return true;
}

bool file_is_same(const struct file_identity *a, const struct file_identity *b)
{
    return a->dev == b->dev && a->ino == b->ino &&
           (a->born_ns == b->born_ns || !a->born_ns || !b->born_ns);
}

void file_head_hash(str head, uint8_t ret[FILE_HEAD_HASH])
{
    uint8_t whole[SHA256_BYTES];

    sha256_of(head, whole);
    memcpy(ret, whole, FILE_HEAD_HASH);
}

enum file_bytes file_has_bytes_of(struct io *io, int fd, const struct file_identity *id)
{
    char bytes[FILE_HEAD_BYTES];
    uint8_t head[FILE_HEAD_HASH];
    ssize_t n = io_pread(io, IO_tail_read, fd, bytes, id->head_n, (off_t)id->start);

    if (n < 0)
        return FILE_BYTES_UNREAD;
    if ((size_t)n != id->head_n)
        return FILE_BYTES_DIFFER;
    file_head_hash((str){bytes, id->head_n}, head);
    if (id->head_n && memcmp(head, id->head, sizeof head) != 0)
        return FILE_BYTES_DIFFER;
    n = io_pread(io, IO_tail_read, fd, bytes, id->tail_n, (off_t)(id->offset - id->tail_n));
    if (n < 0)
        return FILE_BYTES_UNREAD;
    const bool same = (size_t)n == id->tail_n &&
                      (id->tail_n == 0 || crc32_of(0, (str){bytes, id->tail_n}) == id->tail);
    return same ? FILE_BYTES_SAME : FILE_BYTES_DIFFER;
}

bool file_is_roots(const struct stat *st)
{
    return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool file_is_system(struct io *io, const char *path, const struct stat *st)
{
    char *real = realpath(path, NULL);
    bool ok = real && file_is_roots(st);

    /* Each folder from the file's up to the root. */
    for (char *slash = real ? strrchr(real, '/') : NULL; ok && slash; slash = strrchr(real, '/')) {
        struct stat folder;
        slash[slash == real] = '\0';
        ok =
            io_fstatat(io, IO_tail_stat, AT_FDCWD, real, &folder, 0) == 0 && file_is_roots(&folder);
        if (slash == real)
            break;
    }
    free(real);
    return ok;
}

static str base_name(str path)
{
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;

    return slash ? str_from_at(path, (size_t)(slash - path.p) + 1) : path;
}

bool file_name_is_related(str a, str b)
{
    str stem = base_name(a);
    const char *dot = stem.n ? memrchr(stem.p, '.', stem.n) : NULL;

    if (dot && dot > stem.p)
        stem.n = (size_t)(dot - stem.p);
    const str other = base_name(b);
    const char next = other.n > stem.n ? other.p[stem.n] : '.';
    return stem.n > 0 && !str_eq(a, b) && str_starts(other, stem) && strchr(".-_~ ", next) != NULL;
}
