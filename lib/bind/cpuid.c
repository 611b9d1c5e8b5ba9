/* cpuid: "host,tm=0,sse3=0", or a list of "LEAF[,SUB]:eax=...,ebx=..." */
#include <string.h>

#include "bind/binder.h"

/* A register's 32 characters of 0 1 x k s, the most significant first, as libxl wants them; xm also took
 * 0x numbers. NULL with the mistake reported. */
static char *bits_of(struct xm_binder *b, const struct xm_word *word)
{
    const char *value = word->value;
    char *end, bits[33] = "";
    unsigned long number;

    if (strlen(value) == 32 && strspn(value, "01xks") == 32)
        return xm_strdup(value);
    xm_binder_at(b, word->value_at);
    number = strtoul(value, &end, 16);
    if (b->dialect != XM_DIALECT_XM || strncmp(value, "0x", 2) || !value[2] || *end || number > UINT32_MAX) {
        (void)xm_binder_error(b, "'%s' is no value of a register (32 of 0 1 x k s%s)", value,
                              b->dialect == XM_DIALECT_XM ? ", or 0x and a number" : "");
        return NULL;
    }
    for (int i = 0; i < 32; i++)
        bits[i] = number >> (31 - i) & 1 ? '1' : '0';
    return xm_strdup(bits);
}

static bool is_register(const char *name)
{
    return strlen(name) == 3 && name[0] == 'e' && strchr("abcd", name[1]) && name[2] == 'x';
}

/* LEAF[,SUBLEAF]:eax=BITS,... */
static void one_leaf(struct xm_binder *b, const char *text)
{
    size_t leaf = strcspn(text, ":");
    xm_autofree char *copy = xm_strdup(text);
    struct xm_words words = { text[leaf] ? copy + leaf + 1 : NULL, true, b, copy };
    struct xm_word word;
    xm_autobuf out = XM_BUF_INIT;
    bool ok = true;

    xm_buf_add(&out, text, leaf);
    for (char next = ':'; xm_words_next(&words, &word); next = ',') {
        xm_autofree char *bits = NULL;

        if (!is_register(word.name) || !word.value) {
            ok = xm_binder_error(b, "'%s' should be eax, ebx, ecx or edx with =BITS", word.name);
            continue;
        }
        if ((bits = bits_of(b, &word)))
            xm_buf_printf(&out, "%c%s=%s", next, word.name, bits);
        else
            ok = false;
    }
    if (ok && libxl_cpuid_parse_config_xend(&b->cfg->b_info.cpuid, out.data ? out.data : ""))
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
