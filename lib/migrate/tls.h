/* TLS as hosts have it that send each other guests: version 1.3, certificates on both sides, each signed by
 * an authority in relocation_ca, and the host's own name in its certificate. Within this folder only. */
#ifndef XM_MIGRATE_TLS_H
#define XM_MIGRATE_TLS_H

#include "base/error.h"
#include "bind/conf.h"
#include "migrate/tls-library.h"

struct wire_limit;

/* What is ours, read once. */
struct tls {
    struct tls_library lib;
    gnutls_certificate_credentials_t own;
    char *certificate, *ca;     /* the files' names, for messages */
};

/* One conversation. It may not move while it lasts. */
struct tls_session {
    const struct tls *tls;
    gnutls_session_t session;   /* NULL: none */
    char *host;                 /* who is called; NULL: we are */
    gnutls_typed_vdata_st wanted[2];
};

/* Reads the files that conf names. XM_DENIED for a key that others may read. */
int tls_open(const xm_conf *conf, struct tls **ret_tls, xm_error **err);
void tls_close(struct tls *tls);

/* Shakes hands on fd, which does not block, as the caller of host or (NULL) as the one who is called; the
 * other side's certificate is verified. What failed here is told to the other side as an alert. */
int tls_meet(const struct tls *tls, int fd, const char *host, const struct wire_limit *limit, struct tls_session *ret_session,
             xm_error **err);
void tls_session_clear(struct tls_session *session);

/* What GnuTLS's number means here, and what can be done about it. Returns -1. */
int tls_failed(const struct tls_session *session, int number, xm_error **err);

#endif
