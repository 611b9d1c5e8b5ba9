#include "migrate/check.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "migrate/compare.h"

enum scope { OF_GUEST, OF_DISK, OF_NIC, OF_THING };

static const struct row { const char *check; enum scope scope; xm_row_fn *run; } rows[] = {
    { "host", OF_GUEST, xm_row_host },
    { "receive", OF_GUEST, xm_row_receive },
    { "xen", OF_GUEST, xm_row_xen },
    { "xm", OF_GUEST, xm_row_xm },
    { "type", OF_GUEST, xm_row_type },
    { "paging", OF_GUEST, xm_row_paging },
    { "nested", OF_GUEST, xm_row_nested },
    { "nomigrate", OF_GUEST, xm_row_nomigrate },
    { "pass-through", OF_GUEST, xm_row_passed },
    { "name", OF_GUEST, xm_row_name },
    { "uuid", OF_GUEST, xm_row_uuid },
    { "cpu-vendor", OF_GUEST, xm_row_vendor },
    { "cpu-features", OF_GUEST, xm_row_features },
    { "cpu-microcode", OF_GUEST, xm_row_microcode },
    { "cpu-leaves", OF_GUEST, xm_row_leaves },
    { "tsc", OF_GUEST, xm_row_tsc },
    { "vcpus", OF_GUEST, xm_row_vcpus },
    { "pool", OF_GUEST, xm_row_pool },
    { "pinning", OF_GUEST, xm_row_pinning },
    { "memory", OF_GUEST, xm_row_memory },
    { "numa", OF_GUEST, xm_row_numa },
    { "disk", OF_DISK, xm_row_disk_found },
    { "disk-kind", OF_DISK, xm_row_disk_kind },
    { "disk-access", OF_DISK, xm_row_disk_access },
    { "disk-storage", OF_DISK, xm_row_disk_storage },
    { "disk-use", OF_DISK, xm_row_disk_users },
    { "disk-script", OF_DISK, xm_row_disk_script },
    { "disk-backend", OF_DISK, xm_row_disk_backend },
    { "bridge", OF_NIC, xm_row_bridge },
    { "vif-script", OF_NIC, xm_row_vif_script },
    { "mac", OF_NIC, xm_row_mac },
    { "vif-backend", OF_NIC, xm_row_vif_backend },
    { "kernel", OF_THING, xm_row_kernel },
    { "ramdisk", OF_THING, xm_row_ramdisk },
    { "bootloader", OF_THING, xm_row_bootloader },
    { "firmware", OF_THING, xm_row_firmware },
    { "device-model", OF_THING, xm_row_model },
    { "boot-file", OF_THING, xm_row_file },
    { "device-model-version", OF_GUEST, xm_row_emulator },
    { "clock", OF_GUEST, xm_row_clock },
    { "store", OF_GUEST, xm_row_store },
};

static const char *const words[] = { "pass", "warn", "fail", "unknown" };

const char *xm_verdict_word(enum xm_verdict_kind kind)
{
    return words[kind];
}

const char *xm_check_name(size_t index)
{
    return index < XM_COUNT(rows) ? rows[index].check : NULL;
}

bool xm_check_exists(const char *name)
{
    for (size_t i = 0; i < XM_COUNT(rows); i++)
        if (strcmp(rows[i].check, name) == 0)
            return true;
    return false;
}

void xm_verdicts_free(xm_verdicts *verdicts)
{
    if (verdicts == NULL)
        return;
    for (size_t i = 0; i < verdicts->count; i++) {
        free(verdicts->items[i].item);
        free(verdicts->items[i].here);
        free(verdicts->items[i].there);
        free(verdicts->items[i].advice);
    }
    free(verdicts->items);
    free(verdicts);
}

size_t xm_verdicts_count(const xm_verdicts *verdicts, enum xm_verdict_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < verdicts->count; i++)
        count += verdicts->items[i].kind == kind;
    return count;
}

/* --- for the rows --- */

/* The text may be another machine's. */
static char *plain(const char *text)
{
    xm_autobuf copy = XM_BUF_INIT;

    if (text == NULL)
        return NULL;
    xm_buf_plain(&copy, text, SIZE_MAX, '?');
    return xm_buf_take(&copy);
}

void xm_judge(struct compare *c, enum xm_verdict_kind kind, const char *here, const char *there, const char *advice)
{
    struct xm_verdict *verdict;

    XM_GROW_COUNTED(c->verdicts->items, c->verdicts->count);
    verdict = &c->verdicts->items[c->verdicts->count++];
    *verdict = (struct xm_verdict){ .check = c->check, .kind = kind, .item = plain(c->label), .here = plain(here),
                                    .there = plain(there), .advice = plain(advice) };
}

bool xm_lives(const struct compare *c)
{
    const char *state = xm_tree_text(c->ask, "state");

    return strcmp(state, "running") == 0 || strcmp(state, "suspended") == 0;
}

bool xm_is_type(const struct compare *c, const char *type)
{
    return strcmp(xm_tree_text(c->ask, "type"), type) == 0;
}

void xm_judge_finding(struct compare *c, const char *key, const char *here, const char *there, enum xm_verdict_kind bad, const char *advice)
{
    const xm_json *finding = c->item != NULL ? c->item_there : c->there;
    const char *why;

    finding = xm_tree_get(finding, key);
    why = xm_tree_text(finding, "why");
    if (finding == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, NULL, "look there by hand");
    else if (xm_tree_flag(finding, "ok"))
        xm_judge(c, XM_VERDICT_PASS, here, why ? why : there, NULL);
    else
        xm_judge(c, bad, here, why ? why : "no", advice);
}

/* --- each row on each of its items --- */

static const char *const lists[] = { [OF_DISK] = "disks", [OF_NIC] = "nics", [OF_THING] = "things" };
static const char *const labels[] = { [OF_DISK] = "vdev", [OF_NIC] = "mac", [OF_THING] = "name" };

static const xm_json *item_of(const xm_json *facts, const char *list, size_t index)
{
    const xm_json *items = xm_tree_list(facts, list);

    return index < items->count ? items->items[index] : NULL;
}

static void run_on_each(struct compare *c, const struct row *row)
{
    const xm_json *items = xm_tree_list(c->ask, lists[row->scope]);

    for (size_t i = 0; i < items->count; i++) {
        xm_autofree char *number = xm_printf("%zu", i);

        c->item = items->items[i];
        c->item_here = item_of(c->here, lists[row->scope], i);
        c->item_there = item_of(c->there, lists[row->scope], i);
        c->label = xm_tree_text(c->item, labels[row->scope]) ? xm_tree_text(c->item, labels[row->scope]) : number;
        row->run(c);
    }
    c->item = c->item_here = c->item_there = NULL;
    c->label = NULL;
}

xm_verdicts *xm_migrate_check(const xm_json *ask, const xm_json *here, const xm_json *there)
{
    struct compare c = { .ask = ask, .here = here, .there = there, .verdicts = xm_new0(xm_verdicts, 1) };

    for (size_t i = 0; i < XM_COUNT(rows); i++) {
        c.check = rows[i].check;
        if (rows[i].scope == OF_GUEST)
            rows[i].run(&c);
        else
            run_on_each(&c, &rows[i]);
    }
    return c.verdicts;
}
