/* Would it move? Asked of both hosts, before a move and in its place (dryrun.h); and whether what was found
 * lets one go. Nothing is changed on either side.
 *
 * What fails stops a move unless its check is named (--force=CHECK); what warns, or could not be looked at,
 * stops it unless it is forced at all. A stock xl can be asked for nothing in the course of a move: towards
 * one only what fails here stops it. */
#ifndef XM_CMD_INQUIRY_H
#define XM_CMD_INQUIRY_H

#include "way.h"

struct inquiry {
    struct xm_env *env;
    const char *host;           /* borrowed; as the user calls it */
    char *name;                 /* of the guest */
    uint32_t domid;             /* XM_DOMID_NONE: it does not run */
    bool live;
    bool stock;                 /* the other host cannot be asked */
    const struct opt_list *force;       /* as the user typed it */
    xm_json *ask, *here, *there;        /* there NULL: it said nothing */
    xm_verdicts *verdicts;
};

void inquiry_clear(struct inquiry *inquiry);

/* Each word of --force must be empty, or names of checks with commas between. */
int force_check(struct xm_env *env, const struct opt_list *force, xm_error **err);
bool force_names(const struct opt_list *force, const char *check);

/* The ask of a guest; json: the configuration that it is to have there, NULL: its own. */
int inquiry_of(struct inquiry *inquiry, const struct xm_guest *guest, const char *json, xm_error **err);

/* Asks both hosts, the other one on link; NULL: it has been asked already, or cannot be. */
int inquiry_run(struct inquiry *inquiry, struct xm_link *link, xm_error **err);

/* One line, and what to do below it. */
void inquiry_print(FILE *out, const struct xm_verdict *verdict);

/* How many of what kind are not gone past. */
size_t inquiry_count(const struct inquiry *inquiry, enum xm_verdict_kind kind);

/* XM_STATE unless a move may go on; what stands in its way, and what it goes past, is told on stderr. */
int inquiry_judge(const struct inquiry *inquiry, xm_error **err);

#endif
