/* SPDX-License-Identifier: MIT */
/*
 * Asks workers what their tasks wait for (`cadre status --tasks`), and waits for the answers.
 *
 * One inquiry asks a list of workers at once. It is over when each has answered or gone, or when
 * TASK_INQUIRY_NS have passed: a worker whose loop is held does not answer, and holds nobody up for
 * longer. What was told is there while on_over runs, and forgotten after it.
 *
 * Master only, on the loop's thread. Never waits for a worker, never suspends.
 */
#ifndef CADRE_MASTER_TASK_INQUIRY_H
#define CADRE_MASTER_TASK_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "base/list.h"

#define TASK_INQUIRY_NS (UINT64_C(2) * 1000000000)

struct cadre__timers;
struct json_t;

struct task_inquiries_options {
    struct cadre__timers *timers; /* borrowed */
    uint64_t (*now)(void);
    /* Sends the question to the worker in `slot`, with an area whose `fd` is borrowed. 0 or a
     * negative errno. */
    int (*ask)(void *arg, uint32_t slot, uint32_t id, int fd);
    /* An inquiry is over. */
    void (*on_over)(void *arg);
    void *arg;
};

struct task_inquiries {
    struct task_inquiries_options options;
    struct cadre__list open;
    uint32_t last_id;
};

/* A worker to ask. */
struct task_inquiry_target {
    uint32_t slot;
    uint32_t pid;
};

void task_inquiries_init(struct task_inquiries *inquiries,
                         const struct task_inquiries_options *options);

/* Drops all; nobody is told. */
void task_inquiries_done(struct task_inquiries *inquiries);

/* Asks `n` workers. 0 with its number, which is never 0; on_over follows, never from within.
 * -ENOMEM otherwise. */
CADRE_MUST_CHECK int task_inquiry_begin(struct task_inquiries *inquiries,
                                        const struct task_inquiry_target *targets, size_t n,
                                        uint32_t *ret_id);

/* The worker in `slot` has filled its area of inquiry `id`; one that is not open is late. */
void task_inquiries_told(struct task_inquiries *inquiries, uint32_t slot, uint32_t id);

/* The worker in `slot` cannot answer inquiry `id`. */
void task_inquiries_missed(struct task_inquiries *inquiries, uint32_t slot, uint32_t id);

/* The process in `slot` has ended. */
void task_inquiries_gone(struct task_inquiries *inquiries, uint32_t slot);

/* Whether it is over; what is forgotten is over too. */
bool task_inquiry_is_over(const struct task_inquiries *inquiries, uint32_t id);

/* Adds "tasks" to each worker of a status answer (ipc/snapshot_json.c): what it told, or why it
 * told nothing. */
void task_inquiry_add_to(const struct task_inquiries *inquiries, uint32_t id,
                         struct json_t *status);

#endif
