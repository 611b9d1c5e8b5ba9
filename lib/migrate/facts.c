/* What this host says to an ask. */
#include "migrate/facts.h"

#include <config.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/machine.h"
#include "migrate/cpus.h"
#include "migrate/tree.h"

struct answer {
    const struct xm_guests *guests;
    const xm_json *ask;
    xm_json *facts;
    xm_holders *holders;        /* without the guest itself; NULL: they cannot be told */
    struct xm_host_file **files;        /* of each holder, parallel to its disks; ino and dev 0: unknown */
};

/* {"ok": true}, or false and why; why may be said of what is fine, too. */
static void set_finding(xm_json *object, const char *key, bool ok, const char *why)
{
    xm_json *finding = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *some = xm_strndup(why ? why : "", 2048);

    xm_json_set(finding, "ok", xm_json_new_bool(ok));
    xm_tree_set_text(finding, "why", some);
    if (key != NULL)
        xm_json_set(object, key, finding);
    else
        xm_json_add(object, finding);
}

/* Takes why. */
static void set_failure(xm_json *object, const char *key, xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);

    set_finding(object, key, false, text);
    xm_error_free(why);
}

static void set_need(struct answer *a, xm_json *object, const char *key, enum xm_need need, const char *name)
{
    xm_error *why = NULL;

    if (xm_host_need(a->guests->host, need, name, &why) == 0)
        set_finding(object, key, true, NULL);
    else
        set_failure(object, key, why);
}

/* --- the machine --- */

static void tell_machine(struct answer *a)
{
    XM_AUTO(xm_machine) *machine = NULL;
    xm_autofree char *model = NULL;

    if (xm_host_machine(a->guests->host, &machine, NULL) < 0)
        return;
    xm_tree_set_text(a->facts, "machine", machine->id);
    xm_tree_set_text(a->facts, "boot", machine->boot);
    xm_tree_set_number(a->facts, "now_ms", (uint64_t)machine->now_ms);
    xm_tree_set_text(a->facts, "vendor", machine->vendor);
    model = xm_printf("family %u model %u stepping %u", machine->family, machine->model, machine->stepping);
    if (machine->vendor != NULL)
        xm_tree_set_text(a->facts, "model", model);
    if (machine->microcode > 0)
        xm_tree_set_number(a->facts, "microcode", machine->microcode);
    if (machine->tsc_khz > 0)
        xm_tree_set_number(a->facts, "tsc_khz", machine->tsc_khz);
    xm_tree_set_text(a->facts, "emulator", machine->emulator);
    if (machine->pv.count > 0)
        xm_json_set(a->facts, "pv", xm_tree_of_features(&machine->pv));
    if (machine->hvm.count > 0)
        xm_json_set(a->facts, "hvm", xm_tree_of_features(&machine->hvm));
}

#define WORDS_MAX 64                    /* as in its shape */

static xm_json *words_json(const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    xm_json *words = xm_json_new(XM_JSON_ARRAY);
    char *save = NULL;

    for (char *word = strtok_r(copy, " \t\n", &save); word != NULL && words->count < WORDS_MAX; word = strtok_r(NULL, " \t\n", &save))
        xm_json_add(words, xm_json_new_str(word));
    return words;
}

static void tell_nodes(struct answer *a, const xm_host_info *info)
{
    xm_json *nodes = xm_json_new(XM_JSON_ARRAY);

    for (unsigned i = 0; info->nodes != NULL && i < info->nr_nodes; i++) {
        xm_json *node = xm_json_new(XM_JSON_OBJECT);

        xm_tree_set_number(node, "size_mib", info->nodes[i].size_mib);
        xm_tree_set_number(node, "free_mib", info->nodes[i].free_mib);
        xm_json_add(nodes, node);
    }
    xm_json_set(a->facts, "nodes", nodes);
}

static int tell_info(struct answer *a, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;

    if (xm_host_info_get(a->guests->host, true, &info, err) < 0)
        return -1;
    xm_tree_set_text(a->facts, "host", info->hostname);
    xm_tree_set_number(a->facts, "xen_major", info->xen_major);
    xm_tree_set_number(a->facts, "xen_minor", info->xen_minor);
    xm_tree_set_number(a->facts, "cpus", info->nr_cpus);
    xm_tree_set_number(a->facts, "total_kib", info->total_mib * 1024);
    xm_json_set(a->facts, "virt", words_json(info->virt_caps));
    tell_nodes(a, info);
    return 0;
}

static void tell_pools(struct answer *a)
{
    XM_AUTO(xm_pools) *pools = NULL;
    xm_json *list;

    if (xm_host_pools(a->guests->host, &pools, NULL) < 0)
        return;
    list = xm_json_new(XM_JSON_ARRAY);
    for (size_t i = 0; i < pools->count; i++) {
        xm_autofree char *cpus = xm_cpus_format(&pools->items[i].cpus);
        xm_json *pool = xm_json_new(XM_JSON_OBJECT);

        xm_json_set(pool, "name", xm_json_new_str(pools->items[i].name));
        xm_tree_set_number(pool, "id", pools->items[i].id);
        xm_json_set(pool, "cpus", xm_json_new_str(cpus));
        xm_json_add(list, pool);
    }
    xm_json_set(a->facts, "pools", list);
}

static void tell_memory(struct answer *a)
{
    struct xm_room room;

    if (xm_host_free(a->guests->host, &room, NULL) < 0)
        return;
    xm_tree_set_number(a->facts, "free_kib", room.free_kib);
    xm_tree_set_number(a->facts, "dom0_kib", room.dom0_kib);
}

static void tell_store(struct answer *a)
{
    const char *dir = xm_host_conf(a->guests->host)->state_dir;
    xm_autofree char *why = xm_printf("%s cannot be written to", dir);
    uint64_t kib;

    if (xm_host_space(a->guests->host, dir, &kib, NULL) == 0)
        xm_tree_set_number(a->facts, "store_kib", kib);
    /* Whoever may not write there may make no guest. */
    if (access(dir, W_OK) == 0 || errno == ENOENT)
        set_finding(a->facts, "receive", true, NULL);
    else
        set_finding(a->facts, "receive", false, why);
}

/* --- who it is --- */

static bool is_live(const struct xm_guest *guest)
{
    return guest->domid != XM_DOMID_NONE && !guest->domain.dying;
}

static void meet(struct answer *a, const struct xm_guest *other)
{
    const char *name = xm_tree_text(a->ask, "name"), *uuid = xm_tree_text(a->ask, "uuid");
    bool same = strcmp(other->uuid, uuid) == 0;
    xm_autofree char *who = xm_printf("a guest that %s has it, %s", is_live(other) ? "runs" : "is stored", same ? other->name : other->uuid);

    if (other->domid != XM_DOMID_NONE && other->domain.dying)
        return;
    if (!same && other->name != NULL && strcmp(other->name, name) == 0)
        set_finding(a->facts, "name_free", false, who);
    if (!same)
        return;
    if (is_live(other) || other->state.phase == XM_PHASE_SUSPENDED)
        set_finding(a->facts, "uuid_free", false, who);
    else
        set_finding(a->facts, "uuid_free", true, "its definition is stored there already, and will be replaced");
}

static int tell_identity(struct answer *a, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    if (xm_guest_list_load(a->guests, XM_WANT_NAME, &list, err) < 0)
        return -1;
    set_finding(a->facts, "name_free", true, NULL);
    set_finding(a->facts, "uuid_free", true, NULL);
    for (size_t i = 0; i < list->count; i++)
        meet(a, &list->items[i]);
    return 0;
}

/* --- who holds what --- */

static void look_at_holders(struct answer *a)
{
    if (xm_host_holders(a->guests->host, &a->holders, NULL) < 0)
        return;
    a->files = xm_new0(struct xm_host_file *, a->holders->count + 1);
    for (size_t i = 0; i < a->holders->count; i++) {
        const struct xm_holder *holder = &a->holders->items[i];

        a->files[i] = xm_new0(struct xm_host_file, holder->disk_count + 1);
        for (size_t j = 0; j < holder->disk_count; j++)
            if (holder->disks[j].script == NULL)
                (void)xm_host_file(a->guests->host, holder->disks[j].path, false, &a->files[i][j], NULL);  /* zeroes: unknown */
    }
}

static void forget_holders(struct answer *a)
{
    for (size_t i = 0; a->files != NULL && i < a->holders->count; i++)
        free(a->files[i]);
    free(a->files);
    xm_holders_free(a->holders);
}

static bool is_self(const struct answer *a, const struct xm_holder *holder)
{
    return holder->domid == 0 || strcmp(holder->uuid, xm_tree_text(a->ask, "uuid")) == 0;
}

static void add_user(xm_json *users, const struct xm_holder *holder)
{
    xm_autofree char *text = xm_printf("guest %s", holder->name ? holder->name : holder->uuid);

    if (users->count < 16)
        xm_json_add(users, xm_json_new_str(text));
}

static void tell_disk_users(struct answer *a, const struct xm_host_file *file, char mode, xm_json *fact)
{
    xm_json *users;

    if (a->holders == NULL)
        return;
    users = xm_json_new(XM_JSON_ARRAY);
    for (size_t i = 0; i < a->holders->count; i++) {
        const struct xm_holder *holder = &a->holders->items[i];

        for (size_t j = 0; !is_self(a, holder) && j < holder->disk_count; j++) {
            const struct xm_host_file *held = &a->files[i][j];

            if ((held->dev != 0 || held->ino != 0) && held->dev == file->dev && held->ino == file->ino
                && xm_disk_modes_clash(mode, holder->disks[j].mode))
                add_user(users, holder);
        }
    }
    if (file->mounted && xm_disk_modes_clash(mode, file->mounted))
        xm_json_add(users, xm_json_new_str("domain 0, which has it mounted"));
    xm_json_set(fact, "users", users);
}

static void tell_mac_users(struct answer *a, const char *text, xm_json *fact)
{
    unsigned char mac[6];
    xm_json *users;

    if (a->holders == NULL || text == NULL || sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
                                                      &mac[4], &mac[5]) != 6)
        return;
    users = xm_json_new(XM_JSON_ARRAY);
    for (size_t i = 0; i < a->holders->count; i++)
        for (size_t j = 0; !is_self(a, &a->holders->items[i]) && j < a->holders->items[i].nic_count; j++)
            if (memcmp(a->holders->items[i].nics[j].mac, mac, sizeof(mac)) == 0)
                add_user(users, &a->holders->items[i]);
    xm_json_set(fact, "mac_users", users);
}

/* --- disks --- */

static void tell_backend(struct answer *a, const char *backend, xm_json *fact)
{
    uint32_t domid;
    xm_error *why = NULL;

    if (backend[strspn(backend, "0123456789")] == '\0')
        set_finding(fact, "backend", false, "a domain's number is another one's on another host");
    else if (xm_host_find(a->guests->host, backend, &domid, &why) == 0)
        set_finding(fact, "backend", true, NULL);
    else
        set_failure(fact, "backend", why);
}

static void tell_marks(const xm_storage *storage, xm_json *fact)
{
    xm_json *marks = xm_json_new(XM_JSON_OBJECT);

    for (enum xm_mark mark = 0; mark < XM_MARK_COUNT; mark++)
        xm_tree_set_text(marks, xm_mark_name(mark), storage->marks[mark]);
    xm_json_set(fact, "marks", marks);
}

static void tell_storage(struct answer *a, const xm_json *disk, const xm_storage *storage, xm_json *fact)
{
    static const char *const kinds[] = { [XM_FILE_REGULAR] = "file", [XM_FILE_BLOCK] = "device", [XM_FILE_OTHER] = "other" };
    const char *path = xm_tree_text(disk, "path"), *nonce = xm_tree_text(a->ask, "nonce");
    xm_autofree char *ino = xm_printf("%" PRIu64, storage->ino);
    struct xm_host_file file;

    xm_json_set(fact, "kind", xm_json_new_str(kinds[storage->type]));
    xm_tree_set_number(fact, "size", storage->size);
    xm_json_set(fact, "writable", xm_json_new_bool(storage->writable));
    if (storage->type == XM_FILE_REGULAR)
        xm_tree_set_text(fact, "file", ino);
    tell_marks(storage, fact);
    xm_tree_set_text(fact, "sample", storage->sample);
    if (nonce != NULL && xm_json_get(disk, "nonce", NULL) != NULL)
        xm_json_set(fact, "nonce", xm_json_new_bool(xm_host_nonce(a->guests->host, path, nonce, XM_NONCE_LOOK, NULL) == 0));
    if (xm_host_file(a->guests->host, path, true, &file, NULL) < 0)
        return;
    xm_tree_set_text(fact, "image", xm_host_file_format(&file));
    tell_disk_users(a, &file, *xm_tree_text(disk, "mode"), fact);
}

static void tell_disk(struct answer *a, const xm_json *disk, xm_json *facts)
{
    const char *path = xm_tree_text(disk, "path"), *script = xm_tree_text(disk, "script"), *backend = xm_tree_text(disk, "backend");
    const xm_json *sample = xm_json_get(disk, "sample", NULL);
    xm_json *fact = xm_json_new(XM_JSON_OBJECT);
    XM_AUTO(xm_storage) *storage = NULL;
    xm_error *why = NULL;

    xm_json_add(facts, fact);
    if (backend != NULL) {
        tell_backend(a, backend, fact);
        return;                 /* that one has it, and alone knows where */
    }
    if (script != NULL)
        set_need(a, fact, "script", XM_NEED_SCRIPT, script);
    if (path == NULL || *path != '/')
        return;
    if (xm_host_storage(a->guests->host, path, sample != NULL && sample->i != 0, &storage, &why) < 0) {
        set_failure(fact, "found", why);
        return;
    }
    set_finding(fact, "found", true, NULL);
    tell_storage(a, disk, storage, fact);
}

/* --- nics --- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void tell_nic(struct answer *a, const xm_json *nic, xm_json *facts)
{
    const xm_conf *conf = xm_host_conf(a->guests->host);
    const char *script = xm_tree_text(nic, "script"), *bridge = xm_tree_text(nic, "bridge"), *backend = xm_tree_text(nic, "backend");
    xm_json *fact = xm_json_new(XM_JSON_OBJECT);

    xm_json_add(facts, fact);
    tell_mac_users(a, xm_tree_text(nic, "mac"), fact);
    if (backend != NULL) {
        tell_backend(a, backend, fact);
        return;
    }
    if (script == NULL)
        script = conf->vif_script ? conf->vif_script : XM_HOST_VIF_SCRIPT;
    if (bridge == NULL)
        bridge = conf->vif_bridge ? conf->vif_bridge : XM_HOST_BRIDGE;
    xm_tree_set_text(fact, "script_name", script);
    set_need(a, fact, "script", XM_NEED_SCRIPT, script);
    if (strcmp(base_of(script), XM_HOST_VIF_SCRIPT) != 0)
        return;                 /* others have their own idea of a bridge */
    xm_tree_set_text(fact, "bridge_name", bridge);
    set_need(a, fact, "bridge", XM_NEED_BRIDGE, bridge);
}

/* --- things --- */

static void tell_thing(struct answer *a, const xm_json *thing, xm_json *facts)
{
    static const struct { const char *kind; enum xm_need need; } kinds[] = {
        { "bootloader", XM_NEED_BOOTLOADER }, { "firmware", XM_NEED_FIRMWARE }, { "emulator", XM_NEED_EMULATOR },
    };
    const char *kind = xm_tree_text(thing, "kind"), *name = xm_tree_text(thing, "name");
    struct xm_host_file file;
    xm_error *why = NULL;

    for (size_t i = 0; i < XM_COUNT(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        set_need(a, facts, NULL, kinds[i].need, name);
        return;
    }
    if (xm_host_file(a->guests->host, name, false, &file, &why) < 0)
        set_failure(facts, NULL, why);
    else
        set_finding(facts, NULL, file.type != XM_FILE_OTHER, file.type != XM_FILE_OTHER ? NULL : "it is no file");
}

static void tell_each(struct answer *a, const char *key, void (*tell)(struct answer *a, const xm_json *item, xm_json *facts))
{
    const xm_json *list = xm_tree_list(a->ask, key);
    xm_json *facts = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < list->count; i++)
        tell(a, list->items[i], facts);
    xm_json_set(a->facts, key, facts);
}

int xm_facts_answer(const struct xm_guests *guests, const xm_json *ask, xm_json **ret_facts, xm_error **err)
{
    XM_AUTO(xm_json) *facts = xm_json_new(XM_JSON_OBJECT);
    struct answer a = { .guests = guests, .ask = ask, .facts = facts };

    if (xm_ask_check(ask, err) < 0)
        return -1;
    xm_json_set(facts, "version", xm_json_new_int(1));
    xm_json_set(facts, "xm", xm_json_new_str(PACKAGE_VERSION));
    if (tell_info(&a, err) < 0 || tell_identity(&a, err) < 0)
        return -1;
    tell_machine(&a);
    tell_pools(&a);
    tell_memory(&a);
    tell_store(&a);
    look_at_holders(&a);
    tell_each(&a, "disks", tell_disk);
    tell_each(&a, "nics", tell_nic);
    tell_each(&a, "things", tell_thing);
    forget_holders(&a);
    *ret_facts = XM_TAKE(facts);
    return 0;
}

/* --- a host that only stock xl speaks for --- */

/* "key   : value" */
static char *line_value(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *rest = line + len;

        if (strncmp(line, key, len) != 0)
            continue;
        rest += strspn(rest, " \t");
        if (*rest != ':')
            continue;
        rest += 1 + strspn(rest + 1, " \t");
        return xm_strndup(rest, strcspn(rest, "\n") < 1024 ? strcspn(rest, "\n") : 1024);
    }
    return NULL;
}

static void take_number(xm_json *facts, const char *key, const char *info, const char *name, uint64_t times)
{
    xm_autofree char *value = line_value(info, name);
    size_t digits = value ? strspn(value, "0123456789") : 0;

    if (digits > 0 && digits < 12 && value[digits + strspn(value + digits, " ")] == '\0')
        xm_tree_set_number(facts, key, strtoull(value, NULL, 10) * times);
}

/* Is there a line whose first word is name; and one that has uuid? */
static void take_names(xm_json *facts, const char *list, const xm_json *ask)
{
    const char *name = xm_tree_text(ask, "name"), *uuid = xm_tree_text(ask, "uuid");
    size_t len = strlen(name);
    bool taken = false;

    for (const char *line = list; line != NULL && *line != '\0'; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        taken = taken || (len > 0 && strncmp(line, name, len) == 0 && line[len] == ' ');
    set_finding(facts, "name_free", !taken, taken ? "a guest that runs has it" : NULL);
    taken = strlen(uuid) == 36 && strcasestr(list, uuid) != NULL;
    set_finding(facts, "uuid_free", !taken, taken ? "a guest that runs has it" : NULL);
}

xm_json *xm_facts_of_xl(const char *info, const char *list, const xm_json *ask)
{
    xm_json *facts = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *host = info ? line_value(info, "host") : NULL, *virt = info ? line_value(info, "virt_caps") : NULL;

    xm_json_set(facts, "version", xm_json_new_int(1));
    if (info != NULL) {
        xm_tree_set_text(facts, "host", host);
        take_number(facts, "xen_major", info, "xen_major", 1);
        take_number(facts, "xen_minor", info, "xen_minor", 1);
        take_number(facts, "cpus", info, "nr_cpus", 1);
        take_number(facts, "free_kib", info, "free_memory", 1024);
        take_number(facts, "total_kib", info, "total_memory", 1024);
    }
    if (virt != NULL)
        xm_json_set(facts, "virt", words_json(virt));
    if (list != NULL && strncmp(list, "Name ", 5) == 0)
        take_names(facts, list, ask);
    return facts;
}
