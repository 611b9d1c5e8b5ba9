/* The ways into a document besides the configuration language: SXP, libxl's JSON; and lists of cpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "bind/config.h"
#include "bind/cpulist.h"
#include "convert/sxp.h"

static xm_doc *from_sxp(const char *text)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;

    if (xm_config_from_sxp(text, strlen(text), "web.sxp", &doc, &err) < 0)
        fail_msg("%s", err->msg);
    return doc;
}

static void refused(const char *text, const char *message)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;
    xm_autofree char *got = NULL;

    assert_int_equal(xm_config_from_sxp(text, strlen(text), "web.sxp", &doc, &err), -1);
    assert_null(doc);
    got = xm_error_text(err);
    assert_string_equal(got, message);
    xm_error_free(err);
}

static void item_is(const xm_doc *doc, const char *key, size_t index, const char *expected)
{
    const xm_node *list = xm_doc_get(doc, key);

    assert_non_null(list);
    assert_int_equal(list->type, XM_NODE_LIST);
    assert_true(index < list->count);
    assert_string_equal(list->items[index]->str, expected);
}

static void a_running_domains_form_becomes_its_document(void **state)
{
    XM_AUTO(xm_doc) *doc = from_sxp(
        "(domain (domid 7) (cpu_weight 512) (pool_name Pool-0) (bootloader '') (vcpus 2) (cpus ((0 2) ()))"
        " (on_poweroff destroy) (description 'two words') (uuid 0a0a0a0a-0000-4000-8000-000000000001) (name web)"
        " (maxmem 1024) (memory 512) (start_time 12.5) (cpu_time 3.0) (online_vcpus 2)"
        " (image (linux (kernel /k) (ramdisk '') (args 'root=/dev/xvda1 ro quiet') (notes (A B)))) (status 2) (state -b----)"
        " (device (vbd (uuid u) (bootable 1) (dev xvda:disk) (uname phy:/dev/vg0/web) (mode w) (backend 0) (VDI '')))"
        " (device (vif (uuid u) (mac 00:16:3e:00:00:01) (bridge br0) (backend 0) (vifname vif7.0) (rate '62500,50000')))"
        " (device (console (protocol vt100))) (device (vkbd (backend 0)))"
        " (device (vfb (vnc 1) (uuid u) (location 127.0.0.1:5900)))"
        " (device (pci (dev (domain 0x0000) (bus 0x07) (slot 0x00) (func 0x1)))))");

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "name"), "web");
    assert_string_equal(xm_doc_get_str(doc, "uuid"), "0a0a0a0a-0000-4000-8000-000000000001");
    assert_string_equal(xm_doc_get_str(doc, "memory"), "512");
    assert_string_equal(xm_doc_get_str(doc, "maxmem"), "1024");
    assert_string_equal(xm_doc_get_str(doc, "vcpus"), "2");
    assert_string_equal(xm_doc_get_str(doc, "description"), "two words");
    assert_string_equal(xm_doc_get_str(doc, "pool"), "Pool-0");
    assert_string_equal(xm_doc_get_str(doc, "extra"), "root=/dev/xvda1 ro quiet");
    assert_string_equal(xm_doc_get_str(doc, "builder"), "linux");
    assert_null(xm_doc_get(doc, "bootloader"));
    assert_null(xm_doc_get(doc, "domid"));
    assert_null(xm_doc_get(doc, "state"));
    item_is(doc, "cpus", 0, "0,2");
    item_is(doc, "cpus", 1, "all");
    item_is(doc, "disk", 0, "phy:/dev/vg0/web,xvda:disk,w");
    item_is(doc, "vif", 0, "mac=00:16:3e:00:00:01,bridge=br0,rate=1250000B/s@50000us");
    item_is(doc, "vfb", 0, "vnc=1");
    item_is(doc, "pci", 0, "0000:07:00.1");
}

static void vcpus_that_are_off_stay_off(void **state)
{
    XM_AUTO(xm_doc) *doc = from_sxp("(vm (name a) (vcpu_avail 3) (vcpus 4) (image (linux (kernel /k))))");
    XM_AUTO(xm_doc) *ran = from_sxp("(domain (vcpus 4) (online_vcpus 1))");
    XM_AUTO(xm_doc) *all = from_sxp("(domain (vcpus 4) (online_vcpus 4))");

    (void)state;
    assert_int_equal(xm_doc_get(doc, "vcpus")->i, 2);
    assert_string_equal(xm_doc_get_str(doc, "maxvcpus"), "4");
    assert_int_equal(xm_doc_get(ran, "vcpus")->i, 1);
    assert_string_equal(xm_doc_get_str(ran, "maxvcpus"), "4");
    assert_string_equal(xm_doc_get_str(all, "vcpus"), "4");
    assert_null(xm_doc_get(all, "maxvcpus"));
}

static void a_form_is_refused_by_what_is_wrong_with_it(void **state)
{
    (void)state;
    refused("(vm (name a))", "web.sxp: it lacks 'vcpus'");
    refused("(vm (name a", "web.sxp: line 1: unexpected EOF");
    refused("name", "web.sxp: it holds no form, but 'name'");
    refused("(vm (vcpus 1) (device))", "web.sxp: there is nothing in a 'device'");
    refused("(vm (vcpus 1) (device x))", "web.sxp: devices of class '' are not known");
    refused("(vm (vcpus 1) (device (vscsi (p-dev 1:0:0:0))))", "web.sxp: devices of class 'vscsi' are not known");
    refused("(vm (vcpus 1) (device (vbd (uname phy:/dev/a))))", "web.sxp: a disk lacks 'dev'");
    refused("(vm (vcpus 1) (device (vbd (uname 'phy:/dev/a,xvdb,w') (dev xvda))))",
            "web.sxp: device vbd: 'phy:/dev/a,xvdb,w' has a comma or a newline in it");
    refused("(vm (vcpus 1) (device (vif (bridge 'b,script=/bin/evil'))))",
            "web.sxp: device vif: 'b,script=/bin/evil' has a comma or a newline in it");
    refused("(vm (vcpus 1) (image ()))", "web.sxp: it has no type in its 'image'");
}

/* A megabyte of devices is read in no time, and every prefix of a form ends in an answer. */
static void hostile_forms_are_bounded(void **state)
{
    static const char form[] = "(vm (vcpus 1) (cpus ((0) 'x')) (image (hvm (boot c) (args a)))"
        " (device (vif (rate 1,0) (ip \"a b\"))) (device (pci (dev (bus 1) (slot 2) (func 3)))) (device (irq (irq 5))))";
    xm_autobuf text = XM_BUF_INIT;
    XM_AUTO(xm_doc) *doc = NULL;

    (void)state;
    xm_buf_puts(&text, "(vm (vcpus 99999999999999999999)");
    while (text.len < 1000000)
        xm_buf_puts(&text, "(device (irq (irq 1)))");
    xm_buf_puts(&text, ")");
    doc = from_sxp(text.data);
    assert_true(xm_doc_get(doc, "irq")->count > 40000);
    for (size_t len = 0; len < sizeof(form) - 1; len++) {
        xm_doc *part = NULL;
        xm_error *err = NULL;

        assert_int_equal(xm_config_from_sxp(form, len, "f", &part, &err), -1);
        xm_error_free(err);
    }
    xm_doc_free(from_sxp(form));
}

static void what_the_dry_run_prints_reads_back(void **state)
{
    XM_AUTO(xm_doc) *doc = from_sxp("(vm (name web) (memory 64) (vcpus 2) (image (linux (kernel /k) (root '/dev/xvda1 ro')))"
                                    " (device (vbd (uname file:/d) (dev xvda) (mode w))) (device (vif (bridge br0))))");
    XM_AUTO(xm_doc) *again = NULL;
    xm_autofree char *first = NULL, *second = NULL;

    (void)state;
    assert_int_equal(xm_config_format_sxp(doc, &first, NULL), 0);
    again = from_sxp(first);
    assert_int_equal(xm_config_format_sxp(again, &second, NULL), 0);
    assert_string_equal(first, second);
}

static void libxls_json_becomes_a_document(void **state)
{
    static const char json[] =
        "{\"c_info\": {\"type\": \"pv\", \"name\": \"web\", \"uuid\": \"0a0a0a0a-0000-4000-8000-000000000001\"},"
        " \"b_info\": {\"max_vcpus\": 4, \"avail_vcpus\": [0, 1], \"vcpu_hard_affinity\": [[0, 2], [1]],"
        " \"max_memkb\": 131072, \"target_memkb\": 65536, \"sched_params\": {\"weight\": 512},"
        " \"kernel\": \"/k\", \"cmdline\": \"quiet\", \"type.pv\": {}},"
        " \"disks\": [{\"pdev_path\": \"/dev/vg0/a\", \"vdev\": \"xvda\", \"format\": \"raw\", \"readwrite\": 1},"
        " {\"pdev_path\": \"/b\", \"vdev\": \"hdc\", \"format\": \"qcow2\", \"is_cdrom\": 1}, {\"vdev\": \"hdd\", \"is_cdrom\": 1}],"
        " \"nics\": [{\"mac\": \"00:16:3e:00:00:01\", \"bridge\": \"br0\"}, {\"mac\": \"00:00:00:00:00:00\"}],"
        " \"pcidevs\": [{\"bus\": 7, \"dev\": 31, \"func\": 1}], \"on_reboot\": \"restart\", \"on_crash\": \"rename_restart\"}";
    XM_AUTO(xm_doc) *doc = NULL;

    (void)state;
    assert_int_equal(xm_config_from_json(json, strlen(json), &doc, NULL), 0);
    assert_string_equal(xm_doc_get_str(doc, "name"), "web");
    assert_int_equal(xm_doc_get(doc, "memory")->i, 64);
    assert_int_equal(xm_doc_get(doc, "maxmem")->i, 128);
    assert_int_equal(xm_doc_get(doc, "vcpus")->i, 2);
    assert_int_equal(xm_doc_get(doc, "maxvcpus")->i, 4);
    assert_int_equal(xm_doc_get(doc, "cpu_weight")->i, 512);
    assert_string_equal(xm_doc_get_str(doc, "extra"), "quiet");
    assert_string_equal(xm_doc_get_str(doc, "on_poweroff"), "destroy");
    assert_string_equal(xm_doc_get_str(doc, "on_crash"), "rename-restart");
    item_is(doc, "cpus", 0, "0,2");
    item_is(doc, "disk", 0, "phy:/dev/vg0/a,xvda,w");
    item_is(doc, "disk", 1, "tap:qcow2:/b,hdc:cdrom,r");
    item_is(doc, "disk", 2, ",hdd:cdrom,r");
    item_is(doc, "vif", 0, "mac=00:16:3e:00:00:01,bridge=br0");
    item_is(doc, "vif", 1, "");
    item_is(doc, "pci", 0, "0000:07:1f.1,msitranslate=0");
}

static void json_of_another_kind_is_refused(void **state)
{
    static const char *const texts[] = { "", "[]", "{}", "{\"c_info\": 1}", "{\"c_info\": {}, \"b_info\"", "nonsense" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        xm_doc *doc = NULL;
        xm_error *err = NULL;

        assert_int_equal(xm_config_from_json(texts[i], strlen(texts[i]), &doc, &err), -1);
        assert_int_equal(err->code, XM_INVALID);
        xm_error_free(err);
    }
}

/* --- cpus --- */

static void set(void *arg, unsigned cpu, bool on)
{
    ((bool *)arg)[cpu] = on;
}

static void cpus_are(const char *text, const char *expected)
{
    static const unsigned nodes[8] = { 0, 0, 0, 0, 1, 1, 1, 1 };
    const struct xm_cpulist_machine machine = { 8, nodes };
    bool on[8] = { false };
    char got[9] = "";
    xm_error *err = NULL;

    if (xm_cpulist_parse(text, &machine, set, on, &err) < 0)
        fail_msg("%s: %s", text, err->msg);
    for (size_t i = 0; i < 8; i++)
        got[i] = on[i] ? (char)('0' + i) : '-';
    assert_string_equal(got, expected);
}

static void cpus_are_put_in_and_taken_out_from_left_to_right(void **state)
{
    (void)state;
    cpus_are("0", "0-------");
    cpus_are("0-3,^2", "01-3----");
    cpus_are("^2,0-3", "0123----");
    cpus_are("all", "01234567");
    cpus_are("all,^node:0", "----4567");
    cpus_are("nodes:0-1,^7", "0123456-");
    cpus_are(" 1 , 3 ", "-1-3----");
    cpus_are("6-4000,99", "------67");
    cpus_are("", "--------");
}

static void a_wrong_item_is_named(void **state)
{
    static const char *const texts[] = {
        "x", "1-", "-1", "3-1", "1x", "^", "^all", "node:", "node:1024", "node", "4096", "99999999999999999999", "0,,1-z",
    };
    const struct xm_cpulist_machine machine = { 8, NULL };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        bool on[8];
        xm_error *err = NULL;

        assert_int_equal(xm_cpulist_parse(texts[i], &machine, set, on, &err), -1);
        assert_int_equal(err->code, XM_INVALID);
        xm_error_free(err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_domains_form_becomes_its_document),
        cmocka_unit_test(vcpus_that_are_off_stay_off),
        cmocka_unit_test(a_form_is_refused_by_what_is_wrong_with_it),
        cmocka_unit_test(hostile_forms_are_bounded),
        cmocka_unit_test(what_the_dry_run_prints_reads_back),
        cmocka_unit_test(libxls_json_becomes_a_document),
        cmocka_unit_test(json_of_another_kind_is_refused),
        cmocka_unit_test(cpus_are_put_in_and_taken_out_from_left_to_right),
        cmocka_unit_test(a_wrong_item_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
