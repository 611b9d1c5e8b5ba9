#include "migrate/tls-library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

#define LIBRARY "libgnutls.so.30"

static const struct { const char *name; size_t offset; } functions[] = {
#define TLS_ROW(name) { "gnutls_" #name, offsetof(struct tls_library, name) },
    TLS_FUNCTIONS(TLS_ROW)
#undef TLS_ROW
};

int tls_library_open(struct tls_library *ret_library, xm_error **err)
{
    struct tls_library library;
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL), *symbol;

    if (handle == NULL)
        return xm_fail(err, XM_UNSUPPORTED, "GnuTLS is not here (%s); it is Debian's package libgnutls30", dlerror());
    for (size_t i = 0; i < XM_COUNT(functions); i++) {
        symbol = dlsym(handle, functions[i].name);
        if (symbol == NULL)
            return xm_fail(err, XM_UNSUPPORTED, "GnuTLS is too old: it has no %s", functions[i].name);
        memcpy((char *)&library + functions[i].offset, &symbol, sizeof(symbol));
    }
    *ret_library = library;
    return 0;
}
