/*
 * embed_example.c - finds threats with libtocsin: rules from a file or folder, events from standard
 * input, a line of JSON each. Prints what matched and why. Shown in docs/embedding.md, built and
 * run by embedding.sh.
 */
#include <tocsin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(struct tocsin_text t)
{
    fwrite(t.bytes, 1, t.length, stdout);
}

static bool on_finding(void *context, const struct tocsin_finding *f)
{
    unsigned long *findings = context;

    ++*findings;
    printf("%s: ", f->level);
    print(f->rule);
    for (size_t i = 0; i < f->matched_count; i++) {
        printf("\n    ");
        print(f->matched[i].name);
        printf(" = ");
        print(f->matched[i].value);
    }
    printf("\n");
    return true; /* false stops */
}

int main(int argc, char **argv)
{
    struct tocsin_error why;
    char line[64 * 1024];
    unsigned long findings = 0, events = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s RULES <EVENTS\n", argv[0]);
        return 2;
    }
    struct tocsin *t = tocsin_new();
    if (!tocsin_add_rules(t, argv[1], &why) || !tocsin_ready(t, &why)) {
        fprintf(stderr, "%s\n", why.message);
        tocsin_free(t);
        return 1;
    }
    for (size_t i = 0; tocsin_refused(t, i); i++)
        fprintf(stderr, "not loaded: %s\n", tocsin_refused(t, i));
    while (fgets(line, sizeof line, stdin))
        events += tocsin_match(t, "stdin", line, strlen(line), on_finding, &findings);
    printf("%zu rules, %lu events, %lu findings\n", tocsin_rule_count(t), events, findings);
    tocsin_free(t);
    return 0;
}
