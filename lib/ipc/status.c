/* SPDX-License-Identifier: MIT */
/*
 * ipc/status: records behind sequence numbers.
 *
 * The number is odd while its record is written. All words of a record are atomic, so that who
 * reads while another writes sees old and new words, notices it by the number, and reads again.
 */
#include "config.h"

#include "ipc/status.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "ipc/backtrace.h"

#define WORDS(type) (sizeof(type) / sizeof(uint64_t))
/* A writer is at work for well under a microsecond; one that is preempted in the midst, longer. */
#define READ_TRIES 10000

_Static_assert(sizeof(struct cadre__status_server) % sizeof(uint64_t) == 0, "copied by words");
_Static_assert(sizeof(struct cadre__status_seat) % sizeof(uint64_t) == 0, "copied by words");

struct cadre__status_area {
    uint32_t magic;
    uint32_t server_size, seat_size;
    _Alignas(64) _Atomic uint64_t server_sequence;
    _Atomic uint64_t server[WORDS(struct cadre__status_server)];
    struct {
        _Alignas(64) _Atomic uint64_t sequence;
        _Atomic uint64_t word[WORDS(struct cadre__status_seat)];
    } seat[CADRE__SLOTS_MAX];
};

int cadre__status_create(struct cadre__shm *shm, struct cadre__status_area **ret)
{
    int r = cadre__shm_create(shm, CADRE__STATUS_AREA, sizeof(struct cadre__status_area));
    if (r < 0)
        return r;
    struct cadre__status_area *area = shm->addr;
    area->server_size = sizeof(struct cadre__status_server);
    area->seat_size = sizeof(struct cadre__status_seat);
    area->magic = CADRE__STATUS_MAGIC;
    *ret = area;
    return 0;
}

int cadre__status_open(const struct cadre__shm *shm, struct cadre__status_area **ret)
{
    struct cadre__status_area *area = shm->addr;
    if (shm->size < sizeof(*area) || area->magic != CADRE__STATUS_MAGIC ||
        area->server_size != sizeof(struct cadre__status_server) ||
        area->seat_size != sizeof(struct cadre__status_seat))
        return -EPROTO;
    *ret = area;
    return 0;
}

static void write_record(_Atomic uint64_t *sequence, _Atomic uint64_t *word, const void *from,
                         size_t size)
{
    uint64_t number = atomic_load_explicit(sequence, memory_order_relaxed) | 1;

    atomic_store_explicit(sequence, number, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i < size / sizeof(uint64_t); i++) {
        uint64_t value;

        memcpy(&value, (const char *)from + i * sizeof(value), sizeof(value));
        atomic_store_explicit(&word[i], value, memory_order_relaxed);
    }
    atomic_store_explicit(sequence, number + 1, memory_order_release);
}

static bool read_record(const _Atomic uint64_t *sequence, const _Atomic uint64_t *word, void *to,
                        size_t size)
{
    for (unsigned tries = 0; tries < READ_TRIES; tries++) {
        uint64_t before = atomic_load_explicit(sequence, memory_order_acquire);

        for (size_t i = 0; i < size / sizeof(uint64_t); i++) {
            uint64_t value = atomic_load_explicit(&word[i], memory_order_relaxed);

            memcpy((char *)to + i * sizeof(value), &value, sizeof(value));
        }
        atomic_thread_fence(memory_order_acquire);
        if (before % 2 == 0 && atomic_load_explicit(sequence, memory_order_relaxed) == before)
            return true;
    }
    return false;
}

void cadre__status_write_server(struct cadre__status_area *area,
                                const struct cadre__status_server *server)
{
    write_record(&area->server_sequence, area->server, server, sizeof(*server));
}

void cadre__status_write_seat(struct cadre__status_area *area, uint32_t slot,
                              const struct cadre__status_seat *seat)
{
    assert(slot < CADRE__SLOTS_MAX);
    write_record(&area->seat[slot].sequence, area->seat[slot].word, seat, sizeof(*seat));
}

bool cadre__status_read_server(const struct cadre__status_area *area,
                               struct cadre__status_server *ret)
{
    bool whole = read_record(&area->server_sequence, area->server, ret, sizeof(*ret));

    cadre__text_check(ret->state, sizeof(ret->state));
    cadre__text_check(ret->text, sizeof(ret->text));
    cadre__text_check(ret->version, sizeof(ret->version));
    cadre__text_check(ret->conf_path, sizeof(ret->conf_path));
    cadre__text_check(ret->reload_reason, sizeof(ret->reload_reason));
    if (ret->n_generations > CADRE__STATUS_GENERATIONS)
        ret->n_generations = CADRE__STATUS_GENERATIONS;
    return whole;
}

bool cadre__status_read_seat(const struct cadre__status_area *area, uint32_t slot,
                             struct cadre__status_seat *ret)
{
    if (slot >= CADRE__SLOTS_MAX) {
        *ret = (struct cadre__status_seat){0};
        return true;
    }
    bool whole = read_record(&area->seat[slot].sequence, area->seat[slot].word, ret, sizeof(*ret));

    cadre__text_check(ret->state, sizeof(ret->state));
    cadre__text_check(ret->reason, sizeof(ret->reason));
    return whole;
}

const char *cadre__generation_phase_name(uint32_t phase)
{
    static const char *const names[] = {
        [CADRE__GENERATION_STARTING] = "starting",
        [CADRE__GENERATION_CURRENT] = "current",
        [CADRE__GENERATION_DRAINING] = "draining",
    };
    return phase > 0 && phase < sizeof(names) / sizeof(names[0]) ? names[phase] : "unknown";
}

const char *cadre__death_name(unsigned death)
{
    static const char *const names[CADRE__DEATHS] = {
        [CADRE__DEATH_EXIT] = "exit",       [CADRE__DEATH_SIGNAL] = "signal",
        [CADRE__DEATH_SILENT] = "silent",   [CADRE__DEATH_MEMORY] = "memory",
        [CADRE__DEATH_STARTUP] = "startup",
    };
    return death < CADRE__DEATHS ? names[death] : "unknown";
}
