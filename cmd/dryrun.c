#include "dryrun.h"

#include <string.h>
#include <unistd.h>

#define MEASURE_MS 500                  /* for which a guest's writing is counted */
#define ANSWER_MAX 262144               /* of stock xl's listings */

struct dryrun {
    struct xm_env *env;
    const char *host;
    char *name;                 /* of the guest */
    uint32_t domid;
    bool live;
    xm_json *ask, *here, *there;
    uint64_t rate;              /* bytes a second; 0: unknown */
    xm_verdicts *verdicts;
};

static void clear(struct dryrun *d)
{
    free(d->name);
    xm_json_free(d->ask);
    xm_json_free(d->here);
    xm_json_free(d->there);
    xm_verdicts_free(d->verdicts);
}

/* --- asking --- */

static int ask_of_file(struct dryrun *d, const char *file, xm_error **err)
{
    const struct load_args args = { .file = file, .quiet = true };
    char *none[] = { NULL };
    const struct xm_call call = { .words = none };
    XM_AUTO(xm_doc) *doc = NULL;

    if (load_unchecked(d->env, &args, &call, &doc, err) < 0 || xm_ask_of_doc(&d->env->guests, doc, &d->ask, err) < 0)
        return -1;
    d->name = xm_strdup(file);
    d->domid = XM_DOMID_NONE;
    return 0;
}

static int ask_of_word(struct dryrun *d, const char *word, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (xm_guest_list_load(&d->env->guests, XM_WANT_NAME, &list, err) < 0)
        return -1;
    if (xm_guest_pick(list, d->env->dialect, word, NULL) == NULL && access(word, F_OK) == 0)
        return ask_of_file(d, word, err);
    if (pick_guest(d->env, list, word, 0, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot migrate privileged domain 0");
    d->name = xm_strdup(guest->name ? guest->name : guest->uuid);
    d->domid = guest->domid;
    if (xm_ask_of_guest(&d->env->guests, guest, d->live, &d->ask, err) < 0)
        return -1;
    if (d->live && d->domid != XM_DOMID_NONE)
        xm_ask_measure(&d->env->guests, d->domid, MEASURE_MS, d->ask);
    return 0;
}

/* What a command on the other host prints; NULL if it fails. */
static char *ask_shell(const char *command, const char *host, const char *words)
{
    xm_autofree char *rune = xm_printf("exec %s %s %s </dev/null 2>/dev/null", command ? command : "ssh", host, words);
    xm_autofree char *text = xm_alloc0(ANSWER_MAX + 1, 1);
    FILE *out = popen(rune, "re");
    size_t len;

    if (out == NULL)
        return NULL;
    len = fread(text, 1, ANSWER_MAX, out);
    return pclose(out) == 0 && len > 0 ? XM_TAKE(text) : NULL;
}

/* A host with stock xl tells what its listings do. */
static void ask_stock(struct dryrun *d, const struct way *way)
{
    xm_autofree char *info = NULL, *list = NULL;

    if (way->rune.command != NULL && *way->rune.command == '\0')
        return;                 /* the way there is one to its receiver alone */
    info = ask_shell(way->rune.command, way->rune.host, "xl info");
    list = ask_shell(way->rune.command, way->rune.host, "xl list -v");
    d->there = xm_facts_of_xl(info, list, d->ask);
}

static int ask_there(struct dryrun *d, const struct way *way, xm_error **err)
{
    struct xm_link link = XM_LINK_INIT;
    bool to_xm;
    int rc = 0;

    if (way_open(d->env, way, &link, &to_xm, err) < 0)
        return -1;
    if (to_xm) {
        rc = xm_session_ask(&link, d->ask, &d->there, err);
        if (rc == 0 && xm_session_probe(&link, &d->rate, NULL) == 0)
            (void)xm_session_over(&link, NULL);         /* all is known; that it is over shows anyway */
    }
    way_close(d->env, &link);
    if (!to_xm)
        ask_stock(d, way);
    return rc < 0 ? xm_wrap(err, "%s", d->host) : 0;
}

/* Nonces lie beside the images for as long as the other host is asked. */
static int ask_both(struct dryrun *d, const struct way *way, xm_error **err)
{
    int rc;

    xm_ask_mark(&d->env->guests, d->ask);
    rc = xm_facts_answer(&d->env->guests, d->ask, &d->here, err);
    if (rc == 0)
        rc = ask_there(d, way, err);
    xm_ask_unmark(&d->env->guests, d->ask);
    if (rc < 0)
        return -1;
    d->verdicts = xm_migrate_check(d->ask, d->here, d->there);
    return 0;
}

/* --- telling --- */

static bool estimate(const struct dryrun *d, struct xm_estimate *ret)
{
    int64_t memory = xm_json_int(xm_json_get(d->ask, "memory_kib", NULL), -1);
    int64_t dirty = xm_json_int(xm_json_get(d->ask, "dirty_pages", NULL), -1);

    if (d->rate == 0 || d->domid == XM_DOMID_NONE || memory < 0 || (d->live && dirty < 0))
        return false;
    xm_migrate_estimate((uint64_t)memory, d->live, dirty > 0 ? (uint64_t)dirty : 0, d->rate, ret);
    return true;
}

static void print_estimate(const struct dryrun *d)
{
    struct xm_estimate e;

    if (d->domid == XM_DOMID_NONE)
        return;
    if (!estimate(d, &e))
        printf("how long it would take is not known\n");
    else
        printf("it would take about %.1f s, %.1f s of which it would not run (%.1f MiB/s, %u round%s%s)\n", e.seconds, e.downtime,
               (double)d->rate / (1 << 20), e.rounds, e.rounds == 1 ? "" : "s", e.settles ? "" : "; it writes faster than that");
}

static void print_verdict(const struct xm_verdict *v)
{
    printf("%-8s %s%s%s", xm_verdict_word(v->kind), v->check, v->item ? " " : "", v->item ? v->item : "");
    if (v->here != NULL || v->there != NULL)
        printf(": %s%s%s%s", v->here ? "here " : "", v->here ? v->here : "", v->here && v->there ? "; there " : v->there ? "there " : "",
               v->there ? v->there : "");
    putchar('\n');
    if (v->advice != NULL)
        printf("         %s\n", v->advice);
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

static void print_as_json(const struct dryrun *d, size_t failed, size_t unknown)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT), *checks = xm_json_new(XM_JSON_ARRAY);

    xm_json_set(object, "guest", xm_json_new_str(d->name));
    xm_json_set(object, "host", xm_json_new_str(d->host));
    xm_json_set(object, "works", failed ? xm_json_new_bool(false) : unknown ? xm_json_new(XM_JSON_NULL) : xm_json_new_bool(true));
    for (size_t i = 0; i < d->verdicts->count; i++)
        xm_json_add(checks, verdict_json(&d->verdicts->items[i]));
    xm_json_set(object, "checks", checks);
    xm_json_set(object, "estimate", estimate_json(d));
    print_json(object);
}

static int report(const struct dryrun *d, bool json, xm_error **err)
{
    size_t failed = xm_verdicts_count(d->verdicts, XM_VERDICT_FAIL), unknown = xm_verdicts_count(d->verdicts, XM_VERDICT_UNKNOWN);

    if (json) {
        print_as_json(d, failed, unknown);
    } else {
        for (size_t i = 0; i < d->verdicts->count; i++)
            print_verdict(&d->verdicts->items[i]);
        print_estimate(d);
    }
    if (failed > 0)
        return xm_fail(err, XM_STATE, "%s would not move to %s: %zu check%s failed", d->name, d->host, failed, failed == 1 ? "" : "s");
    if (unknown > 0)
        return xm_fail(err, XM_STATE, "whether %s would move to %s is not known: %zu check%s could not be made", d->name, d->host,
                       unknown, unknown == 1 ? "" : "s");
    return 0;
}

int dryrun_run(struct xm_env *env, const char *word, const char *command, const char *host, bool live, bool json, xm_error **err)
{
    struct dryrun d = { .env = env, .host = host, .live = live };
    struct way way;
    int rc = -1;

    if (way_of(env, command, host, &way, err) == 0 && ask_of_word(&d, word, err) == 0) {
        env->fail_plain = true;
        rc = ask_both(&d, &way, err) < 0 ? -1 : report(&d, json, err);
    }
    clear(&d);
    return rc;
}
