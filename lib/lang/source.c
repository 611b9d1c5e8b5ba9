#include "lang/source.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SHOWN_MAX = 160, BEFORE_MAX = 100, WORD_MAX = 60 };

struct line {
    const char *at;
    size_t len;
};

static struct line find_line(const struct xm_source *source, unsigned line)
{
    const char *at = source->text, *end = source->text + source->len;
    const char *stop;

    for (; line > 1 && at < end; at++) {
        if (*at == '\r' && at + 1 < end && at[1] == '\n')
            continue;
        line -= *at == '\n' || *at == '\r';
    }
    for (stop = at; stop < end && *stop != '\n' && *stop != '\r'; stop++)
        ;
    return (struct line){ at, (size_t)(stop - at) };
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The control characters of a hostile text must not reach a terminal: those of ASCII, and those that
 * UTF-8 writes as C2 80 to C2 9F. */
static void add_text(struct xm_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i], next = i + 1 < len ? (unsigned char)text[i + 1] : 0;

        if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            xm_buf_putc(out, '?');
            i++;
        } else {
            xm_buf_putc(out, c == '\t' || (c >= 0x20 && c != 0x7f) ? (char)c : '?');
        }
    }
}

/* Blanks up to the caret: tabs stay tabs, and the later bytes of a UTF-8 character take no room. */
static void add_caret(struct xm_buf *out, const char *text, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (!continues(text[i]))
            xm_buf_putc(out, text[i] == '\t' ? '\t' : ' ');
    xm_buf_putc(out, '^');
}

/* Of a very long line, the part around the caret; no character is cut in two. */
static void add_excerpt(struct xm_buf *out, struct line line, unsigned col)
{
    size_t before = col > 0 && col - 1 < line.len ? col - 1 : col > 0 ? line.len : 0;
    size_t skip = before > BEFORE_MAX ? before - BEFORE_MAX + 20 : 0;
    size_t shown;

    while (skip > 0 && skip < before && continues(line.at[skip]))
        skip++;
    shown = line.len - skip > SHOWN_MAX ? SHOWN_MAX : line.len - skip;
    while (shown > 0 && skip + shown < line.len && continues(line.at[skip + shown]))
        shown--;
    xm_buf_putc(out, '\n');
    add_text(out, line.at + skip, shown);
    xm_buf_putc(out, '\n');
    add_caret(out, line.at + skip, before - skip);
}

bool xm_source_is_word(const struct xm_source *source, struct xm_place place)
{
    return source->words_line > 0 && place.line >= source->words_line;
}

/* A message may have lines of its own, and parts of the text in it. */
static void add_message(struct xm_buf *out, const char *message)
{
    for (;;) {
        size_t len = strcspn(message, "\n");

        add_text(out, message, len);
        if (message[len] == '\0')
            return;
        xm_buf_putc(out, '\n');
        message += len + 1;
    }
}

/* A short word that is one value needs no line below it. */
static bool complain_of_word(struct xm_buf *out, struct line line, const char *subject, const char *message)
{
    if (line.len > WORD_MAX || (subject != NULL && strchr(subject, '[') != NULL))
        return false;
    xm_buf_puts(out, "command line: ");
    add_text(out, line.at, line.len);
    xm_buf_puts(out, ": ");
    add_message(out, message);
    return true;
}

char *xm_source_complain(const struct xm_source *source, struct xm_place place, const char *subject, const char *message)
{
    bool word = xm_source_is_word(source, place), known = place.line > 0 && source->text != NULL;
    struct line line = known ? find_line(source, place.line) : (struct line){ "", 0 };
    xm_autobuf out = XM_BUF_INIT;

    if (word && known && complain_of_word(&out, line, subject, message))
        return xm_buf_take(&out);
    if (word)
        xm_buf_puts(&out, "command line: ");
    else if (*source->file != '\0' && place.line > 0)
        xm_buf_printf(&out, "%s:%u:%u: ", source->file, place.line, place.col);
    else if (*source->file != '\0')
        xm_buf_printf(&out, "%s: ", source->file);
    if (subject != NULL)
        xm_buf_printf(&out, "%s: ", subject);
    add_message(&out, message);
    if (known)
        add_excerpt(&out, line, place.col);
    return xm_buf_take(&out);
}

struct xm_place xm_source_within(const struct xm_source *source, struct xm_place place, const char *string, size_t offset)
{
    size_t len = strlen(string), quotes = 1;
    struct line line;
    const char *at, *end;

    if (place.line == 0 || place.col == 0 || source->text == NULL || offset == 0 || offset > len)
        return place;
    line = find_line(source, place.line);
    if (place.col > line.len)
        return place;
    at = line.at + place.col - 1;
    end = line.at + line.len;
    while (at < end && strchr("rRuUbB", *at) != NULL)
        at++;
    if (at >= end || (*at != '\'' && *at != '"'))
        return place;
    if (end - at >= 3 && at[1] == *at && at[2] == *at)
        quotes = 3;
    if ((size_t)(end - at) < 2 * quotes + len || memcmp(at + quotes, string, len) != 0 || at[quotes + len] != *at)
        return place;
    place.col += (unsigned)((size_t)(at - (line.at + place.col - 1)) + quotes + offset);
    return place;
}

static unsigned count_ends(const char *text, size_t len)
{
    unsigned ends = 0;

    for (size_t i = 0; i < len; i++)
        ends += text[i] == '\n' || (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'));
    return ends;
}

unsigned xm_source_add_words(struct xm_buf *text, char *const *words, size_t count, unsigned *ret_lines)
{
    unsigned first, line;

    if (text->len > 0 && text->data[text->len - 1] != '\n')
        xm_buf_putc(text, '\n');
    first = line = 1 + count_ends(text->data, text->len);
    for (size_t i = 0; i < count; i++) {
        size_t start = text->len;

        xm_buf_printf(text, "%s\n", words[i]);
        if (ret_lines != NULL)
            ret_lines[i] = line;
        line += count_ends(text->data + start, text->len - start);
    }
    return first;
}
