#include "migrate/check.h"

#define PAGE 4096.0
/* When a live migration ends its rounds, as Xen's tools have it: few pages are left, or it has tried long enough. */
#define FEW_PAGES 50
#define MOST_ROUNDS 5
/* What a guest waits for besides its memory: its devices' state, their new backends, the last word. */
#define SWITCH_SECONDS 0.3

void xm_migrate_estimate(uint64_t memory_kib, bool live, uint64_t dirty, uint64_t rate, struct xm_estimate *ret)
{
    double all = (double)memory_kib * 1024 / PAGE, left = all, speed = (double)(rate ? rate : 1) / PAGE;
    struct xm_estimate estimate = { .rounds = 1, .settles = (double)dirty < speed };

    /* What it writes to while a round is sent is what the next one has to send. */
    while (live && left > FEW_PAGES && estimate.rounds < MOST_ROUNDS) {
        double took = left / speed;

        estimate.seconds += took;
        left = (double)dirty * took < all ? (double)dirty * took : all;
        estimate.rounds++;
    }
    estimate.downtime = left / speed + SWITCH_SECONDS;
    estimate.seconds += estimate.downtime;
    *ret = estimate;
}
