/* attach: devices that come to a guest and leave it, live and stored: together or not at all, wherever
 * it is stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "bind/disks.h"
#include "convert/json.h"
#include <libxl.h>

#include "guest/guest.h"
#include "host/host.h"
#include "tests/unit/interrupt.h"

#define WEB "11111111-1111-4111-8111-111111111111"
#define DB "22222222-2222-4222-8222-222222222222"
#define XVDB 51728
#define MAC "00:16:3e:01:02:03"

struct world {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
};

/* --- the machine --- */

static void put(const struct world *w, const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void open_world(struct world *w)
{
    assert_int_equal(xm_host_open(&w->conf, NULL, &w->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(w->conf.state_dir, NULL, &w->guests.reg, NULL), 0);
}

static void close_world(struct world *w)
{
    xm_host_close(w->guests.host);
    xm_reg_close(w->guests.reg);
}

static int setup(void **state)
{
    static const char *const files[] = { "kernel", "a.img", "b.img", "c.img", "one.iso", "two.iso" };
    struct world *w = xm_new0(struct world, 1);
    xm_autofree char *text = NULL;

    strcpy(w->dir, "/tmp/xm-attach.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->conf.host = xm_printf("sim:%s", w->dir);
    w->conf.state_dir = xm_printf("%s/xm", w->dir);
    open_world(w);
    text = xm_printf("{\"root\": \"%s\", \"cpu_features\": [\"pv\", \"hvm\", \"hap\"]}", w->dir);
    put(w, "sim/host.json", text);
    put(w, "sim/now", "1700000000000\n");       /* what would wait for a guest does not */
    for (size_t i = 0; i < XM_COUNT(files); i++)
        put(w, files[i], "x");
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", w->dir);

    close_world(w);
    free(w->conf.host);
    free(w->conf.state_dir);
    free(w);
    return system(command);
}

/* --- guests --- */

static void set_list(xm_doc *doc, const char *key, const char *item)
{
    const struct xm_place nowhere = { 0, 0 };
    xm_node *list = xm_node_new(XM_NODE_LIST, nowhere);

    xm_node_add(list, xm_node_new_str(item, nowhere));
    xm_doc_set(doc, key, list);
}

static xm_doc *document(enum xm_dialect dialect, const char *uuid, const char *name, const char *words)
{
    xm_doc *doc = xm_doc_new(dialect, "/etc/xen/web");

    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_int(doc, "memory", 16);
    if (words != NULL)
        xm_doc_set_str(doc, "extra", words);
    return doc;
}

static void remember(struct world *w, xm_doc *doc)
{
    bool edited;

    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
}

static void new_guest(struct world *w, enum xm_dialect dialect, const char *words)
{
    XM_AUTO(xm_doc) *doc = document(dialect, WEB, "web", words);

    set_list(doc, "disk", "phy:/a.img,xvda,w");
    remember(w, doc);
}

/* root: where its CD lies, if the machine's / is not the world's */
static void new_hvm_at(struct world *w, const char *root)
{
    XM_AUTO(xm_doc) *doc = document(XM_DIALECT_XM, WEB, "web", NULL);
    xm_autofree char *disk = xm_printf("file:%s/one.iso,hdc:cdrom,r", root);

    xm_doc_set_str(doc, "type", "hvm");
    xm_doc_remove(doc, "kernel");
    set_list(doc, "disk", disk);
    remember(w, doc);
}

static void new_hvm(struct world *w)
{
    new_hvm_at(w, "");
}

static void start(struct world *w)
{
    uint32_t domid;
    xm_error *err = NULL;

    if (xm_guest_start(&w->guests, WEB, NULL, &domid, &err) < 0)
        fail_msg("start: %s", xm_error_text(err));
}

static void stop(struct world *w)
{
    struct xm_reg_state st;

    assert_int_equal(xm_reg_load_state(w->guests.reg, WEB, &st, NULL), 0);
    assert_int_equal(xm_guest_destroy(&w->guests, st.domid, NULL), 0);
}

/* --- changes --- */

#define DISK(words) &(const struct xm_device_text){ XM_DEVICE_DISK, XM_DIALECT_XM, words }
#define XL_DISK(words) &(const struct xm_device_text){ XM_DEVICE_DISK, XM_DIALECT_XL, words }
#define NIC(words) &(const struct xm_device_text){ XM_DEVICE_NIC, XM_DIALECT_XM, words }

static int with_guest(struct world *w, const char *uuid, int (*change)(struct world *w, const struct xm_guest *guest, const void *arg,
                      xm_error **err), const void *arg, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    assert_int_equal(xm_guest_list_load(&w->guests, XM_WANT_NAME, &list, NULL), 0);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].uuid, uuid) == 0)
            return change(w, &list->items[i], arg, err);
    fail_msg("no guest %s", uuid);
    return -1;
}

struct attach { const struct xm_device_text *device; unsigned where; };
struct detach { enum xm_device_kind kind; int devid; bool force; unsigned where; };

static int do_attach(struct world *w, const struct xm_guest *guest, const void *arg, xm_error **err)
{
    const struct attach *a = arg;

    return xm_guest_attach(&w->guests, guest, a->device, a->where, err);
}

static int do_detach(struct world *w, const struct xm_guest *guest, const void *arg, xm_error **err)
{
    const struct detach *d = arg;

    return xm_guest_detach(&w->guests, guest, d->kind, d->devid, "xvdb", d->force, d->where, err);
}

static int do_cd(struct world *w, const struct xm_guest *guest, const void *arg, xm_error **err)
{
    return xm_guest_cd_change(&w->guests, guest, arg, 0, err);
}

static int attach_in(struct world *w, const struct xm_device_text *device, unsigned where, xm_error **err)
{
    return with_guest(w, WEB, do_attach, &(struct attach){ device, where }, err);
}

static int detach_in(struct world *w, enum xm_device_kind kind, int devid, bool force, unsigned where, xm_error **err)
{
    return with_guest(w, WEB, do_detach, &(struct detach){ kind, devid, force, where }, err);
}

static void attach(struct world *w, const struct xm_device_text *device, unsigned where)
{
    xm_error *err = NULL;

    if (attach_in(w, device, where, &err) < 0)
        fail_msg("attach: %s", xm_error_text(err));
}

static void detach(struct world *w, enum xm_device_kind kind, int devid, unsigned where)
{
    xm_error *err = NULL;

    if (detach_in(w, kind, devid, false, where, &err) < 0)
        fail_msg("detach: %s", xm_error_text(err));
}

static void refused(int rc, xm_error *err, enum xm_code code, const char *text)
{
    xm_autofree char *is = err ? xm_error_text(err) : NULL;

    assert_int_equal(rc, -1);
    if (err->code != code || strstr(is, text) == NULL)
        fail_msg("code %d: %s", err->code, is);
    xm_error_free(err);
}
#define REFUSE(call, code, text) do { xm_error *err = NULL; int rc = (call); refused(rc, err, code, text); } while (0)

/* --- what is there --- */

/* "51712 51728" */
static char *numbers(const xm_devices *devices)
{
    xm_autobuf text = XM_BUF_INIT;

    xm_buf_puts(&text, "");
    for (size_t i = 0; i < devices->count; i++)
        xm_buf_printf(&text, "%s%d", i > 0 ? " " : "", devices->items[i].devid);
    return xm_buf_take(&text);
}

struct look { enum xm_device_kind kind; xm_devices **ret; };

static int look(struct world *w, const struct xm_guest *guest, const void *arg, xm_error **err)
{
    const struct look *l = arg;

    return xm_guest_devices(&w->guests, guest, l->kind, l->ret, err);
}

/* Of the guest as it stands: live if it runs. */
static xm_devices *devices_of(struct world *w, enum xm_device_kind kind)
{
    xm_devices *devices = NULL;

    assert_int_equal(with_guest(w, WEB, look, &(struct look){ kind, &devices }, NULL), 0);
    return devices;
}

static void has(struct world *w, enum xm_device_kind kind, const char *expected)
{
    XM_AUTO(xm_devices) *devices = devices_of(w, kind);
    xm_autofree char *text = numbers(devices);

    assert_string_equal(text, expected);
}

/* What the document says, whether the guest runs or not. */
static xm_devices *stored_of(struct world *w, enum xm_device_kind kind)
{
    struct xm_guest guest = { .uuid = WEB, .domid = XM_DOMID_NONE, .ours = true };
    xm_devices *devices;

    assert_int_equal(xm_guest_devices(&w->guests, &guest, kind, &devices, NULL), 0);
    return devices;
}

static void has_stored(struct world *w, enum xm_device_kind kind, const char *expected)
{
    XM_AUTO(xm_devices) *devices = stored_of(w, kind);
    xm_autofree char *text = numbers(devices);

    assert_string_equal(text, expected);
}

static char *item(struct world *w, const char *key, size_t index)
{
    XM_AUTO(xm_doc) *doc = NULL;

    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &doc, NULL), 0);
    assert_true(index < xm_doc_get(doc, key)->count);
    return xm_strdup(xm_doc_get(doc, key)->items[index]->str);
}

static bool has_record(const struct world *w)
{
    return xm_reg_has_change(w->guests.reg, WEB);
}

/* --- tests --- */

static void what_is_attached_is_there_after_the_next_start(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    start(w);
    attach(w, DISK("file:/b.img,xvdb,r"), 0);
    has(w, XM_DEVICE_DISK, "51712 51728");
    has_stored(w, XM_DEVICE_DISK, "51712 51728");
    assert_false(has_record(w));
    stop(w);
    has(w, XM_DEVICE_DISK, "51712 51728");
    start(w);
    has(w, XM_DEVICE_DISK, "51712 51728");
    detach(w, XM_DEVICE_DISK, XVDB, 0);
    has(w, XM_DEVICE_DISK, "51712");
    has_stored(w, XM_DEVICE_DISK, "51712");
    assert_false(has_record(w));
}

static void a_halted_guest_has_it_from_its_next_start(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    attach(w, DISK("file:/b.img,xvdb,w"), 0);
    start(w);
    has(w, XM_DEVICE_DISK, "51712 51728");
    stop(w);
    detach(w, XM_DEVICE_DISK, XVDB, 0);
    REFUSE(detach_in(w, XM_DEVICE_DISK, XVDB, false, 0, &err), XM_NOT_FOUND, "xvdb not connected");
    start(w);
    has(w, XM_DEVICE_DISK, "51712");
}

static void each_place_can_be_changed_alone(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    REFUSE(attach_in(w, DISK("file:/b.img,xvdb,w"), XM_LIVE, &err), XM_STATE, "not running");
    start(w);
    attach(w, DISK("file:/b.img,xvdb,w"), XM_LIVE);
    attach(w, DISK("file:/c.img,xvdc,w"), XM_STORED);
    has(w, XM_DEVICE_DISK, "51712 51728");
    has_stored(w, XM_DEVICE_DISK, "51712 51744");
    detach(w, XM_DEVICE_DISK, XVDB, 0);         /* where it is */
    detach(w, XM_DEVICE_DISK, 51744, 0);
    has(w, XM_DEVICE_DISK, "51712");
    has_stored(w, XM_DEVICE_DISK, "51712");
}

static void a_guest_that_was_only_created_keeps_it_through_a_reboot(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(XM_DIALECT_XM, WEB, "web", NULL);
    uint32_t domid;

    assert_int_equal(xm_guest_create(&w->guests, doc, NULL, &domid, NULL), 0);
    attach(w, DISK("file:/b.img,xvdb,w"), 0);
    attach(w, NIC("bridge=xenbr0"), 0);
    assert_int_equal(xm_guest_reset(&w->guests, WEB, NULL, &domid, NULL), 0);
    has(w, XM_DEVICE_DISK, "51728");
    has(w, XM_DEVICE_NIC, "0");
}

static void what_the_host_refuses_is_not_stored(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    start(w);
    REFUSE(attach_in(w, DISK("file:/none.img,xvdb,w"), 0, &err), XM_NOT_FOUND, "Device 51728 (vbd) could not be connected. ");
    REFUSE(attach_in(w, NIC("bridge=none"), 0, &err), XM_NOT_FOUND, "Device 0 (vif) could not be connected. ");
    put(w, "sim/faults", "attach 1 once fail TIMEOUT \"hotplug scripts not working\"\n");
    REFUSE(attach_in(w, DISK("file:/b.img,xvdb,w"), 0, &err), XM_TIMEOUT, "hotplug scripts not working");
    put(w, "sim/faults", "detach 1 once fail TIMEOUT \"not now\"\n");
    REFUSE(detach_in(w, XM_DEVICE_DISK, 51712, false, 0, &err), XM_TIMEOUT, "Device xvdb (vbd) could not be disconnected. not now");
    has(w, XM_DEVICE_DISK, "51712");
    has_stored(w, XM_DEVICE_DISK, "51712");
    has_stored(w, XM_DEVICE_NIC, "");
    assert_false(has_record(w));
}

static void what_is_there_already_is_refused(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *other = document(XM_DIALECT_XM, DB, "db", NULL);
    uint32_t domid;

    new_guest(w, XM_DIALECT_XM, NULL);
    REFUSE(attach_in(w, DISK("file:/b.img,xvda,w"), 0, &err), XM_EXISTS, "\"xvda\" is already defined");
    start(w);
    REFUSE(attach_in(w, DISK("file:/b.img,xvda,w"), 0, &err), XM_EXISTS, "Device xvda (51712, vbd) is already connected.");
    REFUSE(attach_in(w, DISK("phy:/a.img,xvdb,w"), 0, &err), XM_INVALID, "'/a.img' is already used");
    set_list(other, "disk", "file:/c.img,xvda,w");
    assert_int_equal(xm_guest_create(&w->guests, other, NULL, &domid, NULL), 0);
    REFUSE(attach_in(w, DISK("file:/c.img,xvdc,r"), 0, &err), XM_BUSY, "in use for writing by guest db");
    attach(w, DISK("file:/c.img,xvdc,w!"), 0);
    attach(w, NIC("mac=" MAC), 0);
    REFUSE(attach_in(w, NIC("mac=" MAC), 0, &err), XM_EXISTS, "The mac \"" MAC "\" is already defined");
    REFUSE(attach_in(w, DISK("foo:/c.img,xvdd,w"), 0, &err), XM_INVALID, "disk specification: unknown kind of disk 'foo'");
    REFUSE(attach_in(w, DISK("file:/c.img"), 0, &err), XM_INVALID, "disk specification: has 1 parts");
    has_stored(w, XM_DEVICE_DISK, "51712 51744");
}

static void an_interface_keeps_the_address_it_was_given(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_devices) *first = NULL, *second = NULL;

    new_guest(w, XM_DIALECT_XM, NULL);
    start(w);
    attach(w, NIC(""), 0);
    attach(w, NIC("mac=" MAC ",bridge=xenbr0"), 0);
    has(w, XM_DEVICE_NIC, "0 1");
    first = devices_of(w, XM_DEVICE_NIC);
    stop(w);
    start(w);
    second = devices_of(w, XM_DEVICE_NIC);
    assert_memory_equal(first->items[0].mac, second->items[0].mac, 6);
    assert_true(first->items[0].has_mac);
    detach(w, XM_DEVICE_NIC, 0, 0);
    has(w, XM_DEVICE_NIC, "1");
    /* it is known by its address: its place in the list is another one by now */
    detach(w, XM_DEVICE_NIC, 1, 0);
    has_stored(w, XM_DEVICE_NIC, "");
}

static void words_of_the_other_dialect_are_stored_in_the_guests_own(void **state)
{
    struct world *w = *state;
    xm_autofree char *words = NULL;

    new_guest(w, XM_DIALECT_XL, NULL);
    start(w);
    attach(w, DISK("tap:aio:/b.img,xvdb,w"), 0);
    words = item(w, "disk", 1);
    assert_string_equal(words, "format=raw,vdev=xvdb,access=rw,target=/b.img");
    stop(w);
    start(w);
    has(w, XM_DEVICE_DISK, "51712 51728");
}

static void xl_words_are_read_as_xl_reads_them(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    start(w);
    attach(w, XL_DISK("/b.img,raw,xvdb,ro"), 0);
    has_stored(w, XM_DEVICE_DISK, "51712 51728");
    REFUSE(attach_in(w, XL_DISK("/c.img,raw,xvdc,w!"), 0, &err), XM_INVALID, "unknown mode 'w!'");
}

static void a_guest_of_others_is_changed_live_only(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    struct xm_build build = { 0 };
    uint32_t domid;

    libxl_domain_config_init(&cfg);
    cfg.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    libxl_domain_build_info_init_type(&cfg.b_info, LIBXL_DOMAIN_TYPE_PV);
    cfg.c_info.name = xm_strdup("theirs");
    memset(cfg.c_info.uuid.uuid, 0x11, 16);
    cfg.c_info.uuid.uuid[6] = 0x41;
    cfg.c_info.uuid.uuid[8] = 0x81;
    cfg.b_info.kernel = xm_strdup("/kernel");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 16384;
    assert_int_equal(xm_host_create(w->guests.host, &cfg, &build, &domid, NULL), 0);
    libxl_domain_config_dispose(&cfg);
    attach(w, DISK("file:/b.img,xvdb,w"), 0);
    has(w, XM_DEVICE_DISK, "51728");
    REFUSE(attach_in(w, DISK("file:/c.img,xvdc,w"), XM_STORED, &err), XM_STATE, "nothing is stored");
    detach(w, XM_DEVICE_DISK, XVDB, 0);
    has(w, XM_DEVICE_DISK, "");
    assert_false(xm_reg_has(w->guests.reg, WEB));
}

/* One that was restored from stock xl's file is known by libxl's JSON alone. */
static void a_guest_that_is_only_json_changes_there(void **state)
{
    struct world *w = *state;
    const struct xm_reg_state st = { .managed = true, .domid = XM_DOMID_NONE, .last_reason = -1 };
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XL, "web.save");
    int lock;

    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_str(doc, "uuid", WEB);
    xm_doc_set_str(doc, "libxl", "{\"c_info\": {\"type\": \"pv\", \"name\": \"web\", \"uuid\": \"" WEB "\"},"
                   " \"b_info\": {\"max_memkb\": 16384, \"target_memkb\": 16384, \"kernel\": \"/kernel\", \"type.pv\": {}},"
                   " \"disks\": [{\"pdev_path\": \"/a.img\", \"vdev\": \"xvda\", \"format\": \"raw\", \"readwrite\": 1}]}");
    assert_int_equal(xm_reg_lock(w->guests.reg, WEB, true, &lock, NULL), 0);
    assert_int_equal(xm_reg_add(w->guests.reg, doc, &st, NULL), 0);
    close(lock);
    attach(w, XL_DISK("/b.img,raw,xvdb,rw"), 0);
    attach(w, NIC("mac=" MAC ",bridge=xenbr0"), 0);
    start(w);
    has(w, XM_DEVICE_DISK, "51712 51728");
    has(w, XM_DEVICE_NIC, "0");
    detach(w, XM_DEVICE_DISK, 51712, 0);
    detach(w, XM_DEVICE_NIC, 0, 0);
    has_stored(w, XM_DEVICE_DISK, "51728");
    has_stored(w, XM_DEVICE_NIC, "");
    REFUSE(attach_in(w, XL_DISK("/c.img,raw,xvdb,rw"), 0, &err), XM_EXISTS, "already connected");
}

static void a_suspended_guest_is_left_alone(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, NULL);
    start(w);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    REFUSE(attach_in(w, DISK("file:/b.img,xvdb,w"), 0, &err), XM_STATE, "is suspended");
    REFUSE(detach_in(w, XM_DEVICE_DISK, 51712, false, 0, &err), XM_STATE, "is suspended");
}

static void a_guest_that_holds_on_to_a_disk_keeps_it_unless_forced(void **state)
{
    struct world *w = *state;

    new_guest(w, XM_DIALECT_XM, "sim.unplug=ignore");
    start(w);
    attach(w, NIC(""), 0);
    REFUSE(detach_in(w, XM_DEVICE_DISK, 51712, false, 0, &err), XM_TIMEOUT, "could not be disconnected");
    has_stored(w, XM_DEVICE_DISK, "51712");
    assert_int_equal(detach_in(w, XM_DEVICE_DISK, 51712, true, 0, NULL), 0);
    has(w, XM_DEVICE_DISK, "");
    has_stored(w, XM_DEVICE_DISK, "");
    detach(w, XM_DEVICE_NIC, 0, 0);             /* an interface goes anyhow */
    has(w, XM_DEVICE_NIC, "");
}

static void a_cd_is_changed_live_and_stored(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_devices) *live = NULL, *stored = NULL;

    new_hvm(w);
    start(w);
    assert_int_equal(with_guest(w, WEB, do_cd, DISK("file:/two.iso,hdc:cdrom,r"), NULL), 0);
    live = devices_of(w, XM_DEVICE_DISK);
    stored = stored_of(w, XM_DEVICE_DISK);
    assert_string_equal(live->items[0].medium, "/two.iso");
    assert_string_equal(stored->items[0].medium, "/two.iso");
    assert_int_equal(with_guest(w, WEB, do_cd, DISK(",hdc:cdrom,r"), NULL), 0);
    xm_devices_free(live);
    live = devices_of(w, XM_DEVICE_DISK);
    assert_string_equal(live->items[0].medium, "");
    REFUSE(with_guest(w, WEB, do_cd, DISK("file:/two.iso,hdd:cdrom,r"), &err), XM_NOT_FOUND, "Device 5696 not connected");
    REFUSE(with_guest(w, WEB, do_cd, DISK("file:/none.iso,hdc:cdrom,r"), &err), XM_NOT_FOUND, "/none.iso");
    REFUSE(with_guest(w, WEB, do_cd, DISK("file:/two.iso,hdc,r"), &err), XM_INVALID, "CD drive");
    attach(w, DISK("file:/b.img,xvdb,w"), 0);
    REFUSE(with_guest(w, WEB, do_cd, DISK("file:/two.iso,xvdb:cdrom,r"), &err), XM_EXISTS, "xvdb is no CD drive");
}

static bool next_ejection(struct world *w, struct xm_event *ret)
{
    int rc;

    while ((rc = xm_host_event_next(w->guests.host, ret, NULL)) > 0)
        if (ret->type == XM_EVENT_EJECT)
            return true;
    assert_int_equal(rc, 0);
    return false;
}

static void an_ejection_is_told_until_it_is_answered(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_devices) *stored = NULL;
    struct xm_event event;
    int fd;

    put(w, "sim/host.json", "{\"cpu_features\": [\"pv\", \"hvm\", \"hap\"], \"guests\": [\"web sim.eject=5\"]}");
    new_hvm_at(w, w->dir);
    start(w);
    assert_int_equal(xm_host_events_open(w->guests.host, &fd, NULL), 0);
    assert_int_equal(xm_host_hvm_watch(w->guests.host, 1, NULL), 0);
    assert_int_equal(xm_host_hvm_watch(w->guests.host, 77, NULL), 0);
    assert_false(next_ejection(w, &event));
    put(w, "sim/now", "1700000006000\n");
    assert_true(next_ejection(w, &event));
    assert_int_equal(event.domid, 1);
    assert_int_equal(event.devid, 5632);
    assert_string_equal(event.uuid, WEB);
    assert_false(next_ejection(w, &event));
    close_world(w);
    open_world(w);                      /* the one who was told has died */
    assert_int_equal(xm_host_events_open(w->guests.host, &fd, NULL), 0);
    assert_false(next_ejection(w, &event));
    assert_int_equal(xm_host_hvm_watch(w->guests.host, 1, NULL), 0);
    assert_true(next_ejection(w, &event));
    assert_int_equal(xm_guest_eject(&w->guests, WEB, 5632, NULL), 0);
    assert_false(next_ejection(w, &event));
    stored = stored_of(w, XM_DEVICE_DISK);
    assert_string_equal(stored->items[0].medium, "");
    assert_int_equal(xm_guest_eject(&w->guests, WEB, 5632, NULL), 0);       /* it is out already */
    assert_int_equal(xm_guest_eject(&w->guests, WEB, 77, NULL), 0);         /* no such drive by now */
    stop(w);
    assert_int_equal(xm_guest_eject(&w->guests, WEB, 5632, NULL), 0);
    close_world(w);
    open_world(w);
}

static void an_ejection_from_a_drive_that_came_later_is_told_to_who_asks_again(void **state)
{
    struct world *w = *state;
    xm_autofree char *machine = xm_printf("{\"root\": \"%s\", \"cpu_features\": [\"pv\", \"hvm\", \"hap\"], "
                                          "\"guests\": [\"web sim.eject=5\"]}", w->dir);
    struct xm_event event;
    int fd;

    put(w, "sim/host.json", machine);
    new_hvm(w);
    start(w);
    assert_int_equal(with_guest(w, WEB, do_cd, DISK(",hdc:cdrom,r"), NULL), 0);
    assert_int_equal(xm_host_events_open(w->guests.host, &fd, NULL), 0);
    assert_int_equal(xm_host_hvm_watch(w->guests.host, 1, NULL), 0);
    attach(w, DISK("file:/two.iso,hdd:cdrom,r"), 0);
    put(w, "sim/now", "1700000006000\n");
    assert_false(next_ejection(w, &event));
    assert_int_equal(xm_host_hvm_watch(w->guests.host, 1, NULL), 0);
    assert_true(next_ejection(w, &event));
    assert_int_equal(event.devid, 5696);
}

/* --- interruptions --- */

static int step_attach(void *w) { return attach_in(w, DISK("file:/b.img,xvdb,w"), 0, NULL) < 0; }
static int step_attach_nic(void *w) { return attach_in(w, NIC("mac=" MAC), 0, NULL) < 0; }
static int step_detach(void *w) { return detach_in(w, XM_DEVICE_DISK, 51712, true, 0, NULL) < 0; }
static int step_cd(void *w) { return with_guest(w, WEB, do_cd, DISK("file:/two.iso,hdc:cdrom,r"), NULL) < 0; }

static void is_up(struct world *w) { new_guest(w, XM_DIALECT_XM, NULL); start(w); }
static void is_booting(struct world *w) { new_guest(w, XM_DIALECT_XM, "sim.boot=1000"); start(w); }
static void is_halted(struct world *w) { new_guest(w, XM_DIALECT_XM, NULL); }
static void has_cd(struct world *w) { new_hvm(w); start(w); }

static const struct trial {
    const char *name;
    void (*before)(struct world *w);
    int (*step)(void *w);
} trials[] = {
    { "attach", is_up, step_attach }, { "attach to one that does not answer yet", is_booting, step_attach },
    { "attach of an interface", is_up, step_attach_nic },
    { "attach to a halted one", is_halted, step_attach }, { "detach", is_up, step_detach },
    { "detach from one that does not answer yet", is_booting, step_detach }, { "change of a CD", has_cd, step_cd },
};

/* Live and stored are the same, and nothing is left of the change. */
static void check_same(struct world *w, const char *what, int n)
{
    static const enum xm_device_kind kinds[] = { XM_DEVICE_DISK, XM_DEVICE_NIC };

    for (size_t i = 0; i < XM_COUNT(kinds); i++) {
        XM_AUTO(xm_devices) *live = devices_of(w, kinds[i]), *stored = stored_of(w, kinds[i]);
        xm_autofree char *a = numbers(live), *b = numbers(stored);

        if (strcmp(a, b) != 0)
            fail_msg("%s, stopped before step %d: live '%s', stored '%s'", what, n, a, b);
        for (size_t j = 0; kinds[i] == XM_DEVICE_DISK && j < live->count; j++)
            assert_string_equal(live->items[j].medium, stored->items[j].medium);
    }
    assert_false(has_record(w));
}

static bool try_until(const struct trial *trial, int n, bool full)
{
    struct world *w;
    bool ended;

    setup((void **)&w);
    trial->before(w);
    steps_fail = full;
    ended = run_until_step(n, trial->step, w);
    steps_fail = false;
    close_world(w);
    open_world(w);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    check_same(w, trial->name, n);
    teardown((void **)&w);
    return ended;
}

static void stopped_anywhere_live_and_stored_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++) {
        int n = 0;

        while (!try_until(&trials[i], n, false))
            n++;
        print_message("# %s: stopped at each of %d steps\n", trials[i].name, n);
        assert_true(n > 1);
    }
}

static void a_full_disk_changes_neither(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++)
        for (int n = 0; n < 12; n++)
            (void)try_until(&trials[i], n, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_attached_is_there_after_the_next_start),
        TEST(a_halted_guest_has_it_from_its_next_start),
        TEST(each_place_can_be_changed_alone),
        TEST(a_guest_that_was_only_created_keeps_it_through_a_reboot),
        TEST(what_the_host_refuses_is_not_stored),
        TEST(what_is_there_already_is_refused),
        TEST(an_interface_keeps_the_address_it_was_given),
        TEST(words_of_the_other_dialect_are_stored_in_the_guests_own),
        TEST(xl_words_are_read_as_xl_reads_them),
        TEST(a_guest_of_others_is_changed_live_only),
        TEST(a_guest_that_is_only_json_changes_there),
        TEST(a_suspended_guest_is_left_alone),
        TEST(a_guest_that_holds_on_to_a_disk_keeps_it_unless_forced),
        TEST(a_cd_is_changed_live_and_stored),
        TEST(an_ejection_is_told_until_it_is_answered),
        TEST(an_ejection_from_a_drive_that_came_later_is_told_to_who_asks_again),
        cmocka_unit_test(stopped_anywhere_live_and_stored_are_the_same),
        cmocka_unit_test(a_full_disk_changes_neither),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
