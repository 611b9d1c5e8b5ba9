#include "inquiry.h"

#include <string.h>
#include <time.h>

void inquiry_clear(struct inquiry *inquiry)
{
    free(inquiry->name);
    xm_json_free(inquiry->ask);
    xm_json_free(inquiry->here);
    xm_json_free(inquiry->there);
    xm_verdicts_free(inquiry->verdicts);
}

/* --- --force --- */

/* The names in one of its words, in turn; NULL when there are no more. */
static const char *next_name(const char **words, size_t *ret_len)
{
    const char *name = *words + strspn(*words, ",");

    *ret_len = strcspn(name, ",");
    *words = name + *ret_len;
    return *ret_len > 0 ? name : NULL;
}

int force_check(struct xm_env *env, const struct opt_list *force, xm_error **err)
{
    for (size_t i = 0; i < force->count; i++) {
        const char *words = force->items[i], *name;
        size_t len;

        while ((name = next_name(&words, &len)) != NULL) {
            xm_autofree char *one = xm_strndup(name, len);

            if (!xm_check_exists(one))
                return fail_usage(env, err, "'%s': --force knows no such check (--dryrun names them)", one);
        }
    }
    return 0;
}

bool force_names(const struct opt_list *force, const char *check)
{
    for (size_t i = 0; force != NULL && i < force->count; i++) {
        const char *words = force->items[i], *name;
        size_t len;

        while ((name = next_name(&words, &len)) != NULL)
            if (strlen(check) == len && strncmp(name, check, len) == 0)
                return true;
    }
    return false;
}

/* --- asking --- */

int inquiry_of(struct inquiry *inquiry, const struct xm_guest *guest, const char *json, xm_error **err)
{
    const struct xm_guests *guests = &inquiry->env->guests;

    inquiry->name = xm_strdup(guest->name ? guest->name : guest->uuid);
    inquiry->domid = guest->domid;
    return json != NULL ? xm_ask_of_config(guests, guest, json, inquiry->live, &inquiry->ask, err)
                        : xm_ask_of_guest(guests, guest, inquiry->live, &inquiry->ask, err);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The other host looked at its clock while it was asked: between the look at ours and this time. */
static void note_wait(struct inquiry *inquiry, int64_t began)
{
    const xm_json *then = xm_json_get(inquiry->here, "now_ms", NULL);

    if (then != NULL)
        xm_json_set(inquiry->here, "later_ms", xm_json_new_int(xm_json_int(then, 0) + now_ms() - began));
}

static int ask_both(struct inquiry *inquiry, struct xm_link *link, xm_error **err)
{
    int64_t began;

    if (xm_facts_answer(&inquiry->env->guests, inquiry->ask, &inquiry->here, err) < 0)
        return -1;
    began = now_ms();
    if (link != NULL && xm_session_ask(link, inquiry->ask, &inquiry->there, err) < 0)
        return xm_wrap(err, "%s", inquiry->host);
    note_wait(inquiry, began);
    return 0;
}

/* Nonces lie beside the images for as long as the other host is asked. */
int inquiry_run(struct inquiry *inquiry, struct xm_link *link, xm_error **err)
{
    int rc;

    if (link != NULL)
        xm_ask_mark(&inquiry->env->guests, inquiry->ask);
    rc = ask_both(inquiry, link, err);
    if (link != NULL)
        xm_ask_unmark(&inquiry->env->guests, inquiry->ask);
    if (rc < 0)
        return -1;
    inquiry->verdicts = xm_migrate_check(inquiry->ask, inquiry->here, inquiry->there);
    return 0;
}

/* --- what it comes to --- */

void inquiry_print(FILE *out, const struct xm_verdict *v)
{
    fprintf(out, "%-8s %s%s%s", xm_verdict_word(v->kind), v->check, v->item ? " " : "", v->item ? v->item : "");
    if (v->here != NULL || v->there != NULL)
        fprintf(out, ": %s%s%s%s", v->here ? "here " : "", v->here ? v->here : "",
                v->here && v->there ? "; there " : v->there ? "there " : "", v->there ? v->there : "");
    putc('\n', out);
    if (v->advice != NULL)
        fprintf(out, "         %s\n", v->advice);
}

static bool is_passed(const struct inquiry *inquiry, const struct xm_verdict *verdict)
{
    bool forced = inquiry->force != NULL && inquiry->force->count > 0;

    switch (verdict->kind) {
    case XM_VERDICT_FAIL: return force_names(inquiry->force, verdict->check);
    case XM_VERDICT_WARN: case XM_VERDICT_UNKNOWN: return forced;
    case XM_VERDICT_PASS: break;
    }
    return true;
}

size_t inquiry_count(const struct inquiry *inquiry, enum xm_verdict_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < inquiry->verdicts->count; i++)
        count += inquiry->verdicts->items[i].kind == kind && !is_passed(inquiry, &inquiry->verdicts->items[i]);
    return count;
}

/* The checks that failed, each once, as --force takes them. */
static char *name_failed(const struct inquiry *inquiry)
{
    struct xm_buf names = XM_BUF_INIT;
    const char *last = "";

    for (size_t i = 0; i < inquiry->verdicts->count; i++) {
        const struct xm_verdict *v = &inquiry->verdicts->items[i];

        if (v->kind != XM_VERDICT_FAIL || is_passed(inquiry, v) || strcmp(v->check, last) == 0)
            continue;
        last = v->check;
        xm_buf_printf(&names, "%s%s", names.len ? "," : "", v->check);
    }
    return xm_buf_take(&names);
}

static void tell(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->verdicts->count; i++) {
        const struct xm_verdict *v = &inquiry->verdicts->items[i];

        /* Of a stock xl's host nearly all is unknown, which is no news. */
        if (v->kind != XM_VERDICT_PASS && !(inquiry->stock && v->kind == XM_VERDICT_UNKNOWN))
            inquiry_print(stderr, v);
    }
}

int inquiry_judge(const struct inquiry *inquiry, xm_error **err)
{
    size_t failed = inquiry_count(inquiry, XM_VERDICT_FAIL), warned = inquiry_count(inquiry, XM_VERDICT_WARN);
    size_t unknown = inquiry_count(inquiry, XM_VERDICT_UNKNOWN);
    xm_autofree char *names = failed ? name_failed(inquiry) : NULL;

    tell(inquiry);
    if (failed > 0)
        return xm_fail(err, XM_STATE, "%s stays here: %zu check%s failed (--force=%s would go on all the same)", inquiry->name, failed,
                       failed == 1 ? "" : "s", names);
    if (inquiry->stock || warned + unknown == 0)
        return 0;
    return xm_fail(err, XM_STATE, "%s stays here: %zu check%s warn%s, %zu could not be made (--force would go on all the same)",
                   inquiry->name, warned, warned == 1 ? "" : "s", warned == 1 ? "s" : "", unknown);
}
