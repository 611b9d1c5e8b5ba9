/* What this machine is, to compare it with another: its processors as Xen sees them, and what a live
 * guest was promised of them. */
#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xenguest.h>

#include "base/fd.h"
#include "host/machine.h"

/* --- paths: as this system has them --- */

int xen_host_storage(struct xm_host *host, const char *path, bool sample, xm_storage **ret, xm_error **err)
{
    (void)host;
    return xm_storage_look("", path, path, sample, ret, err);
}

int xen_host_nonce(struct xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err)
{
    (void)host;
    return xm_nonce_at(path, word, what, err);
}

int xen_host_space(struct xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err)
{
    (void)host;
    return xm_space_at(path, ret_kib, err);
}

/* --- processors --- */

/* A policy in pieces. */
struct leaves {
    xen_cpuid_leaf_t *items;
    uint32_t count;
};

static int spell_out(xc_interface *xc, const xc_cpu_policy_t *policy, struct leaves *ret)
{
    uint32_t msr_count = 0;
    xm_autofree xen_msr_entry_t *msrs = NULL;

    if (xc_cpu_policy_get_size(xc, &ret->count, &msr_count) != 0)
        return -1;
    ret->items = xm_new0(xen_cpuid_leaf_t, ret->count + 1);
    msrs = xm_new0(xen_msr_entry_t, msr_count + 1);
    if (xc_cpu_policy_serialise(xc, policy, ret->items, &ret->count, msrs, &msr_count) == 0)
        return 0;
    free(ret->items);
    ret->items = NULL;
    return -1;
}

/* Of one of Xen's own policies, or, with a domid, of that guest's. */
static int read_leaves(xc_interface *xc, unsigned index, uint32_t domid, struct leaves *ret)
{
    xc_cpu_policy_t *policy = xc_cpu_policy_init();
    int rc = -1;

    if (policy == NULL)
        return -1;
    rc = domid == XM_DOMID_NONE ? xc_cpu_policy_get_system(xc, index, policy) : xc_cpu_policy_get_domain(xc, domid, policy);
    if (rc == 0)
        rc = spell_out(xc, policy, ret);
    xc_cpu_policy_destroy(policy);
    return rc == 0 ? 0 : -1;
}

/* Which register of which leaf each word of Xen's feature set is. */
static const struct { uint32_t leaf, subleaf; size_t reg; } words[] = {
#define REG(leaf, subleaf, name) { leaf, subleaf, offsetof(xen_cpuid_leaf_t, name) }
    REG(1, 0, d), REG(1, 0, c), REG(0x80000001, 0, d), REG(0x80000001, 0, c), REG(0xd, 1, a), REG(7, 0, b), REG(7, 0, c),
    REG(0x80000007, 0, d), REG(0x80000008, 0, b), REG(7, 0, d), REG(7, 1, a), REG(0x80000021, 0, a), REG(7, 1, b),
    REG(7, 2, d), REG(7, 1, c), REG(7, 1, d),
#undef REG
};

static bool is_leaf(const xen_cpuid_leaf_t *leaf, uint32_t number, uint32_t subleaf)
{
    return leaf->leaf == number && (leaf->subleaf == subleaf || (leaf->subleaf == XEN_CPUID_NO_SUBLEAF && subleaf == 0));
}

#define REPEATED_1D 0x0183f3ffu

static void read_features(const struct leaves *leaves, struct xm_features *ret)
{
    ret->count = XM_COUNT(words);
    for (uint32_t i = 0; i < leaves->count; i++) {
        const xen_cpuid_leaf_t *leaf = &leaves->items[i];

        if (is_leaf(leaf, 0, 0))
            ret->max_leaf = leaf->a;
        if (is_leaf(leaf, 0x80000000, 0))
            ret->max_extended = leaf->a;
        for (size_t w = 0; w < XM_COUNT(words); w++)
            if (is_leaf(leaf, words[w].leaf, words[w].subleaf))
                memcpy(&ret->words[w], (const char *)leaf + words[w].reg, sizeof(uint32_t));
    }
    /* What the guest itself turns on shows here and is promised to nobody: OSXSAVE, APIC, OSPKE. */
    ret->words[1] &= ~(1u << 27);
    ret->words[0] &= ~(1u << 9);
    ret->words[6] &= ~(1u << 4);
    /* An AMD guest's leaf 0x80000001 repeats these of leaf 1; Xen's own policies have them there only. */
    ret->words[2] &= ~REPEATED_1D;
}

/* Unknown where Xen cannot tell: of HVM on a machine that has none. */
static void read_system(xc_interface *xc, unsigned index, struct xm_features *ret)
{
    struct leaves leaves;

    if (read_leaves(xc, index, XM_DOMID_NONE, &leaves) < 0)
        return;
    read_features(&leaves, ret);
    free(leaves.items);
}

static void read_processor(xc_interface *xc, xm_machine *machine)
{
    struct leaves leaves;
    char vendor[13] = "";
    uint32_t signature = 0;

    if (read_leaves(xc, XEN_SYSCTL_cpu_policy_host, XM_DOMID_NONE, &leaves) < 0)
        return;
    for (uint32_t i = 0; i < leaves.count; i++) {
        const xen_cpuid_leaf_t *leaf = &leaves.items[i];

        if (is_leaf(leaf, 0, 0)) {
            memcpy(vendor, &leaf->b, 4);
            memcpy(vendor + 4, &leaf->d, 4);
            memcpy(vendor + 8, &leaf->c, 4);
        } else if (is_leaf(leaf, 1, 0)) {
            signature = leaf->a;
        }
    }
    free(leaves.items);
    machine->vendor = *vendor ? xm_strdup(vendor) : NULL;
    machine->family = signature >> 8 & 0xf;
    machine->model = signature >> 4 & 0xf;
    machine->stepping = signature & 0xf;
    if (machine->family == 6 || machine->family == 15)
        machine->model |= signature >> 12 & 0xf0;
    if (machine->family == 15)
        machine->family += signature >> 20 & 0xff;
}

/* --- the rest of it --- */

static char *first_line(const char *path)
{
    char *text = NULL;

    if (xm_file_read(path, 4096, &text, NULL, NULL) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    if (*text != '\0')
        return text;
    free(text);
    return NULL;
}

/* "microcode\t: 0x2b000590", of the first processor. */
static uint64_t microcode(void)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[512];
    uint64_t found = 0;

    while (file != NULL && found == 0 && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "microcode", 9) == 0 && strchr(line, ':') != NULL)
            found = strtoull(strchr(line, ':') + 1, NULL, 0);
    if (file != NULL)
        fclose(file);
    return found;
}

#define VERSION_MS 5000

/* The first line that a program prints, if it does so in time. */
static char *ask_program(const char *path, const char *word)
{
    char *argv[] = { (char *)path, (char *)word, NULL }, *none[] = { NULL }, line[256];
    posix_spawn_file_actions_t actions;
    int fds[2], status;
    ssize_t len = 0;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    if (posix_spawn(&pid, path, &actions, NULL, argv, none) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    if (pid > 0) {
        if (poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, VERSION_MS) > 0)
            len = read(fds[0], line, sizeof(line) - 1);
        (void)kill(pid, SIGKILL);       /* it has said what it had to */
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(fds[0]);
    return len > 0 ? xm_strndup(line, (size_t)len) : NULL;
}

/* "QEMU emulator version 7.2.17 (Debian ...)" */
static char *emulator_version(struct xen_host *xen)
{
    xm_autofree char *path = xen_emulator_path(xen), *line = path ? ask_program(path, "--version") : NULL;
    const char *word = line ? strstr(line, "version ") : NULL;

    return word ? xm_strndup(word + 8, strspn(word + 8, "0123456789.")) : NULL;
}

int xen_host_machine(struct xm_host *host, xm_machine **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xm_machine *machine;
    xc_physinfo_t phys = { 0 };
    struct timespec now;

    if (xc_physinfo(xen->xc, &phys) < 0)
        return xm_fail_errno(err, errno, "cannot read the machine's description");
    machine = xm_new0(xm_machine, 1);
    machine->id = first_line("/etc/machine-id");
    machine->boot = first_line("/proc/sys/kernel/random/boot_id");
    clock_gettime(CLOCK_REALTIME, &now);
    machine->now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    machine->tsc_khz = phys.cpu_khz;
    machine->microcode = microcode();
    machine->emulator = emulator_version(xen);
    read_processor(xen->xc, machine);
    read_system(xen->xc, XEN_SYSCTL_cpu_policy_pv_max, &machine->pv);
    read_system(xen->xc, XEN_SYSCTL_cpu_policy_hvm_max, &machine->hvm);
    *ret = machine;
    return 0;
}

/* --- a guest --- */

int xen_host_promise(struct xm_host *host, uint32_t domid, struct xm_promise *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xm_promise promise = { 0 };
    uint32_t mode = 0, khz = 0, incarnation = 0;
    uint64_t elapsed = 0;
    struct leaves leaves;

    if (xc_domain_get_tsc_info(xen->xc, domid, &mode, &elapsed, &khz, &incarnation) != 0)
        return xm_fail_errno(err, errno, "cannot read the time stamp counter of domain %u", domid);
    if (read_leaves(xen->xc, 0, domid, &leaves) < 0)
        return xm_fail(err, XM_UNSUPPORTED, "Xen does not tell what processor domain %u was promised", domid);
    read_features(&leaves, &promise.features);
    free(leaves.items);
    promise.tsc = mode == 0 ? XM_TSC_DEFAULT : mode == 1 ? XM_TSC_EMULATE : mode == 2 ? XM_TSC_NATIVE : XM_TSC_OTHER;
    promise.tsc_khz = khz;
    *ret = promise;
    return 0;
}

static int count_dirty(xc_interface *xc, uint32_t domid, unsigned *ret_pages, xm_error **err)
{
    DECLARE_HYPERCALL_BUFFER(uint8_t, bitmap);
    xc_shadow_op_stats_t stats = { 0 };
    long long rc;

    bitmap = xc_hypercall_buffer_alloc_pages(xc, bitmap, 1);
    if (bitmap == NULL)
        return xm_fail_errno(err, errno, "no memory to ask Xen with");
    rc = xc_logdirty_control(xc, domid, XEN_DOMCTL_SHADOW_OP_PEEK, HYPERCALL_BUFFER(bitmap), 0, 0, &stats);
    xc_hypercall_buffer_free_pages(xc, bitmap, 1);
    if (rc < 0)
        return xm_fail_errno(err, errno, "cannot count the pages that domain %u writes to", domid);
    *ret_pages = stats.dirty_count;
    return 0;
}

/* As a live migration begins, only that nothing is copied. A migration that finds the log on, left so
 * by one of us that was killed, turns it off and on again. */
int xen_host_dirty_rate(struct xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    unsigned pages = 0;
    int rc;

    if (xc_shadow_control(xen->xc, domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY, NULL, 0) < 0)
        return errno == EINVAL || errno == EOPNOTSUPP
            ? xm_fail(err, XM_UNSUPPORTED, "Xen cannot log what domain %u writes to", domid)
            : xm_fail_errno(err, errno, "cannot log what domain %u writes to", domid);
    for (unsigned waited = 0; waited < ms && !*host->stop; waited += 50)
        (void)poll(NULL, 0, 50);
    rc = count_dirty(xen->xc, domid, &pages, err);
    if (xc_shadow_control(xen->xc, domid, XEN_DOMCTL_SHADOW_OP_OFF, NULL, 0) < 0 && rc == 0)
        rc = xm_fail_errno(err, errno, "cannot end the log of what domain %u writes to", domid);
    if (rc == 0)
        *ret_pages = (uint64_t)pages * 1000 / (ms ? ms : 1);
    return rc;
}
