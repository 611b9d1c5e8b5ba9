/* Kernels that are packed: finding what is in them, and unpacking it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "host/kernel/unpack.h"
#include "packer.h"

#define SIZE 100000

static int add(void *arg, const unsigned char *data, size_t len, xm_error **err)
{
    (void)err;
    xm_buf_add(arg, data, len);
    return 0;
}

/* 0, or the code of the failure. */
static int unpack(const struct xm_packed *packed, uint64_t most, struct xm_buf *into)
{
    struct xm_unpack_out out = { .take = add, .arg = into, .left = most };
    xm_error *err = NULL;
    int code = 0;

    if (xm_kernel_unpack(packed, &out, &err) < 0) {
        assert_non_null(err);
        code = err->code;
        xm_error_free(err);
    }
    assert_true(into->len <= most);
    return code;
}

static int unpack_file(const void *data, size_t len, uint64_t most, struct xm_buf *into)
{
    struct xm_packed packed;

    if (!xm_kernel_find_packed(data, len, &packed))
        return -1;
    assert_true(packed.data >= (const unsigned char *)data && packed.data + packed.len <= (const unsigned char *)data + len);
    return unpack(&packed, most, into);
}

static void each_packing_is_unpacked(void **state)
{
    xm_autobuf elf = XM_BUF_INIT;

    (void)state;
    packer_elf(&elf, SIZE, 1);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT, got = XM_BUF_INIT;
        struct xm_packed packed;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        assert_true(xm_kernel_may_be_packed((unsigned char *)image.data, XM_KERNEL_HEAD));
        assert_true(xm_kernel_find_packed((unsigned char *)image.data, image.len, &packed));
        assert_int_equal(packed.packing, packers[i].packing);
        assert_int_equal(packed.hint, SIZE);
        assert_int_equal(unpack(&packed, SIZE, &got), 0);
        assert_int_equal(got.len, elf.len);
        assert_memory_equal(got.data, elf.data, elf.len);
    }
}

static void a_large_one_is_unpacked(void **state)
{
    xm_autobuf elf = XM_BUF_INIT;

    (void)state;
    packer_elf(&elf, (8 << 20) + 12345, 2);     /* more than one block, for those that have blocks */
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT, got = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        assert_int_equal(unpack_file(image.data, image.len, elf.len, &got), 0);
        assert_int_equal(got.len, elf.len);
        assert_memory_equal(got.data, elf.data, elf.len);
    }
}

static void more_than_is_allowed_is_refused(void **state)
{
    xm_autobuf bomb = XM_BUF_INIT;

    (void)state;
    xm_buf_add(&bomb, "\177ELF", 4);
    xm_buf_pad(&bomb, '\0', 4 << 20);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT, got = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], bomb.data, bomb.len);
        assert_true(image.len < 60000);
        assert_int_equal(unpack_file(image.data, image.len, bomb.len - 1, &got), XM_INVALID);
    }
}

static void a_truncated_one_is_refused(void **state)
{
    xm_autobuf elf = XM_BUF_INIT;

    (void)state;
    packer_elf(&elf, SIZE, 3);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;
        struct xm_packed packed;
        size_t whole;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        assert_true(xm_kernel_find_packed((unsigned char *)image.data, image.len, &packed));
        whole = packed.len;
        for (size_t cut = 1; cut < whole - 10; cut += whole / 17) {
            xm_autobuf got = XM_BUF_INIT;

            packed.len = whole - cut;
            assert_int_equal(unpack(&packed, SIZE, &got), XM_INVALID);
        }
    }
}

static void a_damaged_one_does_no_harm(void **state)
{
    xm_autobuf elf = XM_BUF_INIT;

    (void)state;
    packer_elf(&elf, 5000, 4);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        for (size_t at = 2048; at < image.len - 300; at += 7) {
            xm_autobuf got = XM_BUF_INIT;

            image.data[at] ^= 0x5a;
            (void)unpack_file(image.data, image.len, 8000, &got);
            image.data[at] ^= 0x5a;
        }
    }
}

/* What the header says is believed only within the file. */
static void a_header_that_lies_is_refused(void **state)
{
    static const struct { unsigned at; uint32_t value; } lies[] = {
        { 0x248, 0xffffffff }, { 0x248, 1 << 20 }, { 0x24c, 0xffffffff }, { 0x24c, 0 }, { 0x24c, 5 }, { 0x1f1, 0xff },
        { 0x206, 0x0207 }, { 0x202, 0 }, { 0x1fe, 0 },
    };
    xm_autobuf elf = XM_BUF_INIT, image = XM_BUF_INIT;

    (void)state;
    packer_elf(&elf, 5000, 5);
    packer_bzimage(&image, &packers[0], elf.data, elf.len);
    for (size_t i = 0; i < XM_COUNT(lies); i++) {
        xm_autofree unsigned char *copy = xm_new0(unsigned char, image.len);
        struct xm_packed packed;

        memcpy(copy, image.data, image.len);
        packer_le32(copy + lies[i].at, lies[i].value);
        assert_false(xm_kernel_find_packed(copy, image.len, &packed));
    }
    for (size_t len = 0; len < image.len - 301; len += 13) {
        xm_autofree unsigned char *copy = xm_new0(unsigned char, len);
        struct xm_packed packed;

        memcpy(copy, image.data, len);
        assert_false(xm_kernel_find_packed(copy, len, &packed));
    }
}

static void what_is_no_packed_kernel_is_none(void **state)
{
    static const char *const texts[] = { "", "\177ELF and more", "hello", "\x1f", "HdrS" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        struct xm_packed packed;

        assert_false(xm_kernel_may_be_packed((const unsigned char *)texts[i], strlen(texts[i])));
        assert_false(xm_kernel_find_packed((const unsigned char *)texts[i], strlen(texts[i]), &packed));
    }
}

static void what_this_build_cannot_unpack_is_said(void **state)
{
    static const unsigned char lzo[] = { 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n', 1, 2, 3, 4, 5 };
    const struct xm_packed packed = { .packing = XM_PACKED_LZO, .data = lzo, .len = sizeof(lzo) };
    xm_autobuf got = XM_BUF_INIT;

    (void)state;
    assert_int_equal(unpack(&packed, 1000, &got), XM_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_packing_is_unpacked), cmocka_unit_test(a_large_one_is_unpacked),
        cmocka_unit_test(more_than_is_allowed_is_refused), cmocka_unit_test(a_truncated_one_is_refused),
        cmocka_unit_test(a_damaged_one_does_no_harm), cmocka_unit_test(a_header_that_lies_is_refused),
        cmocka_unit_test(what_is_no_packed_kernel_is_none), cmocka_unit_test(what_this_build_cannot_unpack_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
