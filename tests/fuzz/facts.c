/* What another host asks, and what it tells: a line of JSON each. Whatever has the shape of the two can be
 * compared, and gives verdicts that a terminal and a reader can bear. All of it is also taken for stock
 * xl's words. */
#include <stdlib.h>

#include "fuzz.h"
#include "migrate/check.h"
#include "migrate/facts.h"

static void look_at(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            abort();
}

static void compare(const xm_json *ask, const xm_json *here, const xm_json *there)
{
    XM_AUTO(xm_verdicts) *verdicts = xm_migrate_check(ask, here, there);

    for (size_t i = 0; i < verdicts->count; i++) {
        const struct xm_verdict *v = &verdicts->items[i];

        look_at(v->item);
        look_at(v->here);
        look_at(v->there);
        if ((v->kind == XM_VERDICT_PASS) != (v->advice == NULL))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    xm_autofree char *text = xm_strndup((const char *)data, len);
    size_t first = strcspn(text, "\n");
    XM_AUTO(xm_json) *ask = NULL, *facts = NULL, *stock = NULL;

    if (xm_json_parse(text, first, &ask, NULL) < 0 || xm_ask_check(ask, NULL) < 0)
        return 0;
    compare(ask, NULL, NULL);
    stock = xm_facts_of_xl(text, text[first] ? text + first + 1 : "", ask);
    if (xm_facts_check(stock, NULL) < 0)
        abort();
    compare(ask, stock, stock);
    if (text[first] == '\0' || xm_json_parse(text + first + 1, strlen(text + first + 1), &facts, NULL) < 0
        || xm_facts_check(facts, NULL) < 0)
        return 0;
    compare(ask, facts, facts);
    compare(ask, stock, facts);
    return 0;
}
