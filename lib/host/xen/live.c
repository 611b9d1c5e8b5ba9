#include "host/xen/live.h"

#include <string.h>

static const xm_json *find(const xm_json *json, const char *first, const char *second, enum xm_json_type type)
{
    const xm_json *found = xm_json_get(json, first, second, NULL);

    return found != NULL && found->type == type ? found : NULL;
}

static bool is_plain_disk(const xm_json *disk)
{
    return disk->type == XM_JSON_OBJECT && xm_json_get(disk, "removable", NULL) == NULL
        && xm_json_get(disk, "is_cdrom", NULL) == NULL && find(disk, "vdev", NULL, XM_JSON_STRING) != NULL;
}

/* Devices of other kinds, and disks whose medium can be changed, have more to them. */
static bool is_plain(const xm_json *config)
{
    static const char *const known[] = {
        "c_info", "b_info", "disks", "nics", "on_poweroff", "on_reboot", "on_watchdog", "on_crash", "on_soft_reset",
    };
    const xm_json *disks = xm_json_get(config, "disks", NULL);

    for (size_t i = 0; i < config->count; i++) {
        bool is_known = false;

        for (size_t k = 0; k < XM_COUNT(known); k++)
            is_known |= strcmp(config->keys[i], known[k]) == 0;
        if (!is_known)
            return false;
    }
    for (size_t i = 0; disks != NULL && i < disks->count; i++)
        if (!is_plain_disk(disks->items[i]))
            return false;
    return true;
}

static bool has_places(const xm_json *config)
{
    static const struct { const char *key; enum xm_json_type type; } places[] = {
        { "avail_vcpus", XM_JSON_ARRAY }, { "max_memkb", XM_JSON_NUMBER }, { "target_memkb", XM_JSON_NUMBER },
        { "video_memkb", XM_JSON_NUMBER }, { "sched_params", XM_JSON_OBJECT },
    };
    const xm_json *type = find(config, "c_info", "type", XM_JSON_STRING);

    for (size_t i = 0; i < XM_COUNT(places); i++)
        if (find(config, "b_info", places[i].key, places[i].type) == NULL)
            return false;
    return type != NULL && (strcmp(type->text, "pv") == 0 || strcmp(type->text, "pvh") == 0)
        && find(config, "c_info", "name", XM_JSON_STRING) != NULL && find(config, "c_info", "uuid", XM_JSON_STRING) != NULL;
}

size_t xen_live_vcpus(const xm_json *config)
{
    const xm_json *most = xm_json_get(config, "b_info", "max_vcpus", NULL);
    int64_t count = most != NULL ? xm_json_int(most, 0) : 0;

    return count > 0 && count <= XEN_LIVE_VCPUS_MAX ? (size_t)count : 0;
}

bool xen_live_can(const xm_json *config)
{
    return config->type == XM_JSON_OBJECT && has_places(config) && xen_live_vcpus(config) > 0 && is_plain(config);
}

static xm_json *online_vcpus(const bool *online, size_t count)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < count; i++)
        if (online[i])
            xm_json_add(array, xm_json_new_int((int64_t)i));
    return array;
}

static xm_json *share(const struct xen_live *live)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "sched", xm_json_new_str(live->scheduler));
    xm_json_set(json, "weight", xm_json_new_int(live->weight));
    xm_json_set(json, "cap", xm_json_new_int(live->cap));
    return json;
}

bool xen_live_settle(xm_json *config, const struct xen_live *live)
{
    xm_json *create = (xm_json *)xm_json_get(config, "c_info", NULL);   /* within config, which is the caller's */
    xm_json *build = (xm_json *)xm_json_get(config, "b_info", NULL);
    int64_t video = xm_json_int(xm_json_get(build, "video_memkb", NULL), 0);
    xm_json *vcpus = online_vcpus(live->online, xen_live_vcpus(config));

    /* libxl would leave out a set that is empty, and with it its place. */
    if (vcpus->count == 0) {
        xm_json_free(vcpus);
        return false;
    }
    xm_json_set(create, "name", xm_json_new_str(live->name));
    xm_json_set(create, "uuid", xm_json_new_str(live->uuid));
    xm_json_set(build, "avail_vcpus", vcpus);
    xm_json_set(build, "max_memkb", xm_json_new_int(live->most_kib));
    /* The screen's memory is no part of what the store says. */
    xm_json_set(build, "target_memkb", xm_json_new_int(live->target_kib + video));
    xm_json_set(build, "sched_params", share(live));
    return true;
}
