/* Memory that frees itself.
 *
 * Allocation does not fail: the xm_ allocators end the process when memory is out, as libxl's
 * do. What they return is freed with free(), or by the cleanup attributes below when the
 * variable leaves its scope. XM_TAKE() passes such a variable's value on. */
#ifndef XM_BASE_MEM_H
#define XM_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/api.h"

XM_API void *xm_alloc0(size_t count, size_t size);
XM_API void *xm_realloc(void *ptr, size_t count, size_t size);
XM_API char *xm_strdup(const char *text);               /* NULL stays NULL */
XM_API char *xm_strndup(const char *text, size_t len);
XM_API char *xm_printf(const char *fmt, ...) XM_PRINTF(1, 2);
XM_API char *xm_vprintf(const char *fmt, va_list ap) XM_PRINTF(1, 0);

#define xm_new0(type, count) ((type *)xm_alloc0((count), sizeof(type)))

/* Makes room for one more element in a growing array: cap doubles from 8. */
#define XM_GROW(array, count, cap)                                          \
    do {                                                                    \
        if ((count) >= (cap)) {                                             \
            (cap) = (cap) ? 2 * (cap) : 8;                                  \
            (array) = xm_realloc((array), (cap), sizeof(*(array)));         \
        }                                                                   \
    } while (0)

/* The same for an array that stores no cap: it is always the power of two that holds count, so
 * room is made when count has reached one. */
#define XM_GROW_COUNTED(array, count)                                       \
    do {                                                                    \
        if (((count) & ((count) - 1)) == 0)                                 \
            (array) = xm_realloc((array), (count) ? 2 * (count) : 1, sizeof(*(array))); \
    } while (0)

XM_API void xm_cleanup_free(void *ptr);         /* ptr is the address of a pointer */
XM_API void xm_cleanup_close(int *fd);
#define xm_autofree __attribute__((cleanup(xm_cleanup_free)))
#define xm_autoclose __attribute__((cleanup(xm_cleanup_close)))

/* XM_AUTO(xm_doc) *doc = NULL; calls xm_doc_free(doc) at the end of the scope, for each type
 * whose header says XM_AUTO_DEFINE(xm_doc). It may be there for that end alone: clang would warn. */
#define XM_AUTO_DEFINE(type)                                                \
    static inline void type##_cleanup(type **ptr) { type##_free(*ptr); }
#define XM_AUTO(type) __attribute__((cleanup(type##_cleanup), unused)) type

#define XM_TAKE(ptr)                                                        \
    ({ __typeof__(ptr) taken_ = (ptr); (ptr) = NULL; taken_; })

#define XM_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
