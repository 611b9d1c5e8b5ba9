/* Checks of disks: the same path, and behind it the same storage. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "host/machine.h"
#include "migrate/compare.h"

/* Does domain 0 know this disk by a path? Else a script, another domain, or nobody (an empty drive) does. */
static bool has_path(const struct compare *c)
{
    const char *path = xm_tree_text(c->item, "path");

    return path != NULL && *path == '/' && xm_tree_get(c->item, "backend") == NULL && xm_tree_get(c->item, "script") == NULL;
}

static bool is_found(const xm_json *facts)
{
    return xm_tree_flag(xm_tree_get(facts, "found"), "ok");
}

/* Of a disk that is not there, that it is not is enough said. */
static bool is_lost(const struct compare *c)
{
    return xm_tree_get(c->item_there, "found") != NULL && !is_found(c->item_there);
}

void xm_row_disk_found(struct compare *c)
{
    const char *path = xm_tree_text(c->item, "path");

    if (path == NULL)
        xm_judge(c, XM_VERDICT_PASS, "empty drive", NULL, NULL);
    else if (has_path(c))
        xm_judge_finding(c, "found", path, "there", XM_VERDICT_FAIL,
                      xm_tree_flag(c->item, "cdrom") ? "put the image there under the same path, or eject it first"
                                                : "give that host access to it under the same path");
}

/* "device, 1073741824 bytes, qcow2" */
static char *describe(const xm_json *facts)
{
    int64_t size = xm_tree_number(facts, "size", -1);
    const char *kind = xm_tree_text(facts, "kind"), *image = xm_tree_text(facts, "image");
    xm_autobuf text = XM_BUF_INIT;

    if (kind == NULL)
        return NULL;
    xm_buf_puts(&text, kind);
    if (size >= 0)
        xm_buf_printf(&text, ", %" PRId64 " bytes", size);
    if (image != NULL)
        xm_buf_printf(&text, ", %s", image);
    return xm_buf_take(&text);
}

static bool differ(const struct compare *c, const char *key)
{
    const char *here = xm_tree_text(c->item_here, key), *there = xm_tree_text(c->item_there, key);

    return here != NULL && there != NULL && strcmp(here, there) != 0;
}

void xm_row_disk_kind(struct compare *c)
{
    xm_autofree char *here = describe(c->item_here), *there = describe(c->item_there);
    int64_t size = xm_tree_number(c->item_here, "size", -1), other = xm_tree_number(c->item_there, "size", -1);

    if (!has_path(c) || is_lost(c))
        return;
    if (here == NULL || there == NULL || size < 0 || other < 0)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, there, "look there by hand");
    else if (differ(c, "kind") || strcmp(xm_tree_text(c->item_there, "kind"), "other") == 0)
        xm_judge(c, XM_VERDICT_FAIL, here, there, "that is another kind of thing: have the same one there");
    else if (differ(c, "image"))
        xm_judge(c, XM_VERDICT_FAIL, here, there, "that is an image of another format: have the same one there");
    else if (size != other)
        xm_judge(c, XM_VERDICT_FAIL, here, there, "that has another size: have the same one there (rescan a device that has grown)");
    else
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
}

void xm_row_disk_access(struct compare *c)
{
    const char *here = strcmp(xm_tree_text(c->item, "mode"), "r") == 0 ? "read" : "read and written";

    if (!has_path(c) || is_lost(c))
        return;
    if (xm_tree_get(c->item_there, "writable") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, NULL, "look there by hand");
    else if (strcmp(here, "read") == 0 || xm_tree_flag(c->item_there, "writable"))
        xm_judge(c, XM_VERDICT_PASS, here, xm_tree_flag(c->item_there, "writable") ? "can be written" : "can be read", NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, here, "can only be read", "let that host write to it (its mode, its mount, or the export)");
}

/* --- the same storage --- */

static const char *mark_in(const xm_json *facts, enum xm_mark mark)
{
    return xm_tree_text(xm_tree_get(facts, "marks"), xm_mark_name(mark));
}

/* One kernel says "naa.5000...", one udev "0x5000...": of the same name. */
static const char *bare(const char *wwn)
{
    if (strncmp(wwn, "naa.", 4) == 0 || strncmp(wwn, "eui.", 4) == 0)
        return wwn + 4;
    return strncmp(wwn, "0x", 2) == 0 ? wwn + 2 : wwn;
}

static bool same_mark(const struct compare *c, enum xm_mark mark)
{
    const char *here = mark_in(c->item_here, mark), *there = mark_in(c->item_there, mark);

    return here == NULL || there == NULL ? here == there : strcasecmp(bare(here), bare(there)) == 0;
}

/* The first of marks that both sides have; -1: none. */
static int common_mark(const struct compare *c, const enum xm_mark *marks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (mark_in(c->item_here, marks[i]) != NULL && mark_in(c->item_there, marks[i]) != NULL)
            return (int)marks[i];
    return -1;
}

static char *name_mark(const xm_json *facts, enum xm_mark mark)
{
    const char *part = mark_in(facts, XM_MARK_PARTITION), *file = xm_tree_text(facts, "file"), *text = mark_in(facts, mark);

    if (text == NULL)
        return NULL;
    if (mark == XM_MARK_FILESYSTEM || mark == XM_MARK_SOURCE)
        return xm_printf("%s %s, file %s", xm_mark_name(mark), text, file ? file : "?");
    return xm_printf("%s %s%s%s", xm_mark_name(mark), text, part ? ", partition " : "", part ? part : "");
}

#define OTHER_STORAGE "that is other storage under the same name: connect that host to the same one"

static void judge_device(struct compare *c)
{
    static const enum xm_mark marks[] = { XM_MARK_WWN, XM_MARK_DM, XM_MARK_MD, XM_MARK_SERIAL };
    int mark = common_mark(c, marks, XM_COUNT(marks));
    xm_autofree char *here = NULL, *there = NULL;

    if (mark < 0) {
        xm_judge(c, XM_VERDICT_UNKNOWN, NULL, NULL, "the device has no mark that both sides can see: make sure by hand that it is the same");
        return;
    }
    here = name_mark(c->item_here, (enum xm_mark)mark);
    there = name_mark(c->item_there, (enum xm_mark)mark);
    if (!same_mark(c, (enum xm_mark)mark) || !same_mark(c, XM_MARK_PARTITION))
        xm_judge(c, XM_VERDICT_FAIL, here, there, OTHER_STORAGE);
    else if (mark == XM_MARK_SERIAL)
        xm_judge(c, XM_VERDICT_WARN, here, there, "a serial number is its maker's word alone: make sure that it is the same");
    else
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
}

/* What was left beside the image here: was it seen there? */
static void judge_nonce(struct compare *c)
{
    bool same = !differ(c, "file");

    if (xm_tree_get(c->item_there, "nonce") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, NULL, NULL, "whether the directory is the same is not told: make sure by hand");
    else if (!xm_tree_flag(c->item_there, "nonce"))
        xm_judge(c, XM_VERDICT_FAIL, "a file left beside it", "is not seen there", "that directory is another one: share it between the hosts");
    else if (same)
        xm_judge(c, XM_VERDICT_PASS, "a file left beside it", "is seen there", NULL);
    else
        xm_judge(c, XM_VERDICT_WARN, xm_tree_text(c->item_here, "file"), xm_tree_text(c->item_there, "file"),
            "the directory is the same one, and the file in it has another number: make sure that it is the same");
}

static void judge_file(struct compare *c)
{
    static const enum xm_mark marks[] = { XM_MARK_FILESYSTEM, XM_MARK_SOURCE };
    int mark = common_mark(c, marks, XM_COUNT(marks));
    xm_autofree char *here = mark < 0 ? NULL : name_mark(c->item_here, (enum xm_mark)mark);
    xm_autofree char *there = mark < 0 ? NULL : name_mark(c->item_there, (enum xm_mark)mark);

    if (mark < 0 || xm_tree_get(c->item_here, "file") == NULL || xm_tree_get(c->item_there, "file") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, there, "nothing could be left beside it to be looked for there: make sure by hand that it is the same");
    else if (same_mark(c, (enum xm_mark)mark) && !differ(c, "file"))
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (mark == XM_MARK_SOURCE && !same_mark(c, XM_MARK_SOURCE))
        xm_judge(c, XM_VERDICT_UNKNOWN, here, there, "one server may have two names: make sure by hand that it is the same");
    else
        xm_judge(c, XM_VERDICT_FAIL, here, there, OTHER_STORAGE);
}

/* Of what nobody writes to, another copy will do. */
static bool judge_copy(struct compare *c)
{
    const char *here = xm_tree_text(c->item_here, "sample"), *there = xm_tree_text(c->item_there, "sample");
    int64_t size = xm_tree_number(c->item_here, "size", -1), other = xm_tree_number(c->item_there, "size", -1);

    if (!xm_tree_flag(c->item, "sample") || here == NULL || there == NULL)
        return false;
    if (size == other && strcmp(here, there) == 0)
        xm_judge(c, XM_VERDICT_PASS, "only read", "has the same in it, as far as was looked", NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, "only read", "has something else in it", "copy it there, or share it");
    return true;
}

/* Scripts whose words name the storage the same on every host. */
static bool is_worldwide(const char *script)
{
    static const char *const scripts[] = { "block-iscsi", "block-nbd", "block-enbd", "block-drbd", "block-drbd-probe", "block-npiv" };
    const char *base = strrchr(script, '/') ? strrchr(script, '/') + 1 : script;

    for (size_t i = 0; i < XM_COUNT(scripts); i++)
        if (strcmp(base, scripts[i]) == 0)
            return true;
    return false;
}

/* By a script's word, or a protocol's. */
static void judge_word(struct compare *c)
{
    const char *path = xm_tree_text(c->item, "path"), *script = xm_tree_text(c->item, "script");

    if (script == NULL || is_worldwide(script))
        xm_judge(c, XM_VERDICT_PASS, path, path, NULL);
    else
        xm_judge(c, XM_VERDICT_WARN, path, NULL, "only its script knows what that word means: make sure that it is the same there");
}

void xm_row_disk_storage(struct compare *c)
{
    if (xm_tree_text(c->item, "path") == NULL || is_lost(c))
        return;
    if (xm_tree_get(c->item, "backend") != NULL)
        xm_judge(c, XM_VERDICT_WARN, xm_tree_text(c->item, "path"), NULL, "only the domain that serves it knows what it is: make sure that it is the same there");
    else if (!has_path(c))
        judge_word(c);
    else if (!is_found(c->item_here) || !is_found(c->item_there))
        xm_judge(c, XM_VERDICT_UNKNOWN, NULL, NULL, "make sure by hand that it is the same");
    else if (differ(c, "kind"))
        xm_judge(c, XM_VERDICT_FAIL, xm_tree_text(c->item_here, "kind"), xm_tree_text(c->item_there, "kind"), OTHER_STORAGE);
    else if (judge_copy(c))
        return;
    else if (strcmp(xm_tree_text(c->item_here, "kind") ? xm_tree_text(c->item_here, "kind") : "", "device") == 0)
        judge_device(c);
    else if (xm_tree_flag(c->item, "nonce"))
        judge_nonce(c);
    else
        judge_file(c);
}

/* --- who has it, who serves it --- */

static char *join(const xm_json *texts)
{
    struct xm_buf text = XM_BUF_INIT;

    for (size_t i = 0; i < texts->count; i++)
        xm_buf_printf(&text, "%s%s", i ? ", " : "", xm_json_str(texts->items[i]));
    return xm_buf_take(&text);
}

static void judge_users(struct compare *c, const char *key, const char *here, const char *advice)
{
    xm_autofree char *users = join(xm_tree_list(c->item_there, key));

    if (xm_tree_get(c->item_there, key) == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, NULL, "look there by hand");
    else if (*users == '\0')
        xm_judge(c, XM_VERDICT_PASS, here, "free", NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, here, users, advice);
}

void xm_row_disk_users(struct compare *c)
{
    if (has_path(c) && !is_lost(c))
        judge_users(c, "users", xm_tree_text(c->item, "path"), "it is in use there: end that use first, or neither's data is safe");
}

void xm_row_disk_script(struct compare *c)
{
    const char *script = xm_tree_text(c->item, "script");

    if (script != NULL && xm_tree_get(c->item, "backend") == NULL)
        xm_judge_finding(c, "script", script, "there", XM_VERDICT_FAIL, "put the script there, in /etc/xen/scripts");
}

static void judge_backend(struct compare *c)
{
    const char *backend = xm_tree_text(c->item, "backend");

    if (backend != NULL)
        xm_judge_finding(c, "backend", backend, "there", XM_VERDICT_FAIL, "have a domain of that name there to serve it, and name it in the configuration");
}

void xm_row_disk_backend(struct compare *c)
{
    judge_backend(c);
}

/* --- vifs --- */

void xm_row_bridge(struct compare *c)
{
    const char *here = xm_tree_text(c->item_here, "bridge_name"), *there = xm_tree_text(c->item_there, "bridge_name");

    /* A script of another kind has no use for one, and says of none. */
    if (xm_tree_get(c->item, "backend") == NULL
        && (xm_tree_get(c->item_here, "bridge") != NULL || xm_tree_get(c->item_there, "bridge") != NULL))
        xm_judge_finding(c, "bridge", here ? here : xm_tree_text(c->item, "bridge"), there, XM_VERDICT_FAIL, "make that bridge there (ip link add NAME type bridge)");
}

void xm_row_vif_script(struct compare *c)
{
    const char *here = xm_tree_text(c->item_here, "script_name"), *there = xm_tree_text(c->item_there, "script_name");

    if (xm_tree_get(c->item, "backend") == NULL)
        xm_judge_finding(c, "script", here ? here : xm_tree_text(c->item, "script"), there, XM_VERDICT_FAIL, "put the script there, in /etc/xen/scripts");
}

void xm_row_mac(struct compare *c)
{
    const char *mac = xm_tree_text(c->item, "mac");

    if (mac != NULL)
        judge_users(c, "mac_users", mac, "two guests with one address disturb each other: give one of them another");
}

void xm_row_vif_backend(struct compare *c)
{
    judge_backend(c);
}

/* --- what it boots from --- */

static void judge_thing(struct compare *c, const char *kind, const char *advice)
{
    const char *name = xm_tree_text(c->item, "name");
    bool later = xm_tree_flag(c->item, "later");
    xm_autofree char *when = xm_printf("it runs on without, and cannot be started again there: %s", advice);

    if (strcmp(xm_tree_text(c->item, "kind"), kind) != 0)
        return;
    if (c->item_there == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, name, NULL, "look there by hand");
    else if (xm_tree_flag(c->item_there, "ok"))
        xm_judge(c, XM_VERDICT_PASS, name, "there", NULL);
    else
        xm_judge(c, later ? XM_VERDICT_WARN : XM_VERDICT_FAIL, name, xm_tree_text(c->item_there, "why"), later ? when : advice);
}

void xm_row_kernel(struct compare *c)
{
    judge_thing(c, "kernel", "copy it there");
}

void xm_row_ramdisk(struct compare *c)
{
    judge_thing(c, "ramdisk", "copy it there");
}

void xm_row_bootloader(struct compare *c)
{
    judge_thing(c, "bootloader", "install it there");
}

void xm_row_firmware(struct compare *c)
{
    judge_thing(c, "firmware", "install it there");
}

void xm_row_model(struct compare *c)
{
    judge_thing(c, "emulator", "install it there");
}

void xm_row_file(struct compare *c)
{
    judge_thing(c, "file", "copy it there");
}
