/* A guest that ends by itself. Its command line is two digits: the reason for which it shuts down, as in
 * SHUTDOWN_*, and after how many seconds, roughly. Should it then still be there, reset or resumed, it
 * sleeps for ever as tiny does. One file boots as PV and as PVH. */
#include "note.h"

#define SCHED_OP            29
#define SCHEDOP_shutdown    2
#define SCHEDOP_poll        3
#define START_INFO_CMDLINE  128         /* PV's: the text itself */
#define HVM_START_CMDLINE   24          /* PVH's: where it is */

    NOTE(6,  .asciz "mortal")           /* guest OS */
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

    .code64
pv_entry:
    movzbl START_INFO_CMDLINE(%rsi), %ebx
    sub $'0', %ebx
    mov %ebx, reason(%rip)
    movzbl START_INFO_CMDLINE + 1(%rsi), %ebx
    sub $'0', %ebx
    rdtsc
    shrd $30, %edx, %eax
    mov %eax, %ebp
1:  pause
    rdtsc
    shrd $30, %edx, %eax
    sub %ebp, %eax
    cmp %ebx, %eax
    jb 1b
    mov $SCHEDOP_shutdown, %edi
    lea reason(%rip), %rsi
    call hypercall_page + SCHED_OP * 32
2:  mov $SCHEDOP_poll, %edi
    lea poll(%rip), %rsi
    call hypercall_page + SCHED_OP * 32
    jmp 2b

    .code32
pvh_entry:
    mov $stack_end, %esp
    mov HVM_START_CMDLINE(%ebx), %esi
    movzbl (%esi), %eax
    sub $'0', %eax
    mov %eax, reason
    movzbl 1(%esi), %edi
    sub $'0', %edi
    mov $0x40000002, %eax               /* which register takes the hypercall page's address */
    cpuid
    mov %ebx, %ecx
    mov $hypercall_page, %eax
    xor %edx, %edx
    wrmsr
    rdtsc
    shrd $30, %edx, %eax
    mov %eax, %ebp
1:  pause
    rdtsc
    shrd $30, %edx, %eax
    sub %ebp, %eax
    cmp %edi, %eax
    jb 1b
    mov $SCHEDOP_shutdown, %ebx
    mov $reason, %ecx
    mov $(hypercall_page + SCHED_OP * 32), %eax
    call *%eax
2:  sti                                 /* without interrupts it would count as switched off */
    hlt
    jmp 2b

    .data
    .balign 8
poll:                                   /* ports, how many, until when */
    .quad 0, 0, 0
reason:
    .long 0
    .balign 8
    .skip 256
stack_end:
