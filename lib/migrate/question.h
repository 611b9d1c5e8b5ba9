/* What may be asked of another xm before, or in place of, a move: on a link whose greeting has been read.
 *
 *     source  ask         target  facts | failed       what the guest needs; what the host says to it
 *     source  probe       target  ready
 *     source  as many bytes as it said
 *                         target  probed               so that the source sees how fast they get through
 *     source  over        and that was all; or hello, and what follows is a move
 *
 * Nothing is changed by any of it. */
#ifndef XM_MIGRATE_QUESTION_H
#define XM_MIGRATE_QUESTION_H

#include "convert/json.h"
#include "guest/guest.h"
#include "migrate/link.h"

/* Asks ask, and returns an answer that has the shape of one. */
XM_API int xm_session_ask(struct xm_link *link, const xm_json *ask, xm_json **ret_facts, xm_error **err);

/* How many bytes a second get through: a few at first, more on a fast link; about a second at the most. */
XM_API int xm_session_probe(struct xm_link *link, uint64_t *ret_rate, xm_error **err);

/* That was all. */
XM_API int xm_session_over(struct xm_link *link, xm_error **err);

/* The other side of it: answers questions until there is something else to be heard, which is a hello:
 * *ret_hello, or NULL after the last word. */
int xm_session_answer(struct xm_link *link, const struct xm_guests *guests, xm_json **ret_hello, xm_error **err);

#endif
