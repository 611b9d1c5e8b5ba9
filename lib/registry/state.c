/* One entry's two files, as text. */
#include <limits.h>
#include <string.h>

#include "base/fd.h"
#include "convert/json.h"
#include "registry/store.h"
#include "registry/uuid.h"

/* 1: without held, asked, again, preserved and kept. */
#define FORMAT 2
#define DOC_MAX (8u << 20)
#define STATE_MAX (64u << 10)

static const char *const phases[] = {
    [XM_PHASE_HALTED] = "halted", [XM_PHASE_BUILDING] = "building", [XM_PHASE_RUNNING] = "running",
    [XM_PHASE_SUSPENDING] = "suspending", [XM_PHASE_SUSPENDED] = "suspended", [XM_PHASE_RESUMING] = "resuming",
};

int xm_reg_read_doc(const char *path, const char *uuid, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *text = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name, *own;
    size_t len;

    if (xm_file_read(path, DOC_MAX, &text, &len, err) < 0)
        return -1;
    if (xm_json_to_doc(text, len, &doc, err) < 0)
        return xm_wrap(err, "%s", path);
    name = xm_doc_get_str(doc, "name");
    own = xm_doc_get_str(doc, "uuid");
    if (name == NULL || *name == '\0')
        return xm_fail(err, XM_INVALID, "%s: the guest has no name", path);
    if (own == NULL || strcmp(own, uuid) != 0)
        return xm_fail(err, XM_INVALID, "%s: is the document of another guest (%s)", path, own ? own : "no uuid");
    *ret_doc = XM_TAKE(doc);
    return 0;
}

int xm_reg_write_doc(const char *path, const xm_doc *doc, xm_error **err)
{
    xm_autofree char *text = xm_json_from_doc(doc);

    return xm_file_replace(path, text, strlen(text), 0600, err);
}

static bool find_phase(const char *word, enum xm_phase *ret_phase)
{
    for (size_t i = 0; word != NULL && i < XM_COUNT(phases); i++)
        if (strcmp(word, phases[i]) == 0) {
            *ret_phase = (enum xm_phase)i;
            return true;
        }
    return false;
}

/* The number under key if it lies within 0..max, else otherwise. */
static int64_t number(const xm_json *json, const char *key, int64_t max, int64_t otherwise)
{
    const xm_json *value = xm_json_get(json, key, NULL);
    int64_t n = value ? xm_json_int(value, otherwise) : otherwise;

    return n < 0 || n > max ? otherwise : n;
}

static bool is_true(const xm_json *json, const char *key)
{
    const xm_json *value = xm_json_get(json, key, NULL);

    return value != NULL && value->type == XM_JSON_BOOL && value->i != 0;
}

static void read_kept(const xm_json *json, struct xm_reg_state *state)
{
    const xm_json *kept = xm_json_get(json, "kept", NULL), *uuid = kept ? xm_json_get(kept, "uuid", NULL) : NULL;
    const char *text = uuid ? xm_json_str(uuid) : NULL;

    if (text == NULL || !xm_uuid_is_plain(text))
        return;
    memcpy(state->kept_uuid, text, sizeof(state->kept_uuid));
    state->kept_domid = (uint32_t)number(kept, "domid", UINT32_MAX, XM_REG_NO_DOMID);
    state->kept_at = number(kept, "at", INT64_MAX, 0);
}

static int parse_state(const char *path, const xm_json *json, struct xm_reg_state *ret_state, xm_error **err)
{
    struct xm_reg_state state = { 0 };
    int64_t format = number(json, "format", INT64_MAX, 0);
    const xm_json *phase = xm_json_get(json, "phase", NULL);

    if (format > FORMAT)
        return xm_fail(err, XM_UNSUPPORTED, "%s: written in format %lld by a newer xm; this one reads up to %d", path,
                       (long long)format, FORMAT);
    if (format < 1 || !find_phase(phase ? xm_json_str(phase) : NULL, &state.phase))
        return xm_fail(err, XM_INVALID, "%s: is not a guest's state", path);
    state.managed = is_true(json, "managed");
    state.restarting = is_true(json, "restarting");
    state.held = is_true(json, "held");
    state.asked = number(json, "asked", INT64_MAX, 0);
    state.again = is_true(json, "again");
    state.preserved = is_true(json, "preserved");
    state.domid = (uint32_t)number(json, "domid", UINT32_MAX, XM_REG_NO_DOMID);
    state.built = number(json, "built", INT64_MAX, 0);
    state.cpu_ns = (uint64_t)number(json, "cpu_ns", INT64_MAX, 0);
    state.mem_kib = (uint64_t)number(json, "mem_kib", INT64_MAX, 0);
    state.vcpus = (unsigned)number(json, "vcpus", UINT_MAX, 0);
    state.restarts = (unsigned)number(json, "restarts", UINT_MAX, 0);
    state.last_reason = (int)number(json, "last_reason", INT_MAX, -1);
    read_kept(json, &state);
    *ret_state = state;
    return 0;
}

int xm_reg_parse_state(const char *text, size_t len, const char *path, struct xm_reg_state *ret_state, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;

    if (xm_json_parse(text, len, &json, err) < 0)
        return xm_wrap(err, "%s", path);
    return parse_state(path, json, ret_state, err);
}

int xm_reg_read_state(const char *path, struct xm_reg_state *ret_state, xm_error **err)
{
    xm_autofree char *text = NULL;
    size_t len;

    if (xm_file_read(path, STATE_MAX, &text, &len, err) < 0)
        return -1;
    return xm_reg_parse_state(text, len, path, ret_state, err);
}

static xm_json *format_kept(const struct xm_reg_state *state)
{
    xm_json *kept = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(kept, "domid", xm_json_new_int(state->kept_domid));
    xm_json_set(kept, "uuid", xm_json_new_str(state->kept_uuid));
    xm_json_set(kept, "at", xm_json_new_int(state->kept_at));
    return kept;
}

char *xm_reg_format_state(const struct xm_reg_state *state)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "format", xm_json_new_int(FORMAT));
    xm_json_set(json, "phase", xm_json_new_str(phases[state->phase]));
    xm_json_set(json, "managed", xm_json_new_bool(state->managed));
    if (state->restarting)
        xm_json_set(json, "restarting", xm_json_new_bool(true));
    if (state->held)
        xm_json_set(json, "held", xm_json_new_bool(true));
    if (state->asked != 0)
        xm_json_set(json, "asked", xm_json_new_int(state->asked));
    if (state->again)
        xm_json_set(json, "again", xm_json_new_bool(true));
    if (state->preserved)
        xm_json_set(json, "preserved", xm_json_new_bool(true));
    if (state->kept_uuid[0] != '\0')
        xm_json_set(json, "kept", format_kept(state));
    if (state->domid != XM_REG_NO_DOMID)
        xm_json_set(json, "domid", xm_json_new_int(state->domid));
    xm_json_set(json, "built", xm_json_new_int(state->built));
    xm_json_set(json, "cpu_ns", xm_json_new_int((int64_t)state->cpu_ns));
    xm_json_set(json, "mem_kib", xm_json_new_int((int64_t)state->mem_kib));
    xm_json_set(json, "vcpus", xm_json_new_int(state->vcpus));
    xm_json_set(json, "restarts", xm_json_new_int(state->restarts));
    if (state->last_reason >= 0)
        xm_json_set(json, "last_reason", xm_json_new_int(state->last_reason));
    return xm_json_format(json, false);
}

int xm_reg_write_state(const char *path, const struct xm_reg_state *state, xm_error **err)
{
    xm_autofree char *text = xm_reg_format_state(state);

    return xm_file_replace(path, text, strlen(text), 0600, err);
}
