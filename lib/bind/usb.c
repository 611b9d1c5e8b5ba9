/* USB controllers and devices. */
#include <string.h>

#include "bind/binder.h"

static const struct xm_choice types[] = {
    { "auto", LIBXL_USBCTRL_TYPE_AUTO }, { "pv", LIBXL_USBCTRL_TYPE_PV },
    { "devicemodel", LIBXL_USBCTRL_TYPE_DEVICEMODEL }, { "qusb", LIBXL_USBCTRL_TYPE_QUSB }, { NULL, 0 }
};

static bool number(struct xm_binder *b, const struct xm_word *word, long max, int *ret)
{
    long value;

    if (!xm_binder_parse_long(b, word->value, word->name, 0, max, &value))
        return false;
    *ret = (int)value;
    return true;
}

static void one_controller(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_usbctrl *ctrl = XM_APPEND(cfg->usbctrls, cfg->num_usbctrls);
    struct xm_words words = { copy, true };
    struct xm_word word;
    int type;

    libxl_device_usbctrl_init(ctrl);
    ctrl->devid = cfg->num_usbctrls - 1;
    while (xm_words_next(&words, &word)) {
        if (!word.value)
            (void)xm_binder_error(b, "'%s' should be NAME=VALUE", word.name);
        else if (!strcmp(word.name, "type")) {
            if (xm_binder_choose(b, types, "type", word.value, &type))
                ctrl->type = (libxl_usbctrl_type)type;
        } else if (!strcmp(word.name, "version"))
            (void)number(b, &word, 3, &ctrl->version);
        else if (!strcmp(word.name, "ports"))
            (void)number(b, &word, 31, &ctrl->ports);
        else
            (void)xm_binder_error(b, "unknown option '%s' of a USB controller", word.name);
    }
}

static void one_device(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_usbdev *dev = XM_APPEND(cfg->usbdevs, cfg->num_usbdevs);
    struct xm_words words = { copy, true };
    struct xm_word word;
    int bus = -1, addr = -1;

    libxl_device_usbdev_init(dev);
    while (xm_words_next(&words, &word)) {
        if (!word.value)
            (void)xm_binder_error(b, "'%s' should be NAME=VALUE", word.name);
        else if (!strcmp(word.name, "type")) {
            /* Left unset unless it is given, as stock xl does; libxl then takes the only one there is. */
            if (strcmp(word.value, "hostdev"))
                (void)xm_binder_error(b, "unknown type '%s' (hostdev)", word.value);
            else
                dev->type = LIBXL_USBDEV_TYPE_HOSTDEV;
        } else if (!strcmp(word.name, "hostbus"))
            (void)number(b, &word, 255, &bus);
        else if (!strcmp(word.name, "hostaddr"))
            (void)number(b, &word, 255, &addr);
        else if (!strcmp(word.name, "controller"))
            (void)number(b, &word, 255, &dev->ctrl);
        else if (!strcmp(word.name, "port"))
            (void)number(b, &word, 31, &dev->port);
        else
            (void)xm_binder_error(b, "unknown option '%s' of a USB device", word.name);
    }
    dev->u.hostdev.hostbus = (uint8_t)(bus < 0 ? 0 : bus);
    dev->u.hostdev.hostaddr = (uint8_t)(addr < 0 ? 0 : addr);
}

void xm_bind_usb(struct xm_binder *b)
{
    xm_binder_each(b, "usbctrl", false, one_controller);
    xm_binder_each(b, "usbdev", false, one_device);
}
