/* xm.conf: what holds for every command. A file of the configuration language, plain assignments:
 * host, state_dir, run_dir, log_file, log_to, auto_dir, autoballoon, lockfile, output_format, min_restart_seconds,
 * what holds for cores, the kernel cache's, the vif defaults and what guests come and go by without ssh.
 * All paths follow from the host: a simulated host keeps everything in its own directory. */
#ifndef XM_BIND_CONF_H
#define XM_BIND_CONF_H

#include <stdbool.h>

#include "base/error.h"
#include "base/mem.h"

#define XM_CONF_PATH "/etc/xen/xm.conf"

typedef struct xm_conf {
    char *host;                 /* "xen" or "sim:DIR" */
    char *state_dir;            /* /var/lib/xm: the registry */
    char *run_dir;              /* /run/xm: the supervisor's socket and lock */
    char *log_file;             /* /var/log/xm/xm.log */
    bool log_journal;           /* log_to = "journald" */
    char *auto_dir;             /* /etc/xen/auto: configurations of guests that come up with the host */
    char *lockfile;             /* /var/lock/xl: held while memory is being freed for a new guest */
    char *kernel_cache;         /* /var/cache/xm: unpacked kernels; NULL or empty: none are kept */
    unsigned kernel_cache_mib, kernel_cache_kernels;    /* 512 and 8: how much and how many at most */
    int autoballoon;            /* 1, 0, or -1: decide by Xen's dom0_mem= */
    bool output_sxp;            /* xl's output_format = "sxp" */
    char *vif_script, *vif_bridge, *vif_gatewaydev, *vif_backend;   /* NULL: libxl's own default */
    bool run_hotplug_scripts;
    char *core_dir;             /* /var/xen/dump: cores, in a directory for each guest */
    char *xl_core_dir;          /* /var/lib/xen/dump: the core of each guest of xl's */
    bool enable_dump;           /* a core of every guest that crashes */
    unsigned core_max_count;    /* 5: of one guest; 0: no limit */
    unsigned core_max_mib;      /* 0: no limit; of all in one of the directories */
    char *relocation_address;   /* where `xm relocation` listens; NULL: loopback; "": on all */
    unsigned relocation_port;   /* 8002, here and at the hosts that guests go to */
    bool relocation_ssl;        /* migrate goes that way and not by ssh, unless told otherwise */
    char *relocation_hosts_allow;       /* who may come: patterns between blanks; NULL or empty: everybody */
    char *relocation_ca, *relocation_certificate, *relocation_key;      /* PEM; who may be trusted, and ourselves */
    char *relocation_crl;       /* what is revoked; NULL: nothing */
    unsigned relocation_seconds;        /* 10: for a peer to show who it is */
    unsigned relocation_peers;  /* 8: how many may send at a time */
    unsigned min_restart_seconds;       /* 60: a guest of xm's that ends sooner after its start is not restarted */
} xm_conf;

/* path NULL: $XM_CONF, else XM_CONF_PATH, and neither needs to exist; a given path must. host
 * NULL: $XM_HOST, else the file's, else "xen". */
XM_API int xm_conf_load(const char *path, const char *host, xm_conf **ret_conf, xm_error **err);
XM_API void xm_conf_free(xm_conf *conf);
XM_AUTO_DEFINE(xm_conf)

#endif
