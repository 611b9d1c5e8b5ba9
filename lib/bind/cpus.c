/* Virtual processors: how many, and where they run. */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "bind/binder.h"

struct range { unsigned first, last; };

static bool parse_number(const char **text, unsigned long limit, unsigned *ret)
{
    char *end;
    unsigned long value;

    if (!isdigit((unsigned char)**text))
        return false;
    value = strtoul(*text, &end, 10);
    if (value >= limit)
        return false;
    *ret = (unsigned)value;
    *text = end;
    return true;
}

static bool parse_range(const char *text, unsigned long limit, struct range *ret)
{
    if (!parse_number(&text, limit, &ret->first))
        return false;
    ret->last = ret->first;
    if (*text == '-') {
        text++;
        if (!parse_number(&text, limit, &ret->last))
            return false;
    }
    return !*text && ret->first <= ret->last;
}

static unsigned cpu_limit(const struct xm_binder *b)
{
    const struct xm_bind_machine *machine = b->report ? b->report->machine : NULL;

    return machine && machine->nr_cpus < XM_BIND_MAX_CPUS ? machine->nr_cpus : XM_BIND_MAX_CPUS;
}

static void apply(libxl_bitmap *map, unsigned cpu, bool remove)
{
    if (remove)
        libxl_bitmap_reset(map, (int)cpu);
    else
        libxl_bitmap_set(map, (int)cpu);
}

static bool apply_nodes(struct xm_binder *b, const char *text, bool remove, libxl_bitmap *map)
{
    const struct xm_bind_machine *machine = b->report ? b->report->machine : NULL;
    struct range nodes;

    if (!parse_range(text, XM_BIND_MAX_NODES, &nodes))
        return xm_binder_error(b, "'%s' is no range of nodes", text);
    if (!machine || !machine->cpu_nodes)
        return xm_binder_error(b, "nodes are only known on the host itself; name the processors");
    for (unsigned cpu = 0; cpu < cpu_limit(b); cpu++)
        if (machine->cpu_nodes[cpu] >= nodes.first && machine->cpu_nodes[cpu] <= nodes.last)
            apply(map, cpu, remove);
    return true;
}

static bool apply_item(struct xm_binder *b, const char *text, libxl_bitmap *map)
{
    bool remove = *text == '^';
    const char *item = text + remove;
    struct range cpus;

    if (!strncmp(item, "node", 4)) {
        const char *colon = strchr(item, ':');

        if (!colon || (strncmp(item, "node:", 5) && strncmp(item, "nodes:", 6)))
            return xm_binder_error(b, "'%s' is no range of processors", text);
        return apply_nodes(b, colon + 1, remove, map);
    }
    if (!strcmp(item, "all")) {
        if (remove)
            return xm_binder_error(b, "'^all' would leave nothing");
        cpus = (struct range){ 0, cpu_limit(b) - 1 };
    } else if (!parse_range(item, XM_BIND_MAX_CPUS, &cpus)) {
        return xm_binder_error(b, "'%s' is no range of processors (like 0-3,^2)", text);
    }
    for (unsigned cpu = cpus.first; cpu <= cpus.last && cpu < cpu_limit(b); cpu++)
        apply(map, cpu, remove);
    return true;
}

bool xm_bind_cpu_range(struct xm_binder *b, const char *text, libxl_bitmap *ret_map)
{
    xm_autofree char *copy = xm_strdup(text);
    char *save = NULL;

    xm_bitmap_init(ret_map, cpu_limit(b));
    for (char *item = strtok_r(copy, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        size_t len;

        item += strspn(item, " \t");
        for (len = strlen(item); len && isspace((unsigned char)item[len - 1]); len--)
            item[len - 1] = '\0';
        if (*item && !apply_item(b, item, ret_map))
            return false;
    }
    return true;
}

/* Where libxl keeps one kind of affinity. */
struct affinity { int *count; libxl_bitmap **maps; };

static void each_vcpu(struct xm_binder *b, const struct affinity *to, int vcpus, const xm_node *list)
{
    *to->maps = xm_new0(libxl_bitmap, vcpus > 0 ? (size_t)vcpus : 1);
    for (int i = 0; i < vcpus && (size_t)i < list->count; i++) {
        xm_autofree char *text = NULL;

        b->node = list->items[i];
        b->index = i;
        text = xm_binder_text(b, b->node);
        (void)(text && xm_bind_cpu_range(b, text, &(*to->maps)[i]));
        *to->count = i + 1;
    }
}

static void all_vcpus(struct xm_binder *b, const struct affinity *to, int vcpus, const char *text)
{
    *to->maps = xm_new0(libxl_bitmap, vcpus > 0 ? (size_t)vcpus : 1);
    for (int i = 0; i < vcpus; i++) {
        *to->count = i + 1;
        if (!xm_bind_cpu_range(b, text, &(*to->maps)[i]))
            return;                     /* once is enough */
    }
}

static void bind_affinity(struct xm_binder *b, const char *key, const struct affinity *to, bool hard)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    const xm_node *node = xm_binder_enter(b, key);

    if (!node)
        return;
    if (node->type == XM_NODE_LIST) {
        if (b->dialect == XM_DIALECT_XM && node->count != (size_t)info->max_vcpus) {
            (void)xm_binder_error(b, "names %zu processors, but the guest has %d", node->count, info->max_vcpus);
            return;
        }
        each_vcpu(b, to, info->max_vcpus, node);
    } else {
        xm_autofree char *text = xm_binder_text(b, node);

        if (!text)
            return;
        all_vcpus(b, to, info->max_vcpus, text);
        if (hard)
            return;                     /* a string leaves NUMA placement as it is */
    }
    libxl_defbool_set(&info->numa_placement, false);
}

/* cpu=N is N in front of cpus; without cpus it is cpus="N". */
static void bind_cpu(struct xm_binder *b, const struct affinity *to)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    xm_autofree char *text = NULL;
    long cpu;

    if (b->dialect != XM_DIALECT_XM || !xm_binder_get_long(b, "cpu", -1, XM_BIND_MAX_CPUS - 1, &cpu) || cpu < 0)
        return;
    if (!*to->maps) {
        text = xm_printf("%ld", cpu);
        all_vcpus(b, to, info->max_vcpus, text);
        return;
    }
    for (int i = 0; i < *to->count; i++)
        if ((*to->maps)[i].size && (unsigned)cpu < cpu_limit(b))
            libxl_bitmap_set(&(*to->maps)[i], (int)cpu);
}

static void bind_counts(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    long vcpus = 0, max;
    bool has = xm_binder_get_long(b, "vcpus", b->dialect == XM_DIALECT_XM ? 1 : 0, XM_BIND_MAX_VCPUS, &vcpus);

    if (b->dialect == XM_DIALECT_XM && !has) {
        vcpus = 1;
        has = true;
    }
    if (has) {
        xm_bitmap_init(&info->avail_vcpus, (unsigned)vcpus);
        for (int i = 0; i < vcpus; i++)
            libxl_bitmap_set(&info->avail_vcpus, i);
    }
    info->max_vcpus = (int)vcpus;
    if (!xm_binder_get_long(b, "maxvcpus", 0, XM_BIND_MAX_VCPUS, &max) || !max)
        return;
    info->max_vcpus = (int)max;
    if (max < vcpus)
        (void)xm_binder_error(b, "%ld is less than vcpus, %ld", max, vcpus);
}

void xm_bind_vcpus(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    const struct affinity hard = { &info->num_vcpu_hard_affinity, &info->vcpu_hard_affinity };
    const struct affinity soft = { &info->num_vcpu_soft_affinity, &info->vcpu_soft_affinity };

    bind_counts(b);
    xm_bind_vnuma(b);
    if (info->max_memkb == LIBXL_MEMKB_DEFAULT)
        info->max_memkb = info->target_memkb;
    bind_affinity(b, "cpus", &hard, true);
    bind_affinity(b, "cpus_soft", &soft, false);
    bind_cpu(b, &hard);
}
