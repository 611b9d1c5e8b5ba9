/* Structs as JSON objects, by a table: the one place that knows how a field is spelled. */
#include "host/sim/sim.h"

#include <string.h>

#define AT(type, base, field) ((type *)((char *)(base) + (field)->offset))
#define AT_CONST(type, base, field) ((type const *)((const char *)(base) + (field)->offset))

char **sim_words_new(const char *text)
{
    char **words = NULL;
    size_t count = 0, cap = 0;

    for (; text != NULL; ) {
        size_t len;

        text += strspn(text, " ");
        len = strcspn(text, " ");
        if (len == 0)
            break;
        XM_GROW(words, count + 1, cap);
        words[count++] = xm_strndup(text, len);
        text += len;
    }
    if (words == NULL)
        return xm_new0(char *, 1);
    words[count] = NULL;
    return words;
}

char *sim_words_join(char *const *words)
{
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; words[i] != NULL; i++)
        xm_buf_printf(&text, "%s%s", i ? " " : "", words[i]);
    return xm_buf_take(&text);
}

void sim_words_free(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

static int read_words(const xm_json *value, char ***ret_words)
{
    char **words = xm_new0(char *, value->count + 1);

    for (size_t i = 0; i < value->count; i++) {
        const char *text = xm_json_str(value->items[i]);

        if (text == NULL) {
            sim_words_free(words);
            return -1;
        }
        words[i] = xm_strdup(text);
    }
    *ret_words = words;
    return 0;
}

static int read_field(const struct sim_field *field, const xm_json *value, void *into, const char *what, xm_error **err)
{
    int64_t number;

    switch (field->type) {
    case SIM_INT:
        number = xm_json_int(value, INT64_MIN);
        if (value->type != XM_JSON_NUMBER || number < field->low || number > field->high)
            return xm_fail(err, XM_INVALID, "%s: \"%s\" must be a number from %lld to %lld", what, field->key,
                           (long long)field->low, (long long)field->high);
        *AT(int64_t, into, field) = number;
        return 0;
    case SIM_TEXT:
        if (xm_json_str(value) == NULL)
            return xm_fail(err, XM_INVALID, "%s: \"%s\" must be a text", what, field->key);
        *AT(char *, into, field) = xm_strdup(xm_json_str(value));
        return 0;
    case SIM_WORDS:
        if (value->type != XM_JSON_ARRAY || read_words(value, AT(char **, into, field)) < 0)
            return xm_fail(err, XM_INVALID, "%s: \"%s\" must be a list of texts", what, field->key);
        return 0;
    }
    return 0;
}

static void set_default(const struct sim_field *field, void *into)
{
    switch (field->type) {
    case SIM_INT:
        *AT(int64_t, into, field) = field->otherwise;
        break;
    case SIM_TEXT:
        *AT(char *, into, field) = xm_strdup(field->text ? field->text : "");
        break;
    case SIM_WORDS:
        *AT(char **, into, field) = sim_words_new(field->text);
        break;
    }
}

static int only_known_keys(const struct sim_field *fields, const xm_json *json, const char *what, xm_error **err)
{
    for (size_t i = 0; i < json->count; i++) {
        const struct sim_field *field = fields;

        while (field->key != NULL && strcmp(field->key, json->keys[i]) != 0)
            field++;
        if (field->key == NULL)
            return xm_fail(err, XM_INVALID, "%s: unknown key \"%s\"", what, json->keys[i]);
    }
    return 0;
}

int sim_fields_read(const struct sim_field *fields, const xm_json *json, void *into, const char *what, xm_error **err)
{
    if (json->type != XM_JSON_OBJECT)
        return xm_fail(err, XM_INVALID, "%s: is not a JSON object", what);
    if (only_known_keys(fields, json, what, err) < 0)
        return -1;
    for (const struct sim_field *field = fields; field->key != NULL; field++) {
        const xm_json *value = xm_json_get(json, field->key, NULL);

        if (value == NULL)
            set_default(field, into);
        else if (read_field(field, value, into, what, err) < 0)
            return -1;
    }
    return 0;
}

static xm_json *write_words(char **words)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        xm_json_add(array, xm_json_new_str(words[i]));
    return array;
}

xm_json *sim_fields_write(const struct sim_field *fields, const void *from)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT);

    for (const struct sim_field *field = fields; field->key != NULL; field++) {
        const char *text;

        switch (field->type) {
        case SIM_INT:
            xm_json_set(json, field->key, xm_json_new_int(*AT_CONST(int64_t, from, field)));
            break;
        case SIM_TEXT:
            text = *AT_CONST(char *, from, field);
            xm_json_set(json, field->key, xm_json_new_str(text ? text : ""));
            break;
        case SIM_WORDS:
            xm_json_set(json, field->key, write_words(*AT_CONST(char **, from, field)));
            break;
        }
    }
    return json;
}

void sim_fields_clear(const struct sim_field *fields, void *of)
{
    for (const struct sim_field *field = fields; field->key != NULL; field++) {
        if (field->type == SIM_TEXT) {
            free(*AT(char *, of, field));
            *AT(char *, of, field) = NULL;
        } else if (field->type == SIM_WORDS) {
            sim_words_free(*AT(char **, of, field));
            *AT(char **, of, field) = NULL;
        }
    }
}
