/* Finding a configuration, laying words over it, and what is done with the document at once. */
#include "bind/config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "bind/keys.h"
#include "lang/lang.h"
#include "lang/source.h"

#define CONFIG_MAX (1 << 20)
#define DEFAULT_FILE "xmdefconfig"
#define DEFAULT_PATH ".:/etc/xen"
#define COMMAND_LINE "command line: "

/* --- which file --- */

static bool exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

/* The name as it was typed, then in each directory of the path. */
static char *find_file(const char *name, const char *path)
{
    xm_autofree char *dirs = xm_strdup(path);
    char *save = NULL;

    if (exists(name))
        return xm_strdup(name);
    if (*name == '/')
        return NULL;
    for (char *dir = strtok_r(dirs, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
        xm_autofree char *candidate = xm_printf("%s/%s", dir, name);

        if (exists(candidate))
            return XM_TAKE(candidate);
    }
    return NULL;
}

static void tell_found(const struct xm_config_source *source, const char *path)
{
    bool bare = source->dialect == XM_DIALECT_XM && *path != '/' && strncmp(path, "./", 2);
    xm_autofree char *shown = xm_printf("%s%s", bare ? "./" : "", path);

    if (source->found)
        source->found(source->arg, shown);
}

static int read_source(const struct xm_config_source *source, char **ret_path, char **ret_text, size_t *ret_len, xm_error **err)
{
    xm_autofree char *path = NULL;
    const char *name = source->file;
    struct stat st;

    if (!name && source->dialect == XM_DIALECT_XL)
        return xm_fail(err, XM_INVALID, "no configuration file is named");
    if (!name)
        name = DEFAULT_FILE;
    if (source->dialect == XM_DIALECT_XM)
        path = find_file(name, source->path ? source->path : DEFAULT_PATH);
    else if (exists(name))
        path = xm_strdup(name);
    if (!path && source->dialect == XM_DIALECT_XL)
        return xm_fail_errno(err, ENOENT, "%s", name);
    if (!path)
        return xm_fail(err, XM_NOT_FOUND, "%s", name);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))    /* what it says cannot be wrong: no XM_INVALID */
        return xm_fail(err, XM_IO, "%s: %s", path, strerror(EISDIR));
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && strcmp(path, "/dev/null") != 0)
        return xm_fail(err, XM_IO, "%s: is not a plain file", path);
    tell_found(source, path);
    if (xm_file_read(path, CONFIG_MAX, ret_text, ret_len, err) < 0)
        return -1;
    if (**ret_text == '<') {
        free(XM_TAKE(*ret_text));
        return xm_fail(err, XM_UNSUPPORTED, "%s: configurations in XML are not read", path);
    }
    *ret_path = XM_TAKE(path);
    return 0;
}

/* --- words over it --- */

/* Scripts write name="web", of which the shell leaves name=web, and name=\"web\", of which it
 * leaves the quotes: both mean the same. */
static char *unquote(const char *value)
{
    size_t len = strlen(value);

    if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value)
        return xm_strndup(value + 1, len - 2);
    return xm_strdup(value);
}

static const struct xm_key *known_key(const char *word, const char *equals)
{
    xm_autofree char *name = xm_strndup(word, (size_t)(equals - word));

    return xm_key_find(name);
}

/* One VAR=VALUE for a key that is known. */
struct word {
    const struct xm_key *key;
    const char *text;           /* as it was typed */
    const char *raw;            /* what stands behind its '=' */
    char *value;                /* that without quotes around it */
    struct xm_place place;      /* of raw */
};

static int bad_value(const struct word *word, xm_error **err)
{
    return xm_fail(err, XM_INVALID, COMMAND_LINE "%s: Invalid value: %s", word->text, word->value);
}

static void set_int(xm_doc *doc, const struct word *word, long long number)
{
    xm_doc_set(doc, word->key->name, xm_node_new_int(number, word->place));
}

static int int_word(xm_doc *doc, const struct word *word, xm_error **err)
{
    const char *value = word->value;
    char *end;
    long long number;

    errno = 0;
    number = strtoll(value, &end, strncasecmp(value, "0x", 2) ? 10 : 16);
    if (errno || end == value || *end)
        return bad_value(word, err);
    set_int(doc, word, number);
    return 0;
}

static int bool_word(xm_doc *doc, const struct word *word, xm_error **err)
{
    if (!strcmp(word->value, "yes") || !strcmp(word->value, "y"))
        set_int(doc, word, 1);
    else if (!strcmp(word->value, "no") || !strcmp(word->value, "n"))
        set_int(doc, word, 0);
    else
        return int_word(doc, word, err);
    return 0;
}

/* A list was read as if it stood on the first line of a file. */
static void move_down(xm_node *node, unsigned lines)
{
    node->place.line += lines;
    for (size_t i = 0; i < node->count; i++)
        move_down(node->items[i], lines);
}

/* A whole list replaces, in the language itself; anything else is one more item. */
static int list_word(xm_doc *doc, const struct word *word, xm_error **err)
{
    const char *key = word->key->name;
    const xm_node *old = xm_doc_get(doc, key);
    xm_node *list;

    if (*word->value == '[') {
        /* a blank where a quote was dropped, so that columns are those of the word */
        xm_autofree char *text = xm_printf("%s=%s%s\n", key, *word->raw == '[' ? "" : " ", word->value);
        XM_AUTO(xm_doc) *parsed = NULL;

        if (xm_config_parse(XM_DIALECT_XM, "command line", text, strlen(text), &parsed, err) < 0)
            return -1;
        if (!xm_doc_get(parsed, key))
            return bad_value(word, err);
        list = xm_node_copy(xm_doc_get(parsed, key));
        move_down(list, word->place.line - 1);
    } else {
        list = old && old->type == XM_NODE_LIST ? xm_node_copy(old) : xm_node_new(XM_NODE_LIST, word->place);
        xm_node_add(list, xm_node_new_str(word->value, word->place));
    }
    xm_doc_set(doc, key, list);
    return 0;
}

static int apply_word(xm_doc *doc, const struct word *word, xm_error **err)
{
    switch (word->key->kind) {
    case XM_KIND_INT:
        return int_word(doc, word, err);
    case XM_KIND_BOOL:
        return bool_word(doc, word, err);
    case XM_KIND_LIST:
        return list_word(doc, word, err);
    case XM_KIND_ANY:
    case XM_KIND_BOOL_OR:
        if (*word->value == '[')
            return list_word(doc, word, err);
        break;
    default:
        break;
    }
    xm_doc_set(doc, word->key->name, xm_node_new_str(word->value, word->place));
    return 0;
}

/* xm's known variables from the words, each of which stands at the line of its own: they wait aside
 * until the file has run. */
static int words_doc(const struct xm_config_source *source, const unsigned *lines, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "");

    for (size_t i = 0; i < source->word_count; i++) {
        const char *text = source->words[i], *equals = strchr(text, '=');
        xm_autofree char *value = NULL;
        struct word word;

        if (!equals)
            return xm_fail(err, XM_INVALID, COMMAND_LINE "%s is no VAR=VAL", text);
        value = unquote(equals + 1);
        word = (struct word){ known_key(text, equals), text, equals + 1, value,
                              { lines[i], (unsigned)(equals - text) + 2 } };
        if (word.key && apply_word(doc, &word, err) < 0)
            return -1;
    }
    *ret_doc = XM_TAKE(doc);
    return 0;
}

/* The other words: names that the file can read. Each pair is allocated. */
struct vars {
    struct { const char *name, *value; } *items;
    size_t count;
};

static void vars_clear(struct vars *vars)
{
    for (size_t i = 0; i < vars->count; i++) {
        free((char *)vars->items[i].name);
        free((char *)vars->items[i].value);
    }
    free(vars->items);
}

static void vars_init(struct vars *vars, const struct xm_config_source *source)
{
    vars->items = xm_alloc0(source->word_count + 1, sizeof(*vars->items));
    vars->count = 0;
    for (size_t i = 0; i < source->word_count; i++) {
        const char *word = source->words[i], *equals = strchr(word, '=');

        if (!equals || known_key(word, equals))
            continue;
        vars->items[vars->count].name = xm_strndup(word, (size_t)(equals - word));
        vars->items[vars->count++].value = unquote(equals + 1);
    }
}

/* --- evaluation --- */

static int evaluate(struct xm_lang_input *input, xm_doc **ret_doc, xm_error **err)
{
    xm_lang_names *names = NULL;

    if (xm_lang_eval(input, &names, err) < 0)
        return -1;
    *ret_doc = xm_doc_from_names(names, input->dialect, input->file);
    xm_doc_set_source(*ret_doc, input->text, input->len, input->words_line);
    xm_lang_names_free(names);
    return 0;
}

int xm_config_parse(enum xm_dialect dialect, const char *name, const char *text, size_t len, xm_doc **ret_doc, xm_error **err)
{
    struct xm_lang_input input = { .file = name, .text = text, .len = len, .dialect = dialect };

    return evaluate(&input, ret_doc, err);
}

/* A kernel named without a directory is meant relative to where xm was called; whoever starts
 * the guest again later stands elsewhere. */
static void make_absolute(xm_doc *doc, const char *key)
{
    const xm_node *node = xm_doc_get(doc, key);
    xm_autofree char *path = NULL;
    char cwd[PATH_MAX];

    if (!node || node->type != XM_NODE_STR || !*node->str || *node->str == '/' || !getcwd(cwd, sizeof(cwd)))
        return;
    if (!strcmp(node->str, "hvmloader") || !strcmp(node->str, "vmxloader"))
        return;
    path = xm_printf("%s/%s", strcmp(cwd, "/") ? cwd : "", strncmp(node->str, "./", 2) ? node->str : node->str + 2);
    xm_doc_set(doc, key, xm_node_new_str(path, node->place));
}

/* What the rest of xm may count on: an xm document has its name, as a string. */
static void settle(xm_doc *doc)
{
    const xm_node *name = xm_doc_get(doc, "name");
    const char *file = xm_doc_file(doc), *slash = strrchr(file, '/');

    if (name && name->type == XM_NODE_INT) {
        xm_autofree char *text = name->str ? xm_strdup(name->str) : xm_printf("%lld", (long long)name->i);

        xm_doc_set(doc, "name", xm_node_new_str(text, name->place));
        name = xm_doc_get(doc, "name");     /* the old one is gone */
    }
    if (xm_doc_dialect(doc) != XM_DIALECT_XM)
        return;
    if (!name || name->type == XM_NODE_NONE || (name->type == XM_NODE_STR && !*name->str))
        xm_doc_set_str(doc, "name", slash ? slash + 1 : file);
    make_absolute(doc, "kernel");
    make_absolute(doc, "ramdisk");
}

static int evaluate_with_vars(const struct xm_config_source *source, struct xm_lang_input *input, xm_doc **ret_doc, xm_error **err)
{
    struct vars vars;
    int ret;

    vars_init(&vars, source);
    input->vars = (const void *)vars.items;
    input->var_count = vars.count;
    ret = evaluate(input, ret_doc, err);
    vars_clear(&vars);
    return ret;
}

static int load_xm(const struct xm_config_source *source, struct xm_lang_input *input, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree unsigned *lines = xm_new0(unsigned, source->word_count + 1);
    XM_AUTO(xm_doc) *words = NULL, *doc = NULL;
    xm_autobuf text = XM_BUF_INIT;
    unsigned words_line;

    xm_buf_add(&text, input->text, input->len);
    words_line = xm_source_add_words(&text, source->words, source->word_count, lines);
    if (words_doc(source, lines, &words, err) < 0 || evaluate_with_vars(source, input, &doc, err) < 0)
        return -1;
    for (size_t i = 0; i < xm_doc_count(words); i++)
        xm_doc_set(doc, xm_doc_key(words, i), xm_node_copy(xm_doc_value(words, i)));
    if (source->word_count)
        xm_doc_set_source(doc, text.data, text.len, words_line);
    *ret_doc = XM_TAKE(doc);
    return 0;
}

/* Text without quotes of its own is what people type who come from xm: the shell ate theirs. If that
 * is what failed, the cure is told in place of what the language makes of it. */
static int tell_quotes(const struct xm_config_source *source, xm_error **err)
{
    for (size_t i = 0; err && i < source->word_count; i++) {
        const char *word = source->words[i], *value = strchr(word, '=');
        size_t len = strlen(word);

        if (!value || !value[1] || strchr("\"'[0123456789", value[1]))
            continue;
        if (strncmp((*err)->msg, COMMAND_LINE, strlen(COMMAND_LINE)) || strncmp((*err)->msg + strlen(COMMAND_LINE), word, len)
            || (*err)->msg[strlen(COMMAND_LINE) + len] != ':')
            continue;
        xm_error_free(*err);
        *err = NULL;
        return xm_fail(err, XM_INVALID, COMMAND_LINE "%s: as xl, text stands in quotes of its own: '%.*s=\"%s\"'", word,
                       (int)(value - word), word, value + 1);
    }
    return -1;
}

static int load_xl(const struct xm_config_source *source, struct xm_lang_input *input, xm_doc **ret_doc, xm_error **err)
{
    xm_autobuf text = XM_BUF_INIT;

    if (!source->word_count)
        return evaluate(input, ret_doc, err);
    xm_buf_add(&text, input->text, input->len);
    input->words_line = xm_source_add_words(&text, source->words, source->word_count, NULL);
    input->text = text.data;
    input->len = text.len;
    return evaluate(input, ret_doc, err) < 0 ? tell_quotes(source, err) : 0;
}

/* sys.argv: the file as it was typed, and the words. The array is the caller's, the words are not. */
static const char **make_argv(const struct xm_config_source *source)
{
    const char **argv = xm_new0(const char *, source->word_count + 2);

    argv[0] = source->file ? source->file : DEFAULT_FILE;
    for (size_t i = 0; i < source->word_count; i++)
        argv[i + 1] = source->words[i];
    return argv;
}

int xm_config_load(const struct xm_config_source *source, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *path = NULL, *text = NULL;
    xm_autofree const char **argv = make_argv(source);
    struct xm_lang_input input = {
        .dialect = source->dialect, .argv = argv, .argc = source->word_count + 1,
        .print = source->print, .print_arg = source->arg, .note = source->note, .note_arg = source->arg,
    };
    XM_AUTO(xm_doc) *doc = NULL;
    int ret;

    if (read_source(source, &path, &text, &input.len, err) < 0)
        return -1;
    input.file = strncmp(path, "./", 2) ? path : path + 2;
    input.text = text;
    ret = source->dialect == XM_DIALECT_XM ? load_xm(source, &input, &doc, err) : load_xl(source, &input, &doc, err);
    if (ret < 0)
        return -1;
    settle(doc);
    *ret_doc = XM_TAKE(doc);
    return 0;
}

/* --- what is done with a document at once --- */

int xm_config_check(const xm_doc *doc, const struct xm_config_report *how, xm_error **err)
{
    const struct xm_bind_report report = {
        .warning = how ? how->warning : NULL, .arg = how ? how->arg : NULL, .strict = how && how->strict,
    };
    libxl_domain_config cfg;
    int ret;

    libxl_domain_config_init(&cfg);
    ret = xm_bind(doc, &report, &cfg, err);
    libxl_domain_config_dispose(&cfg);
    return ret;
}

int xm_config_format_json(const xm_doc *doc, char **ret_text, xm_error **err)
{
    libxl_domain_config cfg;
    int ret;

    libxl_domain_config_init(&cfg);
    ret = xm_bind(doc, NULL, &cfg, err);
    if (ret == 0) {
        *ret_text = xm_bind_json(&cfg);
        if (!*ret_text)
            ret = xm_fail(err, XM_HOST, "%s: libxl could not write its JSON", xm_doc_file(doc));
    }
    libxl_domain_config_dispose(&cfg);
    return ret;
}
