#include "guest/device.h"

#include <string.h>

#include "bind/bind.h"
#include "bind/config.h"
#include "bind/disks.h"
#include "convert/json.h"
#include "guest/claim.h"
#include "guest/mac.h"
#include "guest/step.h"

static const char *doc_key(enum xm_device_kind kind)
{
    return kind == XM_DEVICE_DISK ? "disk" : "vif";
}

/* --- one by itself --- */

static void warn(void *arg, const char *text)
{
    xm_log(arg, XM_LOG_WARNING, "%s", text);
}

static const char *type_of(const xm_doc *doc, bool hvm)
{
    const struct xm_bind_report quiet = { 0 };
    const char *type = hvm ? "hvm" : "pv";
    libxl_domain_config cfg;

    libxl_domain_config_init(&cfg);
    if (doc != NULL && xm_bind(doc, &quiet, &cfg, NULL) == 0)
        type = libxl_domain_type_to_string(cfg.c_info.type);
    libxl_domain_config_dispose(&cfg);
    return type;
}

/* As much of a guest as it takes for bind to read one device. */
static xm_doc *order_doc(const char *type, const char *uuid, const struct xm_device_text *device)
{
    const struct xm_place nowhere = { 0, 0 };
    xm_doc *doc = xm_doc_new(device->dialect, "");
    xm_node *list = xm_node_new(XM_NODE_LIST, nowhere);

    xm_doc_set_str(doc, "name", "device");
    xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_str(doc, "type", type);
    if (strcmp(type, "hvm") != 0)
        xm_doc_set_str(doc, "kernel", "/none");         /* nobody looks whether it is there */
    xm_node_add(list, xm_node_new_str(device->text, nowhere));
    xm_doc_set(doc, doc_key(device->kind), list);
    return doc;
}

static int bind_order(const struct xm_guests *guests, struct xm_order *order, bool tell, xm_error **err)
{
    const struct xm_bind_report report = { .warning = tell ? warn : NULL, .arg = (void *)guests->log };

    libxl_domain_config_dispose(&order->cfg);
    libxl_domain_config_init(&order->cfg);
    return xm_guest_bind(guests, order->doc, &report, &order->cfg, err);
}

static int number_order(struct xm_order *order, const char *text, xm_error **err)
{
    const char *vdev;

    if (order->kind == XM_DEVICE_NIC) {
        /* bind numbers nics by their place in the list; here that is the host's business */
        if (strstr(text, "devid=") == NULL)
            order->cfg.nics[0].devid = -1;
        order->devid = order->cfg.nics[0].devid;
        return 0;
    }
    vdev = order->cfg.disks[0].vdev;
    if (vdev == NULL || xm_disk_number(vdev) < 0)
        return xm_fail(err, XM_INVALID, "'%s' is no device of a guest (like xvda, hda1, sda or 768)", vdev ? vdev : "");
    order->devid = (int)xm_disk_number(vdev);
    return 0;
}

/* Where in a list of one it stands says nothing to who gave only that one. */
static int fail_words(const struct xm_order *order, xm_error *why, xm_error **err)
{
    xm_autofree char *text = xm_error_text(why), *place = xm_printf("%s[0]: ", doc_key(order->kind));
    bool placed = strncmp(text, place, strlen(place)) == 0;
    enum xm_code code = why->code;

    xm_error_free(why);
    return xm_fail(err, code, "%s specification: %s", doc_key(order->kind), text + (placed ? strlen(place) : 0));
}

int xm_order_read(const struct xm_guests *guests, const xm_doc *doc, bool hvm, const char *uuid,
                  const struct xm_device_text *device, struct xm_order *ret_order, xm_error **err)
{
    struct xm_order order = { .kind = device->kind };
    xm_error *why = NULL;
    int rc;

    order.doc = order_doc(type_of(doc, hvm), uuid, device);
    libxl_domain_config_init(&order.cfg);
    rc = bind_order(guests, &order, true, &why);
    if (rc == 0 && device->kind == XM_DEVICE_NIC) {
        xm_guest_give_macs(order.doc, &order.cfg);
        rc = bind_order(guests, &order, false, &why);
    }
    if (rc == 0)
        rc = number_order(&order, device->text, &why);
    if (rc < 0) {
        (void)fail_words(&order, why, err);
        xm_order_clear(&order);
        return -1;
    }
    *ret_order = order;
    return 0;
}

void xm_order_clear(struct xm_order *order)
{
    xm_doc_free(order->doc);
    libxl_domain_config_dispose(&order->cfg);
}

/* --- documents --- */

/* What a document asks for, as libxl's JSON. */
static int doc_json(const xm_doc *doc, xm_json **ret_json, xm_error **err)
{
    xm_autofree char *text = xm_strdup(xm_doc_get_str(doc, XM_GUEST_JSON_KEY));

    if (text == NULL && xm_config_format_json(doc, &text, err) < 0)
        return -1;
    return xm_json_parse(text, strlen(text), ret_json, err);
}

int xm_doc_devices(const xm_doc *doc, enum xm_device_kind kind, xm_devices **ret_devices, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;

    if (doc_json(doc, &config, err) < 0)
        return -1;
    *ret_devices = xm_devices_configured(config, kind);
    return 0;
}

static int check_doc(const xm_doc *doc, xm_error **err)
{
    const struct xm_bind_report quiet = { 0 };
    libxl_domain_config cfg;
    int rc;

    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL)
        return 0;
    libxl_domain_config_init(&cfg);
    rc = xm_bind(doc, &quiet, &cfg, err);
    libxl_domain_config_dispose(&cfg);
    return rc;
}

/* The items of a list in a document to change; NULL, with an error, if what is there is no list. */
static xm_node *copy_list(const xm_doc *doc, enum xm_device_kind kind, xm_error **err)
{
    const xm_node *node = xm_doc_get(doc, doc_key(kind));

    if (node != NULL && node->type == XM_NODE_LIST)
        return xm_node_copy(node);
    if (node == NULL || node->type == XM_NODE_NONE || (node->type == XM_NODE_STR && *node->str == '\0'))
        return xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
    (void)xm_doc_fail(doc, doc_key(kind), node, -1, err, "is no list, and cannot be changed");
    return NULL;
}

/* The order as an item of doc's list, in words that doc's dialect takes for what they meant. */
static xm_node *order_item(const xm_doc *doc, const struct xm_order *order)
{
    xm_autofree char *words = NULL;

    if (xm_doc_dialect(doc) == xm_doc_dialect(order->doc))
        return xm_node_copy(xm_doc_get(order->doc, doc_key(order->kind))->items[0]);
    words = order->kind == XM_DEVICE_DISK ? xm_bind_disk_words(&order->cfg.disks[0]) : xm_bind_vif_words(&order->cfg.nics[0]);
    return xm_node_new_str(words, (struct xm_place){ 0, 0 });
}

static bool is_it(enum xm_device_kind kind, const xm_json *item, size_t index, const struct xm_device *device)
{
    const char *mac = xm_json_str(xm_json_get(item, "mac", NULL));
    xm_autofree char *own = NULL;

    if (kind == XM_DEVICE_DISK || !device->has_mac || mac == NULL)
        return xm_device_number(kind, item, index) == device->devid;
    own = xm_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(device->mac));
    return strcasecmp(mac, own) == 0;
}

/* Where device stands in the document's list: of JSON the item, of a document's own words likewise, for
 * bind makes one of each. */
static bool find_device(const xm_doc *doc, const xm_json *config, enum xm_device_kind kind, const struct xm_device *device,
                        size_t *ret_index)
{
    const xm_json *list = xm_json_get(config, xm_device_list(kind), NULL);
    const xm_node *items = xm_doc_get(doc, doc_key(kind));
    bool is_json = xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL;

    if (list == NULL || list->type != XM_JSON_ARRAY
        || (!is_json && (items == NULL || items->type != XM_NODE_LIST || items->count != list->count)))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (is_it(kind, list->items[i], i, device)) {
            *ret_index = i;
            return true;
        }
    return false;
}

static xm_doc *doc_with_json(const xm_doc *doc, const xm_json *config)
{
    xm_autofree char *text = xm_json_format(config, false);
    xm_doc *copy = xm_doc_copy(doc);

    xm_doc_set_str(copy, XM_GUEST_JSON_KEY, text);
    return copy;
}

static xm_doc *doc_with_list(const xm_doc *doc, enum xm_device_kind kind, xm_node *list)
{
    xm_doc *copy = xm_doc_copy(doc);

    xm_doc_set(copy, doc_key(kind), list);
    return copy;
}

/* order at the end, or in place of the item at index. */
static int put_order(const xm_doc *doc, const struct xm_order *order, const size_t *index, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL, *json = NULL;
    XM_AUTO(xm_doc) *changed = NULL;
    xm_json *in_json;
    xm_node *list;

    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL) {
        if (doc_json(doc, &config, err) < 0 || xm_order_json(order, &json, err) < 0)
            return -1;
        in_json = xm_json_list(config, xm_device_list(order->kind));
        if (index != NULL) {
            xm_json_free(in_json->items[*index]);
            in_json->items[*index] = XM_TAKE(json);
        } else {
            xm_json_add(in_json, XM_TAKE(json));
        }
        *ret_doc = doc_with_json(doc, config);
        return 0;
    }
    if ((list = copy_list(doc, order->kind, err)) == NULL)
        return -1;
    if (index != NULL) {
        xm_node_free(list->items[*index]);
        list->items[*index] = order_item(doc, order);
    } else {
        xm_node_add(list, order_item(doc, order));
    }
    changed = doc_with_list(doc, order->kind, list);
    if (check_doc(changed, err) < 0)
        return -1;
    *ret_doc = XM_TAKE(changed);
    return 0;
}

int xm_doc_with_device(const xm_doc *doc, const struct xm_order *order, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_devices) *devices = NULL;

    /* xl's words are bound whatever is in them twice */
    if (order->kind == XM_DEVICE_DISK) {
        if (xm_doc_devices(doc, order->kind, &devices, err) < 0)
            return -1;
        if (xm_devices_find(devices, order->devid) != NULL)
            return xm_fail(err, XM_EXISTS, "The device \"%s\" is already defined", order->cfg.disks[0].vdev);
    }
    return put_order(doc, order, NULL, ret_doc, err);
}

int xm_doc_without_device(const xm_doc *doc, enum xm_device_kind kind, const struct xm_device *device,
                          xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;
    xm_json *in_json;
    xm_node *list;
    size_t index;

    *ret_doc = NULL;
    if (doc_json(doc, &config, err) < 0)
        return -1;
    if (!find_device(doc, config, kind, device, &index))
        return 0;
    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL) {
        in_json = xm_json_list(config, xm_device_list(kind));
        xm_json_remove(in_json, index);
        *ret_doc = doc_with_json(doc, config);
        return 0;
    }
    if ((list = copy_list(doc, kind, err)) == NULL)
        return -1;
    xm_node_remove(list, index);
    *ret_doc = doc_with_list(doc, kind, list);
    return 0;
}

int xm_doc_with_cd(const xm_doc *doc, const struct xm_order *order, xm_doc **ret_doc, xm_error **err)
{
    const struct xm_device drive = { .devid = order->devid };
    XM_AUTO(xm_json) *config = NULL;
    const xm_json *item;
    size_t index;

    *ret_doc = NULL;
    if (doc_json(doc, &config, err) < 0)
        return -1;
    if (!find_device(doc, config, order->kind, &drive, &index))
        return 0;
    item = xm_json_get(config, xm_device_list(order->kind), NULL)->items[index];
    if (xm_json_int(xm_json_get(item, "is_cdrom", NULL), 0) == 0)
        return 0;
    return put_order(doc, order, &index, ret_doc, err);
}
