/* detector.c - ten failed logons from one address are one alert. */
#include <tocsin.h>

#include <stdio.h>
#include <time.h>

int main(void)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *detector = tocsin_detector_new();
    const int64_t now = (int64_t)time(NULL) * TOCSIN_SECOND;

    bool ok = tocsin_detector_watch(detector, "auth_failure", "Brute force detected", 5,
                                    60 * TOCSIN_SECOND, &why);
    for (int i = 0; i < 10 && ok; i++)
        ok = tocsin_detector_add(detector, now, "10.0.0.1", "auth_failure", "medium", &why);
    if (!ok)
        fprintf(stderr, "%s\n", why.message);

    const struct tocsin_alert *alert;
    for (size_t i = 0; (alert = tocsin_detector_alert(detector, i)); i++)
        printf("%s\n", tocsin_alert_message(alert));

    tocsin_detector_free(detector);
    return ok ? 0 : 1;
}
