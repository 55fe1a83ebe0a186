/* SPDX-License-Identifier: MIT */
/*
 * Tests of ipc/scoreboard.
 */
#include "config.h"

#include "ipc/scoreboard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct cadre__shm shm;
static struct cadre__scoreboard *board;

static void make_board(void)
{
    ck_assert_int_eq(cadre__scoreboard_create(&shm, &board), 0);
}

START_TEST(a_fresh_board_has_no_slot_in_use)
{
    make_board();
    ck_assert_uint_eq(cadre__scoreboard_slots(board), 0);
    for (int i = 0; i < CADRE__SLOTS_MAX; i++)
        ck_assert_uint_eq(board->slot[i].state, CADRE__SCORE_FREE);
    ck_assert_uint_eq((uintptr_t)&board->slot[1] % 64, 0);
}
END_TEST

START_TEST(claiming_clears_what_the_last_one_left)
{
    make_board();
    struct cadre__score *score = cadre__scoreboard_claim(board, 5, 0, 1, 2, 1000);
    ck_assert_ptr_eq(score, &board->slot[5]);
    ck_assert_uint_eq(cadre__scoreboard_slots(board), 6);
    ck_assert_uint_eq(score->state, CADRE__SCORE_STARTING);
    ck_assert_uint_eq(score->generation, 1);
    ck_assert_uint_eq(score->index, 2);
    ck_assert_uint_eq(score->born_ns, 1000);
    score->pid = 42;
    score->connections = 7;
    score->in_flight = 3;
    score->waiting = 1;
    score->gated = 1;
    score->accepted = 9;
    score->requests = 10;
    score->turn_ns = 11;
    cadre__score_set_text(&score->phase, "startup of module shop");
    cadre__scoreboard_release(board, 5);
    ck_assert_uint_eq(score->state, CADRE__SCORE_FREE);
    ck_assert_uint_eq(score->pid, 0);
    ck_assert_uint_eq(score->requests, 10); /* still there to be told */
    cadre__scoreboard_claim(board, 5, 1, 2, 0, 2000);
    ck_assert_uint_eq(score->kind, 1);
    ck_assert_uint_eq(score->connections + score->in_flight + score->waiting + score->gated, 0);
    ck_assert_uint_eq(score->accepted + score->requests + score->turn_ns, 0);
    char buf[CADRE__SCORE_TEXT_SIZE];
    ck_assert_str_eq(cadre__score_get_text(&score->phase, buf), "");
    cadre__scoreboard_claim(board, 0, 0, 2, 0, 2000);
    ck_assert_uint_eq(cadre__scoreboard_slots(board), 6); /* never goes down */
    cadre__scoreboard_claim(board, CADRE__SLOTS_MAX - 1, 0, 2, 0, 2000);
    ck_assert_uint_eq(cadre__scoreboard_slots(board), CADRE__SLOTS_MAX);
}
END_TEST

START_TEST(a_slot_beyond_the_board_is_a_mistake_that_is_caught)
{
    make_board();
    cadre__scoreboard_claim(board, CADRE__SLOTS_MAX, 0, 1, 0, 0);
}
END_TEST

START_TEST(a_worker_sees_its_siblings_through_a_mapping_of_its_own)
{
    make_board();
    cadre__scoreboard_claim(board, 1, 0, 1, 1, 1);
    pid_t pid = fork();
    if (pid == 0) {
        struct cadre__shm mine;
        struct cadre__scoreboard *view;
        if (cadre__shm_attach(&mine, CADRE__SCOREBOARD_AREA, dup(shm.fd), true) < 0 ||
            cadre__scoreboard_open(&mine, &view) < 0)
            _exit(1);
        cadre__score_set_text(&view->slot[1].handler, "shop:read_item");
        atomic_store_explicit(&view->slot[1].state, CADRE__SCORE_READY, memory_order_release);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    char buf[CADRE__SCORE_TEXT_SIZE];
    ck_assert_uint_eq(board->slot[1].state, CADRE__SCORE_READY);
    ck_assert_str_eq(cadre__score_get_text(&board->slot[1].handler, buf), "shop:read_item");
}
END_TEST

START_TEST(what_is_no_board_is_refused)
{
    struct cadre__shm small, zero;
    struct cadre__scoreboard *view = NULL;
    ck_assert_int_eq(cadre__shm_create(&small, "small", 4096), 0);
    ck_assert_int_eq(cadre__scoreboard_open(&small, &view), -EPROTO);
    ck_assert_int_eq(cadre__shm_create(&zero, "zero", sizeof(struct cadre__scoreboard)), 0);
    ck_assert_int_eq(cadre__scoreboard_open(&zero, &view), -EPROTO);
    make_board();
    ck_assert_int_eq(cadre__scoreboard_open(&shm, &view), 0);
    board->slots = 7;
    ck_assert_int_eq(cadre__scoreboard_open(&shm, &view), -EPROTO);
    board->slots = CADRE__SLOTS_MAX;
    board->score_size = 128;
    ck_assert_int_eq(cadre__scoreboard_open(&shm, &view), -EPROTO);
    ck_assert_ptr_eq(view, board);
}
END_TEST

START_TEST(a_scribbled_high_water_stays_within_the_board)
{
    make_board();
    board->high_water = UINT32_MAX;
    ck_assert_uint_eq(cadre__scoreboard_slots(board), CADRE__SLOTS_MAX);
}
END_TEST

START_TEST(texts_of_every_length_come_back)
{
    struct cadre__score_text text = {0};
    char in[100], out[CADRE__SCORE_TEXT_SIZE];
    for (size_t len = 90; len-- > 0;) {
        memset(in, 'a' + (int)(len % 26), len);
        in[len] = '\0';
        cadre__score_set_text(&text, in);
        in[len < CADRE__SCORE_TEXT_SIZE ? len : CADRE__SCORE_TEXT_SIZE - 1] = '\0';
        ck_assert_str_eq(cadre__score_get_text(&text, out), in);
    }
    cadre__score_set_text(&text, "line\nend\x1b");
    ck_assert_str_eq(cadre__score_get_text(&text, out), "line?end?");
    cadre__score_set_text(&text, NULL);
    ck_assert_str_eq(cadre__score_get_text(&text, out), "");
    memset(&text, 'x', sizeof(text)); /* a mad worker's */
    ck_assert_uint_eq(strlen(cadre__score_get_text(&text, out)), CADRE__SCORE_TEXT_SIZE - 1);
}
END_TEST

static struct cadre__score_text shared_text;
static atomic_bool stop;

static void *write_texts(void *arg)
{
    (void)arg;
    for (unsigned i = 0; !atomic_load(&stop); i++)
        cadre__score_set_text(&shared_text, i % 2 ? "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" : "b");
    return NULL;
}

START_TEST(reading_while_another_writes_stays_within_the_text)
{
    pthread_t thread;
    char buf[CADRE__SCORE_TEXT_SIZE];
    ck_assert_int_eq(pthread_create(&thread, NULL, write_texts, NULL), 0);
    for (int i = 0; i < 100000; i++) {
        cadre__score_get_text(&shared_text, buf);
        if (strspn(buf, "ab") != strlen(buf) || strlen(buf) > 36)
            ck_abort_msg("\"%s\"", buf);
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(states_have_names)
{
    for (uint32_t s = 0; s <= CADRE__SCORE_STOPPING; s++)
        ck_assert_str_ne(cadre__score_state_name(s), "unknown");
    ck_assert_str_eq(cadre__score_state_name(CADRE__SCORE_STOPPING + 1), "unknown");
    ck_assert_str_eq(cadre__score_state_name(CADRE__SCORE_ACCEPTING), "accepting");
}
END_TEST

UNIT_MAIN("ipc/scoreboard", UNIT_CASE(a_fresh_board_has_no_slot_in_use),
          UNIT_CASE(claiming_clears_what_the_last_one_left),
          UNIT_SIGNAL(a_slot_beyond_the_board_is_a_mistake_that_is_caught, SIGABRT),
          UNIT_CASE(a_worker_sees_its_siblings_through_a_mapping_of_its_own),
          UNIT_CASE(what_is_no_board_is_refused),
          UNIT_CASE(a_scribbled_high_water_stays_within_the_board),
          UNIT_CASE(texts_of_every_length_come_back),
          UNIT_CASE(reading_while_another_writes_stays_within_the_text),
          UNIT_CASE(states_have_names))
