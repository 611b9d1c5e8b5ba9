/* One supervisor takes over from another. Within this folder only. */
#ifndef XM_SUPER_HANDOVER_H
#define XM_SUPER_HANDOVER_H

#include "super/loop.h"

/* Gives everything away over the connection to. False: nothing has happened, and this one goes on. True: it
 * must do nothing more, and leave the socket where it is. */
bool super_hand_over(struct super *super, int to);

/* Asks the supervisor that has the host for it: lock and listener, ring, book and jobs are then here;
 * or, from one that had nothing to give, the lock alone. */
int super_take_over(struct super *super, xm_error **err);

#endif
