/* What a peer is called: its address, and the name that it has in the DNS or in /etc/hosts. Whoever owns an
 * address can give it any name, so that one counts only if it leads back to the address. */
#ifndef XM_MIGRATE_PEERNAME_H
#define XM_MIGRATE_PEERNAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/api.h"

/* One of IPv4 as such, even where it came in by IPv6; without a zone. */
void xm_peer_address(const struct sockaddr_storage *addr, char ret_text[INET6_ADDRSTRLEN]);

/* Is addr among the addresses of name? As long as the resolver takes. */
bool xm_peer_confirms(const char *name, const struct sockaddr_storage *addr);

/* Its name, owned by the caller; NULL where there is none that counts, or not within ms. Whoever answers
 * for the address may take his time, hence a process of its own, which is ended then. */
char *xm_peer_name(const struct sockaddr_storage *addr, unsigned ms);

#endif
