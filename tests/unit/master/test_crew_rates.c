/* SPDX-License-Identifier: MIT */
/* The area of rate limits, of a master and of the one behind it (master/crew_rates.c). */
#include "config.h"

#include "master/crew.h"
#include "master/crew_process.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rates.h"
#include "conf/server_conf.h"
#include "tests/unit/unit.h"

static struct crew before = {.rates_area.fd = -1}, behind = {.rates_area.fd = -1};

static void close_both(void)
{
    cadre__shm_done(&before.rates_area);
    cadre__shm_done(&behind.rates_area);
}

/* Whether one request an hour is granted there. */
static bool take(const struct crew *crew)
{
    const struct cadre__rate rate = {
        .id = 1, .interval_ns = 3600 * CADRE__NSEC_PER_SEC, .burst = 1};
    struct cadre__rate_answer answer;
    struct cadre__rates rates;

    ck_assert_int_eq(cadre__rates_open(&rates, crew->rates_area.addr, crew->rates_area.size), 0);
    cadre__rates_take(&rates, &rate, CADRE_STR("a"), CADRE__NSEC_PER_SEC, &answer);
    return answer.granted;
}

START_TEST(the_next_master_goes_on_with_what_was_counted)
{
    const struct cadre__server_conf conf = {.rate_limit_keys = 1000};

    ck_assert_int_eq(crew_rates_fd(&before), -1);
    ck_assert_int_eq(crew_make_rates(&before, 1, &conf), 0);
    ck_assert(take(&before));
    crew_take_rates(&behind, crew_rates_fd(&before));
    ck_assert_int_ne(crew_rates_fd(&behind), crew_rates_fd(&before));
    ck_assert_int_eq(crew_make_rates(&behind, 2, &conf), 0);
    ck_assert(!take(&behind));
    /* It has it for itself. */
    cadre__shm_done(&before.rates_area);
    ck_assert(!take(&behind));
    close_both();
}
END_TEST

START_TEST(one_of_another_size_makes_its_own)
{
    const struct cadre__server_conf few = {.rate_limit_keys = 1000};
    const struct cadre__server_conf many = {.rate_limit_keys = 100000};

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_eq(crew_make_rates(&before, 1, &few), 0);
    ck_assert(take(&before));
    crew_take_rates(&behind, crew_rates_fd(&before));
    ck_assert_int_eq(crew_make_rates(&behind, 2, &many), 0);
    ck_assert_uint_eq(behind.rates_area.size, cadre__rates_size(100000));
    ck_assert(take(&behind));
    ck_assert(!take(&before));
    /* A reload changes no size. */
    ck_assert_int_eq(crew_make_rates(&behind, 3, &few), 0);
    ck_assert_uint_eq(behind.rates_area.size, cadre__rates_size(100000));
    close_both();
}
END_TEST

START_TEST(what_is_no_such_area_is_not_taken)
{
    const struct cadre__server_conf conf = {.rate_limit_keys = 1000};
    struct cadre__shm other = {.fd = -1};
    int fd = memfd_create("any", MFD_CLOEXEC);

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_int_ge(fd, 0);
    crew_take_rates(&behind, fd);
    ck_assert_int_eq(crew_rates_fd(&behind), -1);
    ck_assert_int_eq(cadre__shm_create(&other, "other", 65536), 0);
    crew_take_rates(&behind, other.fd);
    ck_assert_int_eq(crew_rates_fd(&behind), -1);
    close(fd);
    crew_take_rates(&behind, fd);
    ck_assert_int_eq(crew_rates_fd(&behind), -1);
    ck_assert_int_eq(crew_make_rates(&behind, 1, &conf), 0);
    ck_assert(take(&behind));
    cadre__shm_done(&other);
    close_both();
}
END_TEST

UNIT_MAIN("master/crew_rates", UNIT_CASE(the_next_master_goes_on_with_what_was_counted),
          UNIT_CASE(one_of_another_size_makes_its_own),
          UNIT_CASE(what_is_no_such_area_is_not_taken))
