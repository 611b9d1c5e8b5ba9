/* The checks of a dry run: each one's pass, warn, fail and unknown, by what two hosts say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "migrate/check.h"
#include "migrate/facts.h"

/* A guest that moves alive between two hosts that have all that it needs. */
static const char base_ask[] =
    "{'version': 1, 'name': 'web', 'uuid': '11111111-1111-4111-8111-111111111111', 'type': 'hvm', 'state': 'running', 'live': true,"
    " 'vcpus': 2, 'need_kib': 102400, 'memory_kib': 65536, 'store_kib': 1024, 'pool': 'Pool-0', 'cpus': ['0-1'], 'vnodes': [],"
    " 'nested': false, 'nomigrate': false, 'tsc': 'default', 'tsc_khz': 2400000, 'passed': [], 'emulated': true,"
    " 'processor': {'features': [3, 0, 0, 0, 0, 0, 0, 0, 0, 67108864], 'max_leaf': 22, 'max_extended': 2147483656},"
    " 'disks': [{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w', 'nonce': true}, {'vdev': 'xvdb', 'path': '/dev/b', 'mode': 'w'}],"
    " 'nics': [{'mac': '00:16:3e:00:00:01', 'bridge': 'br0'}],"
    " 'things': [{'kind': 'kernel', 'name': '/k', 'later': true}, {'kind': 'emulator', 'name': 'qemu-xen'}]}";

#define FACTS(host)                                                                                                          \
    "{'version': 1, 'xm': '1.2', 'xen_major': 4, 'xen_minor': 17, 'host': '" host "', 'machine': 'm-" host "', 'boot': 'b-" host "'," \
    " 'now_ms': 1700000000000, 'vendor': 'GenuineIntel', 'model': 'family 6', 'microcode': 16, 'tsc_khz': 2400100,"                   \
    " 'pv': {'features': [3, 0, 0, 0, 0, 0, 0, 0, 0, 67108864], 'max_leaf': 22, 'max_extended': 2147483656},"                         \
    " 'hvm': {'features': [7, 0, 0, 0, 0, 0, 0, 0, 0, 67108864], 'max_leaf': 22, 'max_extended': 2147483656},"                        \
    " 'emulator': '7.2.0', 'virt': ['pv', 'hvm', 'hap', 'shadow'], 'cpus': 4, 'nodes': [{'size_mib': 4096, 'free_mib': 4000}],"       \
    " 'pools': [{'name': 'Pool-0', 'id': 0, 'cpus': '0-3'}], 'free_kib': 4096000, 'dom0_kib': 0, 'total_kib': 8192000,"               \
    " 'store_kib': 1000000, 'receive': {'ok': true}, 'name_free': {'ok': true}, 'uuid_free': {'ok': true},"                           \
    " 'disks': [" DISK_A ", " DISK_B "], 'nics': [" NIC "], 'things': [{'ok': true}, {'ok': true}]}"
#define DISK_A DISK_A_WITH("'nonce': true")
#define DISK_A_WITH(more)                                                                                                    \
    "{'found': {'ok': true}, 'kind': 'file', 'size': 4096, 'file': '77', 'writable': true, 'marks': {}, 'image': 'raw', 'users': [], " more "}"
#define DISK_B DISK_B_WITH("'wwn': 'naa.5000'", "4096", "")
#define DISK_B_WITH(marks, size, more)                                                                                       \
    "{'found': {'ok': true}, 'kind': 'device', 'size': " size ", 'writable': true, 'marks': {" marks "}, 'image': 'raw', 'users': []" more "}"
#define NIC "{'bridge': {'ok': true}, 'bridge_name': 'br0', 'script': {'ok': true}, 'script_name': 'vif-bridge', 'mac_users': []}"

static xm_json *parse(const char *text)
{
    xm_autofree char *json = xm_strdup(text);
    xm_json *tree = NULL;

    for (char *c = json; *c != '\0'; c++)
        *c = *c == '\'' ? '"' : *c;
    assert_int_equal(xm_json_parse(json, strlen(json), &tree, NULL), 0);
    return tree;
}

/* base, with the members of patch over it; null: without that one. */
static xm_json *patched(const char *base, const char *patch)
{
    XM_AUTO(xm_json) *from = parse(base), *with = parse(patch ? patch : "{}");
    xm_json *to = xm_json_new(XM_JSON_OBJECT);

    for (size_t i = 0; i < from->count; i++)
        if (xm_json_get(with, from->keys[i], NULL) == NULL) {
            xm_json_set(to, from->keys[i], from->items[i]);
            from->items[i] = xm_json_new(XM_JSON_NULL);
        }
    for (size_t i = 0; i < with->count; i++)
        if (with->items[i]->type != XM_JSON_NULL) {
            xm_json_set(to, with->keys[i], with->items[i]);
            with->items[i] = xm_json_new(XM_JSON_NULL);
        }
    return to;
}

static xm_verdicts *compare(const char *ask, const char *here, const char *there)
{
    XM_AUTO(xm_json) *asked = patched(base_ask, ask), *ours = patched(FACTS("here"), here), *theirs = patched(FACTS("there"), there);

    assert_int_equal(xm_ask_check(asked, NULL), 0);
    assert_int_equal(xm_facts_check(ours, NULL), 0);
    assert_int_equal(xm_facts_check(theirs, NULL), 0);
    return xm_migrate_check(asked, ours, theirs);
}

/* The worst of the check's verdicts, fail before unknown before warn; NULL: it has none. */
static const struct xm_verdict *worst_of(const xm_verdicts *verdicts, const char *check)
{
    static const int rank[] = { [XM_VERDICT_PASS] = 0, [XM_VERDICT_WARN] = 1, [XM_VERDICT_UNKNOWN] = 2, [XM_VERDICT_FAIL] = 3 };
    const struct xm_verdict *worst = NULL;

    for (size_t i = 0; i < verdicts->count; i++)
        if (strcmp(verdicts->items[i].check, check) == 0 && (worst == NULL || rank[verdicts->items[i].kind] > rank[worst->kind]))
            worst = &verdicts->items[i];
    return worst;
}

/* --- the table --- */

#define P XM_VERDICT_PASS
#define W XM_VERDICT_WARN
#define F XM_VERDICT_FAIL
#define U XM_VERDICT_UNKNOWN

#define HALTED "{'state': 'halted', 'live': false, 'processor': null}"
#define SUSPENDED "{'state': 'suspended', 'live': false, 'processor': null}"
#define SUSPENDED_KHZ "{'state': 'suspended', 'live': false, 'processor': null, 'tsc_khz': null}"
#define DISKS(a, b) "{'disks': [" a ", " b "]}"
#define ONE_DISK(disk) "{'disks': [" disk "]}"

static const struct { const char *check; enum xm_verdict_kind kind; const char *ask, *here, *there; } cases[] = {
    { "host", F, NULL, NULL, "{'boot': 'b-here'}" },
    { "host", W, NULL, NULL, "{'machine': 'm-here'}" },
    { "host", U, NULL, NULL, "{'boot': null}" },
    { "host", U, NULL, "{'machine': null}", NULL },
    { "receive", F, NULL, NULL, "{'receive': {'ok': false, 'why': 'not root'}}" },
    { "receive", U, NULL, NULL, "{'receive': null}" },
    { "xen", P, NULL, NULL, "{'xen_minor': 18}" },
    { "xen", P, NULL, NULL, "{'xen_major': 5, 'xen_minor': 0}" },
    { "xen", F, NULL, NULL, "{'xen_minor': 16}" },
    { "xen", F, NULL, NULL, "{'xen_major': 3, 'xen_minor': 99}" },
    { "xen", W, HALTED, NULL, "{'xen_minor': 16}" },
    { "xen", U, NULL, NULL, "{'xen_minor': null}" },
    { "xm", W, NULL, NULL, "{'xm': '1.1'}" },
    { "xm", P, NULL, NULL, "{'xm': '1.10'}" },
    { "xm", U, NULL, NULL, "{'xm': null}" },
    { "type", F, NULL, NULL, "{'virt': ['pv', 'hap']}" },
    { "type", F, "{'type': 'pvh'}", NULL, "{'virt': ['pv', 'hap']}" },
    { "type", F, "{'type': 'pv'}", NULL, "{'virt': ['hvm', 'hap']}" },
    { "type", P, "{'type': 'pv'}", NULL, "{'virt': ['pv']}" },
    { "type", U, NULL, NULL, "{'virt': null}" },
    { "paging", F, NULL, NULL, "{'virt': ['hvm']}" },
    { "paging", W, NULL, NULL, "{'virt': ['hvm', 'shadow']}" },
    { "paging", F, "{'hap': true}", NULL, "{'virt': ['hvm', 'shadow']}" },
    { "paging", F, "{'hap': false}", NULL, "{'virt': ['hvm', 'hap']}" },
    { "paging", P, "{'hap': false}", "{'virt': ['hvm', 'shadow']}", NULL },
    { "paging", F, "{'type': 'pv'}", "{'virt': ['pv', 'hap']}", NULL },
    { "paging", P, "{'type': 'pv', 'live': false}", "{'virt': ['pv', 'hap']}", NULL },
    { "paging", P, "{'type': 'pv'}", NULL, "{'virt': ['pv']}" },
    { "paging", U, NULL, NULL, "{'virt': null}" },
    { "paging", U, "{'type': 'pv'}", "{'virt': null}", NULL },
    { "nested", F, "{'nested': true}", NULL, NULL },
    { "nested", P, "{'nested': true, 'state': 'halted'}", NULL, NULL },
    { "nomigrate", F, "{'nomigrate': true}", NULL, NULL },
    { "nomigrate", P, "{'nomigrate': true, 'state': 'halted'}", NULL, NULL },
    { "pass-through", F, "{'passed': ['PCI device 0000:03:00.0']}", NULL, NULL },
    { "pass-through", F, "{'passed': ['a vTPM'], 'state': 'halted'}", NULL, NULL },
    { "name", F, NULL, NULL, "{'name_free': {'ok': false, 'why': 'taken'}}" },
    { "name", U, NULL, NULL, "{'name_free': null}" },
    { "uuid", F, NULL, NULL, "{'uuid_free': {'ok': false, 'why': 'taken'}}" },
    { "uuid", U, NULL, NULL, "{'uuid_free': null}" },
    { "cpu-vendor", F, NULL, NULL, "{'vendor': 'AuthenticAMD'}" },
    { "cpu-vendor", W, HALTED, NULL, "{'vendor': 'AuthenticAMD'}" },
    { "cpu-vendor", U, NULL, NULL, "{'vendor': null}" },
    { "cpu-features", F, NULL, NULL, "{'hvm': {'features': [1, 0, 0, 0, 0, 0, 0, 0, 0, 67108864]}}" },
    { "cpu-features", F, NULL, NULL, "{'hvm': {'features': []}}" },
    { "cpu-features", P, NULL, NULL, "{'hvm': {'features': [3]}}" },
    { "cpu-features", P, "{'type': 'pv'}", NULL, "{'hvm': null}" },
    { "cpu-features", P, HALTED, NULL, "{'hvm': {'features': []}}" },
    { "cpu-features", U, NULL, NULL, "{'hvm': null}" },
    { "cpu-features", U, "{'processor': null}", NULL, NULL },
    { "cpu-features", P, SUSPENDED, NULL, NULL },
    { "cpu-features", U, SUSPENDED, NULL, "{'hvm': {'features': [1, 0, 0, 0, 0, 0, 0, 0, 0, 67108864]}}" },
    { "cpu-features", U, SUSPENDED, "{'hvm': null}", NULL },
    { "cpu-microcode", F, NULL, NULL, "{'hvm': {'features': [7]}}" },
    { "cpu-microcode", P, HALTED, NULL, "{'hvm': {'features': [7]}}" },
    { "cpu-microcode", U, NULL, NULL, "{'hvm': null}" },
    { "cpu-leaves", F, NULL, NULL, "{'hvm': {'max_leaf': 21, 'max_extended': 2147483656}}" },
    { "cpu-leaves", F, NULL, NULL, "{'hvm': {'max_leaf': 22, 'max_extended': 2147483655}}" },
    { "cpu-leaves", P, HALTED, NULL, "{'hvm': {}}" },
    { "cpu-leaves", U, NULL, NULL, "{'hvm': {'max_leaf': 22}}" },
    { "cpu-leaves", U, SUSPENDED, NULL, "{'hvm': {'features': [7], 'max_leaf': 21, 'max_extended': 2147483656}}" },
    { "tsc", P, SUSPENDED_KHZ, NULL, NULL },
    { "tsc", W, NULL, NULL, "{'tsc_khz': 3000000}" },
    { "tsc", F, "{'tsc': 'native'}", NULL, "{'tsc_khz': 3000000}" },
    { "tsc", P, "{'tsc': 'native'}", NULL, NULL },
    { "tsc", P, "{'tsc': 'emulate'}", NULL, "{'tsc_khz': 3000000}" },
    { "tsc", P, HALTED, NULL, "{'tsc_khz': null}" },
    { "tsc", U, NULL, NULL, "{'tsc_khz': null}" },
    { "tsc", U, "{'tsc': null}", NULL, NULL },
    { "vcpus", W, "{'vcpus': 5}", NULL, NULL },
    { "vcpus", U, NULL, NULL, "{'cpus': null}" },
    { "pool", F, "{'pool': 'fast'}", NULL, NULL },
    { "pool", P, "{'pool': null}", NULL, NULL },
    { "pool", U, NULL, NULL, "{'pools': null}" },
    { "pinning", F, "{'cpus': ['0-1', '8-9']}", NULL, NULL },
    { "pinning", W, "{'cpus': ['3-4']}", NULL, NULL },
    { "pinning", P, "{'cpus': []}", NULL, "{'pools': null}" },
    { "pinning", U, NULL, NULL, "{'pools': null}" },
    { "pinning", U, "{'cpus': null}", NULL, NULL },
    { "pinning", U, NULL, NULL, "{'pools': [{'name': 'Pool-0', 'id': 0, 'cpus': '0-x'}]}" },
    { "memory", F, NULL, NULL, "{'free_kib': 102399}" },
    { "memory", P, NULL, NULL, "{'free_kib': 102400}" },
    { "memory", P, NULL, NULL, "{'free_kib': 2400, 'dom0_kib': 100000}" },
    { "memory", F, NULL, NULL, "{'free_kib': 2399, 'dom0_kib': 100000}" },
    { "memory", U, NULL, NULL, "{'free_kib': null}" },
    { "memory", U, NULL, NULL, "{'free_kib': 1, 'dom0_kib': null, 'xm': null}" },
    { "memory", U, "{'need_kib': null}", NULL, NULL },
    { "memory", P, NULL, NULL, "{'free_kib': 9223372036854775807, 'dom0_kib': 9223372036854775807}" },
    { "memory", F, "{'need_kib': 9223372036854775807}", NULL, NULL },
    { "numa", W, "{'need_kib': 9223372036854775807}", NULL, "{'nodes': [{'free_mib': 99}, {'free_mib': 9007199254740991}]}" },
    { "numa", W, NULL, NULL, "{'nodes': [{'free_mib': 99}, {'free_mib': 99}]}" },
    { "numa", P, NULL, NULL, "{'nodes': [{'free_mib': 99}, {'free_mib': 100}]}" },
    { "numa", F, "{'vnodes': [0, 1]}", NULL, NULL },
    { "numa", U, NULL, NULL, "{'nodes': null}" },
    { "disk", F, NULL, NULL, DISKS("{'found': {'ok': false, 'why': '/d/a: No such file'}}", DISK_B) },
    { "disk", U, NULL, NULL, "{'disks': null}" },
    { "disk", P, ONE_DISK("{'vdev': 'hdc', 'mode': 'r', 'cdrom': true}"), NULL, "{'disks': null}" },
    { "disk-kind", F, NULL, NULL, DISKS(DISK_A, DISK_B_WITH("'wwn': 'naa.5000'", "4097", "")) },
    { "disk-kind", F, NULL, NULL, DISKS(DISK_B, DISK_B) },
    { "disk-kind", F, NULL, NULL, DISKS(DISK_A_WITH("'nonce': true, 'image': 'qcow2'"), DISK_B) },
    { "disk-kind", U, NULL, NULL, "{'disks': null}" },
    { "disk-access", F, NULL, NULL, DISKS(DISK_A_WITH("'nonce': true, 'writable': false"), DISK_B) },
    { "disk-access", P, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'r'}"), NULL, DISKS(DISK_A_WITH("'writable': false"), DISK_B) },
    { "disk-access", U, NULL, NULL, "{'disks': null}" },
    { "disk-storage", F, NULL, NULL, DISKS(DISK_A_WITH("'nonce': false"), DISK_B) },
    { "disk-storage", W, NULL, NULL, DISKS(DISK_A_WITH("'nonce': true, 'file': '78'"), DISK_B) },
    { "disk-storage", U, NULL, NULL, DISKS(DISK_A_WITH("'sample': 'x'"), DISK_B) },
    { "disk-storage", F, NULL, NULL, DISKS(DISK_A, DISK_B_WITH("'wwn': 'naa.5001'", "4096", "")) },
    { "disk-storage", P, NULL, NULL, DISKS(DISK_A, DISK_B_WITH("'wwn': '0x5000'", "4096", "")) },
    { "disk-storage", F, NULL, NULL, DISKS(DISK_A, DISK_B_WITH("'wwn': 'naa.5000', 'partition': '1'", "4096", "")) },
    { "disk-storage", U, NULL, NULL, DISKS(DISK_A, DISK_B_WITH("'serial': 'abc'", "4096", "")) },
    { "disk-storage", W, NULL, DISKS(DISK_A, DISK_B_WITH("'serial': 'abc'", "4096", "")), DISKS(DISK_A, DISK_B_WITH("'serial': 'abc'", "4096", "")) },
    { "disk-storage", F, NULL, DISKS(DISK_A, DISK_B_WITH("'serial': 'abc'", "4096", "")), DISKS(DISK_A, DISK_B_WITH("'serial': 'abd'", "4096", "")) },
    { "disk-storage", F, NULL, DISKS(DISK_A, DISK_B_WITH("'dm': 'LVM-1'", "4096", "")), DISKS(DISK_A, DISK_B_WITH("'dm': 'LVM-2'", "4096", "")) },
    { "disk-storage", P, NULL, DISKS(DISK_A, DISK_B_WITH("'dm': 'LVM-1'", "4096", "")), DISKS(DISK_A, DISK_B_WITH("'dm': 'LVM-1'", "4096", "")) },
    { "disk-storage", F, NULL, NULL, DISKS(DISK_A, DISK_A) },
    { "disk-storage", U, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w'}"), NULL, NULL },
    { "disk-storage", P, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w'}"), ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'u'}")),
      ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'u'}")) },
    { "disk-storage", F, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w'}"), ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'u'}")),
      ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'v'}")) },
    { "disk-storage", F, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w'}"), ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'u'}")),
      ONE_DISK(DISK_A_WITH("'marks': {'filesystem': 'u'}, 'file': '78'")) },
    { "disk-storage", U, ONE_DISK("{'vdev': 'xvda', 'path': '/d/a', 'mode': 'w'}"), ONE_DISK(DISK_A_WITH("'marks': {'source': 'nfs a:/x'}")),
      ONE_DISK(DISK_A_WITH("'marks': {'source': 'nfs b:/x'}")) },
    { "disk-storage", P, ONE_DISK("{'vdev': 'hdc', 'path': '/cd', 'mode': 'r', 'sample': true}"), ONE_DISK(DISK_A_WITH("'sample': 'x'")),
      ONE_DISK(DISK_A_WITH("'sample': 'x', 'file': '99'")) },
    { "disk-storage", F, ONE_DISK("{'vdev': 'hdc', 'path': '/cd', 'mode': 'r', 'sample': true}"), ONE_DISK(DISK_A_WITH("'sample': 'x'")),
      ONE_DISK(DISK_A_WITH("'sample': 'y'")) },
    { "disk-storage", P, ONE_DISK("{'vdev': 'xvda', 'path': 'iqn.x', 'script': 'block-iscsi', 'mode': 'w'}"), NULL, ONE_DISK("{'script': {'ok': true}}") },
    { "disk-storage", W, ONE_DISK("{'vdev': 'xvda', 'path': 'x', 'script': 'own', 'mode': 'w'}"), NULL, ONE_DISK("{'script': {'ok': true}}") },
    { "disk-storage", W, ONE_DISK("{'vdev': 'xvda', 'path': '/x', 'backend': 'store', 'mode': 'w'}"), NULL, ONE_DISK("{'backend': {'ok': true}}") },
    { "disk-use", F, NULL, NULL, DISKS(DISK_A_WITH("'nonce': true, 'users': ['guest db']"), DISK_B) },
    { "disk-use", U, NULL, NULL, "{'disks': null}" },
    { "disk-script", P, ONE_DISK("{'vdev': 'xvda', 'path': 'x', 'script': 'own', 'mode': 'w'}"), NULL, ONE_DISK("{'script': {'ok': true}}") },
    { "disk-script", F, ONE_DISK("{'vdev': 'xvda', 'path': 'x', 'script': 'own', 'mode': 'w'}"), NULL, ONE_DISK("{'script': {'ok': false}}") },
    { "disk-script", U, ONE_DISK("{'vdev': 'xvda', 'path': 'x', 'script': 'own', 'mode': 'w'}"), NULL, "{'disks': null}" },
    { "disk-backend", P, ONE_DISK("{'vdev': 'xvda', 'path': '/x', 'backend': 'store', 'mode': 'w'}"), NULL, ONE_DISK("{'backend': {'ok': true}}") },
    { "disk-backend", F, ONE_DISK("{'vdev': 'xvda', 'path': '/x', 'backend': 'store', 'mode': 'w'}"), NULL, ONE_DISK("{'backend': {'ok': false}}") },
    { "disk-backend", U, ONE_DISK("{'vdev': 'xvda', 'path': '/x', 'backend': 'store', 'mode': 'w'}"), NULL, "{'disks': null}" },
    { "bridge", F, NULL, NULL, "{'nics': [{'bridge': {'ok': false, 'why': 'no br0'}}]}" },
    { "bridge", U, NULL, NULL, "{'nics': null}" },
    { "vif-script", F, NULL, NULL, "{'nics': [{'script': {'ok': false}}]}" },
    { "vif-script", U, NULL, NULL, "{'nics': null}" },
    { "mac", F, NULL, NULL, "{'nics': [{'mac_users': ['guest db']}]}" },
    { "mac", U, NULL, NULL, "{'nics': null}" },
    { "vif-backend", F, "{'nics': [{'backend': 'net'}]}", NULL, "{'nics': [{'backend': {'ok': false}}]}" },
    { "vif-backend", P, "{'nics': [{'backend': 'net'}]}", NULL, "{'nics': [{'backend': {'ok': true}}]}" },
    { "vif-backend", U, "{'nics': [{'backend': 'net'}]}", NULL, "{'nics': null}" },
#define THING(kind, later) "{'things': [{'kind': '" kind "', 'name': 'x', 'later': " later "}]}"
#define NO_THING "{'things': [{'ok': false, 'why': 'x is not there'}]}"
    { "kernel", W, THING("kernel", "true"), NULL, NO_THING },
    { "kernel", F, THING("kernel", "false"), NULL, NO_THING },
    { "kernel", U, NULL, NULL, "{'things': null}" },
    { "ramdisk", W, THING("ramdisk", "true"), NULL, NO_THING },
    { "ramdisk", F, THING("ramdisk", "false"), NULL, NO_THING },
    { "ramdisk", U, THING("ramdisk", "false"), NULL, "{'things': null}" },
    { "bootloader", F, THING("bootloader", "false"), NULL, NO_THING },
    { "bootloader", U, THING("bootloader", "false"), NULL, "{'things': null}" },
    { "firmware", W, THING("firmware", "true"), NULL, NO_THING },
    { "firmware", F, THING("firmware", "false"), NULL, NO_THING },
    { "firmware", U, THING("firmware", "false"), NULL, "{'things': null}" },
    { "device-model", F, THING("emulator", "false"), NULL, NO_THING },
    { "device-model", U, NULL, NULL, "{'things': null}" },
    { "boot-file", F, THING("file", "false"), NULL, NO_THING },
    { "boot-file", U, THING("file", "false"), NULL, "{'things': null}" },
    { "device-model-version", F, NULL, NULL, "{'emulator': '7.1.9'}" },
    { "device-model-version", P, NULL, NULL, "{'emulator': '10.0.2'}" },
    { "device-model-version", W, HALTED, NULL, "{'emulator': '7.1.9'}" },
    { "device-model-version", P, "{'type': 'pv'}", NULL, "{'emulator': null}" },
    { "device-model-version", U, NULL, NULL, "{'emulator': null}" },
    { "clock", W, NULL, NULL, "{'now_ms': 1700000009000}" },
    { "clock", W, NULL, NULL, "{'now_ms': 1699999991000}" },
    { "clock", P, NULL, NULL, "{'now_ms': 1700000004000}" },
    { "clock", P, NULL, "{'later_ms': 1700000020000}", "{'now_ms': 1700000019000}" },
    { "clock", W, NULL, "{'later_ms': 1700000020000}", "{'now_ms': 1700000026000}" },
    { "clock", U, NULL, NULL, "{'now_ms': null}" },
    { "store", F, NULL, NULL, "{'store_kib': 1023}" },
    { "store", U, NULL, NULL, "{'store_kib': null}" },
};

static void each_check_says_what_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        XM_AUTO(xm_verdicts) *verdicts = compare(cases[i].ask, cases[i].here, cases[i].there);
        const struct xm_verdict *verdict = worst_of(verdicts, cases[i].check);

        if (verdict == NULL || verdict->kind != cases[i].kind)
            fail_msg("case %zu: %s: %s, not %s", i, cases[i].check, verdict ? xm_verdict_word(verdict->kind) : "nothing",
                     xm_verdict_word(cases[i].kind));
        if (verdict->kind != P && verdict->advice == NULL)
            fail_msg("case %zu: %s gives no advice", i, cases[i].check);
    }
}

static void two_good_hosts_pass_everything(void **state)
{
    XM_AUTO(xm_verdicts) *verdicts = compare(NULL, NULL, NULL);

    (void)state;
    assert_true(verdicts->count > 30);
    for (size_t i = 0; i < verdicts->count; i++)
        if (verdicts->items[i].kind != P)
            fail_msg("%s: %s", verdicts->items[i].check, xm_verdict_word(verdicts->items[i].kind));
}

static void no_check_is_without_a_case(void **state)
{
    (void)state;
    for (size_t i = 0; xm_check_name(i) != NULL; i++) {
        bool bad = false;

        for (size_t j = 0; j < XM_COUNT(cases); j++)
            bad = bad || (strcmp(cases[j].check, xm_check_name(i)) == 0 && (cases[j].kind == F || cases[j].kind == W));
        if (!bad)
            fail_msg("%s has no case that does not pass", xm_check_name(i));
        assert_true(xm_check_exists(xm_check_name(i)));
    }
    assert_false(xm_check_exists("nothing"));
}

static bool can_be(const char *check, enum xm_verdict_kind kind)
{
    for (size_t i = 0; i < XM_COUNT(cases); i++)
        if (cases[i].kind == kind && strcmp(cases[i].check, check) == 0)
            return true;
    return false;
}

/* A line of the manual without its backslashes. */
static char *bare_line(const char *text)
{
    xm_autobuf line = XM_BUF_INIT;

    for (; *text != '\n'; text++)
        if (*text != '\\')
            xm_buf_putc(&line, *text);
    return xm_buf_take(&line);
}

/* The manual's entries stand in the table's order, and each says what a bad verdict means and what to do. */
static void the_manual_tells_of_each(void **state)
{
    const char *top = getenv("abs_top_srcdir");
    xm_autofree char *path = xm_printf("%s/man/xm-migrate.7.in", top ? top : ".."), *page = NULL;
    const char *at;

    (void)state;
    assert_int_equal(xm_file_read(path, 1 << 20, &page, NULL, NULL), 0);
    at = strstr(page, "\n.SH WOULD IT WORK?\n");
    assert_non_null(at);
    *strstr(strstr(at, "\n.SS"), "\n.SH") = '\0';
    for (size_t i = 0; xm_check_name(i) != NULL; i++) {
        xm_autofree char *entry = NULL, *name = NULL;

        at = strstr(at, "\n.TP\n.B ");
        if (at == NULL)
            fail_msg("the manual ends before %s", xm_check_name(i));
        at += strlen("\n.TP\n.B ");
        name = bare_line(at);
        assert_string_equal(name, xm_check_name(i));
        entry = xm_strndup(at, strstr(at, "\n.TP\n") ? (size_t)(strstr(at, "\n.TP\n") - at) : strlen(at));
        if (can_be(name, F) && strstr(entry, "fail: ") == NULL)
            fail_msg("the manual does not say when %s fails", name);
        if (can_be(name, W) && strstr(entry, "warn: ") == NULL)
            fail_msg("the manual does not say when %s warns", name);
    }
    assert_null(strstr(at, "\n.TP\n"));
}

/* Only what this side knows by itself may be passed of a host that says nothing. */
static void what_is_not_told_is_unknown(void **state)
{
    static const char *const ours[] = { "paging", "nested", "nomigrate", "pass-through", "tsc" };
    XM_AUTO(xm_json) *ask = parse(base_ask), *here = parse(FACTS("here"));
    XM_AUTO(xm_verdicts) *verdicts = xm_migrate_check(ask, here, NULL);

    (void)state;
    for (size_t i = 0; i < verdicts->count; i++) {
        bool own = false;

        for (size_t j = 0; j < XM_COUNT(ours); j++)
            own = own || strcmp(ours[j], verdicts->items[i].check) == 0;
        if (verdicts->items[i].kind != U && !own)
            fail_msg("%s: %s", verdicts->items[i].check, xm_verdict_word(verdicts->items[i].kind));
    }
    assert_int_equal(worst_of(verdicts, "paging")->kind, U);
    assert_int_equal(xm_verdicts_count(verdicts, U) + xm_verdicts_count(verdicts, P), verdicts->count);
}

static void both_sides_values_are_named(void **state)
{
    XM_AUTO(xm_verdicts) *verdicts = compare(NULL, NULL, "{'hvm': {'features': [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}, 'microcode': 2}");
    const struct xm_verdict *features = worst_of(verdicts, "cpu-features"), *microcode = worst_of(verdicts, "cpu-microcode");

    (void)state;
    assert_string_equal(features->here, "family 6");
    assert_string_equal(features->there, "family 6, lacks FPU VME");
    assert_string_equal(microcode->here, "microcode 0x10");
    assert_string_equal(microcode->there, "microcode 0x2, lacks IBRSB");
}

static void a_terminal_is_spared(void **state)
{
    XM_AUTO(xm_verdicts) *verdicts = compare(NULL, NULL, "{'vendor': 'x\\u001b[2Jy\\u009bz'}");

    (void)state;
    assert_string_equal(worst_of(verdicts, "cpu-vendor")->there, "x?[2Jy?z");
}

/* --- shapes --- */

static void expect_refusal(bool facts, const char *patch, const char *says)
{
    XM_AUTO(xm_json) *tree = patched(facts ? FACTS("there") : base_ask, patch);
    xm_error *err = NULL;
    int rc = facts ? xm_facts_check(tree, &err) : xm_ask_check(tree, &err);

    assert_int_equal(rc, -1);
    assert_int_equal(err->code, XM_INVALID);
    if (strstr(err->msg, says) == NULL)
        fail_msg("%s", err->msg);
    xm_error_free(err);
}

static void what_has_another_shape_is_refused(void **state)
{
    xm_autofree char *longest = xm_alloc0(2000, 1), *patch = NULL;

    (void)state;
    memset(longest, 'x', 1999);
    patch = xm_printf("{'name': '%s'}", longest);
    expect_refusal(false, "{'version': null}", "version is missing");
    expect_refusal(false, "{'name': 7}", "name is no text");
    expect_refusal(false, patch, "name is too long");
    expect_refusal(false, "{'vcpus': -1}", "vcpus is no number in its range");
    expect_refusal(false, "{'vcpus': 1.5}", "vcpus is no number in its range");
    expect_refusal(false, "{'vcpus': 'x'}", "vcpus is no number");
    expect_refusal(false, "{'live': 1}", "live is neither true nor false");
    expect_refusal(false, "{'disks': {}}", "disks is no list");
    expect_refusal(false, "{'disks': [{'path': '/x'}]}", "disks[0]: mode is missing");
    expect_refusal(false, "{'disks': [[]]}", "disks[0] is no object");
    expect_refusal(false, "{'cpus': [1]}", "cpus[0] is no text");
    expect_refusal(true, "{'disks': [{'found': {'why': 'x'}}]}", "disks[0]: found: ok is missing");
    expect_refusal(true, "{'hvm': {'features': [-1]}}", "hvm: features[0] is no number");
    expect_refusal(true, "{'virt': 'pv'}", "virt is no list");
}

static void a_newer_peer_may_say_more(void **state)
{
    XM_AUTO(xm_verdicts) *verdicts = compare("{'later': [1, {}], 'version': 9}", NULL, "{'later': 1, 'version': 9}");

    (void)state;
    assert_int_equal(xm_verdicts_count(verdicts, P), verdicts->count);
}

/* --- stock xl's words --- */

static void stock_words_are_read_and_the_rest_stays_unknown(void **state)
{
    static const char info[] = "host                   : target\nxen_major              : 4\nxen_minor              : 17\n"
        "nr_cpus                : 8\ntotal_memory           : 8192\nfree_memory            : 90\nvirt_caps              : pv hvm hap\n";
    static const char list[] = "Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID\n"
        "Domain-0                                     0  1024     4     r-----     100.0 00000000-0000-0000-0000-000000000000\n"
        "web                                          3   512     1     -b----       1.0 22222222-2222-4222-8222-222222222222\n";
    XM_AUTO(xm_json) *ask = parse(base_ask), *here = parse(FACTS("here")), *there = xm_facts_of_xl(info, list, ask);
    XM_AUTO(xm_verdicts) *verdicts = NULL;

    (void)state;
    assert_int_equal(xm_facts_check(there, NULL), 0);
    verdicts = xm_migrate_check(ask, here, there);
    assert_int_equal(worst_of(verdicts, "xen")->kind, P);
    assert_int_equal(worst_of(verdicts, "type")->kind, P);
    assert_int_equal(worst_of(verdicts, "vcpus")->kind, P);
    assert_int_equal(worst_of(verdicts, "name")->kind, F);
    assert_int_equal(worst_of(verdicts, "uuid")->kind, P);
    assert_int_equal(worst_of(verdicts, "memory")->kind, U);    /* domain 0 may have some to give */
    assert_int_equal(worst_of(verdicts, "disk-storage")->kind, U);
    assert_int_equal(worst_of(verdicts, "bridge")->kind, U);
    assert_int_equal(worst_of(verdicts, "host")->kind, U);
}

static void a_listing_of_very_much_has_its_bounds(void **state)
{
    XM_AUTO(xm_json) *ask = parse(base_ask), *there = NULL;
    xm_autobuf info = XM_BUF_INIT;

    (void)state;
    xm_buf_puts(&info, "virt_caps :");
    for (int i = 0; i < 400; i++)
        xm_buf_puts(&info, " x");
    there = xm_facts_of_xl(info.data, NULL, ask);
    assert_int_equal(xm_facts_check(there, NULL), 0);
}

static void what_is_no_listing_tells_nothing(void **state)
{
    XM_AUTO(xm_json) *ask = parse(base_ask), *there = xm_facts_of_xl("nr_cpus: many\nfree_memory : 99999999999999999999\n", "sh: xl: not found\n", ask);

    (void)state;
    assert_int_equal(xm_facts_check(there, NULL), 0);
    assert_null(xm_json_get(there, "name_free", NULL));
    assert_null(xm_json_get(there, "cpus", NULL));
    assert_null(xm_json_get(there, "free_kib", NULL));
}

/* --- the estimate --- */

static void an_estimate_follows_what_a_migration_does(void **state)
{
    struct xm_estimate estimate;

    (void)state;
    xm_migrate_estimate(1024 * 1024, false, 0, 100 << 20, &estimate);    /* 1 GiB at 100 MiB/s, at rest */
    assert_int_equal(estimate.rounds, 1);
    assert_true(estimate.downtime > 10.2 && estimate.downtime < 10.6);
    xm_migrate_estimate(1024 * 1024, true, 0, 100 << 20, &estimate);
    assert_int_equal(estimate.rounds, 2);
    assert_true(estimate.downtime < 0.5 && estimate.seconds > 10.2 && estimate.seconds < 11);
    assert_true(estimate.settles);
    xm_migrate_estimate(1024 * 1024, true, 100000, 100 << 20, &estimate);        /* writes more than gets through */
    assert_false(estimate.settles);
    assert_int_equal(estimate.rounds, 5);
    assert_true(estimate.downtime > 10);
    xm_migrate_estimate(1024, true, 1, 0, &estimate);   /* nothing gets through: no division by it */
    assert_true(estimate.seconds > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_check_says_what_it_should),
        cmocka_unit_test(two_good_hosts_pass_everything),
        cmocka_unit_test(no_check_is_without_a_case),
        cmocka_unit_test(the_manual_tells_of_each),
        cmocka_unit_test(what_is_not_told_is_unknown),
        cmocka_unit_test(both_sides_values_are_named),
        cmocka_unit_test(a_terminal_is_spared),
        cmocka_unit_test(what_has_another_shape_is_refused),
        cmocka_unit_test(a_newer_peer_may_say_more),
        cmocka_unit_test(stock_words_are_read_and_the_rest_stays_unknown),
        cmocka_unit_test(a_listing_of_very_much_has_its_bounds),
        cmocka_unit_test(what_is_no_listing_tells_nothing),
        cmocka_unit_test(an_estimate_follows_what_a_migration_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
