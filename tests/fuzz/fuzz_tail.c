/*
 * fuzz_tail - what happens to a log and to who follows it, as bytes: appended, rotated in each way,
 * cut, deleted, looked at, crashed. A model knows which records must come: each once, but for
 * those that were in a file when it was cut or deleted and had not been read; none twice.
 */
#include "../unit/source_fixture.h"

#include <zlib.h>

extern const struct source_type source_type_file;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPERATIONS_MAX = 200, RECORDS_MAX = 4 * OPERATIONS_MAX, FILES_MAX = OPERATIONS_MAX + 2 };

struct model {
    struct source_fixture x;
    uint32_t records;              /* written, numbered from 0 */
    bool begun;                    /* the last one has no end yet */
    bool may_be_lost[RECORDS_MAX]; /* its file went away; may be, if it had not come by then */
    uint16_t file_of[RECORDS_MAX];
    uint16_t file, next_file;      /* what x.log is; names of the rotated */
    bool there, packed[FILES_MAX]; /* x.log exists */
};

static const char *name_of(const struct model *m, char out[32], uint32_t file)
{
    snprintf(out, 32, "x.log.%u%s", file, m->packed[file] ? ".gz" : "");
    return out;
}

static void append(struct model *m, bool end, uint32_t more)
{
    FILE *f = fopen("x.log", "abe");

    assert(f);
    if (!m->begun) {
        m->file_of[m->records] = m->file;
        fprintf(f, "r%u %.*s", m->records++, (int)(more % 48),
                "some text that makes the record longer than it was before");
    }
    m->begun = !end;
    if (end)
        fputs("\n", f);
    fclose(f);
    m->there = true;
}

static void lose(struct model *m, uint32_t file)
{
    for (uint32_t i = 0; i < m->records; i++)
        if (m->file_of[i] == file)
            m->may_be_lost[i] = true;
}

static void leave(struct model *m, bool there)
{
    if (m->begun) /* a file that is first seen by its rotated name may still be written to */
        m->may_be_lost[m->records - 1] = true;
    m->file = m->next_file++;
    m->begun = false;
    m->there = there;
}

static str slurp(const char *path)
{
    struct io io;
    struct err e = {0};
    struct buf b = buf_make(1 << 20);

    io_init(&io);
    bool ok = io_read_file(&io, path, &b, &e);
    assert(ok);
    (void)ok;
    return buf_str(&b);
}

static void rotate(struct model *m, bool copy)
{
    char name[32];

    if (!m->there)
        return;
    name_of(m, name, m->file);
    if (!copy) {
        int renamed = rename("x.log", name);
        assert(renamed == 0);
        (void)renamed;
        leave(m, false);
        return;
    }
    const str text = slurp("x.log");
    test_folder_put(name, text);
    free((char *)(uintptr_t)text.p);
    int cut = truncate("x.log", 0);
    assert(cut == 0);
    (void)cut;
    leave(m, true);
}

static void cut(struct model *m)
{
    if (!m->there || truncate("x.log", 0) != 0)
        return;
    lose(m, m->file);
    leave(m, true);
}

static void pack(struct model *m, uint32_t which)
{
    char from[32], to[32];
    const uint32_t file = which % m->next_file;

    name_of(m, from, file);
    if (m->packed[file] || access(from, F_OK) != 0)
        return;
    const str text = slurp(from);
    m->packed[file] = true;
    gzFile f = gzopen(name_of(m, to, file), "wb1");
    assert(f);
    gzwrite(f, text.p, (unsigned)text.n);
    gzclose(f);
    unlink(from);
    free((char *)(uintptr_t)text.p);
}

static void delete (struct model *m, uint32_t which)
{
    char name[32];
    const uint32_t file = which % m->next_file;

    if (file == m->file) {
        unlink("x.log");
        lose(m, file);
        leave(m, false);
        return;
    }
    unlink(name_of(m, name, file));
    lose(m, file);
}

static void start(struct model *m)
{
    fixture_start(&m->x, "{paths: 'x.log*', open_files: 4}");
    assert(m->x.source);
}

static void limit(struct model *m, uint32_t argument)
{
    m->x.inlet->blocks_max = argument % 3 ? m->x.inlet->blocks + argument % 3 : 0;
    m->x.inlet->block_max = 1 + argument / 3 % 8;
    source_type_file.resume(m->x.source);
}

static void operate(struct model *m, uint32_t what, uint32_t argument)
{
    switch (what) {
    case 0:
    case 1:
    case 2:
        append(m, true, argument);
        break;
    case 3:
        append(m, false, argument);
        break;
    case 4:
        rotate(m, false);
        break;
    case 5:
        rotate(m, true);
        break;
    case 6:
        cut(m);
        break;
    case 7:
        delete (m, argument);
        break;
    case 8:
        pack(m, argument);
        break;
    case 9:
        limit(m, argument);
        break;
    case 10:
        fixture_crash(&m->x);
        start(m);
        break;
    case 11:
    case 12:
        fixture_steps(&m->x, 1 + argument % 4, 1000000);
        break;
    default:
        fixture_steps(&m->x, 1 + argument % 40, 500000000);
    }
}

static void check(struct model *m)
{
    uint32_t came[RECORDS_MAX] = {0};

    for (uint32_t i = 0; i < m->x.inlet->disk.record_count; i++) {
        const char *text = m->x.inlet->disk.records[i];
        const long number = strtol(text + 1, NULL, 10);
        if (text[0] != 'r' || number < 0 || number >= (long)m->records || came[number]++) {
            fprintf(stderr, "a record that was not written, or twice: %s\n", text);
            abort();
        }
    }
    for (uint32_t i = 0; i < m->records; i++)
        if (!came[i] && !m->may_be_lost[i] && !(m->begun && i + 1 == m->records)) {
            fprintf(stderr, "lost: record %u of %u, file %u\n", i, m->records, m->file_of[i]);
            abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *m = mem_alloc(sizeof *m);

    m->next_file = 1;
    fixture_begin(&m->x, &source_type_file, 3);
    start(m);
    for (size_t i = 0; i + 1 < size && i / 2 < OPERATIONS_MAX; i += 2)
        operate(m, data[i] % 16, data[i + 1]);
    m->x.inlet->blocks_max = 0;
    source_type_file.resume(m->x.source);
    fixture_steps(&m->x, 200, 500000000);
    check(m);
    fixture_end(&m->x);
    free(m);
    return 0;
}
