/* SPDX-License-Identifier: MIT */
/*
 * base/siphash: SipHash-2-4, a keyed hash for short inputs ("SipHash: a fast short-input PRF",
 * Aumasson and Bernstein, 2012).
 *
 * Whoever does not have the key can neither foresee a hash nor find inputs with equal ones. It
 * makes names out of numbers (gateway/request_id.h). No password is to be kept by it. Pure; any
 * thread.
 */
#ifndef CADRE_BASE_SIPHASH_H
#define CADRE_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* 16 bytes, of which nobody else knows any. */
struct cadre__siphash_key {
    uint64_t k[2];
};

/* Takes a key from the kernel's randomness; where that is not ready yet, from the clock and
 * addresses, which others may guess. Never blocks, never suspends. */
void cadre__siphash_key_make(struct cadre__siphash_key *ret);

/* The hash of `len` bytes, the same on every machine. */
uint64_t cadre__siphash(const struct cadre__siphash_key *key, const void *bytes, size_t len);

#endif
