/* Addresses and networks: what is one, what is in which, and what is refused. */
#include "text/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool in(str address, str network)
{
    struct ip ip;
    struct ip_network net;
    struct err e = {0};

    assert_true(ip_parse(address, &ip));
    assert_true(ip_network_parse(network, &net, &e));
    return ip_in(&ip, &net);
}

static void reads_both_families(void **state)
{
    struct ip ip;

    (void)state;
    assert_true(ip_parse(S("192.168.1.254"), &ip));
    assert_true(ip_is_v4(&ip));
    assert_int_equal(ip.bytes[12], 192);
    assert_int_equal(ip.bytes[15], 254);
    assert_true(ip_parse(S("2001:DB8::1"), &ip));
    assert_false(ip_is_v4(&ip));
    assert_int_equal(ip.bytes[0], 0x20);
    assert_int_equal(ip.bytes[15], 1);
}

static void a_mapped_address_is_the_v4_address(void **state)
{
    struct ip a, b;

    (void)state;
    assert_true(ip_parse(S("::ffff:10.1.2.3"), &a));
    assert_true(ip_parse(S("10.1.2.3"), &b));
    assert_int_equal(ip_cmp(&a, &b), 0);
    assert_true(ip_is_v4(&a));
}

static void leaves_out_zone_and_brackets(void **state)
{
    struct ip a, b;

    (void)state;
    assert_true(ip_parse(S("fe80::1%eth0"), &a));
    assert_true(ip_parse(S("[fe80::1]"), &b));
    assert_int_equal(ip_cmp(&a, &b), 0);
}

static void refuses_what_is_no_address(void **state)
{
    static const str bad[] = {
        S(""),
        S("10.0.0"),
        S("10.0.0.256"),
        S("010.0.0.1"),
        S("10.0.0.1:80"),
        S("[10.0.0.1]"),
        S("fe80::1%"),
        S("1::2::3"),
        S("::g"),
        S("10.0.0.1\0"),
        S("10.0.0.1%1"),
        S("[]"),
        S(" 10.0.0.1"),
        S("-"),
        S("1:2:3:4:5:6:7:8:9"),
        S("0000000000000000000000000000000000000000000000000000:1"),
    };
    struct ip ip;

    (void)state;
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(ip_parse(bad[i], &ip));
}

static void a_network_holds_its_first_and_last_address(void **state)
{
    (void)state;
    assert_true(in(S("10.0.0.0"), S("10.0.0.0/8")));
    assert_true(in(S("10.255.255.255"), S("10.0.0.0/8")));
    assert_false(in(S("11.0.0.0"), S("10.0.0.0/8")));
    assert_false(in(S("9.255.255.255"), S("10.0.0.0/8")));
    assert_true(in(S("172.31.9.9"), S("172.16.0.0/12")));
    assert_false(in(S("172.32.0.0"), S("172.16.0.0/12")));
    assert_true(in(S("febf::1"), S("fe80::/10")));
    assert_false(in(S("fec0::1"), S("fe80::/10")));
    assert_true(in(S("::ffff:10.1.1.1"), S("10.0.0.0/8")));
    assert_true(in(S("255.255.255.255"), S("0.0.0.0/0")));
    assert_false(in(S("2001::1"), S("0.0.0.0/0")));
}

static void an_address_is_a_network_of_one(void **state)
{
    (void)state;
    assert_true(in(S("127.0.0.1"), S("127.0.0.1")));
    assert_false(in(S("127.0.0.2"), S("127.0.0.1")));
    assert_true(in(S("::1"), S("::1/128")));
}

static void refuses_what_is_no_network(void **state)
{
    static const str bad[] = {
        S(""),
        S("/8"),
        S("10.0.0.0/"),
        S("10.0.0.0/33"),
        S("::/129"),
        S("10.0.0.0/-1"),
        S("10.0.0.0/8/8"),
        S("10.0.0.0/255.0.0.0"),
        S("10.0.0.0/ 8"),
    };
    struct ip_network net;

    (void)state;
    for (size_t i = 0; i < countof(bad); i++) {
        struct err e = {0};
        assert_false(ip_network_parse(bad[i], &net, &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
}

static void says_that_host_bits_are_set(void **state)
{
    struct ip_network net;
    struct err e = {0};

    (void)state;
    assert_false(ip_network_parse(S("10.1.0.0/8"), &net, &e));
    assert_string_equal(e.message, "'10.1.0.0/8' has bits set behind the prefix: it is an address "
                                   "in a network, not a network");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_families),
        cmocka_unit_test(a_mapped_address_is_the_v4_address),
        cmocka_unit_test(leaves_out_zone_and_brackets),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(a_network_holds_its_first_and_last_address),
        cmocka_unit_test(an_address_is_a_network_of_one),
        cmocka_unit_test(refuses_what_is_no_network),
        cmocka_unit_test(says_that_host_bits_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
