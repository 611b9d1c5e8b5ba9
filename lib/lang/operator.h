/* What operators, indexing and iteration do with values. Each takes the place to blame. */
#ifndef XM_LANG_OPERATOR_H
#define XM_LANG_OPERATOR_H

#include "lang/context.h"

/* op as in ast.h: a sign, or OP2 of two. */
int op_binary(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, struct val *ret_value);
int op_unary(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val *ret_value);
int op_compare(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, bool *ret_result);
int op_equal(struct lang *lang, struct xm_place place, struct val a, struct val b, bool *ret_result);
int op_contains(struct lang *lang, struct xm_place place, struct val container, struct val item, bool *ret_result);

int op_index(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val *ret_value);
int op_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3], struct val *ret_value);
int op_set_index(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val value);
int op_delete_index(struct lang *lang, struct xm_place place, struct val object, struct val index);

int op_set_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3], struct val value);
int op_delete_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3]);

/* The items of anything iterable: a list's own, or new ones. */
int op_items(struct lang *lang, struct xm_place place, struct val v, const struct list **ret_items);

/* Adds b's items to list a, where it stands. */
int op_extend(struct lang *lang, struct xm_place place, struct list *a, struct val b);

/* Adds an item that came from the text: the same for a set. */
int op_set_add(struct lang *lang, struct xm_place place, struct dict *set, struct val item);

/* Refuses a change of a dict or set that texts may not change. */
int op_check_fixed(struct lang *lang, struct xm_place place, const struct dict *dict);

/* dict_set() for a key that came from the text: refuses lists, and a dict that becomes too large. */
int op_dict_set(struct lang *lang, struct xm_place place, struct dict *dict, struct val key, struct val value);

/* Sets each of the pairs that are pairs' items. */
int op_dict_pairs(struct lang *lang, struct xm_place place, struct dict *dict, struct val pairs);

#endif
