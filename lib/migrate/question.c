#include "migrate/question.h"

#include <string.h>
#include <time.h>

#include "migrate/facts.h"
#include "migrate/say.h"

#define PROBE_FIRST 65536u
#define PROBE_MOST (8u << 20)
#define PROBE_LONG 0.25                 /* seconds: who takes that long is told well enough */
#define PIECE 65536u
#define QUESTIONS_MAX 64                /* of one link */

static const char *const may_ask[] = { "hello", "ask", "probe", "over", NULL };
static const char *const may_tell[] = { "facts", "failed", NULL };
static const char *const may_await[] = { "ready", NULL };
static const char *const may_probe[] = { "probed", NULL };

/* --- asking --- */

static xm_json *copy_of(const xm_json *json)
{
    xm_autofree char *text = xm_json_format(json, true);
    xm_json *copy = NULL;

    return xm_json_parse(text, strlen(text), &copy, NULL) < 0 ? xm_json_new(XM_JSON_OBJECT) : copy;
}

int xm_session_ask(struct xm_link *link, const xm_json *ask, xm_json **ret_facts, xm_error **err)
{
    xm_json *message = xm_say_new("ask");
    XM_AUTO(xm_json) *answer = NULL;
    const xm_json *facts;

    xm_json_set(message, "ask", copy_of(ask));
    if (xm_say(link, message, err) < 0 || xm_hear(link, may_tell, &answer, err) < 0)
        return -1;
    if (xm_say_is(answer, "failed"))
        return xm_say_failed(answer, err);
    facts = xm_json_get(answer, "facts", NULL);
    if (facts == NULL)
        return xm_fail(err, XM_INVALID, "the other host answers without an answer");
    if (xm_facts_check(facts, err) < 0)
        return -1;
    *ret_facts = copy_of(facts);
    return 0;
}

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int probe(struct xm_link *link, unsigned size, double *ret_seconds, xm_error **err)
{
    xm_autofree unsigned char *data = xm_alloc0(PIECE, 1);
    xm_json *message = xm_say_new("probe");
    XM_AUTO(xm_json) *ready = NULL, *answer = NULL;
    double start;

    /* What is not all alike, lest something on the way packs it. */
    for (unsigned i = 0, seed = 1; i < PIECE; i++, seed = seed * 1103515245u + 12345u)
        data[i] = (unsigned char)(seed >> 16);
    xm_json_set(message, "size", xm_json_new_int(size));
    if (xm_say(link, message, err) < 0 || xm_hear(link, may_await, &ready, err) < 0)
        return -1;
    start = now();
    for (unsigned sent = 0; sent < size; sent += PIECE)
        if (xm_link_write(link, data, PIECE, "probe", err) < 0)
            return -1;
    if (xm_hear(link, may_probe, &answer, err) < 0)
        return -1;
    *ret_seconds = now() - start;
    return 0;
}

int xm_session_probe(struct xm_link *link, uint64_t *ret_rate, xm_error **err)
{
    double seconds = 0;
    unsigned size = PROBE_FIRST;

    for (;; size *= 8) {
        if (probe(link, size, &seconds, err) < 0)
            return -1;
        if (seconds >= PROBE_LONG || size * 8 > PROBE_MOST)
            break;
    }
    *ret_rate = (uint64_t)(size / (seconds > 1e-6 ? seconds : 1e-6));
    return 0;
}

int xm_session_over(struct xm_link *link, xm_error **err)
{
    return xm_say(link, xm_say_new("over"), err);
}

/* --- answering --- */

static int tell_facts(struct xm_link *link, const struct xm_guests *guests, const xm_json *message, xm_error **err)
{
    const xm_json *ask = xm_json_get(message, "ask", NULL);
    xm_json *facts = NULL, *answer;
    xm_error *why = NULL;
    int rc;

    if (ask == NULL)
        rc = xm_fail(&why, XM_INVALID, "the ask is missing");
    else
        rc = xm_facts_answer(guests, ask, &facts, &why);
    if (rc < 0) {
        answer = xm_say_failure("failed", why);
        xm_error_free(why);
    } else {
        answer = xm_say_new("facts");
        xm_json_set(answer, "facts", facts);
    }
    return xm_say(link, answer, err);
}

static int take_probe(struct xm_link *link, const xm_json *message, xm_error **err)
{
    int64_t size = xm_json_int(xm_json_get(message, "size", NULL), -1);

    if (size <= 0 || size > PROBE_MOST || size % PIECE != 0)
        return xm_fail(err, XM_INVALID, "the other host probes with %lld bytes", (long long)size);
    if (xm_say(link, xm_say_new("ready"), err) < 0 || xm_link_skip(link, (size_t)size, "probe", err) < 0)
        return -1;
    return xm_say(link, xm_say_new("probed"), err);
}

int xm_session_answer(struct xm_link *link, const struct xm_guests *guests, xm_json **ret_hello, xm_error **err)
{
    for (unsigned i = 0; i < QUESTIONS_MAX; i++) {
        XM_AUTO(xm_json) *message = NULL;

        if (xm_hear(link, may_ask, &message, err) < 0)
            return -1;
        if (xm_say_is(message, "hello") || xm_say_is(message, "over")) {
            *ret_hello = xm_say_is(message, "hello") ? XM_TAKE(message) : NULL;
            return 0;
        }
        if (xm_say_is(message, "ask") ? tell_facts(link, guests, message, err) < 0 : take_probe(link, message, err) < 0)
            return -1;
    }
    return xm_fail(err, XM_INVALID, "the other host has too many questions");
}
