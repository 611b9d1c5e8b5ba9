/* What a check is made of: findings, images' marks, and who may share a disk with whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bind/config.h"
#include "guest/finding.h"
#include "host/ops.h"

static xm_doc *doc_of(const char *text)
{
    xm_doc *doc = NULL;

    assert_int_equal(xm_config_parse(XM_DIALECT_XM, "web.cfg", text, strlen(text), &doc, NULL), 0);
    return doc;
}

static void expect(const xm_findings *findings, size_t i, const char *text)
{
    xm_autofree char *is = NULL;

    assert_true(i < findings->count);
    is = xm_finding_format(&findings->items[i], findings->items[i].severity == XM_FINDING_ERROR ? "error" : "warning");
    assert_string_equal(is, text);
}

static void a_finding_has_its_value_s_place(void **state)
{
    XM_AUTO(xm_doc) *doc = doc_of("memory = 3\ndisk = ['a',\n  'b']\n");
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);

    (void)state;
    xm_findings_add(findings, doc, XM_FINDING_ERROR, "x", "disk", 1, "is %s", "bad");
    xm_findings_add(findings, doc, XM_FINDING_WARNING, "x", "memory", -1, "is low");
    xm_findings_add(findings, doc, XM_FINDING_ERROR, "x", "vif", 0, "is not there");
    xm_findings_add(findings, doc, XM_FINDING_ERROR, "x", NULL, -1, "is all wrong");
    xm_findings_sort(findings);
    expect(findings, 0, "web.cfg:1:10: warning: memory: is low");
    expect(findings, 1, "web.cfg:3:3: error: disk[1]: is bad");
    expect(findings, 2, "web.cfg: error: vif[0]: is not there");
    expect(findings, 3, "web.cfg: error: is all wrong");
}

static void an_error_is_read_line_by_line(void **state)
{
    XM_AUTO(xm_doc) *doc = doc_of("memory = 3\ndisk = ['a']\n");
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);

    (void)state;
    xm_findings_read(findings, "web.cfg", doc, XM_FINDING_ERROR, "config",
                     "web.cfg:1:10: memory: 3 is too small\n    memory = 3\n             ^\n"
                     "web.cfg:2:9: disk[0]: no: colon\nweb.cfg:2:9: NameError: x\nweb.cfg: 7 more mistakes");
    assert_int_equal(findings->count, 4);
    expect(findings, 0, "web.cfg:1:10: error: memory: 3 is too small");
    expect(findings, 1, "web.cfg:2:9: error: disk[0]: no: colon");
    assert_int_equal(findings->items[1].index, 0);
    expect(findings, 2, "web.cfg:2:9: error: NameError: x");
    assert_null(findings->items[2].key);
    expect(findings, 3, "web.cfg: error: 7 more mistakes");
}

static void an_error_about_something_else_is_one_finding(void **state)
{
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);

    (void)state;
    xm_findings_read(findings, "web.cfg", NULL, XM_FINDING_ERROR, "file", "/etc/web.cfg: Permission denied\nmore");
    assert_int_equal(findings->count, 1);
    expect(findings, 0, "web.cfg: error: /etc/web.cfg: Permission denied");
    assert_true(xm_findings_have(findings, XM_FINDING_ERROR));
    assert_false(xm_findings_have(findings, XM_FINDING_WARNING));
}

static void who_writes_wants_it_for_himself(void **state)
{
    (void)state;
    assert_true(xm_disk_modes_clash('w', 'w'));
    assert_true(xm_disk_modes_clash('w', 'r'));
    assert_true(xm_disk_modes_clash('w', '!'));
    assert_true(xm_disk_modes_clash('r', 'w'));
    assert_false(xm_disk_modes_clash('r', 'r'));
    assert_false(xm_disk_modes_clash('r', '!'));
    assert_false(xm_disk_modes_clash('!', 'w'));
    assert_false(xm_disk_modes_clash('!', 'r'));
}

static void expect_format(const void *data, size_t len, off_t at, off_t size, const char *format)
{
    char path[] = "/tmp/xm-check.XXXXXX";
    int fd = mkstemp(path);
    struct xm_host_file file;

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    assert_int_equal(pwrite(fd, data, len, at), (ssize_t)len);
    close(fd);
    assert_int_equal(xm_host_file_look(path, path, true, &file, NULL), 0);
    unlink(path);
    assert_int_equal(file.type, XM_FILE_REGULAR);
    assert_string_equal(xm_host_file_format(&file), format);
}

static void images_have_marks(void **state)
{
    (void)state;
    expect_format("", 0, 0, 0, "raw");
    expect_format("", 0, 0, 4096, "raw");
    expect_format("QFI", 3, 0, 3, "raw");
    expect_format("QFI\xfb\0\0\0\3", 8, 0, 4096, "qcow2");
    expect_format("QFI\xfb\0\0\0\2", 8, 0, 8, "qcow2");
    expect_format("QFI\xfb\0\0\0\1", 8, 0, 8, "qcow");
    expect_format("QED\0", 4, 0, 4, "qed");
    expect_format("conectix", 8, 0, 1024, "vhd");
    expect_format("conectix", 8, 4096 - 512, 4096, "vhd");
    expect_format("conectix", 8, 1000, 4096, "raw");
}

static void what_is_no_image_is_looked_at_too(void **state)
{
    struct xm_host_file file;
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_host_file_look("/dev/zero", "zero", true, &file, NULL), 0);
    assert_int_equal(file.type, XM_FILE_OTHER);
    assert_int_equal(file.head_len, 0);
    assert_int_equal(xm_host_file_look("/nowhere", "disk /nowhere", true, &file, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_free(err);
}

static void pci_addresses_are_read(void **state)
{
    struct xm_held_pci at = { 0 };

    (void)state;
    assert_true(xm_host_pci_parse("0001:0a:1f.7", &at));
    assert_int_equal(at.domain, 1);
    assert_int_equal(at.bus, 10);
    assert_int_equal(at.slot, 31);
    assert_int_equal(at.func, 7);
    assert_false(xm_host_pci_parse("0000:0a:20.0", &at));
    assert_false(xm_host_pci_parse("0000:0a:1f.8", &at));
    assert_false(xm_host_pci_parse("0a:1f.0", &at));
    assert_false(xm_host_pci_parse("", &at));
}

static void a_configuration_says_what_it_holds(void **state)
{
    static const char text[] =
        "{\"disks\": [{\"pdev_path\": \"/a\", \"vdev\": \"xvda\", \"readwrite\": 1}, {\"pdev_path\": \"/b\"},"
        " {\"pdev_path\": \"/c\", \"readwrite\": 1, \"script\": \"" XM_HOST_SHARING_SCRIPT "\"},"
        " {\"pdev_path\": \"/d\", \"backend_domname\": \"storage\"}, {\"vdev\": \"hdc\"}, 7],"
        " \"nics\": [{\"mac\": \"00:16:3e:00:00:01\"}, {\"mac\": \"junk\"}, {}],"
        " \"pcidevs\": [{\"bus\": 3, \"dev\": 1}]}";
    XM_AUTO(xm_holders) *holders = xm_new0(xm_holders, 1);
    XM_AUTO(xm_json) *json = NULL;
    struct xm_holder *holder = xm_holders_add(holders, 7, "5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01", "web");

    (void)state;
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    xm_holder_fill(holder, json, "br9");
    assert_int_equal(holder->disk_count, 3);
    assert_int_equal(holder->disks[0].mode, 'w');
    assert_int_equal(holder->disks[1].mode, 'r');
    assert_int_equal(holder->disks[2].mode, '!');
    assert_null(holder->disks[2].script);
    assert_int_equal(holder->nic_count, 1);
    assert_string_equal(holder->nics[0].bridge, "br9");
    assert_int_equal(holder->pci_count, 1);
    assert_int_equal(holder->pcis[0].bus, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_has_its_value_s_place),
        cmocka_unit_test(an_error_is_read_line_by_line),
        cmocka_unit_test(an_error_about_something_else_is_one_finding),
        cmocka_unit_test(who_writes_wants_it_for_himself),
        cmocka_unit_test(images_have_marks),
        cmocka_unit_test(what_is_no_image_is_looked_at_too),
        cmocka_unit_test(pci_addresses_are_read),
        cmocka_unit_test(a_configuration_says_what_it_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
