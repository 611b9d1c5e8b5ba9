#include "guest/savefile.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "guest/guest.h"
#include "guest/zstd.h"

#define CONFIG_MAX (4u << 20)
#define BYTE_ORDER_MARK 0x01020304u
#define FLAG_JSON 1u                /* the configuration is libxl's JSON, not xl.cfg text */
#define FLAG_STREAM_V2 2u           /* libxl's own stream, of Xen 4.6 and later */

static const char magic[32] = "Xen saved domain, xl format\n \0 \r";
static const char xend_magic[16] = "LinuxGuestRecord";

struct head {
    char magic[32];
    uint32_t byte_order, mandatory, optional, data_len;
};
_Static_assert(sizeof(struct head) == 48, "a save file's head has no padding");

int xm_savefile_format_head(const char *config_json, const void *more, size_t more_len, struct xm_buf *buf, xm_error **err)
{
    uint32_t len = (uint32_t)strlen(config_json) + 1;       /* the final NUL belongs to it */
    struct head head = {
        .byte_order = BYTE_ORDER_MARK, .mandatory = FLAG_JSON | FLAG_STREAM_V2,
        .data_len = len + (uint32_t)sizeof(len) + (uint32_t)more_len,
    };

    if (len > CONFIG_MAX || more_len > XM_SAVEFILE_MORE_MAX)
        return xm_fail(err, XM_INVALID, "the configuration is larger than %u bytes", CONFIG_MAX);
    memcpy(head.magic, magic, sizeof(magic));
    xm_buf_add(buf, &head, sizeof(head));
    xm_buf_add(buf, &len, sizeof(len));
    xm_buf_add(buf, config_json, len);
    if (more_len > 0)
        xm_buf_add(buf, more, more_len);
    return 0;
}

int xm_savefile_write_head(int fd, const char *config_json, xm_error **err)
{
    xm_autobuf text = XM_BUF_INIT;

    if (xm_savefile_format_head(config_json, NULL, 0, &text, err) < 0)
        return -1;
    return xm_fd_write(fd, text.data, text.len, "the save file", err);
}

/* The first bytes of a foreign file, printable, as xend showed them. */
static int fail_magic(const char *path, const char *found, size_t len, xm_error **err)
{
    char text[17];

    if (len < sizeof(magic))
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: signature read", path);
    if (memcmp(found, xend_magic, sizeof(xend_magic)) == 0)
        return xm_fail(err, XM_UNSUPPORTED, "%s: was saved by xend (LinuxGuestRecord), whose memory format "
                       "this host cannot read", path);
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = isprint((unsigned char)found[i]) ? found[i] : '.';
    text[sizeof(text) - 1] = '\0';
    return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: found '%s'", path, text);
}

static int check_head(const struct head *head, const char *path, xm_error **err)
{
    if (head->byte_order != BYTE_ORDER_MARK)
        return xm_fail(err, XM_INVALID, "%s: was saved by a machine of the other byte order", path);
    if (head->mandatory & ~(FLAG_JSON | FLAG_STREAM_V2))
        return xm_fail(err, XM_UNSUPPORTED, "%s: needs a newer xm (mandatory flags 0x%x)", path, head->mandatory);
    if (!(head->mandatory & FLAG_STREAM_V2))
        return xm_fail(err, XM_UNSUPPORTED, "%s: was saved by a Xen of before 4.6, whose memory format "
                       "is not read any more", path);
    if (head->data_len < sizeof(uint32_t) || head->data_len > CONFIG_MAX + XM_SAVEFILE_MORE_MAX + 4096)
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: config size read", path);
    return 0;
}

/* The bytes of a descriptor, read as they come. */
static ssize_t read_fd(void *arg, void *data, size_t len, xm_error **err)
{
    const int *fd = arg;
    size_t have = 0;

    while (have < len) {
        ssize_t n = read(*fd, (char *)data + have, len - have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "cannot be read");
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

int xm_savefile_check_head(const void *data, size_t len, const char *path, size_t *ret_data_len, xm_error **err)
{
    struct head head = { .data_len = 0 };

    memcpy(&head, data, len < sizeof(head) ? len : sizeof(head));
    if (len < sizeof(magic) || memcmp(head.magic, magic, sizeof(magic)) != 0)
        return fail_magic(path, head.magic, len, err);
    if (len < sizeof(head))
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: config size read", path);
    if (check_head(&head, path, err) < 0)
        return -1;
    *ret_data_len = head.data_len;
    return 0;
}

int xm_savefile_parse_data(const void *head_data, const char *data, const char *path, char **ret_config, bool *ret_json,
                           size_t *ret_more, xm_error **err)
{
    xm_autofree char *config = NULL;
    struct head head;
    uint32_t len;

    memcpy(&head, head_data, sizeof(head));
    memcpy(&len, data, sizeof(len));
    if (len == 0 || len > head.data_len - sizeof(len) || len > CONFIG_MAX)
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: config size read", path);
    config = xm_strndup(data + sizeof(len), len);
    if (strlen(config) + 1 < len)
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: the configuration holds NUL bytes", path);
    *ret_config = XM_TAKE(config);
    *ret_json = (head.mandatory & FLAG_JSON) != 0;
    *ret_more = sizeof(len) + len;
    return 0;
}

int xm_savefile_read_head_of(const struct xm_bytes *from, const char *path, char **ret_config, bool *ret_json, xm_error **err)
{
    xm_autofree char *data = NULL;
    struct head head = { .data_len = 0 };
    ssize_t n = from->read(from->arg, &head, sizeof(head), err);
    size_t len, more;

    if (n < 0)
        return xm_wrap(err, "%s", path);
    if (xm_savefile_check_head(&head, (size_t)n, path, &len, err) < 0)
        return -1;
    data = xm_alloc0(len, 1);
    n = from->read(from->arg, data, len, err);
    if (n < 0)
        return xm_wrap(err, "%s", path);
    if ((size_t)n < len)
        return xm_fail(err, XM_INVALID, "%s: not a valid guest state file: config read", path);
    return xm_savefile_parse_data(&head, data, path, ret_config, ret_json, &more, err);
}

int xm_savefile_read_head(int fd, const char *path, char **ret_config, bool *ret_json, xm_error **err)
{
    struct xm_bytes from = { .read = read_fd, .arg = &fd };
    struct xm_unzstd *unzstd = NULL;
    int rc;

    if (!xm_zstd_begins(fd))
        return xm_savefile_read_head_of(&from, path, ret_config, ret_json, err);
    if (xm_unzstd_new(fd, lseek(fd, 0, SEEK_CUR), &unzstd, err) < 0)
        return -1;
    from = xm_unzstd_bytes(unzstd);
    rc = xm_savefile_read_head_of(&from, path, ret_config, ret_json, err);
    xm_unzstd_free(unzstd);
    return rc;
}

/* Of a packed file its own sum stands behind all the rest, so that has to be read too. */
static int drain(const struct xm_bytes *from, xm_error **err)
{
    char piece[65536];
    ssize_t n;

    do
        n = from->read(from->arg, piece, sizeof(piece), err);
    while (n > 0);
    return (int)n;
}

static int check_packed(const struct xm_guests *guests, int fd, const char *path, xm_error **err)
{
    xm_autofree char *config = NULL;
    struct xm_unzstd *unzstd = NULL;
    struct xm_bytes from;
    bool json;
    int rc;

    if (xm_unzstd_new(fd, lseek(fd, 0, SEEK_CUR), &unzstd, err) < 0)
        return -1;
    from = xm_unzstd_bytes(unzstd);
    rc = xm_savefile_read_head_of(&from, path, &config, &json, err);
    if (rc == 0 && (xm_host_stream_check(guests->host, &from, err) < 0 || drain(&from, err) < 0))
        rc = xm_wrap(err, "%s", path);
    xm_unzstd_free(unzstd);
    return rc;
}

int xm_savefile_check(const struct xm_guests *guests, int fd, const char *path, xm_error **err)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    struct xm_file_bytes file;
    struct xm_bytes bytes;
    struct stat st;

    if (xm_zstd_begins(fd))
        return check_packed(guests, fd, path, err);
    if (at < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    if (xm_file_bytes_init(&file, fd, at, err) < 0)
        return -1;
    bytes = xm_file_bytes(&file);
    return xm_host_stream_check(guests->host, &bytes, err) < 0 ? xm_wrap(err, "%s", path) : 0;
}

int xm_savefile_stream(int fd, struct xm_savefile_stream *ret_stream, xm_error **err)
{
    *ret_stream = (struct xm_savefile_stream){ .fd = fd };
    return xm_zstd_begins(fd) ? xm_zstd_unpack(fd, &ret_stream->pump, &ret_stream->fd, err) : 0;
}

int xm_savefile_end(struct xm_savefile_stream *stream, int rc, xm_error **err)
{
    xm_error *why = NULL;

    if (stream->pump == NULL)
        return rc;
    close(stream->fd);
    if (xm_zstd_end(XM_TAKE(stream->pump), &why) < 0 && rc < 0) {
        if (err != NULL)
            xm_error_clear(err);
        return xm_error_pass(err, why);
    }
    /* The stream ended where it should: what comes behind it is nobody's. */
    xm_error_free(why);
    return rc;
}
