#include "net/tls.h"

#include "base/mem.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

static const char priority[] = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1";

struct tls_context {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    bool wants_client;
};

struct tls_session {
    gnutls_session_t session;
};

struct tls_context *tls_context_new(const char *certificate, const char *key, const char *client_ca,
                                    struct err *e)
{
    struct tls_context *c = mem_alloc(sizeof *c);

    if (gnutls_certificate_allocate_credentials(&c->credentials) != 0 ||
        gnutls_priority_init(&c->priority, priority, NULL) != 0)
        abort(); /* out of memory, or a priority that we wrote wrongly */
    int n =
        gnutls_certificate_set_x509_key_file(c->credentials, certificate, key, GNUTLS_X509_FMT_PEM);
    if (n < 0)
        err_set(e, ERR_INPUT, "cannot use certificate '%s' with key '%s': %s", certificate, key,
                gnutls_strerror(n));
    if (n >= 0 && client_ca) {
        n = gnutls_certificate_set_x509_trust_file(c->credentials, client_ca, GNUTLS_X509_FMT_PEM);
        c->wants_client = true;
        if (n == 0)
            n = GNUTLS_E_NO_CERTIFICATE_FOUND;
        if (n < 0)
            err_set(e, ERR_INPUT, "cannot use '%s' to verify clients: %s", client_ca,
                    gnutls_strerror(n));
    }
    if (n >= 0)
        return c;
    tls_context_free(c);
    return NULL;
}

void tls_context_free(struct tls_context *c)
{
    if (!c)
        return;
    gnutls_certificate_free_credentials(c->credentials);
    gnutls_priority_deinit(c->priority);
    free(c);
}

struct tls_session *tls_session_new(struct tls_context *c, int fd)
{
    struct tls_session *s = mem_alloc(sizeof *s);

    if (gnutls_init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0)
        abort(); /* as mem_alloc() does */
    gnutls_priority_set(s->session, c->priority);
    gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
    if (c->wants_client) {
        gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert(s->session, NULL, 0);
    }
    gnutls_transport_set_int(s->session, fd);
    return s;
}

void tls_session_free(struct tls_session *s)
{
    if (!s)
        return;
    gnutls_bye(s->session, GNUTLS_SHUT_WR);
    gnutls_deinit(s->session);
    free(s);
}

enum tls_answer tls_handshake(struct tls_session *s, struct err *e)
{
    int n = gnutls_handshake(s->session);

    if (n == GNUTLS_E_SUCCESS)
        return TLS_DONE;
    if (!gnutls_error_is_fatal(n))
        return gnutls_record_get_direction(s->session) ? TLS_WANTS_WRITE : TLS_WANTS_READ;
    err_set(e, ERR_DENIED, "the TLS handshake failed: %s", gnutls_strerror(n));
    return TLS_FAILED;
}

ssize_t tls_read(struct tls_session *s, void *out, size_t n)
{
    for (;;) {
        ssize_t got = gnutls_record_recv(s->session, out, n);
        if (got >= 0)
            return got;
        if (got == GNUTLS_E_PREMATURE_TERMINATION)
            return 0;
        if (got != GNUTLS_E_INTERRUPTED) {
            errno = got == GNUTLS_E_AGAIN ? EAGAIN : EIO;
            return -1;
        }
    }
}
