/* The text that values came from, for messages that point into it as a compiler's do:
 *
 *   web.py:14:9: disk[0]: unknown device type 'cdorm' (cdrom or disk)
 *   disk = ['phy:/dev/vg/web,hdc:cdorm,r']
 *                                ^
 *
 * Words of the command line that are laid over a file stand behind its text, a line each; a place
 * there is told as "command line: memory=abc: ...". Lines and columns count from 1, columns in
 * bytes. Whatever the text holds, what is made of it can go to a terminal. */
#ifndef XM_LANG_SOURCE_H
#define XM_LANG_SOURCE_H

#include "lang/lang.h"

/* A view: all is borrowed. text NULL: it is not known, then messages show no line. */
struct xm_source {
    const char *file;           /* "" if there is none */
    const char *text;
    size_t len;
    unsigned words_line;        /* the first line that is a word of the command line; 0: there are none */
};

/* The message of something wrong at place, owned by the caller. subject, "disk[0]", may be NULL. */
char *xm_source_complain(const struct xm_source *source, struct xm_place place, const char *subject, const char *message);

/* Whether place is in a word of the command line. */
bool xm_source_is_word(const struct xm_source *source, struct xm_place place);

/* The place of a string's byte at offset. That is further right than the string's own place where the
 * string stands in the text as it is, in one literal without escapes; else the string's own place. */
struct xm_place xm_source_within(const struct xm_source *source, struct xm_place place, const char *string, size_t offset);

/* Appends words to a text, on lines of their own, and returns the line of the first, words_line of the result.
 * ret_lines, which may be NULL, has room for count: the line at which each begins. */
struct xm_buf;
unsigned xm_source_add_words(struct xm_buf *text, char *const *words, size_t count, unsigned *ret_lines);

#endif
