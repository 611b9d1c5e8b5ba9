#include "guest/carry.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "convert/json.h"

#define CHUNK (1u << 20)
#define PAGE 4096
#define LOOK_MS 250

static bool is_bound(const struct xm_cpuset *set, unsigned nr_cpus)
{
    for (unsigned cpu = 0; cpu < nr_cpus && cpu < XM_MAX_CPUS; cpu++)
        if (!(set->bits[cpu / 64] >> cpu % 64 & 1))
            return true;
    return false;
}

static xm_json *numbers_of(const struct xm_cpuset *set, unsigned nr_cpus)
{
    xm_json *list = xm_json_new(XM_JSON_ARRAY);

    for (unsigned cpu = 0; cpu < nr_cpus && cpu < XM_MAX_CPUS; cpu++)
        if (set->bits[cpu / 64] >> cpu % 64 & 1)
            xm_json_add(list, xm_json_new_int(cpu));
    return list;
}

static xm_json *all_of(const xm_vcpus *vcpus, bool soft, unsigned nr_cpus)
{
    xm_json *lists = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < vcpus->count; i++)
        xm_json_add(lists, numbers_of(soft ? &vcpus->items[i].soft : &vcpus->items[i].hard, nr_cpus));
    return lists;
}

/* Where they rather run is libxl's own doing, by how memory lies here, unless the configuration says it. */
static void put_pins(xm_json *build, const xm_vcpus *vcpus, unsigned nr_cpus)
{
    bool bound = false;

    for (size_t i = 0; i < vcpus->count; i++)
        bound |= is_bound(&vcpus->items[i].hard, nr_cpus);
    if (bound || xm_json_get(build, "vcpu_hard_affinity", NULL) != NULL)
        xm_json_set(build, "vcpu_hard_affinity", bound ? all_of(vcpus, false, nr_cpus) : xm_json_new(XM_JSON_ARRAY));
    if (xm_json_get(build, "vcpu_soft_affinity", NULL) != NULL)
        xm_json_set(build, "vcpu_soft_affinity", all_of(vcpus, true, nr_cpus));
    if (bound)
        xm_json_set(build, "numa_placement", xm_json_new_str("False"));         /* libxl takes one or the other */
}

int xm_carry_pins(const struct xm_guests *guests, uint32_t domid, const char *json, char **ret_json, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;
    XM_AUTO(xm_vcpus) *vcpus = NULL;
    XM_AUTO(xm_json) *root = NULL;
    xm_json *build;

    if (xm_json_parse(json, strlen(json), &root, err) < 0 || xm_host_info_get(guests->host, false, &info, err) < 0
        || xm_host_vcpus(guests->host, domid, &vcpus, err) < 0)
        return -1;
    build = (xm_json *)xm_json_get(root, "b_info", NULL);       /* within root, which is ours */
    if (build == NULL || build->type != XM_JSON_OBJECT)
        return xm_fail(err, XM_HOST, "domain %u has a configuration without b_info", domid);
    put_pins(build, vcpus, info->nr_cpus);
    *ret_json = xm_json_format(root, false);
    return 0;
}

static void tell(const struct xm_carry *carry, uint64_t left)
{
    const struct xm_progress now = { .suspended = true, .done = (carry->size - left) / PAGE, .total = carry->size / PAGE };

    if (carry->watch.progress != NULL)
        carry->watch.progress(carry->watch.arg, &now);
}

/* Until fd is ready. Who waits is told, and can be stopped. */
static int await(const struct xm_carry *carry, int fd, short events, uint64_t left, xm_error **err)
{
    struct pollfd poll_fd = { .fd = fd, .events = events };
    int n;

    do {
        tell(carry, left);
        if (carry->stop != NULL && *carry->stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        n = poll(&poll_fd, 1, LOOK_MS);
    } while (n == 0 || (n < 0 && errno == EINTR));
    return n < 0 ? xm_fail_errno(err, errno, "poll") : 0;
}

static int put(const struct xm_carry *carry, const char *data, size_t len, uint64_t left, xm_error **err)
{
    while (len > 0) {
        ssize_t n;

        if (await(carry, carry->out, POLLOUT, left, err) < 0)
            return -1;
        n = write(carry->out, data, len < PIPE_BUF ? len : PIPE_BUF);   /* what goes without blocking when there is room */
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", carry->to);
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int xm_carry_bytes(const struct xm_carry *carry, xm_error **err)
{
    xm_autofree char *chunk = xm_alloc0(1, CHUNK);
    uint64_t left = carry->size;

    while (left > 0) {
        ssize_t n;

        if (await(carry, carry->in, POLLIN, left, err) < 0)
            return -1;
        n = read(carry->in, chunk, left < CHUNK ? (size_t)left : CHUNK);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", carry->from);
        if (n == 0)
            return xm_fail(err, XM_IO, "%s: %llu bytes are missing", carry->from, (unsigned long long)left);
        if (put(carry, chunk, (size_t)n, left, err) < 0)
            return -1;
        left -= (uint64_t)n;
    }
    tell(carry, left);
    return 0;
}
