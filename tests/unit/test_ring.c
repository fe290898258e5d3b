/* Rings between threads: order is kept, a full one waits, a closed one ends. */
#include "base/ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ITEMS = 20000 };
static int numbers[ITEMS];

static void *put_all(void *ring)
{
    for (int i = 0; i < ITEMS; i++)
        ring_put(ring, &numbers[i]);
    ring_close(ring);
    return NULL;
}

static void items_come_out_in_the_order_they_went_in(void **state)
{
    struct ring *r = ring_new(3); /* smaller than the input: the giver has to wait */
    pthread_t giver;

    (void)state;
    assert_int_equal(pthread_create(&giver, NULL, put_all, r), 0);
    for (int i = 0; i < ITEMS; i++)
        assert_ptr_equal(ring_take(r), &numbers[i]);
    assert_null(ring_take(r));
    pthread_join(giver, NULL);
    ring_free(r);
}

static void a_closed_ring_still_gives_what_it_holds(void **state)
{
    struct ring *r = ring_new(2);

    (void)state;
    ring_put(r, &numbers[0]);
    ring_close(r);
    assert_ptr_equal(ring_take(r), &numbers[0]);
    assert_null(ring_take(r));
    ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(a_closed_ring_still_gives_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
