/* What is said on a connection before the receiver speaks. Within this folder only. */
#ifndef XM_MIGRATE_PREFACE_H
#define XM_MIGRATE_PREFACE_H

#include "base/error.h"

#define PREFACE "xm relocation 1 "
#define PREFACE_MAX 512                 /* bytes of such a line, with its newline */

enum preface_word { PREFACE_PLAIN, PREFACE_READY, PREFACE_REFUSED };

/* *ret_why is of a refusal, and can be printed; it lies in line. XM_INVALID for any other line. */
int preface_parse(char *line, enum preface_word *ret_word, const char **ret_why, xm_error **err);

#endif
