/* bind against stock xl: what it made of the same text on real Xen, as tests/corpus/regenerate wrote
 * it down. */
#include "bound.h"

#include "bind/keys.h"

#define UUID "uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"\n"

/* What tests/corpus/differences says of a case: a line "CASE TAB OURS TAB REASON", OURS being what we do. */
enum difference { SAME, REFUSED, OTHER, EITHER };

static enum difference difference_of(const char *differences, const char *name)
{
    static const char *const words[] = { "", "refused", "other", "either" };
    size_t len = strlen(name);

    for (const char *line = differences; *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] != '\0')) {
        if (strncmp(line, name, len) || line[len] != '\t')
            continue;
        for (int i = REFUSED; i <= EITHER; i++)
            if (!strncmp(line + len + 1, words[i], strlen(words[i])) && line[len + 1 + strlen(words[i])] == '\t')
                return (enum difference)i;
    }
    return SAME;
}

/* What both say, from some words before they part. */
static void print_difference(const char *what, const char *theirs, const char *ours)
{
    size_t at = 0;

    while (theirs[at] && theirs[at] == ours[at])
        at++;
    at = at > 60 ? at - 60 : 0;
    print_message("# %s\n#   stock %.200s\n#   ours  %.200s\n", what, theirs + at, ours + at);
}

/* One expectation "NAME\tRESULT\tJSON" against what was bound; differs says what is to be expected of that. */
static bool as_expected(struct bound *bound, enum difference differs, char *expected, const char *what)
{
    char *result = strchr(expected, '\t') + 1, *json = strchr(result, '\t') + 1;
    xm_autofree char *ours = NULL;
    bool refused, same;

    json[-1] = '\0';
    squeeze(json);
    refused = !strcmp(result, "refused");
    if (!bound->error) {
        ours = xm_bind_json(&bound->cfg);
        squeeze(ours);
    }
    same = bound->error ? refused : !refused && !strcmp(ours, json);
    if (differs == EITHER || (differs == SAME ? same : !same && (differs == REFUSED) == !!bound->error))
        return true;
    print_difference(what, refused ? result : json, bound->error ? bound->error : ours);
    return false;
}

static void case_text(const char *line, struct xm_buf *ret)
{
    size_t type = strcspn(line, "\t");

    xm_buf_printf(ret, "name=\"a\"\ntype=\"%.*s\"\n" UUID "%s", (int)type, line,
                  strncmp(line, "hvm", 3) ? "kernel=\"/k\"\n" : "");
    for (const char *c = line + type + 1; *c; c++)
        xm_buf_putc(ret, *c == '\t' ? '\n' : *c);
    xm_buf_putc(ret, '\n');
}

/* As a file of that text would be: a mistake of the language is one too. */
static void bind_case(const char *line, struct bound *ret)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_error *err = NULL;

    case_text(line, &text);
    memset(ret, 0, sizeof(*ret));
    if (xm_config_parse(XM_DIALECT_XL, "web", text.data, text.len, &ret->doc, &err) < 0)
        ret->error = xm_error_text(err);
    else
        bind_doc(ret);
    xm_error_free(err);
}

static void each_key_is_bound_as_stock_xl_does(void **state)
{
    xm_autofree char *cases = read_corpus("keys.cases"), *expected = read_corpus("keys.expected");
    xm_autofree char *differences = read_corpus("differences");
    char *save_case = NULL, *save_expected = NULL, *line, *answer;
    unsigned wrong = 0, count = 0;

    (void)state;
    answer = strtok_r(expected, "\n", &save_expected);
    for (line = strtok_r(cases, "\n", &save_case); line; line = strtok_r(NULL, "\n", &save_case)) {
        AUTO_BOUND bound = { 0 };

        if (*line == '#')
            continue;
        assert_non_null(answer);
        bind_case(line, &bound);
        count++;
        wrong += !as_expected(&bound, difference_of(differences, line), answer, line);
        answer = strtok_r(NULL, "\n", &save_expected);
    }
    assert_true(count > 1900);
    assert_int_equal(wrong, 0);
}

/* --- that the cases are all there are --- */

static bool has_case(const char *cases, const char *guest, const char *key)
{
    xm_autofree char *start = xm_printf("\n%s\t", guest), *assigned = xm_printf("\t%s=", key), *appended = xm_printf("\t%s+=", key);
    const char *line = cases;

    while ((line = strstr(line, start))) {
        xm_autofree char *whole = xm_strndup(line + 1, strcspn(line + 1, "\n"));

        line++;
        if (strstr(whole, assigned) || strstr(whole, appended))
            return true;
    }
    return false;
}

static void each_key_of_xl_is_compared_for_each_type_of_guest(void **state)
{
    static const struct { unsigned char bit; const char *name; } guests[] = { { XM_PV, "pv" }, { XM_HVM, "hvm" }, { XM_PVH, "pvh" } };
    xm_autofree char *cases = read_corpus("keys.cases");
    unsigned missing = 0, keys = 0;

    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++) {
        keys += !!(key->dialects & XM_IN_XL);
        for (size_t i = 0; i < XM_COUNT(guests) && key->dialects & XM_IN_XL; i++)
            if (key->guests & guests[i].bit && !has_case(cases, guests[i].name, key->name)) {
                print_message("# %s has no case for %s\n", key->name, guests[i].name);
                missing++;
            }
    }
    assert_true(keys >= 156);
    assert_int_equal(missing, 0);
}

/* Whether name stands in text as a word of a device string. */
static bool has_word(const char *text, const char *name)
{
    size_t len = strlen(name);
    const char *at = text;

    for (; (at = strstr(at, name)); at++)
        if (strchr("\", :[", at[-1]) && strchr("=,:-\" ", at[len]))
            return true;
    return false;
}

static bool has_option(const char *cases, const char *key, const char *option)
{
    xm_autofree char *start = xm_printf("\t%s=", key);
    const char *at = cases;

    while ((at = strstr(at, start))) {
        xm_autofree char *value = NULL;

        at += strlen(start);
        value = xm_strndup(at, strcspn(at, "\t\n"));
        if (has_word(value + 1, option))
            return true;
    }
    return false;
}

static void each_option_of_a_device_is_compared(void **state)
{
    xm_autofree char *cases = read_corpus("keys.cases"), *options = read_corpus("options");
    char *save = NULL;
    unsigned missing = 0, count = 0;

    (void)state;
    for (char *line = strtok_r(options, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *words = line, *key = strsep(&words, "\t"), *word;

        while (*line != '#' && (word = strsep(&words, " "))) {
            count++;
            if (has_option(cases, key, word))
                continue;
            print_message("# %s of %s has no case\n", word, key);
            missing++;
        }
    }
    assert_true(count > 140);
    assert_int_equal(missing, 0);
}

static void files_are_bound_as_stock_xl_does(void **state)
{
    xm_autofree char *expected = read_corpus("xl.expected"), *differences = read_corpus("differences");
    char *words[] = { (char *)"uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"" };
    char *save = NULL;
    unsigned wrong = 0, count = 0;

    (void)state;
    for (char *line = strtok_r(expected, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        xm_autofree char *name = xm_strndup(line, strcspn(line, "\t")), *path = corpus(name);
        struct xm_config_source source = { .dialect = XM_DIALECT_XL, .file = path, .words = words, .word_count = 1 };
        xm_error *err = NULL;
        AUTO_BOUND bound = { 0 };

        if (xm_config_load(&source, &bound.doc, &err) < 0)
            bound.error = xm_error_text(err);
        else
            bind_doc(&bound);
        xm_error_free(err);
        count++;
        wrong += !as_expected(&bound, difference_of(differences, name), line, name);
    }
    assert_true(count > 90);
    assert_int_equal(wrong, 0);
}

/* --- and back --- */

/* No text and no memory are to xm the same as no such key, and so is to all what is off by default. */
static bool is_nothing(const struct xm_key *key, const char *text)
{
    const char *value = strchr(text, '=') + 1, *def = key->def ? key->def + (*key->def == '~') : "";

    return !strcmp(value, "\"\"") || (!strcmp(value, "0") && (!strcmp(def, "0") || strstr(key->field, "memkb")));
}

/* The row of a case of one key alone that goes unchanged into one field, or NULL. */
static const struct xm_key *plain_row(const char *line)
{
    const char *text = strchr(line, '\t') + 1;
    xm_autofree char *name = xm_strndup(text, strcspn(text, "=+"));
    const struct xm_key *key = strchr(text, '\t') ? NULL : xm_key_find(name);

    return key && key->bind && key->field && !key->instead && !is_nothing(key, text) ? key : NULL;
}

/* A guest of xl's, read back, is bound to the same. What libxl does and xm does not is said beside. */
static bool comes_back(const char *line)
{
    xm_autofree char *whole = xm_printf("%s\tmemory=64\tvcpus=1%s", line, strncmp(line, "hvm", 3) ? "" : "\tvnc=1");
    xm_autofree char *json = NULL, *again = NULL;
    AUTO_BOUND bound = { 0 }, back = { 0 };

    bind_case(whole, &bound);
    if (bound.error)
        return true;
    json = xm_bind_json(&bound.cfg);
    assert_int_equal(xm_config_from_json(json, strlen(json), &back.doc, NULL), 0);
    bind_doc(&back);
    again = back.error ? xm_strdup(back.error) : xm_bind_json(&back.cfg);
    squeeze(json);
    squeeze(again);
    if (!strcmp(json, again))
        return true;
    print_difference(line, json, again);
    return false;
}

static void what_a_row_binds_is_read_back(void **state)
{
    xm_autofree char *cases = read_corpus("keys.cases");
    char *save = NULL;
    unsigned lost = 0, count = 0;

    (void)state;
    for (char *line = strtok_r(cases, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (*line == '#' || !strchr(line, '\t') || !plain_row(line))
            continue;
        count++;
        lost += !comes_back(line);
    }
    assert_true(count > 300);
    assert_int_equal(lost, 0);
}

/* --- disk strings --- */

static char *first_key(const xm_json *disk)
{
    xm_autofree char *spec = NULL;
    const xm_json *argv = xm_json_get(disk, "argv", NULL);

    for (size_t i = 0; i < argv->count; i++) {
        char *longer = xm_printf("%s%s%s", spec ? spec : "", spec ? "," : "", xm_json_str(argv->items[i]));

        free(spec);
        spec = longer;
    }
    return XM_TAKE(spec);
}

static void check_field(const char *spec, const char *key, const char *ours, const xm_json *disk)
{
    const xm_json *node = xm_json_get(disk, key, NULL);
    xm_autofree char *theirs = NULL;

    if (!node)
        return;
    if (node->type == XM_JSON_NUMBER)
        theirs = xm_strdup(node->text);
    else
        theirs = xm_strdup(xm_json_str(node) ? xm_json_str(node) : "");
    if (strcmp(ours ? ours : "", theirs))
        fail_msg("%s: %s is '%s', not '%s'", spec, key, ours ? ours : "", theirs);
}

static void check_disk(const char *spec, const libxl_device_disk *disk, const xm_json *expected)
{
    check_field(spec, "pdev_path", disk->pdev_path, expected);
    check_field(spec, "vdev", disk->vdev, expected);
    check_field(spec, "format", libxl_disk_format_to_string(disk->format), expected);
    check_field(spec, "backend", libxl_disk_backend_to_string(disk->backend), expected);
    check_field(spec, "script", disk->script, expected);
    check_field(spec, "readwrite", disk->readwrite ? "1" : "0", expected);
    check_field(spec, "removable", disk->removable ? "1" : "0", expected);
    check_field(spec, "is_cdrom", disk->is_cdrom ? "1" : "0", expected);
    check_field(spec, "discard_enable", libxl_defbool_to_string(disk->discard_enable), expected);
    check_field(spec, "trusted", libxl_defbool_to_string(disk->trusted), expected);
}

static void one_disk_file(const char *name)
{
    xm_autofree char *path = xm_printf("disks/%s", name), *text = read_corpus(path), *spec = NULL, *config = NULL;
    XM_AUTO(xm_json) *json = NULL;
    AUTO_BOUND bound;

    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    spec = first_key(json);
    config = xm_printf("name='a'\nkernel='/k'\ndisk=['%s']\n", spec);
    bind_text(XM_DIALECT_XL, config, &bound);
    if (bound.error)
        fail_msg("%s", bound.error);
    assert_int_equal(bound.cfg.num_disks, 1);
    check_disk(spec, &bound.cfg.disks[0], xm_json_get(json, "disk", NULL));
}

static void disk_strings_mean_what_they_mean_to_xl(void **state)
{
    static const char *const files[] = {
        "05-format_raw_vdev_hda_access_rw_target_dev.json", "09-root_image_iso_hdc_cdrom.json",
        "12-format_raw_vdev_hdc_access_ro_devtype_cd.json", "14-backendtype_phy_vdev_xvdb_access_w_targe.json",
        "15-devtype_cdrom_hdc.json", "16-hdc_cdrom_r.json", "17-hdc_cdrom_r.json", "19-empty_hdc_cdrom_r.json",
        "21-vdev_hdc_access_r_devtype_cdrom.json", "22-iscsi_iqn_2001_05_com_equallogic_0_8a090.json",
        "23-vdev_xvda_access_w_script_block_iscsi_ta.json", "24-drbd_app01_hda_w.json",
        "25-discard_vdev_hda_target_some_disk_image_.json", "26-cdrom_no_discard_vdev_hda_target_some_di.json",
        "27-trusted_vdev_hda_target_some_disk_image_.json",
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(files); i++)
        one_disk_file(files[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_is_bound_as_stock_xl_does),
        cmocka_unit_test(each_key_of_xl_is_compared_for_each_type_of_guest),
        cmocka_unit_test(each_option_of_a_device_is_compared),
        cmocka_unit_test(files_are_bound_as_stock_xl_does),
        cmocka_unit_test(what_a_row_binds_is_read_back),
        cmocka_unit_test(disk_strings_mean_what_they_mean_to_xl),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
