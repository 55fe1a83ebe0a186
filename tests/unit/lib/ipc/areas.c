/* SPDX-License-Identifier: MIT */
/*
 * The areas of tests; see areas.h.
 */
#include "config.h"

#include "tests/unit/lib/ipc/areas.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/unit/unit.h"

#define COUNTERS 16

void areas_make(struct areas *areas)
{
    memset(areas, 0, sizeof(*areas));
    ck_assert_int_eq(cadre__scoreboard_create(&areas->shm[0], &areas->board), 0);
    ck_assert_int_eq(cadre__traffic_create(&areas->shm[1], &areas->traffic), 0);
    ck_assert_int_eq(cadre__status_create(&areas->shm[2], &areas->status), 0);
    ck_assert_int_eq(cadre__quarantine_create(&areas->shm[3], &areas->quarantine), 0);
    ck_assert_int_eq(cadre__shm_create(&areas->shm[4], CADRE__COUNTERS_AREA,
                                       cadre__counters_size(CADRE__SLOTS_MAX, COUNTERS)),
                     0);
    ck_assert_int_eq(
        cadre__counters_create(&areas->counters, &areas->shm[4], CADRE__SLOTS_MAX, COUNTERS), 0);
    ck_assert_int_eq(cadre__counters_attach(&areas->counters, &areas->shm[4], 0), 0);
    areas->sources = (struct cadre__snapshot_sources){.board = areas->board,
                                                      .traffic = areas->traffic,
                                                      .status = areas->status,
                                                      .counters = &areas->counters,
                                                      .quarantine = areas->quarantine};
}

void areas_done(struct areas *areas)
{
    for (size_t i = 0; i < sizeof(areas->shm) / sizeof(areas->shm[0]); i++)
        cadre__shm_done(&areas->shm[i]);
}

struct cadre__status_server areas_server(void)
{
    return (struct cadre__status_server){
        .state = "serving",
        .text = "2 of 2 workers serve, generation 3",
        .version = "1.2.3",
        .conf_path = "/etc/cadre.conf",
        .started_unix_ns = 1700000000 * CADRE__NSEC_PER_SEC,
        .started_ns = AREAS_NOW - 100 * CADRE__NSEC_PER_SEC,
        .pid = 77,
        .generation = 3,
        .workers = 2,
        .serving = 2,
        .started = 1,
        .n_generations = 1,
        .generations = {{.id = 3,
                         .phase = CADRE__GENERATION_CURRENT,
                         .workers = 2,
                         .serving = 2,
                         .processes = 2,
                         .born_ns = AREAS_NOW - 61 * CADRE__NSEC_PER_SEC}},
    };
}

struct cadre__score *areas_add_worker(struct areas *areas, uint32_t slot, uint32_t generation,
                                      uint32_t index)
{
    const struct cadre__status_seat seat = {
        .used = 1,
        .kind = CADRE__CHILD_WORKER,
        .generation = generation,
        .index = index,
        .pid = (uint32_t)getpid(),
        .state = "serving",
        .spawned_ns = AREAS_NOW - 60 * CADRE__NSEC_PER_SEC,
    };
    struct cadre__score *score = cadre__scoreboard_claim(areas->board, slot, CADRE__CHILD_WORKER,
                                                         generation, index, seat.spawned_ns);

    atomic_store(&score->waiting, 1);
    cadre__status_write_seat(areas->status, slot, &seat);
    return score;
}

void areas_change_seat(struct areas *areas, uint32_t slot,
                       void (*change)(struct cadre__status_seat *seat))
{
    struct cadre__status_seat seat;

    ck_assert(cadre__status_read_seat(areas->status, slot, &seat));
    change(&seat);
    cadre__status_write_seat(areas->status, slot, &seat);
}

struct cadre__snapshot areas_take(const struct areas *areas)
{
    struct cadre__snapshot snapshot;

    ck_assert_int_eq(cadre__snapshot_take(&areas->sources, AREAS_NOW, &snapshot), 0);
    return snapshot;
}
