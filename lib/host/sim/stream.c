/* The memory stream of a simulated guest.
 *
 * A head, then records, each with its length and the CRC of its body: pieces of memory of 64 KiB, one for
 * every 4 MiB of guest memory and 1024 at most, so that a stream is large where a real one would be but
 * tests stay fast; the guest's record as JSON, which is written when the guest stands still; the end. A
 * piece that comes again replaces what came before. All of it is untrusted when read. */
#include "host/sim/sim.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define MAGIC "XMSIMVM\n"
#define VERSION 2
#define WHAT "memory stream"
#define PIECE 65536
#define PIECE_KIB 4096
#define PIECES_MAX 1024
#define RECORD_MAX (4u << 20)
#define RECORDS_MAX (PIECES_MAX * 16)
#define LOOK_UP_MS 250

enum { RECORD_MEMORY = 1, RECORD_GUEST, RECORD_END };

/* All of it little-endian. */
struct head { char magic[8]; uint32_t version, unused; };
struct record { uint32_t type, number, len, crc; };

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

uint32_t sim_stream_pieces(const struct sim_guest *guest)
{
    int64_t count = (guest->mem_kib + PIECE_KIB - 1) / PIECE_KIB;

    return count < PIECES_MAX ? (uint32_t)count : PIECES_MAX;
}

/* A piece's contents follow from the guest's memory mark, and no two pieces are alike. */
static void fill(uint32_t *words, const char *mark, uint32_t number)
{
    uint32_t seed = crc_add(number + 1, mark, strlen(mark)) | 1;

    for (size_t i = 0; i < PIECE / sizeof(*words); i++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        words[i] = htole32(seed);
    }
}

int sim_flow_tick(const struct sim_flow *flow, xm_error **err)
{
    if (flow->stop != NULL && *flow->stop)
        return xm_fail(err, XM_INTERRUPTED, "interrupted");
    if (sim_stopped(flow->sim, err) < 0)
        return -1;
    xm_host_tell(flow->watch, &flow->now);
    return 0;
}

/* Until fd can be read or written; who waits tells so, and can be stopped. */
static int await(const struct sim_flow *flow, short events, xm_error **err)
{
    struct pollfd poll_fd = { .fd = flow->fd, .events = events };

    while (poll(&poll_fd, 1, LOOK_UP_MS) <= 0)
        if (sim_flow_tick(flow, err) < 0)
            return -1;
    return 0;
}

/* In pieces that a pipe takes without blocking, once it is said to have room. */
static int put(const struct sim_flow *flow, const void *data, size_t len, xm_error **err)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n;

        if (await(flow, POLLOUT, err) < 0)
            return -1;
        n = write(flow->fd, at, len < PIPE_BUF ? len : PIPE_BUF);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, WHAT);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int get(const struct sim_flow *flow, void *data, size_t len, xm_error **err)
{
    char *at = data;

    while (len > 0) {
        ssize_t n;

        if (await(flow, POLLIN, err) < 0)
            return -1;
        n = read(flow->fd, at, len);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, WHAT);
        if (n == 0)
            return xm_fail(err, XM_IO, WHAT ": ends too early");
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int put_record(const struct sim_flow *flow, uint32_t type, uint32_t number, const void *body, size_t len, xm_error **err)
{
    const struct record record = {
        .type = htole32(type), .number = htole32(number), .len = htole32((uint32_t)len),
        .crc = htole32(crc_add(0, body, len)),
    };

    return put(flow, &record, sizeof(record), err) < 0 ? -1 : put(flow, body, len, err);
}

int sim_stream_head(const struct sim_flow *flow, xm_error **err)
{
    struct head head = { .version = htole32(VERSION) };

    memcpy(head.magic, MAGIC, sizeof(head.magic));
    return put(flow, &head, sizeof(head), err);
}

int sim_stream_piece(const struct sim_flow *flow, const char *mark, uint32_t number, xm_error **err)
{
    xm_autofree uint32_t *words = xm_alloc0(1, PIECE);

    fill(words, mark, number);
    return put_record(flow, RECORD_MEMORY, number, words, PIECE, err);
}

int sim_stream_end(const struct sim_flow *flow, const struct sim_guest *guest, xm_error **err)
{
    XM_AUTO(xm_json) *json = sim_fields_write(sim_guest_fields, guest);
    xm_autofree char *text = xm_json_format(json, true);

    if (put_record(flow, RECORD_GUEST, 0, text, strlen(text), err) < 0)
        return -1;
    return put_record(flow, RECORD_END, 0, NULL, 0, err);
}

/* --- the other side --- */

struct reading {
    struct sim_flow flow;
    off_t start;                /* where in a file it began */
    char *body;                 /* of the record at hand, NUL-terminated */
    bool have[PIECES_MAX];
    struct sim_guest *guest;
    bool whole;                 /* guest has been filled */
};

static int check_head(struct head head, xm_error **err)
{
    if (memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0)
        return xm_fail(err, XM_INVALID, WHAT ": was not written by a simulated host");
    if (le32toh(head.version) != VERSION || head.unused != 0)
        return xm_fail(err, XM_UNSUPPORTED, WHAT ": version %u is not known", le32toh(head.version));
    return 0;
}

static struct record of_little(const struct record *record)
{
    return (struct record){ .type = le32toh(record->type), .number = le32toh(record->number),
                            .len = le32toh(record->len), .crc = le32toh(record->crc) };
}

static int check_record(const struct record *record, bool whole, xm_error **err)
{
    bool good;

    switch (record->type) {
    case RECORD_MEMORY:
        good = !whole && record->len == PIECE && record->number < PIECES_MAX;
        break;
    case RECORD_GUEST:
        good = !whole && record->len > 0 && record->len <= RECORD_MAX && record->number == 0;
        break;
    case RECORD_END:
        good = whole && record->len == 0 && record->number == 0;
        break;
    default:
        good = false;
    }
    return good ? 0 : xm_fail(err, XM_INVALID, WHAT ": damaged record");
}

static int get_record(struct reading *reading, struct record *ret, xm_error **err)
{
    struct record record;

    if (get(&reading->flow, &record, sizeof(record), err) < 0)
        return -1;
    record = of_little(&record);
    if (check_record(&record, reading->whole, err) < 0)
        return -1;
    free(reading->body);
    reading->body = xm_alloc0(1, record.len + 1);
    if (get(&reading->flow, reading->body, record.len, err) < 0)
        return -1;
    if (crc_add(0, reading->body, record.len) != record.crc)
        return xm_fail(err, XM_INVALID, WHAT ": damaged %s", record.type == RECORD_MEMORY ? "memory" : "record");
    *ret = record;
    return 0;
}

static int take_guest(struct reading *reading, size_t len, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;

    if (xm_json_parse(reading->body, len, &json, err) < 0)
        return xm_wrap(err, WHAT);
    if (sim_guest_parse(json, WHAT, reading->guest, err) < 0)
        return -1;
    reading->whole = true;
    for (uint32_t i = 0; i < sim_stream_pieces(reading->guest); i++)
        if (!reading->have[i])
            return xm_fail(err, XM_INVALID, WHAT ": not the memory of its record");
    return 0;
}

static int take_piece(struct reading *reading, uint32_t number, xm_error **err)
{
    struct sim_flow *flow = &reading->flow;

    reading->have[number] = true;
    flow->now.done += PIECE_KIB / 4;
    xm_host_read_so_far(flow->fd, reading->start, &flow->now);
    if (sim_flow_tick(flow, err) < 0)
        return -1;
    return sim_fault(flow->sim, "restore.read", err);
}

static int read_all(struct reading *reading, xm_error **err)
{
    struct record record;
    struct head head;

    if (get(&reading->flow, &head, sizeof(head), err) < 0 || check_head(head, err) < 0)
        return -1;
    for (unsigned i = 0; i < RECORDS_MAX; i++) {
        if (get_record(reading, &record, err) < 0)
            return -1;
        if (record.type == RECORD_END)
            return 0;
        if (record.type == RECORD_GUEST ? take_guest(reading, record.len, err) < 0 : take_piece(reading, record.number, err) < 0)
            return -1;
    }
    return xm_fail(err, XM_INVALID, WHAT ": has no end");
}

int sim_stream_read(struct sim *sim, int fd, const struct xm_watch *watch, struct sim_guest *ret_guest, xm_error **err)
{
    struct reading reading = {
        .flow = { .sim = sim, .fd = fd, .watch = watch, .now.suspended = true },
        .start = lseek(fd, 0, SEEK_CUR), .guest = ret_guest,
    };
    int rc = read_all(&reading, err);

    free(reading.body);
    if (rc < 0 && reading.whole)
        sim_guest_clear(ret_guest);
    return rc;
}

/* One record for the check: what a guest's says is looked at, memory passed over. */
static int check_body(const struct xm_bytes *from, const struct record *record, bool *have, bool *whole, xm_error **err)
{
    struct sim_guest guest;
    struct reading reading = { .guest = &guest };
    int rc;

    if (record->type == RECORD_MEMORY) {
        have[record->number] = true;
        return xm_bytes_skip(from, record->len, err);
    }
    reading.body = xm_alloc0(1, record->len + 1);
    memcpy(reading.have, have, sizeof(reading.have));
    rc = xm_bytes_read(from, reading.body, record->len, err);
    if (rc == 0 && crc_add(0, reading.body, record->len) != record->crc)
        rc = xm_fail(err, XM_INVALID, "damaged record");
    if (rc == 0 && record->type == RECORD_GUEST)
        rc = take_guest(&reading, record->len, err);
    if (reading.whole)
        sim_guest_clear(&guest);
    *whole = *whole || reading.whole;
    free(reading.body);
    return rc;
}

static int check_records(const struct xm_bytes *from, bool *have, xm_error **err)
{
    struct record record;
    bool whole = false;

    for (unsigned i = 0; i < RECORDS_MAX; i++) {
        if (xm_bytes_read(from, &record, sizeof(record), err) < 0)
            return xm_wrap(err, WHAT);
        record = of_little(&record);
        if (check_record(&record, whole, err) < 0)
            return -1;
        if (check_body(from, &record, have, &whole, err) < 0)
            return xm_wrap(err, WHAT);
        if (record.type == RECORD_END)
            return 0;
    }
    return xm_fail(err, XM_INVALID, WHAT ": has no end");
}

int sim_stream_check(const struct xm_bytes *from, xm_error **err)
{
    bool have[PIECES_MAX] = { false };
    struct head head;

    if (xm_bytes_read(from, &head, sizeof(head), err) < 0)
        return xm_wrap(err, WHAT);
    return check_head(head, err) < 0 ? -1 : check_records(from, have, err);
}
