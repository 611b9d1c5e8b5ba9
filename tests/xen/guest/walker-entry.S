/* Where walker begins: PVH, 32 bits, no paging. */
#include "note.h"

    NOTE(6,  .asciz "walker")           /* guest OS */
    NOTE(5,  .asciz "xen-3.0")
    NOTE(8,  .asciz "generic")          /* loader */
    NOTE(18, .long pv_entry)            /* PVH's, whatever the linker script calls it */

    .globl pv_entry, hypercall_page, hypercall
    .code32
    .text
    .balign 4096
hypercall_page:
    .skip 4096, 0x90

pv_entry:
    mov $stack_end, %esp
    mov $0x40000002, %eax               /* which register takes the hypercall page's address */
    cpuid
    mov %ebx, %ecx
    mov $hypercall_page, %eax
    xor %edx, %edx
    wrmsr
    jmp walk

/* long hypercall(number, first, second) */
hypercall:
    push %ebx
    mov 8(%esp), %eax
    shl $5, %eax
    add $hypercall_page, %eax
    mov 12(%esp), %ebx
    mov 16(%esp), %ecx
    call *%eax
    pop %ebx
    ret

    .section .note.GNU-stack, "", @progbits
    .bss
    .balign 16
    .skip 16384
stack_end:
