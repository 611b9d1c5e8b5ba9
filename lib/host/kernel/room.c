#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "host/kernel/kept.h"

#define KEY_LEN (KEPT_DIGEST - 1)

struct item { char key[KEPT_DIGEST]; uint64_t size; struct timespec used; };
struct items { struct item *items; size_t count; uint64_t bytes; };

/* A name of ours begins with a key; what follows it is returned. NULL for all others, which are let alone. */
static const char *suffix_of(const char *name)
{
    return strspn(name, "0123456789abcdef") == KEY_LEN && name[KEY_LEN] == '.' ? name + KEY_LEN : NULL;
}

static void key_of(const char *name, char ret_key[KEPT_DIGEST])
{
    memcpy(ret_key, name, KEY_LEN);
    ret_key[KEY_LEN] = '\0';
}

static void remove_part(const struct kept_dir *dir, const char *key, const char *suffix)
{
    xm_autofree char *path = kept_path(dir, key, suffix);

    (void)unlink(path);         /* if it cannot be, it stays in the way of nothing but its space */
}

void kept_remove(const struct kept_dir *dir, const char *key)
{
    /* In this order: without the other, neither is taken for a kernel. */
    remove_part(dir, key, ".json");
    remove_part(dir, key, ".elf");
}

bool kept_find(const struct kept_dir *dir, const struct kept_id *source, char ret_key[KEPT_DIGEST])
{
    DIR *list = opendir(dir->path);
    bool found = false;
    struct dirent *entry;

    if (list == NULL || dir->boot[0] == '\0') {
        if (list != NULL)
            closedir(list);
        return false;
    }
    while (!found && (entry = readdir(list)) != NULL) {
        const char *suffix = suffix_of(entry->d_name);
        struct kept_facts facts;

        if (suffix == NULL || strcmp(suffix, ".json") != 0)
            continue;
        key_of(entry->d_name, ret_key);
        if (kept_facts_load(dir, ret_key, &facts, NULL) < 0 || strcmp(facts.boot, dir->boot) != 0)
            continue;
        for (size_t i = 0; i < facts.source_count && !found; i++)
            found = strcmp(facts.sources[i].text, source->text) == 0;
    }
    closedir(list);
    return found;
}

/* Both parts of it, or neither. */
static bool is_whole(const struct kept_dir *dir, struct item *item)
{
    xm_autofree char *json = kept_path(dir, item->key, ".json");
    xm_autofree char *elf = kept_path(dir, item->key, ".elf");
    struct stat facts, kernel;

    if (lstat(json, &facts) < 0 || lstat(elf, &kernel) < 0)
        return false;
    item->size = (uint64_t)kernel.st_size;
    item->used = facts.st_mtim;
    return true;
}

/* What is there, without what killed processes left, which goes. */
static int take_stock(const struct kept_dir *dir, struct items *ret, xm_error **err)
{
    DIR *list = opendir(dir->path);
    struct dirent *entry;

    if (list == NULL)
        return xm_fail_errno(err, errno, "%s", dir->path);
    while ((entry = readdir(list)) != NULL) {
        const char *suffix = suffix_of(entry->d_name);
        bool kernel = suffix != NULL && strcmp(suffix, ".elf") == 0;
        struct item item;

        if (suffix == NULL)
            continue;
        key_of(entry->d_name, item.key);
        if ((!kernel && strcmp(suffix, ".json") != 0) || !is_whole(dir, &item)) {
            remove_part(dir, item.key, suffix);
        } else if (kernel) {
            XM_GROW_COUNTED(ret->items, ret->count);
            ret->items[ret->count++] = item;
            ret->bytes += item.size;
        }
    }
    closedir(list);
    return 0;
}

static int by_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct item *)a)->used, *y = &((const struct item *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

int kept_make_room(const struct kept_dir *dir, unsigned more, uint64_t size, xm_error **err)
{
    struct items stock = { 0 };
    int rc = take_stock(dir, &stock, err);

    if (stock.count > 1)
        qsort(stock.items, stock.count, sizeof(stock.items[0]), by_use);
    for (size_t i = 0; i < stock.count; i++) {
        if (stock.count - i + more <= dir->max_count && stock.bytes + size <= dir->max_bytes)
            break;
        kept_remove(dir, stock.items[i].key);
        stock.bytes -= stock.items[i].size;
        xm_log(dir->log, XM_LOG_INFO, "unpacked kernel %.12s makes room", stock.items[i].key);
    }
    free(stock.items);
    return rc;
}
