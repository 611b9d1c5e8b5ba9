/* What ended domains have left. On Xen a toolstack releases it all behind a domain's end; should that be
 * killed in between, it stays. */
#include "host/sim/sim.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define LEFTOVERS_MAX (1u << 20)

static const char *const words[] = {
    [XM_LEFTOVER_STORE] = "STORE", [XM_LEFTOVER_PROCESS] = "PROCESS", [XM_LEFTOVER_FILE] = "FILE",
};

static char *path_of(const struct sim *sim)
{
    return xm_printf("%s/leftovers", sim->dir);
}

static char *read_text(const struct sim *sim)
{
    xm_autofree char *path = path_of(sim);
    char *text = NULL;

    /* nearly always there is none */
    return xm_file_read(path, LEFTOVERS_MAX, &text, NULL, NULL) < 0 ? xm_strdup("") : text;
}

/* False for a line that says nothing. */
static bool read_line(const char *line, struct xm_leftover *ret)
{
    char word[16];
    unsigned domid;
    int at = 0;

    if (sscanf(line, "%15s %u %n", word, &domid, &at) != 2 || at == 0 || line[at] != '/')
        return false;
    for (int i = 0; i < (int)XM_COUNT(words); i++) {
        if (strcmp(word, words[i]) != 0)
            continue;
        *ret = (struct xm_leftover){ .type = (enum xm_leftover_type)i, .domid = domid, .path = (char *)line + at };
        ret->pid = i == XM_LEFTOVER_PROCESS ? (int)domid + 10000 : 0;
        return true;
    }
    return false;
}

static void add_line(struct xm_buf *text, enum xm_leftover_type type, int64_t domid, const char *path)
{
    xm_buf_printf(text, "%s %lld %s\n", words[type], (long long)domid, path);
}

static int write_text(const struct sim *sim, const struct xm_buf *text, xm_error **err)
{
    xm_autofree char *path = path_of(sim);

    if (text->len > 0)
        return sim_file_replace(path, text->data, text->len, err);
    (void)unlink(path);         /* where there never was one, that is no failure */
    return 0;
}

int sim_leftovers_note(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    xm_autofree char *text = read_text(state->sim);
    xm_autofree char *own = xm_printf("/local/domain/%lld", (long long)guest->domid);
    xm_autofree char *vm = xm_printf("/vm/%s", guest->uuid);
    xm_autofree char *libxl = xm_printf("/libxl/%lld", (long long)guest->domid);
    xm_autofree char *file = xm_printf("/var/lib/xen/userdata-d.%lld.%s.libxl-json", (long long)guest->domid, guest->uuid);
    xm_autobuf out = XM_BUF_INIT;

    xm_buf_puts(&out, text);
    add_line(&out, XM_LEFTOVER_STORE, guest->domid, own);
    add_line(&out, XM_LEFTOVER_STORE, guest->domid, vm);
    add_line(&out, XM_LEFTOVER_STORE, guest->domid, libxl);
    if (strcmp(guest->kind, "hvm") == 0)
        add_line(&out, XM_LEFTOVER_PROCESS, guest->domid, "/usr/lib/xen/bin/qemu-system-i386");
    add_line(&out, XM_LEFTOVER_FILE, guest->domid, file);
    return write_text(state->sim, &out, err);
}

/* All lines but those that match: of domid, and with path if that is not NULL. */
static int drop_lines(const struct sim *sim, int64_t domid, const char *path, xm_error **err)
{
    xm_autofree char *text = read_text(sim);
    xm_autobuf out = XM_BUF_INIT;
    char *rest = text, *line;
    struct xm_leftover item;

    while ((line = strsep(&rest, "\n")) != NULL) {
        bool mine = read_line(line, &item) && item.domid == domid && (path == NULL || strcmp(path, item.path) == 0);

        if (*line != '\0' && !mine)
            xm_buf_printf(&out, "%s\n", line);
    }
    return write_text(sim, &out, err);
}

int sim_leftovers_forget(const struct sim_state *state, int64_t domid, xm_error **err)
{
    return drop_lines(state->sim, domid, NULL, err);
}

int sim_leftovers(struct xm_host *host, xm_leftovers **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    xm_autofree char *text = NULL;
    char *rest, *line;
    xm_leftovers *leftovers;
    struct xm_leftover item;

    if (sim_fault(sim, "leftovers", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    leftovers = xm_new0(xm_leftovers, 1);
    rest = text = read_text(sim);
    while ((line = strsep(&rest, "\n")) != NULL)
        if (read_line(line, &item) && sim_guest_get(&state, item.domid, NULL) == NULL)
            xm_leftovers_add(leftovers, item.type, item.domid, item.path, item.pid, item.started);
    xm_leftovers_sort(leftovers);
    *ret = leftovers;
    return 0;
}

int sim_leftover_remove(struct xm_host *host, const struct xm_leftover *leftover, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "leftover_remove", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    if (sim_guest_get(&state, leftover->domid, NULL) != NULL)
        return xm_fail(err, XM_STATE, "%s: domain %u is there", leftover->path, leftover->domid);
    return drop_lines(sim, leftover->domid, leftover->path, err);
}
