/* Files that a text opened, and the streams of sys. */
#ifndef XM_LANG_FILE_H
#define XM_LANG_FILE_H

#include "lang/value.h"

/* sys.stdout, sys.stderr. */
struct val file_stream(bool error);
bool file_is_stream(struct val v);

#endif
