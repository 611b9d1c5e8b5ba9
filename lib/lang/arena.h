/* Memory of one evaluation. Everything that a text makes is taken from here and given back at
 * once when the evaluation ends, so cycles and shared values need no care. What was allocated is
 * never reused before that: the bound on `used` is a bound on the whole run. */
#ifndef XM_LANG_ARENA_H
#define XM_LANG_ARENA_H

#include <stddef.h>

struct arena_chunk;
struct arena {
    struct arena_chunk *chunks;
    size_t used;
};

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
void arena_clear(struct arena *arena);

/* Moves an array of count elements to one with room for cap. */
void *arena_grow(struct arena *arena, const void *array, size_t count, size_t cap, size_t size);

#endif
