/* A fuzz target: libFuzzer calls it with what it invents, replay.c with the seeds. A target that
 * finds something wrong ends with abort(), as the sanitizers do. */
#ifndef XM_TESTS_FUZZ_H
#define XM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "doc/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Binds doc as on an unknown host and as on a small one. It must be bound, or refused as XM_INVALID;
 * what was bound must be writable as JSON and SXP and readable again. */
void fuzz_bind(const xm_doc *doc);

#endif
