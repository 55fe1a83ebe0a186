/* SPDX-License-Identifier: MIT */
/*
 * lib/async/context_x86_64.S: the switch between stacks for x86-64 (System V ABI).
 *
 * A context at rest keeps on its stack, from where its sp points upward: mxcsr (4 bytes), the x87
 * control word (2 bytes, 2 unused), r12, r13, r14, r15, rbx, rbp, and the address to go on at.
 * See context.h; context_make() in context.c lays the same out for a new one.
 *
 * It leaves by a jump and not by `ret`, which the processor would always predict to go where this
 * was called from. (To load the control words only where they differ is slower, for the compare
 * waits for the store before it.)
 */
    .text

/* void cadre__context_switch(struct cadre__context *from, const struct cadre__context *to) */
    .globl cadre__context_switch
    .hidden cadre__context_switch
    .type cadre__context_switch, @function
    .p2align 4
cadre__context_switch:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r15, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r14, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r13, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r12, 0
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    stmxcsr (%rsp)
    fnstcw 4(%rsp)

    movq (%rsi), %rax
    movq %rsp, (%rdi)
    /* Both stacks are laid out alike, so that what is said of one's frame holds for the other. */
    movq %rax, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore r12
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore r13
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore r14
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore r15
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register rip, rcx
    notrack jmp *%rcx
    .cfi_endproc
    .size cadre__context_switch, .-cadre__context_switch

/*
 * Where a new context begins: r12 is its function, r13 the argument, the stack is aligned. There
 * is no caller, and so unwinding ends here.
 */
    .globl cadre__context_begin
    .hidden cadre__context_begin
    .type cadre__context_begin, @function
    .p2align 4
cadre__context_begin:
    .cfi_startproc
    .cfi_undefined rip
    endbr64
    xorl %ebp, %ebp
    movq %r13, %rdi
    call *%r12
    ud2
    .cfi_endproc
    .size cadre__context_begin, .-cadre__context_begin

/* Landing pads: yes; shadow stacks: no (see context.h). */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 1f - 0f
    .long 4f - 1f
    .long 5
0:  .asciz "GNU"
1:  .p2align 3
    .long 0xc0000002
    .long 3f - 2f
2:  .long 1
3:  .p2align 3
4:
    .section .note.GNU-stack, "", @progbits
