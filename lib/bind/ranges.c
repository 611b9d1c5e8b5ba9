/* ioports, irqs and iomem: what of the host's hardware a guest may touch. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "bind/binder.h"

/* A hex number, with or without 0x, below limit; *text moves behind it. */
static bool hex(const char **text, uint64_t limit, uint64_t *ret)
{
    char *end;
    unsigned long long value;

    *text += strspn(*text, " ");
    if (!isxdigit((unsigned char)**text))
        return false;
    errno = 0;
    value = strtoull(*text, &end, 16);
    if (errno || value >= limit)
        return false;
    *text = end;
    *ret = value;
    return true;
}

static void one_ioport(struct xm_binder *b, const char *text)
{
    const char *at = text;
    uint64_t first, last;
    bool ok = hex(&at, 65536, &first);

    last = first;
    if (ok && *at == '-') {
        at++;
        ok = hex(&at, 65536, &last) && last >= first;
    }
    if (!ok || at[strspn(at, " ")]) {
        (void)xm_binder_error(b, "'%s' is no range of I/O ports (hex, like 2f8-2ff)", text);
        return;
    }
    *XM_APPEND(b->cfg->b_info.ioports, b->cfg->b_info.num_ioports) =
        (libxl_ioport_range){ .first = (uint32_t)first, .number = (uint32_t)(last - first + 1) };
}

static void one_irq(struct xm_binder *b, const char *text)
{
    long irq;

    if (xm_binder_parse_long(b, text, NULL, 0, 65535, &irq))
        *XM_APPEND(b->cfg->b_info.irqs, b->cfg->b_info.num_irqs) = (uint32_t)irq;
}

static void one_iomem(struct xm_binder *b, const char *text)
{
    libxl_iomem_range range;
    const char *at = text;
    bool ok;

    libxl_iomem_range_init(&range);
    ok = hex(&at, UINT64_MAX, &range.start) && *at++ == ',' && hex(&at, UINT64_MAX, &range.number);
    if (ok && *at == '@') {
        at++;
        ok = hex(&at, UINT64_MAX, &range.gfn);
    }
    if (ok && !*at)
        *XM_APPEND(b->cfg->b_info.iomem, b->cfg->b_info.num_iomem) = range;
    else
        (void)xm_binder_error(b, "'%s' is no range of memory (hex pages, START,COUNT[@GUEST])", text);
}

void xm_bind_ranges(struct xm_binder *b)
{
    xm_binder_each(b, "ioports", false, one_ioport);
    xm_binder_each(b, "irqs", false, one_irq);
    if (b->dialect == XM_DIALECT_XM)
        xm_binder_each(b, "irq", false, one_irq);
    xm_binder_each(b, "iomem", false, one_iomem);
}
