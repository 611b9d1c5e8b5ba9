/* CPU sets as text: "all", "0-1,3". */
#include "host/sim/sim.h"

#include <string.h>

static bool has(const struct xm_cpuset *set, int64_t cpu)
{
    return set->bits[cpu / 64] >> (cpu % 64) & 1;
}

static void add_range(struct xm_cpuset *set, long first, long last, int64_t nr_cpus)
{
    for (long cpu = first < 0 ? 0 : first; cpu <= last && cpu < nr_cpus; cpu++)
        set->bits[cpu / 64] |= (uint64_t)1 << (cpu % 64);
}

void sim_cpuset_parse(const char *text, int64_t nr_cpus, struct xm_cpuset *ret_set)
{
    memset(ret_set, 0, sizeof(*ret_set));
    if (strcmp(text, "all") == 0) {
        add_range(ret_set, 0, nr_cpus - 1, nr_cpus);
        return;
    }
    while (*text != '\0') {
        char *end;
        long first = strtol(text, &end, 10), last = first;

        if (end == text)
            return;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        add_range(ret_set, first, last, nr_cpus);
        text = *end == ',' ? end + 1 : end;
    }
}

char *sim_cpuset_format(const struct xm_cpuset *set, int64_t nr_cpus)
{
    xm_autobuf text = XM_BUF_INIT;
    int64_t count = 0;

    for (int64_t cpu = 0; cpu < nr_cpus; cpu++) {
        int64_t last = cpu;

        if (!has(set, cpu))
            continue;
        while (last + 1 < nr_cpus && has(set, last + 1))
            last++;
        xm_buf_printf(&text, "%s%lld", text.len ? "," : "", (long long)cpu);
        if (last > cpu)
            xm_buf_printf(&text, "-%lld", (long long)last);
        count += last - cpu + 1;
        cpu = last;
    }
    return count == nr_cpus ? xm_strdup("all") : xm_buf_take(&text);
}
