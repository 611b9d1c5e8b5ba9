#include "guest/claim.h"

#include <stdio.h>
#include <string.h>

#include "convert/json.h"
#include "guest/step.h"

/* --- binding --- */

/* Only a guest that is bound to cpus makes it worth asking what cpus there are. */
bool xm_guest_names_cpus(const xm_doc *doc)
{
    return xm_doc_get(doc, "cpus") != NULL || xm_doc_get(doc, "cpus_soft") != NULL || xm_doc_get(doc, "cpu") != NULL;
}

static int load_machine(xm_host *host, struct xm_bind_machine *ret_machine, unsigned **ret_nodes, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;
    unsigned *nodes;

    if (xm_host_info_get(host, true, &info, err) < 0)
        return -1;
    nodes = xm_new0(unsigned, info->nr_cpus);
    for (unsigned cpu = 0; info->cpus != NULL && cpu < info->nr_cpus; cpu++)
        nodes[cpu] = info->cpus[cpu].node;
    *ret_machine = (struct xm_bind_machine){ .nr_cpus = info->nr_cpus, .cpu_nodes = info->cpus ? nodes : NULL };
    *ret_nodes = nodes;
    return 0;
}

/* A disk that only a device model can serve is nobody's business but its own. */
static bool is_for_script(const libxl_device_disk *disk)
{
    return disk->format == LIBXL_DISK_FORMAT_RAW && disk->backend != LIBXL_DISK_BACKEND_QDISK;
}

static void let_share(const xm_doc *doc, libxl_domain_config *cfg)
{
    struct xm_disks disks;

    xm_disks_of(doc, &disks);
    for (size_t i = 0; i < disks.count; i++) {
        const struct xm_disk *disk = &disks.items[i];

        if (disk->shared && disk->script == NULL && disk->backend == NULL && disk->index < (size_t)cfg->num_disks
            && is_for_script(&cfg->disks[disk->index]))
            cfg->disks[disk->index].script = xm_strdup(XM_HOST_SHARING_SCRIPT);
    }
    xm_disks_clear(&disks);
}

/* With the processors of this host. */
static int bind_here(const struct xm_guests *guests, const xm_doc *doc, const struct xm_bind_report *report,
                     libxl_domain_config *cfg, xm_error **err)
{
    struct xm_bind_report with = *report;
    struct xm_bind_machine machine;
    xm_autofree unsigned *nodes = NULL;

    if (xm_guest_names_cpus(doc)) {
        if (load_machine(guests->host, &machine, &nodes, err) < 0)
            return -1;
        with.machine = &machine;
    }
    return xm_bind(doc, &with, cfg, err);
}

int xm_guest_bind(const struct xm_guests *guests, const xm_doc *doc, const struct xm_bind_report *report,
                  libxl_domain_config *cfg, xm_error **err)
{
    if (bind_here(guests, doc, report, cfg, err) < 0)
        return -1;
    let_share(doc, cfg);
    return 0;
}

int xm_guest_dry_json(const struct xm_guests *guests, const xm_doc *doc, char **ret_text, xm_error **err)
{
    const struct xm_bind_report report = { .warning = NULL };
    libxl_domain_config cfg;
    int ret;

    libxl_domain_config_init(&cfg);
    ret = bind_here(guests, doc, &report, &cfg, err);
    if (ret == 0) {
        *ret_text = xm_bind_json(&cfg);
        if (*ret_text == NULL)
            ret = xm_fail(err, XM_HOST, "%s: libxl could not write its JSON", xm_doc_file(doc));
    }
    libxl_domain_config_dispose(&cfg);
    return ret;
}

/* --- who else there is --- */

/* A holder, and which files its disks are. */
struct other {
    const struct xm_holder *holder;
    struct xm_host_file *files; /* parallel to its disks */
    bool *known;
};

struct claim {
    const struct xm_guests *guests;
    const xm_doc *doc;
    const libxl_domain_config *cfg;
    xm_findings *findings;
    struct other *others;
    size_t count;
};

static bool is_in(const xm_holders *holders, const char *uuid)
{
    for (size_t i = 0; i < holders->count; i++)
        if (strcmp(holders->items[i].uuid, uuid) == 0)
            return true;
    return false;
}

static int stored_json(const struct xm_guests *guests, const xm_doc *doc, char **ret_json, xm_error **err)
{
    const struct xm_bind_report quiet = { 0 };
    libxl_domain_config cfg;
    int rc = -1;

    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL) {
        *ret_json = xm_strdup(xm_doc_get_str(doc, XM_GUEST_JSON_KEY));
        return 0;
    }
    libxl_domain_config_init(&cfg);
    if (xm_guest_bind(guests, doc, &quiet, &cfg, err) == 0) {
        *ret_json = xm_bind_json(&cfg);
        rc = *ret_json ? 0 : xm_fail(err, XM_HOST, "libxl could not write its JSON");
    }
    libxl_domain_config_dispose(&cfg);
    return rc;
}

/* Entries that cannot be read or bound cannot be started either: nothing is theirs. */
static void add_stored(const struct xm_guests *guests, const struct xm_reg_entry *entry, xm_holders *holders)
{
    const char *bridge = xm_host_conf(guests->host)->vif_bridge;
    XM_AUTO(xm_doc) *doc = NULL;
    XM_AUTO(xm_json) *config = NULL;
    xm_autofree char *json = NULL;

    if (xm_reg_load_doc(guests->reg, entry->uuid, &doc, NULL) < 0 || stored_json(guests, doc, &json, NULL) < 0
        || xm_json_parse(json, strlen(json), &config, NULL) < 0)
        return;
    xm_holder_fill(xm_holders_add(holders, XM_DOMID_NONE, entry->uuid, entry->name), config,
                   bridge ? bridge : XM_HOST_BRIDGE);
}

static int add_all_stored(const struct xm_guests *guests, xm_holders *holders, xm_error **err)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    size_t live = holders->count;

    if (xm_reg_list(guests->reg, &entries, err) < 0)
        return -1;
    for (size_t i = 0; i < entries->count; i++) {
        const struct xm_reg_entry *entry = &entries->items[i];
        xm_holders running = { holders->items, live };

        if (entry->state.managed && entry->damage == NULL && !is_in(&running, entry->uuid))
            add_stored(guests, entry, holders);
    }
    return 0;
}

/* The guest itself, as it runs or is stored, is no other. */
static void look_at_others(struct claim *claim, const xm_holders *holders)
{
    char uuid[LIBXL_UUID_FMTLEN + 1];

    snprintf(uuid, sizeof(uuid), LIBXL_UUID_FMT, LIBXL_UUID_BYTES(claim->cfg->c_info.uuid));
    claim->others = xm_new0(struct other, holders->count);
    for (size_t i = 0; i < holders->count; i++) {
        const struct xm_holder *holder = &holders->items[i];
        struct other *other = &claim->others[claim->count];

        if (holder->domid == 0 || strcmp(holder->uuid, uuid) == 0)
            continue;
        other->holder = holder;
        other->files = xm_new0(struct xm_host_file, holder->disk_count);
        other->known = xm_new0(bool, holder->disk_count);
        for (size_t j = 0; j < holder->disk_count && claim->cfg->num_disks > 0; j++)
            other->known[j] = holder->disks[j].script == NULL
                && xm_host_file(claim->guests->host, holder->disks[j].path, false, &other->files[j], NULL) == 0;
        claim->count++;
    }
}

static void clear_others(struct claim *claim)
{
    for (size_t i = 0; i < claim->count; i++) {
        free(claim->others[i].files);
        free(claim->others[i].known);
    }
    free(claim->others);
}

/* "the guest web, which runs" */
static char *name_of(const struct xm_holder *holder)
{
    const char *name = holder->name ? holder->name : holder->uuid;

    if (holder->domid == XM_DOMID_NONE)
        return xm_printf("guest %s, which is stored", name);
    return xm_printf("guest %s, which runs", name);
}

static const char *by_state(const struct xm_holder *holder, const char *running, const char *stored)
{
    return holder->domid == XM_DOMID_NONE ? stored : running;
}

/* --- disks --- */

/* What one disk of ours is. */
struct own {
    const struct xm_disk *disk;
    struct xm_host_file file;
    bool known;
    char mode;
};

static bool same_file(const struct xm_host_file *a, const struct xm_host_file *b)
{
    return a->dev == b->dev && a->ino == b->ino;
}

/* What a script finds is known by its words alone. */
static bool same_disk(const struct own *own, const struct other *other, size_t i)
{
    const struct xm_held_disk *held = &other->holder->disks[i];

    if (own->disk->script != NULL)
        return held->script != NULL && strcmp(held->script, own->disk->script) == 0 && strcmp(held->path, own->disk->path) == 0;
    return own->known && other->known[i] && same_file(&own->file, &other->files[i]);
}

/* As xl only Xen's script is in the way, and that does see block devices alone: files it looks up in
 * losetup's words, in a form that is no longer theirs. */
static enum xm_severity disk_severity(const struct claim *claim, const struct own *own)
{
    if (xm_doc_dialect(claim->doc) == XM_DIALECT_XM || own->disk->index >= (size_t)claim->cfg->num_disks)
        return XM_FINDING_ERROR;
    return own->file.type == XM_FILE_BLOCK && is_for_script(&claim->cfg->disks[own->disk->index]) ? XM_FINDING_ERROR
                                                                                                 : XM_FINDING_WARNING;
}

static void claim_disk(struct claim *claim, const struct own *own)
{
    enum xm_severity severity = disk_severity(claim, own);
    int index = (int)own->disk->index;

    if (own->known && own->file.mounted && xm_disk_modes_clash(own->mode, own->file.mounted))
        xm_findings_add(claim->findings, claim->doc, severity, "disk-mounted", "disk", index,
                        "%s is mounted%s in domain 0 (unmount it%s)", own->disk->path,
                        own->mode == 'r' ? " read-write" : "", own->mode == 'r' ? "" : ", or share it with w!");
    for (size_t i = 0; i < claim->count; i++)
        for (size_t j = 0; j < claim->others[i].holder->disk_count; j++) {
            const struct xm_holder *holder = claim->others[i].holder;
            xm_autofree char *who = name_of(holder);

            if (!same_disk(own, &claim->others[i], j) || !xm_disk_modes_clash(own->mode, holder->disks[j].mode))
                continue;
            xm_findings_add(claim->findings, claim->doc, severity, by_state(holder, "disk-in-use", "disk-stored"), "disk",
                            index, "%s is in use%s by %s (mode w! shares it)", own->disk->path,
                            own->mode == 'r' ? " for writing" : "", who);
            break;
        }
}

bool xm_claim_is_raw(const struct xm_disk *disk)
{
    return disk->format == NULL || strcmp(disk->format, "raw") == 0 || strcmp(disk->format, "unknown") == 0;
}

/* A device model that cannot open an image does not keep a guest from being made: it only never
 * gets to see its disk. */
static void claim_format(struct claim *claim, const struct own *own)
{
    const struct xm_disk *disk = own->disk;
    const char *is = xm_host_file_format(&own->file);
    bool raw = xm_claim_is_raw(disk);

    if (!own->known || own->file.type == XM_FILE_OTHER || strcmp(is, raw ? "raw" : disk->format) == 0)
        return;
    if (!raw)
        xm_findings_add(claim->findings, claim->doc, XM_FINDING_ERROR, "disk-format", "disk", (int)disk->index,
                        "%s is no %s image (it is %s)", disk->path, disk->format, is);
    else if (!disk->cdrom)
        xm_findings_add(claim->findings, claim->doc, XM_FINDING_WARNING, "disk-format", "disk", (int)disk->index,
                        "%s is a %s image, and the guest would see that, not what is in it (tap:%s:, or format=%s)",
                        disk->path, is, is, is);
}

static bool same_place(const struct xm_disk *a, const struct xm_disk *b)
{
    long number = a->vdev ? xm_disk_number(a->vdev) : -1;

    return number >= 0 && b->vdev != NULL && xm_disk_number(b->vdev) == number;
}

/* xm's binding has refused these already; libxl refuses a place that is taken, and nothing else. */
static void claim_twice(struct claim *claim, const struct own *own, const struct own *earlier)
{
    int index = (int)own->disk->index;

    if (same_place(own->disk, earlier->disk))
        xm_findings_add(claim->findings, claim->doc, XM_FINDING_ERROR, "disk-twice", "disk", index,
                        "the guest has a device %s already, in disk[%zu]", own->disk->vdev, earlier->disk->index);
    else if (own->known && earlier->known && same_file(&own->file, &earlier->file) && (own->mode != 'r' || earlier->mode != 'r'))
        xm_findings_add(claim->findings, claim->doc, XM_FINDING_WARNING, "disk-twice", "disk", index,
                        "%s is the guest's disk[%zu] already", own->disk->path, earlier->disk->index);
}

static void claim_disks(struct claim *claim)
{
    xm_autofree struct own *own = NULL;
    struct xm_disks disks;

    xm_disks_of(claim->doc, &disks);
    own = xm_new0(struct own, disks.count);
    for (size_t i = 0; i < disks.count; i++) {
        const struct xm_disk *disk = &disks.items[i];

        own[i].disk = disk;
        own[i].mode = disk->shared ? '!' : disk->readonly ? 'r' : 'w';
        if (disk->path == NULL || disk->backend != NULL)
            continue;
        own[i].known = disk->script == NULL && disk->kind != XM_DISK_OTHER
            && xm_host_file(claim->guests->host, disk->path, true, &own[i].file, NULL) == 0;
        claim_format(claim, &own[i]);
        claim_disk(claim, &own[i]);
    }
    for (size_t i = 0; i < disks.count; i++)
        for (size_t j = 0; j < i; j++)
            claim_twice(claim, &own[i], &own[j]);
    xm_disks_clear(&disks);
}

/* --- addresses --- */

int xm_claim_index(const xm_doc *doc, const char *key, int count, int i)
{
    const xm_node *list = xm_doc_get(doc, key);

    return list != NULL && list->type == XM_NODE_LIST && list->count == (size_t)count ? i : -1;
}

const char *xm_claim_bridge(const struct xm_guests *guests, const libxl_device_nic *nic)
{
    const char *bridge = xm_host_conf(guests->host)->vif_bridge;

    return nic->bridge ? nic->bridge : bridge ? bridge : XM_HOST_BRIDGE;
}

/* On two bridges an address may be there twice, as when a guest has two ways to one network. */
static enum xm_severity nic_severity(const struct claim *claim, const char *bridge, const char *other)
{
    bool same = other != NULL && strcmp(bridge, other) == 0;

    return same && xm_doc_dialect(claim->doc) == XM_DIALECT_XM ? XM_FINDING_ERROR : XM_FINDING_WARNING;
}

static void claim_address(struct claim *claim, int index, const libxl_device_nic *nic, const char *mac)
{
    const char *bridge = xm_claim_bridge(claim->guests, nic);

    for (size_t i = 0; i < claim->count; i++)
        for (size_t j = 0; j < claim->others[i].holder->nic_count; j++) {
            const struct xm_holder *holder = claim->others[i].holder;
            xm_autofree char *who = name_of(holder);

            if (memcmp(holder->nics[j].mac, nic->mac, sizeof(nic->mac)) != 0)
                continue;
            xm_findings_add(claim->findings, claim->doc, nic_severity(claim, bridge, holder->nics[j].bridge),
                            by_state(holder, "mac-taken", "mac-stored"), "vif", index,
                            "mac %s is that of %s (leave mac out to get one of its own)", mac, who);
            break;
        }
}

static void claim_nics(struct claim *claim)
{
    static const libxl_mac none;
    const libxl_device_nic *nics = claim->cfg->nics;
    int count = claim->cfg->num_nics;

    for (int i = 0; i < count; i++) {
        int index = xm_claim_index(claim->doc, "vif", count, i);
        xm_autofree char *mac = xm_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(nics[i].mac));

        if (memcmp(nics[i].mac, none, sizeof(none)) == 0)
            continue;
        if (nics[i].mac[0] & 1)
            xm_findings_add(claim->findings, claim->doc, nic_severity(claim, "", ""), "mac-multicast", "vif", index,
                            "mac %s is a group's address (its first byte must be even, like 00:16:3e:...)", mac);
        for (int j = 0; j < i; j++)
            if (memcmp(nics[j].mac, nics[i].mac, sizeof(none)) == 0)
                xm_findings_add(claim->findings, claim->doc,
                                nic_severity(claim, xm_claim_bridge(claim->guests, &nics[i]), xm_claim_bridge(claim->guests, &nics[j])),
                                "mac-twice", "vif", index, "mac %s is that of vif[%d] already", mac, j);
        claim_address(claim, index, &nics[i], mac);
    }
}

/* --- PCI devices --- */

static void claim_pcis(struct claim *claim)
{
    int count = claim->cfg->num_pcidevs;

    for (int i = 0; i < count; i++) {
        const libxl_device_pci *pci = &claim->cfg->pcidevs[i];
        struct xm_held_pci at = { (unsigned)pci->domain, pci->bus, pci->dev, pci->func };

        for (size_t j = 0; j < claim->count; j++)
            for (size_t k = 0; k < claim->others[j].holder->pci_count; k++) {
                xm_autofree char *who = name_of(claim->others[j].holder);

                if (memcmp(&claim->others[j].holder->pcis[k], &at, sizeof(at)) != 0)
                    continue;
                xm_findings_add(claim->findings, claim->doc, XM_FINDING_ERROR,
                                by_state(claim->others[j].holder, "pci-taken", "pci-stored"), "pci",
                                xm_claim_index(claim->doc, "pci", count, i), "%04x:%02x:%02x.%x is with %s",
                                at.domain, at.bus, at.slot, at.func, who);
            }
    }
}

/* --- all of it --- */

int xm_guest_claim(const struct xm_guests *guests, const xm_doc *doc, const libxl_domain_config *cfg, bool stored,
                   xm_findings *findings, xm_error **err)
{
    struct claim claim = { .guests = guests, .doc = doc, .cfg = cfg, .findings = findings };
    XM_AUTO(xm_holders) *holders = NULL;

    /* A guest without devices is in nobody's way, and is not to cost a look at all the others. */
    if (cfg->num_disks == 0 && cfg->num_nics == 0 && cfg->num_pcidevs == 0)
        return 0;
    if (xm_host_holders(guests->host, &holders, err) < 0 || (stored && add_all_stored(guests, holders, err) < 0))
        return -1;
    look_at_others(&claim, holders);
    claim_disks(&claim);
    claim_nics(&claim);
    claim_pcis(&claim);
    clear_others(&claim);
    return 0;
}

int xm_guest_claim_now(const struct xm_guests *guests, const xm_doc *doc, const libxl_domain_config *cfg, xm_error **err)
{
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);

    if (xm_doc_dialect(doc) != XM_DIALECT_XM)
        return 0;               /* stock xl leaves it to Xen's scripts */
    if (xm_guest_claim(guests, doc, cfg, false, findings, err) < 0)
        return -1;
    xm_findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        xm_autofree char *text = xm_finding_format(&findings->items[i], NULL);

        if (findings->items[i].severity == XM_FINDING_ERROR)
            return xm_fail(err, XM_BUSY, "%s", text);
    }
    return 0;
}
