/* vnuma: a list for each virtual node, of "pnode=0", "size=512", "vcpus=0-1", "vdistances=10,20". */
#include <limits.h>
#include <string.h>

#include "bind/binder.h"

#define MAX_NODES 64

static void distances(struct xm_binder *b, char *text, libxl_vnode_info *node)
{
    char *save = NULL;
    int count = 0;

    for (char *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        long value;

        if (!xm_binder_parse_long(b, item, "distance", 0, 255, &value))
            return;
        if (count < node->num_distances)
            node->distances[count] = (uint32_t)value;
        count++;
    }
    if (count != node->num_distances)
        (void)xm_binder_error(b, "%d distances, but there are %d nodes", count, node->num_distances);
}

/* xl passes over it without a word. */
static void unknown(struct xm_binder *b, const char *name)
{
    xm_binder_at(b, 0);
    if (b->dialect == XM_DIALECT_XL)
        xm_binder_warn(b, "unknown option '%s' of a node is ignored (pnode, size, vcpus or vdistances)", name);
    else
        (void)xm_binder_error(b, "unknown option '%s' of a node (pnode, size, vcpus or vdistances)", name);
}

static void option(struct xm_binder *b, char *text, libxl_vnode_info *node)
{
    char *equals = strchr(text, '=');
    long value;

    if (!equals) {
        (void)xm_binder_error(b, "'%s' should be NAME=VALUE", text);
        return;
    }
    *equals++ = '\0';
    xm_binder_at(b, (size_t)(equals - text));
    if (!strcmp(text, "pnode")) {
        libxl_defbool_set(&b->cfg->b_info.numa_placement, false);
        if (xm_binder_parse_long(b, equals, text, 0, XM_BIND_MAX_NODES - 1, &value))
            node->pnode = (uint32_t)value;
    } else if (!strcmp(text, "size")) {
        if (xm_binder_parse_long(b, equals, text, 0, XM_BIND_MAX_MIB, &value))
            node->memkb = (uint64_t)value * 1024;
    } else if (!strcmp(text, "vcpus")) {
        libxl_bitmap_dispose(&node->vcpus);
        (void)xm_bind_cpu_range(b, equals, &node->vcpus);
    } else if (!strcmp(text, "vdistances")) {
        distances(b, equals, node);
    } else {
        unknown(b, text);
    }
}

static void one_node(struct xm_binder *b, const xm_node *list, libxl_vnode_info *node)
{
    for (size_t i = 0; i < list->count; i++) {
        xm_autofree char *text = NULL;

        b->node = list->items[i];
        xm_binder_at(b, 0);
        text = xm_binder_text(b, b->node);
        if (text)
            option(b, text, node);
    }
}

/* What the nodes have must be what the guest has; where the guest does not say, they decide. */
static void check_sums(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    uint64_t kib = 0;
    int vcpus = 0, count = info->num_vnuma_nodes;

    for (int i = 0; i < count; i++) {
        if (info->vnuma_nodes[i].memkb == LIBXL_MEMKB_DEFAULT)
            (void)xm_binder_error(b, "the node %d has no size", i);
        kib += info->vnuma_nodes[i].memkb;
        vcpus += libxl_bitmap_count_set(&info->vnuma_nodes[i].vcpus);
    }
    if (!info->max_vcpus)
        info->max_vcpus = vcpus;
    else if (vcpus != info->max_vcpus)
        (void)xm_binder_error(b, "the nodes have %d processors, the guest %d", vcpus, info->max_vcpus);
    if (info->max_memkb == LIBXL_MEMKB_DEFAULT)
        info->max_memkb = kib;
    else if (kib != info->max_memkb)
        (void)xm_binder_error(b, "the nodes have %llu MiB, the guest %llu", (unsigned long long)kib / 1024,
                              (unsigned long long)info->max_memkb / 1024);
}

void xm_bind_vnuma(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    const xm_node *list = xm_binder_enter(b, "vnuma");

    if (!list)
        return;
    if (list->type != XM_NODE_LIST) {
        (void)xm_binder_error(b, "must be a list of lists");
        return;
    }
    if (list->count > MAX_NODES) {
        (void)xm_binder_error(b, "more than %d nodes", MAX_NODES);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        libxl_vnode_info *node = XM_APPEND(info->vnuma_nodes, info->num_vnuma_nodes);

        libxl_vnode_info_init(node);
        node->num_distances = (int)list->count;
        node->distances = xm_new0(uint32_t, list->count);
        xm_binder_enter_item(b, list, i);
        if (list->items[i]->type == XM_NODE_LIST)
            one_node(b, list->items[i], node);
        else
            (void)xm_binder_error(b, "must be a list");
    }
    b->node = list;
    b->index = -1;
    xm_binder_at(b, 0);
    if (list->count)
        check_sums(b);
}
