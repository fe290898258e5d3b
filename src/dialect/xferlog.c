/*
 * xferlog.c - the log of transfers that WU-FTPD began and vsftpd, ProFTPD and Pure-FTPd write too
 * (xferlog(5)):
 *
 *   Tue Nov 24 10:00:00 2026 1 192.0.2.7 1234 /srv/a.bin b _ o r alice ftp 0 * c
 *
 * The path may hold blanks: what stands behind it is the server's.
 */
#include "message/hole.h"
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("remote_host"), COLUMN_source_ip, VIA_ADDRESS},
    {S("username"), COLUMN_user_name, VIA_ACCOUNT},
    {S("filename"), COLUMN_file_path, VIA_TEXT},
    {S("file_size"), COLUMN_file_size, VIA_TEXT},
    {S("transfer_time"), COLUMN_event_duration, VIA_SECONDS},
    {S("service_name"), COLUMN_network_protocol, VIA_LOWER},
    {.field = S("")},
};
static const struct kind kind_xferlog = {
    .format = "xferlog", .activity = ACTIVITY_ftp, .columns = columns};
static const struct kind kind_upload = {
    .base = &kind_xferlog, .action = "upload", .outcome = OUTCOME_SUCCESS};
static const struct kind kind_upload_failed = {
    .base = &kind_xferlog, .action = "upload", .outcome = OUTCOME_FAILURE};
static const struct kind kind_download = {
    .base = &kind_xferlog, .action = "download", .outcome = OUTCOME_SUCCESS};
static const struct kind kind_download_failed = {
    .base = &kind_xferlog, .action = "download", .outcome = OUTCOME_FAILURE};
static const struct kind kind_delete = {
    .base = &kind_xferlog, .action = "delete", .outcome = OUTCOME_SUCCESS};

#define FRONT                                                                                      \
    "{transfer_time:num} {remote_host:host} {file_size:int} {filename*} {transfer_type} "          \
    "{special_action_flag} "
#define BACK                                                                                       \
    " {access_mode} {username:text} {service_name} {authentication_method:int} "                   \
    "{authenticated_user_id} "

static const struct template_row templates[] = {
    {FRONT "i" BACK "c", &kind_upload},   {FRONT "i" BACK "i", &kind_upload_failed},
    {FRONT "o" BACK "c", &kind_download}, {FRONT "o" BACK "i", &kind_download_failed},
    {FRONT "d" BACK "c", &kind_delete},
};

/* A weekday, and behind the year a number and a host. */
static int sniff(str text)
{
    enum { STAMP_BYTES = 24 }; /* "Tue Nov 24 10:00:00 2026" */
    str s = text, seconds, host;

    if (text.n <= STAMP_BYTES || text.p[3] != ' ' || text.p[STAMP_BYTES] != ' ' ||
        !str_ends(text, text.p[text.n - 1] == 'c' ? S(" c") : S(" i")) || !stamped_take(&s).n)
        return 0;
    size_t n = hole_take(HOLE_NUM, s, &seconds);
    return n && n < s.n && s.p[n] == ' ' && hole_take(HOLE_HOST, str_from_at(s, n + 1), &host) ? 80
                                                                                               : 0;
}

const struct dialect dialect_xferlog = {
    .name = "xferlog",
    .summary = "xferlog: transfers by FTP, of vsftpd, ProFTPD, Pure-FTPd, WU-FTPD",
    .sample = "Tue Nov 24 10:00:00 2026 1 192.0.2.7 1234 /srv/a.bin b _ o r alice ftp 0 * c",
    .kind = &kind_xferlog,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = stamped_read,
    .open = stamped_open,
    .close = stamped_close,
};
