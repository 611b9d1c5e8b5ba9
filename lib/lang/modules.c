/* import: a closed list of modules, and of each only what looks and changes nothing. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

static struct val text(const struct call *call, const char *string)
{
    return val_str(&call->lang->arena, string, strlen(string));
}

static int run_uname(const struct call *call, struct val *ret_value)
{
    struct utsname name;
    struct val tuple = val_list(&call->lang->arena, V_TUPLE, 5);

    if (uname(&name) < 0)
        return lang_raise(call->lang, call->place, "OSError", "uname() failed");
    list_add(&call->lang->arena, tuple.list, text(call, name.sysname));
    list_add(&call->lang->arena, tuple.list, text(call, name.nodename));
    list_add(&call->lang->arena, tuple.list, text(call, name.release));
    list_add(&call->lang->arena, tuple.list, text(call, name.version));
    list_add(&call->lang->arena, tuple.list, text(call, name.machine));
    *ret_value = tuple;
    return 0;
}

static int run_getenv(const struct call *call, struct val *ret_value)
{
    const char *value;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    value = getenv(call->args[0].str->data);
    if (value == NULL)
        *ret_value = call->count > 1 ? call->args[1] : val_none();
    else if (lang_check_str(call->lang, call->place, strlen(value)) < 0)
        return -1;
    else
        *ret_value = text(call, value);
    return 0;
}

static int run_exists(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    *ret_value = val_bool(access(call->args[0].str->data, F_OK) == 0);
    return lang_step(call->lang, call->place, 100);     /* a system call is dearer than a step */
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
    *ret_value = val_str(&call->lang->arena, path.data, path.len);
    return 0;
}

/* Where the last component starts. */
static int find_base(const struct call *call, size_t *ret_at)
{
    const char *slash;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    slash = strrchr(call->args[0].str->data, '/');
    *ret_at = slash == NULL ? 0 : (size_t)(slash - call->args[0].str->data) + 1;
    return 0;
}

static int run_basename(const struct call *call, struct val *ret_value)
{
    size_t at;

    if (find_base(call, &at) < 0)
        return -1;
    *ret_value = text(call, call->args[0].str->data + at);
    return 0;
}

static int run_dirname(const struct call *call, struct val *ret_value)
{
    size_t len;

    if (find_base(call, &len) < 0)
        return -1;
    while (len > 0 && call->args[0].str->data[len - 1] == '/' && strspn(call->args[0].str->data, "/") < len)
        len--;
    *ret_value = val_str(&call->lang->arena, call->args[0].str->data, len);
    return 0;
}

/* xm_vars.var(NAME, use=TEXT, check=FUNCTION): declares a word of the command line. */
static int run_var(const struct call *call, struct val *ret_value)
{
    const struct val *check = call_named(call, "check");
    struct lang *lang = call->lang;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    if (lang->declared_count >= 255)
        return lang_stop(lang, call->place, "more than 255 variables are declared");
    if (lang->declared_count >= lang->declared_cap) {
        lang->declared_cap = lang->declared_cap > 0 ? 2 * lang->declared_cap : 8;
        lang->declared = arena_grow(&lang->arena, lang->declared, lang->declared_count, lang->declared_cap, sizeof(*lang->declared));
    }
    lang->declared[lang->declared_count++] = (struct declared){
        call->args[0].str, check != NULL ? *check : call->count > 2 ? call->args[2] : val_none(),
    };
    *ret_value = val_none();
    return 0;
}

/* xm_vars.check(): each FUNCTION(NAME, value or None) in order; what it returns becomes NAME. */
static int run_check(const struct call *call, struct val *ret_value)
{
    struct lang *lang = call->lang;

    for (size_t i = 0; i < lang->declared_count; i++) {
        const struct declared *declared = &lang->declared[i];
        const struct val *given = dict_get_name(lang->predefined, declared->name);
        struct val args[2] = { val_of_str(declared->name), given != NULL ? *given : val_none() };
        struct val result = args[1];

        if (declared->check.type != V_NONE
            && eval_call(lang, call->place, declared->check, args, 2, dict_new(&lang->arena), &result) < 0) {
            if (lang->failure.fatal)
                return -1;
            return lang_raise(lang, lang->failure.place, lang->failure.type->name, "%.80s - %s", declared->name->data,
                              lang->failure.text->data);
        }
        dict_set(&lang->arena, lang->predefined, val_of_str(declared->name), result);
    }
    *ret_value = val_none();
    return 0;
}

const struct builtin vars_functions[] = {
    { "check", 0, 0, NULL, run_check },
    { "var", 1, 3, "use check", run_var },
    { NULL, 0, 0, NULL, NULL },
};

static const struct builtin os_functions[] = {
    { "getenv", 1, 2, NULL, run_getenv },
    { "uname", 0, 0, NULL, run_uname },
    { NULL, 0, 0, NULL, NULL },
};

static const struct builtin environ_functions[] = {
    { "get", 1, 2, NULL, run_getenv },
    { NULL, 0, 0, NULL, NULL },
};

static const struct builtin path_functions[] = {
    { "basename", 1, 1, NULL, run_basename },
    { "dirname", 1, 1, NULL, run_dirname },
    { "exists", 1, 1, NULL, run_exists },
    { "join", 1, 64, NULL, run_join },
    { NULL, 0, 0, NULL, NULL },
};

static const struct builtin none[] = { { NULL, 0, 0, NULL, NULL } };

/* An inner module is found under its dotted name. */
static const struct module modules[] = {
    { "os", os_functions },
    { "os.environ", environ_functions },
    { "os.path", path_functions },
    { "re", re_functions },
    { "sys", none },
};

const struct module *module_find(const char *name)
{
    for (size_t i = 0; i < XM_COUNT(modules); i++)
        if (strcmp(modules[i].name, name) == 0)
            return &modules[i];
    return NULL;
}

int module_attribute(struct lang *lang, struct xm_place place, const struct module *module, const char *name, struct val *ret_value)
{
    xm_autofree char *dotted = xm_printf("%s.%s", module->name, name);
    const struct module *inner = module_find(dotted);

    if (inner != NULL) {
        *ret_value = (struct val){ .type = V_MODULE, .module = inner };
        return 0;
    }
    for (const struct builtin *function = module->functions; function->name != NULL; function++) {
        if (strcmp(function->name, name) == 0) {
            *ret_value = (struct val){ .type = V_BUILTIN, .builtin = function };
            return 0;
        }
    }
    /* print >>sys.stderr is the one use of it; nothing can be done with what this gives. */
    if (strcmp(dotted, "sys.stderr") == 0 || strcmp(dotted, "sys.stdout") == 0) {
        *ret_value = val_none();
        return 0;
    }
    return lang_stop(lang, place, "%.160s is not allowed in configuration files", dotted);
}
