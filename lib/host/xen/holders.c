/* Who holds what, by the store: each domain's devices, and what their backends were told. And the
 * machine's PCI devices. */
#include "host/xen/xen.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define BACKENDS "/local/domain/0/backend"

static struct xm_holder *find(xm_holders *holders, const char *domid)
{
    unsigned long number = strtoul(domid, NULL, 10);

    for (size_t i = 0; i < holders->count; i++)
        if (holders->items[i].domid == number)
            return &holders->items[i];
    return NULL;                /* it is dying, or its backend is left over */
}

typedef void add_fn(struct xs_handle *xs, struct xm_holder *holder, const char *backend);

/* By domain 0's end of the devices: guests without any cost nothing so. */
static void each_backend(struct xs_handle *xs, xm_holders *holders, const char *kind, add_fn *add)
{
    xm_autofree char *top = xm_printf(BACKENDS "/%s", kind);
    unsigned domains = 0;
    xm_autofree char **domids = xs_directory(xs, XBT_NULL, top, &domains);

    for (unsigned i = 0; domids != NULL && i < domains; i++) {
        struct xm_holder *holder = find(holders, domids[i]);
        xm_autofree char *path = xm_printf("%s/%s", top, domids[i]);
        unsigned count = 0;
        xm_autofree char **devices = holder ? xs_directory(xs, XBT_NULL, path, &count) : NULL;

        for (unsigned j = 0; devices != NULL && j < count; j++) {
            xm_autofree char *backend = xm_printf("%s/%s", path, devices[j]);

            add(xs, holder, backend);
        }
    }
}

static void add_disk(struct xs_handle *xs, struct xm_holder *holder, const char *backend)
{
    xm_autofree char *path = xen_read(xs, "%s/params", backend), *mode = xen_read(xs, "%s/mode", backend);
    xm_autofree char *script = xen_read(xs, "%s/script", backend);
    const char *base = script != NULL ? strrchr(script, '/') : NULL;
    bool own = base == NULL || strcmp(base, "/block") == 0;
    bool shared = script != NULL && strcmp(script, XM_HOST_SHARING_SCRIPT) == 0;

    if (path != NULL && *path != '\0' && mode != NULL)
        xm_holder_add_disk(holder, path, own || shared ? NULL : script,
                           shared || strchr(mode, '!') ? '!' : strchr(mode, 'w') ? 'w' : 'r');
}

/* The device model is told "FORMAT:PATH". */
static void add_emulated(struct xs_handle *xs, struct xm_holder *holder, const char *backend)
{
    xm_autofree char *params = xen_read(xs, "%s/params", backend), *mode = xen_read(xs, "%s/mode", backend);
    const char *colon = params != NULL ? strchr(params, ':') : NULL;

    if (colon != NULL && colon[1] != '\0' && mode != NULL)
        xm_holder_add_disk(holder, colon + 1, NULL, strchr(mode, 'w') ? 'w' : 'r');
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

        if (!domain->dying && domain->domid != 0)
            xm_holders_add(holders, domain->domid, domain->uuid, domain->name);
    }
    each_backend(xs, holders, "vbd", add_disk);
    each_backend(xs, holders, "qdisk", add_emulated);
    each_backend(xs, holders, "vif", add_nic);
    each_backend(xs, holders, "pci", add_pci);
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
