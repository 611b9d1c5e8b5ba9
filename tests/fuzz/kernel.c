/* A kernel file, and what is packed in it. What is no such file is taken for something packed in one
 * of the ways there are. */
#include <stdlib.h>

#include "fuzz.h"
#include "host/kernel/unpack.h"

#define MOST (2 << 20)

struct sink { uint64_t len; unsigned sum; };

static int drop(void *arg, const unsigned char *data, size_t len, xm_error **err)
{
    struct sink *sink = arg;

    (void)err;
    for (size_t i = 0; i < len; i++)
        sink->sum += data[i];           /* so that a sanitizer sees all of it */
    sink->len += len;
    return 0;
}

static void unpack(const struct xm_packed *packed)
{
    struct sink sink = { 0 };
    struct xm_unpack_out out = { .take = drop, .arg = &sink, .left = MOST };
    xm_error *err = NULL;
    int rc = xm_kernel_unpack(packed, &out, &err);

    if (sink.len > MOST || (rc < 0) != (err != NULL))
        abort();
    if (err != NULL && err->code != XM_INVALID && err->code != XM_UNSUPPORTED)
        abort();
    xm_error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct xm_packed packed;

    if (xm_kernel_find_packed(data, len, &packed)) {
        if (!xm_kernel_may_be_packed(data, len) || packed.data < data || packed.data + packed.len > data + len)
            abort();
        unpack(&packed);
    } else if (len >= 5) {
        packed = (struct xm_packed){ .packing = data[0] % (XM_PACKED_ZSTD + 1), .data = data + 1, .len = len - 1 };
        unpack(&packed);
    }
    return 0;
}
