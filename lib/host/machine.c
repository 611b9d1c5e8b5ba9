/* What is the same about machines of all hosts. */
#include "host/machine.h"

#include "host/ops.h"

/* --- dispatch --- */

int xm_host_storage(xm_host *host, const char *path, bool sample, xm_storage **ret_storage, xm_error **err)
{
    return host->ops->storage(host, path, sample, ret_storage, err);
}

int xm_host_nonce(xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err)
{
    return host->ops->nonce(host, path, word, what, err);
}

int xm_host_space(xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err)
{
    return host->ops->space(host, path, ret_kib, err);
}

int xm_host_free(xm_host *host, struct xm_room *ret_room, xm_error **err)
{
    return host->ops->free(host, ret_room, err);
}

int xm_host_machine(xm_host *host, xm_machine **ret_machine, xm_error **err)
{
    return host->ops->machine(host, ret_machine, err);
}

int xm_host_promise(xm_host *host, uint32_t domid, struct xm_promise *ret_promise, xm_error **err)
{
    return host->ops->promise(host, domid, ret_promise, err);
}

int xm_host_dirty_rate(xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err)
{
    return host->ops->dirty_rate(host, domid, ms, ret_pages, err);
}

void xm_machine_free(xm_machine *machine)
{
    if (machine == NULL)
        return;
    free(machine->id);
    free(machine->boot);
    free(machine->vendor);
    free(machine->emulator);
    free(machine);
}

/* --- features: Xen's own header has them all, to be read by whoever says how --- */

static const struct { unsigned number; const char *name; } features[] = {
#define XEN_CPUFEATURE(name, value) { value, #name },
#include <xen/arch-x86/cpufeatureset.h>
#undef XEN_CPUFEATURE
};

/* What cures or reports a flaw comes with new microcode: all of some words, and these bits of others. */
static bool is_by_microcode(size_t word, unsigned bit)
{
    static const uint32_t bits[] = { [8] = 0x7ffff000, [9] = 0xfc002e00, [11] = 0xf8000020, [13] = UINT32_MAX,
                                     [16] = UINT32_MAX, [17] = UINT32_MAX, [18] = UINT32_MAX };

    return word < XM_COUNT(bits) && bits[word] >> bit & 1;
}

const char *xm_feature_name(size_t word, unsigned bit, bool *ret_by_microcode)
{
    *ret_by_microcode = is_by_microcode(word, bit);
    for (size_t i = 0; i < XM_COUNT(features); i++)
        if (features[i].number == word * 32 + bit)
            return features[i].name;
    return NULL;
}
