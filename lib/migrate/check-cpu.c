/* Checks of processors: what the guest was promised must be there. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "host/machine.h"
#include "migrate/compare.h"
#include "migrate/cpus.h"

/* A guest that is started there takes what it finds. */
static bool starts_anew(struct compare *c)
{
    if (xm_lives(c))
        return false;
    xm_judge(c, XM_VERDICT_PASS, "starts anew", NULL, NULL);
    return true;
}

void xm_row_vendor(struct compare *c)
{
    const char *here = xm_tree_text(c->here, "vendor"), *there = xm_tree_text(c->there, "vendor");

    if (here == NULL || there == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, there, "look there by hand (/proc/cpuinfo)");
    else if (strcmp(here, there) == 0)
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (xm_lives(c))
        xm_judge(c, XM_VERDICT_FAIL, here, there, "a guest that runs cannot change its processor's maker: shut it down first");
    else
        xm_judge(c, XM_VERDICT_WARN, here, there, "what it has installed may be for the other maker's processors");
}

/* --- features --- */

/* The most that a guest of this type can have on that host. */
static const xm_json *most_of(const struct compare *c, const xm_json *facts)
{
    return xm_tree_get(facts, xm_is_type(c, "pv") ? "pv" : "hvm");
}

static const xm_json *offered(const struct compare *c)
{
    return most_of(c, c->there);
}

/* What one that is suspended was promised only its memory knows; it was no more than there is here. */
static bool is_guess(const struct compare *c)
{
    return xm_tree_get(c->ask, "processor") == NULL && strcmp(xm_tree_text(c->ask, "state"), "suspended") == 0;
}

static const xm_json *promised(const struct compare *c)
{
    return is_guess(c) ? most_of(c, c->here) : xm_tree_get(c->ask, "processor");
}

static uint32_t word_of(const xm_json *processor, size_t index)
{
    const xm_json *words = xm_tree_list(processor, "features");

    return index < words->count ? (uint32_t)xm_json_int(words->items[index], 0) : 0;
}

#define NAMED 12

/* What is promised and not offered, by name; *ret_count of them. */
static char *missing(const struct compare *c, bool by_microcode, size_t *ret_count)
{
    struct xm_buf text = XM_BUF_INIT;
    size_t count = 0;

    for (size_t word = 0; word < xm_tree_list(promised(c), "features")->count; word++) {
        uint32_t lacks = word_of(promised(c), word) & ~word_of(offered(c), word);

        for (unsigned bit = 0; lacks != 0 && bit < 32; bit++) {
            bool micro = false;
            const char *name;

            if (!(lacks >> bit & 1))
                continue;
            name = xm_feature_name(word, bit, &micro);
            if (micro != by_microcode || ++count > NAMED)
                continue;
            if (name != NULL)
                xm_buf_printf(&text, "%s%s", text.len ? " " : "", name);
            else
                xm_buf_printf(&text, "%sword %zu bit %u", text.len ? " " : "", word, bit);
        }
    }
    if (count > NAMED)
        xm_buf_printf(&text, " and %zu more", count - NAMED);
    *ret_count = count;
    return xm_buf_take(&text);
}

static void judge_features(struct compare *c, bool by_microcode, const char *here, const char *there, const char *advice)
{
    xm_autofree char *names = NULL, *lacks = NULL;
    size_t count;

    if (starts_anew(c))
        return;
    if (promised(c) == NULL || offered(c) == NULL) {
        xm_judge(c, XM_VERDICT_UNKNOWN, promised(c) ? here : NULL, offered(c) ? there : NULL, "compare the flags in both hosts' /proc/cpuinfo");
        return;
    }
    names = missing(c, by_microcode, &count);
    lacks = xm_printf("%s%slacks %s", there ? there : "", there ? ", " : "", names);
    if (count == 0)
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (is_guess(c))
        xm_judge(c, XM_VERDICT_UNKNOWN, here, lacks, "whether it was promised these is not known while it is suspended: resume it and ask again");
    else
        xm_judge(c, XM_VERDICT_FAIL, here, lacks, advice);
}

void xm_row_features(struct compare *c)
{
    judge_features(c, false, xm_tree_text(c->here, "model"), xm_tree_text(c->there, "model"),
                   "the guest was promised these when it was started: start it anew without them (cpuid=), or move it while it is shut down");
}

static char *microcode(const xm_json *facts)
{
    int64_t level = xm_tree_number(facts, "microcode", -1);

    return level < 0 ? NULL : xm_printf("microcode 0x%" PRIx64, level);
}

void xm_row_microcode(struct compare *c)
{
    xm_autofree char *here = microcode(c->here), *there = microcode(c->there);

    judge_features(c, true, here, there, "update that host's microcode or firmware, or start the guest anew without them (cpuid=)");
}

void xm_row_leaves(struct compare *c)
{
    int64_t leaf = xm_tree_number(promised(c), "max_leaf", -1), extended = xm_tree_number(promised(c), "max_extended", -1);
    int64_t other_leaf = xm_tree_number(offered(c), "max_leaf", -1), other_extended = xm_tree_number(offered(c), "max_extended", -1);
    xm_autofree char *here = xm_printf("0x%" PRIx64 " and 0x%" PRIx64, leaf, extended);
    xm_autofree char *there = xm_printf("0x%" PRIx64 " and 0x%" PRIx64, other_leaf, other_extended);

    if (starts_anew(c))
        return;
    if (leaf < 0 || extended < 0 || other_leaf < 0 || other_extended < 0)
        xm_judge(c, XM_VERDICT_UNKNOWN, leaf < 0 || extended < 0 ? NULL : here, other_leaf < 0 || other_extended < 0 ? NULL : there,
            "look there by hand");
    else if (leaf <= other_leaf && extended <= other_extended)
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else
        xm_judge(c, is_guess(c) ? XM_VERDICT_UNKNOWN : XM_VERDICT_FAIL, here, there, "the guest was promised more of CPUID than there is: move it while it is shut down");
}

/* --- time --- */

/* Clocks of one model are not equal to the last tick. */
static bool same_speed(int64_t a, int64_t b)
{
    int64_t apart = a > b ? a - b : b - a;

    return apart <= a / 1000;
}

void xm_row_tsc(struct compare *c)
{
    int64_t khz = xm_tree_number(c->ask, "tsc_khz", is_guess(c) ? xm_tree_number(c->here, "tsc_khz", -1) : -1);
    int64_t other = xm_tree_number(c->there, "tsc_khz", -1);
    const char *mode = xm_tree_text(c->ask, "tsc");
    xm_autofree char *here = xm_printf("%s, %.3f MHz", mode ? mode : "?", (double)khz / 1000);
    xm_autofree char *there = xm_printf("%.3f MHz", (double)other / 1000);

    if (starts_anew(c))
        return;
    if (mode != NULL && strcmp(mode, "emulate") == 0)
        xm_judge(c, XM_VERDICT_PASS, "emulated", NULL, NULL);
    else if (mode == NULL || khz < 0 || other < 0)
        xm_judge(c, XM_VERDICT_UNKNOWN, mode && khz >= 0 ? here : NULL, other < 0 ? NULL : there, "compare both processors' speed");
    else if (same_speed(khz, other))
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (strcmp(mode, "default") == 0)
        xm_judge(c, XM_VERDICT_WARN, here, there, "the time stamp counter will be emulated there, which costs the guest some speed");
    else
        xm_judge(c, XM_VERDICT_FAIL, here, there, "its time stamp counter would run at another speed (tsc_mode): start it anew with tsc_mode = default");
}

/* --- where it runs --- */

void xm_row_vcpus(struct compare *c)
{
    int64_t vcpus = xm_tree_number(c->ask, "vcpus", -1), cpus = xm_tree_number(c->there, "cpus", -1);
    xm_autofree char *here = xm_printf("%" PRId64 " vcpus", vcpus), *there = xm_printf("%" PRId64 " processors", cpus);

    if (vcpus < 0 || cpus < 0)
        xm_judge(c, XM_VERDICT_UNKNOWN, vcpus < 0 ? NULL : here, cpus < 0 ? NULL : there, "look there by hand");
    else if (vcpus <= cpus)
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else
        xm_judge(c, XM_VERDICT_WARN, here, there, "more vcpus than there are processors take turns: give it fewer");
}

static const xm_json *pool_there(const struct compare *c)
{
    const char *name = xm_tree_text(c->ask, "pool");
    const xm_json *pools = xm_tree_list(c->there, "pools");

    for (size_t i = 0; i < pools->count; i++)
        if (name == NULL ? xm_tree_number(pools->items[i], "id", -1) == 0 : strcmp(xm_tree_text(pools->items[i], "name"), name) == 0)
            return pools->items[i];
    return NULL;
}

void xm_row_pool(struct compare *c)
{
    const char *name = xm_tree_text(c->ask, "pool");
    const xm_json *pool = pool_there(c);

    if (xm_tree_get(c->there, "pools") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, name, NULL, "look there by hand (xl cpupool-list)");
    else if (pool != NULL)
        xm_judge(c, XM_VERDICT_PASS, name, xm_tree_text(pool, "name"), NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, name, "no such cpu pool", "make that pool there, or give the guest another (pool=)");
}

static unsigned in_both(const struct xm_cpuset *a, const struct xm_cpuset *b)
{
    unsigned count = 0;

    for (size_t i = 0; i < XM_COUNT(a->bits); i++)
        count += (unsigned)__builtin_popcountll(a->bits[i] & b->bits[i]);
    return count;
}

static void judge_pinning(struct compare *c, const char *text, const struct xm_cpuset *there, const char *there_text)
{
    xm_autofree char *here = xm_printf("processors %s", text), *has = xm_printf("processors %s", there_text);
    struct xm_cpuset set;

    if (!xm_cpus_parse(text, &set))
        xm_judge(c, XM_VERDICT_UNKNOWN, here, has, "this host does not tell");
    else if (in_both(&set, there) == in_both(&set, &set))
        xm_judge(c, XM_VERDICT_PASS, here, has, NULL);
    else if (in_both(&set, there) > 0)
        xm_judge(c, XM_VERDICT_WARN, here, has, "it will be bound to those of them that are there");
    else
        xm_judge(c, XM_VERDICT_FAIL, here, has, "none of them is there: bind it to others first (vcpu-pin)");
}

void xm_row_pinning(struct compare *c)
{
    const xm_json *cpus = xm_tree_list(c->ask, "cpus"), *pool = pool_there(c);
    const char *text = xm_tree_text(pool, "cpus");
    struct xm_cpuset there;

    if (xm_tree_get(c->ask, "cpus") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, NULL, NULL, "this host does not tell");
    else if (cpus->count == 0)
        xm_judge(c, XM_VERDICT_PASS, "any processor", NULL, NULL);
    else if (text == NULL || !xm_cpus_parse(text, &there))
        xm_judge(c, XM_VERDICT_UNKNOWN, "bound to processors", NULL, "look there by hand");
    for (size_t i = 0; text != NULL && xm_cpus_parse(text, &there) && i < cpus->count; i++)
        judge_pinning(c, xm_json_str(cpus->items[i]), &there, text);
}
