/* sys, and socket.gethostname(). */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/file.h"
#include "lang/format.h"

static struct val text(struct lang *lang, const char *string)
{
    return val_str(&lang->arena, string, strlen(string));
}

/* Ends the text: with its message, or saying that a text which ends early gives no configuration,
 * whatever status it asks for. */
static int run_exit(const struct call *call, struct val *ret_value)
{
    struct val status = call->count > 0 ? call->args[0] : val_none(), words;

    *ret_value = val_none();
    if (status.type != V_NONE && status.type != V_INT && status.type != V_BOOL) {
        if (format_str(call->lang, call->place, status, &words) < 0)
            return -1;
        return lang_raise(call->lang, call->place, "SystemExit", "%s", words.str->data);
    }
    return lang_raise(call->lang, call->place, "SystemExit", "sys.exit(%lld) ends the file before it is a configuration",
                      status.type == V_NONE ? 0LL : (long long)status.i);
}

static int run_gethostname(const struct call *call, struct val *ret_value)
{
    char name[HOST_NAME_MAX + 2] = "";

    if (gethostname(name, sizeof(name) - 1) < 0)
        return raise_errno(call, errno, "gethostname");
    *ret_value = text(call->lang, name);
    return lang_step(call->lang, call->place, SYSTEM_CALL_COST);
}

const struct builtin sys_functions[] = {
    { "exit", 0, 1, NULL, run_exit },
    { NULL, 0, 0, NULL, NULL },
};

const struct builtin socket_functions[] = {
    { "gethostname", 0, 0, NULL, run_gethostname },
    { NULL, 0, 0, NULL, NULL },
};

static struct val arguments(struct lang *lang)
{
    const struct xm_lang_input *input = lang->input;
    struct val list = val_list(&lang->arena, V_LIST, input->argc + 1);

    if (input->argc == 0)
        list_add(&lang->arena, list.list, text(lang, input->file));
    for (size_t i = 0; i < input->argc; i++)
        list_add(&lang->arena, list.list, text(lang, input->argv[i]));
    return list;
}

static struct val version_info(struct lang *lang)
{
    static const char *const fields[] = { "major", "minor", "micro", "releaselevel", "serial", NULL };
    struct val tuple = named_tuple(lang, fields);

    list_add(&lang->arena, tuple.list, val_int(lang->python2 ? 2 : 3));
    list_add(&lang->arena, tuple.list, val_int(lang->python2 ? 7 : 11));
    list_add(&lang->arena, tuple.list, val_int(lang->python2 ? 18 : 0));
    list_add(&lang->arena, tuple.list, text(lang, "final"));
    list_add(&lang->arena, tuple.list, val_int(0));
    return tuple;
}

int sys_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    (void)place;
    if (strcmp(name, "argv") == 0)
        *ret_value = arguments(lang);
    else if (strcmp(name, "platform") == 0)
        *ret_value = text(lang, lang->python2 ? "linux2" : "linux");
    else if (strcmp(name, "version") == 0)
        *ret_value = text(lang, lang->python2 ? "2.7.18 (the configuration language of xm)" : "3.11.0 (the configuration language of xm)");
    else if (strcmp(name, "version_info") == 0)
        *ret_value = version_info(lang);
    else if (strcmp(name, "byteorder") == 0)
        *ret_value = text(lang, "little");
    else if (strcmp(name, "maxint") == 0 || strcmp(name, "maxsize") == 0)
        *ret_value = val_int(INT64_MAX);
    else if (strcmp(name, "stdout") == 0 || strcmp(name, "stderr") == 0)
        *ret_value = file_stream(strcmp(name, "stderr") == 0);
    else
        return 1;
    return 0;
}
