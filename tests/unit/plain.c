/* plain: any document as a plain file, read again by both dialects and by xl's own parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <libxlutil.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fd.h"
#include "bind/bind.h"
#include "bind/config.h"
#include "convert/cfg.h"
#include "convert/json.h"

/* --- every configuration of the corpus --- */

static xm_doc *parse(enum xm_dialect dialect, const char *name, const char *text, xm_error **err)
{
    xm_doc *doc = NULL;

    return xm_config_parse(dialect, name, text, strlen(text), &doc, err) < 0 ? NULL : doc;
}

/* What libxl itself takes for granted, so that leaving a thing out and saying it compare equal. */
static void fill_in(libxl_domain_build_info *info)
{
    if (info->max_vcpus == 0) {
        info->max_vcpus = 1;
        libxl_bitmap_dispose(&info->avail_vcpus);
        info->avail_vcpus.map = calloc(1, 1);
        info->avail_vcpus.size = 1;
        libxl_bitmap_set(&info->avail_vcpus, 0);
        for (int i = 0; i < info->num_vcpu_hard_affinity; i++)
            libxl_bitmap_dispose(&info->vcpu_hard_affinity[i]);
        info->num_vcpu_hard_affinity = 0;
    } else if (libxl_bitmap_is_empty(&info->avail_vcpus)) {
        libxl_bitmap_dispose(&info->avail_vcpus);
        info->avail_vcpus.map = calloc(1, 1);
        info->avail_vcpus.size = 1;
        libxl_bitmap_set(&info->avail_vcpus, 0);
    }
    if (info->max_memkb == LIBXL_MEMKB_DEFAULT)
        info->max_memkb = 32 * 1024;
    if (info->target_memkb == LIBXL_MEMKB_DEFAULT)
        info->target_memkb = info->max_memkb;
}

static void fill_in_screen(libxl_vnc_info *vnc)
{
    libxl_defbool_setdefault(&vnc->enable, true);
    if (vnc->passwd != NULL && *vnc->passwd == '\0') {
        free(vnc->passwd);
        vnc->passwd = NULL;
    }
}

/* The JSON that libxl is given for doc. NULL with the reason if it is refused. */
static char *bound(xm_doc *doc, xm_error **err)
{
    libxl_domain_config cfg;
    char *json = NULL;

    if (xm_doc_get(doc, "uuid") == NULL)
        xm_doc_set_str(doc, "uuid", "c7a5fdb2-cdaf-9455-926a-d65c16db1809");
    if (xm_doc_get(doc, "ms_vm_genid") != NULL)
        xm_doc_remove(doc, "ms_vm_genid");
    libxl_domain_config_init(&cfg);
    if (xm_bind(doc, NULL, &cfg, err) == 0) {
        fill_in(&cfg.b_info);
        if (cfg.c_info.type == LIBXL_DOMAIN_TYPE_HVM)
            fill_in_screen(&cfg.b_info.u.hvm.vnc);
        json = xm_bind_json(&cfg);
    }
    libxl_domain_config_dispose(&cfg);
    return json;
}

static void same_in(enum xm_dialect dialect, const char *path, const char *text, const char *expected)
{
    xm_error *err = NULL;
    XM_AUTO(xm_doc) *doc = parse(dialect, "plain", text, &err);
    xm_autofree char *json = doc != NULL ? bound(doc, &err) : NULL;

    if (json == NULL) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s: %s\n%s", path, why, text);
    }
    if (strcmp(json, expected) != 0)
        fail_msg("%s: dialect %d: %s\nexpected %s\nof\n%s", path, dialect, json, expected, text);
}

/* xl's own parser takes it whole. */
static void xl_parses(const char *path, const char *text)
{
    XLU_Config *config = xlu_cfg_init(stderr, path);

    if (xlu_cfg_readdata(config, text, (int)strlen(text)) != 0)
        fail_msg("%s: xl refuses\n%s", path, text);
    xlu_cfg_destroy(config);
}

/* Where xm has no words for what xl reads: a blank at the end of a word, a value that is empty. */
static bool is_one_sided(const char *path, const char *remark)
{
    static const struct { const char *file, *differs; } known[] = {
        { "/xl/babrakov-testServer", "xm reads it otherwise: nics\n" },
        { "/xl/babrakov-test-cdrom", "xm reads it otherwise: nics\n" },
        { "/xl/babrakov-ubuntu", "xm reads it otherwise: nics\n" },
        { "/xl/charlesfg-guest03-i386.cfg", "xm reads it otherwise: nics\n" },
        { "/xl/convirt-centos-pv", "xm reads it otherwise: c_info.name, b_info.bootloader\n" },
        { "/xl/blog-windows_7.cfg", "xm reads it otherwise: b_info.type.hvm.vnc.listen\n" },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strstr(path, known[i].file) != NULL && strstr(remark, known[i].differs) != NULL)
            return true;
    return false;
}

struct seen { unsigned files, said, refused; };

static void one_file(enum xm_dialect dialect, const char *path, struct seen *seen)
{
    xm_autofree char *text = NULL, *plain = NULL, *expected = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *err = NULL;

    seen->files++;
    assert_int_equal(xm_file_read(path, 1 << 20, &text, NULL, NULL), 0);
    doc = parse(dialect, path, text, NULL);
    if (doc == NULL || (expected = bound(doc, NULL)) == NULL) {
        xm_autofree char *none = NULL;

        seen->refused++;
        if (doc != NULL)                /* what cannot be bound has no plain file either */
            assert_int_equal(xm_config_format_cfg(doc, &none, NULL), -1);
        return;
    }
    xm_doc_free(doc);
    doc = parse(dialect, path, text, NULL);
    if (xm_config_format_cfg(doc, &plain, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s: %s", path, why);
    }
    seen->said++;
    xl_parses(path, plain);
    same_in(dialect, path, plain, expected);
    if (*plain == '#') {                /* the file itself says that the other reads it otherwise */
        if (!is_one_sided(path, plain))
            fail_msg("%s: %s", path, plain);
        return;
    }
    same_in(dialect == XM_DIALECT_XM ? XM_DIALECT_XL : XM_DIALECT_XM, path, plain, expected);
}

static void each_file(enum xm_dialect dialect, const char *name, struct seen *seen)
{
    const char *top = getenv("abs_top_srcdir");
    xm_autofree char *dir = xm_printf("%s/tests/corpus/%s", top != NULL ? top : "..", name);
    DIR *files = opendir(dir);
    const struct dirent *entry;

    assert_non_null(files);
    while ((entry = readdir(files)) != NULL) {
        xm_autofree char *path = xm_printf("%s/%s", dir, entry->d_name);
        size_t len = strlen(entry->d_name);
        struct stat st;

        if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
            continue;
        if (*name == '\0' && (len < 5 || strcmp(entry->d_name + len - 4, ".cfg") != 0))
            continue;
        one_file(dialect, path, seen);
    }
    closedir(files);
}

static void each_configuration_is_said_again_as_a_plain_file(void **state)
{
    struct seen seen = { 0 };

    (void)state;
    each_file(XM_DIALECT_XL, "xl", &seen);
    each_file(XM_DIALECT_XM, "xl", &seen);
    each_file(XM_DIALECT_XM, "xm", &seen);
    each_file(XM_DIALECT_XM, "examples", &seen);
    each_file(XM_DIALECT_XM, "", &seen);
    print_message("# %u files, %u said again, %u refused\n", seen.files, seen.said, seen.refused);
    assert_true(seen.said > 100);
}

/* --- what the examples do not have --- */

static char *plain_of(enum xm_dialect dialect, const char *text)
{
    xm_error *err = NULL;
    XM_AUTO(xm_doc) *doc = parse(dialect, "web", text, &err);
    char *plain = NULL;

    if (doc == NULL || xm_config_format_cfg(doc, &plain, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    return plain;
}

static void says(enum xm_dialect dialect, const char *text, const char *const *lines)
{
    xm_autofree char *plain = plain_of(dialect, text);

    if (*plain == '#')
        fail_msg("%s", plain);
    for (; *lines != NULL; lines++)
        if (strstr(plain, *lines) == NULL)
            fail_msg("no %s in\n%s", *lines, plain);
}
#define LINES(...) (const char *const[]){ __VA_ARGS__, NULL }

static void each_dialect_s_defaults_are_said(void **state)
{
    (void)state;
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\n", LINES("memory = 128\n", "vcpus = 1\n", "on_crash = \"restart\"\n"));
    says(XM_DIALECT_XL, "name='a'\nkernel='/k'\n", LINES("memory = 32\n", "vcpus = 1\n", "on_crash = \"destroy\"\n"));
    says(XM_DIALECT_XM, "name='a'\nbuilder='hvm'\n", LINES("type = \"hvm\"\n", "vnc = 0\n"));
    says(XM_DIALECT_XL, "name='a'\nbuilder='hvm'\nmaxmem=64\n", LINES("vnc = 1\n", "memory = 64\n"));
}

static void what_only_xm_knew_is_said_in_xl_s_words(void **state)
{
    (void)state;
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\nroot='/dev/xvda1'\nextra='q'\nip='10.0.0.2'\nnetmask='255.0.0.0'\n",
         LINES("cmdline = \"root=/dev/xvda1 ip=10.0.0.2:127.0.255.255::255.0.0.0::eth0:off q\"\n"));
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\ncpu=2\ncpu_cap=50\nirq=[5,7]\nrestart='never'\nmemory='010'\n",
         LINES("cpus = \"2\"\n", "cap = 50\n", "irqs = [5, 7]\n", "on_reboot = \"destroy\"\n", "memory = 10\n"));
    says(XM_DIALECT_XM, "name='a'\ndisk=['phy:vg/a,xvda,w']\n",
         LINES("bootloader = \"pygrub\"\n", "bootloader_args = [\"-q\"]\n"));
    says(XM_DIALECT_XL, "name='a'\nbootloader='pygrub'\n", LINES("bootloader_args = []\n"));
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\npci=['0:7:0.1']\n", LINES("pci_msitranslate = 1\n"));
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\nvfb=['type=vnc,vncdisplay=3']\n", LINES("vfb = [\"vnc=1,vncdisplay=3\"]\n"));
    says(XM_DIALECT_XM, "name='a'\nbuilder='hvm'\nvfb=['type=vnc,vncdisplay=3']\n", LINES("vnc = 1\n", "vncdisplay = 3\n"));
}

static void entries_that_both_take_stay_as_they_were(void **state)
{
    (void)state;
    says(XM_DIALECT_XM,
         "name='a'\nkernel='/k'\ndisk=['phy:/dev/a,xvda,w','file:/b,hdc:cdrom,r','tap:aio:/c,xvdc,w!','tap2:vhd:/d,xvdd,r']\n",
         LINES("    \"phy:/dev/a,xvda,w\",\n", "    \"file:/b,hdc:cdrom,r\",\n",
               "    \"format=raw,vdev=xvdc,access=rw,target=/c\",\n", "/d"));
    says(XM_DIALECT_XM, "name='a'\nkernel='/k'\nvif=['mac=00:16:3e:00:00:01 , bridge = br0','']\n",
         LINES("    \"mac=00:16:3e:00:00:01,bridge=br0\",\n", "    \"\",\n"));
    says(XM_DIALECT_XL, "name='a'\nkernel='/k'\nvif=['rate=10Mb/s@20ms,foo=1']\n", LINES("vif = [\"rate=1250000B/s@20000us\"]\n"));
}

static void what_only_one_dialect_can_read_is_remarked(void **state)
{
    xm_autofree char *blank = plain_of(XM_DIALECT_XL, "name='a'\nkernel='/k'\ncap=0\nvif=['ip=10.0.0.1 ,bridge=b']\n");
    xm_autofree char *name = plain_of(XM_DIALECT_XL, "name='a b'\nkernel='/k'\n");

    (void)state;
    assert_ptr_equal(strstr(blank, "# web: as a plain file, xm reads it otherwise: nics\nname = \"a\"\n"), blank);
    assert_non_null(strstr(blank, "cap = 0\n"));
    assert_ptr_equal(strstr(name, "# as a plain file, xm refuses it: "), name);
    assert_non_null(strstr(name, "\nname = \"a b\"\n"));
}

static void a_program_s_own_names_are_left_out(void **state)
{
    xm_autofree char *plain = plain_of(XM_DIALECT_XM, "base = 3\nname = 'vm%d' % base\nkernel = '/k'\nboot = 'c'\nx = {1: None}\n");

    (void)state;
    assert_non_null(strstr(plain, "name = \"vm3\"\n"));
    assert_null(strstr(plain, "base"));
    assert_null(strstr(plain, "\nboot ="));       /* nothing to a PV guest */
    assert_null(strstr(plain, "x ="));
}

static void what_no_plain_file_can_say_is_refused_with_its_place(void **state)
{
    XM_AUTO(xm_doc) *doc = parse(XM_DIALECT_XM, "web", "name = 'a'\nx = [1,\n {1: 2}]\n", NULL);
    xm_autofree char *text = NULL, *why = NULL;
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_cfg_format(doc, &text, &err), -1);
    assert_int_equal(err->code, XM_UNSUPPORTED);
    why = xm_error_text(err);
    assert_memory_equal(why, "web:3:2: x: a dict cannot stand in a plain file\n {1: 2}]", 56);
    xm_error_free(err);
}

/* What a running guest's configuration, read back from its host, is made into. */
static void what_is_read_back_means_the_same(void **state)
{
    static const char *const texts[] = {
        "name='a'\nkernel='/k'\nextra='q'\nmemory=64\nvcpus=2\nmaxvcpus=4\n",
        "name='a'\nmemory=64\nvcpus=1\nbootloader='pygrub'\n",
        "name='a'\nmemory=64\nvcpus=1\nbootloader='pygrub'\nbootloader_args=['-q', '--entry=1']\n",
        "name='a'\nkernel='/k'\nmemory=64\nvcpus=1\ntype='pvh'\n",
        "name='a'\nkernel='/k'\nmemory=64\nvcpus=1\ndisk=['/dev/a,raw,xvda,w', '/b,qcow2,xvdb,r', 'iqn.x,,xvdc,w,script=block-iscsi',"
        "'/d,,xvdd,w,discard', 'format=raw,vdev=xve,access=w,target=/x,y', ',hdc:cdrom,r', '/e,,xvdf,w,backend=s']\n",
        "name='a'\ntype='hvm'\nmemory=64\nvcpus=1\n"
        "vif=['', 'type=ioemu,model=e1000,bridge=b', 'type=vif,rate=10Mb/s@20ms', 'backend=net,mac=00:16:3e:00:00:01,script=s']\n",
        "name='a'\nkernel='/k'\nmemory=64\nvcpus=1\nvfb=['', 'vnc=0,sdl=1,opengl=0', 'vncdisplay=3,vncunused=0,vncpasswd=x']\n",
        "name='a'\nkernel='/k'\nmemory=64\nvcpus=1\npci=['0:7:0.1', '8:0.0,msitranslate=1,permissive=1', '9:0.0,power_mgmt=1,seize=1']\n",
        "name='a'\ntype='hvm'\nmemory=64\nvcpus=1\n",
        "name='a'\ntype='hvm'\nmemory=64\nvcpus=1\nvnc=0\nserial=['pty', '/dev/ttyS1']\nusb=1\nusbdevice=['tablet', 'mouse']\nboot='dc'\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        XM_AUTO(xm_doc) *doc = parse(XM_DIALECT_XL, "web", texts[i], NULL), *back = NULL;
        xm_autofree char *json = bound(doc, NULL), *again = NULL;

        assert_non_null(json);
        assert_int_equal(xm_config_from_json(json, strlen(json), &back, NULL), 0);
        again = bound(back, NULL);
        if (again == NULL || strcmp(json, again) != 0)
            fail_msg("%s\nis\n%s\nand read back\n%s", texts[i], json, again != NULL ? again : "refused");
    }
}

/* --- documents made up --- */

static unsigned long seed;

static unsigned any(unsigned below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(seed >> 33) % below;
}

/* Quotes, backslashes, control characters, brackets, UTF-8 and bytes that are none. */
static char *any_text(void)
{
    static const char *const pieces[] = {
        "'", "\"", "\\", "\n", "\t", "\r", "\a\b\f\v", "\x01", "\x1b", "\x7f", "#", "[", "]", "%s", "{}", "$(x)", "\\n", "''" "'",
        "\xc3\xa4", "\xe2\x82\xac", "\xff", "\x80", " ", "a", "=", ",", "0x10", "\\x41", "\\101",
    };
    xm_autobuf text = XM_BUF_INIT;

    for (unsigned n = any(9); n > 0; n--)
        xm_buf_puts(&text, pieces[any(sizeof(pieces) / sizeof(pieces[0]))]);
    return xm_buf_take(&text);
}

static xm_node *any_node(unsigned depth)
{
    const struct xm_place nowhere = { 0, 0 };
    unsigned kind = any(depth < 3 ? 5 : 3);
    xm_node *node;

    if (kind == 0)
        return xm_node_new_int((int64_t)any(1u << 31) - (any(2) ? 0 : 1L << 30), nowhere);
    if (kind <= 2) {
        xm_autofree char *text = any_text();

        return xm_node_new_str(text, nowhere);
    }
    node = xm_node_new(XM_NODE_LIST, nowhere);
    for (unsigned n = any(4); n > 0; n--)
        xm_node_add(node, any_node(depth + 1));
    return node;
}

/* A number below zero comes back as text. */
static void same_node(const xm_node *node, const xm_node *back)
{
    assert_non_null(back);
    if (node->type == XM_NODE_INT && node->i < 0) {
        assert_int_equal(back->type, XM_NODE_STR);
        assert_true(strtoll(back->str, NULL, 10) == node->i);
        return;
    }
    assert_int_equal(node->type, back->type);
    assert_true(node->i == back->i);
    if (node->type == XM_NODE_STR)
        assert_string_equal(node->str, back->str);
    assert_int_equal(node->count, back->count);
    for (size_t i = 0; i < node->count; i++)
        same_node(node->items[i], back->items[i]);
}

static void xl_reads_the_strings(const xm_doc *doc, const char *text)
{
    XLU_Config *config = xlu_cfg_init(stderr, "made up");

    assert_int_equal(xlu_cfg_readdata(config, text, (int)strlen(text)), 0);
    for (size_t i = 0; i < xm_doc_count(doc); i++) {
        const xm_node *node = xm_doc_value(doc, i);
        const char *value = NULL;

        if (node->type != XM_NODE_STR)
            continue;
        assert_int_equal(xlu_cfg_get_string(config, xm_doc_key(doc, i), &value, 0), 0);
        assert_string_equal(value, node->str);
    }
    xlu_cfg_destroy(config);
}

static void any_document_comes_back_whatever_reads_it(void **state)
{
    (void)state;
    for (unsigned long start = 1; start <= 1000; start++) {
        XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "made up"), *xm = NULL, *xl = NULL;
        xm_autofree char *text = NULL, *again = NULL;

        seed = start;
        for (unsigned n = 1 + any(6); n > 0; n--) {
            xm_autofree char *key = xm_printf("key%u", n);

            xm_doc_set(doc, key, any_node(0));
        }
        assert_int_equal(xm_cfg_format(doc, &text, NULL), 0);
        xm = parse(XM_DIALECT_XM, "back", text, NULL);
        xl = parse(XM_DIALECT_XL, "back", text, NULL);
        if (xm == NULL || xl == NULL)
            fail_msg("seed %lu: not read again:\n%s", start, text);
        assert_int_equal(xm_cfg_format(xm, &again, NULL), 0);
        assert_string_equal(again, text);
        for (size_t i = 0; i < xm_doc_count(doc); i++) {
            same_node(xm_doc_value(doc, i), xm_doc_get(xm, xm_doc_key(doc, i)));
            same_node(xm_doc_value(doc, i), xm_doc_get(xl, xm_doc_key(doc, i)));
        }
        xl_reads_the_strings(doc, text);
    }
}

/* Known keys with anything in them: what binds is said again, and read as the same. */
static void any_guest_comes_back(void **state)
{
    const struct xm_config_key *keys = xm_config_keys();
    unsigned count = 0, said = 0;

    (void)state;
    while (keys[count].name != NULL)
        count++;
    for (unsigned long start = 1; start <= 400; start++) {
        enum xm_dialect dialect = start % 2 ? XM_DIALECT_XM : XM_DIALECT_XL;
        XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, "made up"), *copy = NULL;
        xm_autofree char *plain = NULL, *expected = NULL;

        seed = start;
        for (unsigned n = any(4); n > 0; n--)
            xm_doc_set(doc, keys[any(count)].name, any(2) ? xm_node_new_int(any(300), (struct xm_place){ 0, 0 }) : any_node(0));
        xm_doc_set_str(doc, "name", "a");
        xm_doc_set_str(doc, "kernel", "/k");
        copy = xm_doc_copy(doc);
        expected = bound(copy, NULL);
        if (expected == NULL || xm_config_format_cfg(doc, &plain, NULL) < 0)
            continue;
        said++;
        xl_parses("made up", plain);
        same_in(dialect, "made up", plain, expected);
    }
    assert_true(said > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_configuration_is_said_again_as_a_plain_file),
        cmocka_unit_test(each_dialect_s_defaults_are_said),
        cmocka_unit_test(what_only_xm_knew_is_said_in_xl_s_words),
        cmocka_unit_test(entries_that_both_take_stay_as_they_were),
        cmocka_unit_test(what_only_one_dialect_can_read_is_remarked),
        cmocka_unit_test(a_program_s_own_names_are_left_out),
        cmocka_unit_test(what_no_plain_file_can_say_is_refused_with_its_place),
        cmocka_unit_test(what_is_read_back_means_the_same),
        cmocka_unit_test(any_document_comes_back_whatever_reads_it),
        cmocka_unit_test(any_guest_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
