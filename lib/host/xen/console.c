#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"

/* How long after a domain's start its terminal may take to appear in the store. */
#define TTY_SECONDS 5

/* Where the store tells the terminal, best first. */
struct places {
    char *paths[2];
    int count;
};

static void places_clear(struct places *places)
{
    for (int i = 0; i < places->count; i++)
        free(places->paths[i]);
}

static void add_place(struct places *places, char *path)
{
    places->paths[places->count++] = path;
}

static bool has_device_model(struct xs_handle *xs, uint32_t domid)
{
    xm_autofree char *type = xen_read(xs, "/libxl/%u/type", domid);

    return type != NULL && strcmp(type, "hvm") == 0;
}

static void find_places(struct xs_handle *xs, uint32_t domid, enum xm_console_type type, unsigned num,
                        struct places *places)
{
    if (type == XM_CONSOLE_VUART) {
        add_place(places, xm_printf("/local/domain/%u/vuart/%u/tty", domid, num));
        return;
    }
    /* An HVM guest's first console is its serial port, if it was given one. */
    if (type == XM_CONSOLE_SERIAL || (type == XM_CONSOLE_PRIMARY && has_device_model(xs, domid)))
        add_place(places, xm_printf("/local/domain/%u/serial/%u/tty", domid, num));
    if (type == XM_CONSOLE_SERIAL)
        return;
    if (num == 0)
        add_place(places, xm_printf("/local/domain/%u/console/tty", domid));
    else
        add_place(places, xm_printf("/local/domain/%u/device/console/%u/tty", domid, num));
}

static char *read_tty(struct xs_handle *xs, const struct places *places)
{
    for (int i = 0; i < places->count; i++) {
        char *tty = xs_read(xs, XBT_NULL, places->paths[i], NULL);

        if (tty != NULL && tty[0] != '\0')
            return tty;
        free(tty);
    }
    return NULL;
}

static int wait_tty(struct xen_host *xen, struct xs_handle *xs, uint32_t domid, const struct places *places,
                    char **ret_tty, xm_error **err)
{
    int64_t end = xen_now_ms() + TTY_SECONDS * 1000;

    for (int i = 0; i < places->count; i++)
        if (!xs_watch(xs, places->paths[i], "tty"))
            return xm_fail_errno(err, errno, "%s", places->paths[i]);
    for (;;) {
        struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
        int64_t left = end - xen_now_ms();
        xc_domaininfo_t info;
        char **fired;

        *ret_tty = read_tty(xs, places);
        if (*ret_tty != NULL)
            return 0;
        if (xen_info(xen, domid, &info, err) < 0)
            return -1;
        if (*xen->host.stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        if (left <= 0)
            return xm_fail(err, XM_NOT_FOUND, "domain %u has no such console (the store has no %s)", domid,
                           places->paths[places->count - 1]);
        (void)poll(&fd, 1, left < 250 ? (int)left : 250);
        while ((fired = xs_check_watch(xs)) != NULL)
            free(fired);
    }
}

/* The name comes out of the store: nothing but a terminal is opened as one. */
static int open_tty(const char *tty, int *ret_fd, xm_error **err)
{
    xm_autoclose int fd = -1;
    struct termios mode;

    if (strncmp(tty, "/dev/", 5) != 0 || strstr(tty, "..") != NULL)
        return xm_fail(err, XM_HOST, "the store names '%s' for a terminal", tty);
    fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", tty);
    if (tcgetattr(fd, &mode) < 0)
        return xm_fail_errno(err, errno, "%s", tty);
    /* The guest does its own echoing and line editing. */
    cfmakeraw(&mode);
    if (tcsetattr(fd, TCSANOW, &mode) < 0)
        return xm_fail_errno(err, errno, "%s", tty);
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* The very lock of stock xenconsole, flock() and all, so that we and it exclude each other. */
static int lock_console(uint32_t domid, int *ret_fd, xm_error **err)
{
    xm_autofree char *path = xm_printf("/var/lock/xenconsole.%u", domid);
    xm_error *why = NULL;

    if (xm_lock_open(path, false, ret_fd, &why) == 0)
        return 0;
    if (why->code != XM_BUSY) {
        if (err != NULL)
            *err = why;
        else
            xm_error_free(why);
        return -1;
    }
    xm_error_free(why);
    return xm_fail(err, XM_BUSY, "another client has the console of domain %u (%s is locked)", domid, path);
}

int xen_host_console(struct xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                     struct xm_console *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct places places = { .count = 0 };
    xm_autofree char *tty = NULL;
    xm_autoclose int lock = -1;
    struct xs_handle *xs;
    xc_domaininfo_t info;
    int rc;

    if (xen_guest_info(xen, domid, "attached to", &info, err) < 0 || lock_console(domid, &lock, err) < 0)
        return -1;
    xs = xen_store_new(xen, err);
    if (xs == NULL)
        return -1;
    find_places(xs, domid, type, num, &places);
    rc = wait_tty(xen, xs, domid, &places, &tty, err);
    if (rc == 0)
        rc = open_tty(tty, &ret->fd, err);
    places_clear(&places);
    xs_close(xs);
    if (rc < 0)
        return -1;
    ret->lock = lock;
    lock = -1;
    return 0;
}
