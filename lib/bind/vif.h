/* The words of a vif entry, for those who take them one by one. */
#ifndef XM_BIND_VIF_H
#define XM_BIND_VIF_H

#include <stdbool.h>

#include "base/api.h"

/* Is there an option of that name, to either dialect? */
XM_API bool xm_vif_has_option(const char *name);

/* Six hexadecimal numbers, one character between each two. */
XM_API bool xm_vif_parse_mac(const char *text, unsigned char ret_mac[6]);

#endif
