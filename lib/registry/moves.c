#include "registry/moves.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "convert/json.h"
#include "registry/store.h"
#include "registry/uuid.h"

#define FORMAT 1
#define RECORD_MAX (16u << 20)
#define SUFFIX ".json"

static const char *const stages[] = {
    [XM_MOVE_SENDING] = "sending", [XM_MOVE_ASKED] = "asked", [XM_MOVE_LEFT] = "left", [XM_MOVE_ARRIVING] = "arriving",
};
static const char *const kinds[] = {
    [XM_MOVE_LIVE] = "running", [XM_MOVE_HALTED] = "halted", [XM_MOVE_SUSPENDED] = "suspended",
};

static bool find_word(const char *word, const char *const *words, size_t count, int *ret_index)
{
    for (size_t i = 0; word != NULL && i < count; i++)
        if (strcmp(word, words[i]) == 0) {
            *ret_index = (int)i;
            return true;
        }
    return false;
}

const char *xm_move_kind_word(enum xm_move_kind kind)
{
    return kinds[kind];
}

bool xm_move_kind_parse(const char *word, enum xm_move_kind *ret_kind)
{
    int index;

    if (!find_word(word, kinds, XM_COUNT(kinds), &index))
        return false;
    *ret_kind = (enum xm_move_kind)index;
    return true;
}

void xm_move_clear(xm_move *move)
{
    free(move->peer.how);
    free(move->peer.host);
    free(move->peer.command);
    free(move->name);
    free(move->damage);
    xm_doc_free(move->document);
}

void xm_move_free(xm_move *move)
{
    if (move == NULL)
        return;
    xm_move_clear(move);
    free(move);
}

static char *record_path(const xm_reg *reg, const char *uuid)
{
    return xm_printf("%s/" XM_REG_MOVES "/%s" SUFFIX, reg->base, uuid);
}

bool xm_move_has(const xm_reg *reg, const char *uuid)
{
    xm_autofree char *path = xm_uuid_is_plain(uuid) ? record_path(reg, uuid) : NULL;

    return path != NULL && access(path, F_OK) == 0;
}

/* --- reading --- */

static char *text_of(const xm_json *json, const char *key)
{
    const xm_json *value = xm_json_get(json, key, NULL);

    return xm_strdup(value ? xm_json_str(value) : NULL);
}

static bool is_true(const xm_json *json, const char *key)
{
    const xm_json *value = xm_json_get(json, key, NULL);

    return value != NULL && value->type == XM_JSON_BOOL && value->i != 0;
}

static int64_t number(const xm_json *json, const char *key, int64_t max, int64_t otherwise)
{
    const xm_json *value = xm_json_get(json, key, NULL);
    int64_t n = value ? xm_json_int(value, otherwise) : otherwise;

    return n < 0 || n > max ? otherwise : n;
}

static void read_peer(const xm_json *json, struct xm_move_peer *peer)
{
    const xm_json *of = xm_json_get(json, "peer", NULL);

    if (of == NULL)
        return;
    peer->how = text_of(of, "how");
    peer->host = text_of(of, "host");
    peer->command = text_of(of, "command");
}

static int read_document(const xm_json *json, const char *path, const char *uuid, xm_doc **ret_doc, xm_error **err)
{
    const xm_json *tree = xm_json_get(json, "document", NULL);
    xm_autofree char *text = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    const char *own;

    if (tree == NULL)
        return 0;
    text = xm_json_format(tree, true);
    if (xm_json_to_doc(text, strlen(text), &doc, err) < 0)
        return xm_wrap(err, "%s: the document", path);
    own = xm_doc_get_str(doc, "uuid");
    if (own == NULL || strcmp(own, uuid) != 0 || xm_doc_get_str(doc, "name") == NULL)
        return xm_fail(err, XM_INVALID, "%s: holds the document of another guest", path);
    *ret_doc = XM_TAKE(doc);
    return 0;
}

static int read_words(const xm_json *json, const char *path, xm_move *move, xm_error **err)
{
    xm_autofree char *stage = text_of(json, "stage"), *kind = text_of(json, "kind"), *id = text_of(json, "id");
    int64_t format = number(json, "format", INT64_MAX, 0);
    int index;

    if (format > FORMAT)
        return xm_fail(err, XM_UNSUPPORTED, "%s: written in format %lld by a newer xm; this one reads up to %d", path,
                       (long long)format, FORMAT);
    if (format < 1 || !find_word(stage, stages, XM_COUNT(stages), &index) || !xm_move_kind_parse(kind, &move->kind)
        || id == NULL || !xm_uuid_is_plain(id))
        return xm_fail(err, XM_INVALID, "%s: is not the record of a move", path);
    move->stage = (enum xm_move_stage)index;
    memcpy(move->id, id, sizeof(move->id));
    return 0;
}

static int parse(const xm_json *json, const char *path, xm_move *move, xm_error **err)
{
    if (read_words(json, path, move, err) < 0)
        return -1;
    move->name = text_of(json, "name");
    if (move->name == NULL || *move->name == '\0')
        return xm_fail(err, XM_INVALID, "%s: the guest has no name", path);
    read_peer(json, &move->peer);
    move->domid = (uint32_t)number(json, "domid", UINT32_MAX, XM_REG_NO_DOMID);
    move->began = number(json, "began", INT64_MAX, 0);
    move->asked = number(json, "asked", INT64_MAX, 0);
    move->restarts = (unsigned)number(json, "restarts", UINT_MAX, 0);
    move->stock = is_true(json, "stock");
    move->keep = is_true(json, "keep");
    move->paused = is_true(json, "paused");
    move->managed = is_true(json, "managed");
    move->had_entry = is_true(json, "had_entry");
    return read_document(json, path, move->uuid, &move->document, err);
}

int xm_move_load(xm_reg *reg, const char *uuid, xm_move **ret_move, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;
    XM_AUTO(xm_move) *move = NULL;
    xm_autofree char *path = NULL, *text = NULL;
    size_t len;

    if (!xm_uuid_is_plain(uuid))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", uuid);
    path = record_path(reg, uuid);
    if (xm_file_read(path, RECORD_MAX, &text, &len, err) < 0)
        return -1;
    if (xm_json_parse(text, len, &json, err) < 0)
        return xm_wrap(err, "%s", path);
    move = xm_new0(xm_move, 1);
    memcpy(move->uuid, uuid, sizeof(move->uuid));
    if (parse(json, path, move, err) < 0)
        return -1;
    *ret_move = XM_TAKE(move);
    return 0;
}

/* --- writing --- */

static void put_text(xm_json *json, const char *key, const char *text)
{
    if (text != NULL)
        xm_json_set(json, key, xm_json_new_str(text));
}

static void put_flag(xm_json *json, const char *key, bool value)
{
    if (value)
        xm_json_set(json, key, xm_json_new_bool(true));
}

static xm_json *peer_tree(const struct xm_move_peer *peer)
{
    xm_json *tree = xm_json_new(XM_JSON_OBJECT);

    put_text(tree, "how", peer->how);
    put_text(tree, "host", peer->host);
    put_text(tree, "command", peer->command);
    return tree;
}

static int put_document(xm_json *json, const xm_doc *doc, xm_error **err)
{
    xm_autofree char *text = doc ? xm_json_from_doc(doc) : NULL;
    xm_json *tree;

    if (doc == NULL)
        return 0;
    if (xm_json_parse(text, strlen(text), &tree, err) < 0)
        return -1;
    xm_json_set(json, "document", tree);
    return 0;
}

static int format(const xm_move *move, char **ret_text, xm_error **err)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "format", xm_json_new_int(FORMAT));
    put_text(json, "id", move->id);
    put_text(json, "stage", stages[move->stage]);
    put_text(json, "kind", kinds[move->kind]);
    put_text(json, "name", move->name);
    xm_json_set(json, "peer", peer_tree(&move->peer));
    if (move->domid != XM_REG_NO_DOMID)
        xm_json_set(json, "domid", xm_json_new_int(move->domid));
    xm_json_set(json, "began", xm_json_new_int(move->began));
    if (move->asked != 0)
        xm_json_set(json, "asked", xm_json_new_int(move->asked));
    if (move->restarts != 0)
        xm_json_set(json, "restarts", xm_json_new_int(move->restarts));
    put_flag(json, "stock", move->stock);
    put_flag(json, "keep", move->keep);
    put_flag(json, "paused", move->paused);
    put_flag(json, "managed", move->managed);
    put_flag(json, "had_entry", move->had_entry);
    if (put_document(json, move->document, err) < 0)
        return -1;
    *ret_text = xm_json_format(json, false);
    return 0;
}

/* Anything else that cannot be read may be replaced; what a newer xm wrote may mean more than we see. */
static int refuse_newer(xm_reg *reg, const char *uuid, xm_error **err)
{
    XM_AUTO(xm_move) *old = NULL;
    xm_error *why = NULL;

    if (xm_move_load(reg, uuid, &old, &why) < 0 && why->code == XM_UNSUPPORTED)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return 0;
}

int xm_move_save(xm_reg *reg, const xm_move *move, xm_error **err)
{
    xm_autofree char *dir = xm_printf("%s/" XM_REG_MOVES, reg->base), *path = NULL, *text = NULL;

    if (!xm_uuid_is_plain(move->uuid) || !xm_uuid_is_plain(move->id))
        return xm_fail(err, XM_INVALID, "'%s', '%s': is not a uuid", move->uuid, move->id);
    if (xm_dir_make(dir, 0700, err) < 0 || refuse_newer(reg, move->uuid, err) < 0 || format(move, &text, err) < 0)
        return -1;
    path = record_path(reg, move->uuid);
    return xm_file_replace(path, text, strlen(text), 0600, err);
}

int xm_move_drop(xm_reg *reg, const char *uuid, xm_error **err)
{
    xm_autofree char *path = NULL;

    if (!xm_uuid_is_plain(uuid))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", uuid);
    path = record_path(reg, uuid);
    if (unlink(path) < 0)
        return errno == ENOENT ? 0 : xm_fail_errno(err, errno, "%s", path);
    return xm_dir_sync_of(path, err);
}

/* --- all of them --- */

static bool is_record(const char *file, char ret_uuid[37])
{
    size_t len = strlen(file);

    if (len != 36 + strlen(SUFFIX) || strcmp(file + 36, SUFFIX) != 0)
        return false;
    memcpy(ret_uuid, file, 36);
    ret_uuid[36] = '\0';
    return xm_uuid_is_plain(ret_uuid);
}

/* False if it went away meanwhile. */
static bool read_one(xm_reg *reg, const char *uuid, xm_move *ret_move)
{
    xm_error *why = NULL;
    xm_move *move;

    if (xm_move_load(reg, uuid, &move, &why) == 0) {
        *ret_move = *move;
        free(move);
        return true;
    }
    if (why->code == XM_NOT_FOUND) {
        xm_error_free(why);
        return false;
    }
    *ret_move = (xm_move){ .domid = XM_REG_NO_DOMID, .stage = XM_MOVE_ASKED, .damage = xm_error_text(why) };
    memcpy(ret_move->uuid, uuid, sizeof(ret_move->uuid));
    xm_error_free(why);
    return true;
}

static int by_name(const void *a, const void *b)
{
    const xm_move *x = a, *y = b;

    if ((x->name == NULL) != (y->name == NULL))
        return x->name == NULL ? 1 : -1;
    if (x->name != NULL && strcmp(x->name, y->name) != 0)
        return strcmp(x->name, y->name);
    return strcmp(x->uuid, y->uuid);
}

int xm_moves_load(xm_reg *reg, xm_moves **ret_moves, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/" XM_REG_MOVES, reg->base);
    DIR *dir = opendir(path);
    struct dirent *item;
    xm_moves *moves;
    size_t cap = 0;
    char uuid[37];

    if (dir == NULL && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", path);
    moves = xm_new0(xm_moves, 1);
    while (dir != NULL && (item = readdir(dir)) != NULL) {
        if (!is_record(item->d_name, uuid))
            continue;
        XM_GROW(moves->items, moves->count, cap);
        moves->count += read_one(reg, uuid, &moves->items[moves->count]);
    }
    if (dir != NULL)
        closedir(dir);
    if (moves->count > 1)
        qsort(moves->items, moves->count, sizeof(*moves->items), by_name);
    *ret_moves = moves;
    return 0;
}

void xm_moves_free(xm_moves *moves)
{
    if (moves == NULL)
        return;
    for (size_t i = 0; i < moves->count; i++)
        xm_move_clear(&moves->items[i]);
    free(moves->items);
    free(moves);
}

const xm_move *xm_moves_find(const xm_moves *moves, const char *uuid)
{
    for (size_t i = 0; i < moves->count; i++)
        if (strcmp(moves->items[i].uuid, uuid) == 0)
            return &moves->items[i];
    return NULL;
}

int xm_move_find(xm_reg *reg, const char *word, xm_move **ret_move, xm_error **err)
{
    XM_AUTO(xm_moves) *moves = NULL;
    char uuid[37];

    if (xm_uuid_parse(word, uuid))
        return xm_move_load(reg, uuid, ret_move, err);
    if (xm_moves_load(reg, &moves, err) < 0)
        return -1;
    for (size_t i = 0; i < moves->count; i++)
        if (moves->items[i].name != NULL && strcmp(moves->items[i].name, word) == 0)
            return xm_move_load(reg, moves->items[i].uuid, ret_move, err);
    return xm_fail(err, XM_NOT_FOUND, "no guest called '%s' is on its way from or to here", word);
}
