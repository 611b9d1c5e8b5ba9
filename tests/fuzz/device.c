/* Any text as a device, in both dialects. The first byte chooses the key: 'a' the first, small
 * letters for a PV guest, capital ones for HVM. The rest is the device's text, alone, as an item of
 * a list, and, cut at '|', as a list in a list. */
#include <ctype.h>

#include "fuzz.h"

static const char *const keys[] = {
    "disk", "vif", "vfb", "pci", "usbdev", "usbctrl", "vtpm", "channel", "p9", "pvcalls", "vkb", "vdispl", "vsnd",
    "serial", "rdm", "ioports", "iomem", "irqs", "cpuid", "cpus", "cpus_soft", "vnuma", "dtdev", "viridian", "usbdevice",
    "boot",
};
_Static_assert(XM_COUNT(keys) == 26, "a letter for each");

static const struct xm_place place = { 1, 1 };

static xm_node *pieces(const char *text)
{
    xm_node *list = xm_node_new(XM_NODE_LIST, place);
    xm_autofree char *copy = xm_strdup(text);
    char *save = NULL;

    for (char *piece = strtok_r(copy, "|", &save); piece; piece = strtok_r(NULL, "|", &save))
        xm_node_add(list, xm_node_new_str(piece, place));
    return list;
}

static xm_node *list_with(xm_node *item)
{
    xm_node *list = xm_node_new(XM_NODE_LIST, place);

    xm_node_add(list, item);
    return list;
}

static void bind_with(enum xm_dialect dialect, bool hvm, const char *key, xm_node *node)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, "fuzz");

    xm_doc_set_str(doc, "name", "fuzz");
    xm_doc_set_str(doc, "builder", hvm ? "hvm" : "linux");
    xm_doc_set_int(doc, "memory", 64);
    xm_doc_set(doc, key, node);
    fuzz_bind(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    xm_autofree char *text = len > 0 ? xm_strndup((const char *)data + 1, len - 1) : NULL;
    unsigned letter;
    const char *key;

    if (text == NULL)
        return 0;
    letter = (unsigned)tolower(data[0]);
    key = keys[(letter >= 'a' ? letter - 'a' : letter) % XM_COUNT(keys)];
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        bool hvm = isupper(data[0]);

        bind_with(dialect, hvm, key, xm_node_new_str(text, place));
        bind_with(dialect, hvm, key, list_with(xm_node_new_str(text, place)));
        bind_with(dialect, hvm, key, list_with(pieces(text)));
    }
    return 0;
}
