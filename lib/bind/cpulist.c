#include "bind/cpulist.h"

#include <string.h>

#include "base/mem.h"

struct list {
    const struct xm_cpulist_machine *machine;
    void (*set)(void *arg, unsigned cpu, bool on);
    void *arg;
};

struct range { unsigned first, last; };

static bool parse_number(const char **text, unsigned limit, unsigned *ret)
{
    unsigned value = 0;

    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        value = value * 10 + (unsigned)(**text - '0');
        if (value >= limit)
            return false;
    }
    *ret = value;
    return true;
}

static bool parse_range(const char *text, unsigned limit, struct range *ret)
{
    if (!parse_number(&text, limit, &ret->first))
        return false;
    ret->last = ret->first;
    if (*text == '-') {
        text++;
        if (!parse_number(&text, limit, &ret->last))
            return false;
    }
    return *text == '\0' && ret->first <= ret->last;
}

static int apply_nodes(const struct list *list, const char *item, const char *text, bool on, xm_error **err)
{
    const struct xm_cpulist_machine *machine = list->machine;
    struct range nodes;

    if (!parse_range(text, XM_CPULIST_MAX_NODES, &nodes))
        return xm_fail(err, XM_INVALID, "'%s' is no range of nodes", item);
    for (unsigned cpu = 0; cpu < machine->nr_cpus; cpu++) {
        bool meant = machine->nodes != NULL ? machine->nodes[cpu] >= nodes.first && machine->nodes[cpu] <= nodes.last : on;

        if (meant)
            list->set(list->arg, cpu, on);
    }
    return 0;
}

static int apply_item(const struct list *list, const char *item, xm_error **err)
{
    bool on = *item != '^';
    const char *text = item + !on;
    struct range cpus = { 0, XM_CPULIST_MAX_CPUS - 1 };

    if (strncmp(text, "node:", 5) == 0 || strncmp(text, "nodes:", 6) == 0)
        return apply_nodes(list, item, strchr(text, ':') + 1, on, err);
    if (strcmp(text, "all") == 0 && !on)
        return xm_fail(err, XM_INVALID, "Can't combine \"^\" and \"all\".");
    if (strcmp(text, "all") != 0 && !parse_range(text, XM_CPULIST_MAX_CPUS, &cpus))
        return xm_fail(err, XM_INVALID, "'%s' is no range of cpus (like 0-3,^2)", item);
    for (unsigned cpu = cpus.first; cpu <= cpus.last && cpu < list->machine->nr_cpus; cpu++)
        list->set(list->arg, cpu, on);
    return 0;
}

int xm_cpulist_parse(const char *text, const struct xm_cpulist_machine *machine,
                     void (*set)(void *arg, unsigned cpu, bool on), void *arg, xm_error **err)
{
    const struct list list = { machine, set, arg };
    xm_autofree char *copy = xm_strdup(text);
    char *save = NULL;

    for (char *item = strtok_r(copy, ",", &save); item != NULL; item = strtok_r(NULL, ",", &save)) {
        item += strspn(item, " \t");
        for (size_t len = strlen(item); len > 0 && strchr(" \t\r\n", item[len - 1]) != NULL; len--)
            item[len - 1] = '\0';
        if (*item != '\0' && apply_item(&list, item, err) < 0)
            return -1;
    }
    return 0;
}
