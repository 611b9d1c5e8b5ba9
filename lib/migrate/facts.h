/* What two hosts ask and tell each other before a guest moves.
 *
 * The source makes an ask: what the guest needs, out of its configuration and of what it was promised.
 * Each of the two hosts answers it with facts: whether it has this, and which one it has. check.h
 * compares the ask and the two answers. All three are trees, sent as JSON; one that came from the other
 * side is checked by its shape before anything is read of it. What a host cannot tell it leaves out,
 * and what is left out is unknown. Nothing is changed, but for nonces that lie beside images between
 * xm_ask_mark() and xm_ask_unmark(). */
#ifndef XM_MIGRATE_FACTS_H
#define XM_MIGRATE_FACTS_H

#include "convert/json.h"
#include "guest/guest.h"

/* The ask of a guest as it runs, or would be started; live: it is to go on while it moves. */
XM_API int xm_ask_of_guest(const struct xm_guests *guests, const struct xm_guest *guest, bool live, xm_json **ret_ask,
                           xm_error **err);
/* The same where it is to have another configuration there, libxl's JSON. */
XM_API int xm_ask_of_config(const struct xm_guests *guests, const struct xm_guest *guest, const char *json, bool live,
                            xm_json **ret_ask, xm_error **err);
/* Of one that is nowhere yet, by its configuration. */
XM_API int xm_ask_of_doc(const struct xm_guests *guests, const xm_doc *doc, xm_json **ret_ask, xm_error **err);

/* Leaves nonces beside images, so that the other side can see whether they are the same ones, and says
 * so in ask; takes them away again. Where none can be left the ask does without. */
XM_API void xm_ask_mark(const struct xm_guests *guests, xm_json *ask);
XM_API void xm_ask_unmark(const struct xm_guests *guests, const xm_json *ask);

/* XM_INVALID, with the key, unless it has the shape of one. */
XM_API int xm_ask_check(const xm_json *ask, xm_error **err);
XM_API int xm_facts_check(const xm_json *facts, xm_error **err);

/* This host's answer; XM_INVALID if that is no sound ask. Only what keeps the host as a whole from
 * answering is a failure. */
XM_API int xm_facts_answer(const struct xm_guests *guests, const xm_json *ask, xm_json **ret_facts, xm_error **err);

/* What is known of a host that can only be asked by stock xl's words: the texts of `xl info` and
 * `xl list -v`, either of which may be NULL. Anything is read, nothing believed that is not its form. */
XM_API xm_json *xm_facts_of_xl(const char *info, const char *list, const xm_json *ask);

/* How fast a live guest writes to its memory, added to its ask. */
XM_API void xm_ask_measure(const struct xm_guests *guests, uint32_t domid, unsigned ms, xm_json *ask);

#endif
