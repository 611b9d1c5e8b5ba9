/* What domains that are no more have left in the store and among libxl's files. The store is read first and
 * the hypervisor asked afterwards, so that a domain which comes meanwhile is there when it is asked for. */
#include "host/xen/xen.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIB_DIR "/var/lib/xen"
#define BACKENDS "/local/domain/0/backend"

/* How long a backend in the kernel gets to let go of its device. */
enum { CLOSE_TRIES = 20, CLOSE_PAUSE_MS = 100 };

struct search {
    struct xs_handle *xs;
    xm_leftovers *found;        /* before it is known who lives */
};

static bool read_domid(const char *text, uint32_t *ret_domid)
{
    unsigned long number;
    char *end;

    if (!isdigit((unsigned char)*text))
        return false;
    number = strtoul(text, &end, 10);
    if (*end != '\0' || number == 0 || number >= DOMID_FIRST_RESERVED)
        return false;
    *ret_domid = (uint32_t)number;
    return true;
}

/* The children of top whose names are numbers of domains. */
static void each_number(struct search *search, const char *top)
{
    unsigned count = 0;
    xm_autofree char **names = xs_directory(search->xs, XBT_NULL, top, &count);
    uint32_t domid;

    for (unsigned i = 0; names != NULL && i < count; i++) {
        xm_autofree char *path = xm_printf("%s/%s", top, names[i]);

        if (read_domid(names[i], &domid))
            xm_leftovers_add(search->found, XM_LEFTOVER_STORE, domid, path, 0, 0);
    }
}

/* Those of domain 0 only: a driver domain's are its own. */
static void each_backend(struct search *search)
{
    unsigned count = 0;
    xm_autofree char **kinds = xs_directory(search->xs, XBT_NULL, BACKENDS, &count);

    for (unsigned i = 0; kinds != NULL && i < count; i++) {
        xm_autofree char *top = xm_printf(BACKENDS "/%s", kinds[i]);

        each_number(search, top);
    }
}

static void each_vm(struct search *search)
{
    unsigned count = 0;
    xm_autofree char **names = xs_directory(search->xs, XBT_NULL, "/vm", &count);

    for (unsigned i = 0; names != NULL && i < count; i++) {
        xm_autofree char *path = xm_printf("/vm/%s", names[i]);

        if (xen_text_is_vm(names[i]))
            xm_leftovers_add(search->found, XM_LEFTOVER_STORE, XM_DOMID_NONE, path, 0, 0);
    }
}

static void each_file(struct search *search)
{
    DIR *dir = opendir(LIB_DIR);
    const struct dirent *entry;
    uint32_t domid;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        xm_autofree char *path = xm_printf(LIB_DIR "/%s", entry->d_name);

        if (xen_text_file_domid(entry->d_name, &domid))
            xm_leftovers_add(search->found, XM_LEFTOVER_FILE, domid, path, 0, 0);
    }
    if (dir != NULL)            /* a host on which no guest has ever run has none */
        closedir(dir);
}

/* --- who lives --- */

static bool is_live_vm(struct xs_handle *xs, const xc_domaininfo_t *infos, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        xm_autofree char *own = xen_read(xs, "/local/domain/%u/vm", infos[i].domain);
        char uuid[37];

        xen_uuid_format(infos[i].handle, uuid);
        if ((own != NULL && strcmp(own, path) == 0) || strncmp(path + strlen("/vm/"), uuid, 36) == 0)
            return true;
    }
    return false;
}

static bool is_live(struct xs_handle *xs, const xc_domaininfo_t *infos, size_t count, const struct xm_leftover *item)
{
    if (item->domid == XM_DOMID_NONE)
        return is_live_vm(xs, infos, count, item->path);
    for (size_t i = 0; i < count; i++)
        if (infos[i].domain == item->domid)
            return true;
    return false;
}

int xen_host_leftovers(struct xm_host *host, xm_leftovers **ret, xm_error **err)
{
    XM_AUTO(xm_leftovers) *found = xm_new0(xm_leftovers, 1), *dead = xm_new0(xm_leftovers, 1);
    struct search search = { .xs = xen_store(xen_of(host), err), .found = found };
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t count;

    if (search.xs == NULL)
        return -1;
    each_number(&search, "/local/domain");
    each_number(&search, "/libxl");
    each_number(&search, "/local/domain/0/device-model");
    each_backend(&search);
    each_vm(&search);
    each_file(&search);
    xen_orphans(found);
    if (xen_infos(xen_of(host), &infos, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < found->count; i++) {
        const struct xm_leftover *item = &found->items[i];

        if (!is_live(search.xs, infos, count, item))
            xm_leftovers_add(dead, item->type, item->domid, item->path, item->pid, item->started);
    }
    xm_leftovers_sort(dead);
    *ret = XM_TAKE(dead);
    return 0;
}

/* --- removing --- */

static void pause_ms(long ms)
{
    struct timespec pause = { .tv_nsec = ms * 1000000L };

    nanosleep(&pause, NULL);
}

/* Has the kernel's end of a device closed? A device that is not there has. */
static bool has_closed(struct xs_handle *xs, const char *device)
{
    xm_autofree char *state = xen_read(xs, "%s/state", device);

    return state == NULL || atoi(state) == 6;
}

/* Asks the backend to let go first, since the device that it serves would be torn from under it; one that
 * does not answer, as its process is gone, is not waited for long. */
static void close_backend(struct xs_handle *xs, const char *top)
{
    unsigned count = 0;
    xm_autofree char **devices = xs_directory(xs, XBT_NULL, top, &count);

    for (unsigned i = 0; devices != NULL && i < count; i++) {
        xm_autofree char *device = xm_printf("%s/%s", top, devices[i]);
        xm_autofree char *online = xm_printf("%s/online", device), *state = xm_printf("%s/state", device);

        if (has_closed(xs, device))
            continue;
        if (xs_write(xs, XBT_NULL, online, "0", 1) && xs_write(xs, XBT_NULL, state, "5", 1))
            for (int tries = 0; tries < CLOSE_TRIES && !has_closed(xs, device); tries++)
                pause_ms(CLOSE_PAUSE_MS);
    }
}

static int remove_directory(struct xen_host *xen, const struct xm_leftover *leftover, xm_error **err)
{
    struct xs_handle *xs = xen_store(xen, err);

    if (xs == NULL)
        return -1;
    if (strncmp(leftover->path, BACKENDS "/", strlen(BACKENDS "/")) == 0)
        close_backend(xs, leftover->path);
    if (!xs_rm(xs, XBT_NULL, leftover->path) && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", leftover->path);
    return 0;
}

int xen_host_leftover_remove(struct xm_host *host, const struct xm_leftover *leftover, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs = xen_store(xen, err);
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t count;

    if (xs == NULL || xen_infos(xen, &infos, &count, err) < 0)
        return -1;
    if (is_live(xs, infos, count, leftover))
        return xm_fail(err, XM_STATE, "%s: its domain is there", leftover->path);
    switch (leftover->type) {
    case XM_LEFTOVER_STORE:
        return remove_directory(xen, leftover, err);
    case XM_LEFTOVER_PROCESS:
        return xen_orphan_end(leftover, err);
    case XM_LEFTOVER_FILE:
        return unlink(leftover->path) < 0 && errno != ENOENT ? xm_fail_errno(err, errno, "%s", leftover->path) : 0;
    }
    return 0;
}
