/* time: what it is now, and how to write it down. Nothing waits. */
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "lang/builtin.h"

static const char *const fields[] = {
    "tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst", NULL,
};

static int run_time(const struct call *call, struct val *ret_value)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    *ret_value = val_float((double)now.tv_sec + (double)now.tv_nsec / 1e9);
    return lang_step(call->lang, call->place, SYSTEM_CALL_COST);
}

static struct val from_tm(struct lang *lang, const struct tm *tm)
{
    const int values[] = {
        tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
        (tm->tm_wday + 6) % 7, tm->tm_yday + 1, tm->tm_isdst,           /* Python's week begins on Monday */
    };
    struct val tuple = named_tuple(lang, fields);

    for (size_t i = 0; i < XM_COUNT(values); i++)
        list_add(&lang->arena, tuple.list, val_int(values[i]));
    return tuple;
}

/* The seconds given, or now, as a calendar's time. */
static int read_seconds(const struct call *call, bool local, struct tm *ret_tm)
{
    time_t seconds = time(NULL);
    double f;

    if (call->count > 0 && call->args[0].type != V_NONE) {
        if (!val_is_number(call->args[0]))
            return lang_raise(call->lang, call->place, "TypeError", "seconds are a number, not %s", val_type_name(call->args[0]));
        f = val_as_float(call->args[0]);
        if (!(f > -6e10 && f < 2.5e11))         /* the years 69 to 9892 */
            return lang_raise(call->lang, call->place, "OverflowError", "the seconds are out of range");
        seconds = (time_t)f - (f < (double)(time_t)f);
    }
    if ((local ? localtime_r : gmtime_r)(&seconds, ret_tm) == NULL)
        return lang_raise(call->lang, call->place, "OverflowError", "the seconds are out of range");
    return lang_step(call->lang, call->place, SYSTEM_CALL_COST);
}

static int run_localtime(const struct call *call, struct val *ret_value)
{
    struct tm tm;

    if (read_seconds(call, true, &tm) < 0)
        return -1;
    *ret_value = from_tm(call->lang, &tm);
    return 0;
}

static int run_gmtime(const struct call *call, struct val *ret_value)
{
    struct tm tm;

    if (read_seconds(call, false, &tm) < 0)
        return -1;
    *ret_value = from_tm(call->lang, &tm);
    return 0;
}

/* strftime() reads tables with these: each must be in its range. */
static int to_tm(const struct call *call, struct val tuple, struct tm *ret_tm)
{
    static const struct { int least, most; } ranges[] = {
        { 0, 9999 }, { 1, 12 }, { 1, 31 }, { 0, 23 }, { 0, 59 }, { 0, 61 }, { 0, 6 }, { 1, 366 }, { -1, 1 },
    };
    int v[XM_COUNT(ranges)];

    if (tuple.type != V_TUPLE || tuple.list->count != XM_COUNT(ranges))
        return lang_raise(call->lang, call->place, "TypeError", "a time is a tuple of 9 ints");
    for (size_t i = 0; i < XM_COUNT(ranges); i++) {
        struct val item = tuple.list->items[i];

        if (item.type != V_INT || item.i < ranges[i].least || item.i > ranges[i].most)
            return lang_raise(call->lang, call->place, "ValueError", "%s is from %d to %d", fields[i], ranges[i].least, ranges[i].most);
        v[i] = (int)item.i;
    }
    *ret_tm = (struct tm){
        .tm_year = v[0] - 1900, .tm_mon = v[1] - 1, .tm_mday = v[2], .tm_hour = v[3], .tm_min = v[4], .tm_sec = v[5],
        .tm_wday = (v[6] + 1) % 7, .tm_yday = v[7] - 1, .tm_isdst = v[8],
    };
    return 0;
}

/* The argument at index as a time; now if it is not there. */
static int read_tm(const struct call *call, size_t index, struct tm *ret_tm)
{
    struct call none = *call;

    if (call->count > index)
        return to_tm(call, call->args[index], ret_tm);
    none.count = 0;
    return read_seconds(&none, true, ret_tm);
}

static int format_tm(const struct call *call, const char *format, const struct tm *tm, struct val *ret_value)
{
    char text[4096];
    xm_autofree char *marked = xm_printf("%s.", format);    /* so that an empty result is not taken for a failure */
    size_t len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    len = strftime(text, sizeof(text), marked, tm);
#pragma GCC diagnostic pop
    if (len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "strftime() gives more than %zu bytes", sizeof(text) - 2);
    return give_text(call, text, len - 1, ret_value);
}

static int run_strftime(const struct call *call, struct val *ret_value)
{
    struct tm tm = { 0 };

    if (call_want(call, 0, V_STR) < 0 || read_tm(call, 1, &tm) < 0)
        return -1;
    return format_tm(call, call->args[0].str->data, &tm, ret_value);
}

static int run_asctime(const struct call *call, struct val *ret_value)
{
    struct tm tm = { 0 };

    return read_tm(call, 0, &tm) < 0 ? -1 : format_tm(call, "%a %b %e %H:%M:%S %Y", &tm, ret_value);
}

static int run_ctime(const struct call *call, struct val *ret_value)
{
    struct tm tm = { 0 };

    return read_seconds(call, true, &tm) < 0 ? -1 : format_tm(call, "%a %b %e %H:%M:%S %Y", &tm, ret_value);
}

static int run_mktime(const struct call *call, struct val *ret_value)
{
    struct tm tm = { 0 };

    if (to_tm(call, call->args[0], &tm) < 0)
        return -1;
    *ret_value = val_float((double)mktime(&tm));
    return 0;
}

const struct builtin time_functions[] = {
    { "asctime", 0, 1, NULL, run_asctime },
    { "ctime", 0, 1, NULL, run_ctime },
    { "gmtime", 0, 1, NULL, run_gmtime },
    { "localtime", 0, 1, NULL, run_localtime },
    { "mktime", 1, 1, NULL, run_mktime },
    { "strftime", 1, 2, NULL, run_strftime },
    { "time", 0, 0, NULL, run_time },
    { NULL, 0, 0, NULL, NULL },
};
