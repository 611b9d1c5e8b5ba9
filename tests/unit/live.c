/* A stored configuration with the values of now put in, against libxl's own text of the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libxl.h>
#include <libxl_utils.h>

#include "host/xen/live.h"

#define UUID "11111111-1111-4111-8111-111111111111"

/* libxl's own allocator wants a context, which wants a Xen. */
static void set_online(libxl_bitmap *map, unsigned online)
{
    libxl_bitmap_dispose(map);
    map->size = 1;
    map->map = calloc(1, map->size);
    assert_non_null(map->map);
    for (unsigned i = 0; i < online; i++)
        libxl_bitmap_set(map, (int)i);
}

/* As libxl writes it down when it has made the domain. */
static void make(libxl_domain_config *config, libxl_domain_type type)
{
    libxl_domain_config_init(config);
    config->c_info.type = type;
    config->c_info.name = strdup("web");
    assert_int_equal(libxl_uuid_from_string(&config->c_info.uuid, UUID), 0);
    libxl_domain_build_info_init_type(&config->b_info, type);
    config->b_info.max_vcpus = 4;
    set_online(&config->b_info.avail_vcpus, 2);
    config->b_info.max_memkb = 131072;
    config->b_info.target_memkb = 65536;
    config->b_info.video_memkb = 0;
    config->b_info.kernel = strdup("/boot/vmlinuz");
    config->on_reboot = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
}

static void add_disk(libxl_domain_config *config, const char *vdev)
{
    config->disks = realloc(config->disks, sizeof(*config->disks) * (size_t)(config->num_disks + 1));
    libxl_device_disk_init(&config->disks[config->num_disks]);
    config->disks[config->num_disks].vdev = strdup(vdev);
    config->disks[config->num_disks].pdev_path = strdup("/srv/web.img");
    config->disks[config->num_disks++].readwrite = 1;
}

static void add_nic(libxl_domain_config *config)
{
    config->nics = calloc(1, sizeof(*config->nics));
    libxl_device_nic_init(&config->nics[0]);
    config->num_nics = 1;
}

static char *text_of(const libxl_domain_config *config)
{
    char *text = libxl_domain_config_to_json(NULL, (libxl_domain_config *)config);

    assert_non_null(text);
    return text;
}

static xm_json *parsed(const libxl_domain_config *config)
{
    xm_autofree char *text = text_of(config);
    xm_json *json = NULL;

    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    return json;
}

static char *wide(xm_json *json)
{
    char *text = xm_json_format_wide(json);

    xm_json_free(json);
    return text;
}

/* What libxl would retrieve, from the same start: the struct with its fields set. */
static void change(libxl_domain_config *config)
{
    free(config->c_info.name);
    config->c_info.name = strdup("r\303\266nt\"gen");
    set_online(&config->b_info.avail_vcpus, 3);
    config->b_info.max_memkb = 262144;
    config->b_info.target_memkb = 98304 + config->b_info.video_memkb;
    config->b_info.sched_params.sched = LIBXL_SCHEDULER_CREDIT2;
    config->b_info.sched_params.weight = 512;
    config->b_info.sched_params.cap = 0;
}

static const bool online[4] = { true, true, true, false };
static const struct xen_live now = {
    .name = "r\303\266nt\"gen", .uuid = UUID, .target_kib = 98304, .most_kib = 262144,
    .online = online, .scheduler = "credit2", .weight = 512, .cap = 0,
};

static void expect_libxls_text(libxl_domain_config *config)
{
    xm_json *json = parsed(config);
    xm_autofree char *ours = NULL, *theirs = NULL;

    assert_true(xen_live_can(json));
    assert_int_equal(xen_live_vcpus(json), 4);
    assert_true(xen_live_settle(json, &now));
    change(config);
    ours = wide(json);
    theirs = wide(parsed(config));
    assert_string_equal(ours, theirs);
    libxl_domain_config_dispose(config);
}

static void the_outcome_is_what_libxl_writes(void **state)
{
    libxl_domain_config config;

    (void)state;
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    expect_libxls_text(&config);
    make(&config, LIBXL_DOMAIN_TYPE_PVH);
    config.b_info.video_memkb = 4096;
    config.b_info.sched_params.weight = 100;
    add_disk(&config, "xvda");
    add_disk(&config, "xvdb");
    add_nic(&config);
    expect_libxls_text(&config);
}

static void expect_left_to_libxl(libxl_domain_config *config)
{
    xm_json *json = parsed(config);

    assert_false(xen_live_can(json));
    xm_json_free(json);
    libxl_domain_config_dispose(config);
}

static void what_has_more_to_it_is_left_to_libxl(void **state)
{
    libxl_domain_config config;

    (void)state;
    make(&config, LIBXL_DOMAIN_TYPE_HVM);
    expect_left_to_libxl(&config);
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    add_disk(&config, "xvdc");
    config.disks[0].removable = 1;
    expect_left_to_libxl(&config);
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    config.vfbs = calloc(1, sizeof(*config.vfbs));
    libxl_device_vfb_init(&config.vfbs[0]);
    config.num_vfbs = 1;
    expect_left_to_libxl(&config);
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.video_memkb = LIBXL_MEMKB_DEFAULT;
    expect_left_to_libxl(&config);
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.max_vcpus = XEN_LIVE_VCPUS_MAX + 1;
    expect_left_to_libxl(&config);
}

static void without_a_vcpu_nothing_is_changed(void **state)
{
    static const bool none[4] = { false };
    struct xen_live live = now;
    libxl_domain_config config;
    xm_json *json;

    (void)state;
    make(&config, LIBXL_DOMAIN_TYPE_PV);
    json = parsed(&config);
    live.online = none;
    assert_false(xen_live_settle(json, &live));
    assert_string_equal(xm_json_str(xm_json_get(json, "c_info", "name", NULL)), "web");
    xm_json_free(json);
    libxl_domain_config_dispose(&config);
}

static void nonsense_is_left_to_libxl(void **state)
{
    static const char *const texts[] = {
        "[]", "{}", "3", "{\"c_info\": 1, \"b_info\": []}", "{\"c_info\": {\"type\": \"pv\"}}",
        "{\"c_info\": {\"type\": \"pv\", \"name\": \"a\", \"uuid\": 1}, \"b_info\": {\"max_vcpus\": -1}}",
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        xm_json *json = NULL;

        assert_int_equal(xm_json_parse(texts[i], strlen(texts[i]), &json, NULL), 0);
        assert_false(xen_live_can(json));
        xm_json_free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outcome_is_what_libxl_writes),
        cmocka_unit_test(what_has_more_to_it_is_left_to_libxl),
        cmocka_unit_test(without_a_vcpu_nothing_is_changed),
        cmocka_unit_test(nonsense_is_left_to_libxl),
    };

    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
