/* USB controllers and devices. */
#include <ctype.h>
#include <string.h>

#include "bind/binder.h"

static const struct xm_choice types[] = {
    { "auto", LIBXL_USBCTRL_TYPE_AUTO }, { "pv", LIBXL_USBCTRL_TYPE_PV },
    { "devicemodel", LIBXL_USBCTRL_TYPE_DEVICEMODEL }, { "qusb", LIBXL_USBCTRL_TYPE_QUSB }, { NULL, 0 }
};

static bool number(struct xm_binder *b, const struct xm_word *word, long min, long max, int *ret)
{
    long value;

    if (!xm_word_long(b, word, min, max, &value))
        return false;
    *ret = (int)value;
    return true;
}

static libxl_device_usbctrl *add_controller(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    libxl_device_usbctrl *ctrl = XM_APPEND(cfg->usbctrls, cfg->num_usbctrls);

    libxl_device_usbctrl_init(ctrl);
    ctrl->devid = cfg->num_usbctrls - 1;
    return ctrl;
}

static void one_controller(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_device_usbctrl *ctrl = add_controller(b);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;
    int type;

    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "type")) {
            if (xm_word_choose(b, types, &word, &type))
                ctrl->type = (libxl_usbctrl_type)type;
        } else if (!strcmp(word.name, "version"))
            (void)number(b, &word, 0, 3, &ctrl->version);
        else if (!strcmp(word.name, "ports"))
            (void)number(b, &word, 0, 31, &ctrl->ports);
        else
            (void)xm_word_unknown(b, &word, "a USB controller", "type, version or ports");
    }
}

static void one_device(struct xm_binder *b, const char *text)
{
    static const struct xm_choice kinds[] = { { "hostdev", LIBXL_USBDEV_TYPE_HOSTDEV }, { NULL, 0 } };
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_usbdev *dev = XM_APPEND(cfg->usbdevs, cfg->num_usbdevs);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;
    int bus = 0, addr = 0, type;

    libxl_device_usbdev_init(dev);
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "type")) {
            /* Left unset unless it is given, as stock xl does; libxl then takes the only one there is. */
            if (xm_word_choose(b, kinds, &word, &type))
                dev->type = (libxl_usbdev_type)type;
        } else if (!strcmp(word.name, "hostbus"))
            (void)number(b, &word, 0, 255, &bus);
        else if (!strcmp(word.name, "hostaddr"))
            (void)number(b, &word, 0, 255, &addr);
        else if (!strcmp(word.name, "controller"))
            (void)number(b, &word, 0, 255, &dev->ctrl);
        else if (!strcmp(word.name, "port"))
            (void)number(b, &word, 0, 31, &dev->port);
        else
            (void)xm_word_unknown(b, &word, "a USB device", "type, hostbus, hostaddr, controller or port");
    }
    dev->u.hostdev.hostbus = (uint8_t)bus;
    dev->u.hostdev.hostaddr = (uint8_t)addr;
}

/* port_N=BUSID of vusb. libxl takes devices by bus and address, which are others each time one is plugged in:
 * only who stands before the host can say what BUSID is now. */
static void vusb_port(struct xm_binder *b, const struct xm_word *word, int ports)
{
    char *end;
    long port = strtol(word->name + 5, &end, 10);

    if (!isdigit((unsigned char)word->name[5]) || *end || port < 1 || port > ports) {
        (void)xm_binder_error(b, "there is no port '%s' (port_1 to port_%d)", word->name, ports);
        return;
    }
    if (*word->value)
        xm_binder_warn(b, "%s is left empty; give the device by its address: usbdev=['hostbus=BUS,hostaddr=ADDR']",
                       word->name);
}

/* xm's "usbver=2,numports=8,port_1=1-1.2": a PV controller. numports has to come before the ports. */
static void one_vusb(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_device_usbctrl *ctrl = add_controller(b);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;

    ctrl->type = LIBXL_USBCTRL_TYPE_PV;
    ctrl->version = 2;
    ctrl->ports = 8;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "usbver"))
            (void)number(b, &word, 1, 2, &ctrl->version);
        else if (!strcmp(word.name, "numports"))
            (void)number(b, &word, 1, 16, &ctrl->ports);
        else if (!strncmp(word.name, "port_", 5))
            vusb_port(b, &word, ctrl->ports);
        else
            (void)xm_word_unknown(b, &word, "vusb", "usbver, numports or port_N");
    }
}

void xm_bind_usb(struct xm_binder *b)
{
    xm_binder_each(b, "usbctrl", false, one_controller);
    if (b->dialect == XM_DIALECT_XM)
        xm_binder_each(b, "vusb", false, one_vusb);
    xm_binder_each(b, "usbdev", false, one_device);
}
