/* Checks of the other host as a whole. */
#include <inttypes.h>
#include <string.h>

#include "migrate/compare.h"

/* Says so and returns true if either is missing. */
static bool unknown(struct compare *c, bool known_here, bool known_there, const char *here, const char *there)
{
    if (known_here && known_there)
        return false;
    xm_judge(c, XM_VERDICT_UNKNOWN, known_here ? here : NULL, known_there ? there : NULL,
        known_there ? "this host does not tell" : "look there by hand");
    return true;
}

void xm_row_host(struct compare *c)
{
    const char *boot = xm_tree_text(c->here, "boot"), *other_boot = xm_tree_text(c->there, "boot");
    const char *machine = xm_tree_text(c->here, "machine"), *other_machine = xm_tree_text(c->there, "machine");
    const char *here = xm_tree_text(c->here, "host"), *there = xm_tree_text(c->there, "host");

    if (unknown(c, boot && machine, other_boot && other_machine, here, there))
        return;
    if (strcmp(boot, other_boot) == 0)
        xm_judge(c, XM_VERDICT_FAIL, here, there, "that is this very machine: name another one");
    else if (strcmp(machine, other_machine) == 0)
        xm_judge(c, XM_VERDICT_WARN, here, there, "both have the same /etc/machine-id: one is a copy of the other (systemd-machine-id-setup)");
    else
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
}

void xm_row_receive(struct compare *c)
{
    xm_judge_finding(c, "receive", NULL, "may receive guests", XM_VERDICT_FAIL, "receive as root");
}

static char *xen_version(const xm_json *facts)
{
    return xm_printf("Xen %" PRId64 ".%" PRId64, xm_tree_number(facts, "xen_major", -1), xm_tree_number(facts, "xen_minor", -1));
}

void xm_row_xen(struct compare *c)
{
    int64_t major = xm_tree_number(c->here, "xen_major", -1), minor = xm_tree_number(c->here, "xen_minor", -1);
    int64_t other_major = xm_tree_number(c->there, "xen_major", -1), other_minor = xm_tree_number(c->there, "xen_minor", -1);
    xm_autofree char *here = xen_version(c->here), *there = xen_version(c->there);

    if (unknown(c, major >= 0 && minor >= 0, other_major >= 0 && other_minor >= 0, here, there))
        return;
    if (other_major > major || (other_major == major && other_minor >= minor))
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (xm_lives(c))
        xm_judge(c, XM_VERDICT_FAIL, here, there, "guests move to the same Xen or a newer one only: update that host, or shut the guest down first");
    else
        xm_judge(c, XM_VERDICT_WARN, here, there, "an older Xen may not know all that its configuration says");
}

void xm_row_xm(struct compare *c)
{
    const char *here = xm_tree_text(c->here, "xm"), *there = xm_tree_text(c->there, "xm");
    bool older;

    if (unknown(c, here != NULL, there != NULL, here, there))
        return;
    older = strverscmp(there, here) < 0;
    xm_judge(c, older ? XM_VERDICT_WARN : XM_VERDICT_PASS, here, there, older ? "an older xm may not know all that this one does" : NULL);
}

void xm_row_type(struct compare *c)
{
    const char *type = xm_tree_text(c->ask, "type");
    xm_autofree char *no = xm_printf("no %s guests", type), *yes = xm_printf("%s guests", type);

    if (unknown(c, true, xm_tree_get(c->there, "virt") != NULL, type, yes))
        return;
    if (xm_tree_has_word(xm_tree_list(c->there, "virt"), strcmp(type, "pv") == 0 ? "pv" : "hvm"))
        xm_judge(c, XM_VERDICT_PASS, type, yes, NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, type, no, strcmp(type, "pv") == 0 ? "that Xen is built without PV guests"
                                                                  : "turn on VT-x or AMD-V in that host's firmware");
}

static void judge_hardware_paging(struct compare *c)
{
    const xm_json *virt = xm_tree_list(c->there, "virt");
    bool hap = xm_tree_has_word(virt, "hap"), shadow = xm_tree_has_word(virt, "shadow"), had = xm_tree_has_word(xm_tree_list(c->here, "virt"), "hap");
    const char *there = hap && shadow ? "hap, shadow" : hap ? "hap" : shadow ? "shadow" : "neither hap nor shadow";
    bool chosen = xm_tree_get(c->ask, "hap") != NULL, wants = xm_tree_flag(c->ask, "hap");
    const char *here = chosen ? wants ? "hap = 1" : "hap = 0" : had ? "hap" : "shadow";

    if (unknown(c, true, xm_tree_get(c->there, "virt") != NULL, here, there))
        return;
    if ((!hap && !shadow) || (chosen && !(wants ? hap : shadow)))
        xm_judge(c, XM_VERDICT_FAIL, here, there, "that host does not have the paging that the guest is to have");
    else if (!hap && had)
        xm_judge(c, XM_VERDICT_WARN, here, there, "it will be slower without hardware assisted paging");
    else
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
}

/* What a PV guest writes to while it moves is seen by shadow page tables alone, at the source. */
void xm_row_paging(struct compare *c)
{
    bool shadow = xm_tree_has_word(xm_tree_list(c->here, "virt"), "shadow");

    if (!xm_is_type(c, "pv")) {
        judge_hardware_paging(c);
        return;
    }
    if (!xm_tree_flag(c->ask, "live"))
        xm_judge(c, XM_VERDICT_PASS, "not needed", NULL, NULL);
    else if (xm_tree_get(c->here, "virt") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, NULL, NULL, "this host does not tell");
    else if (shadow)
        xm_judge(c, XM_VERDICT_PASS, "shadow", NULL, NULL);
    else
        xm_judge(c, XM_VERDICT_FAIL, "no shadow paging", NULL, "this Xen cannot move a PV guest live: move it without --live");
}

void xm_row_nested(struct compare *c)
{
    if (!xm_tree_flag(c->ask, "nested"))
        xm_judge(c, XM_VERDICT_PASS, "off", NULL, NULL);
    else if (xm_lives(c))
        xm_judge(c, XM_VERDICT_FAIL, "nestedhvm = 1", NULL, "a guest that may have guests of its own cannot move while it runs: shut it down first");
    else
        xm_judge(c, XM_VERDICT_PASS, "nestedhvm = 1", NULL, NULL);
}

void xm_row_nomigrate(struct compare *c)
{
    if (xm_tree_flag(c->ask, "nomigrate") && xm_lives(c))
        xm_judge(c, XM_VERDICT_FAIL, "nomigrate = 1", NULL, "it is configured not to move: shut it down first");
    else
        xm_judge(c, XM_VERDICT_PASS, xm_tree_flag(c->ask, "nomigrate") ? "nomigrate = 1" : "off", NULL, NULL);
}

void xm_row_passed(struct compare *c)
{
    const xm_json *passed = xm_tree_list(c->ask, "passed");

    if (passed->count == 0)
        xm_judge(c, XM_VERDICT_PASS, "none", NULL, NULL);
    for (size_t i = 0; i < passed->count; i++)
        xm_judge(c, XM_VERDICT_FAIL, xm_json_str(passed->items[i]), NULL,
            xm_lives(c) ? "a piece of this machine cannot move: detach it first" : "that one is in this machine: take it out of the configuration");
}

void xm_row_name(struct compare *c)
{
    xm_judge_finding(c, "name_free", xm_tree_text(c->ask, "name"), "free", XM_VERDICT_FAIL, "rename one of the two");
}

void xm_row_uuid(struct compare *c)
{
    xm_judge_finding(c, "uuid_free", xm_tree_text(c->ask, "uuid"), "free", XM_VERDICT_FAIL, "the same guest must not run twice: end or resume that one first");
}

/* --- memory --- */

/* The largest numbers that a host can tell are among those that it may. */
static int64_t mib_of(int64_t kib)
{
    return kib / 1024 + (kib % 1024 > 0);
}

static char *mib(int64_t kib)
{
    return xm_printf("%" PRId64 " MiB", mib_of(kib));
}

void xm_row_memory(struct compare *c)
{
    int64_t need = xm_tree_number(c->ask, "need_kib", -1), free = xm_tree_number(c->there, "free_kib", -1), dom0 = xm_tree_number(c->there, "dom0_kib", -1);
    xm_autofree char *needs = mib(need), *has = mib(free), *gives = mib(dom0 > 0 ? dom0 : 0);
    xm_autofree char *here = xm_printf("needs %s", needs);
    xm_autofree char *there = xm_printf(dom0 > 0 ? "%s free, and domain 0 can give %s" : "%s free", has, gives);

    if (unknown(c, need >= 0, free >= 0, here, there))
        return;
    if (need <= free || (dom0 > 0 && need - free <= dom0))
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else if (dom0 < 0 && xm_tree_get(c->there, "xm") == NULL)
        xm_judge(c, XM_VERDICT_UNKNOWN, here, there, "whether domain 0 there can give more is not told");
    else if (xm_lives(c))
        xm_judge(c, XM_VERDICT_FAIL, here, there, "make room there: end or shrink a guest, or shrink this one first");
    else
        xm_judge(c, XM_VERDICT_FAIL, here, there, "make room there, or give the guest less memory");
}

static bool fits_a_node(const xm_json *nodes, int64_t need)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (xm_tree_number(nodes->items[i], "free_mib", -1) >= mib_of(need))
            return true;
    return false;
}

void xm_row_numa(struct compare *c)
{
    const xm_json *nodes = xm_tree_list(c->there, "nodes"), *wanted = xm_tree_list(c->ask, "vnodes");
    xm_autofree char *there = xm_printf("%zu node%s", nodes->count, nodes->count == 1 ? "" : "s");
    int64_t need = xm_tree_number(c->ask, "need_kib", -1);
    xm_autofree char *here = wanted->count ? xm_printf("%zu virtual nodes", wanted->count) : mib(need);

    if (unknown(c, need >= 0, nodes->count > 0, here, there))
        return;
    for (size_t i = 0; i < wanted->count; i++) {
        if (xm_json_int(wanted->items[i], 0) < (int64_t)nodes->count)
            continue;
        xm_judge(c, XM_VERDICT_FAIL, here, there, "its vnuma= names a node that is not there: change it, or leave it out");
        return;
    }
    if (nodes->count > 1 && !fits_a_node(nodes, need))
        xm_judge(c, XM_VERDICT_WARN, here, there, "no node there has that much free: its memory will be spread, and slower");
    else
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
}

/* --- the rest --- */

#define CLOCK_MS 5000           /* that two clocks may be apart */

/* The other side's look fell between two of ours. */
static int64_t clocks_apart(int64_t here_ms, int64_t later_ms, int64_t there_ms)
{
    return there_ms < here_ms ? there_ms - here_ms : there_ms > later_ms ? there_ms - later_ms : 0;
}

void xm_row_clock(struct compare *c)
{
    int64_t here_ms = xm_tree_number(c->here, "now_ms", -1), there_ms = xm_tree_number(c->there, "now_ms", -1);
    int64_t later_ms = xm_tree_number(c->here, "later_ms", here_ms);
    int64_t apart = here_ms < 0 || there_ms < 0 ? 0 : clocks_apart(here_ms, later_ms > here_ms ? later_ms : here_ms, there_ms);
    xm_autofree char *there = xm_printf("%+.1f s", (double)apart / 1000);

    if (unknown(c, here_ms >= 0, there_ms >= 0, NULL, there))
        return;
    if (apart > CLOCK_MS || apart < -CLOCK_MS)
        xm_judge(c, XM_VERDICT_WARN, NULL, there, "the guest's clock will jump: have both hosts keep the right time (chrony, ntpd)");
    else
        xm_judge(c, XM_VERDICT_PASS, NULL, there, NULL);
}

void xm_row_store(struct compare *c)
{
    int64_t need = xm_tree_number(c->ask, "store_kib", -1), free = xm_tree_number(c->there, "store_kib", -1);
    xm_autofree char *needs = mib(need), *has = mib(free);
    xm_autofree char *here = xm_printf("needs %s", needs), *there = xm_printf("%s free", has);

    if (unknown(c, need >= 0, free >= 0, here, there))
        return;
    xm_judge(c, need <= free ? XM_VERDICT_PASS : XM_VERDICT_FAIL, here, there,
        need <= free ? NULL : "make room on the disk where xm keeps its guests");
}

void xm_row_emulator(struct compare *c)
{
    const char *here = xm_tree_text(c->here, "emulator"), *there = xm_tree_text(c->there, "emulator");

    if (!xm_is_type(c, "hvm"))
        xm_judge(c, XM_VERDICT_PASS, "not needed", NULL, NULL);
    else if (unknown(c, here != NULL, there != NULL, here, there))
        return;
    else if (strverscmp(there, here) >= 0)
        xm_judge(c, XM_VERDICT_PASS, here, there, NULL);
    else
        xm_judge(c, xm_lives(c) ? XM_VERDICT_FAIL : XM_VERDICT_WARN, here, there, "an older device model cannot take over from a newer one: update it there");
}
