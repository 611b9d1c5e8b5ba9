#include "migrate/trailer.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "convert/json.h"
#include "registry/uuid.h"

#define VERSION 1u

struct head { char magic[4]; uint32_t version, len; };

static const char magic[4] = "XMMV";

static void set(xm_json *json, const char *key, const char *text)
{
    if (text != NULL)
        xm_json_set(json, key, xm_json_new_str(text));
}

void xm_trailer_format(const struct xm_trailer *trailer, struct xm_buf *buf)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    struct head head = { .version = VERSION };
    xm_autofree char *text = NULL;

    set(json, "id", trailer->id);
    set(json, "document", trailer->document);
    set(json, "state", trailer->state);
    xm_json_set(json, "managed", xm_json_new_bool(trailer->managed));
    text = xm_json_format(json, true);
    memcpy(head.magic, magic, sizeof(magic));
    head.len = (uint32_t)strlen(text);
    xm_buf_add(buf, &head, sizeof(head));
    xm_buf_add(buf, text, head.len);
}

/* Absent is fine, another type is not. */
static bool read_text(const xm_json *json, const char *key, char **ret_text)
{
    const xm_json *field = xm_json_get(json, key, NULL);

    *ret_text = xm_strdup(xm_json_str(field));
    return field == NULL || *ret_text != NULL;
}

static int read_fields(const xm_json *json, struct xm_trailer *ret_trailer, xm_error **err)
{
    const char *id = xm_json_str(xm_json_get(json, "id", NULL));
    const xm_json *managed = xm_json_get(json, "managed", NULL);
    struct xm_trailer trailer = { .managed = managed != NULL && managed->type == XM_JSON_BOOL && managed->i };

    if (id == NULL || !xm_uuid_is_plain(id) || !read_text(json, "document", &trailer.document)
        || !read_text(json, "state", &trailer.state)) {
        xm_trailer_clear(&trailer);
        return xm_fail(err, XM_INVALID, "what is behind the configuration is damaged");
    }
    memcpy(trailer.id, id, sizeof(trailer.id));
    *ret_trailer = trailer;
    return 0;
}

int xm_trailer_parse(const char *data, size_t len, struct xm_trailer *ret_trailer, bool *ret_there, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;
    struct head head;

    *ret_there = false;
    if (len < sizeof(head) || memcmp(data, magic, sizeof(magic)) != 0)
        return 0;
    memcpy(&head, data, sizeof(head));
    if (head.version != VERSION)
        return 0;
    if (head.len > len - sizeof(head))
        return xm_fail(err, XM_INVALID, "what is behind the configuration is cut off");
    if (xm_json_parse(data + sizeof(head), head.len, &json, err) < 0)
        return xm_wrap(err, "what is behind the configuration");
    if (read_fields(json, ret_trailer, err) < 0)
        return -1;
    *ret_there = true;
    return 0;
}

void xm_trailer_clear(struct xm_trailer *trailer)
{
    free(XM_TAKE(trailer->document));
    free(XM_TAKE(trailer->state));
}
