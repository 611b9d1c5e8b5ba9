/* What the parts of bind share: a document being bound, the place in it that is being read,
 * and the mistakes found so far. Each file of a subject (disk.c, vif.c, cpus.c ...) reads values
 * through this and fills its part of the libxl_domain_config; it never stops at a mistake, so
 * that one run reports them all. Private to lib/bind. */
#ifndef XM_BIND_BINDER_H
#define XM_BIND_BINDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <libxlutil.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "doc/doc.h"

struct xm_finding {
    struct xm_place place;
    unsigned order;             /* as found, for those of one place */
    char *text;
};
struct xm_findings {
    struct xm_finding *items;
    unsigned count, cap;
    unsigned more;              /* beyond XM_BIND_MAX_ERRORS, not kept */
};

struct xm_binder {
    const xm_doc *doc;
    enum xm_dialect dialect;
    const struct xm_bind_report *report;        /* may be NULL */
    libxl_domain_config *cfg;

    /* Where messages point. index < 0: the value itself, not one of its items. */
    const char *key;
    const xm_node *node;
    int index;
    size_t offset;              /* into the string that node is; 0: the whole of it. See xm_binder_at() */
    struct xm_place key_place;  /* line > 0: messages point at the key instead */

    struct xm_findings mistakes, warnings;

    /* libxlutil's parsers report to a stream, which is read back as the error's text. */
    XLU_Config *xlu;
    FILE *xlu_stream;
    char *xlu_text;
    size_t xlu_len;
};

/* At most this many mistakes, and as many warnings, are listed: what follows is no help. */
#define XM_BIND_MAX_ERRORS 100

/* Beyond these a number in a configuration is a mistake, and no memory is taken for it. */
#define XM_BIND_MAX_VCPUS 4096
#define XM_BIND_MAX_CPUS 4096
#define XM_BIND_MAX_NODES 1024
#define XM_BIND_MAX_MIB (1L << 40)

/* A mistake, or something to know, at the current place. error returns false. */
bool xm_binder_error(struct xm_binder *b, const char *fmt, ...) XM_PRINTF(2, 3);
void xm_binder_warn(struct xm_binder *b, const char *fmt, ...) XM_PRINTF(2, 3);

/* A warning that is a mistake to who wants to be strict about keys. */
void xm_binder_remark(struct xm_binder *b, const char *fmt, ...) XM_PRINTF(2, 3);
bool xm_binder_is_strict(const struct xm_binder *b);

/* Who parses a device string says here how far into that string, in bytes, what is being looked at begins:
 * messages then point at that part of it, not at its start, wherever the string was written as one plain
 * literal. It holds until the next call of it or until another value is entered; at 0, which is where
 * xm_binder_enter() and xm_binder_each() set it, they point at the value itself. The offset counts in the
 * text that xm_binder_each() handed out; a parser that cuts a copy of that keeps where the copy begins:
 *
 *     xm_autofree char *copy = xm_strdup(text);
 *     ...
 *     xm_binder_at(b, (size_t)(word.name - copy));        or (word.value - copy)
 *     return xm_binder_error(b, "unknown device type '%s' (cdrom or disk)", word.value);  */
void xm_binder_at(struct xm_binder *b, size_t offset);

/* All mistakes in the order of the file, each with its line and caret; NULL if there are none. */
char *xm_binder_mistakes(struct xm_binder *b);

/* Hands the warnings to who asked for them, in the order of the file. */
void xm_binder_tell_warnings(struct xm_binder *b);
void xm_binder_clear(struct xm_binder *b);

/* The last complaint of a libxlutil parser, without its "SRC: config parsing error in X: ". */
const char *xm_binder_xlu_complaint(struct xm_binder *b);
XLU_Config *xm_binder_xlu(struct xm_binder *b);

/* Makes key the current place. NULL if the document does not have it, or has nothing in it: None,
 * and for xm an empty string or list. */
const xm_node *xm_binder_enter(struct xm_binder *b, const char *key);

/* Makes the key at index of the document the current place: the key itself, not its value. */
void xm_binder_enter_key(struct xm_binder *b, size_t index);

/* The text of a single value, numbers as they were spelled; NULL with the mistake reported. */
char *xm_binder_text(struct xm_binder *b, const xm_node *node);

/* A number within min..max; false with the mistake reported. */
bool xm_binder_long(struct xm_binder *b, const xm_node *node, long min, long max, long *ret);
bool xm_binder_parse_long(struct xm_binder *b, const char *text, const char *what, long min, long max, long *ret);

/* key's own value by name; false if it is not there (nothing reported) or wrong. */
bool xm_binder_get_long(struct xm_binder *b, const char *key, long min, long max, long *ret);
bool xm_binder_get_bool(struct xm_binder *b, const char *key, libxl_defbool *ret);
char *xm_binder_get_text(struct xm_binder *b, const char *key);         /* NULL: not there, or wrong */

/* Calls item for each string of a list key, with the place at that item. A single string counts
 * as a list of one where one_string is set, else it is a mistake. */
void xm_binder_each(struct xm_binder *b, const char *key, bool one_string,
                    void (*item)(struct xm_binder *b, const char *text));

/* Makes the item at index of the current list the current place. */
void xm_binder_enter_item(struct xm_binder *b, const xm_node *list, size_t index);

/* libxl's NULL-terminated list of the strings of a list value. */
libxl_string_list xm_binder_strings(struct xm_binder *b, const xm_node *node);

/* One name of several, in any case. */
struct xm_choice {
    const char *name;
    int value;
};
bool xm_choice_find(const struct xm_choice *choices, const char *text, int *ret);
bool xm_binder_choose(struct xm_binder *b, const struct xm_choice *choices, const char *what, const char *text, int *ret);

/* libxl's bitmap of at least bits bits, all clear, on the plain heap. */
void xm_bitmap_init(libxl_bitmap *map, unsigned bits);

/* Words of "a=1, b, c=2": cut at commas in place. value NULL: a bare word. Blanks before a word
 * are dropped, and those behind it where trim is set. Where the words are those of a binder's current
 * string, messages point at the word that was handed out last, and at the whole after the last. */
struct xm_words {
    char *next;
    bool trim;
    struct xm_binder *binder;   /* NULL: the text is none of a binder's */
    const char *start;
};
#define XM_WORDS(b, text, trim) ((struct xm_words){ (text), (trim), (b), (text) })
struct xm_word {
    char *name, *value;
    size_t value_at;            /* where the value stands in the string, for xm_binder_at() */
};
bool xm_words_next(struct xm_words *words, struct xm_word *ret);

/* The next word that has a value; the others are mistakes. */
bool xm_words_next_pair(struct xm_words *words, struct xm_word *ret);

/* A word's value as a number, as one of several names, as "0" or "1"; false with the mistake reported. */
bool xm_word_long(struct xm_binder *b, const struct xm_word *word, long min, long max, long *ret);
bool xm_word_u32(struct xm_binder *b, const struct xm_word *word, uint32_t *field);
bool xm_word_choose(struct xm_binder *b, const struct xm_choice *choices, const struct xm_word *word, int *ret);
bool xm_word_flag(struct xm_binder *b, const struct xm_word *word, bool *ret);

/* The mistake "unknown option 'NAME' of OWNER (CHOICES)". */
bool xm_word_unknown(struct xm_binder *b, const struct xm_word *word, const char *owner, const char *choices);

/* Puts a copy of text into field, in place of what is there. */
void xm_set_text(char **field, const char *text);

/* The one of names that text was probably meant to be, or NULL. */
const char *xm_nearest(const char *text, const char *(*name_at)(void *arg, size_t index), void *arg);

/* Appends one element, not initialised, to an array of libxl's and returns it. */
#define XM_APPEND(array, count)                                                     \
    ({  (array) = xm_realloc((array), (size_t)(count) + 1, sizeof(*(array)));       \
        &(array)[(count)++]; })

/* --- the subjects, in the order in which they are bound --- */

bool xm_bind_type(struct xm_binder *b);         /* type and builder; c_info.type and b_info.type */
void xm_bind_identity(struct xm_binder *b);     /* name, uuid, seclabel */
void xm_bind_memory(struct xm_binder *b);       /* memory, maxmem */
void xm_bind_vcpus(struct xm_binder *b);        /* vcpus, maxvcpus, vnuma, cpus, cpus_soft, cpu */
void xm_bind_events(struct xm_binder *b);       /* on_poweroff ... on_soft_reset */
void xm_bind_boot(struct xm_binder *b);         /* kernel, bootloader, firmware, command line */
void xm_bind_hvm(struct xm_binder *b);          /* what only HVM has, beyond the table's rows */
void xm_bind_ranges(struct xm_binder *b);       /* ioports, irqs, iomem */
void xm_bind_disks(struct xm_binder *b);
void xm_bind_vifs(struct xm_binder *b);
void xm_bind_vfbs(struct xm_binder *b);         /* vfb, and vnc= and sdl= of a PV guest */
void xm_bind_pci(struct xm_binder *b);
void xm_bind_usb(struct xm_binder *b);
void xm_bind_others(struct xm_binder *b);       /* vtpm, p9, pvcalls, channel, vkb, vdispl, dtdev */
void xm_bind_vsnd(struct xm_binder *b);
void xm_bind_vnuma(struct xm_binder *b);
void xm_bind_cpuid(struct xm_binder *b);

/* One entry of xm's pci, without what the keys for all devices say: a device for each function of it. */
void xm_bind_pci_entry(struct xm_binder *b, const char *text);

/* vnc*, sdl*, ... of the top level into libxl's structs; for HVM and for the vfb of a PV guest. */
void xm_bind_vnc(struct xm_binder *b, libxl_vnc_info *vnc);
void xm_bind_sdl(struct xm_binder *b, libxl_sdl_info *sdl);

/* One CPU list, "0-3,^1,node:0", into a bitmap that it allocates. */
bool xm_bind_cpu_range(struct xm_binder *b, const char *text, libxl_bitmap *ret_map);

#endif
