/* cron.c - Vixie cron, cronie, ISC cron, anacron and crontab. */
#include "message/dialect.h"

static const struct kind kind_cron = {.format = "cron"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_cron, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(job, "job_run", job_start, SUCCESS);
KIND(end, "job_end", process_end, SUCCESS);
KIND(edit, "crontab_change", job_change, SUCCESS);
KIND(list, "crontab_list", file_read, SUCCESS);
KIND(refused, "crontab_refused", job_change, FAILURE);
KIND(failed, "job_failed", job_start, FAILURE);
KIND(start, "cron_start", app_start, SUCCESS);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"({user:text}) CMD ({command*})", &kind_job},
    {"({user:text}) CMDEND ({command*})", &kind_end},
    {"({user:text}) CMDOUT ({output*})", &kind_told},
    {"({user:text}) MAIL ({reason*})", &kind_told},
    {"({user:text}) LIST ({target_user*})", &kind_list},
    {"({user:text}) BEGIN EDIT ({target_user*})", &kind_edit},
    {"({user:text}) END EDIT ({target_user*})", &kind_edit},
    {"({user:text}) REPLACE ({target_user*})", &kind_edit},
    {"({user:text}) DELETE ({target_user*})", &kind_edit},
    {"({user:text}) UPDATE ({target_user*})", &kind_edit},
    {"({user:text}) RELOAD ({file*})", &kind_told},
    {"({user:text}) AUTH ({reason*})", &kind_refused},
    {"({user:text}) WRONG FILE OWNER ({file*})", &kind_refused},
    {"({user:text}) WRONG INODE INFO ({file*})", &kind_refused},
    {"({user:text}) INSECURE MODE ({file*})", &kind_refused},
    {"({user:text}) BAD FILE MODE ({file*})", &kind_refused},
    {"({user:text}) BAD OWNER ({file*})", &kind_refused},
    {"({user:text}) ORPHAN ({reason*})", &kind_refused},
    {"({user:text}) FAILED ({reason*})", &kind_failed},
    {"({user:text}) ERROR ({reason*})", &kind_failed},
    {"({user:text}) CAN'T {reason*}", &kind_failed},
    {"({user:text}) PAM ERROR ({reason*})", &kind_failed},
    {"({:text}) STARTUP ({version*})", &kind_start},
    {"({:text}) INFO ({reason*})", &kind_told},
    {"({file:text}) starting {job}", &kind_job},
    {"({file:text}) finished {job}", &kind_end},
    {"Job `{job:text}' started", &kind_job},
    {"Job `{job:text}' terminated[[ ({reason:text})||]]", &kind_end},
    {"Anacron {version} started on {:text}", &kind_start},
    {"Normal exit ({jobs:int} jobs run)", &kind_end},
    {"Starting job {job:int} ({command*}) for user '{user:text}' ({uid:int})", &kind_job},
};

const struct dialect dialect_cron = {
    .name = "cron",
    .summary = "cron: jobs that ran, and crontabs that changed",
    .sample = "Nov 24 10:00:00 web1 CRON[712]: (root) CMD (command -v debian-sa1 > /dev/null && "
              "debian-sa1 1 1)",
    .kind = &kind_cron,
    .programs = {S("cron"), S("CRON"), S("crond"), S("crontab"), S("anacron"), S("cronie"),
                 S("run-parts"), S("atd"), S("fcron"), S("/usr/sbin/cron")},
    .templates = templates,
    .template_count = countof(templates),
};
