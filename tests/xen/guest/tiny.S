/* The smallest guest that stays: it asks Xen to sleep until an event comes and never lets one be
 * delivered, so it can neither be asked to shut down nor killed by anything but its end.
 *
 * One file boots as PV and as PVH. Nothing is set up, for nothing is used: no stack, no page
 * tables of its own, no console. */
#include "note.h"

#define SCHED_OP            29
#define SCHEDOP_poll        3

    NOTE(6,  .asciz "tiny")             /* guest OS */
    NOTE(5,  .asciz "xen-3.0")
    NOTE(8,  .asciz "generic")          /* loader */
    NOTE(9,  .asciz "yes")              /* PAE mode; older tools insist on it */
    NOTE(3,  .quad 0)                   /* virtual base */
    NOTE(4,  .quad 0)                   /* physical offset */
    NOTE(1,  .quad pv_entry)
    NOTE(2,  .quad hypercall_page)
    NOTE(18, .long pvh_entry)

    .globl pv_entry
    .text
    .balign 4096
hypercall_page:
    .skip 4096, 0x90

/* SCHEDOP_poll on no ports, without a time limit. SCHEDOP_block would unmask events, and the
 * first word from xenstored would then jump to a handler that is not there. */
    .code64
pv_entry:
    mov $SCHEDOP_poll, %edi
    lea poll(%rip), %rsi
    call hypercall_page + SCHED_OP * 32
    jmp pv_entry

/* Interrupts are on, because Xen takes a virtual CPU that halts without them for switched off,
 * and a guest with none left for gone. No device of a PVH guest raises one. */
    .code32
pvh_entry:
    sti
    hlt
    jmp pvh_entry

    .data
    .balign 8
poll:                                   /* ports, how many, until when */
    .quad 0, 0, 0
