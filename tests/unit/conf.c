/* conf: xm.conf, and where a host keeps everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "bind/conf.h"

/* Each test runs in a fresh directory, with nothing of ours in the environment. */
static int setup(void **state)
{
    char template[] = "/tmp/xm-conf-XXXXXX";

    if (!mkdtemp(template) || chdir(template) < 0)
        return -1;
    unsetenv("XM_HOST");
    unsetenv("XM_CONF");
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

static xm_conf *load(const char *path, const char *host)
{
    xm_conf *conf = NULL;
    xm_error *err = NULL;

    if (xm_conf_load(path, host, &conf, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    return conf;
}

static void refuse(const char *text, const char *error)
{
    xm_autofree char *why = NULL;
    xm_conf *conf = NULL;
    xm_error *err = NULL;

    write_file("xm.conf", text);
    assert_int_equal(xm_conf_load("xm.conf", NULL, &conf, &err), -1);
    assert_int_equal(err->code, XM_INVALID);
    why = xm_error_text(err);
    xm_error_free(err);
    assert_string_equal(why, error);
}

static void the_real_host_has_its_places(void **state)
{
    XM_AUTO(xm_conf) *conf = NULL;

    (void)state;
    write_file("empty", "");
    conf = load("empty", NULL);
    assert_string_equal(conf->host, "xen");
    assert_string_equal(conf->state_dir, "/var/lib/xm");
    assert_string_equal(conf->run_dir, "/run/xm");
    assert_string_equal(conf->log_file, "/var/log/xm/xm.log");
    assert_string_equal(conf->lockfile, "/var/lock/xl");
    assert_string_equal(conf->auto_dir, "/etc/xen/auto");
    assert_string_equal(conf->kernel_cache, "/var/cache/xm");
    assert_int_equal(conf->kernel_cache_mib, 512);
    assert_int_equal(conf->kernel_cache_kernels, 8);
    assert_string_equal(conf->core_dir, "/var/xen/dump");
    assert_string_equal(conf->xl_core_dir, "/var/lib/xen/dump");
    assert_int_equal(conf->core_max_count, 5);
    assert_int_equal(conf->core_max_mib, 0);
    assert_int_equal(conf->min_restart_seconds, 60);
    assert_null(conf->relocation_address);
    assert_null(conf->relocation_hosts_allow);
    assert_int_equal(conf->relocation_port, 8002);
    assert_false(conf->relocation_ssl);
    assert_string_equal(conf->relocation_key, "/etc/xen/relocation/key.pem");
    assert_false(conf->enable_dump);
    assert_int_equal(conf->autoballoon, -1);
    assert_true(conf->run_hotplug_scripts);
    assert_null(conf->vif_bridge);
}

static void every_key_is_read(void **state)
{
    XM_AUTO(xm_conf) *conf = NULL;

    (void)state;
    write_file("xm.conf", "state_dir = \"/tank/xm\"\nrun_dir=\"/r\"\nlog_file=\"/l\"\nlockfile = '/x'\n"
               "autoballoon = \"off\"\noutput_format = \"sxp\"\nrun_hotplug_scripts = 0\n"
               "kernel_cache = \"/k\"\nkernel_cache_mib = 100\nkernel_cache_kernels = 3\n"
               "enable_dump = 1\ncore_dir = '/c'\nxl_core_dir = '/d'\ncore_max_count = 7\ncore_max_mib = 9000\n"
               "min_restart_seconds = 5\nvif_bridge = \"br0\"\nvif.default.script = \"vif-nat\"\n");
    conf = load("xm.conf", NULL);
    assert_string_equal(conf->state_dir, "/tank/xm");
    assert_string_equal(conf->run_dir, "/r");
    assert_string_equal(conf->log_file, "/l");
    assert_string_equal(conf->lockfile, "/x");
    assert_string_equal(conf->kernel_cache, "/k");
    assert_int_equal(conf->kernel_cache_mib, 100);
    assert_int_equal(conf->kernel_cache_kernels, 3);
    assert_int_equal(conf->autoballoon, 0);
    assert_true(conf->output_sxp);
    assert_false(conf->run_hotplug_scripts);
    assert_true(conf->enable_dump);
    assert_string_equal(conf->core_dir, "/c");
    assert_string_equal(conf->xl_core_dir, "/d");
    assert_int_equal(conf->core_max_count, 7);
    assert_int_equal(conf->core_max_mib, 9000);
    assert_int_equal(conf->min_restart_seconds, 5);
    assert_string_equal(conf->vif_bridge, "br0");
    assert_string_equal(conf->vif_script, "vif-nat");
}

static void relocation_is_said_in_either_way(void **state)
{
    XM_AUTO(xm_conf) *ours = NULL, *xends = NULL;

    (void)state;
    write_file("xm.conf", "relocation_address = \"\"\nrelocation_port = 9\nrelocation_hosts_allow = 'a[.]b c'\nrelocation_ca = '/ca'\n"
               "relocation_certificate = '/cert'\nrelocation_key = '/key'\nrelocation_crl = '/crl'\nrelocation_ssl = 1\n"
               "relocation_seconds = 3\nrelocation_peers = 2\n");
    ours = load("xm.conf", NULL);
    assert_string_equal(ours->relocation_address, "");
    assert_string_equal(ours->relocation_hosts_allow, "a[.]b c");
    assert_string_equal(ours->relocation_ca, "/ca");
    assert_string_equal(ours->relocation_crl, "/crl");
    assert_int_equal(ours->relocation_seconds, 3);
    assert_int_equal(ours->relocation_peers, 2);
    write_file("xm.conf", "xend_relocation_address = \"\"\nxend_relocation_port = 9\nxend_relocation_hosts_allow = 'a[.]b c'\n"
               "xend_relocation_server_ssl_cert_file = '/cert'\nxend_relocation_server_ssl_key_file = '/key'\nxend_relocation_ssl = 1\n");
    xends = load("xm.conf", NULL);
    assert_string_equal(xends->relocation_address, ours->relocation_address);
    assert_int_equal(xends->relocation_port, ours->relocation_port);
    assert_string_equal(xends->relocation_hosts_allow, ours->relocation_hosts_allow);
    assert_string_equal(xends->relocation_certificate, ours->relocation_certificate);
    assert_string_equal(xends->relocation_key, ours->relocation_key);
    assert_true(xends->relocation_ssl && ours->relocation_ssl);
}

static void a_simulated_host_keeps_all_in_its_directory(void **state)
{
    xm_autofree char *dir = realpath(".", NULL), *name = xm_printf("sim:%s/new/er", dir), *log = xm_printf("%s/new/er/log/xm.log", dir);
    XM_AUTO(xm_conf) *conf = NULL;

    (void)state;
    write_file("xm.conf", "state_dir = \"/never\"\n");
    conf = load("xm.conf", "sim:./new/er/");
    assert_string_equal(conf->host, name);
    assert_string_equal(conf->log_file, log);
    assert_memory_equal(conf->state_dir, dir, strlen(dir));
    assert_memory_equal(conf->run_dir, dir, strlen(dir));
    assert_memory_equal(conf->core_dir, dir, strlen(dir));
    assert_memory_equal(conf->xl_core_dir, dir, strlen(dir));
    assert_memory_equal(conf->kernel_cache, dir, strlen(dir));
}

/* Off is off, on any host. */
static void kernels_need_not_be_kept(void **state)
{
    static const char *const hosts[] = { "xen", "sim:here" };

    (void)state;
    write_file("xm.conf", "kernel_cache = \"\"\n");
    for (size_t i = 0; i < XM_COUNT(hosts); i++) {
        XM_AUTO(xm_conf) *conf = load("xm.conf", hosts[i]);

        assert_string_equal(conf->kernel_cache, "");
    }
}

static void one_directory_has_one_name(void **state)
{
    XM_AUTO(xm_conf) *link_conf = NULL, *conf = NULL;

    (void)state;
    assert_int_equal(mkdir("real", 0700), 0);
    assert_int_equal(symlink("real", "link"), 0);
    write_file("empty", "");
    link_conf = load("empty", "sim:link");
    conf = load("empty", "sim:real");
    assert_string_equal(link_conf->host, conf->host);
}

static void the_environment_names_the_host(void **state)
{
    XM_AUTO(xm_conf) *env_conf = NULL, *given = NULL;

    (void)state;
    write_file("xm.conf", "host = \"xen\"\n");
    setenv("XM_CONF", "xm.conf", 1);
    setenv("XM_HOST", "sim:/somewhere", 1);
    env_conf = load(NULL, NULL);
    assert_string_equal(env_conf->host, "sim:/somewhere");
    given = load(NULL, "xen");
    assert_string_equal(given->host, "xen");
}

static void a_named_file_must_be_there(void **state)
{
    xm_conf *conf = NULL;
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_conf_load("nowhere", NULL, &conf, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_free(err);
}

static void mistakes_have_their_place(void **state)
{
    (void)state;
    refuse("\nstate_dri = '/x'\n", "xm.conf:2:13: state_dri: unknown key\nstate_dri = '/x'\n            ^");
    refuse("state_dir = 'x'\n", "xm.conf:1:13: state_dir: must be an absolute path\nstate_dir = 'x'\n            ^");
    refuse("autoballoon = 'maybe'\n", "xm.conf:1:15: autoballoon: must be \"auto\", \"on\" or \"off\"\n"
           "autoballoon = 'maybe'\n              ^");
    refuse("core_max_mib = -1\n", "xm.conf:1:16: core_max_mib: must be a size in MiB, 0 to 1073741824\ncore_max_mib = -1\n               ^");
    refuse("enable_dump = 'yes'\n", "xm.conf:1:15: enable_dump: must be 1 or 0\nenable_dump = 'yes'\n              ^");
    refuse("host = 'vmware'\n", "unknown host vmware (xen, or sim:DIR for a simulated one)");
    refuse("state_dir = ''\n", "xm.conf:1:13: state_dir: must be a string that is not empty\nstate_dir = ''\n            ^");
    refuse("kernel_cache = 'x'\n", "xm.conf:1:16: kernel_cache: must be an absolute path\nkernel_cache = 'x'\n               ^");
    refuse("kernel_cache_kernels = 65\n", "xm.conf:1:24: kernel_cache_kernels: must be a number of kernels, 1 to 64\n"
           "kernel_cache_kernels = 65\n                       ^");
    refuse("kernel_cache_mib = 0\n", "xm.conf:1:20: kernel_cache_mib: must be a number of MiB, 1 to 1048576\n"
           "kernel_cache_mib = 0\n                   ^");
    refuse("relocation_port = 65536\n", "xm.conf:1:19: relocation_port: must be a port, 1 to 65535\nrelocation_port = 65536\n                  ^");
    refuse("output_format = 1\n", "xm.conf:1:17: output_format: must be \"json\" or \"sxp\"\noutput_format = 1\n                ^");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_real_host_has_its_places, setup, teardown),
        cmocka_unit_test_setup_teardown(every_key_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(relocation_is_said_in_either_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_simulated_host_keeps_all_in_its_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(kernels_need_not_be_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(one_directory_has_one_name, setup, teardown),
        cmocka_unit_test_setup_teardown(the_environment_names_the_host, setup, teardown),
        cmocka_unit_test_setup_teardown(a_named_file_must_be_there, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_have_their_place, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
