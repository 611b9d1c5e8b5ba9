#include "migrate/cpus.h"

#include <ctype.h>

#include "base/buf.h"

char *xm_cpus_format(const struct xm_cpuset *set)
{
    struct xm_buf text = XM_BUF_INIT;

    for (unsigned cpu = 0; cpu < XM_MAX_CPUS; cpu++) {
        unsigned first = cpu;

        if (!xm_cpus_has(set, cpu))
            continue;
        while (cpu + 1 < XM_MAX_CPUS && xm_cpus_has(set, cpu + 1))
            cpu++;
        xm_buf_printf(&text, first == cpu ? "%s%u" : "%s%u-%u", text.len ? "," : "", first, cpu);
    }
    return xm_buf_take(&text);
}

static bool read_number(const char **text, unsigned *ret)
{
    unsigned long number = 0;
    const char *start = *text;

    for (; isdigit((unsigned char)**text) && *text - start < 6; (*text)++)
        number = 10 * number + (unsigned long)(**text - '0');
    *ret = number < XM_MAX_CPUS ? (unsigned)number : XM_MAX_CPUS;
    return *text > start;
}

bool xm_cpus_parse(const char *text, struct xm_cpuset *ret_set)
{
    struct xm_cpuset set = { { 0 } };

    while (*text != '\0') {
        unsigned first, last;

        if (!read_number(&text, &first))
            return false;
        last = first;
        if (*text == '-' && (text++, !read_number(&text, &last)))
            return false;
        for (; first <= last && first < XM_MAX_CPUS; first++)
            xm_cpus_add(&set, first);
        if (*text == ',' && text[1] != '\0')
            text++;
        else if (*text != '\0')
            return false;
    }
    *ret_set = set;
    return true;
}
