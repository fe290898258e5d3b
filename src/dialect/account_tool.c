/* account_tool.c - the tools of shadow-utils that make and change users and groups, as they log. */
#include "message/dialect.h"

static const struct kind kind_account_tool = {.format = "account_tool"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_account_tool,                            \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(create, "user_created", account_create, SUCCESS);
KIND(delete, "user_deleted", account_delete, SUCCESS);
KIND(change, "user_changed", account_change, SUCCESS);
KIND(password, "password_changed", account_password, SUCCESS);
KIND(lock, "user_locked", account_disable, SUCCESS);
KIND(unlock, "user_unlocked", account_enable, SUCCESS);
KIND(group, "group_changed", group_change, SUCCESS);
KIND(group_create, "group_created", group_change, SUCCESS);
KIND(group_delete, "group_deleted", group_change, SUCCESS);
KIND(add, "group_member_added", group_add, SUCCESS);
KIND(remove, "group_member_removed", group_remove, SUCCESS);
KIND(create_failed, "user_created", account_create, FAILURE);
KIND(failed, "change_failed", account_change, FAILURE);
KIND(password_failed, "password_changed", account_password, FAILURE);
#undef KIND

static const struct template_row templates[] = {
    {"new user: name={target_user}, UID={target_uid:int}, GID={gid:int}, home={home:text}, "
     "shell={shell:text}, from={tty:text}",
     &kind_create},
    {"new user: name={target_user}, UID={target_uid:int}, GID={gid:int}, home={home:text}, "
     "shell={shell*}",
     &kind_create},
    {"new account added - account={target_user}, uid={target_uid:int}, gid={gid:int}, "
     "home={home:text}, shell={shell:text}, by={by_uid:int}",
     &kind_create},
    {"new group: name={group}, GID={gid:int}", &kind_group_create},
    {"new group added - group={group}, gid={gid:int}, by={by_uid:int}", &kind_group_create},
    {"group added to {file:text}: name={group}[[, GID={gid:int}||]]", &kind_group_create},
    {"group removed from {file:text}: name={group*}", &kind_group_delete},
    {"group '{group:text}' removed[[ from {file:text}||]]", &kind_group_delete},
    {"removed group[[ '{group:text}'|| `{group:text}']] owned by[[ '{target_user:text}'|| "
     "`{target_user:text}']]",
     &kind_group_delete},
    {"remove group[[ '{group:text}'|| `{group:text}']]", &kind_group_delete},
    {"removed shadow group '{group:text}' owned by '{target_user:text}'", &kind_group_delete},
    {"add[[ '{target_user:text}'|| `{target_user:text}']] to [[shadow ||]]group[[ '{group:text}'|| "
     "`{group:text}']]",
     &kind_add},
    {"delete[[ '{target_user:text}'|| `{target_user:text}']] from [[shadow ||]]group[[ "
     "'{group:text}'|| `{group:text}']]",
     &kind_remove},
    {"user {target_user} added by {user} to group {group*}", &kind_add},
    {"user {target_user} removed by {user} from group {group*}", &kind_remove},
    {"members of group {group} set by {user} to {members:text}", &kind_group},
    {"administrators of group {group} set by {user} to {members:text}", &kind_group},
    {"set members of {group} to {members:text}", &kind_group},
    {"set administrators of {group} to {members:text}", &kind_group},
    {"password of group {group} [[changed||removed]] by {user*}", &kind_group},
    {"change the password for group {group*}", &kind_group},
    {"group changed in {file:text} (group {group}, {change*})", &kind_group},
    {"change GID for[[ '{target_user:text}'|| `{target_user:text}']] to[[ '{gid:int}'|| "
     "`{gid:int}']]",
     &kind_change},
    {"change user name[[ '{target_user:text}'|| `{target_user:text}']] to[[ '{new_name:text}'|| "
     "`{new_name:text}']]",
     &kind_change},
    {"change user[[ '{target_user:text}'|| `{target_user:text}']] password", &kind_password},
    {"change user[[ '{target_user:text}'|| `{target_user:text}']] {attribute} from[[ "
     "'{old_value:text}'|| `{old_value:text}']] to[[ '{new_value:text}'|| `{new_value:text}']]",
     &kind_change},
    {"changed user[[ '{target_user:text}'|| `{target_user:text}']] {change*}", &kind_change},
    {"lock user[[ '{target_user:text}'|| `{target_user:text}']] password", &kind_lock},
    {"unlock user[[ '{target_user:text}'|| `{target_user:text}']] password", &kind_unlock},
    {"delete user[[ '{target_user:text}'|| `{target_user:text}']]", &kind_delete},
    {"account removed: {target_user*}", &kind_delete},
    {"failed adding user[[ '{target_user:text}'|| `{target_user:text}']], {reason*}",
     &kind_create_failed},
    {"failed adding group[[ '{group:text}'|| `{group:text}']], {reason*}", &kind_failed},
    {"failed to {reason*}", &kind_failed},
    {"failed {reason*}", &kind_failed},
    {"password for[[ '{target_user:text}'|| `{target_user:text}']] changed by[[ '{user:text}'|| "
     "`{user:text}']]",
     &kind_password},
    {"password changed - account={target_user}, uid={target_uid:int}, by={by_uid:int}",
     &kind_password},
    {"password for user {target_user} changed by {user*}", &kind_password},
    {"changed password expiry for {target_user*}", &kind_change},
    {"changed password for {target_user*}", &kind_password},
    {"change password of {target_user*}", &kind_password},
    {"can't change pwd for {target_user*}: {reason:text}", &kind_password_failed},
    {"can't view or modify password information for {target_user*}", &kind_password_failed},
    {"user[[ '{user:text}'|| `{user:text}']] (login[[ '{login:text}'|| `{login:text}']] on {tty}) "
     "[[switched||returned]] to group[[ '{group:text}'|| `{group:text}']]",
     &kind_group},
    {"Illegal password change - account={target_user}, uid={target_uid:int}, by={by_uid:int}",
     &kind_password_failed},
    {"running UNDER sudo by {user*}", &kind_change},
};

const struct dialect dialect_account_tool = {
    .name = "account_tool",
    .summary = "useradd, usermod, userdel, groupadd, passwd, chage, gpasswd ...: users and groups",
    .sample = "Nov 24 10:00:00 web1 useradd[712]: new user: name=alice, UID=1001, GID=1001, "
              "home=/home/alice, shell=/bin/bash, from=/dev/pts/0",
    .kind = &kind_account_tool,
    .programs = {S("useradd"),  S("adduser"),  S("usermod"),   S("userdel"),   S("deluser"),
                 S("groupadd"), S("groupmod"), S("groupdel"),  S("groupmems"), S("gpasswd"),
                 S("passwd"),   S("chpasswd"), S("chgpasswd"), S("chage"),     S("chfn"),
                 S("chsh"),     S("newgrp"),   S("newusers"),  S("vipw"),      S("vigr"),
                 S("pwck"),     S("grpck")},
    .templates = templates,
    .template_count = countof(templates),
};
