/* The way to another host, for migrate: the command that is run to get there, who answers, and asking again
 * after a lost link. */
#ifndef XM_CMD_WAY_H
#define XM_CMD_WAY_H

#include "cmd.h"

/* How the user wants to get there. */
struct way_args {
    const char *command;        /* NULL: ssh */
    bool ssl, plain;
    const char *port;
};
#define WAY_OPTS(type)                                                                                      \
    XM_STR('s', NULL, type, way.command, "COMMAND", "reach HOST by COMMAND in place of ssh; with '' HOST is the command"), \
    XM_FLAG_IN(XM_DIALECT_XM, 0, "ssl", type, way.ssl, "reach HOST's xm relocation, over TLS"),              \
    XM_FLAG_IN(XM_DIALECT_XM, 0, "plain", type, way.plain, "the same without TLS, for all on the way to read and to change"), \
    XM_STR_IN(XM_DIALECT_XM, 'p', "port", type, way.port, "PORT", "where that listens, if not on relocation_port; means --ssl")

/* The words of a record for it: "ssh"; "command", another one; "shell", host is all of it; "tls" and "plain":
 * an xm relocation there, and the record's command is its port. */
struct way {
    struct xm_rune rune;
    bool listener;              /* an xm relocation is called, and of rune host alone counts */
    bool plain;
    unsigned port;              /* 0: the usual one */
    char port_text[8];
    bool stock;                 /* nobody but stock xl is asked for, and its very words are said */
};

/* Of what the user typed, and of a record. What they borrow from must stay. */
int way_of(struct xm_env *env, const struct way_args *args, const char *host, struct way *ret_way, xm_error **err);
int way_again(struct xm_env *env, const struct xm_move_peer *peer, struct way *ret_way, xm_error **err);
/* Borrows from way. */
struct xm_move_peer way_peer(struct way *way);

/* From now on a lost link is an error, and does not end the process. */
void way_survive_loss(void);

/* *ret_xm: an xm answered, and its greeting has been read; else a stock xl, or an xm as one. */
int way_open(struct xm_env *env, const struct way *way, struct xm_link *ret_link, bool *ret_xm, xm_error **err);
void way_close(struct xm_env *env, struct xm_link *link);

/* What a command there prints, xl's listings: at most 1 MiB, and its status has to be 0. */
int way_ask(struct xm_env *env, const struct way *way, const char *words, char **ret_text, xm_error **err);

/* Lines of stock xl's protocol go to stderr in that dialect. */
struct xm_teller way_teller(struct xm_env *env);

/* --- recover.c --- */

/* Asks what became of a guest in doubt and does here what follows; *ret_there says what. soon: its move
 * was cut off just now, so that a stock host which does not have it never let it run. XM_STATE where that
 * host cannot tell. */
int recover_ask(struct xm_env *env, const char *uuid, bool soon, bool *ret_there, xm_error **err);

/* The whole of migrate --recover; an administrator's word in place of the other host's: here or there. */
int recover_run(struct xm_env *env, const char *word, bool here, bool there, xm_error **err);

#endif
