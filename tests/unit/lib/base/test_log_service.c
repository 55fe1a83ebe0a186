/* SPDX-License-Identifier: MIT */
/* The log to syslog and journald, against a socket that plays them. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char folder[] = "/tmp/cadre-test-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int daemon_fd = -1;

static void start_daemon(void)
{
    daemon_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(daemon_fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void stop_daemon(void)
{
    close(daemon_fd);
    unlink(address.sun_path);
}

static void open_log(enum cadre__log_service service)
{
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/log", folder);
    start_daemon();
    fd = cadre__log_service_open(service, address.sun_path);
    ck_assert_int_ge(fd, 0);
    const struct cadre__log_options options = {.fd = fd,
                                               .level = CADRE_LOG_INFO,
                                               .role = "worker 2",
                                               .generation = 3,
                                               .service = service,
                                               .facility = LOG_LOCAL3};
    ck_assert_int_eq(cadre__log_open(&options), 0);
    close(fd);
}

static void done(void)
{
    stop_daemon();
    rmdir(folder);
}

/* The next datagram; "" for none. */
static const char *received(void)
{
    static char text[16384];
    ssize_t n = recv(daemon_fd, text, sizeof(text) - 1, MSG_DONTWAIT);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static CADRE_PRINTF(1, 2) void log_fields(const char *fmt, ...)
{
    const struct cadre_log_field fields[] = {
        {.key = "user.id", .type = CADRE_LOG_TYPE_INT, .value.i = 7},
        {.key = "name", .type = CADRE_LOG_TYPE_STR, .value.str = {"A\n\"B", 4}},
    };
    va_list args;

    va_start(args, fmt);
    cadre__vlog_fields(CADRE_LOG_WARNING, NULL, fields, 2, fmt, args);
    va_end(args);
}

START_TEST(syslog_gets_facility_process_and_generation)
{
    char expected[128];
    const char *text;

    open_log(CADRE__LOG_SYSLOG);
    cadre__log(CADRE_LOG_ERROR, "no %s", "luck\nat all");
    text = received();
    ck_assert_msg(strncmp(text, "<155>", 5) == 0, "%s", text); /* local3.err: 19 * 8 + 3 */
    snprintf(expected, sizeof(expected), " cadre[%d]: worker 2: no luck\\nat all generation=3",
             (int)getpid());
    ck_assert_str_eq(text + 5 + strlen("Nov 21 09:52:10"), expected);
    ck_assert(text[5 + 6] == ' ' && text[5 + 9] == ':' && text[5 + 12] == ':');
    done();
}
END_TEST

START_TEST(journald_gets_each_field_as_its_own)
{
    open_log(CADRE__LOG_JOURNAL);
    log_fields("hello\n%s", "PRIORITY=0");
    ck_assert_str_eq(received(),
                     "PRIORITY=4\nSYSLOG_IDENTIFIER=cadre\nCADRE_ROLE=worker 2\n"
                     "CADRE_GENERATION=3\n"
                     "MESSAGE=worker 2: hello\\nPRIORITY=0 user.id=7 name=\"A\\n\\\"B\"\n"
                     "CADRE_USER_ID=7\nCADRE_NAME=A\\n\\\"B\n");
    cadre__log(CADRE_LOG_INFO, "plain");
    ck_assert_str_eq(received(), "PRIORITY=6\nSYSLOG_IDENTIFIER=cadre\nCADRE_ROLE=worker 2\n"
                                 "CADRE_GENERATION=3\nMESSAGE=worker 2: plain\n");
    done();
}
END_TEST

START_TEST(a_line_from_a_signal_handler_is_a_datagram_too)
{
    open_log(CADRE__LOG_SYSLOG);
    cadre__log_in_signal(CADRE_LOG_CRITICAL, "it\ncrashed");
    ck_assert_str_eq(received(), "<154>cadre: worker 2: it?crashed\n");
    done();
}
END_TEST

START_TEST(a_journal_line_from_a_signal_handler_has_its_priority)
{
    open_log(CADRE__LOG_JOURNAL);
    cadre__log_in_signal(CADRE_LOG_CRITICAL, "it crashed");
    ck_assert_str_eq(received(),
                     "PRIORITY=2\nSYSLOG_IDENTIFIER=cadre\nMESSAGE=worker 2: it crashed\n");
    done();
}
END_TEST

START_TEST(a_service_that_was_started_anew_gets_the_next_line)
{
    open_log(CADRE__LOG_JOURNAL);
    stop_daemon();
    cadre__log(CADRE_LOG_INFO, "nobody is there");
    ck_assert_uint_eq(cadre__log_lost(), 1);
    start_daemon();
    cadre__log(CADRE_LOG_INFO, "again");
    ck_assert_ptr_nonnull(strstr(received(), "MESSAGE=worker 2: again\n"));
    ck_assert_ptr_nonnull(strstr(received(), "1 line of this process before the last one"));
    ck_assert_uint_eq(cadre__log_lost(), 1);
    done();
}
END_TEST

START_TEST(a_service_that_does_not_read_loses_lines_and_holds_nobody_up)
{
    unsigned taken = 0;

    open_log(CADRE__LOG_SYSLOG);
    for (unsigned i = 0; i < 2000; i++) /* each waiting a tenth of a second: minutes */
        cadre__log(CADRE_LOG_INFO, "line %u", i);
    ck_assert_uint_gt(cadre__log_lost(), 0);
    while (*received() != '\0')
        taken++;
    ck_assert_uint_eq(taken + cadre__log_lost(), 2000);
    cadre__log(CADRE_LOG_INFO, "now it reads");
    ck_assert_ptr_nonnull(strstr(received(), "now it reads"));
    ck_assert_ptr_nonnull(strstr(received(), "could not be logged"));
    done();
}
END_TEST

START_TEST(a_line_that_is_too_long_is_cut_and_keeps_its_fields)
{
    static char text[2 * CADRE__LOG_LINE_MAX];
    const char *got;

    memset(text, 'x', sizeof(text) - 1);
    open_log(CADRE__LOG_JOURNAL);
    log_fields("%s", text);
    got = received();
    ck_assert_ptr_nonnull(strstr(got, "x...\nCADRE_USER_ID=7\n"));
    done();
}
END_TEST

START_TEST(nobody_at_the_path_is_an_error)
{
    ck_assert_int_eq(cadre__log_service_open(CADRE__LOG_SYSLOG, "/nowhere/log"), -ENOENT);
}
END_TEST

UNIT_MAIN("base/log_service", UNIT_CASE(syslog_gets_facility_process_and_generation),
          UNIT_CASE(journald_gets_each_field_as_its_own),
          UNIT_CASE(a_line_from_a_signal_handler_is_a_datagram_too),
          UNIT_CASE(a_journal_line_from_a_signal_handler_has_its_priority),
          UNIT_CASE(a_service_that_was_started_anew_gets_the_next_line),
          UNIT_CASE(a_service_that_does_not_read_loses_lines_and_holds_nobody_up),
          UNIT_CASE(a_line_that_is_too_long_is_cut_and_keeps_its_fields),
          UNIT_CASE(nobody_at_the_path_is_an_error))
