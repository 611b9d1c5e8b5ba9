/* Suspending a guest into a stream and building one out of it.
 *
 * The stream: a head; the domain's record as JSON; the memory as chunks of 64 KiB, one for every
 * 4 MiB of guest memory and 1024 at most, so that a stream is large where a real one would be but
 * tests stay fast; the chunks' CRC. All of it is untrusted when read. */
#include "host/sim/sim.h"

#include <endian.h>
#include <string.h>

#include "base/fd.h"

#define MAGIC "XMSIMVM\n"
#define VERSION 1
#define CHUNK 65536
#define CHUNK_KIB 4096
#define CHUNKS_MAX 1024
#define RECORD_MAX (4u << 20)

struct head {
    char magic[8];
    uint32_t version, record_len, record_crc, chunks;      /* little-endian */
};

/* CRC-32 as in IEEE 802.3, four bits at a time. */
static uint32_t crc_add(uint32_t crc, const void *data, size_t len)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *at = data;

    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc = table[(crc ^ at[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ at[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}

static uint32_t chunks_of(const struct sim_guest *guest)
{
    int64_t count = (guest->mem_kib + CHUNK_KIB - 1) / CHUNK_KIB;

    return count < CHUNKS_MAX ? (uint32_t)count : CHUNKS_MAX;
}

/* A chunk's contents follow from the guest's memory mark, and no two chunks are alike. */
static void fill_chunk(uint32_t *words, const char *mark, uint32_t number)
{
    uint32_t seed = crc_add(number + 1, mark, strlen(mark)) | 1;

    for (size_t i = 0; i < CHUNK / sizeof(*words); i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        words[i] = htole32(seed);
    }
}

static int write_chunks(struct sim *sim, const struct sim_guest *guest, int fd, xm_error **err)
{
    xm_autofree uint32_t *words = xm_alloc0(1, CHUNK);
    uint32_t crc = 0, count = chunks_of(guest);

    for (uint32_t i = 0; i < count; i++) {
        fill_chunk(words, guest->memory, i);
        crc = crc_add(crc, words, CHUNK);
        if (sim_stopped(sim, err) < 0 || sim_fault(sim, "save.write", err) < 0
            || xm_fd_write(fd, words, CHUNK, "memory stream", err) < 0)
            return -1;
    }
    crc = htole32(crc);
    return xm_fd_write(fd, &crc, sizeof(crc), "memory stream", err);
}

static int write_stream(struct sim *sim, const struct sim_guest *guest, int fd, xm_error **err)
{
    XM_AUTO(xm_json) *json = sim_fields_write(sim_guest_fields, guest);
    xm_autofree char *record = xm_json_format(json, true);
    struct head head = {
        .version = htole32(VERSION), .record_len = htole32((uint32_t)strlen(record)),
        .record_crc = htole32(crc_add(0, record, strlen(record))), .chunks = htole32(chunks_of(guest)),
    };

    memcpy(head.magic, MAGIC, sizeof(head.magic));
    if (xm_fd_write(fd, &head, sizeof(head), "memory stream", err) < 0
        || xm_fd_write(fd, record, strlen(record), "memory stream", err) < 0)
        return -1;
    return write_chunks(sim, guest, fd, err);
}

static struct sim_guest *get_saveable(struct sim_state *state, uint32_t domid, xm_error **err)
{
    struct sim_guest *guest = sim_guest_get_u(state, domid, "saved", err);

    if (guest == NULL)
        return NULL;
    if (sim_guest_ended(guest, state->now)) {
        (void)xm_fail(err, XM_STATE, "domain %u has shut down", domid);
        return NULL;
    }
    if (guest->paused) {
        (void)xm_fail(err, XM_STATE, "domain %u is paused and cannot suspend itself", domid);
        return NULL;
    }
    return guest;
}

/* How long until it is ready to suspend; -1: it never is. */
static int when_ready(struct sim *sim, uint32_t domid, int64_t *ret_ms, int64_t *ret_limit, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    int64_t booting;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = get_saveable(&state, domid, err);
    if (guest == NULL)
        return -1;
    booting = guest->does.boot_ms - sim_guest_time(guest, state.now);
    *ret_ms = !guest->does.suspends ? -1 : booting > 0 ? booting : 0;
    *ret_limit = state.settings.suspend_timeout_s * 1000;
    return 0;
}

/* Suspends the guest; *ret_guest is its record as it then stands, to be cleared. */
static int suspend(struct sim *sim, uint32_t domid, struct sim_guest *ret_guest, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = get_saveable(&state, domid, err);
    if (guest == NULL)
        return -1;
    sim_guest_halt(guest, state.now);
    guest->end_ms = guest->ran_ms;
    guest->end_reason = XM_REASON_SUSPEND;
    if (sim_guest_store(&state, guest, err) < 0)
        return -1;
    sim_guest_copy(guest, ret_guest);
    return 0;
}

static int resume(struct sim *sim, uint32_t domid, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "resumed", err);
    if (guest == NULL)
        return -1;
    if (!sim_guest_ended(guest, state.now) || guest->end_reason != XM_REASON_SUSPEND)
        return xm_fail(err, XM_STATE, "domain %u is not suspended", domid);
    sim_guest_plan(guest);
    guest->end_reason = guest->end_ms < 0 ? XM_REASON_NONE : guest->end_reason;
    guest->end_logged = 0;
    if (!guest->paused)
        sim_guest_go(guest, state.now);
    return sim_guest_store(&state, guest, err);
}

int sim_save(struct xm_host *host, uint32_t domid, int fd, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct sim_guest guest;
    int64_t ready, limit;
    int rc;

    if (sim_fault(sim, "save", err) < 0 || when_ready(sim, domid, &ready, &limit, err) < 0)
        return -1;
    if (ready < 0 || ready > limit) {
        if (sim_wait(sim, limit, err) < 0)
            return -1;
        return xm_fail(err, XM_TIMEOUT, "domain %u did not suspend within %lld seconds", domid, (long long)limit / 1000);
    }
    if (sim_wait(sim, ready, err) < 0 || suspend(sim, domid, &guest, err) < 0)
        return -1;
    rc = write_stream(sim, &guest, fd, err);
    sim_guest_clear(&guest);
    if (rc < 0)
        (void)resume(sim, domid, NULL);     /* the stream's error is the one to tell */
    return rc;
}

int sim_resume(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    return sim_fault(sim, "resume", err) < 0 ? -1 : resume(sim, domid, err);
}

static int read_head(int fd, struct head *head, xm_error **err)
{
    if (xm_fd_read(fd, head, sizeof(*head), "memory stream", err) < 0)
        return -1;
    if (memcmp(head->magic, MAGIC, sizeof(head->magic)) != 0)
        return xm_fail(err, XM_INVALID, "memory stream: was not written by a simulated host");
    head->version = le32toh(head->version);
    head->record_len = le32toh(head->record_len);
    head->record_crc = le32toh(head->record_crc);
    head->chunks = le32toh(head->chunks);
    if (head->version != VERSION)
        return xm_fail(err, XM_UNSUPPORTED, "memory stream: version %u is not known", head->version);
    if (head->record_len > RECORD_MAX || head->chunks > CHUNKS_MAX)
        return xm_fail(err, XM_INVALID, "memory stream: damaged head");
    return 0;
}

static int read_record(int fd, const struct head *head, struct sim_guest *ret_guest, xm_error **err)
{
    xm_autofree char *record = xm_alloc0(1, head->record_len + 1);
    XM_AUTO(xm_json) *json = NULL;

    if (xm_fd_read(fd, record, head->record_len, "memory stream", err) < 0)
        return -1;
    if (crc_add(0, record, head->record_len) != head->record_crc)
        return xm_fail(err, XM_INVALID, "memory stream: damaged record");
    if (xm_json_parse(record, head->record_len, &json, err) < 0)
        return xm_wrap(err, "memory stream");
    return sim_guest_parse(json, "memory stream", ret_guest, err);
}

static int read_chunks(struct sim *sim, int fd, uint32_t count, xm_error **err)
{
    xm_autofree char *chunk = xm_alloc0(1, CHUNK);
    uint32_t crc = 0, written;

    for (uint32_t i = 0; i < count; i++) {
        if (sim_stopped(sim, err) < 0 || sim_fault(sim, "restore.read", err) < 0
            || xm_fd_read(fd, chunk, CHUNK, "memory stream", err) < 0)
            return -1;
        crc = crc_add(crc, chunk, CHUNK);
    }
    if (xm_fd_read(fd, &written, sizeof(written), "memory stream", err) < 0)
        return -1;
    return le32toh(written) == crc ? 0 : xm_fail(err, XM_INVALID, "memory stream: damaged memory");
}

static int read_stream(struct sim *sim, int fd, struct sim_guest *ret_guest, xm_error **err)
{
    struct head head;

    if (read_head(fd, &head, err) < 0 || read_record(fd, &head, ret_guest, err) < 0)
        return -1;
    if (head.chunks == chunks_of(ret_guest) && read_chunks(sim, fd, head.chunks, err) == 0)
        return 0;
    if (head.chunks != chunks_of(ret_guest))
        (void)xm_fail(err, XM_INVALID, "memory stream: not the memory of its record");
    sim_guest_clear(ret_guest);
    return -1;
}

int sim_restore(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct sim_guest guest;
    xm_json *json;
    int rc = -1;

    if (sim_fault(sim, "restore", err) < 0 || read_stream(sim, fd, &guest, err) < 0)
        return -1;
    if (config != NULL)
        rc = sim_config_tree(config, &json, err);
    else if (config_json == NULL)
        rc = xm_fail(err, XM_INVALID, "no configuration came with the memory stream");
    else if (xm_json_parse(config_json, strlen(config_json), &json, err) == 0)
        rc = 0;
    else
        rc = xm_wrap(err, "saved configuration");
    if (rc == 0)
        rc = sim_domain_build(sim, json, name, &guest, build, ret_domid, err);
    sim_guest_clear(&guest);
    return rc;
}
