/* How a guest behaves, by the sim. words of its command line. */
#include "host/sim/sim.h"

#include <math.h>
#include <string.h>

#define LONGEST_S 1e9

static int read_number(const char *word, const char *value, double high, double *ret, xm_error **err)
{
    char *end;
    double number = strtod(value, &end);

    if (end == value || *end != '\0' || !(number >= 0 && number <= high))
        return xm_fail(err, XM_INVALID, "%s: is not a number from 0 to %.0f", word, high);
    *ret = number;
    return 0;
}

static int read_seconds(const char *word, const char *value, int64_t *ret_ms, xm_error **err)
{
    double seconds;

    if (read_number(word, value, LONGEST_S, &seconds, err) < 0)
        return -1;
    *ret_ms = llround(seconds * 1000);
    return 0;
}

static int read_choice(const char *word, const char *value, const char *yes, const char *no, bool *ret, xm_error **err)
{
    if (strcmp(value, yes) != 0 && strcmp(value, no) != 0)
        return xm_fail(err, XM_INVALID, "%s: is neither %s nor %s", word, yes, no);
    *ret = strcmp(value, yes) == 0;
    return 0;
}

static int read_word(const char *word, struct sim_behaviour *does, xm_error **err)
{
    const struct { const char *name; int64_t *ms; } times[] = {
        { "boot", &does->boot_ms }, { "crash", &does->crash_ms }, { "reboot", &does->reboot_ms },
        { "poweroff", &does->poweroff_ms }, { "eject", &does->eject_ms }, { "model", &does->model_ms }, { "release", &does->release_ms },
        { "watchdog", &does->watchdog_ms }, { "soft_reset", &does->soft_reset_ms },
    };
    const char *name = word + strlen("sim.");
    const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";
    size_t len = strcspn(name, "=");
    double number;
    bool loops;

#define IS(text) (strlen(text) == len && strncmp(name, text, len) == 0)
    for (size_t i = 0; i < XM_COUNT(times); i++)
        if (IS(times[i].name))
            return read_seconds(word, value, times[i].ms, err);
    if (IS("load")) {
        if (read_number(word, value, 100, &number, err) < 0)
            return -1;
        does->load = llround(number);
        return 0;
    }
    if (IS("dirty")) {
        if (read_number(word, value, 1e6, &number, err) < 0)
            return -1;
        does->dirty_mib_s = llround(number);
        return 0;
    }
    if (IS("loop")) {
        if (read_choice(word, value, "1", "0", &loops, err) < 0)
            return -1;
        if (loops) {
            does->load = 100;
            does->shutdown_ms = -1;
            does->suspends = does->unplugs = false;
        }
        return 0;
    }
    if (IS("suspend"))
        return read_choice(word, value, "obey", "ignore", &does->suspends, err);
    if (IS("unplug"))
        return read_choice(word, value, "obey", "ignore", &does->unplugs, err);
    if (IS("pv"))
        return read_choice(word, value, "on", "off", &does->pv, err);
    if (IS("shutdown")) {
        if (strcmp(value, "obey") == 0 || strcmp(value, "ignore") == 0) {
            does->shutdown_ms = *value == 'o' ? 0 : -1;
            return 0;
        }
        return read_seconds(word, value, &does->shutdown_ms, err);
    }
#undef IS
    return xm_fail(err, XM_INVALID, "%s: the simulated host knows no such word", word);
}

int sim_behaviour_parse(const char *text, struct sim_behaviour *ret_behaviour, xm_error **err)
{
    struct sim_behaviour does = { .crash_ms = -1, .reboot_ms = -1, .poweroff_ms = -1, .watchdog_ms = -1,
                                  .soft_reset_ms = -1, .suspends = true, .pv = true, .unplugs = true,
                                  .eject_ms = -1, .model_ms = -1 };
    char **words = sim_words_new(text);
    int rc = 0;

    for (size_t i = 0; rc == 0 && words[i] != NULL; i++)
        if (strncmp(words[i], "sim.", 4) == 0)
            rc = read_word(words[i], &does, err);
    sim_words_free(words);
    if (rc == 0)
        *ret_behaviour = does;
    return rc;
}
