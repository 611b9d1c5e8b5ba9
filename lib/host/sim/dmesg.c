/* The hypervisor's message ring and what writes to it. */
#include "host/sim/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define RING_SIZE 16384         /* as Xen's */
#define FILE_MAX (1u << 20)

static char *ring_path(const struct sim *sim)
{
    return xm_printf("%s/run/dmesg", sim->dir);
}

/* The ring's latest whole lines; empty if nothing was ever written. */
static char *ring_load(const struct sim *sim)
{
    xm_autofree char *path = ring_path(sim), *text = NULL;
    const char *from;
    size_t len;

    if (xm_file_read(path, FILE_MAX, &text, &len, NULL) < 0)
        return xm_strdup("");
    if (len <= RING_SIZE)
        return XM_TAKE(text);
    from = strchr(text + len - RING_SIZE, '\n');
    return xm_strdup(from ? from + 1 : "");
}

/* The file grows to twice the ring before it is cut, so that most messages cost one write. */
static void ring_add(const struct sim *sim, const char *line)
{
    xm_autofree char *path = ring_path(sim);
    xm_autoclose int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat st;

    /* A lost message stops nothing. */
    if (fd < 0 || xm_fd_write(fd, line, strlen(line), path, NULL) < 0 || fstat(fd, &st) < 0)
        return;
    if (st.st_size > 2 * RING_SIZE) {
        xm_autofree char *text = ring_load(sim);

        (void)sim_file_replace(path, text, strlen(text), NULL);
    }
}

void sim_message(const struct sim_state *state, const char *fmt, ...)
{
    xm_autofree char *text = NULL, *line = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    line = xm_printf("(XEN) %s\n", text);
    ring_add(state->sim, line);
}

static const char *end_text(int64_t reason)
{
    static const char *const texts[] = {
        "shut down", "rebooting", "suspended", "crashed", "hit its watchdog", "soft reset",
    };

    return reason >= 0 && reason < (int64_t)XM_COUNT(texts) ? texts[reason] : "ended";
}

int sim_log_ends(struct sim_state *state, xm_error **err)
{
    for (size_t i = 0; i < state->count; i++) {
        struct sim_guest *guest = &state->guests[i];

        if (guest->end_logged || !sim_guest_ended(guest, state->now))
            continue;
        sim_message(state, "Domain %lld %s", (long long)guest->domid, end_text(guest->end_reason));
        guest->end_logged = 1;
        if (sim_guest_store(state, guest, err) < 0)
            return -1;
    }
    return 0;
}

int sim_dmesg(struct xm_host *host, bool clear, char **ret_text, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    xm_autofree char *path = ring_path(sim);
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "dmesg", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    *ret_text = ring_load(sim);
    if (clear && unlink(path) < 0 && errno != ENOENT) {
        free(XM_TAKE(*ret_text));
        return xm_fail_errno(err, errno, "%s", path);
    }
    return 0;
}

static const struct { char key; const char *text; } keys[] = {
    { '*', "print all diagnostics" }, { '0', "dump Dom0 registers" }, { 'H', "dump heap info" },
    { 'N', "trigger an NMI" }, { 'd', "dump registers" }, { 'e', "dump evtchn info" }, { 'h', "show this message" },
    { 'i', "dump interrupt bindings" }, { 'm', "memory info" }, { 'q', "dump domain (and guest debug) info" },
    { 'r', "dump run queues" }, { 't', "display multi-cpu clock info" }, { 'u', "dump NUMA info" },
    { 'v', "dump VT-x VMCSs" }, { 'z', "dump IOAPIC info" },
};

static void press(const struct sim_state *state, char key)
{
    sim_message(state, "'%c' pressed", key);
    switch (key) {
    case 'h':
        for (size_t i = 0; i < XM_COUNT(keys); i++)
            sim_message(state, " key '%c' (ascii '%02x') => %s", keys[i].key, keys[i].key, keys[i].text);
        break;
    case 'm':
    case 'H':
        sim_message(state, "    free memory: %lldkB", (long long)sim_free_kib(state));
        break;
    case 'q':
        for (size_t i = 0; i < state->count; i++)
            sim_message(state, "General information for domain %lld: nr_pages=%lld max_vcpus=%lld",
                        (long long)state->guests[i].domid, (long long)state->guests[i].mem_kib / 4,
                        (long long)state->guests[i].max_vcpus);
        break;
    default:
        break;
    }
}

int sim_debug_keys(struct xm_host *host, const char *pressed, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (*pressed == '\0')
        return xm_fail(err, XM_INVALID, "no debug key given");
    if (sim_fault(sim, "debug_keys", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    for (; *pressed != '\0'; pressed++)
        press(&state, *pressed);
    return 0;
}
