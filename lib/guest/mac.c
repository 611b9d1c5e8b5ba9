/* A vif that was given no address gets one when its guest is made, and keeps it: a guest that
 * came up with another one each time would lose its leases and its neighbours. */
#include "guest/mac.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* Xen's own range of addresses; by custom the fourth byte stays below 0x80. */
static char *make_mac(void)
{
    uint8_t bytes[3];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        abort();                /* only a broken kernel gives fewer than 256 bytes */
    return xm_printf("00:16:3e:%02x:%02x:%02x", bytes[0] & 0x7f, bytes[1], bytes[2]);
}

static bool has_mac(const libxl_device_nic *nic)
{
    static const libxl_mac none;

    return memcmp(nic->mac, none, sizeof(none)) != 0;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

void xm_guest_give_macs(xm_doc *doc, const libxl_domain_config *cfg)
{
    const xm_node *vifs = xm_doc_get(doc, "vif");
    xm_node *given;

    /* One nic for each item, in order, as bind makes them; anything else has no place for an address. */
    if (vifs == NULL || vifs->type != XM_NODE_LIST || vifs->count != (size_t)cfg->num_nics)
        return;
    given = xm_node_copy(vifs);
    for (size_t i = 0; i < given->count; i++) {
        xm_node *item = given->items[i];
        xm_autofree char *mac = NULL, *old = NULL;

        if (item->type != XM_NODE_STR || has_mac(&cfg->nics[i]))
            continue;
        mac = make_mac();
        old = item->str;
        item->str = xm_printf("%s%smac=%s", is_blank(old) ? "" : old, is_blank(old) ? "" : ",", mac);
    }
    xm_doc_set(doc, "vif", given);
}
