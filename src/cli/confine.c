/*
 * confine.c - landlock by its system calls (Linux 5.13, ABI 1 to 3; glibc has
 * no wrappers), seccomp by libseccomp. Forbidden calls answer EPERM rather than
 * kill, so that a library that merely tries something goes on.
 */
#include "cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef TOCSIN_SANITIZED /* the sanitizers' run-time makes system calls of its own */
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* Every right that ABI 1 knows; each further ABI adds one. What a kernel does not know is refused
 * as an invalid ruleset, so only what it has is handled. */
static uint64_t rights_of_abi(long abi)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

    if (abi >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        rights |= UINT64_C(1) << 14; /* LANDLOCK_ACCESS_FS_TRUNCATE, not in Debian 12's header */
    return rights;
}

static bool allow_reading(int ruleset, const char *path)
{
    struct stat st;
    struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};

    if (rule.parent_fd == -1)
        return true; /* the scan will say that it cannot be opened */
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    if (fstat(rule.parent_fd, &st) == 0 && S_ISDIR(st.st_mode))
        rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    long ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
    return ok == 0;
}

static bool landlock(const char *const *paths, uint32_t count)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi < 1)
        return false;
    struct landlock_ruleset_attr attr = {.handled_access_fs = rights_of_abi(abi)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset == -1)
        return false;
    bool ok = true;
    for (uint32_t i = 0; i < count && ok; i++)
        if (!str_eq(str_from(paths[i]), S("-")))
            ok = allow_reading(ruleset, paths[i]);
    if (SANITIZED) /* the search for leaks reads /proc */
        ok = ok && allow_reading(ruleset, "/proc");
    ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return ok;
}

/* What reading, matching and writing take: files, memory, threads, time. */
static const int allowed_calls[] = {
    SCMP_SYS(read),          SCMP_SYS(readv),
    SCMP_SYS(pread64),       SCMP_SYS(write),
    SCMP_SYS(writev),        SCMP_SYS(pwrite64),
    SCMP_SYS(openat),        SCMP_SYS(close),
    SCMP_SYS(lseek),         SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),    SCMP_SYS(statx),
    SCMP_SYS(getdents64),    SCMP_SYS(fcntl),
    SCMP_SYS(ftruncate),     SCMP_SYS(fsync),
    SCMP_SYS(ioctl),         SCMP_SYS(poll),
    SCMP_SYS(mmap),          SCMP_SYS(munmap),
    SCMP_SYS(mremap),        SCMP_SYS(mprotect),
    SCMP_SYS(madvise),       SCMP_SYS(brk),
    SCMP_SYS(futex),         SCMP_SYS(clone),
    SCMP_SYS(clone3),        SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),          SCMP_SYS(gettid),
    SCMP_SYS(getpid),        SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),   SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),     SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),     SCMP_SYS(restart_syscall),
    SCMP_SYS(prlimit64),     SCMP_SYS(sysinfo),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),
};

static bool seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter != NULL;

    for (size_t i = 0; i < countof(allowed_calls) && ok; i++)
        ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0) == 0;
    ok = ok && seccomp_load(filter) == 0;
    if (filter)
        seccomp_release(filter);
    return ok;
}

void confine(const char *const *paths, uint32_t count, struct confinement *ret)
{
    *ret = (struct confinement){0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        ret->landlock = landlock(paths, count);
        ret->seccomp = !SANITIZED && seccomp();
    }
    snprintf(ret->why_not, sizeof ret->why_not, "%s%s%s",
             ret->landlock ? "" : "no landlock (file access is not confined)",
             !ret->landlock && !ret->seccomp ? ", " : "",
             ret->seccomp ? "" : "no seccomp (system calls are not confined)");
}
