/* Virtual processors: how many, and where they run. */
#include <limits.h>
#include <string.h>

#include "bind/binder.h"
#include "bind/cpulist.h"
#include "bind/keys.h"

static unsigned cpu_limit(const struct xm_binder *b)
{
    const struct xm_bind_machine *machine = b->report ? b->report->machine : NULL;

    return machine && machine->nr_cpus < XM_BIND_MAX_CPUS ? machine->nr_cpus : XM_BIND_MAX_CPUS;
}

static void set_cpu(void *arg, unsigned cpu, bool on)
{
    if (on)
        libxl_bitmap_set(arg, (int)cpu);
    else
        libxl_bitmap_reset(arg, (int)cpu);
}

bool xm_bind_cpu_range(struct xm_binder *b, const char *text, libxl_bitmap *ret_map)
{
    const struct xm_bind_machine *known = b->report ? b->report->machine : NULL;
    const struct xm_cpulist_machine machine = { cpu_limit(b), known ? known->cpu_nodes : NULL };
    xm_autofree char *why = NULL;
    xm_error *err = NULL;

    xm_bitmap_init(ret_map, machine.nr_cpus);
    if (xm_cpulist_parse(text, &machine, set_cpu, ret_map, &err) == 0) {
        if (libxl_bitmap_is_empty(ret_map))
            return xm_binder_error(b, "'%s' leaves no processor", text);
        return true;
    }
    why = xm_error_text(err);
    xm_error_free(err);
    return xm_binder_error(b, "%s", why);
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

    if (b->dialect != XM_DIALECT_XM || !xm_key_get_long(b, "cpu", &cpu) || cpu < 0)
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
    bool has = xm_key_get_long(b, "vcpus", &vcpus);

    if (b->dialect == XM_DIALECT_XM && has && vcpus == 0)
        (void)xm_binder_error(b, "0 is too small (at least 1)");
    if (b->dialect == XM_DIALECT_XM && !vcpus) {
        vcpus = 1;              /* or as if, for what else there is to be found */
        has = true;
    }
    if (has) {
        xm_bitmap_init(&info->avail_vcpus, (unsigned)vcpus);
        for (int i = 0; i < vcpus; i++)
            libxl_bitmap_set(&info->avail_vcpus, i);
    }
    info->max_vcpus = (int)vcpus;
    if (!xm_key_get_long(b, "maxvcpus", &max) || !max)
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
