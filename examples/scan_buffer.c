/* scan_buffer.c - a Sigma rule over events in memory. */
#include <tocsin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char rule[] = "title: Account name asked for\n"
                           "logsource:\n"
                           "    product: windows\n"
                           "    category: process_creation\n"
                           "detection:\n"
                           "    selection:\n"
                           "        Image|endswith: '\\whoami.exe'\n"
                           "    condition: selection\n"
                           "level: low\n";

/* The second line is broken: that is told, and the rest is read. */
static const char events[] =
    "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"Computer\":\"WS01\","
    "\"Image\":\"C:\\\\Windows\\\\System32\\\\whoami.exe\",\"User\":\"CORP\\\\ann\"}\n"
    "{\"Channel\":\n"
    "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"Computer\":\"WS01\","
    "\"Image\":\"C:\\\\Windows\\\\explorer.exe\",\"User\":\"CORP\\\\ann\"}\n";

/* Text of a log is not escaped: a program that is not an example makes sure of what it prints. */
static void print(const char *before, struct tocsin_text t)
{
    printf("%s%.*s", before, (int)t.length, t.bytes ? t.bytes : "");
}

static bool on_finding(void *context, const struct tocsin_finding *f)
{
    struct tocsin_text field, value;

    (void)context;
    print("", tocsin_finding_source(f));
    printf(":%" PRIu64 ": %s: ", tocsin_finding_record(f), tocsin_finding_level(f));
    print("", tocsin_finding_rule(f));
    print(" on ", tocsin_finding_host(f));
    for (size_t i = 0; tocsin_finding_matched(f, i, &field, &value); i++) {
        print("\n    ", field);
        print(" = ", value);
    }
    printf("\n");
    return true; /* false stops */
}

static void on_problem(void *context, const struct tocsin_problem *p)
{
    uint64_t record = 0;

    (void)context;
    tocsin_problem_record(p, &record);
    print("", tocsin_problem_source(p));
    printf(":%" PRIu64 ": %s\n", record, tocsin_problem_message(p));
}

int main(void)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_rules *rules = tocsin_rules_new();
    struct tocsin_scanner *scanner = NULL;

    bool ok = tocsin_rules_add_text(rules, "whoami.yml", rule, strlen(rule), &why) &&
              tocsin_rules_compile(rules, &why) && (scanner = tocsin_scanner_new(rules, &why));
    tocsin_scanner_on_finding(scanner, on_finding, NULL);
    tocsin_scanner_on_problem(scanner, on_problem, NULL);
    ok = ok && tocsin_scan_buffer(scanner, "events", events, strlen(events), &why);
    if (ok)
        printf("%" PRIu64 " events, %" PRIu64 " finding, %" PRIu64 " problem\n",
               tocsin_scanner_events(scanner), tocsin_scanner_findings(scanner),
               tocsin_scanner_problems(scanner));
    else
        fprintf(stderr, "%s:%u:%u: %s\n", why.file, why.line, why.column, why.message);

    tocsin_scanner_free(scanner);
    tocsin_rules_free(rules);
    return ok ? 0 : 1;
}
