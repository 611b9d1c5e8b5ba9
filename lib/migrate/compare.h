/* How a check's row is written: what it is given, and how it says what it found. Within this folder only. */
#ifndef XM_MIGRATE_COMPARE_H
#define XM_MIGRATE_COMPARE_H

#include "migrate/check.h"
#include "migrate/tree.h"

struct compare {
    const xm_json *ask, *here, *there;
    const char *check;
    /* Of a check of each disk, vif or thing: that one in the ask, and what either side says of it. */
    const xm_json *item, *item_here, *item_there;
    const char *label;
    xm_verdicts *verdicts;
};

/* Texts are copied; what could upset a terminal is taken out of them. */
void xm_judge(struct compare *c, enum xm_verdict_kind kind, const char *here, const char *there, const char *advice);

/* Has it been started, so that what it was given then must be there, too? */
bool xm_lives(const struct compare *c);
bool xm_is_type(const struct compare *c, const char *type);

/* For a key {"ok", "why"} of what the other side says. bad: what it is if it is not ok. */
void xm_judge_finding(struct compare *c, const char *key, const char *here, const char *there, enum xm_verdict_kind bad, const char *advice);

/* --- rows: check-cpu.c, check-host.c, check-disk.c --- */

typedef void xm_row_fn(struct compare *c);
xm_row_fn xm_row_vendor, xm_row_features, xm_row_microcode, xm_row_leaves, xm_row_tsc, xm_row_vcpus, xm_row_pool,
    xm_row_pinning;
xm_row_fn xm_row_host, xm_row_xen, xm_row_xm, xm_row_type, xm_row_paging, xm_row_nested, xm_row_nomigrate, xm_row_passed,
    xm_row_memory, xm_row_numa, xm_row_clock, xm_row_store, xm_row_receive, xm_row_name, xm_row_uuid, xm_row_emulator;
xm_row_fn xm_row_disk_found, xm_row_disk_kind, xm_row_disk_access, xm_row_disk_storage, xm_row_disk_users,
    xm_row_disk_script, xm_row_disk_backend;
xm_row_fn xm_row_bridge, xm_row_vif_script, xm_row_mac, xm_row_vif_backend;
xm_row_fn xm_row_kernel, xm_row_ramdisk, xm_row_bootloader, xm_row_firmware, xm_row_model, xm_row_file;

#endif
