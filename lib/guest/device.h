/* Devices in documents: one read by itself, and documents with one more, one fewer, another medium.
 * Within this folder only. */
#ifndef XM_GUEST_DEVICE_H
#define XM_GUEST_DEVICE_H

#include <libxl.h>

#include "guest/guest.h"

/* A device that was asked for. */
struct xm_order {
    enum xm_device_kind kind;
    xm_doc *doc;                /* of it alone, in the dialect of its words; a nic has its address */
    libxl_domain_config cfg;    /* of that, with the guest's type and uuid */
    int devid;                  /* of a disk its number; of a nic as asked for, or -1 */
};

/* Reads device for the guest of uuid that has doc (NULL: unknown, hvm says what it is like). XM_INVALID:
 * "disk specification: ", and what bind says. After a failure there is nothing to clear. */
int xm_order_read(const struct xm_guests *guests, const xm_doc *doc, bool hvm, const char *uuid,
                  const struct xm_device_text *device, struct xm_order *ret_order, xm_error **err);
void xm_order_clear(struct xm_order *order);
static inline void *xm_order_device(const struct xm_order *order)
{
    return order->kind == XM_DEVICE_DISK ? (void *)order->cfg.disks : (void *)order->cfg.nics;
}

/* As libxl's JSON. */
static inline int xm_order_json(const struct xm_order *order, xm_json **ret_json, xm_error **err)
{
    return xm_device_json(order->kind, xm_order_device(order), ret_json, err);
}

/* What doc asks for, by number. */
int xm_doc_devices(const xm_doc *doc, enum xm_device_kind kind, xm_devices **ret_devices, xm_error **err);

/* Documents after the change; they are whole and can be bound. */
int xm_doc_with_device(const xm_doc *doc, const struct xm_order *order, xm_doc **ret_doc, xm_error **err);
/* A nic goes by its address, if one is known. *ret_doc NULL: doc has no such device. */
int xm_doc_without_device(const xm_doc *doc, enum xm_device_kind kind, const struct xm_device *device,
                          xm_doc **ret_doc, xm_error **err);
/* order in place of the CD drive of its number. *ret_doc NULL: doc has no such drive. */
int xm_doc_with_cd(const xm_doc *doc, const struct xm_order *order, xm_doc **ret_doc, xm_error **err);

#endif
