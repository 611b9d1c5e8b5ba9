/* Documents and configurations as guests need them: who a guest is, and what libxl's JSON says. */
#include <string.h>

#include "base/mem.h"
#include "bind/bind.h"
#include "bind/config.h"
#include "convert/json.h"
#include "guest/mac.h"
#include "guest/step.h"
#include "registry/uuid.h"

static const char no_uuid[] = "00000000-0000-0000-0000-000000000000";

/* Who gave the configuration was warned when it was read. */
static void warn(void *arg, const char *text)
{
    xm_log(arg, XM_LOG_DEBUG, "%s", text);
}

static void format_uuid(const uint8_t *bytes, char ret_uuid[37])
{
    static const char hex[] = "0123456789abcdef";
    char digits[33];

    for (int i = 0; i < 16; i++) {
        digits[2 * i] = hex[bytes[i] >> 4];
        digits[2 * i + 1] = hex[bytes[i] & 15];
    }
    digits[32] = '\0';
    (void)xm_uuid_parse(digits, ret_uuid);      /* 32 digits always parse */
}

int xm_guest_identify(const struct xm_guests *guests, xm_doc *doc, xm_error **err)
{
    struct xm_bind_report report = { .warning = warn, .arg = (void *)guests->log };
    libxl_domain_config cfg;
    char uuid[37];
    int rc = -1;

    xm_doc_remove(doc, XM_GUEST_JSON_KEY);      /* ours alone to set */
    /* bind knows how either dialect spells the two and what they default to */
    libxl_domain_config_init(&cfg);
    if (xm_bind(doc, &report, &cfg, err) == 0) {
        format_uuid(libxl_uuid_bytearray(&cfg.c_info.uuid), uuid);
        xm_doc_set_str(doc, "name", cfg.c_info.name);
        xm_doc_set_str(doc, "uuid", uuid);
        xm_guest_give_macs(doc, &cfg);
        rc = 0;
        if (strcmp(uuid, no_uuid) == 0)         /* that one is the control domain's */
            rc = xm_doc_fail(doc, "uuid", xm_doc_get(doc, "uuid"), -1, err, "is all zeroes");
    }
    libxl_domain_config_dispose(&cfg);
    return rc;
}

int xm_guest_check_free(const struct xm_guests *guests, const char *name, const char *uuid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_list(guests->host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        /* One that is dying has let go of its name and its devices; the hypervisor only has yet to
         * take its memory apart, which for a big one takes seconds. */
        if (d->dying)
            continue;
        if (strcmp(d->uuid, uuid) == 0 || (d->name != NULL && strcmp(d->name, name) == 0))
            return xm_fail(err, XM_EXISTS, "Domain '%s' already exists with ID '%u'", d->name ? d->name : name, d->domid);
    }
    return 0;
}

void xm_guest_settle_holder(const struct xm_guests *guests, const char *name, const char *uuid)
{
    char holder[37];

    if (xm_reg_find(guests->reg, name, holder, NULL) < 0 || strcmp(holder, uuid) == 0)
        return;
    (void)xm_guest_mend(guests, holder, NULL);  /* if that fails, the name is simply taken */
}

static xm_json *parse(const char *json, const char *what, xm_error **err)
{
    xm_json *root = NULL;

    if (xm_json_parse(json, strlen(json), &root, err) < 0) {
        xm_wrap(err, "%s: the configuration saved with it", what);
        return NULL;
    }
    if (root->type != XM_JSON_OBJECT) {
        xm_json_free(root);
        xm_fail(err, XM_INVALID, "%s: the configuration saved with it is no object", what);
        return NULL;
    }
    return root;
}

/* Of a key that is there twice libxl takes the first and we take the last: such a thing says two things. */
static const xm_json *only(const xm_json *object, const char *key)
{
    const xm_json *found = NULL;

    for (size_t i = 0; object != NULL && object->type == XM_JSON_OBJECT && i < object->count; i++) {
        if (strcmp(object->keys[i], key) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = object->items[i];
    }
    return found;
}

bool xm_guest_json_identity(const xm_json *root, const char **ret_name, char ret_uuid[37])
{
    const xm_json *info = only(root, "c_info");
    const char *name = xm_json_str(only(info, "name")), *text = xm_json_str(only(info, "uuid"));

    /* Where its hyphens stand is not all the same to libxl, which would go on with none. */
    if (name == NULL || *name == '\0' || text == NULL || !xm_uuid_parse(text, ret_uuid) || strcasecmp(text, ret_uuid) != 0
        || strcmp(ret_uuid, no_uuid) == 0)
        return false;
    *ret_name = name;
    return true;
}

/* libxl leaves out what has its default, and that of every action is to destroy. */
static void set_policy(xm_doc *doc, const xm_json *root, const char *key)
{
    const xm_json *value = xm_json_get(root, key, NULL);
    const char *word = value ? xm_json_str(value) : NULL;

    xm_doc_set_str(doc, key, word ? word : "destroy");
}

int xm_guest_doc_from_json(const char *json, const char *file, xm_doc **ret_doc, xm_error **err)
{
    static const char *const policies[] = { "on_poweroff", "on_reboot", "on_crash", "on_watchdog", "on_soft_reset" };
    XM_AUTO(xm_json) *root = parse(json, file, err);
    const char *name;
    char uuid[37];
    xm_doc *doc;

    if (root == NULL)
        return -1;
    if (!xm_guest_json_identity(root, &name, uuid))
        return xm_fail(err, XM_INVALID, "%s: the configuration saved with it has no name or uuid, or two", file);
    doc = xm_doc_new(XM_DIALECT_XL, file);
    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    for (size_t i = 0; i < XM_COUNT(policies); i++)
        set_policy(doc, root, policies[i]);
    xm_doc_set_str(doc, XM_GUEST_JSON_KEY, json);
    *ret_doc = doc;
    return 0;
}

int xm_guest_json_as(const char *json, const char *name, const char *uuid, char **ret_json, xm_error **err)
{
    XM_AUTO(xm_json) *root = parse(json, name, err);
    xm_json *info;

    if (root == NULL)
        return -1;
    info = (xm_json *)xm_json_get(root, "c_info", NULL);       /* within root, which is ours */
    if (info == NULL || info->type != XM_JSON_OBJECT)
        return xm_fail(err, XM_INVALID, "%s: its configuration has no c_info", name);
    xm_json_set(info, "name", xm_json_new_str(name));
    xm_json_set(info, "uuid", xm_json_new_str(uuid));
    *ret_json = xm_json_format(root, false);
    return 0;
}

int xm_guest_config_json(const struct xm_guests *guests, const struct xm_guest *guest, char **ret_json, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    const char *json;

    if (guest->domid != XM_DOMID_NONE)
        return xm_host_config_json(guests->host, guest->domid, ret_json, err);
    if (xm_reg_load_doc(guests->reg, guest->uuid, &doc, err) < 0)
        return -1;
    json = xm_doc_get_str(doc, XM_GUEST_JSON_KEY);
    if (json == NULL)
        return xm_config_format_json(doc, ret_json, err);
    *ret_json = xm_strdup(json);
    return 0;
}

int xm_guest_doc(const struct xm_guests *guests, const struct xm_guest *guest, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    xm_autofree char *json = NULL;

    if (guest->ours) {
        if (xm_reg_load_doc(guests->reg, guest->uuid, &doc, err) < 0)
            return -1;
        json = xm_strdup(xm_doc_get_str(doc, XM_GUEST_JSON_KEY));
        if (json == NULL) {
            *ret_doc = XM_TAKE(doc);
            return 0;
        }
    } else if (xm_host_config_json(guests->host, guest->domid, &json, err) < 0) {
        return -1;
    }
    return xm_config_from_json(json, strlen(json), ret_doc, err);
}
