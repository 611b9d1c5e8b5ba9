/* What can be known of libxl's and Xen's texts without a Xen: pure functions, held by unit tests. */
#ifndef XM_HOST_XEN_TEXT_H
#define XM_HOST_XEN_TEXT_H

#include <stdbool.h>

#include "base/error.h"

/* A libxl or libxc message as a sentence of ours: without "libxl_disk.c:78:function: " and
 * "Domain 2:" in front, without a full stop and newline behind, its first word in lower case unless
 * it is a name. The caller frees it. */
char *xen_text_strip(const char *line);

/* How much an error line tells of the cause: 0 nothing (a step above has failed), 1 something, 2 it
 * quotes what a hotplug script or the device model said. */
int xen_text_weight(const char *text);

/* What a caller can do about libxl's rc (negative), given the errno (0: none) and text of the line
 * that explains it; text may be NULL. */
enum xm_code xen_code(int rc, int errnum, const char *text);

/* Does Xen's command line say dom0_mem= in a form that fixes domain 0's memory? */
bool xen_dom0_mem_given(const char *commandline);

#endif
