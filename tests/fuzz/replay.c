/* Feeds every seed of a fuzz target to it, so that what fuzzing once found stays found where there
 * is no libFuzzer. The target's name is in our own: replay-NAME. Speaks TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/mem.h"
#include "fuzz.h"

static int replay(const char *dir, const char *name, unsigned number)
{
    xm_autofree char *path = xm_printf("%s/%s", dir, name), *text = NULL;
    size_t len;

    if (xm_file_read(path, 1 << 21, &text, &len, NULL) < 0) {
        printf("not ok %u - cannot read %s\n", number, path);
        return -1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    printf("ok %u - %s\n", number, name);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    const char *top = getenv("abs_top_srcdir"), *mark = argc > 0 ? strstr(argv[0], "replay-") : NULL;
    xm_autofree char *dir = xm_printf("%s/tests/fuzz/seeds/%s", top != NULL ? top : ".",
                                      mark != NULL ? mark + strlen("replay-") : "");
    DIR *seeds = opendir(dir);
    const struct dirent *entry;
    unsigned count = 0;
    int failed = 0;

    if (seeds == NULL) {
        printf("Bail out! cannot open %s\n", dir);
        return 1;
    }
    while ((entry = readdir(seeds)) != NULL)
        if (entry->d_name[0] != '.')
            failed |= replay(dir, entry->d_name, ++count) < 0;
    closedir(seeds);
    printf("1..%u\n", count);
    return failed || count == 0;
}
