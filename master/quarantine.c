/* SPDX-License-Identifier: MIT */
/*
 * Deaths by handler; see quarantine.h.
 *
 * As many handlers are remembered as can be barred; of more, the one whose last death is the
 * longest ago is forgotten.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ipc/quarantine.h"
#include "master/quarantine.h"

struct suspect {
    char module[CADRE__QUARANTINE_NAME]; /* "": free */
    char handler[CADRE__QUARANTINE_NAME];
    uint32_t generation;
    unsigned n;     /* deaths that are noted, the oldest first */
    unsigned waits; /* the next wait, in windows; 0: not barred since it served */
    uint64_t deaths_ns[QUARANTINE_DEATHS_MAX];
};

struct quarantine {
    struct cadre__shm shm;
    struct cadre__quarantine *area;
    struct suspect suspects[CADRE__QUARANTINE_MAX];
};

int quarantine_new(struct quarantine **ret)
{
    struct quarantine *q = calloc(1, sizeof(*q));
    int r;

    if (q == NULL)
        return -ENOMEM;
    q->shm.fd = -1;
    r = cadre__quarantine_create(&q->shm, &q->area);
    if (r < 0) {
        quarantine_free(q);
        return r;
    }
    *ret = q;
    return 0;
}

void quarantine_free(struct quarantine *q)
{
    if (q == NULL)
        return;
    cadre__shm_done(&q->shm);
    free(q);
}

const struct cadre__shm *quarantine_area(const struct quarantine *q)
{
    return &q->shm;
}

static uint64_t last_death(const struct suspect *s)
{
    return s->n > 0 ? s->deaths_ns[s->n - 1] : 0;
}

static struct suspect *find_suspect(struct quarantine *q, const struct quarantine_death *death)
{
    struct suspect *oldest = &q->suspects[0];

    for (size_t i = 0; i < CADRE__QUARANTINE_MAX; i++) {
        struct suspect *s = &q->suspects[i];

        if (s->generation == death->generation && strcmp(s->module, death->module) == 0 &&
            strcmp(s->handler, death->handler) == 0)
            return s;
        if (last_death(s) < last_death(oldest)) /* a free one has none */
            oldest = s;
    }
    memset(oldest, 0, sizeof(*oldest));
    snprintf(oldest->module, sizeof(oldest->module), "%s", death->module);
    snprintf(oldest->handler, sizeof(oldest->handler), "%s", death->handler);
    oldest->generation = death->generation;
    return oldest;
}

/* Notes a death and forgets those that the window has left behind. */
static void add_death(struct suspect *s, const struct quarantine_rule *rule, uint64_t now_ns)
{
    unsigned gone = 0;

    while (gone < s->n && now_ns - s->deaths_ns[gone] > rule->window_ns)
        gone++;
    if (s->n - gone == QUARANTINE_DEATHS_MAX)
        gone++;
    s->n -= gone;
    memmove(s->deaths_ns, s->deaths_ns + gone, s->n * sizeof(s->deaths_ns[0]));
    s->deaths_ns[s->n++] = now_ns;
}

static void bar(struct quarantine *q, struct suspect *s, const struct quarantine_rule *rule,
                uint64_t now_ns)
{
    char wait[CADRE__UNITS_TEXT_SIZE];
    uint64_t wait_ns;

    s->waits = s->waits == 0                        ? 1
               : s->waits * 2 > QUARANTINE_WAIT_MAX ? QUARANTINE_WAIT_MAX
                                                    : s->waits * 2;
    wait_ns = s->waits * rule->window_ns;
    cadre__format_duration(wait_ns, wait);
    if (cadre__quarantine_bar(q->area, s->generation, s->module, s->handler,
                              cadre__deadline(now_ns, wait_ns)) == NULL)
        cadre__log(CADRE_LOG_ERROR,
                   "module \"%s\": handler %s kills workers, and too many handlers are in "
                   "quarantine already: it goes on",
                   s->module, s->handler);
    else if (s->waits == 1)
        cadre__log(
            CADRE_LOG_CRITICAL,
            "module \"%s\": handler %s is in quarantine: %u workers died of it (quarantine); "
            "its requests are answered 503, in %s one is tried",
            s->module, s->handler, s->n, wait);
    else
        cadre__log(CADRE_LOG_ERROR,
                   "module \"%s\": handler %s stays in quarantine: the request that was tried "
                   "killed its worker; in %s one more is tried",
                   s->module, s->handler, wait);
}

void quarantine_note(struct quarantine *q, const struct quarantine_rule *rule,
                     const struct quarantine_death *death)
{
    struct suspect *s;
    bool barred;

    if (rule->deaths == 0 || death->module[0] == '\0' || death->handler[0] == '\0')
        return;
    s = find_suspect(q, death);
    barred = cadre__quarantine_find(q->area, s->generation, s->module, s->handler) != NULL;
    if (!barred && s->waits > 0) { /* a probe came through since */
        s->waits = 0;
        s->n = 0;
    }
    add_death(s, rule, death->now_ns);
    if (barred || s->n >= rule->deaths)
        bar(q, s, rule, death->now_ns);
}

void quarantine_gone(struct quarantine *q, uint32_t slot, uint64_t now_ns)
{
    cadre__quarantine_release(q->area, slot, now_ns);
}

void quarantine_adopt(struct quarantine *q, uint32_t generation)
{
    for (size_t i = 0; i < CADRE__QUARANTINE_MAX; i++)
        if (q->suspects[i].generation != generation)
            memset(&q->suspects[i], 0, sizeof(q->suspects[i]));
    cadre__quarantine_keep(q->area, generation);
}
