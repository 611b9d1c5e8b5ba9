/* What two xm say to each other: lines of JSON, one object each, {"say": WORD, ...}, strictly in turns. The
 * receiver begins, with a line that no stock xl would send:
 *
 *     xm migration receiver 1 {"xm": "0.1.0", ...}
 *
 * In place of any line either side may send {"say": "abort", "why": TEXT}, and that is the end. All that
 * comes from the other side is untrusted: lines are at most XM_SAY_MAX bytes, each must come within the
 * link's limit, and what is read out of them is checked here. */
#ifndef XM_MIGRATE_SAY_H
#define XM_MIGRATE_SAY_H

#include <stdbool.h>

#include "base/error.h"
#include "convert/json.h"
#include "migrate/link.h"
#include "registry/moves.h"

#define XM_SAY_MAX (1u << 20)
#define XM_SAY_GREETING "xm migration receiver 1 "
#define XM_SAY_TEXT_MAX 1000            /* of a reason */

/* A message under way; a NULL text is left out by xm_say_add(). */
xm_json *xm_say_new(const char *word);
void xm_say_add(xm_json *message, const char *key, const char *text);

/* Sends it; takes message in any case. */
int xm_say(struct xm_link *link, xm_json *message, xm_error **err);

/* The next line, which must say one of words (NULL-terminated). What the other side gives as its reason for
 * an abort becomes the error, with the code it was sent with. */
int xm_hear(struct xm_link *link, const char *const *words, xm_json **ret_message, xm_error **err);

/* The same for a line that is there. */
int xm_say_parse(const char *line, const char *const *words, xm_json **ret_message, xm_error **err);
bool xm_say_is(const xm_json *message, const char *word);

/* Tells the other side why this is the end, as far as it still listens. */
void xm_say_abort(struct xm_link *link, const xm_error *why);
/* A message that carries a failure: its text and its code. */
xm_json *xm_say_failure(const char *word, const xm_error *why);
/* That failure again. Returns -1. */
int xm_say_failed(const xm_json *message, xm_error **err);

/* --- what is in them --- */

struct xm_greeting { char *xm, *xen; };

enum xm_hello_what { XM_HELLO_MOVE, XM_HELLO_RECOVER };

struct xm_hello {
    enum xm_hello_what what;
    char id[37];                /* of the move */
    char uuid[37];              /* of the guest */
    char *name;
};

/* As in struct xm_arrival. */
struct xm_offer {
    enum xm_move_kind kind;
    char *config, *document, *state;
    bool paused;
    uint64_t memory_size;
};

char *xm_greeting_format(const struct xm_greeting *greeting);          /* with its newline */
/* XM_INVALID where line is none. */
int xm_greeting_parse(const char *line, struct xm_greeting *ret_greeting, xm_error **err);
void xm_greeting_clear(struct xm_greeting *greeting);

xm_json *xm_hello_format(const struct xm_hello *hello);
int xm_hello_read(const xm_json *message, struct xm_hello *ret_hello, xm_error **err);
void xm_hello_clear(struct xm_hello *hello);

xm_json *xm_offer_format(const struct xm_offer *offer);
int xm_offer_read(const xm_json *message, struct xm_offer *ret_offer, xm_error **err);
void xm_offer_clear(struct xm_offer *offer);

#endif
