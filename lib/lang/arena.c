#include "lang/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CHUNK = 64 * 1024, ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(ALIGN) char data[];
};

/* The first chunk is small: most configurations need no second one. */
static struct arena_chunk *add_chunk(struct arena *arena, size_t need)
{
    size_t size = arena->chunks == NULL ? CHUNK / 4 : CHUNK;
    struct arena_chunk *chunk;

    if (size < need)
        size = need;
    chunk = xm_alloc0(1, sizeof(*chunk) + size);
    chunk->size = size;
    if (arena->chunks != NULL && need > CHUNK / 2) {
        chunk->next = arena->chunks->next;      /* a big one of its own: go on filling the last */
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = arena->chunks;
    void *at;

    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (chunk == NULL || chunk->size - chunk->used < size)
        chunk = add_chunk(arena, size);
    at = chunk->data + chunk->used;
    chunk->used += size;
    arena->used += size;
    return at;
}

void *arena_grow(struct arena *arena, const void *array, size_t count, size_t cap, size_t size)
{
    void *grown = arena_alloc(arena, cap * size);

    if (count > 0)
        memcpy(grown, array, count * size);
    return grown;
}

void arena_clear(struct arena *arena)
{
    while (arena->chunks != NULL) {
        struct arena_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = 0;
}
