/* SPDX-License-Identifier: MIT */
/*
 * How long a dead child waits for its next start. Pure; see backoff_delay.
 */
#ifndef CADRE_MASTER_BACKOFF_H
#define CADRE_MASTER_BACKOFF_H

#include <stdint.h>

/* A first delay below is taken as this: a child that dies at once must not keep us busy. */
#define BACKOFF_DELAY_MIN_NS UINT64_C(10000000)

/*
 * The wait in ns after the failure number `failures` (1, 2, ...) in a row. The first is followed
 * by a start at once. Then the wait doubles from `delay_ns` up to `max_ns`, less up to a fifth
 * that `random` (evenly spread over all values) picks, so that children which died together do
 * not start together; it still grows with each failure until the limit is reached.
 */
uint64_t backoff_delay(unsigned failures, uint64_t delay_ns, uint64_t max_ns, uint32_t random);

#endif
