/* SPDX-License-Identifier: MIT */
/*
 * Inquiries and what came of them; see task_inquiry.h.
 *
 * The area of each worker is unmapped with its inquiry. One that answers later writes to memory
 * that is its own alone by then.
 */
#include "config.h"

#include "master/task_inquiry.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/timer.h"
#include "ipc/json_text.h"
#include "ipc/task_report.h"

enum answer {
    ANSWER_OPEN,   /* none yet */
    ANSWER_TOLD,   /* the area is filled */
    ANSWER_GONE,   /* the process has ended */
    ANSWER_UNSENT, /* it could not be asked: it hangs, or leaves */
    ANSWER_MISSED, /* it has said that it cannot */
};

struct asked {
    struct task_inquiry_target target;
    enum answer answer;
    struct cadre__shm shm; /* its descriptor is closed: the worker has its own */
};

struct inquiry {
    struct cadre__list link;
    struct task_inquiries *inquiries;
    struct cadre__timer timer;
    uint32_t id;
    bool over;
    size_t n;
    struct asked asked[];
};

/* --- Life --- */

static void inquiry_free(struct inquiry *inquiry)
{
    cadre__timer_stop(inquiry->inquiries->options.timers, &inquiry->timer);
    cadre__list_remove(&inquiry->link);
    for (size_t i = 0; i < inquiry->n; i++)
        cadre__shm_done(&inquiry->asked[i].shm);
    free(inquiry);
}

static struct inquiry *find(const struct task_inquiries *inquiries, uint32_t id)
{
    CADRE__LIST_FOREACH(link, &inquiries->open)
    {
        struct inquiry *inquiry = CADRE__CONTAINER_OF(link, struct inquiry, link);

        if (inquiry->id == id)
            return inquiry;
    }
    return NULL;
}

static void end(struct inquiry *inquiry)
{
    const struct task_inquiries_options *options = &inquiry->inquiries->options;

    inquiry->over = true;
    options->on_over(options->arg);
    inquiry_free(inquiry);
}

static void on_timer(struct cadre__timer *timer)
{
    end(CADRE__CONTAINER_OF(timer, struct inquiry, timer));
}

static bool is_complete(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->n; i++)
        if (inquiry->asked[i].answer == ANSWER_OPEN)
            return false;
    return true;
}

void task_inquiries_init(struct task_inquiries *inquiries,
                         const struct task_inquiries_options *options)
{
    *inquiries = (struct task_inquiries){.options = *options};
    cadre__list_init(&inquiries->open);
}

void task_inquiries_done(struct task_inquiries *inquiries)
{
    CADRE__LIST_FOREACH_SAFE(link, &inquiries->open)
    {
        inquiry_free(CADRE__CONTAINER_OF(link, struct inquiry, link));
    }
}

/* --- Asking --- */

static void ask(struct inquiry *inquiry, struct asked *asked)
{
    const struct task_inquiries_options *options = &inquiry->inquiries->options;
    int r = cadre__task_report_create(&asked->shm);

    if (r == 0)
        r = options->ask(options->arg, asked->target.slot, inquiry->id, asked->shm.fd);
    if (r < 0)
        asked->answer = ANSWER_UNSENT;
    cadre__fd_close(&asked->shm.fd);
}

int task_inquiry_begin(struct task_inquiries *inquiries, const struct task_inquiry_target *targets,
                       size_t n, uint32_t *ret_id)
{
    struct inquiry *inquiry = calloc(1, sizeof(*inquiry) + n * sizeof(inquiry->asked[0]));
    uint64_t wait_ns = TASK_INQUIRY_NS;

    if (inquiry == NULL)
        return -ENOMEM;
    if (++inquiries->last_id == 0)
        inquiries->last_id = 1;
    inquiry->id = inquiries->last_id;
    inquiry->inquiries = inquiries;
    inquiry->n = n;
    cadre__timer_init(&inquiry->timer, on_timer);
    cadre__list_push_back(&inquiries->open, &inquiry->link);
    for (size_t i = 0; i < n; i++) {
        inquiry->asked[i].target = targets[i];
        inquiry->asked[i].shm.fd = -1;
        ask(inquiry, &inquiry->asked[i]);
    }
    if (is_complete(inquiry)) /* nobody hears us: over with the next timers */
        wait_ns = 0;
    cadre__timer_start(inquiries->options.timers, &inquiry->timer,
                       cadre__deadline(inquiries->options.now(), wait_ns));
    *ret_id = inquiry->id;
    return 0;
}

/* --- Answers --- */

static void note(struct inquiry *inquiry, uint32_t slot, enum answer answer)
{
    bool noted = false;

    for (size_t i = 0; i < inquiry->n; i++) {
        struct asked *asked = &inquiry->asked[i];

        if (asked->target.slot != slot || asked->answer != ANSWER_OPEN)
            continue;
        asked->answer = answer;
        noted = true;
    }
    if (noted && is_complete(inquiry))
        end(inquiry);
}

static void note_in(struct task_inquiries *inquiries, uint32_t slot, uint32_t id,
                    enum answer answer)
{
    struct inquiry *inquiry = find(inquiries, id);

    if (inquiry != NULL && !inquiry->over)
        note(inquiry, slot, answer);
}

void task_inquiries_told(struct task_inquiries *inquiries, uint32_t slot, uint32_t id)
{
    note_in(inquiries, slot, id, ANSWER_TOLD);
}

void task_inquiries_missed(struct task_inquiries *inquiries, uint32_t slot, uint32_t id)
{
    note_in(inquiries, slot, id, ANSWER_MISSED);
}

void task_inquiries_gone(struct task_inquiries *inquiries, uint32_t slot)
{
    CADRE__LIST_FOREACH_SAFE(link, &inquiries->open)
    {
        struct inquiry *inquiry = CADRE__CONTAINER_OF(link, struct inquiry, link);

        if (!inquiry->over)
            note(inquiry, slot, ANSWER_GONE);
    }
}

bool task_inquiry_is_over(const struct task_inquiries *inquiries, uint32_t id)
{
    const struct inquiry *inquiry = find(inquiries, id);

    return inquiry == NULL || inquiry->over;
}

/* --- As JSON --- */

static json_t *describe_row(const struct cadre__task_row *row)
{
    uint64_t waiting_ms = row->waiting_ns / CADRE__NSEC_PER_MSEC;
    uint64_t age_ms = row->age_ns / CADRE__NSEC_PER_MSEC;
    bool waits = row->where[0] != '\0';

    return json_pack("{s:o, s:s, s:o, s:o, s:f, s:i, s:o, s:o, s:o}", "name",
                     cadre__json_of_text_or_null(row->name), "state",
                     cadre__task_state_name(row->state), "where",
                     cadre__json_of_text_or_null(row->where), "waiting_s",
                     waits ? json_real((double)waiting_ms / 1000.0) : json_null(), "age_s",
                     (double)age_ms / 1000.0, "cancels", (int)row->cancels, "module",
                     cadre__json_of_text_or_null(row->module), "handler",
                     cadre__json_of_text_or_null(row->handler), "request",
                     cadre__json_of_text_or_null(row->request));
}

/* What a worker told; NULL: nothing that makes sense, or no memory. */
static json_t *describe_report(const struct asked *asked)
{
    struct cadre__task_report *report = malloc(sizeof(*report));
    json_t *list, *tasks = NULL;

    if (report != NULL && cadre__task_report_read(&asked->shm, report) == 0 &&
        (list = json_array()) != NULL) {
        for (uint32_t i = 0; i < report->n; i++)
            json_array_append_new(list, describe_row(&report->row[i]));
        tasks =
            json_pack("{s:I, s:o, s:n}", "total", (json_int_t)report->total, "list", list, "error");
    }
    free(report);
    return tasks;
}

/* Why a worker that runs has not answered: what it is at, by the scoreboard. */
static void explain_silence(const json_t *worker, char *buf, size_t size)
{
    const char *phase = json_string_value(json_object_get(worker, "phase"));
    const char *handler = json_string_value(json_object_get(worker, "handler"));
    double held_s = json_number_value(json_object_get(worker, "held_ms")) / 1000.0;

    if (phase != NULL)
        snprintf(buf, size, "no answer within %u s: it is busy with %s",
                 (unsigned)(TASK_INQUIRY_NS / CADRE__NSEC_PER_SEC), phase);
    else if (handler != NULL)
        snprintf(buf, size, "it is stuck: %s has held its loop for %.1f s", handler, held_s);
    else if (held_s > 0)
        snprintf(buf, size, "it is stuck: its loop has been in one turn for %.1f s", held_s);
    else
        snprintf(buf, size, "no answer within %u s",
                 (unsigned)(TASK_INQUIRY_NS / CADRE__NSEC_PER_SEC));
}

static json_t *describe(const struct inquiry *inquiry, const json_t *worker)
{
    json_int_t pid = json_integer_value(json_object_get(worker, "pid"));
    const struct asked *asked = NULL;
    char why[256] = "it was not asked";
    json_t *tasks;

    for (size_t i = 0; inquiry != NULL && pid != 0 && i < inquiry->n; i++)
        if (inquiry->asked[i].target.pid == pid)
            asked = &inquiry->asked[i];
    if (asked != NULL && asked->answer == ANSWER_TOLD) {
        tasks = describe_report(asked);
        if (tasks != NULL)
            return tasks;
        snprintf(why, sizeof(why), "what it told makes no sense");
    } else if (pid == 0) {
        snprintf(why, sizeof(why), "it has no process");
    } else if (asked != NULL && asked->answer == ANSWER_MISSED) {
        snprintf(why, sizeof(why), "it has no descriptor or no memory free to answer with");
    } else if (asked != NULL) {
        explain_silence(worker, why, sizeof(why));
    }
    return json_pack("{s:n, s:[], s:o}", "total", "list", "error", cadre__json_of_text(why));
}

void task_inquiry_add_to(const struct task_inquiries *inquiries, uint32_t id, json_t *status)
{
    const struct inquiry *inquiry = find(inquiries, id);
    json_t *worker;
    size_t i;

    json_array_foreach(json_object_get(status, "workers"), i, worker)
    {
        json_object_set_new(worker, "tasks", describe(inquiry, worker));
    }
}
