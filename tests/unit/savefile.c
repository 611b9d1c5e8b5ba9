/* savefile: the head of a save file, written as stock xl writes it and read without trust. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "guest/savefile.h"

static int open_with(const void *data, size_t len)
{
    int fd = memfd_create("save", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* Reads data as a file's head; the error's text, or NULL. */
static char *reading(const void *data, size_t len)
{
    xm_autoclose int fd = open_with(data, len);
    char *config = NULL, *text;
    xm_error *err = NULL;
    bool json;

    if (xm_savefile_read_head(fd, "web.save", &config, &json, &err) == 0) {
        assert_null(err);
        free(config);
        return NULL;
    }
    assert_null(config);
    text = xm_error_text(err);
    xm_error_free(err);
    return text;
}

static void refused(const void *data, size_t len, const char *text)
{
    xm_autofree char *got = reading(data, len);

    assert_non_null(got);
    if (strstr(got, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, got);
    assert_int_equal(strncmp(got, "web.save: ", 10), 0);
}

/* A head with its four numbers after the magic, and what follows. */
static size_t make(uint8_t *out, uint32_t order, uint32_t mandatory, uint32_t data_len, uint32_t config_len,
                   const char *config, size_t config_bytes)
{
    const uint32_t numbers[] = { order, mandatory, 0, data_len, config_len };

    memcpy(out, "Xen saved domain, xl format\n \0 \r", 32);
    memcpy(out + 32, numbers, sizeof(numbers));
    memcpy(out + 52, config, config_bytes);
    return 52 + config_bytes;
}

static void a_head_is_written_as_stock_xl_does(void **state)
{
    static const uint8_t expected[] =
        "Xen saved domain, xl format\n \0 \r"
        "\x04\x03\x02\x01" "\x03\0\0\0" "\0\0\0\0" "\x07\0\0\0" "\x03\0\0\0" "{}";
    xm_autoclose int fd = memfd_create("save", MFD_CLOEXEC);
    uint8_t got[64];

    (void)state;
    assert_int_equal(xm_savefile_write_head(fd, "{}", NULL), 0);
    assert_int_equal(pread(fd, got, sizeof(got), 0), sizeof(expected));
    assert_memory_equal(got, expected, sizeof(expected));
}

static void what_is_written_is_read_back_up_to_the_stream(void **state)
{
    xm_autoclose int fd = memfd_create("save", MFD_CLOEXEC);
    xm_autofree char *config = NULL;
    bool json = false;
    char stream[9] = "";

    (void)state;
    assert_int_equal(xm_savefile_write_head(fd, "{ \"c_info\": {} }", NULL), 0);
    assert_int_equal(write(fd, "LibxlFmt", 8), 8);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(xm_savefile_read_head(fd, "web.save", &config, &json, NULL), 0);
    assert_string_equal(config, "{ \"c_info\": {} }");
    assert_true(json);
    assert_int_equal(read(fd, stream, 8), 8);
    assert_string_equal(stream, "LibxlFmt");
}

static void what_stands_behind_the_configuration_is_skipped(void **state)
{
    uint8_t head[128];
    size_t len = make(head, 0x01020304, 3, 4 + 3 + 5, 3, "{}\0extra<stream>", 16);
    xm_autoclose int fd = open_with(head, len);
    xm_autofree char *config = NULL;
    char stream[9] = "";
    bool json;

    (void)state;
    assert_int_equal(xm_savefile_read_head(fd, "web.save", &config, &json, NULL), 0);
    assert_string_equal(config, "{}");
    assert_int_equal(read(fd, stream, 8), 8);
    assert_string_equal(stream, "<stream>");
}

static void configuration_text_is_told_from_json(void **state)
{
    uint8_t head[128];
    size_t len = make(head, 0x01020304, 2, 4 + 8, 8, "name='a'", 8);
    xm_autoclose int fd = open_with(head, len);
    xm_autofree char *config = NULL;
    bool json = true;

    (void)state;
    assert_int_equal(xm_savefile_read_head(fd, "web.save", &config, &json, NULL), 0);
    assert_string_equal(config, "name='a'");
    assert_false(json);
}

static void foreign_files_are_refused_by_name(void **state)
{
    char zeroes[100] = "";

    (void)state;
    refused("", 0, "signature read");
    refused("Xen saved domain", 16, "signature read");
    refused(zeroes, sizeof(zeroes), "found '................'");
    refused("#!/bin/sh\necho hello\nexit 0\n\n\n\n\n\n", 34, "found '#!/bin/sh.echo h'");
    refused("LinuxGuestRecord\0\0\x01\x02(domain (domid 1) (name web1))", 50, "saved by xend");
}

static void damaged_heads_are_refused(void **state)
{
    uint8_t head[128];
    size_t len;

    (void)state;
    len = make(head, 0x01020304, 3, 7, 3, "{}", 3);
    assert_null(reading(head, len));
    for (size_t i = 0; i < len; i++) {
        xm_autofree char *text = reading(head, i);      /* cut anywhere */

        assert_non_null(text);
    }
    len = make(head, 0x04030201, 3, 7, 3, "{}", 3);
    refused(head, len, "byte order");
    len = make(head, 0x01020304, 7, 7, 3, "{}", 3);
    refused(head, len, "mandatory flags 0x7");
    len = make(head, 0x01020304, 1, 7, 3, "{}", 3);
    refused(head, len, "before 4.6");
    len = make(head, 0x01020304, 3, 3, 3, "{}", 3);
    refused(head, len, "config size read");
    len = make(head, 0x01020304, 3, UINT32_MAX, UINT32_MAX - 4, "{}", 3);
    refused(head, len, "config size read");
    len = make(head, 0x01020304, 3, 7, 4, "{}", 3);
    refused(head, len, "config size read");
    len = make(head, 0x01020304, 3, 7, UINT32_MAX, "{}", 3);
    refused(head, len, "config size read");
    len = make(head, 0x01020304, 3, 7, 0, "{}", 3);
    refused(head, len, "config size read");
    len = make(head, 0x01020304, 3, 100, 96, "{}", 3);
    refused(head, len, "config read");
    len = make(head, 0x01020304, 3, 9, 5, "{}\0{}", 5);
    refused(head, len, "NUL");
}

/* What is behind the configuration is skipped by who reads a file, and found by who asks for it. */
static void more_may_stand_behind_the_configuration(void **state)
{
    xm_autobuf head = XM_BUF_INIT;
    char *config = NULL;
    bool json = false;
    size_t len, more;

    (void)state;
    assert_int_equal(xm_savefile_format_head("{}", "MORE", 4, &head, NULL), 0);
    assert_int_equal(head.len, XM_SAVEFILE_HEAD + 4 + 3 + 4);
    assert_null(reading(head.data, head.len));
    assert_int_equal(xm_savefile_check_head(head.data, XM_SAVEFILE_HEAD, "x", &len, NULL), 0);
    assert_int_equal(len, 11);
    assert_int_equal(xm_savefile_parse_data(head.data, head.data + XM_SAVEFILE_HEAD, "x", &config, &json, &more, NULL), 0);
    assert_true(json);
    assert_string_equal(config, "{}");
    assert_int_equal(more, 7);
    assert_memory_equal(head.data + XM_SAVEFILE_HEAD + more, "MORE", 4);
    free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_may_stand_behind_the_configuration),
        cmocka_unit_test(a_head_is_written_as_stock_xl_does),
        cmocka_unit_test(what_is_written_is_read_back_up_to_the_stream),
        cmocka_unit_test(what_stands_behind_the_configuration_is_skipped),
        cmocka_unit_test(configuration_text_is_told_from_json),
        cmocka_unit_test(foreign_files_are_refused_by_name),
        cmocka_unit_test(damaged_heads_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
