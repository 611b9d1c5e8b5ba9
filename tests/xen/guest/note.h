/* An ELF note by which a kernel tells Xen about itself: its type, as XEN_ELFNOTE_*, and what it says. */
#define NOTE(type, desc...)             \
    .pushsection .note.Xen, "a", @note; \
    .balign 4;                          \
    .long 4, 2f - 1f, type;             \
    .asciz "Xen";                       \
1:  desc;                               \
2:  .balign 4;                          \
    .popsection
