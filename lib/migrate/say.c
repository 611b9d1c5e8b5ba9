#include "migrate/say.h"

#include <string.h>

#include "base/buf.h"
#include "registry/uuid.h"

#define NAME_MAX_LEN 255

/* Codes travel as words: numbers are this library's own affair. */
static const struct { enum xm_code code; const char *word; } codes[] = {
    { XM_INVALID, "invalid" }, { XM_NOT_FOUND, "not_found" }, { XM_EXISTS, "exists" }, { XM_STATE, "state" },
    { XM_BUSY, "busy" }, { XM_DENIED, "denied" }, { XM_UNSUPPORTED, "unsupported" }, { XM_TIMEOUT, "timeout" },
    { XM_IO, "io" }, { XM_HOST, "host" }, { XM_INTERRUPTED, "interrupted" },
};
static const char *const whats[] = { "move", "recover" };

/* --- lines --- */

xm_json *xm_say_new(const char *word)
{
    xm_json *message = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(message, "say", xm_json_new_str(word));
    return message;
}

void xm_say_add(xm_json *message, const char *key, const char *text)
{
    if (text != NULL)
        xm_json_set(message, key, xm_json_new_str(text));
}

int xm_say(struct xm_link *link, xm_json *message, xm_error **err)
{
    xm_autofree char *text = xm_json_format(message, true);
    xm_autofree char *line = xm_printf("%s\n", text);

    xm_json_free(message);
    if (strlen(line) > XM_SAY_MAX)
        return xm_fail(err, XM_INVALID, "what is to be said to the other host is larger than %u bytes", XM_SAY_MAX);
    return xm_link_write(link, line, strlen(line), "what is to be said to the other host", err);
}

bool xm_say_is(const xm_json *message, const char *word)
{
    const char *said = xm_json_str(xm_json_get(message, "say", NULL));

    return said != NULL && strcmp(said, word) == 0;
}

/* Texts are shown on terminals: no control characters, and not without end. */
static char *clean(const char *text)
{
    xm_autobuf out = XM_BUF_INIT;

    xm_buf_plain(&out, text ? text : "", XM_SAY_TEXT_MAX, ' ');
    return xm_buf_take(&out);
}

static enum xm_code code_of(const char *word)
{
    for (size_t i = 0; word != NULL && i < XM_COUNT(codes); i++)
        if (strcmp(codes[i].word, word) == 0 && codes[i].code != XM_INTERRUPTED)
            return codes[i].code;
    return XM_STATE;            /* interrupted: there, not here */
}

int xm_say_failed(const xm_json *message, xm_error **err)
{
    xm_autofree char *why = clean(xm_json_str(xm_json_get(message, "why", NULL)));

    return xm_fail(err, code_of(xm_json_str(xm_json_get(message, "code", NULL))), "the other host: %s",
                   *why ? why : "it gave no reason");
}

int xm_say_parse(const char *line, const char *const *words, xm_json **ret_message, xm_error **err)
{
    XM_AUTO(xm_json) *message = NULL;
    xm_autofree char *shown = NULL;

    if (xm_json_parse(line, strlen(line), &message, err) < 0)
        return xm_wrap(err, "the other host");
    if (message->type != XM_JSON_OBJECT)
        return xm_fail(err, XM_INVALID, "the other host: said something that is no message");
    if (xm_say_is(message, "abort"))
        return xm_say_failed(message, err);
    for (; *words != NULL; words++) {
        if (!xm_say_is(message, *words))
            continue;
        *ret_message = XM_TAKE(message);
        return 0;
    }
    shown = clean(xm_json_str(xm_json_get(message, "say", NULL)));
    return xm_fail(err, XM_INVALID, "the other host: said '%.40s', which is not its turn", shown);
}

int xm_hear(struct xm_link *link, const char *const *words, xm_json **ret_message, xm_error **err)
{
    xm_autofree char *line = NULL;

    if (xm_link_line(link, XM_SAY_MAX, "its answer", &line, err) < 0)
        return -1;
    return xm_say_parse(line, words, ret_message, err);
}

xm_json *xm_say_failure(const char *word, const xm_error *why)
{
    xm_json *message = xm_say_new(word);
    xm_autofree char *text = xm_error_text(why), *cleaned = clean(text);

    xm_say_add(message, "why", cleaned);
    for (size_t i = 0; i < XM_COUNT(codes); i++)
        if (codes[i].code == why->code)
            xm_say_add(message, "code", codes[i].word);
    return message;
}

void xm_say_abort(struct xm_link *link, const xm_error *why)
{
    const volatile int *stop = link->stop;

    /* Ctrl-C is a reason to say so, and not to wait until that is heard. A link that is lost needs no word. */
    link->stop = NULL;
    if (xm_link_has_room(link))
        (void)xm_say(link, xm_say_failure("abort", why), NULL);
    link->stop = stop;
}

/* --- fields --- */

static int fail_field(const char *key, xm_error **err)
{
    return xm_fail(err, XM_INVALID, "the other host: \"%s\" is missing or wrong", key);
}

static int read_uuid(const xm_json *message, const char *key, char ret_uuid[37], xm_error **err)
{
    const char *text = xm_json_str(xm_json_get(message, key, NULL));

    if (text == NULL || !xm_uuid_is_plain(text))
        return fail_field(key, err);
    memcpy(ret_uuid, text, 37);
    return 0;
}

/* Absent is fine, another type is not. */
static int read_text(const xm_json *message, const char *key, char **ret_text, xm_error **err)
{
    const xm_json *field = xm_json_get(message, key, NULL);

    if (field != NULL && xm_json_str(field) == NULL)
        return fail_field(key, err);
    *ret_text = xm_strdup(xm_json_str(field));
    return 0;
}

static bool read_bool(const xm_json *message, const char *key)
{
    const xm_json *field = xm_json_get(message, key, NULL);

    return field != NULL && field->type == XM_JSON_BOOL && field->i != 0;
}

char *xm_greeting_format(const struct xm_greeting *greeting)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *text = NULL;

    xm_say_add(json, "xm", greeting->xm);
    xm_say_add(json, "xen", greeting->xen);
    text = xm_json_format(json, true);
    return xm_printf(XM_SAY_GREETING "%s\n", text);
}

int xm_greeting_parse(const char *line, struct xm_greeting *ret_greeting, xm_error **err)
{
    const size_t len = strlen(XM_SAY_GREETING);
    XM_AUTO(xm_json) *json = NULL;

    if (strncmp(line, XM_SAY_GREETING, len) != 0)
        return xm_fail(err, XM_INVALID, "the other host: is no receiver of this kind");
    if (xm_json_parse(line + len, strlen(line + len), &json, err) < 0)
        return xm_wrap(err, "the other host");
    *ret_greeting = (struct xm_greeting){
        .xm = clean(xm_json_str(xm_json_get(json, "xm", NULL))),
        .xen = clean(xm_json_str(xm_json_get(json, "xen", NULL))),
    };
    return 0;
}

void xm_greeting_clear(struct xm_greeting *greeting)
{
    free(XM_TAKE(greeting->xm));
    free(XM_TAKE(greeting->xen));
}

xm_json *xm_hello_format(const struct xm_hello *hello)
{
    xm_json *message = xm_say_new("hello");

    xm_say_add(message, "what", whats[hello->what]);
    xm_say_add(message, "id", hello->id);
    xm_say_add(message, "uuid", hello->uuid);
    xm_say_add(message, "name", hello->name);
    return message;
}

int xm_hello_read(const xm_json *message, struct xm_hello *ret_hello, xm_error **err)
{
    const char *what = xm_json_str(xm_json_get(message, "what", NULL));
    xm_autofree char *name = NULL;
    struct xm_hello hello = { .name = NULL };
    size_t i = 0;

    while (what != NULL && i < XM_COUNT(whats) && strcmp(what, whats[i]) != 0)
        i++;
    if (what == NULL || i == XM_COUNT(whats))
        return fail_field("what", err);
    hello.what = (enum xm_hello_what)i;
    if (read_uuid(message, "id", hello.id, err) < 0 || read_uuid(message, "uuid", hello.uuid, err) < 0
        || read_text(message, "name", &name, err) < 0)
        return -1;
    if (name == NULL || *name == '\0' || strlen(name) > NAME_MAX_LEN || strpbrk(name, "/\n") != NULL)
        return fail_field("name", err);
    hello.name = XM_TAKE(name);
    *ret_hello = hello;
    return 0;
}

void xm_hello_clear(struct xm_hello *hello)
{
    free(XM_TAKE(hello->name));
}

xm_json *xm_offer_format(const struct xm_offer *offer)
{
    xm_json *message = xm_say_new("offer");

    xm_say_add(message, "kind", xm_move_kind_word(offer->kind));
    xm_say_add(message, "config", offer->config);
    xm_say_add(message, "document", offer->document);
    xm_say_add(message, "state", offer->state);
    xm_json_set(message, "paused", xm_json_new_bool(offer->paused));
    xm_json_set(message, "memory_size", xm_json_new_int((int64_t)offer->memory_size));
    return message;
}

/* What kind it is follows for the steps; here only that there is something to go by. */
int xm_offer_read(const xm_json *message, struct xm_offer *ret_offer, xm_error **err)
{
    xm_autofree char *config = NULL, *document = NULL, *state = NULL;
    int64_t size = xm_json_int(xm_json_get(message, "memory_size", NULL), 0);
    const char *word = xm_json_str(xm_json_get(message, "kind", NULL));
    enum xm_move_kind kind;

    if (word == NULL || !xm_move_kind_parse(word, &kind))
        return fail_field("kind", err);
    if (read_text(message, "config", &config, err) < 0 || read_text(message, "document", &document, err) < 0
        || read_text(message, "state", &state, err) < 0)
        return -1;
    if (kind == XM_MOVE_LIVE ? config == NULL : document == NULL)
        return fail_field(kind == XM_MOVE_LIVE ? "config" : "document", err);
    if (size < 0)
        return fail_field("memory_size", err);
    *ret_offer = (struct xm_offer){
        .kind = kind, .config = XM_TAKE(config), .document = XM_TAKE(document), .state = XM_TAKE(state),
        .paused = read_bool(message, "paused"), .memory_size = (uint64_t)size,
    };
    return 0;
}

void xm_offer_clear(struct xm_offer *offer)
{
    free(XM_TAKE(offer->config));
    free(XM_TAKE(offer->document));
    free(XM_TAKE(offer->state));
}
