/* Two formats, one in the other: libxl's records, of which the first stands for libxc's headers and records.
 * Both are Xen's docs/specs/lib{xl,xc}-migration-stream; what is refused here, libxl would refuse as
 * well, but only with a half-made domain on its hands, or never: it believes a length that it reads. */
#include "host/xen/stream.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define LIBXL_IDENT "LibxlFmt"
#define LIBXL_VERSION 2
#define LIBXL_RECORDS_MAX 256
#define STORE_MAX (1u << 20)            /* what a device model has in the store */
#define MODEL_MAX (1u << 30)            /* its state */
#define OPTIONAL_MAX (64u << 20)

#define LIBXC_ID 0x58454e46u            /* "XENF" */
#define LIBXC_BODY_MAX (128u << 20)
#define LIBXC_RECORDS_MAX (1u << 28)
#define PAGE_SHIFT 12
#define PAGE (1u << PAGE_SHIFT)
#define VCPUS_MAX 8192
#define OPTIONAL 0x80000000u            /* a record that may be passed over unknown */

enum { LIBXL_END, LIBXL_LIBXC, LIBXL_STORE, LIBXL_MODEL, LIBXL_CHECKPOINT_END, LIBXL_CHECKPOINT_STATE };

enum {
    REC_END, REC_PAGES, REC_PV_INFO, REC_PV_P2M, REC_VCPU_BASIC, REC_VCPU_EXTENDED, REC_VCPU_XSAVE, REC_SHARED_INFO,
    REC_TSC, REC_HVM_CONTEXT, REC_HVM_PARAMS, REC_TOOLSTACK, REC_VCPU_MSRS, REC_VERIFY, REC_CHECKPOINT,
    REC_CHECKPOINT_DIRTY, REC_STATIC_END, REC_CPUID, REC_MSRS, REC_COUNT
};

enum { TYPE_PV = 1, TYPE_HVM = 2 };

struct record { uint32_t type, len; };

struct reading {
    const struct xm_bytes *from;
    uint32_t version, type;             /* of the libxc part */
    uint32_t width;                     /* of a PV guest's words */
    uint64_t last_pfn;                  /* of a PV guest */
    bool seen[REC_COUNT];
};

#define damaged(err, ...) xm_fail((err), XM_INVALID, "the memory stream is damaged: " __VA_ARGS__)

static int get(const struct reading *reading, void *data, size_t len, xm_error **err)
{
    return xm_bytes_read(reading->from, data, len, err) < 0 ? xm_wrap(err, "the memory stream") : 0;
}

static int pass(const struct reading *reading, uint64_t len, xm_error **err)
{
    return xm_bytes_skip(reading->from, len, err) < 0 ? xm_wrap(err, "the memory stream") : 0;
}

static uint32_t padding(uint32_t len)
{
    return -len & 7;
}

static int get_record(const struct reading *reading, struct record *ret, xm_error **err)
{
    if (get(reading, ret, sizeof(*ret), err) < 0)
        return -1;
    *ret = (struct record){ le32toh(ret->type), le32toh(ret->len) };
    return 0;
}

/* --- libxc's part --- */

static int get_image_head(struct reading *reading, xm_error **err)
{
    struct { uint64_t marker; uint32_t id, version; uint16_t options, unused[3]; } head;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    if (head.marker != UINT64_MAX || be32toh(head.id) != LIBXC_ID)
        return damaged(err, "it holds no image of memory");
    reading->version = be32toh(head.version);
    if (reading->version != 2 && reading->version != 3)
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream is of version %u, which is not known", reading->version);
    if (head.options != 0)
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream has options that are not known (0x%x)", be16toh(head.options));
    return 0;
}

static int get_domain_head(struct reading *reading, xm_error **err)
{
    struct { uint32_t type; uint16_t page_shift, unused; uint32_t major, minor; } head;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    reading->type = le32toh(head.type);
    if (reading->type != TYPE_PV && reading->type != TYPE_HVM)
        return damaged(err, "it is of a guest of type %u", reading->type);
    if (le16toh(head.page_shift) != PAGE_SHIFT)
        return damaged(err, "its pages are of 2^%u bytes", le16toh(head.page_shift));
    return 0;
}

/* Is this one allowed now? Which of them a guest has depends on its type, and what is static stands first. */
static int check_order(const struct reading *reading, uint32_t type, xm_error **err)
{
    static const uint32_t only_pv = 1u << REC_PV_INFO | 1u << REC_PV_P2M | 1u << REC_VCPU_BASIC | 1u << REC_VCPU_EXTENDED
        | 1u << REC_VCPU_XSAVE | 1u << REC_VCPU_MSRS | 1u << REC_SHARED_INFO;
    static const uint32_t only_hvm = 1u << REC_HVM_CONTEXT | 1u << REC_HVM_PARAMS;
    static const uint32_t first = 1u << REC_PV_INFO | 1u << REC_CPUID | 1u << REC_MSRS | 1u << REC_STATIC_END;
    static const uint32_t since_3 = 1u << REC_CPUID | 1u << REC_MSRS | 1u << REC_STATIC_END;
    static const uint32_t once = first | 1u << REC_SHARED_INFO;
    uint32_t bit;

    if (type >= REC_COUNT || type == REC_TOOLSTACK)
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream has a record of a type that is not known (0x%x)", type);
    if (type == REC_CHECKPOINT || type == REC_CHECKPOINT_DIRTY)
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream is one of a guest that was replicated");
    bit = 1u << type;
    if ((bit & only_pv && reading->type != TYPE_PV) || (bit & only_hvm && reading->type != TYPE_HVM))
        return damaged(err, "record 0x%x belongs to another type of guest", type);
    if (bit & since_3 && reading->version < 3)
        return damaged(err, "record 0x%x is too new for it", type);
    if (bit & once && reading->seen[type])
        return damaged(err, "record 0x%x comes twice", type);
    if (reading->version >= 3 && bit & first && reading->seen[REC_STATIC_END])
        return damaged(err, "record 0x%x comes too late", type);
    if (reading->version >= 3 && !(bit & first) && !reading->seen[REC_STATIC_END])
        return damaged(err, "record 0x%x comes too early", type);
    if (type == REC_PAGES && reading->type == TYPE_PV && !reading->seen[REC_PV_P2M])
        return damaged(err, "pages come before it is said where they belong");
    return 0;
}

/* How long may it be? Those that are lists are looked into besides. */
static int check_length(const struct record *record, xm_error **err)
{
    static const struct { uint32_t least, most, multiple; } lengths[REC_COUNT] = {
        [REC_END] = { 0, 0, 1 }, [REC_PAGES] = { 16, LIBXC_BODY_MAX, 8 }, [REC_PV_INFO] = { 8, 8, 1 },
        [REC_PV_P2M] = { 16, LIBXC_BODY_MAX, 8 }, [REC_VCPU_BASIC] = { 9, 1 << 20, 1 }, [REC_VCPU_EXTENDED] = { 9, 1 << 20, 1 },
        [REC_VCPU_XSAVE] = { 8, 1 << 20, 1 }, [REC_VCPU_MSRS] = { 8, 1 << 20, 1 }, [REC_SHARED_INFO] = { PAGE, PAGE, 1 },
        [REC_TSC] = { 24, 24, 1 }, [REC_HVM_CONTEXT] = { 1, LIBXC_BODY_MAX, 1 }, [REC_HVM_PARAMS] = { 8, 1 << 20, 8 },
        [REC_VERIFY] = { 0, 0, 1 }, [REC_STATIC_END] = { 0, 0, 1 }, [REC_CPUID] = { 0, 1 << 20, 24 }, [REC_MSRS] = { 0, 1 << 20, 16 },
    };

    if (record->len < lengths[record->type].least || record->len > lengths[record->type].most
        || record->len % lengths[record->type].multiple != 0)
        return damaged(err, "record 0x%x has %u bytes", record->type, record->len);
    return 0;
}

/* What is behind a page's place: nothing for one that is only said not to be there. -1: that type does not exist. */
static int pages_behind(const struct reading *reading, uint64_t place, xm_error **err)
{
    unsigned type = (unsigned)(place >> 60);
    uint64_t pfn = place & ((1ull << 52) - 1);

    if (type >= 5 && type <= 8)
        return damaged(err, "a page is of type %u", type);
    if (place >> 52 & 0xff)
        return damaged(err, "a page has a place that does not exist");
    if (reading->type == TYPE_PV && pfn > reading->last_pfn)
        return damaged(err, "a page lies beyond the guest's memory");
    return type < 13;
}

static int get_pages(const struct reading *reading, uint32_t len, xm_error **err)
{
    struct { uint32_t count, unused; } head;
    uint64_t places[512], data = 0;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    head.count = le32toh(head.count);
    if (head.count == 0 || head.count > (len - sizeof(head)) / sizeof(places[0]))
        return damaged(err, "%u pages in %u bytes", head.count, len);
    for (uint32_t left = head.count; left > 0; ) {
        uint32_t part = left < XM_COUNT(places) ? left : (uint32_t)XM_COUNT(places);

        if (get(reading, places, part * sizeof(places[0]), err) < 0)
            return -1;
        for (uint32_t i = 0; i < part; i++) {
            int behind = pages_behind(reading, le64toh(places[i]), err);

            if (behind < 0)
                return -1;
            data += (unsigned)behind;
        }
        left -= part;
    }
    if (len != sizeof(head) + head.count * sizeof(places[0]) + data * PAGE)
        return damaged(err, "%u pages in %u bytes", head.count, len);
    return pass(reading, data * PAGE, err);
}

static int get_pv_info(struct reading *reading, xm_error **err)
{
    struct { uint8_t width, levels; uint8_t unused[6]; } info;

    if (get(reading, &info, sizeof(info), err) < 0)
        return -1;
    if (!(info.width == 8 && info.levels == 4) && !(info.width == 4 && info.levels == 3))
        return damaged(err, "its words are of %u bytes, with %u levels of page tables", info.width, info.levels);
    reading->width = info.width;
    return 0;
}

static int get_p2m(struct reading *reading, uint32_t len, xm_error **err)
{
    struct { uint32_t first, last; } head;
    uint64_t per_frame, frames;

    if (!reading->seen[REC_PV_INFO])
        return damaged(err, "it does not say how wide the guest's words are");
    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    head.first = le32toh(head.first);
    head.last = le32toh(head.last);
    per_frame = PAGE / reading->width;
    if (head.last < head.first)
        return damaged(err, "the guest's memory ends before it begins");
    frames = head.last / per_frame - head.first / per_frame + 1;
    if (len != sizeof(head) + frames * sizeof(uint64_t))
        return damaged(err, "record 0x%x has %u bytes", REC_PV_P2M, len);
    if (head.last > reading->last_pfn)
        reading->last_pfn = head.last;
    return pass(reading, len - sizeof(head), err);
}

static int get_vcpu(const struct reading *reading, uint32_t len, xm_error **err)
{
    struct { uint32_t number, unused; } head;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    if (le32toh(head.number) >= VCPUS_MAX)
        return damaged(err, "it has a processor %u", le32toh(head.number));
    return pass(reading, len - sizeof(head), err);
}

static int get_params(const struct reading *reading, uint32_t len, xm_error **err)
{
    struct { uint32_t count, unused; } head;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    if (len != sizeof(head) + (uint64_t)le32toh(head.count) * 16)
        return damaged(err, "record 0x%x has %u bytes", REC_HVM_PARAMS, len);
    return pass(reading, len - sizeof(head), err);
}

static int get_body(struct reading *reading, const struct record *record, xm_error **err)
{
    switch (record->type) {
    case REC_PAGES:
        return get_pages(reading, record->len, err);
    case REC_PV_INFO:
        return get_pv_info(reading, err);
    case REC_PV_P2M:
        return get_p2m(reading, record->len, err);
    case REC_VCPU_BASIC: case REC_VCPU_EXTENDED: case REC_VCPU_XSAVE: case REC_VCPU_MSRS:
        return get_vcpu(reading, record->len, err);
    case REC_HVM_PARAMS:
        return get_params(reading, record->len, err);
    default:
        return pass(reading, record->len, err);
    }
}

/* All that a guest of its type cannot be without. */
static int check_whole(const struct reading *reading, xm_error **err)
{
    static const uint8_t pv[] = { REC_PAGES, REC_PV_INFO, REC_PV_P2M, REC_VCPU_BASIC, REC_SHARED_INFO };
    static const uint8_t hvm[] = { REC_PAGES, REC_HVM_CONTEXT };
    const uint8_t *need = reading->type == TYPE_PV ? pv : hvm;

    for (size_t i = 0; i < (reading->type == TYPE_PV ? sizeof(pv) : sizeof(hvm)); i++)
        if (!reading->seen[need[i]])
            return damaged(err, "it ends without a record 0x%x", need[i]);
    return 0;
}

static int get_image(struct reading *reading, xm_error **err)
{
    struct record record;

    if (get_image_head(reading, err) < 0 || get_domain_head(reading, err) < 0)
        return -1;
    for (unsigned i = 0; i < LIBXC_RECORDS_MAX; i++) {
        if (get_record(reading, &record, err) < 0)
            return -1;
        if (record.type & OPTIONAL) {
            if (record.len > LIBXC_BODY_MAX)
                return damaged(err, "record 0x%x has %u bytes", record.type, record.len);
            if (pass(reading, (uint64_t)record.len + padding(record.len), err) < 0)
                return -1;
            continue;
        }
        if (check_order(reading, record.type, err) < 0 || check_length(&record, err) < 0
            || get_body(reading, &record, err) < 0 || pass(reading, padding(record.len), err) < 0)
            return -1;
        if (record.type == REC_END)
            return check_whole(reading, err);
        reading->seen[record.type] = true;
    }
    return damaged(err, "it has no end");
}

/* --- libxl's --- */

static int get_head(const struct reading *reading, xm_error **err)
{
    struct { char ident[8]; uint32_t version, options; } head;

    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    if (memcmp(head.ident, LIBXL_IDENT, sizeof(head.ident)) != 0)
        return xm_fail(err, XM_INVALID, "the memory stream was not written by libxl");
    if (be32toh(head.version) != LIBXL_VERSION || head.options != 0)
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream is libxl's version %u with options 0x%x, which is not known",
                       be32toh(head.version), be32toh(head.options));
    return 0;
}

/* Pairs of texts, each with its NUL. */
static bool is_pairs(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += text[i] == '\0';
    return count % 2 == 0 && (len == 0 || text[len - 1] == '\0');
}

static int get_of_model(const struct reading *reading, const struct record *record, xm_error **err)
{
    struct { uint32_t model, index; } head;
    xm_autofree char *pairs = NULL;
    uint32_t len = record->len - (uint32_t)sizeof(head);

    if (record->len < sizeof(head) || record->len > (record->type == LIBXL_STORE ? STORE_MAX : MODEL_MAX))
        return damaged(err, "its device model's part has %u bytes", record->len);
    if (get(reading, &head, sizeof(head), err) < 0)
        return -1;
    if (le32toh(head.model) != 1 && le32toh(head.model) != 2)
        return damaged(err, "it is of a device model %u", le32toh(head.model));
    if (record->type == LIBXL_MODEL)
        return pass(reading, len, err);
    pairs = xm_alloc0(len + 1, 1);
    if (get(reading, pairs, len, err) < 0)
        return -1;
    return is_pairs(pairs, len) ? 0 : damaged(err, "what its device model had in the store is no list");
}

static int get_libxl_body(struct reading *reading, const struct record *record, bool first, xm_error **err)
{
    if ((record->type == LIBXL_LIBXC) != first)
        return damaged(err, "%s", first ? "it does not begin with memory" : "its memory comes twice");
    switch (record->type) {
    case LIBXL_LIBXC:
        return record->len == 0 ? get_image(reading, err) : damaged(err, "its memory's mark has %u bytes", record->len);
    case LIBXL_STORE: case LIBXL_MODEL:
        return get_of_model(reading, record, err);
    case LIBXL_END:
        return record->len == 0 ? 0 : damaged(err, "its end has %u bytes", record->len);
    case LIBXL_CHECKPOINT_END: case LIBXL_CHECKPOINT_STATE:
        return xm_fail(err, XM_UNSUPPORTED, "the memory stream is one of a guest that was replicated");
    default:
        if (!(record->type & OPTIONAL))
            return xm_fail(err, XM_UNSUPPORTED, "the memory stream has a part of a type that is not known (0x%x)", record->type);
        return record->len <= OPTIONAL_MAX ? pass(reading, record->len, err) : damaged(err, "a part has %u bytes", record->len);
    }
}

int xen_stream_check(const struct xm_bytes *from, xm_error **err)
{
    struct reading reading = { .from = from };
    struct record record;

    if (get_head(&reading, err) < 0)
        return -1;
    for (unsigned i = 0; i < LIBXL_RECORDS_MAX; i++) {
        if (get_record(&reading, &record, err) < 0 || get_libxl_body(&reading, &record, i == 0, err) < 0
            || pass(&reading, padding(record.len), err) < 0)
            return -1;
        if (record.type == LIBXL_END)
            return 0;
    }
    return damaged(err, "it has no end");
}
