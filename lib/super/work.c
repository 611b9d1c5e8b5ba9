/* A worker: one action on one guest, in a process of its own. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"
#include "registry/uuid.h"
#include "super/log.h"
#include "super/policy.h"
#include "super/super.h"

static int act(const struct xm_guests *guests, const char *uuid, int reason, const char *word, xm_error **err)
{
    unsigned action;

    if (strcmp(word, "mend") == 0)
        return xm_guest_mend(guests, uuid, err);
    if (strcmp(word, "eject") == 0)
        return xm_guest_eject(guests, uuid, reason, err);
    if (strcmp(word, "model-lost") == 0)
        return xm_guest_model_lost(guests, uuid, err);
    if (!xm_policy_find_action(word, &action))
        return xm_fail(err, XM_INVALID, "'%s' is no action", word);
    return xm_guest_end(guests, uuid, reason, (enum xm_action)action, err);
}

static void log_failure(const struct super_log *log, const struct xm_guests *guests, const char *uuid,
                        const char *word, const xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name = uuid;

    if (guests->reg != NULL && xm_reg_load_doc(guests->reg, uuid, &doc, NULL) == 0)
        name = xm_doc_get_str(doc, "name");
    super_log_line(log, XM_LOG_ERROR, "worker", "Failed to %s domain %s: %s", word, name, text);
}

int xm_super_work(const xm_conf *conf, const struct xm_log *log, char *const *words, xm_error **err)
{
    struct xm_guests guests = { 0 };
    struct super_log own;
    xm_error *why = NULL;
    int rc;

    if (words[0] == NULL || words[1] == NULL || words[2] == NULL || words[3] != NULL || !xm_uuid_is_plain(words[0]))
        return xm_fail(err, XM_INVALID, "a worker takes UUID REASON ACTION");
    super_log_init(&own, conf, "guest", log);
    guests.log = &own.log;
    rc = xm_host_open(conf, &own.log, &guests.host, &why);
    if (rc == 0)
        rc = xm_reg_open(conf->state_dir, &own.log, &guests.reg, &why);
    if (rc == 0)
        rc = act(&guests, words[0], atoi(words[1]), words[2], &why);
    if (rc < 0)
        log_failure(&own, &guests, words[0], words[2], why);
    xm_reg_close(guests.reg);
    xm_host_close(guests.host);
    super_log_clear(&own);
    return rc < 0 ? xm_error_pass(err, why) : 0;
}
