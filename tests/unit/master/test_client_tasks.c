/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/client_tasks: what tasks wait for, as `cadre status --tasks` prints it.
 */
#include "config.h"

#include "master/client_tasks.h"

#include "tests/unit/master/printed.h"
#include "tests/unit/unit.h"

static void check(const char *json, const char *expected)
{
    check_printed(client_tasks_print, "workers", json, expected);
}

#define WORKER "\"number\":1,\"generation\":2,\"state\":\"serving\",\"tasks\":"

START_TEST(each_task_has_a_line)
{
    check("[{" WORKER "{\"total\":5,\"list\":["
          "{\"name\":\"read_item\",\"state\":\"waiting\",\"where\":\"cadre_gather\","
          "\"waiting_s\":1.25,\"age_s\":3,\"module\":\"shop\",\"request\":\"GET /7 HTTP/1.1\"},"
          "{\"name\":\"sum\",\"state\":\"running\",\"age_s\":4000,\"handler\":\"read_item\","
          "\"cancels\":1},"
          "{\"name\":\"shop\",\"state\":\"waiting\",\"where\":\"cadre_serving\","
          "\"waiting_s\":3700,\"age_s\":3700}]}}]",
          "\nworker 1, generation 2, serving: 5 tasks, the oldest 3\n"
          "  TASK                      STATE    IN                           FOR     AGE  REQUEST\n"
          "  read_item                 waiting  cadre_gather                1.2s      3s  "
          "shop: GET /7 HTTP/1.1\n"
          "  sum                       running  -                              -   1h06m  "
          "cancelled of handler read_item\n"
          "  shop                      waiting  cadre_serving              1h01m   1h01m  -\n");
}
END_TEST

START_TEST(a_worker_without_them_says_why)
{
    check("[{" WORKER "{\"total\":null,\"list\":[],\"error\":\"it is stuck\"}},"
          "{" WORKER "{\"total\":0,\"list\":[]}},{\"number\":3}]",
          "\nworker 1, generation 2, serving: it is stuck\n"
          "\nworker 1, generation 2, serving: 0 tasks\n");
}
END_TEST

UNIT_MAIN("master/client_tasks", UNIT_CASE(each_task_has_a_line),
          UNIT_CASE(a_worker_without_them_says_why))
