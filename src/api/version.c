/* version.c - which library a program runs with. */
#include "tocsin.h"

const char *tocsin_version(void)
{
    return TOCSIN_VERSION;
}
