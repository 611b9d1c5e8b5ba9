/* Any text as a guest's state: numbers are within their bounds, and what is read is written and read again
 * the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "registry/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    xm_autofree char *first = NULL, *second = NULL;
    struct xm_reg_state state, back;

    if (xm_reg_parse_state((const char *)data, len, "state", &state, NULL) < 0)
        return 0;
    if ((unsigned)state.phase > XM_PHASE_RESUMING || state.built < 0 || state.asked < 0 || state.last_reason < -1)
        abort();
    first = xm_reg_format_state(&state);
    if (xm_reg_parse_state(first, strlen(first), "state", &back, NULL) < 0)
        abort();
    second = xm_reg_format_state(&back);
    if (strcmp(first, second) != 0)
        abort();
    return 0;
}
