/* The table of keys in words, for people. */
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "bind/config.h"
#include "bind/keys.h"

const struct xm_config_key *xm_config_keys(void)
{
    static const struct xm_config_key keys[] = {
#define ROW(name, kind, guests, who, def, min, max, choices, bind, offset, field, instead, gone, text) { name, text, GROUP },
#include "bind/keys.def"
#undef ROW
        { NULL, NULL, NULL }
    };

    return keys;
}

static void add_choices(struct xm_buf *out, const struct xm_choice *choices)
{
    for (const struct xm_choice *choice = choices; choice->name; choice++)
        xm_buf_printf(out, "%s%s", choice == choices ? "" : choice[1].name ? ", " : " or ", choice->name);
}

static void add_type(struct xm_buf *out, const struct xm_key *key)
{
    static const char *const names[] = {
        [XM_KIND_STR] = "string", [XM_KIND_INT] = "integer", [XM_KIND_BOOL] = "boolean", [XM_KIND_ENUM] = "",
        [XM_KIND_LIST] = "list", [XM_KIND_ANY] = "string or list", [XM_KIND_BOOL_OR] = "boolean",
    };

    xm_buf_puts(out, names[key->kind]);
    if (key->kind == XM_KIND_BOOL_OR)
        xm_buf_puts(out, key->choices ? ", " : " or list");
    if (key->choices)
        add_choices(out, key->choices);
    if (key->kind == XM_KIND_ENUM && key->max)
        xm_buf_printf(out, ", or its number, %ld to %ld", key->min, key->max);
    else if (key->max == INT_MAX)           /* no bound that anybody meets */
        xm_buf_printf(out, ", at least %ld", key->min);
    else if (key->max)
        xm_buf_printf(out, ", %ld to %ld", key->min, key->max);
}

/* The default in one dialect, as text; NULL: none. */
static char *default_of(const struct xm_key *key, enum xm_dialect dialect)
{
    xm_autofree char *words = NULL;
    xm_autofree char *literal = xm_key_default(key, dialect, &words);

    return literal ? XM_TAKE(literal) : XM_TAKE(words);
}

static void add_default(struct xm_buf *out, const struct xm_key *key)
{
    xm_autofree char *xm = key->dialects & XM_IN_XM ? default_of(key, XM_DIALECT_XM) : NULL;
    xm_autofree char *xl = key->dialects & XM_IN_XL ? default_of(key, XM_DIALECT_XL) : NULL;

    if (xm && xl && strcmp(xm, xl) == 0) {
        xm_buf_printf(out, "; default %s", xm);
        return;
    }
    if (xm)
        xm_buf_printf(out, "; default %s%s", key->dialects & XM_IN_XL ? "for xm " : "", xm);
    if (xl)
        xm_buf_printf(out, "; default %s%s", key->dialects & XM_IN_XM ? "for xl " : "", xl);
}

static void add_guests(struct xm_buf *out, const struct xm_key *key)
{
    static const struct { unsigned bit; const char *name; } guests[] = { { XM_PV, "pv" }, { XM_PVH, "pvh" }, { XM_HVM, "hvm" } };
    const char *before = "; for ";

    if ((key->guests & XM_ALL) == XM_ALL)
        return;
    for (size_t i = 0; i < XM_COUNT(guests); i++)
        if (key->guests & guests[i].bit) {
            xm_buf_printf(out, "%s%s", before, guests[i].name);
            before = " and ";
        }
}

char *xm_config_key_describe(const char *name)
{
    const struct xm_key *key = xm_key_find(name);
    xm_autobuf out = XM_BUF_INIT;

    if (!key)
        return xm_strdup("");
    add_type(&out, key);
    add_default(&out, key);
    add_guests(&out, key);
    if (key->dialects != XM_BOTH)
        xm_buf_printf(&out, "; a key of %s", key->dialects == XM_IN_XM ? "xm" : "xl");
    if (key->instead)
        xm_buf_printf(&out, "; an old spelling, use %s", key->instead);
    if (key->gone)
        xm_buf_printf(&out, "; %s", key->gone);
    return xm_buf_take(&out);
}
