/* What the other side of a migration says: a greeting, a line of the session and its fields, or what is behind
 * the configuration in the head of a stock stream. */
#include <stdlib.h>

#include "base/mem.h"
#include "fuzz.h"
#include "migrate/say.h"
#include "migrate/trailer.h"
#include "registry/uuid.h"

/* What was read is safe to be a file's name. */
static void read_hello(const xm_json *message)
{
    struct xm_hello hello;

    if (xm_hello_read(message, &hello, NULL) < 0)
        return;
    if (!xm_uuid_is_plain(hello.id) || !xm_uuid_is_plain(hello.uuid) || strchr(hello.name, '/') != NULL)
        abort();
    xm_hello_clear(&hello);
}

static void read_trailer(const uint8_t *data, size_t size)
{
    struct xm_trailer trailer;
    bool there;

    if (xm_trailer_parse((const char *)data, size, &trailer, &there, NULL) < 0 || !there)
        return;
    if (!xm_uuid_is_plain(trailer.id))
        abort();
    xm_trailer_clear(&trailer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = { "hello", "offer", "ready", "commit", "failed", NULL };
    xm_autofree char *line = xm_strndup((const char *)data, size);
    XM_AUTO(xm_json) *message = NULL;
    struct xm_greeting greeting;
    struct xm_offer offer;

    read_trailer(data, size);
    if (xm_greeting_parse(line, &greeting, NULL) == 0)
        xm_greeting_clear(&greeting);
    if (xm_say_parse(line, words, &message, NULL) < 0)
        return 0;
    (void)xm_say_failed(message, NULL);
    read_hello(message);
    if (xm_offer_read(message, &offer, NULL) == 0)
        xm_offer_clear(&offer);
    return 0;
}
