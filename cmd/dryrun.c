#include "dryrun.h"

#include <string.h>
#include <unistd.h>

#define MEASURE_MS 250                  /* for which a guest's writing is counted */

struct dryrun {
    struct inquiry inquiry;
    bool json;
    uint64_t rate, limit;       /* bytes a second: that get through, 0: unknown; that may, 0: any */
};

/* --- asking --- */

static int ask_of_file(struct inquiry *q, const char *file, xm_error **err)
{
    const struct load_args args = { .file = file, .quiet = true };
    char *none[] = { NULL };
    const struct xm_call call = { .words = none };
    XM_AUTO(xm_doc) *doc = NULL;

    if (load_unchecked(q->env, &args, &call, &doc, err) < 0 || xm_ask_of_doc(&q->env->guests, doc, &q->ask, err) < 0)
        return -1;
    q->name = xm_strdup(file);
    q->domid = XM_DOMID_NONE;
    return 0;
}

static int ask_of_word(struct inquiry *q, const char *word, const char *config, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    xm_autofree char *json = NULL;
    const struct xm_guest *guest;

    if (xm_guest_list_load(&q->env->guests, XM_WANT_NAME, &list, err) < 0)
        return -1;
    if (xm_guest_pick(list, q->env->dialect, word, NULL) == NULL && access(word, F_OK) == 0)
        return ask_of_file(q, word, err);
    if (pick_guest(q->env, list, word, 0, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot migrate privileged domain 0");
    if ((config != NULL && load_replacement_json(q->env, config, &json, err) < 0) || inquiry_of(q, guest, json, err) < 0)
        return -1;
    if (q->live && q->domid != XM_DOMID_NONE)
        xm_ask_measure(&q->env->guests, q->domid, MEASURE_MS, q->ask);
    return 0;
}

/* A host with stock xl tells what its listings do. */
static void ask_stock(struct inquiry *q, const struct way *way)
{
    xm_autofree char *info = NULL, *list = NULL;

    /* what is not told is unknown, and said to be */
    (void)way_ask(q->env, way, "xl info", &info, NULL);
    (void)way_ask(q->env, way, "xl list -v", &list, NULL);
    q->there = xm_facts_of_xl(info, list, q->ask);
}

static int ask_both(struct dryrun *d, const struct way *way, xm_error **err)
{
    struct xm_link link = XM_LINK_INIT;
    bool to_xm;
    int rc = 0;

    if (way_open(d->inquiry.env, way, &link, &to_xm, err) < 0)
        return -1;
    if (to_xm) {
        rc = inquiry_run(&d->inquiry, &link, err);
        if (rc == 0 && xm_session_probe(&link, &d->rate, NULL) == 0)
            (void)xm_session_over(&link, NULL);         /* all is known; that it is over shows anyway */
        if (d->limit > 0 && d->rate > d->limit)
            d->rate = d->limit;
    }
    way_close(d->inquiry.env, &link);
    if (to_xm)
        return rc;
    ask_stock(&d->inquiry, way);
    return inquiry_run(&d->inquiry, NULL, err);
}

/* --- telling --- */

static bool estimate(const struct dryrun *d, struct xm_estimate *ret)
{
    int64_t memory = xm_json_int(xm_json_get(d->inquiry.ask, "memory_kib", NULL), -1);
    int64_t dirty = xm_json_int(xm_json_get(d->inquiry.ask, "dirty_pages", NULL), -1);

    if (d->rate == 0 || d->inquiry.domid == XM_DOMID_NONE || memory < 0 || (d->inquiry.live && dirty < 0))
        return false;
    xm_migrate_estimate((uint64_t)memory, d->inquiry.live, dirty > 0 ? (uint64_t)dirty : 0, d->rate, ret);
    return true;
}

static void print_estimate(const struct dryrun *d)
{
    struct xm_estimate e;

    if (d->inquiry.domid == XM_DOMID_NONE)
        return;
    if (!estimate(d, &e))
        printf("how long it would take is not known\n");
    else
        printf("it would take about %.1f s, %.1f s of which it would not run (%.1f MiB/s, %u round%s%s)\n", e.seconds, e.downtime,
               (double)d->rate / (1 << 20), e.rounds, e.rounds == 1 ? "" : "s", e.settles ? "" : "; it writes faster than that");
}

static xm_json *verdict_json(const struct xm_verdict *v)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(object, "check", xm_json_new_str(v->check));
    xm_json_set(object, "item", xm_json_new_str(v->item));
    xm_json_set(object, "verdict", xm_json_new_str(xm_verdict_word(v->kind)));
    xm_json_set(object, "here", xm_json_new_str(v->here));
    xm_json_set(object, "there", xm_json_new_str(v->there));
    xm_json_set(object, "advice", xm_json_new_str(v->advice));
    return object;
}

static xm_json *estimate_json(const struct dryrun *d)
{
    xm_json *object;
    struct xm_estimate e;

    if (!estimate(d, &e))
        return xm_json_new(XM_JSON_NULL);
    object = xm_json_new(XM_JSON_OBJECT);
    xm_json_set(object, "seconds", xm_json_new_float(e.seconds));
    xm_json_set(object, "downtime_seconds", xm_json_new_float(e.downtime));
    xm_json_set(object, "rounds", xm_json_new_int(e.rounds));
    xm_json_set(object, "settles", xm_json_new_bool(e.settles));
    xm_json_set(object, "bytes_per_second", xm_json_new_int((int64_t)d->rate));
    return object;
}

static void print_as_json(const struct dryrun *d, size_t failed, size_t unknown, size_t warned)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT), *checks = xm_json_new(XM_JSON_ARRAY);

    xm_json_set(object, "guest", xm_json_new_str(d->inquiry.name));
    xm_json_set(object, "host", xm_json_new_str(d->inquiry.host));
    xm_json_set(object, "works", failed ? xm_json_new_bool(false) : unknown ? xm_json_new(XM_JSON_NULL) : xm_json_new_bool(true));
    xm_json_set(object, "needs_force", xm_json_new_bool(failed + unknown + warned > 0));
    for (size_t i = 0; i < d->inquiry.verdicts->count; i++)
        xm_json_add(checks, verdict_json(&d->inquiry.verdicts->items[i]));
    xm_json_set(object, "checks", checks);
    xm_json_set(object, "estimate", estimate_json(d));
    print_json(object);
}

static int report(const struct dryrun *d, xm_error **err)
{
    const struct inquiry *q = &d->inquiry;
    size_t failed = inquiry_count(q, XM_VERDICT_FAIL), unknown = inquiry_count(q, XM_VERDICT_UNKNOWN);
    size_t warned = inquiry_count(q, XM_VERDICT_WARN);

    if (d->json) {
        print_as_json(d, failed, unknown, warned);
    } else {
        for (size_t i = 0; i < q->verdicts->count; i++)
            inquiry_print(stdout, &q->verdicts->items[i]);
        print_estimate(d);
        if (failed + unknown == 0 && warned > 0)
            printf("a move has to be told --force, as %zu check%s warn%s\n", warned, warned == 1 ? "" : "s", warned == 1 ? "s" : "");
    }
    if (failed > 0)
        return xm_fail(err, XM_STATE, "%s would not move to %s: %zu check%s failed", q->name, q->host, failed, failed == 1 ? "" : "s");
    if (unknown > 0)
        return xm_fail(err, XM_STATE, "whether %s would move to %s is not known: %zu check%s could not be made", q->name, q->host,
                       unknown, unknown == 1 ? "" : "s");
    return 0;
}

int dryrun_run(struct xm_env *env, const char *word, const char *host, const struct dryrun_how *how, xm_error **err)
{
    struct dryrun d = { .inquiry = { .env = env, .host = host, .live = how->live, .force = how->force }, .json = how->json, .limit = how->rate };
    struct way way;
    int rc = -1;

    if (way_of(env, how->way, host, &way, err) == 0 && ask_of_word(&d.inquiry, word, how->config, err) == 0) {
        env->fail_plain = true;
        rc = ask_both(&d, &way, err) < 0 ? -1 : report(&d, err);
    }
    inquiry_clear(&d.inquiry);
    return rc;
}
