/* GnuTLS. It is loaded when it is needed: with the libraries that it brings along that takes half as long as
 * all of `xm list` does, and whoever goes by ssh need not have it. Within this folder only. */
#ifndef XM_MIGRATE_TLS_LIBRARY_H
#define XM_MIGRATE_TLS_LIBRARY_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/error.h"

#define TLS_FUNCTIONS(F)                                                                                    \
    F(init) F(deinit) F(priority_set_direct) F(credentials_set) F(transport_set_int2) F(server_name_set)    \
    F(handshake) F(handshake_set_max_packet_length) F(bye) F(strerror) F(error_is_fatal)                    \
    F(record_recv) F(record_send) F(record_check_pending) F(record_get_direction)                           \
    F(alert_get) F(alert_get_name) F(alert_send) F(alert_send_appropriate)                                  \
    F(certificate_allocate_credentials) F(certificate_free_credentials)                                     \
    F(certificate_set_x509_trust_mem) F(certificate_set_x509_key_mem) F(certificate_set_x509_crl_mem)       \
    F(certificate_set_verify_limits) F(certificate_server_set_request)                                      \
    F(certificate_send_x509_rdn_sequence)                                                                   \
    F(session_set_verify_cert2) F(session_get_verify_cert_status)

struct tls_library {
#define TLS_FIELD(name) __typeof__(gnutls_##name) *name;
    TLS_FUNCTIONS(TLS_FIELD)
#undef TLS_FIELD
};

/* XM_UNSUPPORTED where it is not installed. It stays loaded. */
int tls_library_open(struct tls_library *ret_library, xm_error **err);

#endif
