/* What the commands for devices of guests share. */
#ifndef XM_CMD_DEVICE_H
#define XM_CMD_DEVICE_H

#include "listing.h"

/* --- changes --- */

#define CHANGE_HELP                                                                                         \
    "A running guest is changed at once, and what is stored of it with that, so that the\n"                \
    "change outlives a reboot. --live or --config has one of the two only.\n"

struct device_change {
    struct xm_env *env;
    xm_guest_list *list;        /* what guest borrows from */
    const struct xm_guest *guest;
    unsigned where;             /* as for xm_guest_attach() */
};

/* Finds the guest of word: in xm any, in xl a live one. brief: xl's failure has no "(rc=-6)". */
int change_open(struct xm_env *env, const char *word, const struct where_args *where, bool brief,
                struct device_change *ret_change, xm_error **err);
void change_close(struct device_change *change);
#define autochange __attribute__((cleanup(change_close))) struct device_change

/* Makes a change while the supervisor, if the guest is ours and runs, knows of it. */
int change_attach(const struct device_change *change, const struct xm_device_text *device, xm_error **err);
int change_detach(const struct device_change *change, enum xm_device_kind kind, int devid, const char *word, bool force,
                  xm_error **err);
int change_cd(const struct device_change *change, const struct xm_device_text *device, xm_error **err);

/* xl -N: "disk: {...}" on stdout, in place of the change. */
int print_device(const struct device_change *change, const char *what, const struct xm_device_text *device, xm_error **err);

/* xm's third word of a detach: -f and --force are an option by now, any other is passed over. */
void pass_over(const struct xm_call *call, size_t from);

/* BACKDEV FRONTDEV MODE [BACKDOM]: xm's disk entry in pieces, made one, owned by the caller; and refused where
 * a piece would be two. */
char *join_disk(char **words, size_t count);
int check_disk_words(char **words, size_t count, xm_error **err);

/* --- listings --- */

struct device_list {
    enum xm_device_kind kind;
    void (*print_heading)(const struct xm_env *env);
    void (*print_row)(const struct xm_env *env, const struct xm_guest *guest, const struct xm_device *device);
    bool brief;                 /* xl: an unknown name is told and passed over */
};
struct device_list_args { bool long_form, json; };

int list_devices(struct xm_env *env, const struct xm_call *call, const struct device_list *what, xm_error **err);

#endif
