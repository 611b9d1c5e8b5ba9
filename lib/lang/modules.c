/* import: a closed list of modules, and of each only what looks and changes nothing. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

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
            && call_value(call, declared->check, args, 2, &result) < 0) {
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

static int errno_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const struct { const char *name; int value; } members[] = {
        { "EACCES", EACCES }, { "EBUSY", EBUSY }, { "EEXIST", EEXIST }, { "EINVAL", EINVAL }, { "EIO", EIO },
        { "EISDIR", EISDIR }, { "ELOOP", ELOOP }, { "ENAMETOOLONG", ENAMETOOLONG }, { "ENODEV", ENODEV },
        { "ENOENT", ENOENT }, { "ENOSPC", ENOSPC }, { "ENOTDIR", ENOTDIR }, { "ENXIO", ENXIO }, { "EPERM", EPERM },
        { "EROFS", EROFS },
    };

    (void)lang, (void)place;
    for (size_t i = 0; i < XM_COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            *ret_value = val_int(members[i].value);
            return 0;
        }
    }
    return 1;
}

/* The switches of Python 2 for what is usual in Python 3; the parser is who obeys them. */
static int future_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const char *const members[] = {
        "absolute_import", "annotations", "division", "generators", "nested_scopes", "print_function", "unicode_literals",
        "with_statement",
    };

    (void)lang, (void)place;
    *ret_value = val_none();
    for (size_t i = 0; i < XM_COUNT(members); i++)
        if (strcmp(members[i], name) == 0)
            return 0;
    return 1;
}

static const struct builtin none[] = { { NULL, 0, 0, NULL, NULL } };

/* An inner module is found under its dotted name. */
static const struct module modules[] = {
    { "__future__", none, future_member },
    { "errno", none, errno_member },
    { "math", math_functions, math_member },
    { "os", os_functions, os_member },
    { "os.path", path_functions, path_member },
    { "random", random_functions, NULL },
    { "re", re_functions, re_member },
    { "socket", socket_functions, NULL },
    { "string", string_functions, string_member },
    { "sys", sys_functions, sys_member },
    { "time", time_functions, NULL },
};

const struct module *module_find(const char *name)
{
    if (strcmp(name, "posixpath") == 0)
        name = "os.path";
    for (size_t i = 0; i < XM_COUNT(modules); i++)
        if (strcmp(modules[i].name, name) == 0)
            return &modules[i];
    return NULL;
}

bool module_is_preset(const char *name)
{
    static const char *const names[] = { "errno", "os", "re", "socket", "sys" };

    for (size_t i = 0; i < XM_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Why something is refused, for what people do try. NAMES has a blank before and behind each. */
static const struct { const char *names, *why; } refusals[] = {
    { " commands multiprocessing os.execl os.execle os.execlp os.execv os.execve os.execvp os.execvpe os.fork os.forkpty"
      " os.popen os.popen2 os.popen3 os.popen4 os.posix_spawn os.spawnl os.spawnlp os.spawnv os.spawnvp os.startfile"
      " os.system popen2 pty subprocess sys.setprofile sys.settrace threading thread ", "it runs programs" },
    { " os.chdir os.chmod os.chown os.fchmod os.fchown os.ftruncate os.lchown os.link os.makedirs os.mkdir os.mkfifo os.mknod"
      " os.putenv os.remove os.removedirs os.rename os.renames os.replace os.rmdir os.setgid os.setuid os.symlink"
      " os.tempnam os.tmpfile os.truncate os.umask os.unlink os.unsetenv os.utime os.write shelve shutil sqlite3 tempfile"
      " time.tzset ", "it changes something" },
    { " ftplib http httplib paramiko requests smtplib socket.create_connection socket.fromfd socket.getaddrinfo socket.getfqdn"
      " socket.gethostbyaddr socket.gethostbyname socket.socket socket.socketpair socketserver SocketServer ssl telnetlib"
      " urllib urllib2 urlparse xmlrpclib xmlrpc ", "it goes to the network" },
    { " os.abort os._exit os.kill os.killpg signal ", "it ends programs" },
    { " code codeop ctypes importlib imp inspect marshal pickle cPickle runpy ", "it runs code from elsewhere" },
    { " os.wait os.waitpid select time.sleep ", "it waits" },
    { " os.open os.read os.fdopen io codecs fileinput glob os.walk os.scandir ", "open() and os.listdir() are how files read others" },
    { " os.urandom random.SystemRandom random.Random secrets uuid ", "it gives other values each time; random gives the same ones" },
    { " sys.stdin getpass ", "it waits for somebody to type" },
};

static const char *why_refused(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < XM_COUNT(refusals); i++)
        for (const char *at = refusals[i].names; (at = strstr(at, name)) != NULL; at += len)
            if (at[-1] == ' ' && at[len] == ' ')
                return refusals[i].why;
    return NULL;
}

int module_refuse(struct lang *lang, struct xm_place place, const char *name)
{
    const char *why = why_refused(name);

    return lang_stop(lang, place, "import of %.80s is not allowed in configuration files%s%s", name, why != NULL ? ": " : "",
                     why != NULL ? why : "");
}

int module_attribute(struct lang *lang, struct xm_place place, const struct module *module, const char *name, struct val *ret_value)
{
    xm_autofree char *dotted = xm_printf("%s.%s", module->name, name);
    const struct module *inner = module_find(dotted);
    const struct builtin *function = builtin_in(module->functions, name);
    int rc = inner == NULL && function == NULL && module->member != NULL ? module->member(lang, place, name, ret_value) : 1;
    const char *why = why_refused(dotted);

    if (rc <= 0)
        return rc;
    if (inner != NULL)
        *ret_value = (struct val){ .type = V_MODULE, .module = inner };
    else if (function != NULL)
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = function };
    else
        return lang_stop(lang, place, "%.160s is not allowed in configuration files%s%s", dotted, why != NULL ? ": " : "",
                         why != NULL ? why : "");
    return 0;
}
