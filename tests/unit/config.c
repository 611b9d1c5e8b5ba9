/* config: which file, the words over it, and the document as SXP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "bind/config.h"
#include "convert/json.h"

static int setup(void **state)
{
    char template[] = "/tmp/xm-config-XXXXXX";

    if (!mkdtemp(template) || chdir(template) < 0)
        return -1;
    *state = xm_strdup(template);
    return 0;
}

static int teardown(void **state)
{
    xm_autofree char *command = xm_printf("rm -rf '%s'", (char *)*state);
    int status = chdir("/") | system(command);

    free(*state);
    return status;
}

static void write_file(const char *path, const char *text)
{
    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void note(void *arg, const char *path)
{
    xm_buf_puts(arg, path);
}

static xm_doc *load(struct xm_config_source *source)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;

    if (xm_config_load(source, &doc, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    return doc;
}

/* The document of text under a name, with words up to NULL. */
static xm_doc *load_words(enum xm_dialect dialect, const char *text, char *const *words)
{
    struct xm_config_source source = { .dialect = dialect, .file = "web", .words = words };

    while (words && words[source.word_count])
        source.word_count++;
    write_file("web", text);
    return load(&source);
}

static const char *item(const xm_doc *doc, const char *key, size_t index)
{
    const xm_node *list = xm_doc_get(doc, key);

    assert_non_null(list);
    assert_int_equal(list->type, XM_NODE_LIST);
    assert_true(index < list->count);
    return list->items[index]->str;
}

static void xm_looks_in_the_directories_of_its_path(void **state)
{
    struct xm_config_source source = { .dialect = XM_DIALECT_XM, .file = "web", .path = ".:conf", .found = note };
    xm_autobuf found = XM_BUF_INIT;
    XM_AUTO(xm_doc) *in_conf = NULL, *here = NULL;

    (void)state;
    source.arg = &found;
    assert_int_equal(mkdir("conf", 0700), 0);
    write_file("conf/web", "memory = 1\n");
    in_conf = load(&source);
    assert_string_equal(found.data, "./conf/web");
    assert_string_equal(xm_doc_get_str(in_conf, "name"), "web");
    xm_buf_clear(&found);
    write_file("web", "memory = 2\n");
    here = load(&source);
    assert_string_equal(found.data, "./web");
    assert_int_equal(xm_doc_get(here, "memory")->i, 2);
}

static enum xm_code failure(struct xm_config_source *source, const char *part)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;
    enum xm_code code;
    xm_autofree char *why = NULL;

    assert_int_equal(xm_config_load(source, &doc, &err), -1);
    code = err->code;
    why = xm_error_text(err);
    xm_error_free(err);
    if (!strstr(why, part))
        fail_msg("%s", why);
    return code;
}

static void a_file_that_is_none_is_refused(void **state)
{
    struct xm_config_source none = { .dialect = XM_DIALECT_XM, .file = "nowhere" }, unnamed = { .dialect = XM_DIALECT_XL };
    struct xm_config_source dir = { .dialect = XM_DIALECT_XM, .file = "d" }, xml = { .dialect = XM_DIALECT_XM, .file = "x" };
    struct xm_config_source sub = { .dialect = XM_DIALECT_XL, .file = "web" };

    (void)state;
    assert_int_equal(failure(&none, "nowhere"), XM_NOT_FOUND);
    (void)failure(&unnamed, "no configuration file");
    assert_int_equal(mkdir("d", 0700), 0);
    (void)failure(&dir, "Is a directory");
    write_file("x", "<?xml version='1.0'?>\n");
    assert_int_equal(failure(&xml, "XML"), XM_UNSUPPORTED);
    write_file("d/web", "");
    assert_int_equal(failure(&sub, "web"), XM_NOT_FOUND);
}

static void an_empty_file_is_a_guest_of_defaults(void **state)
{
    struct xm_config_source source = { .dialect = XM_DIALECT_XM, .file = "/dev/null" };
    XM_AUTO(xm_doc) *doc = load(&source);

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "name"), "null");
}

static void xm_s_words_beat_the_file(void **state)
{
    char *words[] = { (char *)"name=db", (char *)"memory=64", (char *)"acpi=yes", (char *)"disk=phy:a,xvda,w",
                      (char *)"disk=phy:b,xvdb,w", NULL };
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM, "name='web'\nmemory=32\nacpi=0\ndisk=['phy:z,xvda,w']\n", words);

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "name"), "db");
    assert_int_equal(xm_doc_get(doc, "memory")->i, 64);
    assert_int_equal(xm_doc_get(doc, "acpi")->i, 1);
    assert_int_equal(xm_doc_get(doc, "disk")->count, 2);
    assert_string_equal(item(doc, "disk", 1), "phy:b,xvdb,w");
}

static void both_quoting_styles_mean_the_same(void **state)
{
    char *bare[] = { (char *)"name=db", NULL }, *quoted[] = { (char *)"name=\"db\"", NULL };
    char *list[] = { (char *)"vif=['bridge=a', 'bridge=b']", NULL };
    XM_AUTO(xm_doc) *one = load_words(XM_DIALECT_XM, "", bare), *two = load_words(XM_DIALECT_XM, "", quoted);
    XM_AUTO(xm_doc) *three = load_words(XM_DIALECT_XM, "vif=['']\n", list);

    (void)state;
    assert_string_equal(xm_doc_get_str(one, "name"), xm_doc_get_str(two, "name"));
    assert_int_equal(xm_doc_get(three, "vif")->count, 2);
    assert_string_equal(item(three, "vif", 1), "bridge=b");
}

static void a_word_of_another_name_can_be_read_by_the_file(void **state)
{
    char *words[] = { (char *)"vmid=3", NULL };
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM, "name = 'vm' + vmid\nmemory = 32 * int(vmid)\n", words);

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "name"), "vm3");
    assert_int_equal(xm_doc_get(doc, "memory")->i, 96);
}

static void a_word_that_is_no_value_is_refused(void **state)
{
    char *words[] = { (char *)"memory=much" };
    struct xm_config_source source = { .dialect = XM_DIALECT_XM, .file = "/dev/null", .words = words, .word_count = 1 };

    (void)state;
    assert_int_equal(failure(&source, "command line: memory=much: Invalid value: much"), XM_INVALID);
}

static void xl_s_words_are_lines_of_the_file(void **state)
{
    char *words[] = { (char *)"memory=64", (char *)"extra+='b'", (char *)"disk=['/x,raw,xvda,w']", NULL };
    char *wrong[] = { (char *)"name=db" };
    struct xm_config_source source = { .dialect = XM_DIALECT_XL, .file = "web", .words = wrong, .word_count = 1 };
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XL, "name='web'\nmemory=32\nextra='a'\ndisk=['q','r']", words);

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "extra"), "ab");
    assert_int_equal(xm_doc_get(doc, "memory")->i, 64);
    assert_int_equal(xm_doc_get(doc, "disk")->count, 1);
    (void)failure(&source, "command line: name=db: as xl, text stands in quotes of its own: 'name=\"db\"'");
}

static void refuse_words(enum xm_dialect dialect, const char *text, char **words, const char *expected)
{
    XM_AUTO(xm_doc) *doc = load_words(dialect, text, words);
    xm_autofree char *why = NULL, *json = xm_json_from_doc(doc);
    xm_error *err = NULL;

    assert_int_equal(xm_config_check(doc, NULL, &err), -1);
    why = xm_error_text(err);
    xm_error_free(err);
    assert_string_equal(why, expected);
    assert_null(strstr(json, "\"at\": [3"));      /* where a word stood is nothing to remember */
}

static void words_have_a_place_of_their_own(void **state)
{
    char *xm[] = { (char *)"root=/dev/xvda", (char *)"vcpus=0", (char *)"pci=zz", (char *)"vif=['','rate=x']", NULL };
    char *xl[] = { (char *)"memory='abc'", (char *)"vcpus=99999", NULL };

    (void)state;
    refuse_words(XM_DIALECT_XM, "kernel='/k'\nmemory='much'", xm,
                 "web:2:8: memory: 'much' is not a number\nmemory='much'\n       ^\n"
                 "command line: vcpus=0: 0 is too small (at least 1)\n"
                 "command line: pci[0]: 'zz' is no PCI device (like 0000:07:00.0)\npci=zz\n    ^\n"
                 "command line: vif[1]: 'x' is no rate (like 10Mb/s or 500KB/s@20ms)\nvif=['','rate=x']\n              ^");
    refuse_words(XM_DIALECT_XL, "name='web'\nkernel='/k'", xl,
                 "command line: memory='abc': 'abc' is not a number\n"
                 "command line: vcpus=99999: 99999 is too large (at most 4096)");
}

static void a_kernel_without_directory_is_meant_from_here(void **state)
{
    xm_autofree char *here = getcwd(NULL, 0), *kernel = xm_printf("%s/vmling", here);
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM, "kernel='vmling'\n", NULL);
    XM_AUTO(xm_doc) *hvm = load_words(XM_DIALECT_XM, "kernel='hvmloader'\nbuilder='hvm'\n", NULL);

    (void)state;
    assert_string_equal(xm_doc_get_str(doc, "kernel"), kernel);
    assert_string_equal(xm_doc_get_str(hvm, "kernel"), "hvmloader");
}

/* --- SXP --- */

static char *sxp_of(const xm_doc *doc)
{
    char *text = NULL;

    assert_int_equal(xm_config_format_sxp(doc, &text, NULL), 0);
    return text;
}

static void the_dry_run_prints_what_xm_sent(void **state)
{
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM,
        "name='web1'\nmemory=512\nvcpus=2\nkernel='/boot/vmlinuz-guest'\nroot='/dev/xvda1 ro'\nextra='quiet'\n"
        "disk=['phy:/dev/vg0/web1,xvda,w']\nvif=['mac=00:16:3e:5a:10:01, bridge=br0']\n", NULL);
    xm_autofree char *text = sxp_of(doc);

    (void)state;
    assert_string_equal(text,
        "(vm\n    (name web1)\n    (memory 512)\n    (on_xend_start ignore)\n    (on_xend_stop ignore)\n    (vcpus 2)\n"
        "    (oos 1)\n    (image\n        (linux\n            (kernel /boot/vmlinuz-guest)\n            (root '/dev/xvda1 ro')\n"
        "            (videoram 4)\n            (args quiet)\n            (tsc_mode 0)\n            (nomigrate 0)\n        )\n    )\n"
        "    (s3_integrity 1)\n    (device (vbd (uname phy:/dev/vg0/web1) (dev xvda) (mode w)))\n"
        "    (device (vif (bridge br0) (mac 00:16:3e:5a:10:01)))\n)\n");
}

static void sxp_is_read_back(void **state)
{
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM,
        "name='win'\nbuilder='hvm'\nmemory=512\nvcpus=2\nmaxvcpus=4\nuuid='c7a5fdb2-cdaf-9455-926a-d65c16db1809'\nboot='dc'\n"
        "disk=['phy:/dev/vg0/web1,hda,w', ',hdc:cdrom,r']\nvif=['bridge=br0']\nvfb=['type=vnc,vncdisplay=3']\n"
        "pci=['07:00.1']\non_crash='preserve'\npool='p'\n", NULL);
    XM_AUTO(xm_doc) *back = NULL;
    xm_autofree char *text = sxp_of(doc), *again = NULL;

    (void)state;
    assert_int_equal(xm_config_from_sxp(text, strlen(text), "f", &back, NULL), 0);
    assert_string_equal(item(back, "disk", 0), "phy:/dev/vg0/web1,hda,w");
    assert_string_equal(item(back, "disk", 1), ",hdc:cdrom,r");
    assert_string_equal(item(back, "pci", 0), "0000:07:00.1");
    assert_string_equal(xm_doc_get_str(back, "builder"), "hvm");
    assert_string_equal(xm_doc_get_str(back, "pool"), "p");
    again = sxp_of(back);
    assert_non_null(strstr(text, "(vcpu_avail 3)"));
    assert_non_null(strstr(again, "(vcpu_avail 3)"));
    assert_non_null(strstr(again, "(device (vif (bridge br0)))"));
    assert_int_equal(xm_config_check(back, NULL, NULL), 0);
}

static void a_name_may_be_a_number(void **state)
{
    XM_AUTO(xm_doc) *plain = load_words(XM_DIALECT_XM, "name = 010\n", NULL);
    XM_AUTO(xm_doc) *computed = load_words(XM_DIALECT_XM, "name = 6 * 7\n", NULL);

    (void)state;
    assert_string_equal(xm_doc_get_str(plain, "name"), "010");
    assert_string_equal(xm_doc_get_str(computed, "name"), "42");
}

/* xm's daemon knew a file, a device and a mode, and never the order in which xl names them. */
static void disks_in_xl_words_are_put_in_xms(void **state)
{
    XM_AUTO(xm_doc) *doc = load_words(XM_DIALECT_XM,
        "name='w'\nmemory=64\nkernel='/k'\ndisk=['/a.img,raw,xvda,w', 'format=qcow2,vdev=xvdb,access=r,target=/b',\n"
        "'/dev/vg/c,,xvdc', 'vdev=hdc,access=r,devtype=cdrom', 'iqn.x,,xvdd,w,script=block-iscsi', '/e,,xvde,w,backend=s']\n",
        NULL);
    XM_AUTO(xm_doc) *back = NULL;
    xm_autofree char *text = sxp_of(doc);

    (void)state;
    assert_int_equal(xm_config_from_sxp(text, strlen(text), "f", &back, NULL), 0);
    assert_string_equal(item(back, "disk", 0), "file:/a.img,xvda,w");
    assert_string_equal(item(back, "disk", 1), "tap:qcow2:/b,xvdb,r");
    assert_string_equal(item(back, "disk", 2), "phy:/dev/vg/c,xvdc,w");
    assert_string_equal(item(back, "disk", 3), ",hdc:cdrom,r");
    assert_string_equal(item(back, "disk", 4), "iscsi:iqn.x,xvdd,w");
    assert_string_equal(item(back, "disk", 5), "file:/e,xvde,w,s");
    assert_int_equal(xm_config_check(back, NULL, NULL), 0);
}

static void sxp_that_is_no_domain_is_refused(void **state)
{
    xm_doc *doc = NULL;

    (void)state;
    assert_int_equal(xm_config_from_sxp("(vm (name a))", 13, "f", &doc, NULL), -1);
    assert_int_equal(xm_config_from_sxp("vm", 2, "f", &doc, NULL), -1);
    assert_int_equal(xm_config_from_sxp("(vm (vcpus", 10, "f", &doc, NULL), -1);
}

static void the_keys_are_listed(void **state)
{
    const struct xm_config_key *key = xm_config_keys();
    size_t count = 0;

    (void)state;
    for (; key->name; key++, count++)
        assert_non_null(key->summary);
    assert_true(count > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(xm_looks_in_the_directories_of_its_path, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_file_is_a_guest_of_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(xm_s_words_beat_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(both_quoting_styles_mean_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_word_of_another_name_can_be_read_by_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_word_that_is_no_value_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(xl_s_words_are_lines_of_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(words_have_a_place_of_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kernel_without_directory_is_meant_from_here, setup, teardown),
        cmocka_unit_test_setup_teardown(the_dry_run_prints_what_xm_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_may_be_a_number, setup, teardown),
        cmocka_unit_test_setup_teardown(sxp_is_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(disks_in_xl_words_are_put_in_xms, setup, teardown),
        cmocka_unit_test_setup_teardown(sxp_that_is_no_domain_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(the_keys_are_listed, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
