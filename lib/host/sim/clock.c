/* What a guest has done by now. Everything follows from its record and the time. */
#include "host/sim/sim.h"

#include <string.h>
#include <poll.h>
#include <time.h>

int64_t sim_guest_time(const struct sim_guest *guest, int64_t now)
{
    int64_t time = guest->ran_ms;

    if (guest->since_ms != 0 && now > guest->since_ms)
        time += now - guest->since_ms;
    if (time > SIM_MS_MAX)
        time = SIM_MS_MAX;
    return guest->end_ms >= 0 && time > guest->end_ms ? guest->end_ms : time;
}

bool sim_guest_ended(const struct sim_guest *guest, int64_t now)
{
    return guest->end_ms >= 0 && sim_guest_time(guest, now) >= guest->end_ms;
}

bool sim_guest_booted(const struct sim_guest *guest, int64_t now)
{
    bool began = guest->since_ms != 0 || guest->ran_ms > 0;

    return began && sim_guest_time(guest, now) >= guest->does.boot_ms;
}

bool sim_guest_busy(const struct sim_guest *guest, int64_t now)
{
    if (!sim_guest_booted(guest, now))
        return true;
    /* Spread over each second, so that the same moment always shows the same. */
    return sim_guest_time(guest, now) / 10 * 37 % 100 < guest->does.load;
}

/* A year and a half, all vcpus busy, is what nanoseconds can count. */
#define COUNTED_MS 50000000000ll

/* A booting guest keeps its first vcpu busy. Later all share its load, and the first one also
 * ticks: a millisecond per second. */
static int64_t used_ns(const struct sim_guest *guest, int64_t vcpu, int64_t ran)
{
    int64_t time = ran < COUNTED_MS ? ran : COUNTED_MS;
    int64_t booting = time < guest->does.boot_ms ? time : guest->does.boot_ms;
    int64_t used = (time - booting) * guest->does.load * 10000;

    return vcpu == 0 ? used + booting * 1000000 + time * 1000 : used;
}

int64_t sim_vcpu_cpu_ns(const struct sim_guest *guest, int64_t vcpu, int64_t now)
{
    int64_t time = sim_guest_time(guest, now);

    return vcpu < guest->vcpus ? used_ns(guest, vcpu, time) - used_ns(guest, vcpu, guest->cpu_from_ms) : 0;
}

int64_t sim_guest_cpu_ns(const struct sim_guest *guest, int64_t now)
{
    int64_t used = 0;

    for (int64_t i = 0; i < guest->vcpus; i++)
        used += sim_vcpu_cpu_ns(guest, i, now);
    return used;
}

void sim_guest_halt(struct sim_guest *guest, int64_t now)
{
    guest->ran_ms = sim_guest_time(guest, now);
    guest->since_ms = 0;
}

void sim_guest_go(struct sim_guest *guest, int64_t now)
{
    if (guest->since_ms == 0)
        guest->since_ms = now;
}

void sim_guest_end_in(struct sim_guest *guest, int64_t now, int64_t ms, int reason)
{
    int64_t time = sim_guest_time(guest, now);
    int64_t end = (time > guest->does.boot_ms ? time : guest->does.boot_ms) + ms;

    if (guest->since_ms == 0)
        end++;                  /* it must get to run before it can end */
    if (guest->end_ms >= 0 && guest->end_ms <= end)
        return;
    guest->end_ms = end;
    guest->end_reason = reason;
}

void sim_guest_plan(struct sim_guest *guest)
{
    const struct { int64_t ms; int reason; } plans[] = {
        { guest->does.crash_ms, XM_REASON_CRASH }, { guest->does.reboot_ms, XM_REASON_REBOOT },
        { guest->does.poweroff_ms, XM_REASON_POWEROFF },
        { guest->does.watchdog_ms, XM_REASON_WATCHDOG }, { guest->does.soft_reset_ms, XM_REASON_SOFT_RESET },
    };

    guest->end_ms = -1;
    for (size_t i = 0; i < XM_COUNT(plans); i++) {
        int64_t end = guest->does.boot_ms + plans[i].ms;

        if (plans[i].ms < 0 || end < guest->ran_ms || (guest->end_ms >= 0 && guest->end_ms <= end))
            continue;
        guest->end_ms = end;
        guest->end_reason = plans[i].reason;
    }
}

bool sim_guest_ejects(const struct sim_guest *guest, int64_t now)
{
    return guest->does.eject_ms >= 0 && !guest->ejected && sim_guest_booted(guest, now)
        && sim_guest_time(guest, now) >= guest->does.boot_ms + guest->does.eject_ms;
}

bool sim_guest_lost_model(const struct sim_guest *guest, int64_t now)
{
    return guest->does.model_ms >= 0 && strcmp(guest->kind, "hvm") == 0 && sim_guest_booted(guest, now)
        && !sim_guest_ended(guest, now) && sim_guest_time(guest, now) >= guest->does.boot_ms + guest->does.model_ms;
}

/* What it does by itself besides ending, if that is yet to come and comes first. */
static void sooner(const struct sim_guest *guest, int64_t time, int64_t ms, int64_t *next)
{
    int64_t at = ms >= 0 ? guest->does.boot_ms + ms : -1;

    if (at > time && (*next < 0 || at < *next))
        *next = at;
}

static int64_t next_of(const struct sim_guest *guest, int64_t now)
{
    int64_t time = sim_guest_time(guest, now), next = guest->end_ms;

    if (guest->since_ms == 0 || sim_guest_ended(guest, now))
        return -1;
    if (time < guest->does.boot_ms)
        return now + guest->does.boot_ms - time;
    if (!guest->ejected)
        sooner(guest, time, guest->does.eject_ms, &next);
    sooner(guest, time, guest->does.model_ms, &next);
    return next >= 0 ? now + next - time : -1;
}

int64_t sim_next_change(const struct sim_state *state)
{
    int64_t next = -1;

    for (size_t i = 0; i < state->count; i++) {
        int64_t at = next_of(&state->guests[i], state->now);

        if (at >= 0 && (next < 0 || at < next))
            next = at;
    }
    return next;
}

int sim_stopped(const struct sim *sim, xm_error **err)
{
    return *sim->host.stop ? xm_fail(err, XM_INTERRUPTED, "interrupted") : 0;
}

int64_t sim_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int sim_sleep(const struct sim *sim, int64_t ms, xm_error **err)
{
    int64_t until = sim_monotonic_ms() + ms;

    for (;;) {
        int64_t left = until - sim_monotonic_ms();

        if (sim_stopped(sim, err) < 0)
            return -1;
        if (left <= 0)
            return 0;
        /* In slices: a signal that comes just before poll() is noticed soon all the same. */
        (void)poll(NULL, 0, left < 20 ? (int)left : 20);
    }
}

int sim_wait(struct sim *sim, int64_t ms, xm_error **err)
{
    bool frozen;
    {
        sim_autostate state = SIM_STATE_INIT;

        if (sim_state_load(sim, &state, err) < 0)
            return -1;
        frozen = state.frozen;
    }
    return frozen ? sim_stopped(sim, err) : sim_sleep(sim, ms, err);
}
