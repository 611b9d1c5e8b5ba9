#include "registry/uuid.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static bool has_hyphen_at(int digits)
{
    return digits == 8 || digits == 12 || digits == 16 || digits == 20;
}

bool xm_uuid_parse(const char *text, char ret_uuid[37])
{
    char uuid[37];
    int len = 0, digits = 0;

    for (; *text != '\0'; text++) {
        if (*text == '-')
            continue;
        if (!isxdigit((unsigned char)*text) || digits == 32)
            return false;
        if (has_hyphen_at(digits++))
            uuid[len++] = '-';
        uuid[len++] = (char)tolower((unsigned char)*text);
    }
    if (digits != 32)
        return false;
    uuid[len] = '\0';
    memcpy(ret_uuid, uuid, sizeof(uuid));
    return true;
}

void xm_uuid_new(char ret_uuid[37])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t bytes[16];
    int len = 0;

    /* up to 256 bytes never come short once the kernel's pool is seeded, and until then it waits */
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        abort();
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (has_hyphen_at(2 * i))
            ret_uuid[len++] = '-';
        ret_uuid[len++] = hex[bytes[i] >> 4];
        ret_uuid[len++] = hex[bytes[i] & 15];
    }
    ret_uuid[len] = '\0';
}

bool xm_uuid_is_plain(const char *text)
{
    char uuid[37];

    return xm_uuid_parse(text, uuid) && strcmp(text, uuid) == 0;
}
