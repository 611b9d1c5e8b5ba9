/* A boot sector for an HVM guest: says so on the serial port and sleeps. The BIOS's own work apart
 * it is up at once, where a kernel takes most of a minute to unpack itself under emulation. */
    .code16
    .globl start
start:
    ljmp $0, $1f
1:  xor %ax, %ax
    mov %ax, %ds
    cld
    mov $text, %si
2:  lodsb
    test %al, %al
    jz sleep
    mov %al, %bl
3:  mov $0x3fd, %dx                     /* COM1: until it can take a byte */
    in %dx, %al
    test $0x20, %al
    jz 3b
    mov $0x3f8, %dx
    mov %bl, %al
    out %al, %dx
    jmp 2b
sleep:
    sti                                 /* halted without interrupts it would count as switched off */
    hlt
    jmp sleep
text:
    .asciz "\r\nguest ready\r\n"
    .org 510
    .word 0xaa55
