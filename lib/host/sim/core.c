/* Dumping a guest's memory as Xen's ELF core: notes and sections, no segments. A simulated guest
 * has one page to show for each MiB. */
#include "host/sim/sim.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/fresh.h"

#define PAGE 4096
#define VCPU_CONTEXT 5168       /* x86-64's vcpu_guest_context */
#define NOTE_NONE 0x2000000
#define NOTE_HEADER 0x2000001
#define NOTE_XEN_VERSION 0x2000002
#define NOTE_FORMAT_VERSION 0x2000003
#define MAGIC_PV 0xF00FEBED
#define MAGIC_HVM 0xF00FEBEE
#define NAMES "\0.shstrtab\0.note.Xen\0.xen_prstatus\0.xen_p2m\0.xen_pfn\0.xen_pages"

enum { NULL_SECTION, STRTAB, NOTE, PRSTATUS, FRAMES, PAGES, SECTIONS };

struct note_header { uint64_t magic, vcpus, pages, page_size; };
struct note_version {
    uint64_t major, minor;
    char extra[16], compiler[64], by[16], domain[32], date[32], caps[1024], changeset[64];
    uint64_t platform, page_size;
};

static uint32_t name_of(const char *section)
{
    static const char names[] = NAMES;
    uint32_t at = 1;

    while (strcmp(names + at, section) != 0)
        at += (uint32_t)strlen(names + at) + 1;
    return at;
}

static void add_note(struct xm_buf *out, uint32_t type, const void *data, size_t len)
{
    Elf64_Nhdr note = { .n_namesz = 4, .n_descsz = (uint32_t)len, .n_type = type };

    xm_buf_add(out, &note, sizeof(note));
    xm_buf_add(out, "Xen", 4);
    xm_buf_add(out, data, len);
}

static void add_notes(struct xm_buf *out, const struct sim_guest *guest, const char *xen_version, uint64_t pages)
{
    struct note_header header = {
        .magic = strcmp(guest->kind, "pv") == 0 ? MAGIC_PV : MAGIC_HVM,
        .vcpus = (uint64_t)guest->vcpus, .pages = pages, .page_size = PAGE,
    };
    struct note_version version = {
        .compiler = "gcc", .by = "sim", .domain = "example.org", .caps = "xen-3.0-x86_64 ",
        .platform = 0xffff800000000000, .page_size = PAGE,
    };
    uint64_t format = 1;
    unsigned major = 0, minor = 0;
    int at = 0;

    (void)sscanf(xen_version, "%u.%u%n", &major, &minor, &at);  /* checked when it was loaded */
    version.major = major;
    version.minor = minor;
    strncpy(version.extra, xen_version + at, sizeof(version.extra) - 1);
    add_note(out, NOTE_NONE, NULL, 0);
    add_note(out, NOTE_HEADER, &header, sizeof(header));
    add_note(out, NOTE_XEN_VERSION, &version, sizeof(version));
    add_note(out, NOTE_FORMAT_VERSION, &format, sizeof(format));
}

/* A PV guest's frames come with the machine's, others alone. */
static void add_frames(struct xm_buf *out, const struct sim_guest *guest, uint64_t pages)
{
    bool pv = strcmp(guest->kind, "pv") == 0;

    for (uint64_t i = 0; i < pages; i++) {
        uint64_t frame[2] = { i, 0x100000 + (uint64_t)guest->domid * 0x10000 + i };

        xm_buf_add(out, frame, pv ? sizeof(frame) : sizeof(frame[0]));
    }
}

static Elf64_Ehdr elf_header(void)
{
    Elf64_Ehdr ehdr = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_SYSV },
        .e_type = ET_CORE, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_shoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr), .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = SECTIONS, .e_shstrndx = STRTAB,
    };

    return ehdr;
}

/* All that stands before the pages, padded to where they begin. */
static void add_head(struct xm_buf *out, const struct sim_guest *guest, const char *xen_version, uint64_t pages)
{
    bool pv = strcmp(guest->kind, "pv") == 0;
    xm_autobuf notes = XM_BUF_INIT, frames = XM_BUF_INIT;
    xm_autofree char *contexts = xm_alloc0((size_t)guest->vcpus, VCPU_CONTEXT);
    Elf64_Ehdr ehdr = elf_header();
    Elf64_Shdr sections[SECTIONS] = { { 0 } };
    const struct { int section; const char *name; uint32_t type; const void *data; uint64_t len, entry; } parts[] = {
        { STRTAB, ".shstrtab", SHT_STRTAB, NAMES, sizeof(NAMES), 0 },
        { NOTE, ".note.Xen", SHT_NOTE, NULL, 0, 0 },
        { PRSTATUS, ".xen_prstatus", SHT_PROGBITS, contexts, (uint64_t)guest->vcpus * VCPU_CONTEXT, VCPU_CONTEXT },
        { FRAMES, pv ? ".xen_p2m" : ".xen_pfn", SHT_PROGBITS, NULL, 0, pv ? 16 : 8 },
    };
    uint64_t at = sizeof(ehdr) + sizeof(sections);

    add_notes(&notes, guest, xen_version, pages);
    add_frames(&frames, guest, pages);
    for (size_t i = 0; i < XM_COUNT(parts); i++) {
        uint64_t len = parts[i].section == NOTE ? notes.len : parts[i].section == FRAMES ? frames.len : parts[i].len;

        sections[parts[i].section] = (Elf64_Shdr) {
            .sh_name = name_of(parts[i].name), .sh_type = parts[i].type, .sh_offset = at, .sh_size = len,
            .sh_addralign = 1, .sh_entsize = parts[i].entry,
        };
        at += len;
    }
    at = (at + PAGE - 1) / PAGE * PAGE;
    sections[PAGES] = (Elf64_Shdr) {
        .sh_name = name_of(".xen_pages"), .sh_type = SHT_PROGBITS, .sh_offset = at, .sh_size = pages * PAGE,
        .sh_addralign = PAGE, .sh_entsize = PAGE,
    };
    xm_buf_add(out, &ehdr, sizeof(ehdr));
    xm_buf_add(out, sections, sizeof(sections));
    for (size_t i = 0; i < XM_COUNT(parts); i++) {
        const void *data = parts[i].section == NOTE ? notes.data : parts[i].section == FRAMES ? frames.data : parts[i].data;

        xm_buf_add(out, data, sections[parts[i].section].sh_size);
    }
    xm_buf_pad(out, '\0', at - out->len);
}

static int write_core(struct sim *sim, const struct sim_guest *guest, const char *xen_version, int fd, const char *path,
                      const struct xm_dump *dump, xm_error **err)
{
    off_t size = 0;
    uint64_t pages = (uint64_t)(guest->mem_kib + 1023) / 1024;
    xm_autobuf head = XM_BUF_INIT;
    char page[PAGE];

    add_head(&head, guest, xen_version, pages);
    if (xm_fd_write(fd, head.data, head.len, path, err) < 0)
        return -1;
    for (uint64_t i = 0; i < pages; i++) {
        memset(page, 0, sizeof(page));
        snprintf(page, sizeof(page), "%s page %llu", guest->memory, (unsigned long long)i);
        if (sim_stopped(sim, err) < 0 || sim_fault(sim, "dump_core.write", err) < 0
            || xm_fd_write(fd, page, sizeof(page), path, err) < 0)
            return -1;
        (void)xm_core_grows(fd, dump, &size);
    }
    return 0;
}

static int write_file(struct sim *sim, const struct sim_guest *guest, const char *xen_version, const char *path,
                      const struct xm_dump *dump, xm_error **err)
{
    xm_autofresh fresh = XM_FRESH_INIT;

    if (xm_fresh_open(path, 0600, &fresh, err) < 0)
        return -1;
    if (write_core(sim, guest, xen_version, fresh.fd, path, dump, err) == 0)
        return xm_fresh_keep(&fresh, err);
    xm_core_fail(&fresh, dump);
    return -1;
}

/* Looks at the guest, paused first unless live; *ret_paused: by us. */
static int begin(struct sim *sim, uint32_t domid, bool live, struct sim_guest *ret_guest, char **ret_version,
                 bool *ret_paused, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "dumped", err);
    if (guest == NULL)
        return -1;
    *ret_paused = !live && !guest->paused && !sim_guest_ended(guest, state.now);
    if (*ret_paused) {
        guest->paused = 1;
        sim_guest_halt(guest, state.now);
        if (sim_guest_store(&state, guest, err) < 0)
            return -1;
    }
    sim_guest_copy(guest, ret_guest);
    *ret_version = xm_strdup(state.settings.xen_version);
    return 0;
}

int sim_dump_core(struct xm_host *host, uint32_t domid, const char *path, const struct xm_dump *dump, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    xm_autofree char *xen_version = NULL;
    struct sim_guest guest;
    bool paused;
    int rc;

    if (sim_fault(sim, "dump_core", err) < 0 || begin(sim, domid, dump->live, &guest, &xen_version, &paused, err) < 0)
        return -1;
    rc = write_file(sim, &guest, xen_version, path, dump, err);
    sim_guest_clear(&guest);
    if (paused && rc < 0)
        (void)sim_guest_set_paused(sim, domid, false, NULL);    /* the file's error is the one to tell */
    else if (paused)
        rc = sim_guest_set_paused(sim, domid, false, err);
    return rc;
}
