/* What can be known of libxl's and Xen's texts without a Xen: pure functions, held by unit tests. */
#ifndef XM_HOST_XEN_TEXT_H
#define XM_HOST_XEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Is it the name of a directory in /vm: a uuid, perhaps with "-1" behind it? */
bool xen_text_is_vm(const char *name);

/* The domain of a file in which libxl keeps something of it, by the file's name; false for other files. */
bool xen_text_file_domid(const char *name, uint32_t *ret_domid);

/* The guest that a process serves as its device model: words are those of its command line, each ended by
 * a NUL, len bytes and one more NUL behind them. 0: none. */
uint32_t xen_text_serves(const char *words, size_t len);

/* Do such words, of whatever program, name the guest as a device model's do? One that is put in the usual
 * one's place may be called anything. */
bool xen_text_serves_one(const char *words, size_t len, uint32_t domid);

/* The round of a memory stream that libxc's word for its progress is about; a check after the last one
 * counts as that. false: it is about something else. */
bool xen_text_round(const char *doing, unsigned last, unsigned *ret_round);

/* Does Xen's command line say dom0_mem= in a form that fixes domain 0's memory? */
bool xen_dom0_mem_given(const char *commandline);

#endif
