/* Saving and sending: what both hosts refuse, in the same words, and how they tell of their progress. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/ops.h"

#define PAGE 4096

int xm_host_check_suspend(uint32_t domid, bool shutdown, bool paused, xm_error **err)
{
    if (shutdown)
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    if (paused)
        return xm_fail(err, XM_STATE, "domain %u is paused and cannot suspend itself", domid);
    return 0;
}

/* Is word one of words, which blanks part? */
static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
    return false;
}

int xm_send_check(uint32_t domid, bool hvm, bool live, const char *virt_caps, xm_error **err)
{
    if (!live || hvm || has_word(virt_caps, "shadow"))
        return 0;
    return xm_fail(err, XM_UNSUPPORTED, "domain %u is a PV guest and this Xen has no shadow paging: "
                   "what it writes meanwhile cannot be followed, so it can be moved only while it is suspended", domid);
}

void xm_host_tell(const struct xm_watch *watch, const struct xm_progress *now)
{
    if (watch != NULL && watch->progress != NULL)
        watch->progress(watch->arg, now);
}

void xm_host_read_so_far(int fd, off_t start, struct xm_progress *now)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    struct stat st;

    if (start < 0 || at < start || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < at)
        return;
    now->done = (uint64_t)(at - start) / PAGE;
    now->total = (uint64_t)(st.st_size - start + PAGE - 1) / PAGE;
}
