/* What several listings share: state letters, times, sets of cpus, JSON. */
#include "cmd.h"

#include <string.h>

void format_state(const struct xm_domain *domain, enum xm_dialect dialect, char ret_state[7])
{
    static const char reasons[] = "-rscwS";
    bool crashed = domain->shutdown && domain->reason == XM_REASON_CRASH;

    memcpy(ret_state, "------", 7);
    ret_state[0] = domain->running ? 'r' : '-';
    ret_state[1] = domain->blocked ? 'b' : '-';
    ret_state[2] = domain->paused ? 'p' : '-';
    if (dialect == XM_DIALECT_XL) {
        ret_state[3] = domain->shutdown ? 's' : '-';
        if (domain->shutdown)
            ret_state[4] = domain->reason >= 0 && domain->reason < (int)sizeof(reasons) - 1 ? reasons[domain->reason] : '?';
    } else {
        ret_state[3] = domain->shutdown && !crashed ? 's' : '-';
        ret_state[4] = crashed ? 'c' : '-';
    }
    ret_state[5] = domain->dying ? 'd' : '-';
}

char *format_uptime(double seconds, bool minutes_only)
{
    long whole = seconds > 0 ? (long)seconds : 0;
    long days = whole / 86400;
    xm_autobuf text = XM_BUF_INIT;

    if (days > 0)
        xm_buf_printf(&text, "%ld day%s, ", days, days == 1 ? "" : "s");
    xm_buf_printf(&text, "%2ld:%02ld", whole / 3600 % 24, whole / 60 % 60);
    if (!minutes_only)
        xm_buf_printf(&text, ":%02ld", whole % 60);
    return xm_buf_take(&text);
}

static bool has_cpu(const struct xm_cpuset *set, unsigned cpu)
{
    return set->bits[cpu / 64] >> (cpu % 64) & 1;
}

char *format_cpus(const struct xm_cpuset *set, unsigned cpus, const char *all, const char *none)
{
    xm_autobuf text = XM_BUF_INIT;

    for (unsigned cpu = 0; cpu < cpus && cpu < XM_MAX_CPUS; cpu++) {
        unsigned last = cpu;

        if (!has_cpu(set, cpu))
            continue;
        while (last + 1 < cpus && last + 1 < XM_MAX_CPUS && has_cpu(set, last + 1))
            last++;
        if (cpu == 0 && last + 1 == cpus)
            return xm_strdup(all);
        xm_buf_printf(&text, last > cpu ? "%s%u-%u" : "%s%u", text.len ? "," : "", cpu, last);
        cpu = last;
    }
    return text.len ? xm_buf_take(&text) : xm_strdup(none);
}

void print_json(xm_json *json)
{
    xm_autofree char *text = xm_json_format(json, false);

    fputs(text, stdout);
    xm_json_free(json);
}

const char *power_word(const struct xm_guest *guest)
{
    if (guest->domid == XM_DOMID_NONE)
        return guest->damage != NULL ? "unknown" : guest->state.phase == XM_PHASE_SUSPENDED ? "suspended" : "halted";
    if (guest->domain.shutdown)
        return guest->domain.reason == XM_REASON_CRASH ? "crashed" : "halted";
    return guest->domain.paused ? "paused" : "running";
}
