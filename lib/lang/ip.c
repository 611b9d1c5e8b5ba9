/* The functions for IP addresses that xm's scripts find without an import. Those that ran
 * programs read what the kernel says instead. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"

static int parse(const struct call *call, size_t index, uint32_t *ret_address)
{
    struct in_addr address;

    if (call_want(call, index, V_STR) < 0)
        return -1;
    if (inet_pton(AF_INET, call->args[index].str->data, &address) != 1)
        return lang_raise(call->lang, call->place, "ValueError", "'%.60s' is no IPv4 address", call->args[index].str->data);
    *ret_address = ntohl(address.s_addr);
    return 0;
}

static struct val spell(struct lang *lang, uint32_t address)
{
    char text[20];

    snprintf(text, sizeof(text), "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
    return val_str(&lang->arena, text, strlen(text));
}

static int run_aton(const struct call *call, struct val *ret_value)
{
    uint32_t address;

    if (parse(call, 0, &address) < 0)
        return -1;
    *ret_value = val_int(address);
    return 0;
}

static int give_address(const struct call *call, int64_t address, struct val *ret_value)
{
    if (address < 0 || address > UINT32_MAX)
        return lang_raise(call->lang, call->place, "ValueError", "%lld is no IPv4 address", (long long)address);
    *ret_value = spell(call->lang, (uint32_t)address);
    return 0;
}

static int run_ntoa(const struct call *call, struct val *ret_value)
{
    return call_want(call, 0, V_INT) < 0 ? -1 : give_address(call, call->args[0].i, ret_value);
}

static int run_add_offset(const struct call *call, struct val *ret_value)
{
    uint32_t address;

    if (parse(call, 0, &address) < 0 || call_want(call, 1, V_INT) < 0)
        return -1;
    if (call->args[1].i > UINT32_MAX || call->args[1].i < -(int64_t)UINT32_MAX)
        return lang_raise(call->lang, call->place, "ValueError", "the offset is larger than any address");
    return give_address(call, (int64_t)address + call->args[1].i, ret_value);
}

/* Whether ADDRESS is in NETWORK, by MASK. */
static int run_check_subnet(const struct call *call, struct val *ret_value)
{
    uint32_t address, network, mask;

    if (parse(call, 0, &address) < 0 || parse(call, 1, &network) < 0 || parse(call, 2, &mask) < 0)
        return -1;
    *ret_value = val_bool((address & mask) == (network & mask));
    return 0;
}

/* The default route's gateway and device, of the device given or of any; false if there is none. */
static bool default_route(const char *wanted, uint32_t *ret_gateway, char ret_device[IF_NAMESIZE])
{
    FILE *routes = fopen("/proc/net/route", "re");
    char line[512];
    bool found = false;

    while (!found && routes != NULL && fgets(line, sizeof(line), routes) != NULL) {
        unsigned target, gateway, flags, mask;
        char device[IF_NAMESIZE];

        if (sscanf(line, "%15s %x %x %x %*d %*d %*d %x", device, &target, &gateway, &flags, &mask) != 5 || target != 0 || mask != 0)
            continue;
        if (wanted != NULL && strcmp(wanted, device) != 0)
            continue;
        found = true;
        *ret_gateway = ntohl(gateway);
        memcpy(ret_device, device, IF_NAMESIZE);
    }
    if (routes != NULL)
        fclose(routes);
    return found;
}

static int run_get_defaultroute(const struct call *call, struct val *ret_value)
{
    char device[IF_NAMESIZE];
    uint32_t gateway;
    bool found = default_route(NULL, &gateway, device);
    struct lang *lang = call->lang;

    *ret_value = val_list(&lang->arena, V_LIST, 2);
    list_add(&lang->arena, ret_value->list, found ? spell(lang, gateway) : val_none());
    list_add(&lang->arena, ret_value->list, found ? val_str(&lang->arena, device, strlen(device)) : val_none());
    return lang_step(lang, call->place, 10 * SYSTEM_CALL_COST);
}

/* The device meant: the one given, or the default route's. */
static int read_device(const struct call *call, char ret_device[IF_NAMESIZE])
{
    uint32_t gateway;

    ret_device[0] = '\0';
    if (call->count > 0 && call_want(call, 0, V_STR) < 0)
        return -1;
    if (call->count == 0 || strcmp(call->args[0].str->data, "defaultroute") == 0)
        default_route(NULL, &gateway, ret_device);
    else
        snprintf(ret_device, IF_NAMESIZE, "%s", call->args[0].str->data);
    return lang_step(call->lang, call->place, 20 * SYSTEM_CALL_COST);
}

static int current(const struct call *call, bool mask, struct val *ret_value)
{
    char device[IF_NAMESIZE];
    struct ifaddrs *all = NULL;

    if (read_device(call, device) < 0)
        return -1;
    *ret_value = val_none();
    if (getifaddrs(&all) < 0)
        return 0;
    for (const struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
        const struct sockaddr *address = mask ? at->ifa_netmask : at->ifa_addr;
        struct sockaddr_in in;

        if (address == NULL || address->sa_family != AF_INET || strcmp(at->ifa_name, device) != 0)
            continue;
        memcpy(&in, address, sizeof(in));
        *ret_value = spell(call->lang, ntohl(in.sin_addr.s_addr));
        break;
    }
    freeifaddrs(all);
    return 0;
}

static int run_current_ipaddr(const struct call *call, struct val *ret_value)
{
    return current(call, false, ret_value);
}

static int run_current_ipmask(const struct call *call, struct val *ret_value)
{
    return current(call, true, ret_value);
}

static int run_current_ipgw(const struct call *call, struct val *ret_value)
{
    char device[IF_NAMESIZE], same[IF_NAMESIZE];
    uint32_t gateway;

    if (read_device(call, device) < 0)
        return -1;
    *ret_value = default_route(device, &gateway, same) ? spell(call->lang, gateway) : val_none();
    return 0;
}

const struct builtin ip_functions[] = {
    { "add_offset_to_ip", 2, 2, NULL, run_add_offset },
    { "check_subnet", 3, 3, NULL, run_check_subnet },
    { "get_current_ipaddr", 0, 1, NULL, run_current_ipaddr },
    { "get_current_ipgw", 0, 1, NULL, run_current_ipgw },
    { "get_current_ipmask", 0, 1, NULL, run_current_ipmask },
    { "get_defaultroute", 0, 0, NULL, run_get_defaultroute },
    { "inet_aton", 1, 1, NULL, run_aton },
    { "inet_ntoa", 1, 1, NULL, run_ntoa },
    { NULL, 0, 0, NULL, NULL },
};
