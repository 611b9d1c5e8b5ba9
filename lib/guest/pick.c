/* The guest that a word means. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"
#include "registry/uuid.h"

static bool is_live(const struct xm_guest *guest)
{
    return guest->domid != XM_DOMID_NONE;
}

static const struct xm_guest *by_name(const xm_guest_list *list, const char *name, bool live)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_live(&list->items[i]) == live && list->items[i].name != NULL && strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

static const struct xm_guest *by_domid(const xm_guest_list *list, const char *word)
{
    unsigned long domid;
    char *end;

    if (strspn(word, "0123456789") != strlen(word))
        return NULL;
    errno = 0;
    domid = *word ? strtoul(word, &end, 10) : 0;        /* xl reads an empty word as dom0 */
    for (size_t i = 0; errno == 0 && i < list->count; i++)
        if (is_live(&list->items[i]) && list->items[i].domid == domid)
            return &list->items[i];
    return NULL;
}

/* A live one before another, as with names. */
static const struct xm_guest *by_uuid(const xm_guest_list *list, const char *word)
{
    char uuid[37];

    if (!xm_uuid_parse(word, uuid))
        return NULL;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].uuid, uuid) == 0)
            return &list->items[i];
    return NULL;
}

/* One whose domain has its name no more, as it has all but left: by the name that it is known by. */
static const struct xm_guest *by_doubt(const xm_guest_list *list, const char *word)
{
    for (size_t i = 0; i < list->doubts->count; i++) {
        const xm_move *move = &list->doubts->items[i];

        if (move->name != NULL && strcmp(move->name, word) == 0)
            return by_uuid(list, move->uuid);
    }
    return NULL;
}

const struct xm_guest *xm_guest_pick(const xm_guest_list *list, enum xm_dialect dialect, const char *word, xm_error **err)
{
    const struct xm_guest *guest = NULL;

    if (dialect == XM_DIALECT_XL) {
        bool digits = strspn(word, "0123456789") == strlen(word);

        guest = digits ? by_domid(list, word) : by_name(list, word, true);
    } else if (*word != '\0') {
        guest = by_name(list, word, true);
        if (guest == NULL)
            guest = by_name(list, word, false);
        if (guest == NULL)
            guest = by_domid(list, word);
        if (guest == NULL)
            guest = by_uuid(list, word);
        if (guest == NULL)
            guest = by_doubt(list, word);
    }
    if (guest == NULL)
        xm_fail(err, XM_NOT_FOUND, dialect == XM_DIALECT_XL ? "%s is an invalid domain identifier"
                : "Domain '%s' does not exist", word);
    return guest;
}
