/* What evaluating and binding costs: an ordinary file, 10,000 lines, and whether the time grows
 * with the size alone. Prints a table and then, in one line, the numbers as JSON. */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fd.h"
#include "bind/bind.h"
#include "bind/config.h"

enum { TIMES = 5, ORDINARY_TIMES = 1000, SMALLEST = 1000, STEPS = 7 };

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void drop(void *arg, const char *text)
{
    (void)arg;
    (void)text;
}

/* Microseconds of a text; -1 where a bound of the language or of binding stops it. */
static double cost(enum xm_dialect dialect, const char *text, size_t len)
{
    const struct xm_bind_report report = { .warning = drop };
    XM_AUTO(xm_doc) *doc = NULL;
    libxl_domain_config cfg;
    double start = now_us();
    int ret;

    if (xm_config_parse(dialect, "bench", text, len, &doc, NULL) < 0)
        return -1;
    libxl_domain_config_init(&cfg);
    ret = xm_bind(doc, &report, &cfg, NULL);
    libxl_domain_config_dispose(&cfg);
    return ret < 0 ? -1 : now_us() - start;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(enum xm_dialect dialect, const char *text, size_t len, size_t times)
{
    xm_autofree double *all = xm_new0(double, times);

    for (size_t i = 0; i < times; i++)
        all[i] = cost(dialect, text, len);
    qsort(all, times, sizeof(*all), by_value);
    return all[times / 2];
}

/* The kernel's exact account: what getrusage() says of a new process is its parent's still. */
static long resident_kib(void)
{
    xm_autofree char *text = NULL;
    const char *line;
    size_t len;

    if (xm_file_read("/proc/self/smaps_rollup", 1 << 16, &text, &len, NULL) < 0 || !(line = strstr(text, "\nRss:")))
        return 0;
    return strtol(line + strlen("\nRss:"), NULL, 10);
}

/* --- an ordinary file --- */

/* The first run's memory: nothing has been warmed up, as in a command that ends after it. */
static int ordinary(struct xm_buf *json)
{
    static const char *const names[] = { [XM_DIALECT_XM] = "xm", [XM_DIALECT_XL] = "xl" };
    const char *top = getenv("abs_top_srcdir");
    xm_autofree char *path = xm_printf("%s/tests/bench/ordinary.cfg", top ? top : "."), *text = NULL;
    size_t len;
    long before, grown;
    double first;

    if (xm_file_read(path, 1 << 20, &text, &len, NULL) < 0) {
        fprintf(stderr, "bench-config: cannot read %s\n", path);
        return -1;
    }
    /* What is freed stays with us, so that what is there afterwards is the most there ever was. */
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, 1 << 25);
    (void)resident_kib();               /* the first look has pages of its own */
    before = resident_kib();
    first = cost(XM_DIALECT_XM, text, len);
    grown = resident_kib() - before;
    printf("an ordinary file: %ld KiB and %.3f ms the first time\n", grown, first / 1000);
    xm_buf_printf(json, "{\"ordinary\": {\"kib\": %ld, \"first_us\": %.1f", grown, first);
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        double us = median(dialect, text, len, ORDINARY_TIMES);

        printf("    in the %s dialect: %.3f ms in the median\n", names[dialect], us / 1000);
        xm_buf_printf(json, ", \"%s_us\": %.1f", names[dialect], us);
    }
    xm_buf_puts(json, "}");
    return 0;
}

/* --- texts that grow --- */

struct shape {
    const char *name;
    void (*make)(struct xm_buf *text, unsigned n);
};

static void plain_lines(struct xm_buf *text, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        xm_buf_printf(text, "k%u=%u\n", i, i);
}

/* What most lines of real files are. */
static void known_keys(struct xm_buf *text, unsigned n)
{
    static const char *const lines[] = {
        "memory = 64\n", "#vcpus = 2\n", "extra='a b'\n", "acpi=1\n", "\n", "vnc = True\n", "disk = []\n", "on_crash='destroy'\n",
    };

    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, lines[i % XM_COUNT(lines)]);
}

/* Each resembles a key, and none is one. */
static void mistyped_keys(struct xm_buf *text, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        xm_buf_printf(text, "memry%u=1\n", i);
}

static void comments(struct xm_buf *text, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, "# a comment\n");
}

static void one_list(struct xm_buf *text, unsigned n)
{
    xm_buf_puts(text, "x = [\n");
    for (unsigned i = 0; i < n; i++)
        xm_buf_printf(text, " '%u',\n", i);
    xm_buf_puts(text, "]\n");
}

static void one_string(struct xm_buf *text, unsigned n)
{
    xm_buf_puts(text, "extra = '");
    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, "0123456789");
    xm_buf_puts(text, "'\n");
}

static void nested_lists(struct xm_buf *text, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, "x=[[[[[1]]]]]\n");
}

static void calls(struct xm_buf *text, unsigned n)
{
    xm_buf_puts(text, "def f(a):\n return a\n");
    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, "x=f(1)\n");
}

static void loop(struct xm_buf *text, unsigned n)
{
    xm_buf_printf(text, "x = []\nfor i in range(%u):\n x.append('v%%d' %% i)\n", n);
}

static void dict_items(struct xm_buf *text, unsigned n)
{
    xm_buf_printf(text, "x = {}\nfor i in range(%u):\n x['v%%d' %% i] = i\n", n);
}

/* Each device once: xvda ... xvdz, xvdaa ... */
static const char *xvd(char room[8], unsigned n)
{
    char *at = room + 7;

    *at = '\0';
    for (n++; n > 0; n = (n - 1) / 26)
        *--at = (char)('a' + (n - 1) % 26);
    return at;
}

static void disks(struct xm_buf *text, unsigned n)
{
    char room[8];

    xm_buf_puts(text, "disk = [\n");
    for (unsigned i = 0; i < n; i++)
        xm_buf_printf(text, "'phy:a%u,xvd%s,w',\n", i, xvd(room, i));
    xm_buf_puts(text, "]\n");
}

static void xl_disks(struct xm_buf *text, unsigned n)
{
    char room[8];

    xm_buf_puts(text, "disk = [\n");
    for (unsigned i = 0; i < n; i++)
        xm_buf_printf(text, "'/a%u,,xvd%s',\n", i, xvd(room, i));
    xm_buf_puts(text, "]\n");
}

static void vifs(struct xm_buf *text, unsigned n)
{
    xm_buf_puts(text, "vif = [\n");
    for (unsigned i = 0; i < n; i++)
        xm_buf_puts(text, "'bridge=br0',\n");
    xm_buf_puts(text, "]\n");
}

static const struct shape shapes[] = {
    { "lines of names", plain_lines }, { "lines of keys", known_keys }, { "mistyped keys", mistyped_keys },
    { "comments", comments }, { "items of a list", one_list }, { "tens of letters", one_string },
    { "nested lists", nested_lists }, { "calls", calls }, { "turns of a loop", loop }, { "dict items", dict_items },
    { "disks, xm's words", disks }, { "disks, xl's words", xl_disks }, { "vifs", vifs },
};

static double cost_of_shape(const struct shape *shape, unsigned n)
{
    xm_autobuf text = XM_BUF_INIT;

    shape->make(&text, n);
    return median(XM_DIALECT_XM, text.data, text.len, TIMES);
}

static void ten_thousand_lines(struct xm_buf *json)
{
    double names = cost_of_shape(&shapes[0], 10000), keys = cost_of_shape(&shapes[1], 10000);

    printf("10,000 lines: %.1f ms of names of the file's own, %.1f ms of keys\n", names / 1000, keys / 1000);
    xm_buf_printf(json, ", \"lines_10000\": {\"names_us\": %.1f, \"keys_us\": %.1f}", names, keys);
}

static void linearity(struct xm_buf *json)
{
    printf("nanoseconds for each, of   ");
    for (unsigned step = 0; step < STEPS; step++)
        printf("%8u", SMALLEST << step);
    printf("\n");
    for (size_t i = 0; i < XM_COUNT(shapes); i++) {
        printf("    %-22s ", shapes[i].name);
        xm_buf_printf(json, "%s\"%s\": [", i ? ", " : ", \"ns_each\": {", shapes[i].name);
        for (unsigned step = 0; step < STEPS; step++) {
            unsigned n = SMALLEST << step;
            double us = cost_of_shape(&shapes[i], n);

            /* "-": so many are beyond a bound (1 MiB of text, 2 million steps ...) */
            if (us < 0)
                printf("%8s", "-");
            else
                printf("%8.0f", us * 1000 / n);
            xm_buf_printf(json, us < 0 ? "%snull" : "%s%.0f", step ? ", " : "", us * 1000 / n);
            fflush(stdout);
        }
        printf("\n");
        xm_buf_puts(json, "]");
    }
    xm_buf_puts(json, "}}");
}

int main(void)
{
    xm_autobuf json = XM_BUF_INIT;

    if (ordinary(&json) < 0)
        return 1;
    ten_thousand_lines(&json);
    linearity(&json);
    puts(json.data);
    return 0;
}
