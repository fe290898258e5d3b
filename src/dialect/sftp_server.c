/* sftp_server.c - OpenSSH's sftp-server and internal-sftp (sftp-server.c): what clients did with
 * files. */
#include "message/dialect.h"

static const struct kind kind_sftp_server = {.format = "sftp_server"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_sftp_server,                             \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(opened, "session_opened", session_open, SUCCESS);
KIND(closed, "session_closed", session_close, SUCCESS);
KIND(open, "file_open", file_read, SUCCESS);
KIND(close, "file_close", file_read, SUCCESS);
KIND(list, "directory_open", file_read, SUCCESS);
KIND(remove, "file_remove", file_delete, SUCCESS);
KIND(make, "directory_create", file_create, SUCCESS);
KIND(rename, "file_rename", file_rename, SUCCESS);
KIND(link, "link_create", file_create, SUCCESS);
KIND(set, "attribute_set", file_change, SUCCESS);
KIND(status, "status", none, UNTOLD);
KIND(refused, "request_refused", none, FAILURE);
#undef KIND

static const struct template_row templates[] = {
    {"session opened for local user {user} from [{src_ip:host}]", &kind_opened},
    {"session closed for local user {user} from [{src_ip:host}]", &kind_closed},
    {"open \"{file*}\" flags {flags} mode {mode}", &kind_open},
    {"forced close \"{file*}\" bytes read {read_bytes:int} written {written_bytes:int}",
     &kind_close},
    {"close \"{file*}\" bytes read {read_bytes:int} written {written_bytes:int}", &kind_close},
    {"opendir \"{file*}\"", &kind_list},
    {"closedir \"{file*}\"", &kind_list},
    {"remove name \"{file*}\"", &kind_remove},
    {"rmdir name \"{file*}\"", &kind_remove},
    {"mkdir name \"{file*}\" mode {mode}", &kind_make},
    {"[[posix-||]]rename old \"{file:text}\" new \"{new_file*}\"", &kind_rename},
    {"symlink old \"{file:text}\" new \"{new_file*}\"", &kind_link},
    {"hardlink old \"{file:text}\" new \"{new_file*}\"", &kind_link},
    {"set \"{file*}\" size {size:int}", &kind_set},
    {"set \"{file*}\" mode {mode}", &kind_set},
    {"set \"{file*}\" modtime {modified}", &kind_set},
    {"set \"{file*}\" owner {owner:int} group {owner_group:int}", &kind_set},
    {"[[l||]]stat name \"{file*}\"", &kind_list},
    {"statvfs \"{file*}\"", &kind_list},
    {"realpath \"{file*}\"", &kind_list},
    {"read \"{file*}\"", &kind_open},
    {"sent status Permission denied", &kind_refused},
    {"sent status {reason:text}", &kind_status},
    {"received client version {version:int}", &kind_status},
    {"reverse mapping{reason*}", &kind_status},
    {"Refusing {reason*}", &kind_refused},
    {"{reason:text} not permitted", &kind_refused},
};

const struct dialect dialect_sftp_server = {
    .name = "sftp_server",
    .summary = "sftp-server, internal-sftp: files read, written, removed",
    .sample = "Nov 24 10:00:00 web1 internal-sftp[712]: open \"/srv/a.txt\" flags READ mode 0666",
    .kind = &kind_sftp_server,
    .programs = {S("internal-sftp"), S("sftp-server")},
    .templates = templates,
    .template_count = countof(templates),
};
