/* A memory stream of libxl's, whoever wrote it. */
#include "base/mem.h"
#include "fuzz.h"
#include "host/xen/stream.h"

struct input { const uint8_t *data; size_t left; };

static ssize_t take(void *arg, void *data, size_t len, xm_error **err)
{
    struct input *input = arg;
    size_t n = len < input->left ? len : input->left;

    (void)err;
    memcpy(data, input->data, n);
    input->data += n;
    input->left -= n;
    return (ssize_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    const struct xm_bytes bytes = { .read = take, .arg = &input };
    xm_error *err = NULL;
    int rc = xen_stream_check(&bytes, &err);

    if ((rc < 0) != (err != NULL) || (err != NULL && err->code != XM_INVALID && err->code != XM_UNSUPPORTED))
        abort();
    xm_error_free(err);
    return 0;
}
