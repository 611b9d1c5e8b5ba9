/* Who holds what: lists that both hosts fill. */
#include <stdio.h>
#include <string.h>

#include "host/ops.h"

static void clear_holder(struct xm_holder *holder)
{
    for (size_t i = 0; i < holder->disk_count; i++) {
        free(holder->disks[i].path);
        free(holder->disks[i].script);
    }
    for (size_t i = 0; i < holder->nic_count; i++)
        free(holder->nics[i].bridge);
    free(holder->disks);
    free(holder->nics);
    free(holder->pcis);
    free(holder->name);
}

void xm_holders_free(xm_holders *holders)
{
    if (holders == NULL)
        return;
    for (size_t i = 0; i < holders->count; i++)
        clear_holder(&holders->items[i]);
    free(holders->items);
    free(holders);
}

struct xm_holder *xm_holders_add(xm_holders *holders, uint32_t domid, const char *uuid, const char *name)
{
    struct xm_holder *holder;

    XM_GROW_COUNTED(holders->items, holders->count);
    holder = &holders->items[holders->count++];
    *holder = (struct xm_holder){ .domid = domid, .name = xm_strdup(name) };
    strncpy(holder->uuid, uuid, sizeof(holder->uuid) - 1);
    return holder;
}

void xm_holder_add_disk(struct xm_holder *holder, const char *path, const char *script, char mode)
{
    XM_GROW_COUNTED(holder->disks, holder->disk_count);
    holder->disks[holder->disk_count++] = (struct xm_held_disk){ xm_strdup(path), xm_strdup(script), mode };
}

void xm_holder_add_nic(struct xm_holder *holder, const unsigned char mac[6], const char *bridge)
{
    struct xm_held_nic *nic;

    XM_GROW_COUNTED(holder->nics, holder->nic_count);
    nic = &holder->nics[holder->nic_count++];
    memcpy(nic->mac, mac, sizeof(nic->mac));
    nic->bridge = xm_strdup(bridge);
}

void xm_holder_add_pci(struct xm_holder *holder, struct xm_held_pci pci)
{
    XM_GROW_COUNTED(holder->pcis, holder->pci_count);
    holder->pcis[holder->pci_count++] = pci;
}

/* --- out of a configuration as libxl's JSON --- */

bool xm_held_here(const xm_json *device)
{
    const char *backend = xm_json_str(xm_json_get(device, "backend_domname", NULL));

    return xm_json_int(xm_json_get(device, "backend_domid", NULL), 0) == 0
        && (backend == NULL || strcmp(backend, "Domain-0") == 0 || strcmp(backend, "0") == 0);
}

const xm_json *xm_held_list(const xm_json *config, const char *key)
{
    static const xm_json none = { .type = XM_JSON_ARRAY };
    const xm_json *list = xm_json_get(config, key, NULL);

    return list != NULL && list->type == XM_JSON_ARRAY ? list : &none;
}

static void add_disk(struct xm_holder *holder, const xm_json *disk)
{
    const char *path = xm_json_str(xm_json_get(disk, "pdev_path", NULL));
    const char *script = xm_json_str(xm_json_get(disk, "script", NULL));
    bool shared = script != NULL && strcmp(script, XM_HOST_SHARING_SCRIPT) == 0;
    bool writes = xm_json_int(xm_json_get(disk, "readwrite", NULL), 0) != 0;

    if (path != NULL && *path != '\0' && xm_held_here(disk))
        xm_holder_add_disk(holder, path, shared ? NULL : script, shared ? '!' : writes ? 'w' : 'r');
}

static void add_nic(struct xm_holder *holder, const xm_json *nic, const char *bridge_of_others)
{
    const char *text = xm_json_str(xm_json_get(nic, "mac", NULL)), *bridge = xm_json_str(xm_json_get(nic, "bridge", NULL));
    unsigned char mac[6];

    if (text != NULL && xm_host_mac_parse(text, mac))
        xm_holder_add_nic(holder, mac, bridge ? bridge : bridge_of_others);
}

struct xm_held_pci xm_held_pci_of(const xm_json *pci)
{
    struct xm_held_pci at = {
        (unsigned)xm_json_int(xm_json_get(pci, "domain", NULL), 0), (unsigned)xm_json_int(xm_json_get(pci, "bus", NULL), 0),
        (unsigned)xm_json_int(xm_json_get(pci, "dev", NULL), 0), (unsigned)xm_json_int(xm_json_get(pci, "func", NULL), 0),
    };

    return at;
}

void xm_holder_fill(struct xm_holder *holder, const xm_json *config, const char *bridge)
{
    const xm_json *disks = xm_held_list(config, "disks"), *nics = xm_held_list(config, "nics");
    const xm_json *pcis = xm_held_list(config, "pcidevs");

    for (size_t i = 0; i < disks->count; i++)
        add_disk(holder, disks->items[i]);
    for (size_t i = 0; i < nics->count; i++)
        add_nic(holder, nics->items[i], bridge);
    for (size_t i = 0; i < pcis->count; i++)
        xm_holder_add_pci(holder, xm_held_pci_of(pcis->items[i]));
}

/* --- rules, and forms --- */

bool xm_host_mac_parse(const char *text, unsigned char ret_mac[6])
{
    unsigned char mac[6];

    if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6)
        return false;
    memcpy(ret_mac, mac, sizeof(mac));
    return true;
}

bool xm_disk_modes_clash(char wanted, char held)
{
    return wanted == 'w' || (wanted == 'r' && held == 'w');
}

int xm_room_fail(const struct xm_room *room, xm_error **err)
{
    xm_autofree char *more = room->dom0_kib == 0 ? xm_strdup("")
        : xm_printf(", and domain 0 can give %llu MiB", (unsigned long long)room->dom0_kib / 1024);

    return xm_fail(err, XM_HOST, "not enough memory: the domain needs %llu MiB, %llu MiB are free%s",
                   (unsigned long long)(room->need_kib + 1023) / 1024, (unsigned long long)room->free_kib / 1024, more);
}

bool xm_host_pci_parse(const char *text, struct xm_held_pci *ret)
{
    struct xm_held_pci at;

    if (sscanf(text, "%4x:%2x:%2x.%1x", &at.domain, &at.bus, &at.slot, &at.func) != 4 || at.slot > 31 || at.func > 7)
        return false;
    *ret = at;
    return true;
}

void xm_pci_devices_add(xm_pci_devices *devices, struct xm_held_pci at, bool assignable)
{
    XM_GROW_COUNTED(devices->items, devices->count);
    devices->items[devices->count++] = (struct xm_pci_device){ at, assignable };
}

static unsigned rank(const struct xm_held_pci *at)
{
    return at->domain << 16 | at->bus << 8 | at->slot << 3 | at->func;
}

static int by_address(const void *a, const void *b)
{
    const struct xm_pci_device *x = a, *y = b;
    unsigned left = rank(&x->at), right = rank(&y->at);

    return (left > right) - (left < right);
}

void xm_pci_devices_sort(xm_pci_devices *devices)
{
    if (devices->count > 0)
        qsort(devices->items, devices->count, sizeof(*devices->items), by_address);
}

void xm_pci_devices_free(xm_pci_devices *devices)
{
    if (devices != NULL)
        free(devices->items);
    free(devices);
}
