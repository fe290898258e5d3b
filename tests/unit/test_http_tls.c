/* HTTPS: the address that needs it, handshakes that fail, client certificates that are asked for.
 */
#include "http_fixture.h"
#include "test_folder.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

extern const struct source_type source_type_http_ndjson;

enum { PEM_MAX = 8192, A_DAY_S = 86400 };

struct pair {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
};

/* A certificate that signs itself. It is made now, since the library asks the time of day. */
static struct pair pair_new(const char *name)
{
    struct pair p;
    static const char serial[] = "\x01";
    const time_t now = time(NULL);

    gnutls_x509_privkey_init(&p.key);
    assert_int_equal(gnutls_x509_privkey_generate(p.key, GNUTLS_PK_ECDSA,
                                                  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                                  0),
                     0);
    gnutls_x509_crt_init(&p.certificate);
    gnutls_x509_crt_set_version(p.certificate, 3);
    gnutls_x509_crt_set_serial(p.certificate, serial, 1);
    gnutls_x509_crt_set_activation_time(p.certificate, now - A_DAY_S);
    gnutls_x509_crt_set_expiration_time(p.certificate, now + A_DAY_S);
    gnutls_x509_crt_set_basic_constraints(p.certificate, 1, -1);
    gnutls_x509_crt_set_dn_by_oid(p.certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_key(p.certificate, p.key);
    assert_int_equal(
        gnutls_x509_crt_sign2(p.certificate, p.certificate, p.key, GNUTLS_DIG_SHA256, 0), 0);
    return p;
}

static void pair_free(struct pair *p)
{
    gnutls_x509_crt_deinit(p->certificate);
    gnutls_x509_privkey_deinit(p->key);
}

static void pair_write(const struct pair *p, const char *certificate, const char *key)
{
    char pem[PEM_MAX];
    size_t n = sizeof pem;

    assert_int_equal(gnutls_x509_crt_export(p->certificate, GNUTLS_X509_FMT_PEM, pem, &n), 0);
    test_folder_put(certificate, (str){pem, n});
    n = sizeof pem;
    assert_int_equal(gnutls_x509_privkey_export(p->key, GNUTLS_X509_FMT_PEM, pem, &n), 0);
    test_folder_put(key, (str){pem, n});
}

/* A request over TLS, with a certificate if there is one. False: there was no answer. */
static bool tls_ask(struct fixture *f, struct opened *o, const struct pair *own, struct buf *answer)
{
    static const char request[] =
        "POST /ingest HTTP/1.1\r\nHost: t\r\n" BEARER "Content-Length: 2\r\n\r\nx\n";
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t tls;
    int fd = client_connect(o), result = GNUTLS_E_AGAIN;
    bool sent = false, whole = false;

    gnutls_certificate_allocate_credentials(&credentials);
    if (own)
        gnutls_certificate_set_x509_key(credentials, (gnutls_x509_crt_t[1]){own->certificate}, 1,
                                        own->key);
    gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(tls);
    gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(tls, fd);
    for (int i = 0; i < FIXTURE_STEPS_MAX && !whole; i++) {
        loop_step(f->loop, 0);
        if (result != 0)
            result = gnutls_handshake(tls);
        if (result == 0 && !sent)
            sent = gnutls_record_send(tls, request, sizeof request - 1) > 0;
        if (result < 0 && gnutls_error_is_fatal(result))
            break;
        if (!sent)
            continue;
        ssize_t got = gnutls_record_recv(tls, buf_room(answer, 4096), 4096);
        if (got == 0 || (got < 0 && gnutls_error_is_fatal((int)got)))
            break;
        answer->n += got > 0 ? (size_t)got : 0;
        whole = answer_is_whole(answer);
    }
    gnutls_deinit(tls);
    gnutls_certificate_free_credentials(credentials);
    close(fd);
    for (int i = 0; i < 20; i++)
        loop_step(f->loop, 0);
    return whole;
}

#define TLS_YAML TOKEN_YAML "certificate: c.pem\nkey: k.pem\n"

static void a_request_over_tls_is_answered_and_clear_text_is_a_failed_handshake(void **state)
{
    struct test_folder folder;
    struct fixture f;
    struct opened o;
    struct pair server = pair_new("server");
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf clear CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    assert_true(test_folder_enter(&folder));
    pair_write(&server, "c.pem", "k.pem");
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TLS_YAML));
    source_start(&f, &o);
    o.inlet.durable = 9;
    assert_true(tls_ask(&f, &o, NULL, &answer));
    assert_true(has(&answer, " 200 "));
    assert_int_equal(o.inlet.faults[FAULT_tls], 0);
    assert_false(client_ask(&f, &o, "/ingest", BEARER, S("x\n"), &clear));
    assert_int_equal(o.inlet.faults[FAULT_tls], 1);
    assert_int_equal(o.inlet.count, 1);
    source_close(&o);
    fixture_end(&f);
    pair_free(&server);
    assert_true(test_folder_leave(&folder));
}

static void a_client_certificate_of_our_ca_is_needed_when_one_is_set(void **state)
{
    struct test_folder folder;
    struct fixture f;
    struct opened o;
    struct pair server = pair_new("server"), sender = pair_new("sender"), other = pair_new("other");
    struct buf none CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf wrong CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf right CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    assert_true(test_folder_enter(&folder));
    pair_write(&sender, "ca.pem", "unused.pem");
    pair_write(&server, "c.pem", "k.pem");
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TLS_YAML "client_ca: ca.pem\n"));
    source_start(&f, &o);
    o.inlet.durable = 9;
    assert_false(tls_ask(&f, &o, NULL, &none));
    assert_false(tls_ask(&f, &o, &other, &wrong));
    assert_int_equal(o.inlet.faults[FAULT_tls], 2);
    assert_int_equal(o.inlet.count, 0);
    assert_true(tls_ask(&f, &o, &sender, &right));
    assert_true(has(&right, " 200 "));
    source_close(&o);
    fixture_end(&f);
    pair_free(&server);
    pair_free(&sender);
    pair_free(&other);
    assert_true(test_folder_leave(&folder));
}

static void a_handshake_that_stops_ends_the_connection(void **state)
{
    struct test_folder folder;
    struct fixture f;
    struct opened o;
    struct pair server = pair_new("server");
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    assert_true(test_folder_enter(&folder));
    pair_write(&server, "c.pem", "k.pem");
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TLS_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_write(&f, fd, S("\x16\x03\x01"));
    assert_false(client_read(&f, fd, &answer, 20));
    f.clock.fixed_steady_ns += 11000000000;
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.faults[FAULT_timeout], 1);
    close(fd);
    source_close(&o);
    fixture_end(&f);
    pair_free(&server);
    assert_true(test_folder_leave(&folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_over_tls_is_answered_and_clear_text_is_a_failed_handshake),
        cmocka_unit_test(a_client_certificate_of_our_ca_is_needed_when_one_is_set),
        cmocka_unit_test(a_handshake_that_stops_ends_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
