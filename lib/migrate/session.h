/* What the two roles of the session have in common. Within this folder only. */
#ifndef XM_MIGRATE_SESSION_H
#define XM_MIGRATE_SESSION_H

#include "migrate/migrate.h"

/* Of each move, in turn: who says it, and what may be said in its place.
 *
 *     source  hello       target  welcome | refuse
 *     source  offer       target  accept | refuse
 *     source  the stream, or the memory file, or nothing
 *                         target  ready | failed       if there was something
 *     source  commit      target  done | failed        here the target decides
 *     source  over        the decision need not be kept any more
 *
 * Before the hello, or in place of all of it, there may be questions (question.h).
 *
 * And of a question after a broken link:
 *
 *     source  hello       target  committed | aborted | failed
 *     source  over */

/* How long the target may take to make a domain of a stream that it has. */
#define SESSION_BUILD_MS 300000

#endif
