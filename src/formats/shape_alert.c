/*
 * shape_alert.c - alerts of host intrusion detection: Wazuh's alerts.json and CrowdSec's alerts (of
 * its local API, `cscli alerts list -o json`).
 *
 * Wazuh: https://documentation.wazuh.com/current/user-manual/manager/alert-management.html. Below
 * `data` and in full_log stand the words of the record that the rule matched: a remote party's,
 * perhaps. An alert about a Windows event is read as that event (shape_windows.c).
 */
#include "event/column_table.h"
#include "formats/shape_row.h"

static const struct column_rule wazuh_columns[] = {
    TO("id", event_id, TEXT),
    TO("rule.id", event_code, TEXT),
    TO("rule.id", rule_id, TEXT),
    TO("rule.description", rule_name, TEXT),
    TO("rule.groups", rule_category, TEXT),
    TO("rule.level", log_level, TEXT),
    TO("decoder.name", event_provider, TEXT),
    TO("location", event_dataset, TEXT),
    TO("agent.name", host_name, TEXT),
    TO("agent.ip", host_ip, TEXT),
    TO("manager.name", observer_name, TEXT),
    TO("data.srcip", source_ip, ADDRESS),
    TO("data.src_ip", source_ip, ADDRESS),
    TO("data.srcport", source_port, TEXT),
    TO("data.dstip", destination_ip, ADDRESS),
    TO("data.dest_ip", destination_ip, ADDRESS),
    TO("data.dstport", destination_port, TEXT),
    TO("data.srcuser", user_name, ACCOUNT),
    TO("data.dstuser", user_name, ACCOUNT),
    TO("data.dstuser", user_target_name, TEXT),
    TO("data.url", url_original, URL),
    TO("data.command", process_command_line, TEXT),
    TO("syscheck.path", file_path, TEXT),
    TO("syscheck.md5_after", file_md5, LOWER),
    TO("syscheck.sha1_after", file_sha1, LOWER),
    TO("syscheck.sha256_after", file_sha256, LOWER),
    END,
};

static const struct column_constant wazuh_constants[] = {
    ALWAYS(observer_vendor, "Wazuh"), ALWAYS(observer_product, "Wazuh"), ALWAYS_END};

static const struct kind kind_wazuh = {
    .format = "wazuh",
    .action = "alert",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = wazuh_columns,
    .constants = wazuh_constants,
};

const struct shape shape_wazuh_alert = {
    .kind = &kind_wazuh,
    .markers = {{S("rule.level"), S("")},
                {S("rule.description"), S("")},
                {S("rule.id"), S("")},
                {S("manager.name"), S("")}},
    .sources = {{S("wazuh"), S(""), S("alerts")}},
    .times = {S("timestamp")},
};

static const struct column_rule crowdsec_columns[] = {
    TO("id", event_id, TEXT),
    TO("scenario", event_code, TEXT),
    TO("scenario", rule_id, TEXT),
    TO("scenario", rule_name, TEXT),
    TO("message", event_reason, TEXT),
    TO("machine_id", observer_name, TEXT),
    TO("source.ip", source_ip, ADDRESS),
    TO("source.value", source_ip, ADDRESS),
    END,
};

static const struct column_constant crowdsec_constants[] = {
    ALWAYS(observer_vendor, "CrowdSec"), ALWAYS(observer_product, "CrowdSec"), ALWAYS_END};

static const struct kind kind_crowdsec = {
    .format = "crowdsec",
    .action = "alert",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = crowdsec_columns,
    .constants = crowdsec_constants,
};

const struct shape shape_crowdsec_alert = {
    .kind = &kind_crowdsec,
    .markers = {{S("scenario"), S("")}, {S("events_count"), S("")}, {S("source.scope"), S("")}},
    .sources = {{S("crowdsec"), S(""), S("alerts")}},
    .times = {S("stop_at"), S("created_at"), S("start_at")},
};
