/* cpuid: "host,tm=0,sse3=0", or a list of "LEAF[,SUB]:eax=...,ebx=..." */
#include <string.h>

#include "bind/binder.h"

static void one_leaf(struct xm_binder *b, const char *text)
{
    if (libxl_cpuid_parse_config_xend(&b->cfg->b_info.cpuid, text))
        (void)xm_binder_error(b, "'%s' is not LEAF[,SUBLEAF]:eax=BITS,...", text);
}

static void flags(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;
    bool first = true;

    for (; xm_words_next(&words, &word); first = false) {
        xm_autofree char *flag = NULL;

        if (first && !word.value && !strcmp(word.name, "host"))
            continue;
        if (first) {
            (void)xm_binder_error(b, "must begin with host, as in \"host,tm=0\"");
            return;
        }
        flag = xm_printf("%s=%s", word.name, word.value ? word.value : "");
        if (libxl_cpuid_parse_config(&b->cfg->b_info.cpuid, flag))
            (void)xm_binder_error(b, "'%s' is no flag of CPUID with its value", flag);
    }
}

void xm_bind_cpuid(struct xm_binder *b)
{
    const xm_node *node = xm_binder_enter(b, "cpuid");

    if (node && node->type == XM_NODE_LIST) {
        xm_binder_each(b, "cpuid", false, one_leaf);
    } else if (node) {
        xm_autofree char *text = xm_binder_text(b, node);

        if (text)
            flags(b, text);
    }
}
