/* A guest's terminal: a pty whose other end a child process plays.
 *
 * The child has nothing of the program that opened the console but the pty and the way to the
 * host's directory. It ends when the client hangs up or the domain is gone. */
#include "host/sim/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"

#define LINE_MAX_LEN 256

struct player {
    struct sim *sim;
    int pty, events;
    uint32_t domid;
    bool began, booted, ended, logged_in;
    char line[LINE_MAX_LEN];
    size_t len;
    char *said;                 /* what of the guest's own text was shown */
};

/* --- the child: the guest's side --- */

/* A client that does not read blocks nobody else: what does not fit is lost, as on a real line. */
static void show(struct player *player, const char *text)
{
    (void)!write(player->pty, text, strlen(text));
}

static void show_prompt(struct player *player, const struct sim_guest *guest)
{
    xm_autofree char *text = xm_printf(player->logged_in ? "%s# " : "\r\n%s login: ", guest->name);

    show(player, text);
}

static void show_boot(struct player *player, const struct sim_guest *guest)
{
    xm_autofree char *text = xm_printf(
        "[    0.000000] Linux version 6.1.0-sim (sim@sim)\r\n"
        "[    0.000000] Booting %s kernel on Xen\r\n"
        "[    0.000000] Memory: %lldK available\r\n"
        "[    0.000000] smp: Brought up 1 node, %lld CPUs\r\n",
        strcmp(guest->kind, "pv") == 0 ? "paravirtualized" : "Xen HVM", (long long)guest->mem_kib, (long long)guest->vcpus);

    show(player, text);
}

static void show_end(struct player *player, int64_t reason)
{
    static const char *const texts[] = {
        "[    1.000000] reboot: Power down\r\n", "[    1.000000] reboot: Restarting system\r\n",
        "[    1.000000] PM: suspend entry\r\n", "[    1.000000] Kernel panic - not syncing\r\n",
    };

    show(player, reason >= 0 && reason < (int64_t)XM_COUNT(texts) ? texts[reason] : "[    1.000000] halted\r\n");
}

/* What the guest's record says beyond what was shown; all of it if its ring has turned over. */
static void show_said(struct player *player, const struct sim_guest *guest)
{
    size_t len = player->said ? strlen(player->said) : 0;

    if (player->said != NULL && strcmp(player->said, guest->console) == 0)
        return;
    show(player, len && strncmp(guest->console, player->said, len) == 0 ? guest->console + len : guest->console);
    free(player->said);
    player->said = xm_strdup(guest->console);
}

/* Brings the screen up to now. False: there is no such domain any more. */
static bool catch_up(struct player *player)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    bool ended;

    if (sim_state_load(player->sim, &state, NULL) < 0)
        return false;
    guest = sim_guest_get(&state, player->domid, NULL);
    if (guest == NULL)
        return false;
    ended = sim_guest_ended(guest, state.now);
    if (!player->began && (guest->since_ms != 0 || guest->ran_ms > 0)) {
        player->began = true;
        show_boot(player, guest);
    }
    show_said(player, guest);
    if (player->ended && !ended)
        player->ended = player->booted = false;     /* resumed */
    if (!player->booted && !ended && sim_guest_booted(guest, state.now)) {
        player->booted = true;
        show_prompt(player, guest);
    }
    if (!player->ended && ended) {
        player->ended = true;
        show_end(player, guest->end_reason);
    }
    return true;
}

static void end_guest(struct sim_state *state, struct sim_guest *guest, int reason)
{
    sim_guest_end_in(guest, state->now, 0, reason);
    (void)sim_guest_store(state, guest, NULL);      /* the line then simply had no effect */
}

/* False: word is none of those that the guest knows. */
static bool obey(struct player *player, struct sim_state *state, struct sim_guest *guest, const char *word)
{
    xm_autofree char *text = NULL;

    if (strcmp(word, "poweroff") == 0) {
        end_guest(state, guest, XM_REASON_POWEROFF);
    } else if (strcmp(word, "reboot") == 0) {
        end_guest(state, guest, XM_REASON_REBOOT);
    } else if (strcmp(word, "crash") == 0) {
        end_guest(state, guest, XM_REASON_CRASH);
    } else if (strcmp(word, "exit") == 0) {
        player->logged_in = false;
    } else if (strcmp(word, "uname") == 0) {
        text = xm_printf("Linux %s 6.1.0-sim x86_64\r\n", guest->name);
    } else if (strcmp(word, "uptime") == 0) {
        text = xm_printf("up %lld seconds\r\n", (long long)sim_guest_time(guest, state->now) / 1000);
    } else if (strcmp(word, "help") == 0) {
        text = xm_strdup("uname uptime poweroff reboot crash exit\r\n");
    } else {
        return false;
    }
    if (text != NULL)
        show(player, text);
    return true;
}

/* Before anybody has logged in, a word that the guest knows is obeyed as well: for scripts. */
static void answer(struct player *player, struct sim_state *state, struct sim_guest *guest, const char *word)
{
    xm_autofree char *text = NULL;

    if (*word == '\0' || obey(player, state, guest, word))
        return;
    if (player->logged_in) {
        text = xm_printf("sh: %s: not found\r\n", word);
        show(player, text);
    }
    player->logged_in = true;
}

/* One line was typed. */
static void take_line(struct player *player)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    player->line[player->len] = '\0';
    player->len = 0;
    if (sim_state_load(player->sim, &state, NULL) < 0)
        return;
    guest = sim_guest_get(&state, player->domid, NULL);
    if (guest == NULL || sim_guest_ended(guest, state.now))
        return;
    answer(player, &state, guest, player->line);
    if (!sim_guest_ended(guest, state.now))
        show_prompt(player, guest);
}

static void take_key(struct player *player, char key)
{
    char echo[2] = { key, '\0' };

    if (key == '\r' || key == '\n') {
        show(player, "\r\n");
        take_line(player);
    } else if (key == 0x7f || key == '\b') {
        if (player->len > 0) {
            player->len--;
            show(player, "\b \b");
        }
    } else if ((unsigned char)key >= ' ' && player->len < sizeof(player->line) - 1) {
        player->line[player->len++] = key;
        show(player, echo);
    }
}

/* A guest that is paused, boots or has ended reads nothing: its keys wait in the pty. */
static bool is_reading(struct player *player)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (!player->booted || player->ended)
        return false;
    if (sim_state_load(player->sim, &state, NULL) < 0)
        return false;
    guest = sim_guest_get(&state, player->domid, NULL);
    return guest != NULL && !guest->paused;
}

static void play(struct player *player)
{
    for (;;) {
        struct pollfd fds[] = { { player->pty, POLLIN, 0 }, { player->events, POLLIN, 0 } };
        struct xm_event event;
        char keys[64];
        ssize_t n;

        if (!catch_up(player))
            return;
        if (!is_reading(player))
            fds[0].events = 0;  /* still tells when the client hangs up */
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if (fds[1].revents != 0)
            while (xm_host_sim_ops.event_next(&player->sim->host, &event, NULL) > 0)
                continue;
        if (fds[0].revents & POLLIN) {
            n = read(player->pty, keys, sizeof(keys));
            for (ssize_t i = 0; i < n; i++)
                take_key(player, keys[i]);
        }
        if (fds[0].revents & (POLLHUP | POLLERR) && !(fds[0].revents & POLLIN))
            return;
    }
}

/* The child's own life begins: nothing of the caller's may be touched from here. */
__attribute__((noreturn)) static void become_guest(const char *dir, int pty, uint32_t domid)
{
    struct sim sim = { .dir = xm_strdup(dir), .host.stop = &sim.host.never };
    struct player player = { .sim = &sim, .pty = 3, .domid = domid };
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    setsid();
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Both out of the way first: either may stand where the other one goes. */
    null = fcntl(null, F_DUPFD, 10);
    pty = fcntl(pty, F_DUPFD, 10);
    if (null < 0 || pty < 0 || dup2(pty, 3) < 0 || chdir("/") < 0)
        _exit(1);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    (void)syscall(SYS_close_range, 4u, ~0u, 0u);
    (void)fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK);
    if (sim_events_open(&sim.host, &player.events, NULL) == 0)
        play(&player);
    _exit(0);
}

/* --- the client's side --- */

/* Twice forked, so that the guest is nobody's child to wait for. */
static int start_guest(const struct sim *sim, int pty, uint32_t domid, xm_error **err)
{
    pid_t pid = fork();

    if (pid < 0)
        return xm_fail_errno(err, errno, "console of domain %u", domid);
    if (pid == 0) {
        pid = fork();
        if (pid == 0)
            become_guest(sim->dir, pty, domid);
        _exit(pid < 0);
    }
    /* The caller may reap all its children itself: then this one is gone, which is as good. */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return 0;
}

static int open_pty(int *ret_pty, int *ret_tty, xm_error **err)
{
    xm_autoclose int pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), tty = -1;
    struct termios raw;
    char name[64];

    if (pty < 0 || grantpt(pty) < 0 || unlockpt(pty) < 0 || ptsname_r(pty, name, sizeof(name)) != 0)
        return xm_fail_errno(err, errno, "pseudo terminal");
    tty = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0 || tcgetattr(tty, &raw) < 0)
        return xm_fail_errno(err, errno, "%s", name);
    cfmakeraw(&raw);
    if (tcsetattr(tty, TCSANOW, &raw) < 0)
        return xm_fail_errno(err, errno, "%s", name);
    *ret_pty = pty;
    *ret_tty = tty;
    pty = tty = -1;
    return 0;
}

static int check_console(struct sim *sim, uint32_t domid, enum xm_console_type type, unsigned num, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "reached by a console", err);
    if (guest == NULL)
        return -1;
    if (num != 0)
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no console %u", domid, num);
    if (type == XM_CONSOLE_VUART || (type == XM_CONSOLE_SERIAL && strcmp(guest->kind, "hvm") != 0))
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no %s console", domid, type == XM_CONSOLE_VUART ? "vuart" : "serial");
    return 0;
}

int sim_console(struct xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                struct xm_console *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    xm_autofree char *lock_path = xm_printf("%s/run/console.%u", sim->dir, domid);
    xm_autoclose int pty = -1, tty = -1, lock = -1;

    if (sim_fault(sim, "console", err) < 0 || check_console(sim, domid, type, num, err) < 0)
        return -1;
    if (xm_lock_open(lock_path, false, &lock, err) < 0) {
        if (err != NULL && (*err)->code == XM_BUSY)
            return xm_wrap(err, "another client has the console of domain %u", domid);
        return -1;
    }
    if (open_pty(&pty, &tty, err) < 0 || start_guest(sim, pty, domid, err) < 0)
        return -1;
    *ret = (struct xm_console) { .fd = tty, .lock = lock };
    tty = lock = -1;
    return 0;
}
