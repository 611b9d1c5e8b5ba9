/* What domains have left: the list that both hosts fill. */
#include <string.h>

#include "host/ops.h"

void xm_leftovers_free(xm_leftovers *leftovers)
{
    if (leftovers == NULL)
        return;
    for (size_t i = 0; i < leftovers->count; i++)
        free(leftovers->items[i].path);
    free(leftovers->items);
    free(leftovers);
}

void xm_leftovers_add(xm_leftovers *leftovers, enum xm_leftover_type type, uint32_t domid, const char *path, int pid,
                      uint64_t started)
{
    XM_GROW_COUNTED(leftovers->items, leftovers->count);
    leftovers->items[leftovers->count++] = (struct xm_leftover){ type, domid, xm_strdup(path), pid, started };
}

static int by_owner(const void *left, const void *right)
{
    const struct xm_leftover *a = left, *b = right;

    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->domid != b->domid)
        return a->domid < b->domid ? -1 : 1;
    return strcmp(a->path, b->path);
}

void xm_leftovers_sort(xm_leftovers *leftovers)
{
    if (leftovers->count > 1)
        qsort(leftovers->items, leftovers->count, sizeof(*leftovers->items), by_owner);
}

int xm_host_leftovers(xm_host *host, xm_leftovers **ret_leftovers, xm_error **err)
{
    return host->ops->leftovers(host, ret_leftovers, err);
}

int xm_host_leftover_remove(xm_host *host, const struct xm_leftover *leftover, xm_error **err)
{
    return host->ops->leftover_remove(host, leftover, err);
}
