#include "device.h"

#include <string.h>

/* --- changes --- */

int change_open(struct xm_env *env, const char *word, const struct where_args *where, bool brief,
                struct device_change *ret_change, xm_error **err)
{
    bool xl = env->dialect == XM_DIALECT_XL;

    *ret_change = (struct device_change){ .env = env };
    ret_change->where = (where->live ? XM_LIVE : 0u) | (where->config ? XM_STORED : 0u);
    if (find_guest(env, word, xl ? FIND_LIVE : 0, 0, &ret_change->list, &ret_change->guest, err) < 0) {
        if (xl && brief && err != NULL && (*err)->code == XM_NOT_FOUND) {
            xm_error_clear(err);
            return xm_fail(err, XM_NOT_FOUND, "%s is an invalid domain identifier", word);
        }
        return -1;
    }
    if (ret_change->guest->damage != NULL)
        return xm_fail(err, XM_STATE, "its entry cannot be read: %s", ret_change->guest->damage);
    return 0;
}

void change_close(struct device_change *change)
{
    xm_guest_list_free(change->list);
}

static int attend_change(const struct device_change *change, struct attend *attend, xm_error **err)
{
    *attend = (struct attend){ 0 };
    if (!change->guest->ours || !is_live(change->guest))
        return 0;
    return attend_step(change->env, change->guest->uuid, attend, err);
}

static int attend_done(struct attend *attend, int rc, xm_error **err)
{
    if (attend->super == NULL)
        return rc;
    if (rc < 0) {
        attend_abort(attend);
        return rc;
    }
    return attend_end(attend, err);
}

int change_attach(const struct device_change *change, const struct xm_device_text *device, xm_error **err)
{
    struct attend attend;

    if (attend_change(change, &attend, err) < 0)
        return -1;
    return attend_done(&attend, xm_guest_attach(&change->env->guests, change->guest, device, change->where, err), err);
}

int change_detach(const struct device_change *change, enum xm_device_kind kind, int devid, const char *word, bool force,
                  xm_error **err)
{
    struct attend attend;

    if (attend_change(change, &attend, err) < 0)
        return -1;
    return attend_done(&attend, xm_guest_detach(&change->env->guests, change->guest, kind, devid, word, force,
                                                change->where, err), err);
}

int change_cd(const struct device_change *change, const struct xm_device_text *device, xm_error **err)
{
    struct attend attend;

    if (attend_change(change, &attend, err) < 0)
        return -1;
    return attend_done(&attend, xm_guest_cd_change(&change->env->guests, change->guest, device, change->where, err), err);
}

int print_device(const struct device_change *change, const char *what, const struct xm_device_text *device, xm_error **err)
{
    xm_autofree char *json = NULL;

    if (xm_guest_device_json(&change->env->guests, change->guest, device, &json, err) < 0)
        return -1;
    printf("%s: %s\n", what, json);    /* libxl's JSON ends its line: the empty one is stock xl's, too */
    return 0;
}

void pass_over(const struct xm_call *call, size_t from)
{
    for (size_t i = from; i < call->count; i++)
        printf("Ignoring option %s\n", call->words[i]);
}

char *join_disk(char **words, size_t count)
{
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; i < count; i++)
        xm_buf_printf(&text, "%s%s", i > 0 ? "," : "", words[i]);
    return xm_buf_take(&text);
}

int check_disk_words(char **words, size_t count, xm_error **err)
{
    for (size_t i = 0; i < count; i++)
        if (strchr(words[i], ',') != NULL)
            return xm_fail(err, XM_INVALID, "Invalid argument: %s", words[i]);
    return 0;
}

/* --- listings --- */

/* What xm's listing is given one guest for, no more and no fewer. */
static int check_one(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    if (call->count == 1)
        return 0;
    puts(call->count == 0 ? "No domain parameter given" : "No multiple domain parameters allowed");
    print_cmd_help(env, call->cmd);
    env->fail_plain = true;
    return xm_fail(err, XM_INVALID, "%s", "");
}

static void add_known(xm_sxp *list, const char *key, int64_t value)
{
    if (value >= 0)
        xm_sxp_add_int(list, key, value);
}

static char *mac_text(const struct xm_device *device)
{
    const unsigned char *mac = device->mac;

    if (!device->has_mac)
        return NULL;
    return xm_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* (51712 ((backend-id 0) (state 4) ...)) */
static void print_long(const struct device_list *what, const struct xm_device *device)
{
    bool nic = what->kind == XM_DEVICE_NIC;
    xm_autofree char *number = xm_printf("%d", device->devid), *mac = mac_text(device), *text = NULL;
    XM_AUTO(xm_sxp) *sxp = xm_sxp_new_list(number);
    xm_sxp *keys = xm_sxp_new_list(NULL);

    add_known(keys, "backend-id", device->backend_id);
    if (nic)
        add_known(keys, "handle", device->handle);
    add_known(keys, "state", device->state);
    add_known(keys, "event-channel", device->evtchn);
    add_known(keys, nic ? "tx-ring-ref" : "ring-ref", device->ring);
    add_known(keys, "rx-ring-ref", device->rx_ring);
    if (mac != NULL)
        xm_sxp_add_str(keys, "mac", mac);
    if (device->backend != NULL)
        xm_sxp_add_str(keys, "backend", device->backend);
    if (device->medium != NULL)
        xm_sxp_add_str(keys, "params", device->medium);
    xm_sxp_add(sxp, keys);
    text = xm_sxp_format(sxp, 80);
    fputs(text, stdout);
}

static void set_known(xm_json *row, const char *key, int64_t value)
{
    xm_json_set(row, key, value >= 0 ? xm_json_new_int(value) : xm_json_new(XM_JSON_NULL));
}

static xm_json *json_device(const struct device_list *what, const struct xm_guest *guest, const struct xm_device *device)
{
    xm_autofree char *mac = mac_text(device);
    xm_json *row = json_guest(guest);

    xm_json_set(row, "device", xm_json_new_int(device->devid));
    if (what->kind == XM_DEVICE_NIC) {
        xm_json_set(row, "mac", xm_json_new_str(mac));
    } else {
        xm_json_set(row, "cdrom", xm_json_new_bool(device->cdrom));
        xm_json_set(row, "medium", xm_json_new_str(device->medium));
    }
    set_known(row, "backend_domid", device->backend_id);
    xm_json_set(row, "backend", xm_json_new_str(device->backend));
    set_known(row, "state", device->state);
    return row;
}

static void show(const struct xm_env *env, const struct device_list *what, const struct device_list_args *args,
                 const struct xm_guest *guest, const xm_devices *devices, xm_json *json)
{
    bool xm = env->dialect == XM_DIALECT_XM;

    for (size_t i = 0; i < devices->count; i++) {
        const struct xm_device *device = &devices->items[i];

        if (json != NULL)
            xm_json_add(json, json_device(what, guest, device));
        else if (args->long_form)
            print_long(what, device);
        else {
            if (xm && i == 0)
                what->print_heading(env);
            what->print_row(env, guest, device);
        }
    }
}

static int show_word(struct xm_env *env, const struct device_list *what, const struct device_list_args *args,
                     const char *word, xm_json *json, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    XM_AUTO(xm_devices) *devices = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, word, env->dialect == XM_DIALECT_XL ? FIND_LIVE : 0, 0, &list, &guest, err) < 0
        || xm_guest_devices(&env->guests, guest, what->kind, &devices, err) < 0)
        return -1;
    show(env, what, args, guest, devices, json);
    return 0;
}

/* Some of xl's listings tell of a name that is none and go on. */
static int pass_unknown(struct xm_env *env, const struct device_list *what, const char *word, xm_error **err)
{
    if (forgive_number(env, word, err) == 0)
        return 0;
    if (!what->brief || err == NULL || (*err)->code != XM_NOT_FOUND)
        return -1;
    xm_error_clear(err);
    fprintf(stderr, "%s is an invalid domain identifier\n", word);
    return 0;
}

static int list_words(struct xm_env *env, const struct xm_call *call, const struct device_list *what, xm_json *json,
                      xm_error **err)
{
    bool xl = env->dialect == XM_DIALECT_XL;

    if (xl && json == NULL)
        what->print_heading(env);
    for (size_t i = 0; i < call->count; i++)
        if (show_word(env, what, call->args, call->words[i], json, err) < 0
            && (!xl || pass_unknown(env, what, call->words[i], err) < 0))
            return -1;
    return 0;
}

int list_devices(struct xm_env *env, const struct xm_call *call, const struct device_list *what, xm_error **err)
{
    const struct device_list_args *args = call->args;
    xm_json *json = args->json ? xm_json_new(XM_JSON_ARRAY) : NULL;

    if ((env->dialect == XM_DIALECT_XM && check_one(env, call, err) < 0)
        || list_words(env, call, what, json, err) < 0) {
        xm_json_free(json);
        return -1;
    }
    if (json != NULL)
        print_json(json);
    return 0;
}
