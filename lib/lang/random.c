/* random: the same numbers as Python's after the same seed, which is a Mersenne Twister
 * (MT19937) behind Python's ways of drawing from it. A text that does not seed it is given a
 * seed that follows from the text, so that it has the same values each time. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

enum { WORDS = 624, MIDDLE = 397 };

struct random {
    uint32_t words[WORDS];
    size_t next;
};

static void seed_word(struct random *random, uint32_t seed)
{
    random->words[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        random->words[i] = 1812433253u * (random->words[i - 1] ^ random->words[i - 1] >> 30) + i;
    random->next = WORDS;
}

/* The generator's own way of taking a seed that is longer than a word. */
static void seed_words(struct random *random, const uint32_t *key, size_t count)
{
    uint32_t *words = random->words;
    size_t i = 1, j = 0;

    seed_word(random, 19650218u);
    for (size_t k = 0; k < WORDS; k++) {
        words[i] = (words[i] ^ (words[i - 1] ^ words[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        j = j + 1 < count ? j + 1 : 0;
        if (++i >= WORDS) {
            words[0] = words[WORDS - 1];
            i = 1;
        }
    }
    for (size_t k = 1; k < WORDS; k++) {
        words[i] = (words[i] ^ (words[i - 1] ^ words[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i >= WORDS) {
            words[0] = words[WORDS - 1];
            i = 1;
        }
    }
    words[0] = 0x80000000u;
}

static void seed_int(struct random *random, int64_t seed)
{
    uint64_t u = seed < 0 ? 0 - (uint64_t)seed : (uint64_t)seed;
    uint32_t key[2] = { (uint32_t)u, (uint32_t)(u >> 32) };

    seed_words(random, key, key[1] != 0 ? 2 : 1);
}

static uint32_t draw_word(struct random *random)
{
    uint32_t *words = random->words, x;

    if (random->next >= WORDS) {
        for (size_t i = 0; i < WORDS; i++) {
            x = (words[i] & 0x80000000u) | (words[(i + 1) % WORDS] & 0x7fffffffu);
            words[i] = words[(i + MIDDLE) % WORDS] ^ x >> 1 ^ ((x & 1) != 0 ? 0x9908b0dfu : 0);
        }
        random->next = 0;
    }
    x = words[random->next++];
    x ^= x >> 11;
    x ^= x << 7 & 0x9d2c5680u;
    x ^= x << 15 & 0xefc60000u;
    return x ^ x >> 18;
}

/* 0 <= it < 1, of 53 bits. */
static double draw_float(struct random *random)
{
    uint32_t a = draw_word(random) >> 5, b = draw_word(random) >> 6;

    return (a * 67108864.0 + b) / 9007199254740992.0;
}

static uint64_t draw_bits(struct random *random, unsigned bits)
{
    uint64_t low = draw_word(random);

    if (bits <= 32)
        return low >> (32 - bits);
    return low | (uint64_t)(draw_word(random) >> (64 - bits)) << 32;
}

/* 0 <= it < n. Python 2 took another way to it. */
static uint64_t draw_below(const struct lang *lang, struct random *random, uint64_t n)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(n);
    uint64_t drawn;

    if (lang->python2 && n < (uint64_t)1 << 53)
        return (uint64_t)(draw_float(random) * (double)n);
    do
        drawn = draw_bits(random, bits);
    while (drawn >= n);         /* less than twice on average, and no text can choose what is drawn */
    return drawn;
}

static uint64_t mix(uint64_t h, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return (h ^ 0xff) * 1099511628211u;
}

/* From all that makes the text mean what it means. */
static int64_t own_seed(const struct xm_lang_input *input)
{
    uint64_t h = mix(14695981039346656037u, input->file, strlen(input->file));

    h = mix(h, input->text, input->len);
    for (size_t i = 0; i < input->var_count; i++) {
        h = mix(h, input->vars[i].name, strlen(input->vars[i].name));
        h = mix(h, input->vars[i].value, strlen(input->vars[i].value));
    }
    for (size_t i = 0; i < input->argc; i++)
        h = mix(h, input->argv[i], strlen(input->argv[i]));
    return (int64_t)((h ^ h >> 32) & 0xffffffffu);
}

static void seed_itself(struct lang *lang, struct random *random)
{
    const struct xm_lang_input *input = lang->input;
    int64_t seed = own_seed(input);
    xm_autofree char *text = xm_printf("%s: random is seeded with %lld (random.seed(%lld) repeats it)", input->file,
                                       (long long)seed, (long long)seed);

    seed_int(random, seed);
    if (input->note != NULL)
        input->note(input->note_arg, text);
}

static struct random *generator(const struct call *call, bool seed)
{
    struct lang *lang = call->lang;

    if (lang->random == NULL) {
        lang->random = arena_alloc(&lang->arena, sizeof(*lang->random));
        if (seed)
            seed_itself(lang, lang->random);
    }
    return lang->random;
}

static int run_seed(const struct call *call, struct val *ret_value)
{
    const struct val *seed = call_arg(call, 0, "a");
    struct random *random;

    *ret_value = val_none();
    if (seed != NULL && seed->type != V_NONE && seed->type != V_INT && seed->type != V_BOOL)
        return lang_raise(call->lang, call->place, "TypeError", "random.seed() wants an int, not %s", val_type_name(*seed));
    random = generator(call, false);
    if (seed == NULL || seed->type == V_NONE)
        seed_itself(call->lang, random);
    else
        seed_int(random, seed->i);
    return lang_step(call->lang, call->place, 200);
}

static int run_random(const struct call *call, struct val *ret_value)
{
    *ret_value = val_float(draw_float(generator(call, true)));
    return 0;
}

static int run_uniform(const struct call *call, struct val *ret_value)
{
    double a, b;

    for (size_t i = 0; i < 2; i++)
        if (!val_is_number(call->args[i]))
            return lang_raise(call->lang, call->place, "TypeError", "uniform() wants numbers, not %s", val_type_name(call->args[i]));
    a = val_as_float(call->args[0]);
    b = val_as_float(call->args[1]);
    *ret_value = val_float(a + (b - a) * draw_float(generator(call, true)));
    return 0;
}

static int run_getrandbits(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_INT) < 0)
        return -1;
    if (call->args[0].i < 0 || call->args[0].i > 63)
        return lang_raise(call->lang, call->place, "ValueError", "getrandbits() wants 0 to 63 bits");
    *ret_value = val_int(call->args[0].i == 0 ? 0 : (int64_t)draw_bits(generator(call, true), (unsigned)call->args[0].i));
    return 0;
}

static int between(const struct call *call, int64_t start, int64_t stop, int64_t step, struct val *ret_value)
{
    uint64_t count = 0;

    if (step == 0)
        return lang_raise(call->lang, call->place, "ValueError", "the step of randrange() is 0");
    if (step > 0 && start < stop)
        count = ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1;
    else if (step < 0 && start > stop)
        count = ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1;
    if (count == 0)
        return lang_raise(call->lang, call->place, "ValueError", "empty range: nothing is between %lld and %lld",
                          (long long)start, (long long)stop);
    *ret_value = val_int((int64_t)((uint64_t)start + draw_below(call->lang, generator(call, true), count) * (uint64_t)step));
    return 0;
}

static int run_randrange(const struct call *call, struct val *ret_value)
{
    for (size_t i = 0; i < call->count; i++)
        if (call_want(call, i, V_INT) < 0)
            return -1;
    if (call->count == 1)
        return between(call, 0, call->args[0].i, 1, ret_value);
    return between(call, call->args[0].i, call->args[1].i, call->count > 2 ? call->args[2].i : 1, ret_value);
}

static int run_randint(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_INT) < 0 || call_want(call, 1, V_INT) < 0)
        return -1;
    if (call->args[1].i == INT64_MAX)
        return lang_raise(call->lang, call->place, "OverflowError", "the range of randint() does not fit into 64 bits");
    return between(call, call->args[0].i, call->args[1].i + 1, 1, ret_value);
}

/* What a choice is made from: something with places, so no set and no dict. */
static int sequence(const struct call *call, const struct list **ret_items)
{
    if (call->args[0].type != V_LIST && call->args[0].type != V_TUPLE && call->args[0].type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "%s is no sequence to choose from", val_type_name(call->args[0]));
    return op_items(call->lang, call->place, call->args[0], ret_items);
}

static int run_choice(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (sequence(call, &items) < 0)
        return -1;
    if (items->count == 0)
        return lang_raise(call->lang, call->place, "IndexError", "Cannot choose from an empty sequence");
    *ret_value = items->items[draw_below(call->lang, generator(call, true), items->count)];
    return 0;
}

static int run_shuffle(const struct call *call, struct val *ret_value)
{
    struct random *random = generator(call, true);
    struct list *list;

    *ret_value = val_none();
    if (call_want(call, 0, V_LIST) < 0)
        return -1;
    list = call->args[0].list;
    for (size_t i = list->count; i-- > 1;) {
        size_t j = draw_below(call->lang, random, i + 1);
        struct val item = list->items[i];

        list->items[i] = list->items[j];
        list->items[j] = item;
    }
    return lang_step(call->lang, call->place, list->count);
}

/* How many items Python puts into a set rather than to copy the population: it draws otherwise then. */
static size_t set_size(size_t k)
{
    return 21 + (k > 5 ? (size_t)pow(4, ceil(log((double)k * 3) / log(4))) : 0);
}

static void sample_from_pool(const struct call *call, const struct list *items, size_t k, struct list *out)
{
    struct val *pool = arena_grow(&call->lang->arena, items->items, items->count, items->count + 1, sizeof(*pool));

    for (size_t i = 0; i < k; i++) {
        size_t j = draw_below(call->lang, generator(call, true), items->count - i);

        list_add(&call->lang->arena, out, pool[j]);
        pool[j] = pool[items->count - i - 1];
    }
}

static void sample_by_set(const struct call *call, const struct list *items, size_t k, struct list *out)
{
    bool *taken = arena_alloc(&call->lang->arena, items->count);

    for (size_t i = 0; i < k; i++) {
        size_t j;

        do
            j = draw_below(call->lang, generator(call, true), items->count);
        while (taken[j]);
        taken[j] = true;
        list_add(&call->lang->arena, out, items->items[j]);
    }
}

static int run_sample(const struct call *call, struct val *ret_value)
{
    const struct val *k = call_arg(call, 1, "k");
    const struct list *items;

    if (k == NULL || k->type != V_INT)
        return lang_raise(call->lang, call->place, "TypeError", "sample() wants a sequence and an int");
    if (sequence(call, &items) < 0)
        return -1;
    if (k->i < 0 || k->i > (int64_t)items->count)
        return lang_raise(call->lang, call->place, "ValueError", "Sample larger than population or is negative");
    if (lang_check_items(call->lang, call->place, items->count) < 0 || lang_step(call->lang, call->place, 4 * (size_t)k->i) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, V_LIST, (size_t)k->i);
    if (items->count <= set_size((size_t)k->i))
        sample_from_pool(call, items, (size_t)k->i, ret_value->list);
    else
        sample_by_set(call, items, (size_t)k->i, ret_value->list);
    return 0;
}

const struct builtin random_functions[] = {
    { "choice", 1, 1, NULL, run_choice },
    { "getrandbits", 1, 1, NULL, run_getrandbits },
    { "randint", 2, 2, NULL, run_randint },
    { "random", 0, 0, NULL, run_random },
    { "randrange", 1, 3, NULL, run_randrange },
    { "sample", 1, 2, "k", run_sample },
    { "seed", 0, 1, "a", run_seed },
    { "shuffle", 1, 1, NULL, run_shuffle },
    { "uniform", 2, 2, NULL, run_uniform },
    { NULL, 0, 0, NULL, NULL },
};
