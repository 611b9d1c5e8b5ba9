#include "lang/utf8.h"

void utf8_put(struct xm_buf *out, uint32_t code)
{
    if (code < 0x80) {
        xm_buf_putc(out, (char)code);
        return;
    }
    if (code >= 0x10000) {
        xm_buf_putc(out, (char)(0xf0 | code >> 18));
        xm_buf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
    } else if (code >= 0x800) {
        xm_buf_putc(out, (char)(0xe0 | code >> 12));
    }
    xm_buf_putc(out, (char)(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6));
    xm_buf_putc(out, (char)(0x80 | (code & 0x3f)));
}

size_t utf8_get(const char *text, size_t len, uint32_t *ret_code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = len > 0 ? (unsigned char)text[0] : 0xff;
    size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
    uint32_t code = size == 1 ? first : first & (0x7fu >> size);

    if (size == 0 || size > len)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return size;
}

bool utf8_is_valid(const char *text, size_t len)
{
    uint32_t code;

    for (size_t size; len > 0; text += size, len -= size) {
        size = utf8_get(text, len, &code);
        if (size == 0)
            return false;
    }
    return true;
}

bool utf8_is_ascii(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}
