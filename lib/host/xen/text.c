#include "host/xen/text.h"

#include <ctype.h>
#include <errno.h>
#include <libxl.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

/* Skips "NAME.c:LINE:" and the "FUNCTION: " after it. */
static const char *skip_place(const char *at)
{
    const char *p = at;

    while (isalnum((unsigned char)*p) || *p == '_' || *p == '-' || *p == '/')
        p++;
    if (strncmp(p, ".c:", 3) != 0)
        return at;
    p += 3;
    if (!isdigit((unsigned char)*p))
        return at;
    while (isdigit((unsigned char)*p))
        p++;
    if (*p++ != ':')
        return at;
    while (*p == ' ')
        p++;
    at = p;
    while (isalnum((unsigned char)*p) || *p == '_')
        p++;
    return p > at && *p == ':' ? p + 1 : at;
}

static const char *skip_domain(const char *at)
{
    const char *p = at;

    if (strncmp(p, "Domain ", 7) != 0 || !isdigit((unsigned char)p[7]))
        return at;
    for (p += 7; isdigit((unsigned char)*p); p++)
        ;
    return *p == ':' ? p + 1 : at;
}

static const char *skip_word(const char *at, const char *word)
{
    size_t len = strlen(word);

    return strncmp(at, word, len) == 0 ? at + len : at;
}

static const char *skip_once(const char *at)
{
    at += strspn(at, " \t");
    at = skip_place(at);
    at += strspn(at, " \t");
    at = skip_domain(at);
    at = skip_word(at, "panic: ");
    return skip_word(at, "Internal error: ");
}

char *xen_text_strip(const char *line)
{
    static const char internal[] = ": Internal error";      /* libxc's name for all it has no name for */
    const char *at = line, *was;
    char *text, *end;

    do {
        was = at;
        at = skip_once(at);
    } while (at != was);
    text = xm_strdup(at);
    end = text + strlen(text);
    while (end > text && (end[-1] == '\n' || end[-1] == ' ' || end[-1] == '.'))
        *--end = '\0';
    if (end - text > (ptrdiff_t)strlen(internal) && strcmp(end - strlen(internal), internal) == 0)
        end[-(ptrdiff_t)strlen(internal)] = '\0';
    for (char *p = text; *p != '\0'; p++)
        if (iscntrl((unsigned char)*p))
            *p = ' ';
    if (isupper((unsigned char)text[0]) && (islower((unsigned char)text[1]) || text[1] == ' '))
        text[0] = (char)tolower((unsigned char)text[0]);
    return text;
}

/* Lines that only say that the step which contains the failed one has failed too. */
static const char *const empty_words[] = {
    "exited with error status", "exited with status", "died due to fatal signal", "cannot (re-)build domain",
    "cannot make domain", "unable to add", "unable to get", "non-existant domain", "unable to destroy",
    "destruction of domain", "kill failed", "failed to build", "cannot build", "bootloader failed",
    "hvm build failed", "xc_dom_", "hotplug script", "saving domain", "restoring domain",
};

int xen_text_weight(const char *text)
{
    static const char *const quotes[] = { "script: ", "device model did not", "failed to execute bootloader" };

    for (size_t i = 0; i < XM_COUNT(quotes); i++)
        if (strcasestr(text, quotes[i]) != NULL)
            return 2;
    if (text[0] == '\0')
        return 0;
    for (size_t i = 0; i < XM_COUNT(empty_words); i++)
        if (strcasestr(text, empty_words[i]) != NULL)
            return 0;
    return 1;
}

static enum xm_code code_of_errno(int errnum)
{
    xm_error *err = NULL;
    enum xm_code code;

    xm_fail_errno(&err, errnum, " ");
    code = err->code;
    xm_error_free(err);
    return code;
}

enum xm_code xen_code(int rc, int errnum, const char *text)
{
    if (text != NULL && strcasestr(text, "already exists") != NULL)
        return XM_EXISTS;
    switch (rc) {
    case ERROR_ABORTED:
        return XM_INTERRUPTED;
    case ERROR_DOMAIN_NOTFOUND: case ERROR_DOMAIN_DESTROYED: case ERROR_NOTFOUND:
        return XM_NOT_FOUND;
    case ERROR_TIMEDOUT: case ERROR_GUEST_TIMEDOUT:
        return XM_TIMEOUT;
    case ERROR_NOPARAVIRT: case ERROR_NI: case ERROR_FEATURE_REMOVED: case ERROR_VERSION:
        return XM_UNSUPPORTED;
    case ERROR_LOCK_FAIL:
        return XM_BUSY;
    case ERROR_DEVICE_EXISTS:
        return XM_EXISTS;
    case ERROR_VNUMA_CONFIG_INVALID:
        return XM_INVALID;
    case ERROR_NOT_READY: case ERROR_JSON_CONFIG_EMPTY:
        return XM_STATE;
    case ERROR_NOMEM:
        return XM_HOST;
    }
    if (errnum > 0)
        return code_of_errno(errnum);
    if (text != NULL && (strcasestr(text, "could not find") != NULL || strcasestr(text, "does not exist") != NULL))
        return XM_NOT_FOUND;
    return rc == ERROR_INVAL ? XM_INVALID : XM_HOST;
}

/* One or more of SIZE, min:SIZE, max:SIZE, with commas between or behind, up to a blank: the form
 * that stock xl takes for a decision, so both decide alike. */
static bool is_mem_value(const char *at)
{
    if (*at == '\0' || *at == ' ')
        return false;
    while (*at != '\0' && *at != ' ') {
        at = skip_word(skip_word(at, "min:"), "max:");
        if (!isdigit((unsigned char)*at))
            return false;
        while (isdigit((unsigned char)*at))
            at++;
        if (*at != '\0' && strchr("bBkKmMgG", *at) != NULL)
            at++;
        if (*at == ',')
            at++;
    }
    return true;
}

bool xen_dom0_mem_given(const char *commandline)
{
    static const char key[] = "dom0_mem=";

    for (const char *at = commandline; (at = strstr(at, key)) != NULL; at++)
        if ((at == commandline || at[-1] == ' ') && is_mem_value(at + sizeof(key) - 1))
            return true;
    return false;
}

bool xen_text_round(const char *doing, unsigned last, unsigned *ret_round)
{
    static const char iteration[] = "Frames iteration ";
    const char *digits = doing + sizeof(iteration) - 1;

    if (strcmp(doing, "Frames") == 0)
        *ret_round = 0;
    else if (strcmp(doing, "Frames verify") == 0)
        *ret_round = last;
    else if (strncmp(doing, iteration, sizeof(iteration) - 1) == 0 && isdigit((unsigned char)*digits))
        *ret_round = (unsigned)strtoul(digits, NULL, 10);
    else
        return false;
    return true;
}

static bool has_uuid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

        if (hyphen ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;       /* the end of the text, too */
    }
    return true;
}

bool xen_text_is_vm(const char *name)
{
    size_t digits;

    if (!has_uuid(name))
        return false;
    name += 36;
    if (*name == '\0')
        return true;
    digits = *name == '-' ? strspn(name + 1, "0123456789") : 0;
    return digits > 0 && name[1 + digits] == '\0';
}

/* A guest's number, up to where end stands. */
static bool read_guest(const char *text, char end, uint32_t *ret_domid)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long number = digits > 0 && digits < 6 ? strtoul(text, NULL, 10) : 0;

    if (number == 0 || number >= 0x7ff0 || text[digits] != end)
        return false;
    *ret_domid = (uint32_t)number;
    return true;
}

bool xen_text_file_domid(const char *name, uint32_t *ret_domid)
{
    static const char *const states[] = { "qemu-save.", "qemu-resume." };
    const char *dot;

    for (size_t i = 0; i < XM_COUNT(states); i++)
        if (strncmp(name, states[i], strlen(states[i])) == 0)
            return read_guest(name + strlen(states[i]), '\0', ret_domid);
    if (strncmp(name, "userdata-", 9) != 0 || name[9] == '\0' || name[10] != '.' || !read_guest(name + 11, '.', ret_domid))
        return false;
    dot = strchr(name + 11, '.');
    return has_uuid(dot + 1) && dot[37] == '.';
}

bool xen_text_serves_one(const char *words, size_t len, uint32_t domid)
{
    bool next = false;
    uint32_t named;

    for (const char *word = words; word < words + len; word += strlen(word) + 1) {
        if (next && read_guest(word, '\0', &named) && named == domid)
            return true;
        next = strcmp(word, "-xen-domid") == 0 || strcmp(word, "-d") == 0;
    }
    return false;
}

uint32_t xen_text_serves(const char *words, size_t len)
{
    const char *slash = strrchr(words, '/'), *program = slash != NULL ? slash + 1 : words;
    bool next = false;
    uint32_t domid = 0;

    if (strncmp(program, "xen-", 4) == 0)
        program += 4;           /* Debian's */
    if (strncmp(program, "qemu", 4) != 0)
        return 0;
    for (const char *word = words; word < words + len; word += strlen(word) + 1) {
        if (next)
            return read_guest(word, '\0', &domid) ? domid : 0;
        next = strcmp(word, "-xen-domid") == 0;
    }
    return 0;
}
