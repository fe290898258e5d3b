/* anomalous.c - the addresses with more than five times the mean number of events of an address. */
#include <tocsin.h>

#include <inttypes.h>
#include <stdio.h>

static bool on_address(void *context, const char *address, uint64_t count)
{
    (void)context;
    printf("%s: %" PRIu64 " events\n", address, count);
    return true; /* false: no more */
}

int main(void)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *detector = tocsin_detector_new();
    bool ok = true;

    printf("%zu without an event\n", tocsin_detector_anomalous(detector, 5, on_address, NULL));

    for (int i = 0; i < 120 && ok; i++) { /* nine addresses have 2 events each, the tenth 102 */
        char address[16];
        snprintf(address, sizeof address, "10.0.0.%d", i < 18 ? 1 + i % 9 : 10);
        ok = tocsin_detector_add(detector, i * TOCSIN_SECOND, address, "connection", "", &why);
    }
    if (!ok)
        fprintf(stderr, "%s\n", why.message);
    tocsin_detector_anomalous(detector, 5, on_address, NULL);

    tocsin_detector_free(detector);
    return ok ? 0 : 1;
}
