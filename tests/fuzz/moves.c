/* Records of moves and decisions, as somebody left them: what is read is safe to go by, a record comes back as it
 * was written, and what cannot be read keeps nobody from a listing. The first line is a decision's, the rest a
 * record. */
#include <stdlib.h>

#include "base/fd.h"
#include "convert/json.h"
#include "fuzz.h"
#include "registry/uuid.h"
#include "side.h"

#define MOVE "33333333-3333-4333-8333-333333333333"

static void put(const struct side *side, const char *name, const char *text, size_t len)
{
    xm_autofree char *dir = xm_printf("%s/xm/moves", side->dir), *path = xm_printf("%s/%s", dir, name);

    if (xm_dir_make(dir, 0700, NULL) < 0 || xm_file_replace(path, text, len, 0600, NULL) < 0)
        abort();
}

static void read_decision(const struct side *side, const char *text, size_t len)
{
    enum xm_move_decision decision;

    put(side, MOVE ".decision", text, len);
    if (xm_move_decided(side->guests.reg, MOVE, &decision, NULL) == 0
        && strncmp(text, decision == XM_MOVE_COMMITTED ? "committed\n" : "aborted\n", len) != 0)
        abort();
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void read_again(const struct side *side, const xm_move *move)
{
    XM_AUTO(xm_move) *again = NULL;

    if (!xm_uuid_is_plain(move->id) || move->name == NULL || *move->name == '\0'
        || xm_move_save(side->guests.reg, move, NULL) < 0 || xm_move_load(side->guests.reg, SIDE_WEB, &again, NULL) < 0)
        abort();
    if (!same(move->name, again->name) || !same(move->peer.host, again->peer.host) || !same(move->peer.command, again->peer.command)
        || move->stage != again->stage || move->kind != again->kind || move->domid != again->domid || move->began != again->began
        || strcmp(move->id, again->id) != 0 || (move->document == NULL) != (again->document == NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = end ? (size_t)(end - data) + 1 : size;
    struct side *side = side_open();
    XM_AUTO(xm_guest_list) *list = NULL;
    XM_AUTO(xm_move) *move = NULL;

    read_decision(side, (const char *)data, first);
    put(side, SIDE_WEB ".json", (const char *)data + first, size - first);
    if (xm_move_load(side->guests.reg, SIDE_WEB, &move, NULL) == 0)
        read_again(side, move);
    if (xm_guest_list_load(&side->guests, XM_WANT_NAME, &list, NULL) < 0)
        abort();
    (void)xm_moves_settle(&side->guests, NULL);         /* what cannot be settled stays, and is told of */
    if (xm_move_has(side->guests.reg, SIDE_WEB))
        (void)xm_move_drop(side->guests.reg, SIDE_WEB, NULL);
    return 0;
}
