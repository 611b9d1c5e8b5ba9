/* Memory streams of libxl's, as a reader who builds nothing takes them. Their records are spelled out here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "host/xen/stream.h"

#define PAGE 4096

static void add32(struct xm_buf *to, uint32_t value) { xm_buf_add(to, &value, sizeof(value)); }
static void add64(struct xm_buf *to, uint64_t value) { xm_buf_add(to, &value, sizeof(value)); }

static void add_zeros(struct xm_buf *to, size_t count)
{
    while (count-- > 0)
        xm_buf_putc(to, 0);
}

static void record(struct xm_buf *to, uint32_t type, uint32_t len)
{
    add32(to, type);
    add32(to, len);
}

static void blank(struct xm_buf *to, uint32_t type, uint32_t len)
{
    record(to, type, len);
    add_zeros(to, (len + 7) & ~7u);
}

static void begin(struct xm_buf *to, uint32_t version, uint32_t type)
{
    xm_buf_add(to, "LibxlFmt\0\0\0\2\0\0\0\0", 16);
    record(to, 1, 0);
    add64(to, UINT64_MAX);
    xm_buf_add(to, "XENF", 4);
    add32(to, version << 24);           /* big-endian */
    add64(to, 0);
    add32(to, type);
    add32(to, 12);
    add32(to, 4);
    add32(to, 17);
}

/* Two pages that are there, between two that are not. */
static void pages(struct xm_buf *to, uint64_t from)
{
    record(to, 1, 8 + 4 * 8 + 2 * PAGE);
    add32(to, 4);
    add32(to, 0);
    add64(to, from | 15ull << 60);
    add64(to, from + 1);
    add64(to, (from + 2) | 12ull << 60);
    add64(to, (from + 3) | 13ull << 60);
    add_zeros(to, 2 * PAGE);
}

static void pv_info(struct xm_buf *to)
{
    record(to, 2, 8);
    xm_buf_add(to, "\10\4\0\0\0\0\0\0", 8);
}

static void p2m(struct xm_buf *to, uint32_t last)
{
    uint32_t frames = last / 512 + 1;

    record(to, 3, 8 + frames * 8);
    add32(to, 0);
    add32(to, last);
    add_zeros(to, frames * 8);
}

static void params(struct xm_buf *to, uint32_t count)
{
    record(to, 10, 8 + count * 16);
    add32(to, count);
    add_zeros(to, 4 + count * 16);
}

static void static_data(struct xm_buf *to)
{
    blank(to, 0x11, 24 * 3);
    blank(to, 0x12, 16);
    record(to, 0x10, 0);
}

static void pv(struct xm_buf *to)
{
    begin(to, 3, 1);
    pv_info(to);
    static_data(to);
    p2m(to, 1023);
    pages(to, 0);
    pages(to, 1020);
    blank(to, 8, 24);
    blank(to, 7, PAGE);
    blank(to, 4, 8 + 5168);
    blank(to, 5, 8 + 128);
    blank(to, 12, 8);
    record(to, 0, 0);
    record(to, 0, 0);
}

static void model(struct xm_buf *to, uint32_t type, const char *data, uint32_t len)
{
    record(to, type, 8 + len);
    add32(to, 2);
    add32(to, 0);
    xm_buf_add(to, data, len);
    add_zeros(to, -len & 7);
}

static void hvm(struct xm_buf *to)
{
    begin(to, 3, 2);
    static_data(to);
    pages(to, 0);
    blank(to, 0x80000001, 5);           /* one that may be passed over */
    record(to, 13, 0);
    pages(to, 0);
    blank(to, 8, 24);
    blank(to, 9, 1001);
    params(to, 3);
    record(to, 0, 0);
    model(to, 2, "a/b\0one\0c\0", 11);
    model(to, 3, "any state", 9);
    record(to, 0, 0);
}

static int check(const struct xm_buf *stream, xm_error **err)
{
    xm_autoclose int fd = memfd_create("stream", MFD_CLOEXEC);
    struct xm_file_bytes file;
    struct xm_bytes bytes;

    assert_int_equal(write(fd, "head", 4), 4);
    assert_int_equal(write(fd, stream->data, stream->len), (ssize_t)stream->len);
    assert_int_equal(xm_file_bytes_init(&file, fd, 4, NULL), 0);
    bytes = xm_file_bytes(&file);
    return xen_stream_check(&bytes, err);
}

static void refused(const struct xm_buf *stream, const char *text)
{
    xm_error *err = NULL;
    xm_autofree char *got = NULL;

    assert_int_equal(check(stream, &err), -1);
    assert_true(err->code == XM_INVALID || err->code == XM_UNSUPPORTED);
    got = xm_error_text(err);
    if (strstr(got, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, got);
    xm_error_free(err);
}

static void what_libxl_writes_is_taken(void **state)
{
    xm_autobuf paravirtual = XM_BUF_INIT, emulated = XM_BUF_INIT, old = XM_BUF_INIT;

    (void)state;
    pv(&paravirtual);
    assert_int_equal(check(&paravirtual, NULL), 0);
    hvm(&emulated);
    assert_int_equal(check(&emulated, NULL), 0);
    xm_buf_puts(&emulated, "what follows is nobody's");
    assert_int_equal(check(&emulated, NULL), 0);
    begin(&old, 2, 2);
    pages(&old, 0);
    blank(&old, 9, 16);
    record(&old, 0, 0);
    record(&old, 0, 0);
    assert_int_equal(check(&old, NULL), 0);
}

static void one_that_is_cut_off_anywhere_is_refused(void **state)
{
    void (*const makers[])(struct xm_buf *) = { pv, hvm };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(makers); i++) {
        xm_autobuf stream = XM_BUF_INIT;

        makers[i](&stream);
        while (stream.len > 8) {
            stream.len -= stream.len > 400 && stream.len % 8 == 0 ? 104 : 4;
            refused(&stream, "the memory stream");
        }
    }
}

/* A word of a whole stream that another has taken the place of. */
static void spoil(void (*maker)(struct xm_buf *), size_t at, uint32_t word, const char *text)
{
    xm_autobuf stream = XM_BUF_INIT;

    maker(&stream);
    memcpy(stream.data + at, &word, sizeof(word));
    refused(&stream, text);
}

#define IMAGE 24                        /* where libxc's part begins */
#define RECORDS (IMAGE + 24 + 16)       /* and its records */

static void damage_is_told(void **state)
{
    (void)state;
    spoil(pv, 0, 0, "not written by libxl");
    spoil(pv, 8, 0x03000000, "libxl's version 3");
    spoil(pv, 12, 0x02000000, "options 0x2");
    spoil(pv, 16, 2, "does not begin with memory");
    spoil(pv, 20, 8, "its memory's mark has 8 bytes");
    spoil(pv, IMAGE, 0, "no image of memory");
    spoil(pv, IMAGE + 8, 0, "no image of memory");
    spoil(pv, IMAGE + 12, 0x04000000, "of version 4");
    spoil(pv, IMAGE + 16, 1 << 8, "options that are not known");
    spoil(pv, IMAGE + 24, 3, "of a guest of type 3");
    spoil(pv, IMAGE + 28, 13, "pages are of 2^13 bytes");
    spoil(pv, RECORDS, 9, "belongs to another type of guest");
    spoil(hvm, RECORDS, 2, "belongs to another type of guest");
    spoil(pv, RECORDS, 1, "comes too early");
    spoil(pv, RECORDS, 11, "type that is not known (0xb)");
    spoil(pv, RECORDS, 77, "type that is not known (0x4d)");
    spoil(pv, RECORDS, 14, "replicated");
    spoil(pv, RECORDS + 4, 16, "record 0x2 has 16 bytes");
    spoil(pv, RECORDS + 8, 0x0308, "words are of 8 bytes, with 3 levels");
    spoil(pv, RECORDS + 16, 2, "comes twice");
    spoil(hvm, RECORDS + 4, 0x80000000, "record 0x11 has 2147483648 bytes");
}

static void a_hostile_list_is_refused(void **state)
{
    const struct { uint32_t count, len; uint64_t place; const char *text; } cases[] = {
        { 0, 16, 0, "0 pages in" }, { 2, 16, 0, "2 pages in" }, { UINT32_MAX, 16, 0, "4294967295 pages in" },
        { 1, 16, 0, "1 pages in 16 bytes" }, { 1, 16 + 2 * PAGE, 0, "1 pages in" }, { 1, 16, 5ull << 60, "a page is of type 5" },
        { 1, 16, 15ull << 60 | 1ull << 52, "does not exist" }, { 1, 16, 15ull << 60 | 8, "beyond the guest's memory" },
        { 1, 15, 15ull << 60, "record 0x1 has 15 bytes" }, { 1, 200u << 20, 0, "record 0x1 has" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_autobuf stream = XM_BUF_INIT;

        begin(&stream, 3, 1);
        pv_info(&stream);
        static_data(&stream);
        p2m(&stream, 7);
        record(&stream, 1, cases[i].len);
        add32(&stream, cases[i].count);
        add32(&stream, 0);
        add64(&stream, cases[i].place);
        add_zeros(&stream, 3 * PAGE);
        refused(&stream, cases[i].text);
    }
}

static void what_a_guest_needs_is_missed(void **state)
{
    xm_autobuf none = XM_BUF_INIT, early = XM_BUF_INIT, backwards = XM_BUF_INIT, list = XM_BUF_INIT, twice = XM_BUF_INIT;

    (void)state;
    begin(&none, 3, 2);
    static_data(&none);
    record(&none, 0, 0);
    refused(&none, "ends without a record 0x1");
    begin(&early, 3, 1);
    pv_info(&early);
    static_data(&early);
    pages(&early, 0);
    refused(&early, "pages come before it is said where they belong");
    begin(&backwards, 3, 1);
    pv_info(&backwards);
    static_data(&backwards);
    record(&backwards, 3, 16);
    add32(&backwards, 2);
    add32(&backwards, 1);
    add64(&backwards, 0);
    refused(&backwards, "ends before it begins");
    hvm(&list);
    list.len -= 8 + 8 + 8 + 16;         /* the end, and the device model's state */
    list.data[list.len - 6] = 'x';      /* the NUL of its last text */
    record(&list, 0, 0);
    refused(&list, "in the store is no list");
    hvm(&twice);
    twice.len -= 8;
    record(&twice, 1, 0);
    refused(&twice, "its memory comes twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_libxl_writes_is_taken),
        cmocka_unit_test(one_that_is_cut_off_anywhere_is_refused),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(a_hostile_list_is_refused),
        cmocka_unit_test(what_a_guest_needs_is_missed),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
