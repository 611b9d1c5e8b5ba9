/* open(): a regular file, read whole when it is opened, so that nothing stays open. What comes
 * out is handed on in pieces. Streams (sys.stdout) only take text. */
#include "lang/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"
#include "lang/output.h"

enum { FILE_MAX = 1024 * 1024, FILES_MAX = 8 * 1024 * 1024 };

struct file {
    struct object object;
    const struct str *name, *text;
    const char *mode;
    size_t at;
    bool closed;
};

static struct file *self_file(const struct call *call)
{
    return (struct file *)call->self.object;
}

/* Reads to the end of fd, which may be longer or shorter than it said; a NUL has no place in a string. */
static int read_text(const struct call *call, int fd, const char *path, size_t size, const struct str **ret_text)
{
    struct lang *lang = call->lang;
    xm_autofree char *data = xm_new0(char, FILE_MAX + 1);
    size_t len = 0;
    ssize_t got = 1;

    while (got > 0 && len <= FILE_MAX) {
        got = read(fd, data + len, FILE_MAX + 1 - len);
        if (got < 0)
            return raise_errno(call, errno, path);
        len += (size_t)got;
    }
    if (len > FILE_MAX || size > FILE_MAX)
        return lang_stop(lang, call->place, "open(): %.200s is larger than %d bytes", path, FILE_MAX);
    lang->read += len;
    if (lang->read > FILES_MAX)
        return lang_stop(lang, call->place, "open(): the files that are read are larger than %d bytes together", FILES_MAX);
    if (memchr(data, '\0', len) != NULL)
        return lang_stop(lang, call->place, "open(): %.200s is no text: it has a NUL byte", path);
    if (lang_check_str(lang, call->place, len) < 0)
        return -1;
    *ret_text = str_new(&lang->arena, data, len);
    return 0;
}

/* O_NONBLOCK: a pipe without a writer must not hold us up before it is seen to be one. */
static int read_file(const struct call *call, const char *path, const struct str **ret_text)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (lang_step(call->lang, call->place, 10 * SYSTEM_CALL_COST) < 0)
        return -1;
    if (fd < 0 || fstat(fd, &st) < 0)
        return raise_errno(call, errno, path);
    if (S_ISDIR(st.st_mode))
        return raise_errno(call, EISDIR, path);
    if (!S_ISREG(st.st_mode))
        return lang_stop(call->lang, call->place, "open(): %.200s is no regular file", path);
    return read_text(call, fd, path, st.st_size < 0 ? 0 : (size_t)st.st_size, ret_text);
}

static const struct object_type file_type;

static int read_mode(const struct call *call, const char **ret_mode)
{
    static const char *const modes[] = { "r", "rt", "rb", "tr", "br", "U", "rU" };
    const struct val *mode = call_arg(call, 1, "mode");

    *ret_mode = "r";
    if (mode == NULL)
        return 0;
    if (mode->type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "the mode of open() is a text, not %s", val_type_name(*mode));
    for (size_t i = 0; i < XM_COUNT(modes); i++) {
        if (strcmp(mode->str->data, modes[i]) == 0) {
            *ret_mode = modes[i];
            return 0;
        }
    }
    return lang_stop(call->lang, call->place, "open() with mode '%.20s' is not allowed in configuration files: they only read",
                     mode->str->data);
}

static int run_open(const struct call *call, struct val *ret_value)
{
    struct file *file = arena_alloc(&call->lang->arena, sizeof(*file));

    if (call_want(call, 0, V_STR) < 0 || read_mode(call, &file->mode) < 0)
        return -1;
    file->object.type = &file_type;
    file->name = call->args[0].str;
    if (read_file(call, file->name->data, &file->text) < 0)
        return -1;
    *ret_value = (struct val){ .type = V_OBJECT, .object = &file->object };
    return 0;
}

const struct builtin open_function = { "open", 1, 3, "mode encoding errors newline", run_open };

static int check_open(struct lang *lang, struct xm_place place, const struct file *file)
{
    return file->closed ? lang_raise(lang, place, "ValueError", "I/O operation on closed file.") : 0;
}

static int take(const struct call *call, size_t len, struct val *ret_value)
{
    struct file *file = self_file(call);

    file->at += len;
    return give_text(call, file->text->data + file->at - len, len, ret_value);
}

/* How long the next line is, its end included. */
static size_t line_len(const struct file *file)
{
    const char *at = file->text->data + file->at;
    size_t len = strcspn(at, "\n");

    return len + (at[len] == '\n');
}

static size_t at_most(int64_t size, size_t len)
{
    return size < 0 || (uint64_t)size > len ? len : (size_t)size;
}

static int run_read(const struct call *call, struct val *ret_value)
{
    struct file *file = self_file(call);
    bool all = call->count == 0 || call->args[0].type == V_NONE;
    int64_t size = -1;

    if (check_open(call->lang, call->place, file) < 0 || (!all && call_int(call, 0, "size", -1, &size) < 0))
        return -1;
    return take(call, at_most(size, file->text->len - file->at), ret_value);
}

static int run_readline(const struct call *call, struct val *ret_value)
{
    struct file *file = self_file(call);
    int64_t size;

    if (check_open(call->lang, call->place, file) < 0 || call_int(call, 0, "size", -1, &size) < 0)
        return -1;
    return take(call, at_most(size, line_len(file)), ret_value);
}

static int file_items(struct lang *lang, struct xm_place place, struct val object, const struct list **ret_items)
{
    struct file *file = (struct file *)object.object;
    struct val list = val_list(&lang->arena, V_LIST, 0);

    if (check_open(lang, place, file) < 0)
        return -1;
    while (file->at < file->text->len) {
        size_t len = line_len(file);

        list_add(&lang->arena, list.list, val_str(&lang->arena, file->text->data + file->at, len));
        file->at += len;
        if (lang_check_count(lang, place, list.list->count) < 0)
            return -1;
    }
    *ret_items = list.list;
    return 0;
}

static int run_readlines(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (file_items(call->lang, call->place, call->self, &items) < 0)
        return -1;
    *ret_value = (struct val){ .type = V_LIST, .list = (struct list *)items };      /* made just now, for us */
    return 0;
}

static int run_close(const struct call *call, struct val *ret_value)
{
    self_file(call)->closed = true;
    *ret_value = val_none();
    return 0;
}

static const struct builtin file_methods[] = {
    { "close", 0, 0, NULL, run_close },
    { "read", 0, 1, "size", run_read },
    { "readline", 0, 1, "size", run_readline },
    { "readlines", 0, 0, NULL, run_readlines },
    { NULL, 0, 0, NULL, NULL },
};

static int file_attribute(struct lang *lang, struct xm_place place, struct val object, const char *name, struct val *ret_value)
{
    static const char *const refused[] = { "write", "writelines", "truncate", "flush", "fileno" };
    const struct file *file = (const struct file *)object.object;

    for (size_t i = 0; i < XM_COUNT(refused); i++)
        if (strcmp(refused[i], name) == 0)
            return lang_stop(lang, place, "a file's %s() is not allowed in configuration files: they only read", name);
    if (strcmp(name, "name") == 0)
        *ret_value = val_of_str(file->name);
    else if (strcmp(name, "mode") == 0)
        *ret_value = val_str(&lang->arena, file->mode, strlen(file->mode));
    else if (strcmp(name, "closed") == 0)
        *ret_value = val_bool(file->closed);
    else
        return 1;
    return 0;
}

static const struct object_type file_type = {
    .name = "file", .methods = file_methods, .attribute = file_attribute, .items = file_items,
};

/* streams */

static int run_write(const struct call *call, struct val *ret_value)
{
    const struct str *text;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    text = call->args[0].str;
    *ret_value = call->lang->python2 ? val_none() : val_int((int64_t)text->len);
    return output_print(call->lang, call->place, text->data, text->len);
}

static int run_flush(const struct call *call, struct val *ret_value)
{
    (void)call;
    *ret_value = val_none();
    return 0;
}

static const struct builtin stream_methods[] = {
    { "flush", 0, 0, NULL, run_flush },
    { "write", 1, 1, NULL, run_write },
    { NULL, 0, 0, NULL, NULL },
};

static const struct object_type stream_type = { .name = "stream", .methods = stream_methods };
static const struct object standard_output = { &stream_type }, standard_error = { &stream_type };

struct val file_stream(bool error)
{
    return (struct val){ .type = V_OBJECT, .object = error ? &standard_error : &standard_output };
}

bool file_is_stream(struct val v)
{
    return v.type == V_OBJECT && v.object->type == &stream_type;
}
