/* A document as a plain file that means the same to xm and to stock xl. Nothing is taken on
 * trust: what is made is bound in both dialects and held against what the document means; where
 * they differ, the subject at hand is said anew, out of libxl's own structs, and what then still
 * differs is an error. So a new key that both dialects read alike needs no line here. */
#include "bind/plain.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "bind/config.h"
#include "bind/keys.h"
#include "convert/cfg.h"
#include "convert/json.h"

/* Any fixed one: without, each binding would make up its own and none would be the same. */
#define SOME_UUID "5f1d8a52-0d9c-4a3c-8b6e-2c2f1f3f7a10"

/* --- the document's keys, in the table's order --- */

static bool says_nothing(const struct xm_plain *plain, const xm_node *node)
{
    if (node == NULL || node->type == XM_NODE_NONE)
        return true;
    if (xm_doc_dialect(plain->from) != XM_DIALECT_XM)
        return false;
    return (node->type == XM_NODE_STR && !*node->str)
        || ((node->type == XM_NODE_LIST || node->type == XM_NODE_DICT) && node->count == 0);
}

/* A number in a string, as from's dialect reads it: 010 is ten to xm and eight to xl. */
static xm_node *as_number(const struct xm_plain *plain, const xm_node *node)
{
    bool hex = node->type == XM_NODE_STR && strncasecmp(node->str, "0x", 2) == 0;
    long long value;
    char *end;

    if (node->type == XM_NODE_INT)
        return xm_node_new_int(node->i, node->place);
    if (node->type != XM_NODE_STR || *node->str == '\0')
        return xm_node_copy(node);
    errno = 0;
    value = strtoll(node->str, &end, xm_doc_dialect(plain->from) == XM_DIALECT_XM && !hex ? 10 : 0);
    end += strspn(end, " \t\n");
    return *end != '\0' || errno != 0 ? xm_node_copy(node) : xm_node_new_int(value, node->place);
}

static void copy_keys(struct xm_plain *plain, unsigned guest)
{
    for (const struct xm_key *key = xm_keys; key->name; key++) {
        const xm_node *node = xm_doc_get(plain->from, key->name);

        if (!(key->guests & (guest | XM_ANYWAY)) || key->gone != NULL || says_nothing(plain, node))
            continue;
        if (key->kind == XM_KIND_INT || key->kind == XM_KIND_BOOL)
            xm_doc_set(plain->doc, key->name, as_number(plain, node));
        else
            xm_doc_set(plain->doc, key->name, xm_node_copy(node));
    }
}

/* --- what a document means --- */

/* Stock xl reads no key that was only xm's. */
static void drop_xm_keys(xm_doc *doc)
{
    for (const struct xm_key *key = xm_keys; key->name; key++)
        if (key->dialects == XM_IN_XM)
            xm_doc_remove(doc, key->name);
}

/* A copy of doc for a dialect, ready to be compared. */
static xm_doc *copy_for(const xm_doc *doc, enum xm_dialect dialect)
{
    xm_doc *copy = xm_doc_new(dialect, xm_doc_file(doc));
    const char *genid = xm_doc_get_str(doc, "ms_vm_genid");

    for (size_t i = 0; i < xm_doc_count(doc); i++)
        xm_doc_set(copy, xm_doc_key(doc, i), xm_node_copy(xm_doc_value(doc, i)));
    if (xm_doc_get(copy, "uuid") == NULL)
        xm_doc_set_str(copy, "uuid", SOME_UUID);
    if (genid != NULL && strcmp(genid, "generate") == 0)
        xm_doc_remove(copy, "ms_vm_genid");     /* random, too */
    return copy;
}

static xm_json *json_of(const libxl_domain_config *cfg)
{
    xm_autofree char *text = xm_bind_json(cfg);
    xm_json *json = NULL;

    if (text == NULL || xm_json_parse(text, strlen(text), &json, NULL) < 0)
        json = xm_json_new(XM_JSON_OBJECT);     /* differs from everything */
    return json;
}

/* What doc means to dialect; NULL if it is refused, with the reason. */
static xm_json *meaning(const xm_doc *doc, enum xm_dialect dialect, xm_error **err)
{
    XM_AUTO(xm_doc) *copy = copy_for(doc, dialect);
    libxl_domain_config cfg;
    xm_json *json = NULL;

    if (dialect == XM_DIALECT_XL)
        drop_xm_keys(copy);
    libxl_domain_config_init(&cfg);
    if (xm_bind(copy, NULL, &cfg, err) == 0)
        json = json_of(&cfg);
    libxl_domain_config_dispose(&cfg);
    return json;
}

/* --- where two meanings differ --- */

struct differences {
    xm_node *paths;             /* a list of strings, each once */
};

static void note_path(struct differences *found, const char *path)
{
    for (size_t i = 0; i < found->paths->count; i++)
        if (strcmp(found->paths->items[i]->str, path) == 0)
            return;
    xm_node_add(found->paths, xm_node_new_str(path, (struct xm_place){ 0, 0 }));
}

static const xm_json *member(const xm_json *object, const char *key)
{
    return object != NULL && object->type == XM_JSON_OBJECT ? xm_json_get(object, key, NULL) : NULL;
}

static bool same_json(const xm_json *a, const xm_json *b)
{
    xm_autofree char *left = a != NULL ? xm_json_format(a, true) : NULL, *right = b != NULL ? xm_json_format(b, true) : NULL;

    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static void compare(const xm_json *a, const xm_json *b, const char *path, struct differences *found);

/* The members of a, and those of b that a has not. */
static void compare_members(const xm_json *a, const xm_json *b, const char *path, bool only_missing, struct differences *found)
{
    for (size_t i = 0; a != NULL && i < a->count; i++) {
        xm_autofree char *inner = xm_printf("%s%s%s", path, *path ? "." : "", a->keys[i]);
        const xm_json *other = member(b, a->keys[i]);

        if (other == NULL || !only_missing)
            compare(a->items[i], other, inner, found);
    }
}

static void compare(const xm_json *a, const xm_json *b, const char *path, struct differences *found)
{
    const xm_json *one = a != NULL ? a : b;

    if (same_json(a, b))
        return;
    if (one->type != XM_JSON_OBJECT || (a != NULL && b != NULL && a->type != b->type)) {
        note_path(found, path);
        return;
    }
    compare_members(a, b, path, false, found);
    compare_members(b, a, path, true, found);
}

/* --- subjects said anew --- */

static void say_memory(struct xm_plain *plain)
{
    const libxl_domain_build_info *info = &plain->cfg.b_info;

    if (info->target_memkb != LIBXL_MEMKB_DEFAULT)
        xm_doc_set_int(plain->doc, "memory", (int64_t)(info->target_memkb / 1024));
    if (info->max_memkb != LIBXL_MEMKB_DEFAULT && info->max_memkb != info->target_memkb)
        xm_doc_set_int(plain->doc, "maxmem", (int64_t)(info->max_memkb / 1024));
    else
        xm_doc_remove(plain->doc, "maxmem");
}

static void say_vcpus(struct xm_plain *plain)
{
    const libxl_domain_build_info *info = &plain->cfg.b_info;
    int online = libxl_bitmap_count_set(&info->avail_vcpus);

    xm_doc_set_int(plain->doc, "vcpus", online);
    if (info->max_vcpus != online)
        xm_doc_set_int(plain->doc, "maxvcpus", info->max_vcpus);
    else
        xm_doc_remove(plain->doc, "maxvcpus");
}

/* "0-3,5" */
static char *cpu_words(const libxl_bitmap *map)
{
    xm_autobuf words = XM_BUF_INIT;

    for (int cpu = 0; cpu < (int)map->size * 8; cpu++) {
        int first = cpu;

        if (!libxl_bitmap_test(map, cpu))
            continue;
        while (cpu + 1 < (int)map->size * 8 && libxl_bitmap_test(map, cpu + 1))
            cpu++;
        xm_buf_printf(&words, first == cpu ? "%s%d" : "%s%d-%d", words.len > 0 ? "," : "", first, cpu);
    }
    return xm_buf_take(&words);
}

/* A string for all vcpus leaves NUMA placement alone, a list does not. */
static void say_cpus(struct xm_plain *plain)
{
    const libxl_domain_build_info *info = &plain->cfg.b_info;
    xm_node *list;

    xm_doc_remove(plain->doc, "cpu");
    xm_doc_remove(plain->doc, "cpus");
    if (info->num_vcpu_hard_affinity == 0)
        return;
    if (libxl_defbool_is_default(info->numa_placement)) {
        xm_autofree char *words = cpu_words(&info->vcpu_hard_affinity[0]);

        xm_doc_set_str(plain->doc, "cpus", words);
        return;
    }
    list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
    for (int i = 0; i < info->num_vcpu_hard_affinity; i++) {
        xm_autofree char *words = cpu_words(&info->vcpu_hard_affinity[i]);

        xm_node_add(list, xm_node_new_str(words, list->place));
    }
    xm_doc_set(plain->doc, "cpus", list);
}

static void say_scheduling(struct xm_plain *plain)
{
    if (plain->cfg.b_info.sched_params.cap != LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT)
        xm_doc_set_int(plain->doc, "cap", plain->cfg.b_info.sched_params.cap);
    xm_doc_remove(plain->doc, "cpu_cap");
}

static void say_action(struct xm_plain *plain, const char *key, libxl_action_on_shutdown action)
{
    xm_autofree char *word = xm_strdup(libxl_action_on_shutdown_to_string(action));

    for (char *c = word; *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
    /* Two have another order in xl's words than in libxl's. */
    xm_doc_set_str(plain->doc, key, strcmp(word, "restart-rename") == 0 ? "rename-restart" : word);
}

static void say_events(struct xm_plain *plain)
{
    say_action(plain, "on_poweroff", plain->cfg.on_poweroff);
    say_action(plain, "on_reboot", plain->cfg.on_reboot);
    say_action(plain, "on_crash", plain->cfg.on_crash);
    xm_doc_remove(plain->doc, "restart");
}

static void set_text(struct xm_plain *plain, const char *key, const char *text)
{
    if (text != NULL)
        xm_doc_set_str(plain->doc, key, text);
    else
        xm_doc_remove(plain->doc, key);
}

static void say_kernel(struct xm_plain *plain)
{
    set_text(plain, "kernel", plain->cfg.b_info.kernel);
    if (plain->cfg.b_info.kernel != NULL && plain->cfg.c_info.type != LIBXL_DOMAIN_TYPE_HVM)
        xm_doc_remove(plain->doc, "firmware");
}

static void say_cmdline(struct xm_plain *plain)
{
    static const char *const parts[] = {
        "root", "extra", "ip", "gateway", "netmask", "hostname", "interface", "dhcp", "nfs_server", "nfs_root",
    };

    for (size_t i = 0; i < XM_COUNT(parts); i++)
        xm_doc_remove(plain->doc, parts[i]);
    set_text(plain, "cmdline", plain->cfg.b_info.cmdline);
}

static void say_bootloader(struct xm_plain *plain)
{
    const libxl_domain_build_info *info = &plain->cfg.b_info;
    xm_node *list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });

    for (char **word = info->bootloader_args; word != NULL && *word != NULL; word++)
        xm_node_add(list, xm_node_new_str(*word, list->place));
    set_text(plain, "bootloader", info->bootloader);
    xm_doc_remove(plain->doc, "bootargs");
    xm_doc_set(plain->doc, "bootloader_args", list);
}

static void say_irqs(struct xm_plain *plain)
{
    xm_node *list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });

    for (int i = 0; i < plain->cfg.b_info.num_irqs; i++)
        xm_node_add(list, xm_node_new_int(plain->cfg.b_info.irqs[i], list->place));
    xm_doc_remove(plain->doc, "irq");
    xm_doc_set(plain->doc, "irqs", list);
}

/* The two dialects have another default for all of them. */
static void say_pci(struct xm_plain *plain)
{
    if (xm_doc_get(plain->doc, "pci_msitranslate") == NULL)
        xm_doc_set_int(plain->doc, "pci_msitranslate", xm_doc_dialect(plain->from) == XM_DIALECT_XM);
}

static const struct { const char *path; void (*say)(struct xm_plain *plain); } sayings[] = {
    { "b_info.target_memkb", say_memory }, { "b_info.max_memkb", say_memory },
    { "b_info.max_vcpus", say_vcpus }, { "b_info.avail_vcpus", say_vcpus },
    { "b_info.vcpu_hard_affinity", say_cpus }, { "b_info.numa_placement", say_cpus },
    { "b_info.sched_params", say_scheduling },
    { "on_poweroff", say_events }, { "on_reboot", say_events }, { "on_crash", say_events },
    { "b_info.kernel", say_kernel }, { "b_info.cmdline", say_cmdline },
    { "b_info.bootloader", say_bootloader }, { "b_info.irqs", say_irqs }, { "pcidevs", say_pci },
    { "b_info.type.hvm.vnc", xm_plain_display }, { "b_info.type.hvm.sdl", xm_plain_display },
    { "b_info.type.hvm.keymap", xm_plain_display }, { "vfbs", xm_plain_display },
};

static bool say_again(struct xm_plain *plain, const struct differences *found)
{
    bool said = false;

    for (size_t i = 0; i < XM_COUNT(sayings); i++)
        for (size_t k = 0; k < found->paths->count; k++)
            if (strncmp(found->paths->items[k]->str, sayings[i].path, strlen(sayings[i].path)) == 0) {
                sayings[i].say(plain);
                said = true;
                break;
            }
    return said;
}

/* xm took a 0 for many keys as nothing said: without the key, both read it so. */
static bool drop_zeros(struct xm_plain *plain)
{
    bool dropped = false;

    for (size_t i = xm_doc_count(plain->doc); i-- > 0;) {
        const xm_node *node = xm_doc_value(plain->doc, i);
        xm_autofree char *key = xm_strdup(xm_doc_key(plain->doc, i));
        const struct xm_key *row = xm_key_find(key);

        if (row->kind != XM_KIND_INT || node->type != XM_NODE_INT || node->i != 0)
            continue;
        xm_doc_remove(plain->doc, key);
        dropped = true;
    }
    return dropped;
}

/* --- the whole --- */

static unsigned guest_of(const libxl_domain_config *cfg)
{
    return cfg->c_info.type == LIBXL_DOMAIN_TYPE_HVM ? XM_HVM : cfg->c_info.type == LIBXL_DOMAIN_TYPE_PVH ? XM_PVH : XM_PV;
}

/* Before it is bound. */
static bool is_hvm(const xm_doc *doc)
{
    const char *type = xm_doc_get_str(doc, "type"), *builder = xm_doc_get_str(doc, "builder");

    return strcmp(type != NULL ? type : builder != NULL ? builder : "pv", "hvm") == 0;
}

/* Without a number of vcpus, xl reads no affinity; only that it leaves out NUMA placement stays. */
static void empty_affinity(struct xm_plain *plain, const char *key, bool only_list)
{
    const xm_node *node = xm_doc_get(plain->from, key);

    if (node != NULL && only_list && node->type != XM_NODE_LIST)
        xm_doc_remove(plain->from, key);
    else if (node != NULL)
        xm_doc_set(plain->from, key, xm_node_new(XM_NODE_LIST, node->place));
}

/* What each dialect takes for granted where nothing is said, libxl's own defaults included. */
static void set_defaults(struct xm_plain *plain)
{
    bool vcpus = xm_doc_get(plain->from, "vcpus") != NULL || xm_doc_get(plain->from, "maxvcpus") != NULL;
    const char *password = xm_doc_get_str(plain->from, "vncpasswd");

    if (xm_doc_dialect(plain->from) == XM_DIALECT_XM)
        return;                 /* bind fills them in */
    if (!vcpus) {
        empty_affinity(plain, "cpus", true);
        empty_affinity(plain, "cpus_soft", false);
    }
    if (password != NULL && *password == '\0')          /* to libxl, an empty one is none */
        xm_doc_remove(plain->from, "vncpasswd");
    if (is_hvm(plain->from) && xm_doc_get(plain->from, "vnc") == NULL)
        xm_doc_set_int(plain->from, "vnc", 1);
    if (xm_doc_get(plain->from, "vcpus") == NULL)
        xm_doc_set_int(plain->from, "vcpus", 1);
    if (xm_doc_get(plain->from, "memory") == NULL && xm_doc_get(plain->from, "maxmem") != NULL)
        xm_doc_set(plain->from, "memory", xm_node_copy(xm_doc_get(plain->from, "maxmem")));
    else if (xm_doc_get(plain->from, "memory") == NULL)
        xm_doc_set_int(plain->from, "memory", 32);
}

static void set_type(struct xm_plain *plain)
{
    xm_doc_remove(plain->doc, "builder");
    xm_doc_set_str(plain->doc, "type", libxl_domain_type_to_string(plain->cfg.c_info.type));
}

/* Binds from, with the defaults of its dialect, into plain->cfg. */
static int read_meaning(struct xm_plain *plain, xm_json **ret_meaning, xm_error **err)
{
    XM_AUTO(xm_doc) *copy = copy_for(plain->from, xm_doc_dialect(plain->from));

    libxl_domain_config_dispose(&plain->cfg);
    libxl_domain_config_init(&plain->cfg);
    if (xm_bind(copy, NULL, &plain->cfg, err) < 0)
        return -1;
    *ret_meaning = json_of(&plain->cfg);
    return 0;
}

static char *name_paths(const struct differences *found)
{
    xm_autobuf names = XM_BUF_INIT;

    for (size_t i = 0; i < found->paths->count; i++)
        xm_buf_printf(&names, "%s%s", i > 0 ? ", " : "", found->paths->items[i]->str);
    return xm_buf_take(&names);
}

/* Holds doc, as dialect reads it, against what it is to mean. 0 if that is the same. */
static int hold_against(const struct xm_plain *plain, const xm_json *meant, enum xm_dialect dialect,
                        struct differences *found, xm_error **err)
{
    const char *who = dialect == XM_DIALECT_XM ? "xm" : "xl";
    XM_AUTO(xm_json) *read = meaning(plain->doc, dialect, err);
    struct differences here = { xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 }) };
    XM_AUTO(xm_node) *paths = here.paths;
    xm_autofree char *names = NULL;

    if (read == NULL)
        return xm_wrap(err, "as a plain file, %s refuses it", who);
    compare(meant, read, "", &here);
    if (paths->count == 0)
        return 0;
    for (size_t i = 0; i < paths->count; i++)
        note_path(found, paths->items[i]->str);
    names = name_paths(&here);
    return xm_fail(err, XM_UNSUPPORTED, "%s: as a plain file, %s reads it otherwise: %s", xm_doc_file(plain->from), who, names);
}

/* Once nothing more can be done: its own dialect has to read it right; of the other, the file says
 * what to expect. */
static int conclude(struct xm_plain *plain, const xm_json *meant, xm_error **err)
{
    enum xm_dialect own = xm_doc_dialect(plain->from), other = own == XM_DIALECT_XM ? XM_DIALECT_XL : XM_DIALECT_XM;
    struct differences ignored = { xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 }) };
    XM_AUTO(xm_node) *paths = ignored.paths;
    xm_error *why = NULL;

    if (hold_against(plain, meant, own, &ignored, err) < 0)
        return -1;
    if (hold_against(plain, meant, other, &ignored, &why) < 0)
        plain->remark = xm_error_text(why);
    xm_error_free(why);
    return 0;
}

static int settle(struct xm_plain *plain, const xm_json *meant, xm_error **err)
{
    XM_AUTO(xm_doc) *whole = NULL;

    for (int round = 0; round < 3; round++) {
        struct differences found = { xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 }) };
        XM_AUTO(xm_node) *paths = found.paths;
        int xm = hold_against(plain, meant, XM_DIALECT_XM, &found, NULL);
        int xl = hold_against(plain, meant, XM_DIALECT_XL, &found, NULL);

        if (xm == 0 && xl == 0)
            return 0;
        if (round == 0 && say_again(plain, &found))
            continue;
        if (whole != NULL)
            break;
        whole = xm_doc_copy(plain->doc);
        if (!drop_zeros(plain))
            break;
    }
    /* Zeros that were no cure stay: some mean something. */
    xm_doc_free(plain->doc);
    plain->doc = XM_TAKE(whole);
    return conclude(plain, meant, err);
}

/* In the table's order, whatever was said anew. */
static void sort_keys(struct xm_plain *plain)
{
    xm_doc *sorted = xm_doc_new(xm_doc_dialect(plain->doc), xm_doc_file(plain->doc));

    for (const struct xm_key *key = xm_keys; key->name; key++)
        if (xm_doc_get(plain->doc, key->name) != NULL)
            xm_doc_set(sorted, key->name, xm_node_copy(xm_doc_get(plain->doc, key->name)));
    xm_doc_free(plain->doc);
    plain->doc = sorted;
}

/* xm looks for a kernel on the disk when none is named; what is found here, xl has to be told. */
static void set_bootloader(struct xm_plain *plain)
{
    if (plain->cfg.b_info.bootloader != NULL && xm_doc_get(plain->doc, "bootloader") == NULL)
        xm_doc_set_str(plain->doc, "bootloader", plain->cfg.b_info.bootloader);
}

/* xm's default, the file's name, is another for another file. */
static void set_name(struct xm_plain *plain)
{
    if (xm_doc_get(plain->doc, "name") == NULL)
        xm_doc_set_str(plain->doc, "name", plain->cfg.c_info.name);
}

static int make(struct xm_plain *plain, xm_error **err)
{
    XM_AUTO(xm_json) *meant = NULL;

    set_defaults(plain);
    if (read_meaning(plain, &meant, err) < 0)
        return -1;
    copy_keys(plain, guest_of(&plain->cfg));
    set_name(plain);
    set_type(plain);
    set_bootloader(plain);
    xm_plain_devices(plain);
    if (settle(plain, meant, err) < 0)
        return -1;
    sort_keys(plain);
    return 0;
}

/* In front of the text, as comments. */
static void put_remark(const char *remark, char **text)
{
    xm_autobuf all = XM_BUF_INIT;
    xm_autofree char *old = *text;

    for (const char *line = remark; line != NULL;) {
        const char *end = strchr(line, '\n');

        xm_buf_printf(&all, "# %.*s\n", end != NULL ? (int)(end - line) : (int)strlen(line), line);
        line = end != NULL ? end + 1 : NULL;
    }
    xm_buf_puts(&all, old);
    *text = xm_buf_take(&all);
}

int xm_config_format_cfg(const xm_doc *doc, char **ret_text, xm_error **err)
{
    struct xm_plain plain = { .from = xm_doc_copy(doc), .doc = xm_doc_new(xm_doc_dialect(doc), xm_doc_file(doc)) };
    int ret;

    libxl_domain_config_init(&plain.cfg);
    ret = make(&plain, err);
    if (ret == 0)
        ret = xm_cfg_format(plain.doc, ret_text, err);
    if (ret == 0 && plain.remark != NULL)
        put_remark(plain.remark, ret_text);
    xm_doc_free(plain.from);
    xm_doc_free(plain.doc);
    free(plain.remark);
    libxl_domain_config_dispose(&plain.cfg);
    return ret;
}
