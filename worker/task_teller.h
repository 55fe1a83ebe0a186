/* SPDX-License-Identifier: MIT */
/*
 * Tells the master what the coroutines of this worker wait for (`cadre status --tasks`).
 *
 * Done in one go on the loop's thread, between two of its turns: looks at no more coroutines than
 * it tells, the oldest, so that a crowd of them does not hold the loop. Never suspends.
 */
#ifndef WORKER_TASK_TELLER_H
#define WORKER_TASK_TELLER_H

#include <stdint.h>

struct cadre__loop;
struct master_link;

/* Fills the area behind `fd` (ipc/task_report.h), which is taken, and answers question `id`. Where
 * it cannot be filled there is a line in the log, and the answer is MISSED. */
void task_teller_answer(struct master_link *link, const struct cadre__loop *loop, uint32_t id,
                        int fd);

#endif
