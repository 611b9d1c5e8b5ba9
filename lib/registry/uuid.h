/* Uuids as text: lower case, 8-4-4-4-12. */
#ifndef XM_REGISTRY_UUID_H
#define XM_REGISTRY_UUID_H

#include <stdbool.h>

#include "base/api.h"

/* Reads 32 hexadecimal digits in either case, hyphens anywhere among them, as xm did. False, and
 * ret_uuid untouched, for anything else. */
XM_API bool xm_uuid_parse(const char *text, char ret_uuid[37]);

/* A random one (version 4). */
XM_API void xm_uuid_new(char ret_uuid[37]);

/* True for a uuid spelled as this library spells it: safe as a file name. */
XM_API bool xm_uuid_is_plain(const char *text);

#endif
