#include "migrate/tls.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/mem.h"
#include "migrate/wire.h"

#define FILE_MAX (1u << 20)
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

enum {
    HANDSHAKE_MAX = 32 << 10,           /* bytes of one message: a chain of certificates is the largest */
    KEY_BITS_MAX = 16384,
    CHAIN_MAX = 8,
};

/* --- what is ours --- */

static int read_pem(const char *path, char **text, gnutls_datum_t *ret_datum, xm_error **err)
{
    size_t len;

    if (xm_file_read(path, FILE_MAX, text, &len, err) < 0)
        return -1;
    *ret_datum = (gnutls_datum_t){ .data = (unsigned char *)*text, .size = (unsigned)len };
    return 0;
}

static int fail_file(const struct tls *tls, const char *path, int number, xm_error **err)
{
    return xm_fail(err, XM_INVALID, "%s: %s", path, number == 0 ? "there is no certificate in it" : tls->lib.strerror(number));
}

static int read_trust(struct tls *tls, const xm_conf *conf, xm_error **err)
{
    xm_autofree char *ca = NULL, *crl = NULL;
    gnutls_datum_t datum;
    int number;

    if (read_pem(conf->relocation_ca, &ca, &datum, err) < 0)
        return xm_wrap(err, "the authority that signs hosts' certificates (relocation_ca)");
    number = tls->lib.certificate_set_x509_trust_mem(tls->own, &datum, GNUTLS_X509_FMT_PEM);
    if (number <= 0)
        return fail_file(tls, conf->relocation_ca, number, err);
    if (conf->relocation_crl == NULL)
        return 0;
    if (read_pem(conf->relocation_crl, &crl, &datum, err) < 0)
        return xm_wrap(err, "what is revoked (relocation_crl)");
    number = tls->lib.certificate_set_x509_crl_mem(tls->own, &datum, GNUTLS_X509_FMT_PEM);
    return number < 0 ? fail_file(tls, conf->relocation_crl, number, err) : 0;
}

static int check_mode(const char *path, xm_error **err)
{
    struct stat st;

    if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return xm_fail(err, XM_DENIED, "%s: others may use this key: chmod 600 %s", path, path);
    return 0;
}

static int read_own(struct tls *tls, const xm_conf *conf, xm_error **err)
{
    xm_autofree char *certificate = NULL, *key = NULL;
    gnutls_datum_t one, other = { .size = 0 };
    int number;

    if (read_pem(conf->relocation_certificate, &certificate, &one, err) < 0)
        return xm_wrap(err, "this host's certificate (relocation_certificate)");
    if (check_mode(conf->relocation_key, err) < 0 || read_pem(conf->relocation_key, &key, &other, err) < 0)
        return xm_wrap(err, "this host's key (relocation_key)");
    number = tls->lib.certificate_set_x509_key_mem(tls->own, &one, &other, GNUTLS_X509_FMT_PEM);
    explicit_bzero(key, other.size);
    if (number < 0)
        return xm_fail(err, XM_INVALID, "%s and %s: %s", conf->relocation_certificate, conf->relocation_key, tls->lib.strerror(number));
    return 0;
}

int tls_open(const xm_conf *conf, struct tls **ret_tls, xm_error **err)
{
    struct tls *tls = xm_new0(struct tls, 1);

    if (tls_library_open(&tls->lib, err) < 0) {
        free(tls);
        return -1;
    }
    tls->certificate = xm_strdup(conf->relocation_certificate);
    tls->ca = xm_strdup(conf->relocation_ca);
    if (tls->lib.certificate_allocate_credentials(&tls->own) < 0)
        abort();                        /* memory is out */
    tls->lib.certificate_set_verify_limits(tls->own, KEY_BITS_MAX, CHAIN_MAX);
    if (read_trust(tls, conf, err) < 0 || read_own(tls, conf, err) < 0) {
        tls_close(tls);
        return -1;
    }
    *ret_tls = tls;
    return 0;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    tls->lib.certificate_free_credentials(tls->own);
    free(tls->certificate);
    free(tls->ca);
    free(tls);
}

/* --- what can be wrong --- */

/* The first that holds is told; who is told of it by an alert is the host whose certificate it is. */
static const struct { unsigned status; gnutls_alert_description_t alert; const char *text; } faults[] = {
    { GNUTLS_CERT_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED, "has been revoked" },
    { GNUTLS_CERT_SIGNER_NOT_FOUND, GNUTLS_A_UNKNOWN_CA, "is not signed by an authority in this host's relocation_ca" },
    { GNUTLS_CERT_EXPIRED, GNUTLS_A_CERTIFICATE_EXPIRED, "has expired: it is to be renewed there, unless a clock is wrong" },
    { GNUTLS_CERT_NOT_ACTIVATED, GNUTLS_A_CERTIFICATE_EXPIRED, "is not valid yet: one of the clocks is wrong" },
    { GNUTLS_CERT_UNEXPECTED_OWNER, GNUTLS_A_BAD_CERTIFICATE, "is another host's: the name by which it is called is not in it" },
    { GNUTLS_CERT_PURPOSE_MISMATCH, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
      "is for another purpose: it needs both of serverAuth and clientAuth, or none" },
    { GNUTLS_CERT_INSECURE_ALGORITHM, GNUTLS_A_BAD_CERTIFICATE, "is signed by an algorithm that is not safe any more" },
    { ~0u, GNUTLS_A_BAD_CERTIFICATE, "does not hold" },
};

static size_t fault_of(const struct tls_session *s)
{
    unsigned status = s->tls->lib.session_get_verify_cert_status(s->session);
    size_t i = 0;

    while (i < XM_COUNT(faults) - 1 && (faults[i].status & status) == 0)
        i++;
    return i;
}

static int fail_certificate(const struct tls_session *s, xm_error **err)
{
    return xm_fail(err, XM_DENIED, "its certificate %s", faults[fault_of(s)].text);
}

static int fail_alert(const struct tls_session *s, xm_error **err)
{
    gnutls_alert_description_t alert = s->tls->lib.alert_get(s->session);
    const char *name = s->tls->lib.alert_get_name(alert), *ours = s->tls->certificate;

    switch (alert) {
    case GNUTLS_A_UNKNOWN_CA:
        return xm_fail(err, XM_DENIED, "it does not know the authority that signed %s: that has to be in its relocation_ca", ours);
    case GNUTLS_A_CERTIFICATE_EXPIRED:
        return xm_fail(err, XM_DENIED, "it says that %s has expired: it is to be renewed, unless a clock is wrong", ours);
    case GNUTLS_A_CERTIFICATE_REVOKED:
        return xm_fail(err, XM_DENIED, "it says that %s has been revoked", ours);
    case GNUTLS_A_BAD_CERTIFICATE:
    case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
    case GNUTLS_A_CERTIFICATE_UNKNOWN:
    case GNUTLS_A_CERTIFICATE_REQUIRED:
        return xm_fail(err, XM_DENIED, "it does not accept %s: %s", ours, name);
    case GNUTLS_A_PROTOCOL_VERSION:
    case GNUTLS_A_HANDSHAKE_FAILURE:
    case GNUTLS_A_INSUFFICIENT_SECURITY:
        return xm_fail(err, XM_UNSUPPORTED, "the two have no TLS in common, of version 1.3: %s", name ? name : "it refused");
    default:
        return xm_fail(err, XM_IO, "it ended TLS: %s", name ? name : "no reason given");
    }
}

int tls_failed(const struct tls_session *s, int number, xm_error **err)
{
    switch (number) {
    case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
        return fail_certificate(s, err);
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
    case GNUTLS_E_CERTIFICATE_REQUIRED:
        return xm_fail(err, XM_DENIED, "it has shown no certificate");
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        return fail_alert(s, err);
    case GNUTLS_E_UNEXPECTED_PACKET:
    case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    case GNUTLS_E_RECORD_OVERFLOW:
        return xm_fail(err, XM_INVALID, "it does not speak TLS%s",
                       s->host ? ": either no xm relocation listens there, or one with --plain" : "");
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_PUSH_ERROR:
        return xm_fail(err, XM_IO, "the other side ended the connection");
    default:
        return xm_fail(err, XM_IO, "TLS: %s", s->tls->lib.strerror(number));
    }
}

/* --- meeting --- */

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static unsigned want(struct tls_session *s)
{
    const char *purpose = s->host ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT;
    unsigned n = 0;

    s->wanted[n++] = (gnutls_typed_vdata_st){ .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose };
    if (s->host != NULL)
        s->wanted[n++] = (gnutls_typed_vdata_st){ .type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)s->host };
    return n;
}

static int set_up(struct tls_session *s, int fd, xm_error **err)
{
    const struct tls_library *lib = &s->tls->lib;
    int rc = lib->init(&s->session, (s->host ? GNUTLS_CLIENT : GNUTLS_SERVER) | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);

    if (rc == 0)
        rc = lib->priority_set_direct(s->session, PRIORITY, NULL);
    if (rc == 0)
        rc = lib->credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, s->tls->own);
    if (rc == 0 && s->host != NULL && !is_address(s->host))
        rc = lib->server_name_set(s->session, GNUTLS_NAME_DNS, s->host, strlen(s->host));
    if (rc < 0)
        return xm_fail(err, XM_IO, "TLS: %s", lib->strerror(rc));
    if (s->host == NULL) {
        lib->certificate_server_set_request(s->session, GNUTLS_CERT_REQUIRE);
        /* A caller that is told which authorities there are shows none of another's, and learns no reason. */
        lib->certificate_send_x509_rdn_sequence(s->session, 1);
    }
    lib->session_set_verify_cert2(s->session, s->wanted, want(s), 0);
    lib->handshake_set_max_packet_length(s->session, HANDSHAKE_MAX);
    lib->transport_set_int2(s->session, fd, fd);
    return 0;
}

static void tell(const struct tls_session *s, int number)
{
    if (number == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
        (void)s->tls->lib.alert_send(s->session, GNUTLS_AL_FATAL, faults[fault_of(s)].alert);
    else if (number != GNUTLS_E_FATAL_ALERT_RECEIVED)
        (void)s->tls->lib.alert_send_appropriate(s->session, number);
}

static int shake(const struct tls_session *s, int fd, const struct wire_limit *limit, xm_error **err)
{
    for (;;) {
        int rc = s->tls->lib.handshake(s->session);

        if (rc == 0)
            return 0;
        if (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED) {
            if (wire_wait(fd, s->tls->lib.record_get_direction(s->session) != 0 ? POLLOUT : POLLIN, limit, err) < 0)
                return -1;
        } else if (s->tls->lib.error_is_fatal(rc)) {
            tell(s, rc);
            return tls_failed(s, rc, err);
        } else if (wire_now() >= limit->end) {
            return xm_fail(err, XM_TIMEOUT, "the other side took too long");
        }
    }
}

int tls_meet(const struct tls *tls, int fd, const char *host, const struct wire_limit *limit, struct tls_session *ret_session,
             xm_error **err)
{
    *ret_session = (struct tls_session){ .tls = tls, .host = xm_strdup(host) };
    return set_up(ret_session, fd, err) < 0 ? -1 : shake(ret_session, fd, limit, err);
}

void tls_session_clear(struct tls_session *session)
{
    if (session->session != NULL)
        session->tls->lib.deinit(session->session);
    free(session->host);
    *session = (struct tls_session){ .tls = NULL };
}
