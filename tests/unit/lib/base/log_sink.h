/* SPDX-License-Identifier: MIT */
/* tests: a log that writes into memory, and what was written. */
#ifndef CADRE_TESTS_LOG_SINK_H
#define CADRE_TESTS_LOG_SINK_H

#include <fcntl.h>
#include <regex.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/unit.h"

static int sink; /* a memfd that the log appends to */

static inline int new_sink(void)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_APPEND), 0);
    return fd;
}

static inline void open_log(bool journal, const char *role)
{
    sink = new_sink();
    struct cadre__log_options options = {
        .fd = sink, .journal_prefix = journal, .level = CADRE_LOG_DEBUG, .role = role};
    ck_assert_int_eq(cadre__log_open(&options), 0);
}

/* All that was written since the last call. */
static inline const char *written(void)
{
    static char text[100000];
    ssize_t n = pread(sink, text, sizeof(text) - 1, 0);
    ck_assert_int_ge(n, 0);
    text[n] = '\0';
    ck_assert_int_eq(ftruncate(sink, 0), 0);
    return text;
}

static inline void assert_matches(const char *text, const char *pattern)
{
    regex_t re;
    ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_msg(regexec(&re, text, 0, NULL, 0) == 0, "\"%s\" does not match \"%s\"", text,
                  pattern);
    regfree(&re);
}

#endif
