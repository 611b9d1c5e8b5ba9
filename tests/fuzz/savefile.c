/* The head of a save file, whoever wrote it. */
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "fuzz.h"
#include "guest/savefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xm_autoclose int fd = memfd_create("fuzz", MFD_CLOEXEC);
    xm_autofree char *config = NULL;
    xm_error *err = NULL;
    bool json;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
        return 0;
    (void)xm_savefile_read_head(fd, "fuzz", &config, &json, &err);
    xm_error_free(err);
    return 0;
}
