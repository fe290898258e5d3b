/*
 * archive.c - libarchive with the four formats that evidence comes in, no more:
 * each further reader would be more code that hostile bytes reach. The rest is
 * streaming: a member is read while its collection is.
 */
#include "intake/archive.h"

#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

enum { ARCHIVE_BLOCK = 64 * 1024, TAR_MAGIC_AT = 257 };

struct archive_reader {
    struct archive *archive;
    struct source *inner;
    struct err inner_failure; /* the true reason when libarchive only says that reading failed */
    bool compressed_only;     /* raw format: one member without a name */
    uint64_t members;
    char block[ARCHIVE_BLOCK];
};

bool archive_sniff(str head)
{
    static const str magics[] = {
        S("\x1f\x8b"), S("\x28\xb5\x2f\xfd"), S("PK\x03\x04"), S("PK\x05\x06"), S("PK\x07\x08"),
    };

    for (size_t i = 0; i < countof(magics); i++)
        if (str_starts(head, magics[i]))
            return true;
    return head.n >= TAR_MAGIC_AT + 5 && str_starts(str_from_at(head, TAR_MAGIC_AT), S("ustar"));
}

static la_ssize_t block_read(struct archive *la, void *ctx, const void **ret)
{
    struct archive_reader *a = ctx;

    if (a->inner_failure.code != ERR_NONE)
        return -1;
    ssize_t got = source_read(a->inner, a->block, sizeof a->block, &a->inner_failure);
    *ret = a->block;
    if (got < 0)
        archive_set_error(la, EIO, "%s", a->inner_failure.message);
    return got;
}

static void say_broken(struct archive_reader *a, struct err *e)
{
    const char *why = archive_error_string(a->archive);

    err_set(e, ERR_INPUT, "%s", why ? why : "broken archive");
}

/* Only what the first bytes call for: libarchive left to guess takes zero bytes for an empty tar.
 */
static void support(struct archive *la, str head)
{
    if (str_starts(head, S("PK"))) {
        archive_read_support_format_zip_streamable(la);
        return;
    }
    if (!str_starts(head, S("\x1f\x8b")) && !str_starts(head, S("\x28\xb5"))) {
        archive_read_support_format_tar(la);
        return;
    }
    archive_read_support_filter_gzip(la);
    archive_read_support_filter_zstd(la);
    archive_read_support_format_raw(la);
    archive_read_support_format_empty(la);
}

struct archive_reader *archive_reader_new(struct source *inner, struct err *e)
{
    struct archive_reader *a = mem_alloc(sizeof *a);

    a->inner = inner;
    a->archive = archive_read_new();
    if (!a->archive)
        abort(); /* only for want of memory */
    support(a->archive, source_peek(inner, 2));
    if (archive_read_open2(a->archive, a, NULL, block_read, NULL, NULL) != ARCHIVE_OK) {
        say_broken(a, e);
        archive_reader_free(a);
        return NULL;
    }
    return a;
}

void archive_reader_free(struct archive_reader *a)
{
    if (!a)
        return;
    archive_read_free(a->archive);
    source_free(a->inner);
    free(a);
}

enum archive_step archive_next(struct archive_reader *a, str *ret_name, struct err *e)
{
    struct archive_entry *entry;
    int status = archive_read_next_header(a->archive, &entry);

    *ret_name = (str){0};
    if (status == ARCHIVE_EOF)
        return ARCHIVE_OVER;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        say_broken(a, e);
        return ARCHIVE_BROKEN;
    }
    if (++a->members > ARCHIVE_MEMBERS_MAX) {
        err_set(e, ERR_LIMIT, "more than %d members", ARCHIVE_MEMBERS_MAX);
        return ARCHIVE_BROKEN;
    }
    a->compressed_only = archive_format(a->archive) == ARCHIVE_FORMAT_RAW;
    if (a->compressed_only)
        return ARCHIVE_MEMBER;
    *ret_name = str_from(archive_entry_pathname(entry));
    if (ret_name->n == 0)
        *ret_name = S("(unnamed)");
    if (ret_name->n > ARCHIVE_NAME_MAX)
        ret_name->n = ARCHIVE_NAME_MAX;
    return archive_entry_filetype(entry) == AE_IFREG ? ARCHIVE_MEMBER : ARCHIVE_OTHER;
}

bool archive_is_single(const struct archive_reader *a)
{
    return a->compressed_only;
}

struct member_source {
    struct source source;
    struct archive_reader *archive;
};

static ssize_t member_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct member_source *m = (struct member_source *)s;
    la_ssize_t got = archive_read_data(m->archive->archive, out, n);

    if (got < 0) {
        say_broken(m->archive, e);
        return -1;
    }
    return got;
}

static void member_free(struct source *s)
{
    free(s);
}

struct source *archive_member(struct archive_reader *a)
{
    struct member_source *m = mem_alloc(sizeof *m);

    m->source = (struct source){.read = member_read, .free = member_free};
    m->archive = a;
    return &m->source;
}
