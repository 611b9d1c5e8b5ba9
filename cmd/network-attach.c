/* xm network-attach: give a guest one more network interface. */
#include "device.h"

#include <string.h>

struct network_attach_args { struct where_args where; };

static const struct xm_opt network_attach_opts[] = {
    WHERE_OPTS(struct network_attach_args),
    XM_OPT_END
};

#define WORDS_MAX 10                    /* as many as xm has keys */

static bool is_xm_key(const char *name)
{
    static const char *const keys[] = { "type", "mac", "bridge", "ip", "script", "backend", "vifname", "rate", "model", "accel" };

    for (size_t i = 0; i < XM_COUNT(keys); i++)
        if (strcmp(keys[i], name) == 0)
            return true;
    return false;
}

static int check_xm(const char *word, const char *name, const char *value, xm_error **err)
{
    unsigned char mac[6];

    if (!is_xm_key(name) || value == NULL || *value == '\0' || strpbrk(value, "=,") != NULL)
        return xm_fail(err, XM_INVALID, "Invalid argument: %s", word);
    if (strcmp(name, "mac") == 0 && !xm_vif_parse_mac(value, mac))
        return xm_fail(err, XM_INVALID, "Cannot create a new virtual network interface - MAC address is not valid!");
    return 0;
}

static int check_xl(const char *word, const char *name, const char *value, xm_error **err)
{
    unsigned char mac[6];

    if (!xm_vif_has_option(name) || (value != NULL && strchr(value, ',') != NULL))
        return xm_fail(err, XM_INVALID, "unrecognized argument `%s'", word);
    if (strcmp(name, "mac") == 0 && (value == NULL || !xm_vif_parse_mac(value, mac)))
        return xm_fail(err, XM_INVALID, "Invalid parameter `mac'.");
    return 0;
}

static int join(const struct xm_env *env, char **words, size_t count, char **ret_text, xm_error **err)
{
    xm_autobuf text = XM_BUF_INIT;

    xm_buf_puts(&text, "");             /* no words are an interface with nothing but defaults */
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(words[i], '=');
        xm_autofree char *name = xm_strndup(words[i], equals ? (size_t)(equals - words[i]) : strlen(words[i]));
        const char *value = equals ? equals + 1 : NULL;

        if ((env->dialect == XM_DIALECT_XM ? check_xm : check_xl)(words[i], name, value, err) < 0)
            return -1;
        xm_buf_printf(&text, "%s%s", i > 0 ? "," : "", words[i]);
    }
    *ret_text = xm_buf_take(&text);
    return 0;
}

static int network_attach_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct network_attach_args *args = call->args;
    xm_autofree char *text = NULL;
    struct xm_device_text device = { .kind = XM_DEVICE_NIC, .dialect = env->dialect };
    autochange change = { .list = NULL };

    if (change_open(env, call->words[0], &args->where, false, &change, err) < 0
        || join(env, call->words + 1, call->count - 1, &text, err) < 0)
        return -1;
    device.text = text;
    if (env->dry_run)
        return print_device(&change, "vif", &device, err);
    if (change_attach(&change, &device, err) == 0)
        return 0;
    return env->dialect == XM_DIALECT_XL ? xm_wrap(err, "libxl_device_nic_add failed") : -1;
}

const struct xm_cmd cmd_network_attach = {
    .name = "network-attach", .words = "DOMAIN [KEY=VALUE...]", .min = 1, .max = 1 + WORDS_MAX,
    .xl = { "DOMAIN [KEY=VALUE...]", 1, XM_MANY },
    .summary = "Give a guest one more network interface",
    .more =
        "KEY is type, mac, bridge, ip, script, backend, vifname, rate, model or accel, as in\n"
        "vif=.\n"
        CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_DRY,
    .opts = network_attach_opts, .args_size = sizeof(struct network_attach_args), .run = network_attach_run,
};
