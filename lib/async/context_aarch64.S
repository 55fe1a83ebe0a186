/* SPDX-License-Identifier: MIT */
/*
 * lib/async/context_aarch64.S: the switch between stacks for aarch64 (AAPCS64).
 *
 * A context at rest keeps on its stack, from where its sp points upward: d8 to d15, x19 to x28,
 * the frame pointer x29, the address to go on at x30, and the floating-point control register:
 * 176 bytes. See context.h; context_make() in context.c lays the same out for a new one.
 *
 * A return address that the compiler has signed stays as it is: it is signed with the stack
 * pointer of its own frame, which is the same when the context goes on.
 */
    .text

/* void cadre__context_switch(struct cadre__context *from, const struct cadre__context *to) */
    .globl cadre__context_switch
    .hidden cadre__context_switch
    .type cadre__context_switch, %function
    .p2align 4
cadre__context_switch:
    .cfi_startproc
    hint #34 /* bti c */
    sub sp, sp, #176
    .cfi_adjust_cfa_offset 176
    stp d8, d9, [sp, #0]
    stp d10, d11, [sp, #16]
    stp d12, d13, [sp, #32]
    stp d14, d15, [sp, #48]
    stp x19, x20, [sp, #64]
    .cfi_rel_offset x19, 64
    .cfi_rel_offset x20, 72
    stp x21, x22, [sp, #80]
    .cfi_rel_offset x21, 80
    .cfi_rel_offset x22, 88
    stp x23, x24, [sp, #96]
    .cfi_rel_offset x23, 96
    .cfi_rel_offset x24, 104
    stp x25, x26, [sp, #112]
    .cfi_rel_offset x25, 112
    .cfi_rel_offset x26, 120
    stp x27, x28, [sp, #128]
    .cfi_rel_offset x27, 128
    .cfi_rel_offset x28, 136
    stp x29, x30, [sp, #144]
    .cfi_rel_offset x29, 144
    .cfi_rel_offset x30, 152
    mrs x9, fpcr
    str x9, [sp, #160]
    mov x10, sp
    str x10, [x0]

    /* Both stacks are laid out alike, so that what is said of one's frame holds for the other. */
    ldr x10, [x1]
    mov sp, x10
    ldr x11, [sp, #160]
    cmp x9, x11
    b.ne 2f
1:
    ldp d8, d9, [sp, #0]
    ldp d10, d11, [sp, #16]
    ldp d12, d13, [sp, #32]
    ldp d14, d15, [sp, #48]
    ldp x19, x20, [sp, #64]
    ldp x21, x22, [sp, #80]
    ldp x23, x24, [sp, #96]
    ldp x25, x26, [sp, #112]
    ldp x27, x28, [sp, #128]
    ldp x29, x30, [sp, #144]
    .cfi_remember_state
    .cfi_restore x19
    .cfi_restore x20
    .cfi_restore x21
    .cfi_restore x22
    .cfi_restore x23
    .cfi_restore x24
    .cfi_restore x25
    .cfi_restore x26
    .cfi_restore x27
    .cfi_restore x28
    .cfi_restore x29
    .cfi_restore x30
    add sp, sp, #176
    .cfi_adjust_cfa_offset -176
    ret
2:
    .cfi_restore_state
    msr fpcr, x11
    b 1b
    .cfi_endproc
    .size cadre__context_switch, .-cadre__context_switch

/*
 * Where a new context begins: x19 is its function, x20 the argument, the stack is aligned. There
 * is no caller, and so unwinding ends here. It is reached by ret, which needs no landing pad.
 */
    .globl cadre__context_begin
    .hidden cadre__context_begin
    .type cadre__context_begin, %function
    .p2align 4
cadre__context_begin:
    .cfi_startproc
    .cfi_undefined x30
    mov x29, xzr
    mov x30, xzr
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size cadre__context_begin, .-cadre__context_begin

#if defined(__ARM_FEATURE_BTI_DEFAULT)
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4
    .long 16
    .long 5
    .asciz "GNU"
    .long 0xc0000000
    .long 4
    .long 1
    .long 0
#endif
    .section .note.GNU-stack, "", %progbits
