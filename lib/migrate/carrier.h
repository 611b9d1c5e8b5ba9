/* Between a TLS connection and two plain descriptors: libxl writes and reads its stream on such. Within this
 * folder only. */
#ifndef XM_MIGRATE_CARRIER_H
#define XM_MIGRATE_CARRIER_H

#include "migrate/wire.h"

/* Carries what is read from in to the other side, and what that says to out, until either has ended. Both
 * are non-blocking then, and closed when it returns. For a process that does nothing else. */
void carrier_run(struct wire *wire, int in, int out);

/* Closes all descriptors from 3 on but those of keep: a process that was forked off must not keep alive what
 * others close. */
void carrier_close_others(const int *keep, size_t count);

#endif
