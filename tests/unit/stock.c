/* bind against stock xl: what it made of the same text on real Xen, as tests/corpus/regenerate wrote
 * it down. */
#include "bound.h"

#define UUID "uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"\n"

/* Each run of blanks as one, none at the end: how the expectations are written. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

/* Whether tests/corpus/differences names the case. */
static bool may_differ(const char *differences, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = differences; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, name, len) && line[len] == '\t')
            return true;
        if (!*line)
            break;
    }
    return false;
}

/* One expectation "NAME\tRESULT\tJSON" against what was bound. */
static bool as_expected(struct bound *bound, const char *name, char *expected, const char *what)
{
    char *result = strchr(expected, '\t') + 1, *json = strchr(result, '\t') + 1;
    xm_autofree char *ours = NULL;

    json[-1] = '\0';
    squeeze(json);
    if (bound->error) {
        if (!strcmp(result, "refused"))
            return true;
        print_message("# %s: %s\n#   refused: %s\n", name, what, bound->error);
        return false;
    }
    ours = xm_bind_json(&bound->cfg);
    squeeze(ours);
    if (!strcmp(result, "0") && !strcmp(ours, json))
        return true;
    print_message("# %s: %s\n#   stock %s %s\n#   ours    %s\n", name, what, result, json, ours);
    return false;
}

static void case_text(const char *line, struct xm_buf *ret)
{
    size_t type = strcspn(line, "\t");

    xm_buf_printf(ret, "name=\"a\"\ntype=\"%.*s\"\n%s", (int)type, line, strncmp(line, "hvm", 3) ? "kernel=\"/k\"\n" : "");
    for (const char *c = line + type + 1; *c; c++)
        xm_buf_putc(ret, *c == '\t' ? '\n' : *c);
    xm_buf_puts(ret, "\n" UUID);
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
        xm_autobuf text = XM_BUF_INIT;
        AUTO_BOUND bound = { 0 };

        if (*line == '#')
            continue;
        assert_non_null(answer);
        case_text(line, &text);
        bind_text(XM_DIALECT_XL, text.data, &bound);
        count++;
        if (!may_differ(differences, line) && !as_expected(&bound, "keys", answer, line))
            wrong++;
        answer = strtok_r(NULL, "\n", &save_expected);
    }
    assert_true(count > 200);
    assert_int_equal(wrong, 0);
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
        if (!may_differ(differences, name) && !as_expected(&bound, "file", line, name))
            wrong++;
    }
    assert_true(count > 60);
    assert_int_equal(wrong, 0);
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
        cmocka_unit_test(files_are_bound_as_stock_xl_does),
        cmocka_unit_test(disk_strings_mean_what_they_mean_to_xl),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
