/* Reading and writing the trees that hosts send each other. What is read has passed its shape, or is
 * libxl's: a key may be missing. Within this folder only. */
#ifndef XM_MIGRATE_TREE_H
#define XM_MIGRATE_TREE_H

#include "convert/json.h"
#include "host/machine.h"

/* NULL, otherwise, false and an empty list where there is no such thing; json may be NULL. */
const char *xm_tree_text(const xm_json *json, const char *key);
int64_t xm_tree_number(const xm_json *json, const char *key, int64_t otherwise);
bool xm_tree_flag(const xm_json *json, const char *key);
const xm_json *xm_tree_list(const xm_json *json, const char *key);
const xm_json *xm_tree_get(const xm_json *json, const char *key);       /* NULL where there is none */
bool xm_tree_has_word(const xm_json *list, const char *word);

/* An empty text is left out. */
void xm_tree_set_text(xm_json *object, const char *key, const char *text);
void xm_tree_set_number(xm_json *object, const char *key, uint64_t number);

xm_json *xm_tree_of_features(const struct xm_features *features);

#endif
