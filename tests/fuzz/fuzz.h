/* A fuzz target: libFuzzer calls it with what it invents, replay.c with the seeds. */
#ifndef XM_TESTS_FUZZ_H
#define XM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
