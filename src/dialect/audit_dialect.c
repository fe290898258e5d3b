/*
 * audit_dialect.c - single records of Linux's audit log between other lines: from auditd's
 * dispatcher in syslog ("audispd", "audisp-syslog"), from the kernel's log, from the journal. A
 * file of them is read by formats/auditd.c, which joins the records of an event.
 */
#include "dialect/audit_event.h"
#include "dialect/audit_kind.h"
#include "message/dialect.h"

static void *open_audit(const struct dialect *self)
{
    (void)self;
    return audit_builder_new();
}

static void close_audit(void *state)
{
    audit_builder_free(state);
}

/* The journal has the type in front, and no time: "SYSCALL arch=c000003e ...". */
static bool read_journal(const struct audit_book *b, str text, struct audit_record *ret)
{
    str rest = text, type = str_cut(&rest, ' ');

    *ret = (struct audit_record){.type = type, .body = rest, .kind = audit_type_of(b, type)};
    return ret->kind != NULL && rest.n;
}

static bool read(void *state, struct message *m)
{
    struct audit_builder *b = state;
    struct audit_record record;

    if (!audit_record_read(audit_builder_book(b), m->text, &record) &&
        !(str_eq(m->program, S("audit")) && read_journal(audit_builder_book(b), m->text, &record)))
        return false;
    audit_build(b, &record, 1, m->event, m->arena);
    return true;
}

/* In the kernel's log, behind its uptime. */
static int sniff(str text)
{
    enum { HEAD_MAX = 40, SURE = 90 };
    str head = {text.p, text.n < HEAD_MAX ? text.n : (size_t)HEAD_MAX};

    return head.n && head.p[0] == '[' && str_find(head, S("] audit: type=")) ? SURE : 0;
}

const struct dialect dialect_audit = {
    .name = "audit",
    .summary = "single records of Linux's audit log in syslog, in the kernel's log, in the journal",
    .sample = "Nov 24 10:00:00 web1 audispd: type=USER_LOGIN msg=audit(1795514400.123:4711): "
              "pid=712 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=\"root\" "
              "exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=sshd res=failed'",
    .kind = &kind_audit,
    .programs = {S("audispd"), S("audisp-syslog"), S("audisp-remote"), S("audit"), S("auditd")},
    .starts = {S("type="), S("node="), S("audit: type=")},
    .sniff = sniff,
    .open = open_audit,
    .close = close_audit,
    .read = read,
    .bare = true,
};
