#include "dialect/audit_book.h"

#include "base/mem.h"
#include "dialect/audit_kind.h"

#include <stdlib.h>

enum {
    TYPE_SLOTS = 512, /* powers of two, more than twice what is in them */
    FIELD_SLOTS = 512,
    CALLS_MAX = 512, /* numbers of one architecture */
    NUMBER_DIGITS_MAX = 5,
};

enum arch { ARCH_X86_64, ARCH_I386, ARCH_AARCH64, ARCHES };

static const struct {
    str code, name; /* AUDIT_ARCH_ of linux/audit.h in hexadecimal; as auditd names it */
} arches[ARCHES] = {
    [ARCH_X86_64] = {S("c000003e"), S("x86_64")},
    [ARCH_I386] = {S("40000003"), S("i386")},
    [ARCH_AARCH64] = {S("c00000b7"), S("aarch64")},
};

static const struct audit_field fields[] = {
#define FIELD(name, how) {S(name), AUDIT_##how, 0},
#include "dialect/audit_fields.def"
#undef FIELD
};
_Static_assert(countof(fields) < AUDIT_FIELDS_MAX, "their places are ids");

static const struct call_row {
    uint16_t arch, number;
    str name;
} call_rows[] = {
#define SYSCALL(arch, number, name) {ARCH_##arch, number, S(name)},
#include "dialect/audit_syscalls.def"
#undef SYSCALL
};

struct audit_book {
    struct audit_type types[TYPE_SLOTS];
    struct audit_field fields[FIELD_SLOTS];
    struct audit_call calls[ARCHES][CALLS_MAX];
};

static size_t mix(str name)
{
    uint32_t h = (uint32_t)name.n * 0x9E3779B1u;

    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (uint8_t)name.p[i]) * 0x01000193u;
    return h ^ h >> 15;
}

static void enter_type(struct audit_book *b, const struct audit_type *type)
{
    size_t at = mix(type->name) & (TYPE_SLOTS - 1);

    while (b->types[at].name.n)
        at = (at + 1) & (TYPE_SLOTS - 1);
    b->types[at] = *type;
}

static void enter_field(struct audit_book *b, const struct audit_field *field, uint8_t id)
{
    size_t at = mix(field->name) & (FIELD_SLOTS - 1);

    while (b->fields[at].name.n)
        at = (at + 1) & (FIELD_SLOTS - 1);
    b->fields[at] = *field;
    b->fields[at].id = id;
}

struct audit_book *audit_book_new(void)
{
    struct audit_book *b = mem_alloc(sizeof *b);
    size_t count;
    const struct audit_type *types = audit_types(&count);

    assert(count < TYPE_SLOTS / 2);
    for (size_t i = 0; i < count; i++)
        enter_type(b, &types[i]);
    for (size_t i = 0; i < countof(fields); i++)
        enter_field(b, &fields[i], (uint8_t)i);
    for (size_t i = 0; i < countof(call_rows); i++) {
        const struct call_row *row = &call_rows[i];
        assert(row->number < CALLS_MAX);
        b->calls[row->arch][row->number] =
            (struct audit_call){row->name, audit_action_kind(row->name)};
    }
    return b;
}

void audit_book_free(struct audit_book *b)
{
    free(b);
}

/* ------------------------------------------------------------ look-ups */

static const struct audit_type *type_named(const struct audit_book *b, str name)
{
    for (size_t at = mix(name) & (TYPE_SLOTS - 1); b->types[at].name.n;
         at = (at + 1) & (TYPE_SLOTS - 1))
        if (str_eq(b->types[at].name, name))
            return &b->types[at];
    return NULL;
}

const struct audit_type *audit_type_of(const struct audit_book *b, str name)
{
    const str unknown = S("UNKNOWN[");
    uint64_t number;

    const struct audit_type *type = type_named(b, name);
    if (type)
        return type;
    if (str_starts(name, unknown) && name.p[name.n - 1] == ']')
        name = (str){name.p + unknown.n, name.n - unknown.n - 1};
    if (name.n > NUMBER_DIGITS_MAX || !str_u64(name, &number))
        return NULL;
    for (size_t i = 0; i < TYPE_SLOTS; i++)
        if (b->types[i].name.n && b->types[i].number == number)
            return &b->types[i];
    return NULL;
}

/* As libaudit tells complete events: the kernel's own numbers begin at 1300 and end below 2000. */
enum audit_role audit_role_of(const struct audit_type *type)
{
    enum { PROGRAMS = 1100, KERNEL = 1300, PROCTITLE = 1327, EOE = 1320, BEYOND = 2000 };

    if (!type)
        return AUDIT_ONE_OF;
    if (type->number == EOE)
        return AUDIT_END;
    if (type->number == PROCTITLE)
        return AUDIT_LAST;
    return (type->number >= PROGRAMS && type->number < KERNEL) || type->number >= BEYOND
               ? AUDIT_SINGLE
               : AUDIT_ONE_OF;
}

const struct audit_field *audit_field_of(const struct audit_book *b, str name)
{
    for (size_t at = mix(name) & (FIELD_SLOTS - 1); b->fields[at].name.n;
         at = (at + 1) & (FIELD_SLOTS - 1))
        if (str_eq(b->fields[at].name, name))
            return &b->fields[at];
    return NULL;
}

const struct audit_call *audit_call_of(const struct audit_book *b, str arch, str number,
                                       str *ret_arch)
{
    uint64_t n;

    for (size_t i = 0; i < ARCHES; i++) {
        if (!str_ieq(arches[i].code, arch))
            continue;
        *ret_arch = arches[i].name;
        return str_u64(number, &n) && n < CALLS_MAX && b->calls[i][n].name.n ? &b->calls[i][n]
                                                                             : NULL;
    }
    return NULL;
}
