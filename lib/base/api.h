/* What libxm shows to programs. The library is built with hidden visibility; a function that
 * a program may call is marked XM_API where it is declared, and nothing else is exported. */
#ifndef XM_BASE_API_H
#define XM_BASE_API_H

#define XM_API __attribute__((visibility("default")))
#define XM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
