/* How far a long operation on a guest's memory is: a line on a terminal that is written over, or one
 * line of JSON after the other for a program. */
#include "progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define MIB (1024.0 * 1024)
#define SHOW_MS 200             /* between two looks of the same round */
#define RATE_MS 500             /* over which a rate is measured */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Pages of earlier rounds are done for good; those of this one are added to them. */
static void measure(struct progress *progress, const struct xm_progress *now, int64_t ms)
{
    uint64_t pages;
    double rate;

    if (now->round != progress->last.round || now->done < progress->last.done)
        progress->before += progress->last.done;
    pages = progress->before + now->done;
    if (ms < progress->rate_ms + RATE_MS)
        return;
    rate = (double)(pages - progress->rate_pages) * PAGE * 1000 / (double)(ms - progress->rate_ms);
    /* The last half second alone would make the rest that is shown jump. */
    progress->rate = progress->rate > 0 ? (progress->rate + rate) / 2 : rate;
    progress->rate_ms = ms;
    progress->rate_pages = pages;
}

/* Seconds until this round is done; negative: nobody knows. */
static double rest_of(const struct progress *progress, const struct xm_progress *now)
{
    if (now->total == 0 || now->done > now->total || progress->rate <= 0)
        return -1;
    return (double)(now->total - now->done) * PAGE / progress->rate;
}

static void show_line(const struct progress *progress, const struct xm_progress *now)
{
    double rest = rest_of(progress, now);
    xm_autobuf line = XM_BUF_INIT;

    xm_buf_printf(&line, "%s %s: ", progress->doing, progress->name);
    if (now->total > 0)
        xm_buf_printf(&line, "%3u%% of %.0f MiB", (unsigned)(now->done * 100 / now->total), (double)now->total * PAGE / MIB);
    else
        xm_buf_printf(&line, "%.0f MiB", (double)now->done * PAGE / MIB);
    if (now->round > 0)
        xm_buf_printf(&line, ", round %u", now->round);
    if (progress->rate > 0)
        xm_buf_printf(&line, ", %.1f MiB/s", progress->rate / MIB);
    if (rest >= 0)
        xm_buf_printf(&line, ", %.0f s left", rest);
    fprintf(stderr, "\r%s\033[K", line.data);
    fflush(stderr);
}

static void show_json(const struct progress *progress, const struct xm_progress *now, int64_t ms)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    double rest = rest_of(progress, now);
    xm_autofree char *text = NULL;

    xm_json_set(json, "doing", xm_json_new_str(progress->doing));
    xm_json_set(json, "guest", xm_json_new_str(progress->name));
    xm_json_set(json, "round", xm_json_new_int(now->round));
    xm_json_set(json, "suspended", xm_json_new_bool(now->suspended));
    xm_json_set(json, "done", xm_json_new_int((int64_t)now->done));
    xm_json_set(json, "total", now->total > 0 ? xm_json_new_int((int64_t)now->total) : xm_json_new(XM_JSON_NULL));
    xm_json_set(json, "page", xm_json_new_int(PAGE));
    xm_json_set(json, "rate", xm_json_new_int((int64_t)progress->rate));
    xm_json_set(json, "elapsed_ms", xm_json_new_int(ms - progress->began_ms));
    xm_json_set(json, "rest_ms", rest >= 0 ? xm_json_new_int((int64_t)(rest * 1000)) : xm_json_new(XM_JSON_NULL));
    text = xm_json_format(json, true);
    printf("%s\n", text);
    fflush(stdout);
}

static void show(void *arg, const struct xm_progress *now)
{
    struct progress *progress = arg;
    int64_t ms = now_ms();
    bool news = now->round != progress->last.round || now->suspended != progress->last.suspended
        || (now->total > 0 && now->done == now->total && progress->last.done != now->done);

    measure(progress, now, ms);
    progress->last = *now;
    if (!news && ms < progress->shown_ms + SHOW_MS)
        return;
    progress->shown_ms = ms;
    if (progress->how == PROGRESS_JSON)
        show_json(progress, now, ms);
    else
        show_line(progress, now);
}

int progress_begin(struct xm_env *env, const char *doing, const char *name, const char *how, struct progress *ret_progress,
                   xm_error **err)
{
    static const char *const words[] = { [PROGRESS_NONE] = "none", [PROGRESS_LINE] = "line", [PROGRESS_JSON] = "json" };
    int64_t ms = now_ms();
    struct progress progress = {
        .how = env->carriage || isatty(STDERR_FILENO) ? PROGRESS_LINE : PROGRESS_NONE, .doing = doing, .name = name, .began_ms = ms, .rate_ms = ms,
    };

    if (how != NULL) {
        size_t i = 0;

        while (i < XM_COUNT(words) && strcmp(words[i], how) != 0)
            i++;
        if (i == XM_COUNT(words))
            return fail_usage(env, err, "'%s': --progress is one of none, line and json", how);
        progress.how = (enum progress_how)i;
    }
    *ret_progress = progress;
    return 0;
}

struct xm_watch progress_watch(struct progress *progress)
{
    if (progress->how == PROGRESS_NONE)
        return (struct xm_watch){ 0 };
    return (struct xm_watch){ .progress = show, .arg = progress };
}

void progress_end(const struct progress *progress)
{
    if (progress->how == PROGRESS_LINE && progress->shown_ms != 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
