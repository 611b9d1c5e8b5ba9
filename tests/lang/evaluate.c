/* Evaluates a file of the xm dialect and writes what came of it as JSON: {"names": [[NAME, VALUE]
 * ...], "print": TEXT}, or {"error": TEXT}. Lists, tuples, dicts and floats are objects that say
 * so; a string's bytes are its characters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/lang.h"

static void put_text(const char *text, size_t len)
{
    putchar('"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void put_value(const struct xm_value *v);

static void put_items(const struct xm_value *v, const char *kind)
{
    printf("{\"%s\": [", kind);
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0)
            printf(", ");
        put_value(&v->items[i]);
    }
    printf("]}");
}

static void put_value(const struct xm_value *v)
{
    switch (v->type) {
    case XM_VALUE_NONE:
        printf("null");
        return;
    case XM_VALUE_BOOL:
        printf(v->i ? "true" : "false");
        return;
    case XM_VALUE_INT:
        printf("%lld", (long long)v->i);
        return;
    case XM_VALUE_FLOAT:
        printf("{\"float\": \"%.17g\"}", v->f);
        return;
    case XM_VALUE_STR:
        put_text(v->text, v->len);
        return;
    case XM_VALUE_OTHER:
        printf("{\"other\": []}");
        return;
    default:
        put_items(v, v->type == XM_VALUE_LIST ? "list" : v->type == XM_VALUE_TUPLE ? "tuple" : "dict");
    }
}

static void collect(void *arg, const char *text, size_t len)
{
    xm_buf_add(arg, text, len);
}

static int run(const struct xm_lang_input *input, const struct xm_buf *output)
{
    xm_lang_names *names = NULL;
    xm_error *err = NULL;

    if (xm_lang_eval(input, &names, &err) < 0) {
        printf("{\"error\": ");
        put_text(err->msg, strlen(err->msg));
        printf("}\n");
        xm_error_free(err);
        return 0;
    }
    printf("{\"names\": [");
    for (size_t i = 0; i < names->count; i++) {
        printf(i > 0 ? ",\n[" : "\n[");
        put_text(names->items[i].name, strlen(names->items[i].name));
        printf(", ");
        put_value(&names->items[i].value);
        printf("]");
    }
    printf("],\n\"print\": ");
    put_text(output->len > 0 ? output->data : "", output->len);
    printf("}\n");
    xm_lang_names_free(names);
    return 0;
}

int main(int argc, char **argv)
{
    xm_autobuf text = XM_BUF_INIT, output = XM_BUF_INIT;
    struct xm_lang_input input = { .dialect = XM_DIALECT_XM, .print = collect, .print_arg = &output };
    char block[4096];
    size_t got;
    FILE *file;

    if (argc < 2 || (file = fopen(argv[1], "r")) == NULL)
        return 2;
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        xm_buf_add(&text, block, got);
    fclose(file);
    if (argc > 2 && strcmp(argv[2], "xl") == 0)
        input.dialect = XM_DIALECT_XL;
    input.file = "f";
    input.text = text.len > 0 ? text.data : "";
    input.len = text.len;
    return run(&input, &output);
}
