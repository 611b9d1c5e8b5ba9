/* For targets of migration: a simulated host of the fuzzer's own, and a peer whose words are an input. */
#ifndef XM_TESTS_FUZZ_SIDE_H
#define XM_TESTS_FUZZ_SIDE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/guest.h"
#include "migrate/link.h"

#define SIDE_WEB "11111111-1111-4111-8111-111111111111"

struct side {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
};

/* Made at the first call, and gone with the process. Its clock stands still. */
struct side *side_open(void);
/* As new: what an input has left is not the next one's. */
void side_reset(struct side *side);
/* Nothing there but domain 0: no domain, entry or record. */
bool side_is_empty(const struct side *side);
/* The remembered guest web, running; made if there is none. */
const struct xm_guest *side_web(struct side *side, xm_guest_list **ret_list);

/* An input is what the peer says, piece by piece: after each the byte 0x1e, and the next one is said when all
 * of it has been read. 0x1f stands for 65536 zeroes, a piece of a simulated guest's memory. After the last
 * one it says no more. What it hears it does not mind. What is to be set before it begins: */
struct peer {
    bool stays;                 /* it does not close its side when it has said all */
    bool deaf;                  /* it reads nothing */
    const uint8_t *data;
    size_t len;
    int fd;
    pthread_t thread;
};
void peer_begin(struct peer *peer, const uint8_t *data, size_t len, struct xm_link *ret_link);
/* Once the link is closed. */
void peer_end(struct peer *peer);

#endif
