/* Configurations as people have them, each in the dialects it was written for: what tests/corpus/accepted
 * says of it. A line there is
 *
 *   FILE TAB DIALECT TAB WORD TAB RESULT TAB REASON
 *
 * WORD being the VAR=VAL word behind the file, if it needs one, and RESULT "accepted" or the first line
 * of what is said against it, for a REASON that lies in the file. XM_CORPUS_UPDATE=1 writes the results anew, to be read before they are
 * believed. Forms of xend, sexpr/, are read as documents and bound. */
#include "bound.h"

#include <dirent.h>

static char *first_line(const char *text)
{
    return xm_strndup(text, strcspn(text, "\n"));
}

/* What is said of the file, without the directory it is in. */
static char *result_of(struct bound *bound, const char *path)
{
    xm_autofree char *line = NULL;

    if (!bound->error)
        return xm_strdup("accepted");
    line = first_line(bound->error);
    if (!strncmp(line, path, strlen(path)))
        return xm_strdup(line + strlen(path) + 1);
    return XM_TAKE(line);
}

/* The machine has whatever processors a file names, and the person who calls is somebody. */
static void bind_on_large_machine(struct bound *ret)
{
    static const struct xm_bind_machine large = { .nr_cpus = 64 };
    const struct xm_bind_report report = { .machine = &large };
    xm_error *err = NULL;

    libxl_domain_config_init(&ret->cfg);
    if (xm_bind(ret->doc, &report, &ret->cfg, &err) < 0)
        ret->error = xm_error_text(err);
    xm_error_free(err);
}

static char *read_and_bind(const char *name, const char *dialect, const char *word)
{
    xm_autofree char *path = corpus(name), *copy = xm_strdup(word);
    char *words[] = { copy };
    struct xm_config_source source = {
        .dialect = strcmp(dialect, "xl") ? XM_DIALECT_XM : XM_DIALECT_XL, .file = path, .words = words,
        .word_count = *word ? 1 : 0,
    };
    xm_error *err = NULL;
    AUTO_BOUND bound = { 0 };

    if (xm_config_load(&source, &bound.doc, &err) < 0)
        bound.error = xm_error_text(err);
    else
        bind_on_large_machine(&bound);
    xm_error_free(err);
    return result_of(&bound, path);
}

static void each_file_is_accepted_or_refused_for_its_reason(void **state)
{
    xm_autofree char *table = read_corpus("accepted"), *path = corpus("accepted");
    xm_autobuf updated = XM_BUF_INIT;
    unsigned wrong = 0, count = 0;
    char *save = NULL;

    (void)state;
    for (char *line = strtok_r(table, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *rest = line, *part[5];
        xm_autofree char *result = NULL;

        for (int i = 0; i < 5; i++)
            part[i] = *line == '#' ? line : strsep(&rest, "\t");
        if (*line == '#') {
            xm_buf_printf(&updated, "%s\n", line);
            continue;
        }
        assert_non_null(part[4]);
        result = read_and_bind(part[0], part[1], part[2]);
        xm_buf_printf(&updated, "%s\t%s\t%s\t%s\t%s\n", part[0], part[1], part[2], result, part[4]);
        count++;
    
        if (!strcmp(result, part[3]) && (!strcmp(result, "accepted") || *part[4]))
            continue;
        print_message("# %s (%s)\n#   gives %s\n#   not   %s\n", part[0], part[1], result, part[3]);
        wrong++;
    }
    assert_true(count > 100);
    if (getenv("XM_CORPUS_UPDATE"))
        assert_int_equal(xm_file_replace(path, updated.data, updated.len, 0644, NULL), 0);
    else
        assert_int_equal(wrong, 0);
}

static void each_file_is_in_the_table(void **state)
{
    static const char *const dirs[] = { "xl", "xm", "python" };
    xm_autofree char *table = read_corpus("accepted");
    unsigned missing = 0;

    (void)state;
    for (size_t i = 0; i < XM_COUNT(dirs); i++) {
        xm_autofree char *path = corpus(dirs[i]);
        DIR *dir = opendir(path);
        const struct dirent *entry;

        assert_non_null(dir);
        while ((entry = readdir(dir))) {
            xm_autofree char *line = xm_printf("\n%s/%s\t", dirs[i], entry->d_name);

            if (*entry->d_name == '.' || strstr(table, line))
                continue;
            print_message("# %s/%s is not in it\n", dirs[i], entry->d_name);
            missing++;
        }
        closedir(dir);
    }
    assert_int_equal(missing, 0);
}

/* It lacks its last parenthesis. */
#define UNBALANCED "sexpr/sexpr2xml-net-routed.sexpr"

/* The loader of these files joined lines that end in a backslash, and what became of their strings is
 * looked at where devices are read (forms.c); here, that each is a guest. */
static void one_form(const char *name, const char *text, size_t len, unsigned *wrong)
{
    xm_error *err = NULL;
    AUTO_BOUND bound = { 0 };

    if (xm_config_from_sxp(text, len, name, &bound.doc, &err) < 0)
        bound.error = xm_error_text(err);
    else
        bind_on_large_machine(&bound);
    xm_error_free(err);
    if (!strcmp(name, UNBALANCED) ? bound.error && strstr(bound.error, "unexpected EOF") : !bound.error)
        return;
    print_message("# %s: %s\n", name, bound.error ? bound.error : "is read");
    (*wrong)++;
}

static void join_lines(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (from[0] == '\\' && from[1] == '\n')
            from++;
        else
            *to++ = *from;
    *to = '\0';
}

static void each_form_of_xend_is_a_guest(void **state)
{
    xm_autofree char *path = corpus("sexpr");
    DIR *dir = opendir(path);
    const struct dirent *entry;
    unsigned wrong = 0, count = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        xm_autofree char *name = xm_printf("sexpr/%s", entry->d_name), *text = NULL;

        if (*entry->d_name == '.')
            continue;
        text = read_corpus(name);
        join_lines(text);
        one_form(name, text, strlen(text), &wrong);
        count++;
    }
    closedir(dir);
    assert_true(count > 50);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_accepted_or_refused_for_its_reason),
        cmocka_unit_test(each_file_is_in_the_table),
        cmocka_unit_test(each_form_of_xend_is_a_guest),
    };

    setenv("USER", "somebody", 1);
    unsetenv("BRIDGE");
    unsetenv("VCPUS");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
