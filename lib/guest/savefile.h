/* The head of a save file, stock xl's: magic, byte-order mark, flags, the configuration as
 * libxl's JSON; behind it starts the memory stream. Everything in it is untrusted when read.
 *
 * A plain file may be packed, all of it, by zstd; that makes no difference to those who read it so:
 *
 *     xm_savefile_read_head()    what is it?
 *     xm_savefile_check()        is the rest whole?
 *     xm_savefile_stream()       a descriptor for the host to read the memory stream from
 *     xm_savefile_end()          when it has */
#ifndef XM_GUEST_SAVEFILE_H
#define XM_GUEST_SAVEFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"

/* Writes the head at fd's offset. */
int xm_savefile_write_head(int fd, const char *config_json, xm_error **err);

/* Reads the head of a file and leaves fd at the stream (at the head, if the file is packed). *ret_config is NUL-terminated; *ret_json
 * false: it is xl.cfg text (files of before 4.5). XM_INVALID with the reason for anything that
 * is not such a file; xend's LinuxGuestRecord is recognised by name. Config at most 4 MiB. */
int xm_savefile_read_head(int fd, const char *path, char **ret_config, bool *ret_json, xm_error **err);
int xm_savefile_read_head_of(const struct xm_bytes *from, const char *path, char **ret_config, bool *ret_json, xm_error **err);

/* --- the same in memory, for a head that travels --- */

#define XM_SAVEFILE_HEAD 48             /* bytes, of fixed length */
#define XM_SAVEFILE_MORE_MAX (1u << 20)

/* Adds a head to *buf, with more_len bytes behind its configuration, where stock xl skips them. */
int xm_savefile_format_head(const char *config_json, const void *more, size_t more_len, struct xm_buf *buf, xm_error **err);

/* Of the first len bytes of what should be a head, XM_SAVEFILE_HEAD unless there are no more: how many follow. */
int xm_savefile_check_head(const void *head, size_t len, const char *path, size_t *ret_data_len, xm_error **err);

/* Those, of a head that was checked. *ret_more is where in data it goes on behind the configuration. */
int xm_savefile_parse_data(const void *head, const char *data, const char *path, char **ret_config, bool *ret_json,
                           size_t *ret_more, xm_error **err);

/* Is the memory stream that begins at fd's offset whole, and such as this host reads? Only a plain file can be
 * looked through before it is used; of anything else, what is wrong shows when it is read. fd stays where
 * it is. */
struct xm_guests;
int xm_savefile_check(const struct xm_guests *guests, int fd, const char *path, xm_error **err);

/* The stream behind the head that has been read; fd is borrowed, and *ret_stream to be ended. */
struct xm_savefile_stream {
    int fd;
    struct xm_zstd_pump *pump;  /* NULL: fd is the file */
};
int xm_savefile_stream(int fd, struct xm_savefile_stream *ret_stream, xm_error **err);

/* rc is what became of the reading, *err what it failed with, which gives way to what was wrong with
 * the file. Returns rc, or -1. */
int xm_savefile_end(struct xm_savefile_stream *stream, int rc, xm_error **err);

#endif
