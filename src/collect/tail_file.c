#include "collect/tail_file.h"

#include "base/crc32.h"
#include "base/mem.h"
#include "collect/packed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void handed(void *ctx);

struct tail_file *tail_file_new(struct tail_reader *r, const struct file_identity *id, str path,
                                const char *place)
{
    struct tail_file *f = mem_alloc(sizeof *f);

    f->reader = r;
    f->id = *id;
    f->path = (str){str_dup(path), path.n};
    f->place = str_dup(str_from(place));
    f->fd = f->watch = -1;
    f->value = buf_make(2 * (size_t)FILE_PATH_MAX);
    f->origin.name = f->path;
    if (f->path.n > ORIGIN_NAME_MAX) /* its end says more than its beginning */
        f->origin.name = str_from_at(f->path, f->path.n - ORIGIN_NAME_MAX);
    f->origin.trust = TRUST_PROPOSE;
    return f;
}

void tail_file_free(struct tail_file *f)
{
    if (!f)
        return;
    tail_file_close(f);
    buf_done(&f->value);
    free((char *)(uintptr_t)f->path.p);
    free(f->place);
    free(f);
}

void tail_file_move(struct tail_file *f, const char *place)
{
    char *copy = str_dup(str_from(place));

    free(f->place);
    f->place = copy;
}

bool tail_file_save(struct tail_file *f)
{
    char key[FILE_KEY_BYTES];
    const size_t n = file_identity_key(&f->id, key);

    file_identity_write(&f->id, f->path, &f->value);
    f->unsaved = !inlet_checkpoint(f->reader->inlet, (str){key, n}, buf_str(&f->value));
    f->saved = f->saved || !f->unsaved;
    return !f->unsaved;
}

bool tail_file_forget(struct tail_file *f)
{
    char key[FILE_KEY_BYTES];
    const size_t n = file_identity_key(&f->id, key);

    if (f->saved && !inlet_checkpoint(f->reader->inlet, (str){key, n}, S("")))
        return false;
    f->saved = f->unsaved = false;
    return true;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The checksum of the bytes before the offset, as far as they are at hand. */
static void note_tail(struct tail_file *f)
{
    const struct tail_reader *r = f->reader;
    const uint64_t n = least(FILE_TAIL_BYTES, f->id.offset - f->id.start);

    f->id.tail_n = 0;
    f->id.tail = 0;
    if (r->owner != f || f->id.offset < r->from + n || f->id.offset > r->to)
        return;
    f->id.tail_n = (uint32_t)n;
    f->id.tail = crc32_of(0, (str){r->bytes + (f->id.offset - n - r->from), n});
}

/* True: the head grew. */
static bool note_head(struct tail_file *f)
{
    const uint32_t n = (uint32_t)least(f->head_n, f->id.offset - f->id.start);

    if (n <= f->id.head_n)
        return false;
    f->id.head_n = n;
    file_head_hash((str){f->head, n}, f->id.head);
    return true;
}

/* A record is in the inlet: where it ended goes into the same block. */
static void handed(void *ctx)
{
    struct tail_file *f = ctx;
    char key[FILE_KEY_BYTES];
    bool rewrite = !f->saved || f->value.n == 0;

    f->id.offset = f->stream.offset;
    if (!tail_file_is_packed(f)) {
        note_tail(f);
        rewrite = note_head(f) || rewrite;
    }
    bool kept = true; /* as it must be behind a record that was taken */
    if (rewrite) {
        kept = tail_file_save(f);
    } else {
        file_identity_patch(&f->id, &f->value);
        kept = inlet_checkpoint(f->reader->inlet, (str){key, file_identity_key(&f->id, key)},
                                buf_str(&f->value));
    }
    assert(kept);
    (void)kept;
}

void tail_file_close(struct tail_file *f)
{
    if (f->fd == -1)
        return;
    record_stream_done(&f->stream);
    packed_file_free(f->packed);
    f->packed = NULL;
    free(f->head);
    f->head = NULL;
    f->head_n = 0;
    io_close(f->reader->io, IO_tail_open, f->fd);
    f->fd = -1;
    if (f->reader->owner == f)
        f->reader->owner = NULL;
}

static void begin_stream(struct tail_file *f)
{
    char mark = 0;

    record_stream_init(&f->stream, &f->reader->rule, f->reader->inlet, &f->origin, f->id.offset);
    f->stream.ctx = f;
    f->stream.handed = handed;
    if (f->id.offset && io_pread(f->reader->io, IO_tail_read, f->fd, &mark, 1, 0) == 1)
        record_stream_begins(&f->stream, (str){&mark, 1});
}

/* What has the name now. */
static enum tail_turn inspect(struct tail_file *f, int fd)
{
    struct file_identity now;
    struct stat st;

    if (!file_look(f->reader->io, fd, NULL, &now, &st))
        return TAIL_UNREADABLE;
    if (!S_ISREG(st.st_mode) || !file_is_same(&now, &f->id))
        return TAIL_LOST;
    f->size = (uint64_t)st.st_size;
    if (!tail_file_is_packed(f) && f->size < f->id.offset)
        return TAIL_REPLACED;
    const enum file_bytes bytes = file_has_bytes_of(f->reader->io, fd, &f->id);
    if (bytes != FILE_BYTES_SAME)
        return bytes == FILE_BYTES_DIFFER ? TAIL_REPLACED : TAIL_UNREADABLE;
    f->origin.trust = file_is_system(f->reader->io, f->place, &st) ? TRUST_SYSTEM : TRUST_PROPOSE;
    return TAIL_MORE;
}

enum tail_turn tail_file_open(struct tail_file *f)
{
    assert(f->fd == -1);
    const int fd = io_openat(f->reader->io, IO_tail_open, AT_FDCWD, f->place,
                             O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd == -1)
        return errno == ENOENT || errno == ENOTDIR ? TAIL_LOST : TAIL_UNREADABLE;
    const enum tail_turn turn = inspect(f, fd);
    if (turn != TAIL_MORE) {
        io_close(f->reader->io, IO_tail_open, fd);
        return turn;
    }
    f->fd = fd;
    f->head = mem_alloc(FILE_HEAD_BYTES);
    const ssize_t n =
        io_pread(f->reader->io, IO_tail_read, fd, f->head, f->id.head_n, (off_t)f->id.start);
    f->head_n = n > 0 ? (uint32_t)n : 0;
    begin_stream(f);
    if (f->head_n == f->id.head_n)
        return TAIL_MORE;
    tail_file_close(f);
    return TAIL_UNREADABLE;
}

static void rewind_to(struct tail_file *f, uint64_t offset)
{
    record_stream_rewind(&f->stream, offset);
    if (f->head_n > f->id.head_n)
        f->head_n = f->id.head_n;
}

/* What was read is at `at`: is the file still what it was? TAIL_MORE: yes. */
static enum tail_turn verify(struct tail_file *f, uint64_t at, uint64_t read_to)
{
    struct stat st;
    char head[FILE_HEAD_BYTES];

    if (io_fstat(f->reader->io, IO_tail_stat, f->fd, &st) != 0)
        return TAIL_UNREADABLE;
    f->size = (uint64_t)st.st_size;
    f->changed_ns = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    if (f->size < f->stream.offset)
        return TAIL_REPLACED;
    const ssize_t n =
        io_pread(f->reader->io, IO_tail_read, f->fd, head, sizeof head, (off_t)f->id.start);
    if (n < 0)
        return TAIL_UNREADABLE;
    if ((size_t)n < f->id.head_n || memcmp(head, f->head, f->id.head_n) != 0)
        return TAIL_REPLACED;
    if (f->size < at || (size_t)n < f->head_n || memcmp(head, f->head, f->head_n) != 0) {
        rewind_to(f, f->stream.offset); /* only what was no record yet has changed */
        return TAIL_IDLE;
    }
    const uint64_t known = least((uint64_t)n, read_to > f->id.start ? read_to - f->id.start : 0);
    if (known > f->head_n) {
        memcpy(f->head, head, known);
        f->head_n = (uint32_t)known;
    }
    return TAIL_MORE;
}

/* Zero bytes at the beginning: a writer that went on behind a truncation. True: there were some. */
static bool skip_zeros(struct tail_file *f, str chunk)
{
    const size_t unit = f->reader->rule.utf16 ? 2 : 1;
    size_t n = 0;

    while (n < chunk.n && chunk.p[n] == 0)
        n++;
    n -= n % unit;
    if (n == 0)
        return false;
    f->id.start += n;
    if (n == chunk.n) { /* all of it: over the hole, if it is one */
        const off_t data = lseek(f->fd, (off_t)f->id.start, SEEK_DATA);
        if (data > (off_t)f->id.start)
            f->id.start = (uint64_t)data - (uint64_t)data % unit;
    }
    f->id.offset = f->id.start;
    f->head_n = 0;
    record_stream_rewind(&f->stream, f->id.start);
    return true;
}

enum tail_turn tail_file_turn(struct tail_file *f)
{
    struct tail_reader *r = f->reader;
    const uint64_t at = record_stream_next(&f->stream);
    const uint64_t back = least(FILE_TAIL_BYTES, at - f->id.start);

    r->owner = NULL;
    const ssize_t n =
        io_pread(r->io, IO_tail_read, f->fd, r->bytes, back + TAIL_TURN_BYTES, (off_t)(at - back));
    if (n < 0)
        return TAIL_UNREADABLE;
    const uint64_t got = (uint64_t)n > back ? (uint64_t)n - back : 0;
    const enum tail_turn turn = verify(f, at, at + got);
    if (turn == TAIL_IDLE)
        return TAIL_MORE;
    if (turn != TAIL_MORE)
        return turn;
    if (at == f->id.offset && f->id.tail_n && (uint64_t)n >= back && f->id.tail_n <= back &&
        crc32_of(0, (str){r->bytes + back - f->id.tail_n, f->id.tail_n}) != f->id.tail)
        return TAIL_REPLACED;
    if (got == 0)
        return TAIL_IDLE;
    r->owner = f;
    r->from = at - back;
    r->to = at + got;
    str rest = {r->bytes + back, got};
    if (at == f->id.start && f->id.head_n == 0 && skip_zeros(f, rest))
        return TAIL_MORE;
    if (!record_stream_feed(&f->stream, &rest)) {
        rewind_to(f, f->stream.offset);
        return TAIL_BLOCKED;
    }
    return got == TAIL_TURN_BYTES ? TAIL_MORE : TAIL_IDLE;
}

void tail_file_to_end(struct tail_file *f)
{
    struct tail_reader *r = f->reader;
    const bool utf16 = r->rule.utf16;
    const uint64_t unit = utf16 ? 2 : 1;
    uint64_t end = f->size - f->size % unit;

    assert(f->id.offset == 0);
    r->owner = NULL;
    while (end > 0) { /* backwards to behind the last delimiter */
        const uint64_t n = least(end, TAIL_TURN_BYTES), from = end - n;
        if (io_pread(r->io, IO_tail_read, f->fd, r->bytes, n, (off_t)from) != (ssize_t)n)
            return;
        uint64_t i = n;
        while (i >= unit && !(r->bytes[i - unit] == r->rule.delimiter ||
                              (utf16 && r->bytes[i - 1] == r->rule.delimiter)))
            i -= unit;
        end = from + i;
        if (i > 0 || f->size - end > INLET_RECORD_BYTES_MAX)
            break;
    }
    const ssize_t head = io_pread(r->io, IO_tail_read, f->fd, f->head, FILE_HEAD_BYTES, 0);
    if (head < 0)
        return;
    f->id.offset = end;
    f->head_n = (uint32_t)least((uint64_t)head, end);
    note_tail(f);
    (void)note_head(f);
    record_stream_done(&f->stream);
    begin_stream(f);
    f->unsaved = true;
}

void tail_file_succeed(struct tail_file *f, const struct tail_file *other)
{
    const struct file_identity old = f->id;

    f->id = other->id;
    f->id.dev = old.dev;
    f->id.ino = old.ino;
    f->id.born_ns = old.born_ns;
    f->id.generation = old.generation;
    f->id.kind = old.kind;
    f->id.gone_s = 0;
    free((char *)(uintptr_t)f->path.p);
    f->path = (str){str_dup(other->path), other->path.n};
    f->origin.name =
        f->path.n > ORIGIN_NAME_MAX ? str_from_at(f->path, f->path.n - ORIGIN_NAME_MAX) : f->path;
    tail_file_close(f); /* and opened again where the other one ended */
    f->unsaved = true;
}
