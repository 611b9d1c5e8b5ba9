/* xm.conf, and where everything is kept. */
#include "bind/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "bind/config.h"
#include "doc/doc.h"

#define CONF_MAX (64 << 10)

/* What a key of the file sets. A string has offset; the others are read by name. What is empty says that
 * there is none, or all. */
static const struct { const char *name; size_t offset; bool path, empty; } strings[] = {
    { "host", offsetof(xm_conf, host), false, false },
    { "state_dir", offsetof(xm_conf, state_dir), true, false },
    { "run_dir", offsetof(xm_conf, run_dir), true, false },
    { "log_file", offsetof(xm_conf, log_file), true, false },
    { "auto_dir", offsetof(xm_conf, auto_dir), true, false },
    { "lockfile", offsetof(xm_conf, lockfile), true, false },
    { "kernel_cache", offsetof(xm_conf, kernel_cache), true, true },
    { "core_dir", offsetof(xm_conf, core_dir), true, false },
    { "xl_core_dir", offsetof(xm_conf, xl_core_dir), true, false },
    { "vif.default.script", offsetof(xm_conf, vif_script), false, false },
    { "vif.default.bridge", offsetof(xm_conf, vif_bridge), false, false },
    { "vif.default.gatewaydev", offsetof(xm_conf, vif_gatewaydev), false, false },
    { "vif.default.backend", offsetof(xm_conf, vif_backend), false, false },
    { "vif_script", offsetof(xm_conf, vif_script), false, false },
    { "vif_bridge", offsetof(xm_conf, vif_bridge), false, false },
    { "vif_gatewaydev", offsetof(xm_conf, vif_gatewaydev), false, false },
    { "vif_backend", offsetof(xm_conf, vif_backend), false, false },
    { "relocation_address", offsetof(xm_conf, relocation_address), false, true },
    { "relocation_hosts_allow", offsetof(xm_conf, relocation_hosts_allow), false, true },
    { "relocation_ca", offsetof(xm_conf, relocation_ca), true, false },
    { "relocation_certificate", offsetof(xm_conf, relocation_certificate), true, false },
    { "relocation_key", offsetof(xm_conf, relocation_key), true, false },
    { "relocation_crl", offsetof(xm_conf, relocation_crl), true, false },
    { "xend_relocation_address", offsetof(xm_conf, relocation_address), false, true },
    { "xend_relocation_hosts_allow", offsetof(xm_conf, relocation_hosts_allow), false, true },
    { "xend_relocation_server_ssl_cert_file", offsetof(xm_conf, relocation_certificate), true, false },
    { "xend_relocation_server_ssl_key_file", offsetof(xm_conf, relocation_key), true, false },
};

static const struct { const char *name; size_t offset; } flags[] = {
    { "run_hotplug_scripts", offsetof(xm_conf, run_hotplug_scripts) },
    { "enable_dump", offsetof(xm_conf, enable_dump) },
    { "relocation_ssl", offsetof(xm_conf, relocation_ssl) },
    { "xend_relocation_ssl", offsetof(xm_conf, relocation_ssl) },
};

static int flag(const xm_doc *doc, const char *key, const xm_node *node, int *ret, xm_error **err)
{
    const char *text = node->type == XM_NODE_STR ? node->str : NULL;
    bool number = node->type == XM_NODE_INT || node->type == XM_NODE_BOOL;

    if ((number && node->i == 1) || (text && (!strcmp(text, "1") || !strcmp(text, "on"))))
        *ret = 1;
    else if ((number && node->i == 0) || (text && (!strcmp(text, "0") || !strcmp(text, "off"))))
        *ret = 0;
    else
        return xm_doc_fail(doc, key, node, -1, err, "must be 1 or 0");
    return 0;
}

static int set_string(xm_conf *conf, const xm_doc *doc, size_t row, const xm_node *node, xm_error **err)
{
    char **field = (char **)((char *)conf + strings[row].offset);
    bool off = strings[row].empty && node->type == XM_NODE_STR && !*node->str;

    if (node->type != XM_NODE_STR || (!*node->str && !off))
        return xm_doc_fail(doc, strings[row].name, node, -1, err, "must be a string that is not empty");
    if (strings[row].path && *node->str != '/' && !off)
        return xm_doc_fail(doc, strings[row].name, node, -1, err, "must be an absolute path");
    free(*field);
    *field = xm_strdup(node->str);
    return 0;
}

/* Numbers, each with its bounds. */
static const struct { const char *name; size_t offset; int64_t low, high; const char *what; } numbers[] = {
    { "min_restart_seconds", offsetof(xm_conf, min_restart_seconds), 0, 86400, "a number of seconds" },
    { "core_max_count", offsetof(xm_conf, core_max_count), 0, 100000, "a number of cores" },
    { "core_max_mib", offsetof(xm_conf, core_max_mib), 0, 1 << 30, "a size in MiB" },
    { "kernel_cache_mib", offsetof(xm_conf, kernel_cache_mib), 1, 1 << 20, "a number of MiB" },
    { "kernel_cache_kernels", offsetof(xm_conf, kernel_cache_kernels), 1, 64, "a number of kernels" },
    { "relocation_port", offsetof(xm_conf, relocation_port), 1, 65535, "a port" },
    { "xend_relocation_port", offsetof(xm_conf, relocation_port), 1, 65535, "a port" },
    { "xend_relocation_ssl_port", offsetof(xm_conf, relocation_port), 1, 65535, "a port" },
    { "relocation_seconds", offsetof(xm_conf, relocation_seconds), 1, 300, "a number of seconds" },
    { "relocation_peers", offsetof(xm_conf, relocation_peers), 1, 1000, "a number of hosts" },
};

static int set_number(xm_conf *conf, const xm_doc *doc, size_t row, const xm_node *node, xm_error **err)
{
    if (node->type != XM_NODE_INT || node->i < numbers[row].low || node->i > numbers[row].high)
        return xm_doc_fail(doc, numbers[row].name, node, -1, err, "must be %s, %lld to %lld", numbers[row].what,
                           (long long)numbers[row].low, (long long)numbers[row].high);
    *(unsigned *)((char *)conf + numbers[row].offset) = (unsigned)node->i;
    return 0;
}

static int set_flag(xm_conf *conf, const xm_doc *doc, size_t row, const xm_node *node, xm_error **err)
{
    int on = 0;

    if (flag(doc, flags[row].name, node, &on, err) < 0)
        return -1;
    *(bool *)((char *)conf + flags[row].offset) = on;
    return 0;
}

static int set(xm_conf *conf, const xm_doc *doc, const char *key, const xm_node *node, xm_error **err)
{
    for (size_t i = 0; i < XM_COUNT(strings); i++)
        if (!strcmp(key, strings[i].name))
            return set_string(conf, doc, i, node, err);
    for (size_t i = 0; i < XM_COUNT(numbers); i++)
        if (!strcmp(key, numbers[i].name))
            return set_number(conf, doc, i, node, err);
    for (size_t i = 0; i < XM_COUNT(flags); i++)
        if (!strcmp(key, flags[i].name))
            return set_flag(conf, doc, i, node, err);
    if (!strcmp(key, "autoballoon")) {
        if (node->type == XM_NODE_STR && !strcmp(node->str, "auto")) {
            conf->autoballoon = -1;
            return 0;
        }
        if (flag(doc, key, node, &conf->autoballoon, NULL) < 0)
            return xm_doc_fail(doc, key, node, -1, err, "must be \"auto\", \"on\" or \"off\"");
        return 0;
    }
    if (!strcmp(key, "output_format")) {
        const char *text = node->type == XM_NODE_STR ? node->str : "";

        if (strcmp(text, "json") && strcmp(text, "sxp"))
            return xm_doc_fail(doc, key, node, -1, err, "must be \"json\" or \"sxp\"");
        conf->output_sxp = !strcmp(text, "sxp");
        return 0;
    }
    if (!strcmp(key, "log_to")) {
        const char *text = node->type == XM_NODE_STR ? node->str : "";

        if (strcmp(text, "file") && strcmp(text, "journald"))
            return xm_doc_fail(doc, key, node, -1, err, "must be \"file\" or \"journald\"");
        conf->log_journal = !strcmp(text, "journald");
        return 0;
    }
    return xm_doc_fail(doc, key, node, -1, err, "unknown key");
}

static int read_file(xm_conf *conf, const char *path, bool required, xm_error **err)
{
    xm_autofree char *text = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *read_err = NULL;
    size_t len;

    if (xm_file_read(path, CONF_MAX, &text, &len, &read_err) < 0) {
        if (!required && read_err->code == XM_NOT_FOUND) {
            xm_error_free(read_err);
            return 0;
        }
        if (err)
            *err = read_err;
        else
            xm_error_free(read_err);
        return -1;
    }
    if (xm_config_parse(XM_DIALECT_XL, path, text, len, &doc, err) < 0)
        return -1;
    for (size_t i = 0; i < xm_doc_count(doc); i++)
        if (set(conf, doc, xm_doc_key(doc, i), xm_doc_value(doc, i), err) < 0)
            return -1;
    return 0;
}

/* dir as an absolute path. It need not exist yet, its parents neither; links in what exists of
 * it are followed, so that one directory always has one name. */
static char *absolute(const char *dir)
{
    xm_autofree char *full = NULL;
    char real[PATH_MAX];
    char *cut;

    if (*dir == '/') {
        full = xm_strdup(dir);
    } else {
        if (!getcwd(real, sizeof(real)))
            return NULL;
        full = xm_printf("%s/%s", strcmp(real, "/") ? real : "", dir);
    }
    for (cut = full + strlen(full); cut > full + 1 && cut[-1] == '/'; cut--)
        cut[-1] = '\0';
    if (realpath(full, real))
        return xm_strdup(real);
    for (cut = full + strlen(full); cut > full;) {
        bool found;

        while (cut > full && *--cut != '/')
            ;
        *cut = '\0';
        found = realpath(cut > full ? full : "/", real);
        *cut = '/';
        if (found)
            return xm_printf("%s%s", strcmp(real, "/") ? real : "", cut);
    }
    return XM_TAKE(full);
}

static void derive(char **field, const char *format, const char *dir)
{
    if (!*field)
        *field = xm_printf("%s%s", dir, format);
}

/* These are only read: they may be said for a simulated host, too. */
static void settle_relocation(xm_conf *conf, const char *dir)
{
    derive(&conf->relocation_ca, "/relocation/ca.pem", dir);
    derive(&conf->relocation_certificate, "/relocation/cert.pem", dir);
    derive(&conf->relocation_key, "/relocation/key.pem", dir);
}

/* A simulated host keeps all that is its own in its directory, whatever the file says: two of
 * them, or one beside the real host, must never meet. */
static int settle(xm_conf *conf, xm_error **err)
{
    bool no_cache = conf->kernel_cache != NULL && !*conf->kernel_cache;
    xm_autofree char *dir = NULL;

    if (!strcmp(conf->host, "xen")) {
        derive(&conf->state_dir, "/var/lib/xm", "");
        derive(&conf->run_dir, "/run/xm", "");
        derive(&conf->log_file, "/var/log/xm/xm.log", "");
        derive(&conf->lockfile, "/var/lock/xl", "");
        derive(&conf->auto_dir, "/etc/xen/auto", "");
        derive(&conf->kernel_cache, "/var/cache/xm", "");
        derive(&conf->core_dir, "/var/xen/dump", "");
        derive(&conf->xl_core_dir, "/var/lib/xen/dump", "");
        settle_relocation(conf, "/etc/xen");
        return 0;
    }
    if (strncmp(conf->host, "sim:", 4) || !conf->host[4])
        return xm_fail(err, XM_INVALID, "unknown host %s (xen, or sim:DIR for a simulated one)", conf->host);
    dir = absolute(conf->host + 4);
    if (!dir)
        return xm_fail_errno(err, errno, "%s", conf->host + 4);
    free(conf->state_dir);
    free(conf->run_dir);
    free(conf->log_file);
    free(conf->lockfile);
    free(conf->auto_dir);
    free(conf->kernel_cache);
    free(conf->core_dir);
    free(conf->xl_core_dir);
    free(conf->host);
    conf->host = xm_printf("sim:%s", dir);
    conf->log_journal = false;
    conf->state_dir = xm_printf("%s/xm", dir);
    conf->run_dir = xm_printf("%s/run", dir);
    conf->log_file = xm_printf("%s/log/xm.log", dir);
    conf->lockfile = xm_printf("%s/run/memory.lock", dir);
    conf->auto_dir = xm_printf("%s/auto", dir);
    conf->kernel_cache = no_cache ? xm_strdup("") : xm_printf("%s/cache", dir);
    conf->core_dir = xm_printf("%s/dump", dir);
    conf->xl_core_dir = xm_printf("%s/dump-xl", dir);
    settle_relocation(conf, dir);
    return 0;
}

static const char *not_empty(const char *text)
{
    return text && *text ? text : NULL;
}

int xm_conf_load(const char *path, const char *host, xm_conf **ret_conf, xm_error **err)
{
    XM_AUTO(xm_conf) *conf = xm_new0(xm_conf, 1);
    bool required = path != NULL;

    conf->autoballoon = -1;
    conf->run_hotplug_scripts = true;
    conf->min_restart_seconds = 60;
    conf->kernel_cache_mib = 512;
    conf->kernel_cache_kernels = 8;
    conf->core_max_count = 5;
    conf->relocation_port = 8002;
    conf->relocation_seconds = 10;
    conf->relocation_peers = 8;
    if (!path)
        path = not_empty(getenv("XM_CONF"));
    if (read_file(conf, path ? path : XM_CONF_PATH, required, err) < 0)
        return -1;
    if (!host)
        host = not_empty(getenv("XM_HOST"));
    if (host) {
        free(conf->host);
        conf->host = xm_strdup(host);
    }
    if (!conf->host)
        conf->host = xm_strdup("xen");
    if (settle(conf, err) < 0)
        return -1;
    *ret_conf = XM_TAKE(conf);
    return 0;
}

void xm_conf_free(xm_conf *conf)
{
    if (!conf)
        return;
    free(conf->host);
    free(conf->state_dir);
    free(conf->run_dir);
    free(conf->log_file);
    free(conf->lockfile);
    free(conf->auto_dir);
    free(conf->kernel_cache);
    free(conf->core_dir);
    free(conf->xl_core_dir);
    free(conf->vif_script);
    free(conf->vif_bridge);
    free(conf->vif_gatewaydev);
    free(conf->vif_backend);
    free(conf->relocation_address);
    free(conf->relocation_hosts_allow);
    free(conf->relocation_ca);
    free(conf->relocation_certificate);
    free(conf->relocation_key);
    free(conf->relocation_crl);
    free(conf);
}
