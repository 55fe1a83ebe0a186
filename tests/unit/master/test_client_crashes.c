/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/client_crashes: reports as `cadre crashes` prints them.
 */
#include "config.h"

#include "master/client_crashes.h"

#include "tests/unit/master/printed.h"
#include "tests/unit/unit.h"

static void check(const char *json, const char *expected)
{
    check_printed(client_crashes_print, "crashes", json, expected);
}

START_TEST(none_is_said_to_be_none)
{
    check("[]", "no crash is known\n");
}
END_TEST

START_TEST(what_is_known_has_a_line)
{
    check("[{\"time\":\"2026-01-01T00:00:00.000Z\",\"process\":\"worker 1\",\"pid\":7,"
          "\"generation\":2,\"cause\":\"SIGSEGV at 0x10\",\"at\":\"reach at shop.c:7\","
          "\"module\":\"shop\",\"handler\":\"reach\",\"request\":\"GET / HTTP/1.1\","
          "\"requests\":1,\"uptime_ms\":1500,\"peak_rss_kib\":3789,\"oom_kills\":0,"
          "\"frames\":[{\"address\":\"0x1\",\"object\":\"/srv/shop.so\",\"function\":\"reach\","
          "\"file\":\"shop.c\",\"line\":7},{\"address\":\"0x2\",\"object\":\"/lib/libc.so.6\"}],"
          "\"threads\":[{\"name\":\"pool thread 1\",\"module\":\"shop\",\"handler\":\"sum\"},"
          "{\"name\":\"pool thread 2\"}]},"
          "{\"time\":\"2025-12-31T00:00:00.000Z\",\"process\":\"steward\",\"pid\":6,"
          "\"generation\":1,\"cause\":\"SIGKILL\",\"reason\":\"too slow\",\"requests\":2,"
          "\"uptime_ms\":60000,\"peak_rss_kib\":1024,\"oom_kills\":1}]",
          "2026-01-01T00:00:00.000Z  worker 1 (pid 7) of generation 2: SIGSEGV at 0x10\n"
          "    at       reach at shop.c:7\n"
          "    module   shop\n"
          "    handler  reach\n"
          "    request  GET / HTTP/1.1\n"
          "    served   1 request in 1s500ms, peak RSS 3.7 MiB\n"
          "    threads  pool thread 1: shop:sum\n"
          "             pool thread 2: \n"
          "    #0       reach at shop.c:7 (/srv/shop.so+0x1)\n"
          "    #1       /lib/libc.so.6+0x2\n"
          "\n"
          "2025-12-31T00:00:00.000Z  steward (pid 6) of generation 1: SIGKILL\n"
          "    killed   too slow\n"
          "    served   2 requests in 1m, peak RSS 1.0 MiB, killed for want of memory\n");
}
END_TEST

UNIT_MAIN("master/client_crashes", UNIT_CASE(none_is_said_to_be_none),
          UNIT_CASE(what_is_known_has_a_line))
