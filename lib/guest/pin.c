/* Where the vcpus of a managed guest may run, as part of what it is given at each start. */
#include <string.h>

#include "bind/config.h"
#include "convert/json.h"
#include "guest/step.h"

/* How many vcpus doc gives at the most. */
static int count_vcpus(const xm_doc *doc, int64_t *ret_count, xm_error **err)
{
    xm_autofree char *text = NULL;
    XM_AUTO(xm_json) *config = NULL;
    const xm_json *max;

    if (xm_config_format_json(doc, &text, err) < 0 || xm_json_parse(text, strlen(text), &config, err) < 0)
        return -1;
    max = xm_json_get(config, "b_info", "max_vcpus", NULL);
    *ret_count = max != NULL ? xm_json_int(max, 1) : 1;
    if (*ret_count < 1)
        *ret_count = 1;
    return 0;
}

/* What doc says of one vcpu so far; owned by the caller. A single string holds for each. */
static char *cpus_of(const xm_doc *doc, size_t vcpu)
{
    const xm_node *node = xm_doc_get(doc, "cpus");

    if (node != NULL && node->type == XM_NODE_LIST)
        node = vcpu < node->count ? node->items[vcpu] : NULL;
    if (node != NULL && node->type == XM_NODE_INT)
        return xm_printf("%lld", (long long)node->i);
    return xm_strdup(node != NULL && node->type == XM_NODE_STR && *node->str != '\0' ? node->str : "all");
}

static void set_cpus(xm_doc *doc, unsigned vcpu, const char *cpus, int64_t count)
{
    const struct xm_place nowhere = { 0, 0 };
    xm_node *list = xm_node_new(XM_NODE_LIST, nowhere);

    for (int64_t i = 0; i < count; i++) {
        xm_autofree char *text = vcpu == XM_ALL_VCPUS || vcpu == i ? xm_strdup(cpus) : cpus_of(doc, (size_t)i);

        xm_node_add(list, xm_node_new_str(text, nowhere));
    }
    xm_doc_set(doc, "cpus", list);
}

int xm_guest_pin(const struct xm_guests *guests, const char *uuid, unsigned vcpu, const char *cpus, xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;
    XM_AUTO(xm_doc) *doc = NULL;
    int64_t count;

    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0)
        return -1;
    if (!step.there || !step.state.managed)
        return xm_fail(err, XM_NOT_FOUND, "no guest with uuid %s is managed", uuid);
    if (xm_step_load_doc(&step, &doc, err) < 0)
        return -1;
    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL)
        return xm_fail(err, XM_UNSUPPORTED, "it was restored from a file that xm did not write, and has no configuration to change");
    if (count_vcpus(doc, &count, err) < 0)
        return -1;
    if (vcpu != XM_ALL_VCPUS && vcpu >= count)
        return xm_fail(err, XM_INVALID, "the guest has %lld vcpus, the last being %lld", (long long)count, (long long)count - 1);
    set_cpus(doc, vcpu, cpus, count);
    return xm_reg_save_doc(guests->reg, uuid, doc, err);
}
