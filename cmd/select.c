/* From the words of a listing to its guests. */
#include "listing.h"

#include <string.h>

const char *shown_name(const struct xm_guest *guest)
{
    return guest->name != NULL && *guest->name != '\0' ? guest->name : "(null)";
}

const char *shown_domid(const struct xm_guest *guest, char room[16])
{
    *room = '\0';
    if (is_live(guest))
        snprintf(room, 16, "%u", guest->domid);
    return room;
}

bool is_number(const char *word)
{
    return *word != '\0' && word[strspn(word, "0123456789")] == '\0';
}

int forgive_number(struct xm_env *env, const char *word, xm_error **err)
{
    xm_autofree char *text = NULL;

    if (env->dialect != XM_DIALECT_XL || !is_number(word) || err == NULL)
        return -1;
    text = xm_error_text(*err);
    fprintf(stderr, "%s\n", text);
    xm_error_clear(err);
    return 0;
}

void tell_doubts(const xm_moves *doubts)
{
    for (size_t i = 0; i < doubts->count; i++) {
        const xm_move *move = &doubts->items[i];

        if (move->damage != NULL)
            fprintf(stderr, "Warning: %s may run elsewhere by now, as the record of its move cannot be read: %s\n", move->uuid,
                    move->damage);
        else
            fprintf(stderr, "Warning: %s may run on %s by now: its migration was cut off at the end (xm migrate --recover %s)\n",
                    move->name, move->peer.host ? move->peer.host : "another host", move->name);
    }
}

void tell_damage(const xm_guest_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].damage != NULL)
            fprintf(stderr, "Warning: a guest's entry cannot be read: %s\n", list->items[i].damage);
    }
    tell_doubts(list->doubts);
}

static int by_name(const void *left, const void *right)
{
    const struct xm_guest *a = *(const struct xm_guest *const *)left, *b = *(const struct xm_guest *const *)right;
    int order = strcmp(shown_name(a), shown_name(b));

    return order != 0 ? order : a->domid < b->domid ? -1 : a->domid > b->domid;
}

static void select_all(const struct xm_env *env, struct selection *selection, bool halted)
{
    for (size_t i = 0; i < selection->list->count; i++) {
        const struct xm_guest *guest = &selection->list->items[i];

        if (is_live(guest) || (halted && guest->name != NULL))
            selection->items[selection->count++] = guest;
    }
    if (env->dialect == XM_DIALECT_XM && selection->count > 1)
        qsort(selection->items, selection->count, sizeof(*selection->items), by_name);
}

int selection_load(struct xm_env *env, char **words, size_t count, unsigned want, unsigned flags,
                   struct selection *ret, xm_error **err)
{
    auto_selection selection = SELECTION_INIT;
    bool halted = env->dialect == XM_DIALECT_XM || (flags & SELECT_HALTED);

    if (xm_guest_list_load(&env->guests, want | XM_WANT_NAME, &selection.list, err) < 0)
        return -1;
    selection.items = xm_new0(const struct xm_guest *, count > selection.list->count ? count : selection.list->count + 1);
    if (!(flags & SELECT_QUIET))
        tell_damage(selection.list);
    for (size_t i = 0; i < count; i++) {
        if (pick_guest(env, selection.list, words[i], halted ? 0 : FIND_LIVE, &selection.items[i], err) < 0)
            return -1;
        selection.count++;
    }
    selection.all = count == 0;
    if (selection.all)
        select_all(env, &selection, halted);
    *ret = selection;
    selection = (struct selection)SELECTION_INIT;
    return 0;
}

void selection_clear(struct selection *selection)
{
    xm_guest_list_free(selection->list);
    free(selection->items);
    *selection = (struct selection)SELECTION_INIT;
}

xm_json *guest_config(struct xm_env *env, const struct xm_guest *guest, xm_error **err)
{
    xm_autofree char *text = NULL;
    xm_json *json;

    if (xm_guest_config_json(&env->guests, guest, &text, err) < 0 || xm_json_parse(text, strlen(text), &json, err) < 0)
        return NULL;
    return json;
}

static void configured_figures(struct xm_env *env, const struct xm_guest *guest, struct figures *ret)
{
    /* A document that cannot be bound any more keeps its guest in the list, with its last figures. */
    XM_AUTO(xm_json) *config = guest_config(env, guest, NULL);
    const xm_json *info = config != NULL ? xm_json_get(config, "b_info", NULL) : NULL;
    int64_t kib = info != NULL ? xm_json_int(xm_json_get(info, "target_memkb", NULL), 0) : 0;
    int64_t vcpus = 0;

    if (info == NULL)
        return;
    if (xm_json_get(info, "avail_vcpus", NULL) != NULL)
        vcpus = (int64_t)xm_json_get(info, "avail_vcpus", NULL)->count;
    if (vcpus == 0)
        vcpus = xm_json_int(xm_json_get(info, "max_vcpus", NULL), 0);
    if (kib > 0)
        ret->mem_kib = (uint64_t)kib;
    if (vcpus > 0)
        ret->vcpus = (unsigned)vcpus;
}

void guest_figures(struct xm_env *env, const struct xm_guest *guest, struct figures *ret)
{
    const struct xm_domain *domain = &guest->domain;
    bool target = env->dialect == XM_DIALECT_XM && domain->target_kib > 0;

    if (is_live(guest)) {
        *ret = (struct figures){ target ? domain->target_kib : domain->mem_kib, domain->vcpus, (double)domain->cpu_ns / 1e9 };
        return;
    }
    *ret = (struct figures){ guest->state.mem_kib, guest->state.vcpus, (double)guest->state.cpu_ns / 1e9 };
    /* A suspended guest comes back as it was; a halted one starts with what it is given by then. */
    if (guest->state.phase != XM_PHASE_SUSPENDED || ret->mem_kib == 0)
        configured_figures(env, guest, ret);
}

xm_json *json_guest(const struct xm_guest *guest)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(object, "name", xm_json_new_str(guest->name));
    xm_json_set(object, "uuid", xm_json_new_str(guest->uuid));
    xm_json_set(object, "domid", is_live(guest) ? xm_json_new_int(guest->domid) : xm_json_new(XM_JSON_NULL));
    return object;
}
