/* SPDX-License-Identifier: MIT */
/*
 * The evening gate as a table: scoreboards, what is seen of them, and who accepts.
 */
#include "worker/gate.h"

#include <string.h>

#include "ipc/scoreboard.h"
#include "tests/unit/unit.h"

#define MS  UINT64_C(1000000)
#define NOW (1000 * MS)

static struct cadre__scoreboard *board_new(uint32_t slots)
{
    struct cadre__shm shm;
    struct cadre__scoreboard *board;

    ck_assert_int_eq(cadre__scoreboard_create(&shm, &board), 0);
    for (uint32_t i = 0; i < slots; i++)
        cadre__scoreboard_claim(board, i, 0, 1, i, 0);
    return board;
}

static struct cadre__score *accepting(struct cadre__scoreboard *board, uint32_t slot,
                                      uint32_t connections)
{
    struct cadre__score *s = &board->slot[slot];

    s->state = CADRE__SCORE_ACCEPTING;
    s->waiting = 1;
    s->turn_ns = NOW - MS;
    s->connections = connections;
    return s;
}

static struct gate_view look(const struct cadre__scoreboard *board)
{
    struct gate_view view;

    gate_look(board, 0, NOW, &view);
    return view;
}

START_TEST(the_least_of_the_open_siblings_is_seen)
{
    struct cadre__scoreboard *board = board_new(4);

    accepting(board, 0, 1); /* ourselves: does not count */
    accepting(board, 1, 9);
    accepting(board, 2, 7);
    accepting(board, 3, 8);
    ck_assert_uint_eq(look(board).n_open, 3);
    ck_assert_uint_eq(look(board).least, 7);
}
END_TEST

START_TEST(siblings_that_cannot_accept_are_not_seen)
{
    struct cadre__scoreboard *board = board_new(8);

    accepting(board, 1, 1)->state = CADRE__SCORE_STARTING;
    accepting(board, 2, 1)->state = CADRE__SCORE_READY;
    accepting(board, 3, 1)->state = CADRE__SCORE_DRAINING;
    accepting(board, 4, 1)->state = CADRE__SCORE_STOPPING;
    accepting(board, 5, 1)->state = CADRE__SCORE_FREE;
    accepting(board, 6, 1)->gated = 1;
    ck_assert_uint_eq(look(board).n_open, 0);
}
END_TEST

START_TEST(a_sibling_that_hangs_is_not_seen)
{
    struct cadre__scoreboard *board = board_new(2);
    struct cadre__score *s = accepting(board, 1, 1);

    s->waiting = 0;
    s->turn_ns = NOW - 20 * MS;
    ck_assert_uint_eq(look(board).n_open, 1);
    s->turn_ns = NOW - 20 * MS - 1;
    ck_assert_uint_eq(look(board).n_open, 0);
    s->waiting = 1; /* it sleeps, however long */
    ck_assert_uint_eq(look(board).n_open, 1);
    s->waiting = 0;
    s->turn_ns = NOW + MS; /* its turn began after ours */
    ck_assert_uint_eq(look(board).n_open, 1);
}
END_TEST

static const struct {
    uint32_t n_open, least, own;
    enum gate_verdict verdict;
} rows[] = {
    {0, UINT32_MAX, 1000, GATE_ACCEPT}, /* alone */
    {1, 0, 0, GATE_ACCEPT},
    {1, 0, 1, GATE_ACCEPT},
    {1, 0, 2, GATE_LEAVE},
    {3, 10, 11, GATE_ACCEPT},
    {3, 10, 12, GATE_LEAVE},
    {3, 64, 69, GATE_ACCEPT}, /* a sixteenth more is even enough */
    {3, 64, 70, GATE_LEAVE},
    {3, 70, 64, GATE_ACCEPT},
    {1, 4000, 4251, GATE_ACCEPT},
    {1, 4000, 4252, GATE_LEAVE},
};

START_TEST(who_is_well_above_the_others_leaves_it_to_them)
{
    struct gate gate = {0};
    const struct gate_view view = {.n_open = rows[_i].n_open, .least = rows[_i].least};

    ck_assert_int_eq(gate_decide(&gate, &view, rows[_i].own, NOW), rows[_i].verdict);
}
END_TEST

START_TEST(patience_ends_after_20_ms)
{
    const struct gate_view view = {.n_open = 1, .least = 0};
    struct gate gate = {0};
    uint64_t now = NOW;

    for (; now < NOW + 20 * MS; now += MS)
        ck_assert_int_eq(gate_decide(&gate, &view, 9, now), GATE_LEAVE);
    ck_assert_int_eq(gate_decide(&gate, &view, 9, now), GATE_ACCEPT);
    /* One; then it is patient again. */
    ck_assert_int_eq(gate_decide(&gate, &view, 10, now), GATE_LEAVE);
}
END_TEST

START_TEST(an_old_matter_is_forgotten)
{
    const struct gate_view view = {.n_open = 1, .least = 0};
    struct gate gate = {0};

    ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW), GATE_LEAVE);
    ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW + 1000 * MS), GATE_LEAVE);
    ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW + 1001 * MS), GATE_LEAVE);
}
END_TEST

START_TEST(patience_begins_anew_when_the_queue_was_empty)
{
    const struct gate_view view = {.n_open = 1, .least = 0};
    struct gate gate = {0};

    ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW), GATE_LEAVE);
    ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW + 4 * MS), GATE_LEAVE);
    gate_reset(&gate);
    for (uint64_t at = 5; at < 25; at += 4)
        ck_assert_int_eq(gate_decide(&gate, &view, 9, NOW + at * MS), GATE_LEAVE);
}
END_TEST

/* Connections come one at a time and each of the workers is asked in turn, as the kernel might:
 * whatever the order, the counts stay even. */
START_TEST(connections_spread_evenly)
{
    struct cadre__scoreboard *board = board_new(4);
    struct gate gates[4] = {{0}};
    uint32_t first = 0;

    for (uint32_t i = 0; i < 4; i++)
        accepting(board, i, 0);
    for (int n = 0; n < 256; n++) {
        first = first * 1103515245u + 12345u;
        for (uint32_t k = 0; k < 4; k++) {
            uint32_t who = (first >> 16) % 3 == 0 ? k : (k + 1) % 4; /* one is asked more often */
            struct gate_view view;

            gate_look(board, who, NOW, &view);
            if (gate_decide(&gates[who], &view, board->slot[who].connections, NOW) == GATE_LEAVE)
                continue;
            board->slot[who].connections++;
            break;
        }
    }
    uint32_t total = 0;
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_ge(board->slot[i].connections, 58);
        ck_assert_uint_le(board->slot[i].connections, 70);
        total += board->slot[i].connections;
    }
    ck_assert_uint_eq(total, 256);
}
END_TEST

UNIT_MAIN("worker/gate", UNIT_CASE(the_least_of_the_open_siblings_is_seen),
          UNIT_CASE(siblings_that_cannot_accept_are_not_seen),
          UNIT_CASE(a_sibling_that_hangs_is_not_seen),
          UNIT_LOOP(who_is_well_above_the_others_leaves_it_to_them, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(patience_ends_after_20_ms), UNIT_CASE(an_old_matter_is_forgotten),
          UNIT_CASE(patience_begins_anew_when_the_queue_was_empty),
          UNIT_CASE(connections_spread_evenly))
