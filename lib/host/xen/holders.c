/* Who holds what, by the store: each domain's devices, and what their backends were told. And the
 * machine's PCI devices. */
#include "host/xen/xen.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define BACKENDS "/local/domain/0/backend/"

/* Calls add for each device of a kind that domain 0 serves, with the path of its backend. */
static void each_device(struct xs_handle *xs, struct xm_holder *holder, const char *kind,
                        void (*add)(struct xs_handle *xs, struct xm_holder *holder, const char *backend))
{
    xm_autofree char *path = xm_printf("/libxl/%u/device/%s", holder->domid, kind);
    unsigned count = 0;
    xm_autofree char **devices = xs_directory(xs, XBT_NULL, path, &count);

    for (unsigned i = 0; devices != NULL && i < count; i++) {
        xm_autofree char *backend = xen_read(xs, "%s/%s/backend", path, devices[i]);

        if (backend != NULL && strncmp(backend, BACKENDS, strlen(BACKENDS)) == 0)
            add(xs, holder, backend);
    }
}

/* The device model is told "FORMAT:PATH", a script the path alone. */
static void add_disk(struct xs_handle *xs, struct xm_holder *holder, const char *backend)
{
    xm_autofree char *params = xen_read(xs, "%s/params", backend), *mode = xen_read(xs, "%s/mode", backend);
    xm_autofree char *script = xen_read(xs, "%s/script", backend), *vdev = xen_read(xs, "%s/dev", backend);
    bool emulated = strncmp(backend + strlen(BACKENDS), "qdisk/", 6) == 0;
    const char *path = params, *colon = params != NULL ? strchr(params, ':') : NULL;
    const char *base = script != NULL ? strrchr(script, '/') : NULL;
    bool own = emulated || base == NULL || strcmp(base, "/block") == 0;
    bool shared = script != NULL && strcmp(script, XM_HOST_SHARING_SCRIPT) == 0;

    if (emulated && colon != NULL)
        path = colon + 1;
    if (path == NULL || *path == '\0' || mode == NULL)
        return;
    xm_holder_add_disk(holder, path, own || shared ? NULL : script, vdev,
                       shared || strchr(mode, '!') ? '!' : strchr(mode, 'w') ? 'w' : 'r');
}

static void add_nic(struct xs_handle *xs, struct xm_holder *holder, const char *backend)
{
    xm_autofree char *text = xen_read(xs, "%s/mac", backend), *bridge = xen_read(xs, "%s/bridge", backend);
    unsigned char mac[6];

    if (text != NULL && xm_host_mac_parse(text, mac))
        xm_holder_add_nic(holder, mac, bridge);
}

/* All of a domain's PCI devices are behind one backend. */
static void add_pci(struct xs_handle *xs, struct xm_holder *holder, const char *backend)
{
    xm_autofree char *text = xen_read(xs, "%s/num_devs", backend);
    int count = text != NULL ? atoi(text) : 0;
    struct xm_held_pci at;

    for (int i = 0; i < count && i < 256; i++) {
        xm_autofree char *dev = xen_read(xs, "%s/dev-%d", backend, i);

        if (dev != NULL && xm_host_pci_parse(dev, &at))
            xm_holder_add_pci(holder, at);
    }
}

int xen_host_holders(struct xm_host *host, xm_holders **ret, xm_error **err)
{
    struct xs_handle *xs = xen_store(xen_of(host), err);
    XM_AUTO(xm_holders) *holders = xm_new0(xm_holders, 1);
    XM_AUTO(xm_domains) *domains = NULL;

    if (xs == NULL || xen_host_list(host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *domain = &domains->items[i];
        struct xm_holder *holder;

        if (domain->dying || domain->domid == 0)
            continue;
        holder = xm_holders_add(holders, domain->domid, domain->uuid, domain->name);
        each_device(xs, holder, "vbd", add_disk);
        each_device(xs, holder, "vif", add_nic);
        each_device(xs, holder, "pci", add_pci);
    }
    *ret = XM_TAKE(holders);
    return 0;
}

int xen_host_pci(struct xm_host *host, xm_pci_devices **ret, xm_error **err)
{
    xm_pci_devices *devices = xm_new0(xm_pci_devices, 1);
    DIR *dir = opendir("/sys/bus/pci/devices");
    struct dirent *entry;
    struct xm_held_pci at;

    (void)host;
    (void)err;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        xm_autofree char *bound = xm_printf("/sys/bus/pci/drivers/pciback/%s", entry->d_name);

        if (xm_host_pci_parse(entry->d_name, &at))
            xm_pci_devices_add(devices, at, access(bound, F_OK) == 0);
    }
    if (dir != NULL)            /* a machine without that directory has no PCI */
        closedir(dir);
    xm_pci_devices_sort(devices);
    *ret = devices;
    return 0;
}
