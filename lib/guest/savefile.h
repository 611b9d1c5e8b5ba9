/* The head of a save file, stock xl's: magic, byte-order mark, flags, the configuration as
 * libxl's JSON; behind it starts the memory stream. Everything in it is untrusted when read. */
#ifndef XM_GUEST_SAVEFILE_H
#define XM_GUEST_SAVEFILE_H

#include <stdbool.h>

#include "base/error.h"

/* Writes the head at fd's offset. */
int xm_savefile_write_head(int fd, const char *config_json, xm_error **err);

/* Reads the head of a file and leaves fd at the stream. *ret_config is NUL-terminated; *ret_json
 * false: it is xl.cfg text (files of before 4.5). XM_INVALID with the reason for anything that
 * is not such a file; xend's LinuxGuestRecord is recognised by name. Config at most 4 MiB. */
int xm_savefile_read_head(int fd, const char *path, char **ret_config, bool *ret_json, xm_error **err);

#endif
