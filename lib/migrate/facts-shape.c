/* The shapes of an ask and of its answer: bounds that no real guest or host comes near. */
#include "migrate/facts.h"

#include "migrate/shape.h"

#define NAME_MAX_ 1024
#define PATH_MAX_ 4096
#define DEVICES_MAX 256

#define TEXT(key, most) { key, XM_SHAPE_TEXT, most, NULL, false }
#define NAME(key) TEXT(key, NAME_MAX_)
#define PATH(key) TEXT(key, PATH_MAX_)
#define NUMBER(key) { key, XM_SHAPE_NUMBER, INT64_MAX, NULL, false }
#define BOOL(key) { key, XM_SHAPE_BOOL, 0, NULL, false }
#define TEXTS(key, most) { key, XM_SHAPE_TEXTS, most, NULL, false }
#define NUMBERS(key, most) { key, XM_SHAPE_NUMBERS, most, NULL, false }
#define OBJECT(key, inner) { key, XM_SHAPE_OBJECT, 0, inner, false }
#define OBJECTS(key, most, inner) { key, XM_SHAPE_OBJECTS, most, inner, false }
#define NEEDED(key, type, most) { key, type, most, NULL, true }
#define END { NULL, XM_SHAPE_END, 0, NULL, false }

static const struct xm_shape processor[] = {
    NUMBERS("features", 64), NUMBER("max_leaf"), NUMBER("max_extended"), END
};

/* --- the ask --- */

static const struct xm_shape ask_disk[] = {
    NAME("vdev"), PATH("path"), PATH("script"), NEEDED("mode", XM_SHAPE_TEXT, 1), BOOL("cdrom"), NAME("format"),
    NAME("backend"), BOOL("sample"), BOOL("nonce"), END
};
static const struct xm_shape ask_nic[] = { NAME("mac"), NAME("bridge"), PATH("script"), NAME("backend"), END };
static const struct xm_shape ask_thing[] = {
    NEEDED("kind", XM_SHAPE_TEXT, 64), NEEDED("name", XM_SHAPE_TEXT, PATH_MAX_), BOOL("later"), END
};

static const struct xm_shape ask_shape[] = {
    NEEDED("version", XM_SHAPE_NUMBER, INT64_MAX), NEEDED("name", XM_SHAPE_TEXT, NAME_MAX_), NEEDED("uuid", XM_SHAPE_TEXT, 36),
    NEEDED("type", XM_SHAPE_TEXT, 16), NEEDED("state", XM_SHAPE_TEXT, 16), BOOL("live"),
    NUMBER("vcpus"), NUMBER("need_kib"), NUMBER("memory_kib"), NUMBER("store_kib"), NUMBER("dirty_pages"),
    NAME("pool"), TEXTS("cpus", XM_MAX_CPUS), NUMBERS("vnodes", DEVICES_MAX),
    BOOL("hap"), BOOL("nested"), BOOL("nomigrate"), NAME("tsc"), NUMBER("tsc_khz"), OBJECT("processor", processor),
    TEXTS("passed", DEVICES_MAX), OBJECTS("disks", DEVICES_MAX, ask_disk), OBJECTS("nics", DEVICES_MAX, ask_nic),
    OBJECTS("things", DEVICES_MAX, ask_thing), BOOL("emulated"), TEXT("nonce", 32), END
};

/* --- the answer --- */

static const struct xm_shape finding[] = { NEEDED("ok", XM_SHAPE_BOOL, 0), PATH("why"), END };
static const struct xm_shape marks[] = {
    NAME("wwn"), NAME("dm"), NAME("md"), NAME("serial"), NAME("partition"), NAME("filesystem"), NAME("source"), END
};
static const struct xm_shape fact_disk[] = {
    OBJECT("found", finding), NAME("kind"), NUMBER("size"), NAME("file"), BOOL("writable"), OBJECT("marks", marks),
    NAME("sample"), BOOL("nonce"), NAME("image"), TEXTS("users", DEVICES_MAX), OBJECT("script", finding),
    OBJECT("backend", finding), END
};
static const struct xm_shape fact_nic[] = {
    OBJECT("bridge", finding), NAME("bridge_name"), OBJECT("script", finding), PATH("script_name"), TEXTS("mac_users", DEVICES_MAX),
    OBJECT("backend", finding), END
};
static const struct xm_shape node[] = { NUMBER("size_mib"), NUMBER("free_mib"), END };
static const struct xm_shape pool[] = { NEEDED("name", XM_SHAPE_TEXT, NAME_MAX_), NUMBER("id"), TEXT("cpus", 65536), END };

static const struct xm_shape facts_shape[] = {
    NEEDED("version", XM_SHAPE_NUMBER, INT64_MAX), NAME("xm"), NUMBER("xen_major"), NUMBER("xen_minor"), NAME("host"),
    NAME("machine"), NAME("boot"), NUMBER("now_ms"), NUMBER("later_ms"), NAME("vendor"), NAME("model"), NUMBER("microcode"), NUMBER("tsc_khz"),
    OBJECT("pv", processor), OBJECT("hvm", processor), NAME("emulator"), TEXTS("virt", 64), NUMBER("cpus"),
    OBJECTS("nodes", 1024, node), OBJECTS("pools", 1024, pool), NUMBER("free_kib"), NUMBER("dom0_kib"), NUMBER("total_kib"),
    NUMBER("store_kib"), OBJECT("receive", finding), OBJECT("name_free", finding), OBJECT("uuid_free", finding),
    OBJECTS("disks", DEVICES_MAX, fact_disk), OBJECTS("nics", DEVICES_MAX, fact_nic), OBJECTS("things", DEVICES_MAX, finding), END
};

int xm_ask_check(const xm_json *ask, xm_error **err)
{
    return xm_shape_check(ask_shape, ask, "the ask", err);
}

int xm_facts_check(const xm_json *facts, xm_error **err)
{
    return xm_shape_check(facts_shape, facts, "the answer", err);
}
