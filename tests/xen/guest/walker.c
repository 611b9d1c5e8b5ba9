/* A guest that goes from host to host and looks whether all of it came along. PVH, memory=8, perhaps one disk,
 * xvda. It does nothing but this, again and again:
 *
 *     memory      1 MiB has what the last pass wrote there; the next pass's values are written
 *     disk        each time another one of 8 blocks is read, has what was written there last, is written
 *                 anew, and has that when it is read again
 *     xenstore    data/walker is PASSES ERRORS, and in the end of it the first thing that was wrong
 *                 control/shutdown is looked at: told to suspend it does, with poweroff it ends
 *
 * No interrupts, no events, no paging: it asks whether something has come, and sleeps in between by Xen's clock.
 * What it counts is in the memory that moves, so that it goes on counting wherever it is. */
#include <stddef.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040d00    /* without it they are those of Xen 3.0 */
#define xen_mb() __asm__ volatile ("lock; addl $0, (%%esp)" ::: "memory")
#define xen_rmb() __asm__ volatile ("" ::: "memory")
#define xen_wmb() __asm__ volatile ("" ::: "memory")

#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/blkif.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>

#define PAGE 4096u
#define NAP_NS 50000000ull
#define LOOK_NS 2000000ull      /* between two looks at whether an answer is there */

/* In 8 MiB all this lies behind the program. */
#define FIELD ((uint32_t *)0x200000)
#define FIELD_WORDS (1024u * 1024 / 4)
#define SHARED ((volatile struct shared_info *)0x600000)
#define GRANTS ((volatile grant_entry_v1_t *)0x601000)
#define RING ((blkif_sring_t *)0x602000)
#define BLOCK ((uint32_t *)0x603000)
#define BLOCK_WORDS (PAGE / 4)
#define BLOCKS 8
#define REF_RING 8              /* those below belong to Xen's own tools */
#define REF_BLOCK 9

long hypercall(unsigned number, unsigned long first, void *second);
void walk(void);

static uint32_t passes, errors, writings[BLOCKS];
static char wrong[64];

/* The compiler calls it, and so does SHARED_RING_INIT. */
void *memset(void *at, int value, size_t len)
{
    for (char *c = at; len > 0; len--)
        *c++ = (char)value;
    return at;
}

/* --- text --- */

static size_t length(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0')
        n++;
    return n;
}

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

static char *add(char *to, const char *text)
{
    while (*text != '\0')
        *to++ = *text++;
    *to = '\0';
    return to;
}

static char *add_number(char *to, uint32_t n)
{
    char digits[12];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    return add(to, digits + at);
}

static uint32_t number(const char *text)
{
    uint32_t n = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (uint32_t)(*text - '0');
    return n;
}

/* --- time --- */

static uint64_t now(void)
{
    volatile struct vcpu_time_info *t = &SHARED->vcpu_info[0].time;
    uint64_t delta, ns;
    uint32_t version, low, high;

    do {
        version = t->version;
        xen_rmb();
        __asm__ volatile ("rdtsc" : "=a"(low), "=d"(high));
        delta = (((uint64_t)high << 32) | low) - t->tsc_timestamp;
        delta = t->tsc_shift < 0 ? delta >> -t->tsc_shift : delta << t->tsc_shift;
        ns = (((delta & 0xffffffff) * t->tsc_to_system_mul) >> 32) + (delta >> 32) * t->tsc_to_system_mul;
        ns += t->system_time;
        xen_rmb();
    } while ((version & 1) || version != t->version);
    return ns;
}

static void nap(uint64_t ns)
{
    struct sched_poll poll = { .timeout = now() + ns };

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
}

static void note(const char *what)
{
    if (errors++ == 0)
        add(wrong, what);
}

/* --- what Xen gives us, anew on each host --- */

static volatile struct xenstore_domain_interface *store;
static evtchn_port_t store_port;

static uint64_t param(uint32_t index)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

    hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, &p);
    return p.value;
}

static void map(unsigned space, volatile void *at)
{
    struct xen_add_to_physmap add = { .domid = DOMID_SELF, .space = space, .gpfn = (unsigned long)at / PAGE };

    hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &add);
}

static void settle(void)
{
    map(XENMAPSPACE_shared_info, SHARED);
    map(XENMAPSPACE_grant_table, GRANTS);
    store = (void *)(unsigned long)(param(HVM_PARAM_STORE_PFN) * PAGE);
    store_port = (evtchn_port_t)param(HVM_PARAM_STORE_EVTCHN);
}

static void notify(evtchn_port_t port)
{
    struct evtchn_send send = { .port = port };

    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &send);
}

/* --- xenstore --- */

static void put(const void *data, size_t len)
{
    for (const char *at = data; len > 0; len--) {
        while (store->req_prod - store->req_cons >= XENSTORE_RING_SIZE)
            nap(LOOK_NS);
        store->req[store->req_prod % XENSTORE_RING_SIZE] = *at++;
        xen_wmb();
        store->req_prod++;
    }
}

static void get(char *to, size_t len, size_t room)
{
    for (size_t i = 0; i < len; i++) {
        while (store->rsp_cons == store->rsp_prod)
            nap(LOOK_NS);
        xen_rmb();
        if (i < room)
            to[i] = store->rsp[store->rsp_cons % XENSTORE_RING_SIZE];
        xen_mb();
        store->rsp_cons++;
    }
}

/* The answer is in ret then; empty if it was a refusal. */
static void ask(uint32_t type, const char *path, const char *value, char *ret, size_t room)
{
    struct xsd_sockmsg head = { .type = type, .len = length(path) + 1 };

    if (value != NULL)
        head.len += length(value);
    put(&head, sizeof(head));
    put(path, length(path) + 1);
    if (value != NULL)
        put(value, length(value));
    notify(store_port);
    get((char *)&head, sizeof(head), sizeof(head));
    get(ret, head.len, room - 1);
    notify(store_port);
    ret[head.type == XS_ERROR ? 0 : head.len < room ? head.len : room - 1] = '\0';
}

static void read_key(const char *path, char *ret, size_t room)
{
    ask(XS_READ, path, NULL, ret, room);
}

static void write_key(const char *path, const char *value)
{
    char answer[16];

    ask(XS_WRITE, path, value, answer, sizeof(answer));
}

static void write_number(const char *path, uint32_t n)
{
    char text[12];

    add_number(text, n);
    write_key(path, text);
}

/* --- the disk --- */

#define DISK "device/vbd/51712/"

static blkif_front_ring_t ring;
static evtchn_port_t disk_port;
static int has_disk;

static void grant(unsigned ref, void *page, domid_t to)
{
    GRANTS[ref].frame = (unsigned long)page / PAGE;
    GRANTS[ref].domid = to;
    xen_wmb();
    GRANTS[ref].flags = GTF_permit_access;
}

static void connect(void)
{
    char backend[96], state[12], id[12];
    struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF };

    read_key(DISK "backend", backend, sizeof(backend));
    has_disk = backend[0] != '\0';
    if (!has_disk)
        return;
    read_key(DISK "backend-id", id, sizeof(id));
    alloc.remote_dom = (domid_t)number(id);
    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &alloc);
    disk_port = alloc.port;
    SHARED_RING_INIT(RING);
    FRONT_RING_INIT(&ring, RING, PAGE);
    grant(REF_RING, RING, alloc.remote_dom);
    grant(REF_BLOCK, BLOCK, alloc.remote_dom);
    write_number(DISK "ring-ref", REF_RING);
    write_number(DISK "event-channel", disk_port);
    write_key(DISK "protocol", "x86_32-abi");
    write_key(DISK "state", "3");
    add(backend + length(backend), "/state");
    do {
        nap(LOOK_NS);
        read_key(backend, state, sizeof(state));
    } while (!same(state, "4"));
    write_key(DISK "state", "4");
}

static void transfer(int operation, uint32_t block)
{
    blkif_request_t *request = RING_GET_REQUEST(&ring, ring.req_prod_pvt);
    int send;

    *request = (blkif_request_t){
        .operation = operation, .nr_segments = 1, .handle = 51712, .id = block, .sector_number = block * 8,
        .seg = { { .gref = REF_BLOCK, .first_sect = 0, .last_sect = 7 } },
    };
    ring.req_prod_pvt++;
    RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&ring, send);
    if (send)
        notify(disk_port);
    while (*(volatile RING_IDX *)&ring.sring->rsp_prod == ring.rsp_cons)
        nap(LOOK_NS);
    xen_rmb();
    if (RING_GET_RESPONSE(&ring, ring.rsp_cons)->status != BLKIF_RSP_OKAY)
        note("a transfer failed");
    ring.rsp_cons++;
    ring.sring->rsp_event = ring.rsp_cons + 1;
}

static uint32_t mix(uint32_t at, uint32_t turn)
{
    return (at * 2654435761u) ^ (turn * 40503u + 0x5bd1e995u);
}

static void look_at_block(uint32_t block, const char *what)
{
    for (uint32_t i = 0; i < BLOCK_WORDS; i++)
        BLOCK[i] = 0;
    transfer(BLKIF_OP_READ, block);
    for (uint32_t i = 0; i < BLOCK_WORDS; i++)
        if (BLOCK[i] != mix(i + block * BLOCK_WORDS, writings[block])) {
            note(what);
            return;
        }
}

static void check_disk(void)
{
    uint32_t block = passes % BLOCKS;

    if (!has_disk)
        return;
    if (writings[block] > 0)
        look_at_block(block, "an old block");
    writings[block]++;
    for (uint32_t i = 0; i < BLOCK_WORDS; i++)
        BLOCK[i] = mix(i + block * BLOCK_WORDS, writings[block]);
    transfer(BLKIF_OP_WRITE, block);
    look_at_block(block, "a new block");
}

/* --- memory --- */

static void check_memory(void)
{
    for (uint32_t i = 0; i < FIELD_WORDS; i++) {
        if (passes > 0 && FIELD[i] != mix(i, passes))
            note("memory");
        FIELD[i] = mix(i, passes + 1);
    }
    passes++;
}

/* --- what it is told --- */

static void end(unsigned reason)
{
    struct sched_shutdown shutdown = { .reason = reason };

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &shutdown);
}

static void heed(void)
{
    char word[16];

    read_key("control/shutdown", word, sizeof(word));
    if (same(word, "poweroff"))
        end(SHUTDOWN_poweroff);
    if (!same(word, "suspend"))
        return;
    write_key("control/shutdown", "");
    end(SHUTDOWN_suspend);
    /* On another host, or on this one where it was not to be. */
    settle();
    connect();
}

static void tell(void)
{
    char text[128], *at = add_number(text, passes);

    at = add_number(add(at, " "), errors);
    if (errors > 0)
        add(add(at, " "), wrong);
    write_key("data/walker", text);
}

void walk(void)
{
    settle();
    connect();
    for (;;) {
        check_memory();
        check_disk();
        tell();
        heed();
        nap(NAP_NS);
    }
}
