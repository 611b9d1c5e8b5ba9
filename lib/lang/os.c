/* os and os.path: what looks at the host and changes nothing. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

enum { NAMES_MAX = 10000 };

extern char **environ;

static struct val text(struct lang *lang, const char *string)
{
    return val_str(&lang->arena, string, strlen(string));
}

static int give(const struct call *call, const char *string, struct val *ret_value)
{
    return give_text(call, string, strlen(string), ret_value);
}

static int system_call(const struct call *call)
{
    return lang_step(call->lang, call->place, SYSTEM_CALL_COST);
}

static int run_uname(const struct call *call, struct val *ret_value)
{
    static const char *const fields[] = { "sysname", "nodename", "release", "version", "machine", NULL };
    struct val tuple = named_tuple(call->lang, fields);
    struct utsname name;
    const char *const values[] = { name.sysname, name.nodename, name.release, name.version, name.machine };

    if (uname(&name) < 0)
        return raise_errno(call, errno, "uname");
    for (size_t i = 0; i < XM_COUNT(values); i++)
        list_add(&call->lang->arena, tuple.list, text(call->lang, values[i]));
    *ret_value = tuple;
    return system_call(call);
}

static int run_getenv(const struct call *call, struct val *ret_value)
{
    const struct val *otherwise = call_arg(call, 1, "default");
    const char *value;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    value = getenv(call->args[0].str->data);
    if (value != NULL)
        return give(call, value, ret_value);
    *ret_value = otherwise != NULL ? *otherwise : val_none();
    return 0;
}

/* os.environ: a dict that is made when it is first asked for, and cannot be changed. */
static int get_environ(struct lang *lang, struct xm_place place, struct val *ret_value)
{
    if (lang->environment == NULL) {
        struct dict *dict = dict_new(&lang->arena);

        for (char **at = environ; at != NULL && *at != NULL; at++) {
            const char *sign = strchr(*at, '=');

            if (sign == NULL || sign == *at)
                continue;
            if (lang_check_str(lang, place, strlen(sign)) < 0
                || op_dict_set(lang, place, dict, val_str(&lang->arena, *at, (size_t)(sign - *at)), text(lang, sign + 1)) < 0)
                return -1;
        }
        dict->fixed = "os.environ";
        lang->environment = dict;
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = lang->environment };
    return 0;
}

static int run_getcwd(const struct call *call, struct val *ret_value)
{
    char path[PATH_MAX];

    if (system_call(call) < 0)
        return -1;
    if (getcwd(path, sizeof(path)) == NULL)
        return raise_errno(call, errno, ".");
    return give(call, path, ret_value);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct val *)a)->str->data, ((const struct val *)b)->str->data);
}

/* Sorted, where Python takes them as they come: so that a text means the same each time. */
static int run_listdir(const struct call *call, struct val *ret_value)
{
    const struct val *path = call_arg(call, 0, "path");
    struct val list = val_list(&call->lang->arena, V_LIST, 0);
    const struct dirent *entry;
    int rc = 0;
    DIR *dir;

    if (path != NULL && path->type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "a path is a text, not %s", val_type_name(*path));
    if (system_call(call) < 0)
        return -1;
    dir = opendir(path != NULL ? path->str->data : ".");
    if (dir == NULL)
        return raise_errno(call, errno, path != NULL ? path->str->data : ".");
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        list_add(&call->lang->arena, list.list, text(call->lang, entry->d_name));
        rc = lang_step(call->lang, call->place, 8);
        if (rc == 0 && list.list->count > NAMES_MAX)
            rc = lang_stop(call->lang, call->place, "os.listdir(): more than %d names", NAMES_MAX);
    }
    closedir(dir);
    if (rc == 0 && list.list->count > 1)
        qsort(list.list->items, list.list->count, sizeof(*list.list->items), compare_names);
    *ret_value = list;
    return rc;
}

const struct builtin os_functions[] = {
    { "getcwd", 0, 0, NULL, run_getcwd },
    { "getenv", 1, 2, "default", run_getenv },
    { "listdir", 0, 1, "path", run_listdir },
    { "uname", 0, 0, NULL, run_uname },
    { NULL, 0, 0, NULL, NULL },
};

int os_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const struct { const char *name, *text; } members[] = {
        { "curdir", "." }, { "devnull", "/dev/null" }, { "extsep", "." }, { "linesep", "\n" }, { "name", "posix" },
        { "pardir", ".." }, { "pathsep", ":" }, { "sep", "/" },
    };

    if (strcmp(name, "environ") == 0)
        return get_environ(lang, place, ret_value);
    if (strcmp(name, "error") == 0) {
        *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = lang_error_type("OSError") };
        return 0;
    }
    for (size_t i = 0; i < XM_COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            *ret_value = text(lang, members[i].text);
            return 0;
        }
    }
    return 1;
}

/* os.path */

static int run_exists(const struct call *call, struct val *ret_value)
{
    struct stat st;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    *ret_value = val_bool(stat(call->args[0].str->data, &st) == 0);
    return system_call(call);
}

static int run_lexists(const struct call *call, struct val *ret_value)
{
    struct stat st;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    *ret_value = val_bool(lstat(call->args[0].str->data, &st) == 0);
    return system_call(call);
}

static int is_kind(const struct call *call, bool follow, mode_t kind, struct val *ret_value)
{
    struct stat st;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    *ret_value = val_bool((follow ? stat : lstat)(call->args[0].str->data, &st) == 0 && (st.st_mode & S_IFMT) == kind);
    return system_call(call);
}

static int run_isfile(const struct call *call, struct val *ret_value)
{
    return is_kind(call, true, S_IFREG, ret_value);
}

static int run_isdir(const struct call *call, struct val *ret_value)
{
    return is_kind(call, true, S_IFDIR, ret_value);
}

static int run_islink(const struct call *call, struct val *ret_value)
{
    return is_kind(call, false, S_IFLNK, ret_value);
}

static int run_getsize(const struct call *call, struct val *ret_value)
{
    struct stat st;

    if (call_want(call, 0, V_STR) < 0 || system_call(call) < 0)
        return -1;
    if (stat(call->args[0].str->data, &st) < 0)
        return raise_errno(call, errno, call->args[0].str->data);
    *ret_value = val_int(st.st_size);
    return 0;
}

static int run_isabs(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    *ret_value = val_bool(call->args[0].str->data[0] == '/');
    return 0;
}

static int run_join(const struct call *call, struct val *ret_value)
{
    xm_autobuf path = XM_BUF_INIT;

    for (size_t i = 0; i < call->count; i++) {
        const struct str *part = call->args[i].str;

        if (call_want(call, i, V_STR) < 0)
            return -1;
        if (part->data[0] == '/')
            xm_buf_clear(&path);
        else if (path.len > 0 && path.data[path.len - 1] != '/')
            xm_buf_putc(&path, '/');
        if (lang_check_len(call->lang, call->place, path.len + part->len) < 0)
            return -1;
        xm_buf_add(&path, part->data, part->len);
    }
    return give_text(call, path.data, path.len, ret_value);
}

/* Where the last component starts. */
static size_t base_at(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* How much of the path is in front of it, without slashes at its end unless it has nothing else. */
static size_t dir_len(const char *path)
{
    size_t len = base_at(path);

    if (strspn(path, "/") < len)
        while (len > 0 && path[len - 1] == '/')
            len--;
    return len;
}

/* Where the suffix starts: at a dot that is not among the first characters of the name. */
static size_t suffix_at(const char *path)
{
    size_t base = base_at(path), len = strlen(path);
    const char *dot = strrchr(path + base, '.');

    return dot == NULL || strspn(path + base, ".") >= (size_t)(dot - path) - base + 1 ? len : (size_t)(dot - path);
}

static int pair(const struct call *call, size_t len, size_t at, struct val *ret_value)
{
    const char *path = call->args[0].str->data;

    if (lang_check_str(call->lang, call->place, call->args[0].str->len) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, V_TUPLE, 2);
    list_add(&call->lang->arena, ret_value->list, val_str(&call->lang->arena, path, len));
    list_add(&call->lang->arena, ret_value->list, text(call->lang, path + at));
    return 0;
}

static int run_basename(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    return give(call, call->args[0].str->data + base_at(call->args[0].str->data), ret_value);
}

static int run_dirname(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    return give_text(call, call->args[0].str->data, dir_len(call->args[0].str->data), ret_value);
}

static int run_split(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    return pair(call, dir_len(call->args[0].str->data), base_at(call->args[0].str->data), ret_value);
}

static int run_splitext(const struct call *call, struct val *ret_value)
{
    size_t at;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    at = suffix_at(call->args[0].str->data);
    return pair(call, at, at, ret_value);
}

/* Takes the last component away, and the slash in front of it. */
static void drop_last(struct xm_buf *path, size_t root)
{
    while (path->len > root && path->data[path->len - 1] != '/')
        path->len--;
    if (path->len > root)
        path->len--;
    path->data[path->len] = '\0';
}

static bool ends_in_parent(const struct xm_buf *path, size_t root)
{
    return path->len - root == 2 ? memcmp(path->data + root, "..", 2) == 0
           : path->len - root > 2 && memcmp(path->data + path->len - 3, "/..", 3) == 0;
}

/* Without //, . and .. as far as the text alone says; exactly two slashes in front stay, as POSIX has it. */
static void normalize(const char *path, struct xm_buf *out)
{
    size_t slashes = strspn(path, "/"), root = slashes == 2 ? 2 : slashes > 0;

    xm_buf_pad(out, '/', root);
    while (*path != '\0') {
        size_t len = strcspn(path, "/");

        if (len == 2 && memcmp(path, "..", 2) == 0 && out->len > root && !ends_in_parent(out, root)) {
            drop_last(out, root);
        } else if (len > 0 && !(len == 1 && *path == '.') && !(len == 2 && memcmp(path, "..", 2) == 0 && root > 0)) {
            if (out->len > root)
                xm_buf_putc(out, '/');
            xm_buf_add(out, path, len);
        }
        path += len + (path[len] == '/');
    }
    if (out->len == 0)
        xm_buf_putc(out, '.');
}

static int run_normpath(const struct call *call, struct val *ret_value)
{
    xm_autobuf out = XM_BUF_INIT;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    normalize(call->args[0].str->data, &out);
    return give_text(call, out.data, out.len, ret_value);
}

/* The path as it is seen from the root. */
static int absolute(const struct call *call, struct xm_buf *out)
{
    xm_autobuf whole = XM_BUF_INIT;
    char cwd[PATH_MAX];

    if (call_want(call, 0, V_STR) < 0 || system_call(call) < 0)
        return -1;
    if (call->args[0].str->data[0] != '/') {
        if (getcwd(cwd, sizeof(cwd)) == NULL)
            return raise_errno(call, errno, ".");
        xm_buf_printf(&whole, "%s/", cwd);
    }
    xm_buf_puts(&whole, call->args[0].str->data);
    normalize(whole.data, out);
    return 0;
}

static int run_abspath(const struct call *call, struct val *ret_value)
{
    xm_autobuf out = XM_BUF_INIT;

    return absolute(call, &out) < 0 ? -1 : give_text(call, out.data, out.len, ret_value);
}

/* How much of path exists, its links followed into real[PATH_MAX]; 0 if nothing does. */
static int existing_len(const struct call *call, const char *path, char *real, size_t *ret_len)
{
    xm_autofree char *part = xm_strdup(path);
    size_t len = strlen(path);

    for (; len > 0; part[len] = '\0') {
        if (lang_step(call->lang, call->place, 2 * SYSTEM_CALL_COST) < 0)
            return -1;
        if (realpath(part, real) != NULL)
            break;
        while (len > 0 && part[len - 1] != '/')
            len--;
        while (len > 1 && part[len - 1] == '/')
            len--;
        if (len == 1 && strcmp(part, "/") == 0)
            len = 0;
    }
    *ret_len = len;
    return 0;
}

/* Links are followed as far as the path exists; what does not exist is kept as it is written. */
static int run_realpath(const struct call *call, struct val *ret_value)
{
    xm_autobuf path = XM_BUF_INIT, whole = XM_BUF_INIT, out = XM_BUF_INIT;
    char real[PATH_MAX];
    size_t len;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    xm_buf_printf(&path, "%s%s", call->args[0].str->data[0] != '/' ? "./" : "", call->args[0].str->data);
    if (existing_len(call, path.data, real, &len) < 0)
        return -1;
    if (len == 0)
        return raise_errno(call, ENOENT, call->args[0].str->data);
    xm_buf_printf(&whole, "%s/%s", real, path.data + len);
    normalize(whole.data[1] == '/' ? whole.data + 1 : whole.data, &out);
    return give_text(call, out.data, out.len, ret_value);
}

/* ~ is HOME's; another user's directory is not looked up. */
static int run_expanduser(const struct call *call, struct val *ret_value)
{
    const char *home = getenv("HOME"), *path;
    xm_autobuf out = XM_BUF_INIT;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    path = call->args[0].str->data;
    *ret_value = call->args[0];
    if (path[0] != '~' || (path[1] != '/' && path[1] != '\0') || home == NULL)
        return 0;
    xm_buf_puts(&out, home);
    while (out.len > 0 && out.data[out.len - 1] == '/')
        out.len--;
    xm_buf_puts(&out, path + 1);
    if (out.len == 0)
        xm_buf_putc(&out, '/');
    return give_text(call, out.data, out.len, ret_value);
}

const struct builtin path_functions[] = {
    { "abspath", 1, 1, NULL, run_abspath },
    { "basename", 1, 1, NULL, run_basename },
    { "dirname", 1, 1, NULL, run_dirname },
    { "exists", 1, 1, NULL, run_exists },
    { "expanduser", 1, 1, NULL, run_expanduser },
    { "getsize", 1, 1, NULL, run_getsize },
    { "isabs", 1, 1, NULL, run_isabs },
    { "isdir", 1, 1, NULL, run_isdir },
    { "isfile", 1, 1, NULL, run_isfile },
    { "islink", 1, 1, NULL, run_islink },
    { "join", 1, 64, NULL, run_join },
    { "lexists", 1, 1, NULL, run_lexists },
    { "normpath", 1, 1, NULL, run_normpath },
    { "realpath", 1, 1, NULL, run_realpath },
    { "split", 1, 1, NULL, run_split },
    { "splitext", 1, 1, NULL, run_splitext },
    { NULL, 0, 0, NULL, NULL },
};

int path_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    return strcmp(name, "sep") == 0 || strcmp(name, "pathsep") == 0 ? os_member(lang, place, name, ret_value) : 1;
}
