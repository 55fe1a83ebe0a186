/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/log and <cadre/log.h>: what lines look like, that no input forges one, that lines
 * of many threads stay whole, and that a log that cannot be written costs lines and nothing else.
 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/lib/base/log_sink.h"
#include "tests/unit/unit.h"

/* ---- the form of lines ---- */

START_TEST(a_line_has_time_level_role_and_text)
{
    open_log(false, "worker 1");
    cadre__log(CADRE_LOG_INFO, "listening on %s", "127.0.0.1:80");
    assert_matches(written(), "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\."
                              "[0-9]{3}Z info worker 1: listening on 127\\.0\\.0\\.1:80\n$");
    cadre__log_set_role(NULL);
    cadre__log(CADRE_LOG_CRITICAL, "x");
    assert_matches(written(), "Z critical x\n$");
}
END_TEST

START_TEST(a_line_for_journald_begins_with_its_priority)
{
    open_log(true, "master");
    for (int level = CADRE_LOG_DEBUG; level <= CADRE_LOG_CRITICAL; level++)
        cadre__log((enum cadre_log_level)level, "%s",
                   cadre__log_level_name((enum cadre_log_level)level));
    ck_assert_str_eq(written(), "<7>master: debug\n<6>master: info\n<5>master: notice\n"
                                "<4>master: warning\n<3>master: error\n<2>master: critical\n");
}
END_TEST

START_TEST(lines_below_the_level_are_dropped)
{
    open_log(true, NULL);
    cadre__log_set_level(CADRE_LOG_WARNING);
    cadre__log(CADRE_LOG_NOTICE, "no");
    ck_assert(!cadre__log_is_on(CADRE_LOG_NOTICE));
    ck_assert(cadre__log_is_on(CADRE_LOG_WARNING));
    cadre__log(CADRE_LOG_WARNING, "yes");
    cadre_log(CADRE_LOG_ERROR, NULL, "yes too");
    ck_assert_str_eq(written(), "<4>yes\n<3>yes too\n");
}
END_TEST

START_TEST(fields_follow_the_text_and_are_quoted_where_needed)
{
    open_log(true, NULL);
    struct cadre_log_field fields[] = {
        cadre_log_text("plain", "a/b:c"),
        cadre_log_text("blank", "Anna B"),
        cadre_log_text("empty", ""),
        cadre_log_text("absent", NULL),
        cadre_log_text("quote", "say \"hi\" \\ bye"),
        cadre_log_text("equals", "a=b"),
        cadre_log_str("counted", (struct cadre_str){"abcdef", 3}),
        cadre_log_int("int", -42),
        cadre_log_uint("uint", UINT64_MAX),
        cadre_log_double("double", 0.25),
        cadre_log_bool("bool", true),
        cadre_log_bool("not", false),
        cadre_log_text("bad key=\n", "x"),
    };
    cadre_log_fields(CADRE_LOG_INFO, NULL, fields, sizeof(fields) / sizeof(fields[0]), "order %d",
                     7);
    ck_assert_str_eq(written(),
                     "<6>order 7 plain=a/b:c blank=\"Anna B\" empty=\"\" "
                     "quote=\"say \\\"hi\\\" \\\\ bye\" equals=\"a=b\" counted=abc int=-42 "
                     "uint=18446744073709551615 double=0.25 bool=true not=false bad_key__=x\n");
}
END_TEST

static size_t describe(const struct cadre_request *req, struct cadre_log_field fields[],
                       char buf[CADRE__LOG_DESCRIBE_SIZE])
{
    const char *text = (const char *)(const void *)req;

    snprintf(buf, CADRE__LOG_DESCRIBE_SIZE, "%.99s", text);
    fields[0] = cadre_log_text("request", buf);
    fields[1] = cadre_log_uint("length", strlen(text));
    return 2;
}

static const struct cadre_request *fake_request(const char *text)
{
    return (const struct cadre_request *)(const void *)text;
}

START_TEST(a_request_is_named_as_its_describer_says)
{
    open_log(true, "worker 1");
    cadre_log(CADRE_LOG_INFO, fake_request("12"), "no describer yet");
    cadre__log_set_request_describer(describe);
    cadre_log(CADRE_LOG_INFO, fake_request("12"), "hello");
    cadre_log(CADRE_LOG_INFO, fake_request("GET /\n"), "hello");
    cadre_log(CADRE_LOG_INFO, NULL, "none");
    struct cadre_log_field field = cadre_log_int("n", 1);
    cadre_log_fields(CADRE_LOG_INFO, fake_request("12"), &field, 1, "both");
    ck_assert_str_eq(written(), "<6>worker 1: no describer yet\n"
                                "<6>worker 1: hello request=12 length=2\n"
                                "<6>worker 1: hello request=\"GET /\\n\" length=6\n"
                                "<6>worker 1: none\n"
                                "<6>worker 1: both request=12 length=2 n=1\n");
    char large[1000];
    memset(large, 'r', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    cadre_log(CADRE_LOG_INFO, fake_request(large), "cut");
    ck_assert_uint_lt(strlen(written()), 400);
}
END_TEST

static const struct {
    const char *in, *out;
} escapes[] = {
    {"a\nb", "a\\nb"},
    {"a\r\nb", "a\\r\\nb"},
    {"a\tb", "a\\tb"},
    {"\x1b[31mred", "\\x1b[31mred"},
    {"\x7f\x01", "\\x7f\\x01"},
    {"back\\slash \"quote\"", "back\\slash \"quote\""},
    {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
     "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\xc2\x9b"
     "31m",
     "\\xc2\\x9b31m"},                            /* C1: a CSI in one character */
    {"\xff\xfe", "\\xff\\xfe"},                   /* no UTF-8 */
    {"\xc3", "\\xc3"},                            /* ends too early */
    {"\xe2\x82", "\\xe2\\x82"},                   /* so does this */
    {"\xc0\x8a", "\\xc0\\x8a"},                   /* a line end, spelled too long */
    {"\xe0\x80\x8a", "\\xe0\\x80\\x8a"},          /* longer still */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},          /* a line separator */
    {"\xe2\x80\xae", "\\xe2\\x80\\xae"},          /* turns the direction of writing */
    {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},          /* so does this */
    {"\x80\xbf", "\\x80\\xbf"},                   /* continuations of nothing */
};

START_TEST(text_that_could_forge_a_line_is_escaped)
{
    char expected[200];
    open_log(true, NULL);
    cadre__log(CADRE_LOG_INFO, "%s", escapes[_i].in);
    snprintf(expected, sizeof(expected), "<6>%s\n", escapes[_i].out);
    ck_assert_str_eq(written(), expected);
}
END_TEST

START_TEST(no_byte_in_a_value_or_a_role_ends_the_line)
{
    for (int byte = 0; byte < 256; byte++) {
        char value[] = {'a', (char)byte, 'b'}, role[] = {'r', (char)byte, 0};
        open_log(true, role);
        struct cadre_log_field field = cadre_log_str("k", (struct cadre_str){value, 3});
        cadre_log_fields(CADRE_LOG_INFO, NULL, &field, 1, "%.3s", value);
        const char *text = written();
        size_t len = strlen(text);
        if (len == 0 || strcspn(text, "\n") != len - 1)
            ck_abort_msg("byte %d gives \"%s\"", byte, text);
        for (size_t i = 0; i + 1 < len; i++) {
            if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
                ck_abort_msg("byte %d comes through", byte);
        }
        close(sink);
    }
}
END_TEST

START_TEST(a_long_line_is_cut_and_says_so)
{
    static char large[20000];
    open_log(true, "worker 1");
    memset(large, 'x', sizeof(large) - 1);
    cadre__log(CADRE_LOG_INFO, "%s", large);
    const char *text = written();
    ck_assert_uint_eq(strlen(text), CADRE__LOG_LINE_MAX);
    ck_assert_str_eq(text + CADRE__LOG_LINE_MAX - 5, "x...\n");
    /* In front of an escape and of a character, never in one. */
    for (size_t lead = 0; lead < 8; lead++) {
        for (size_t i = 0; i + 1 < sizeof(large); i++)
            large[i] = i < lead ? 'x' : '\x01';
        cadre__log(CADRE_LOG_INFO, "%s", large);
        ck_assert_ptr_nonnull(strstr(written(), "\\x01...\n"));
        for (size_t i = 0; i + 2 < sizeof(large); i += 2)
            memcpy(large + i, i < lead ? "xx" : "\xc3\xbc", 2);
        large[lead] = 'y';
        large[lead + 1] = 'y';
        if (lead % 2)
            memmove(large, large + 1, sizeof(large) - 1);
        cadre__log(CADRE_LOG_INFO, "%s", large);
        ck_assert_ptr_nonnull(strstr(written(), "\xc3\xbc...\n"));
    }
    memset(large, 'x', sizeof(large) - 1);
    large[8000] = '\0';
    struct cadre_log_field field = cadre_log_text("long", large);
    cadre_log_fields(CADRE_LOG_INFO, NULL, &field, 1, "a value");
    text = written();
    ck_assert_uint_lt(strlen(text), CADRE__LOG_LINE_MAX);
    large[8000] = 'x';
    cadre_log_fields(CADRE_LOG_INFO, NULL, &field, 1, "a value");
    field = cadre_log_text("long", large);
    cadre_log_fields(CADRE_LOG_INFO, NULL, &field, 1, "a value");
    assert_matches(strchr(written(), '\n') + 1, "^<6>worker 1: a value long=x+\\.\\.\\.\n$");
}
END_TEST

START_TEST(errno_survives_and_m_names_it)
{
    open_log(true, NULL);
    errno = ENOENT;
    cadre__log(CADRE_LOG_INFO, "open: %m");
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_str_eq(written(), "<6>open: No such file or directory\n");
}
END_TEST

START_TEST(levels_have_names_both_ways)
{
    enum cadre_log_level level = CADRE_LOG_DEBUG;
    for (int i = 0; cadre__log_level_names[i]; i++) {
        ck_assert_int_eq(cadre__log_level_parse(cadre__log_level_names[i], &level), 0);
        ck_assert_int_eq(level, i);
        ck_assert_str_eq(cadre__log_level_name(level), cadre__log_level_names[i]);
    }
    ck_assert_int_eq(level, CADRE_LOG_CRITICAL);
    ck_assert_int_eq(cadre__log_level_parse("INFO", &level), -EINVAL);
    ck_assert_int_eq(cadre__log_level_parse("", &level), -EINVAL);
    ck_assert_int_eq(level, CADRE_LOG_CRITICAL);
}
END_TEST

START_TEST(the_journal_is_known_by_device_and_inode)
{
    struct stat st;
    char text[100];
    int fd = new_sink();
    ck_assert_int_eq(fstat(fd, &st), 0);
    unsetenv("JOURNAL_STREAM");
    ck_assert(!cadre__log_is_journal(fd));
    snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", text, 1);
    ck_assert(cadre__log_is_journal(fd));
    ck_assert(!cadre__log_is_journal(-1));
    snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino + 1);
    setenv("JOURNAL_STREAM", text, 1);
    ck_assert(!cadre__log_is_journal(fd));
    setenv("JOURNAL_STREAM", "nonsense", 1);
    ck_assert(!cadre__log_is_journal(fd));
}
END_TEST

/* ---- faults ---- */

/* How large a file of this process may become. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void open_log_on(int fd)
{
    struct cadre__log_options options = {
        .fd = fd, .journal_prefix = true, .level = CADRE_LOG_DEBUG};
    ck_assert_int_eq(cadre__log_open(&options), 0);
}

START_TEST(a_full_disk_costs_the_line)
{
    open_log_on(open("/dev/full", O_WRONLY | O_CLOEXEC));
    cadre__log(CADRE_LOG_INFO, "lost");
    cadre__log(CADRE_LOG_INFO, "lost too");
    ck_assert_uint_eq(cadre__log_lost(), 2);
    sink = new_sink();
    ck_assert_int_eq(cadre__log_set_fd(sink), 0);
    cadre__log(CADRE_LOG_INFO, "here again");
    cadre__log(CADRE_LOG_INFO, "and on");
    ck_assert_str_eq(written(),
                     "<6>here again\n<4>2 lines of this process before the last one could not be "
                     "logged\n<6>and on\n");
    ck_assert_uint_eq(cadre__log_lost(), 2);
}
END_TEST

/* The disk has room for one line more, not for the one that tells. */
START_TEST(what_was_lost_is_told_once_there_is_room_for_that)
{
    signal(SIGXFSZ, SIG_IGN);
    open_log(true, NULL);
    limit_files(0);
    cadre__log(CADRE_LOG_INFO, "lost");
    limit_files(14);
    cadre__log(CADRE_LOG_INFO, "one line");
    limit_files(RLIM_INFINITY);
    ck_assert_uint_eq(cadre__log_lost(), 2);
    cadre__log(CADRE_LOG_INFO, "more");
    ck_assert_ptr_nonnull(strstr(written(), "<6>more\n<4>2 lines of this process before"));
}
END_TEST

START_TEST(a_closed_pipe_costs_the_line_and_no_signal)
{
    int ends[2];
    if (_i == 0)
        ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    else
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    signal(SIGPIPE, SIG_DFL);
    open_log_on(ends[1]);
    close(ends[0]);
    cadre__log(CADRE_LOG_INFO, "lost");
    ck_assert_uint_eq(cadre__log_lost(), 1);
    /* Nothing is left behind: no pending signal, no blocked one. */
    sigset_t set;
    sigpending(&set);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &set);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
}
END_TEST

START_TEST(a_signal_that_was_pending_before_stays_pending)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    open_log_on(ends[1]);
    close(ends[0]);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    raise(SIGPIPE);
    cadre__log(CADRE_LOG_INFO, "lost");
    sigpending(&set);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 1);
}
END_TEST

START_TEST(a_line_cut_by_the_system_does_not_run_into_the_next)
{
    static char large[7000];
    const char *text;

    signal(SIGXFSZ, SIG_IGN);
    open_log(true, NULL);
    memset(large, 'x', sizeof(large) - 1);
    /* The first line comes in part, the second one not at all. */
    limit_files(4096);
    cadre__log(CADRE_LOG_INFO, "%s", large);
    uint64_t lost = cadre__log_lost();
    cadre__log(CADRE_LOG_INFO, "no room");
    limit_files(RLIM_INFINITY);
    cadre__log(CADRE_LOG_INFO, "next");
    cadre__log(CADRE_LOG_INFO, "one more");
    ck_assert_uint_eq(lost, 1);
    ck_assert_uint_eq(cadre__log_lost(), 2);
    text = written();
    ck_assert_int_eq(memcmp(text, "<6>xxx", 6), 0);
    ck_assert_str_eq(text + 4090, "xxxxxx\n<6>next\n<4>2 lines of this process before the last one "
                                  "could not be logged\n<6>one more\n");
}
END_TEST

START_TEST(a_line_of_a_pipe_is_cut_where_it_could_be_mixed_with_others)
{
    static char large[7000], text[8192];
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    open_log_on(ends[1]);
    memset(large, 'x', sizeof(large) - 1);
    cadre__log(CADRE_LOG_INFO, "%s", large);
    ck_assert_int_eq(read(ends[0], text, sizeof(text)), PIPE_BUF);
    ck_assert_int_eq(memcmp(text + PIPE_BUF - 5, "x...\n", 5), 0);
    ck_assert_uint_eq(cadre__log_lost(), 0);
}
END_TEST

START_TEST(a_bad_descriptor_leaves_the_log_as_it_was)
{
    open_log(true, NULL);
    struct cadre__log_options options = {.fd = 999, .level = CADRE_LOG_ERROR, .role = "new"};
    ck_assert_int_eq(cadre__log_open(&options), -EBADF);
    ck_assert_int_eq(cadre__log_set_fd(-1), -EBADF);
    cadre__log(CADRE_LOG_INFO, "as before");
    ck_assert_str_eq(written(), "<6>as before\n");
}
END_TEST

START_TEST(the_log_keeps_its_own_descriptor)
{
    open_log(true, NULL);
    int number = sink, again = cadre__fd_dup(sink);
    close(number);
    /* Something else takes the number. */
    int other = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(other, number);
    cadre__log(CADRE_LOG_INFO, "arrives");
    sink = again;
    ck_assert_str_eq(written(), "<6>arrives\n");
    ck_assert_uint_eq(cadre__log_lost(), 0);
}
END_TEST

START_TEST(before_it_is_opened_the_log_is_standard_error)
{
    sink = new_sink();
    ck_assert_int_eq(dup2(sink, STDERR_FILENO), STDERR_FILENO);
    cadre__log(CADRE_LOG_DEBUG, "not at this level");
    cadre__log(CADRE_LOG_INFO, "early");
    assert_matches(written(), "Z info early\n$");
}
END_TEST

/* ---- threads ---- */

#define N_THREADS 8
#define N_LINES   2000

static atomic_bool stop;

static void *write_lines(void *arg)
{
    int id = *(int *)arg;
    char fill[300];
    for (int i = 0; i < N_LINES; i++) {
        int len = (id * 31 + i * 7) % (int)sizeof(fill);
        memset(fill, 'a' + id, sizeof(fill));
        struct cadre_log_field field = cadre_log_int("n", i);
        cadre_log_fields(CADRE_LOG_INFO, NULL, &field, 1, "%d %.*s.", id, len, fill);
    }
    return NULL;
}

static void *change_settings(void *arg)
{
    (void)arg;
    int files[2] = {sink, new_sink()};
    char role[32];
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        snprintf(role, sizeof(role), "role%u%u", i % 10, i % 10);
        cadre__log_set_role(role);
        ck_assert_int_eq(cadre__log_set_fd(files[i % 2]), 0);
        cadre__log_set_level(i % 2 ? CADRE_LOG_DEBUG : CADRE_LOG_INFO);
        usleep(100);
    }
    /* Both together hold everything. */
    struct stat st;
    ck_assert_int_eq(fstat(files[1], &st), 0);
    char *rest = malloc((size_t)st.st_size + 1);
    ck_assert_ptr_nonnull(rest);
    ck_assert_int_eq(pread(files[1], rest, (size_t)st.st_size, 0), st.st_size);
    ck_assert_int_eq(cadre__write_all(sink, rest, (size_t)st.st_size), 0);
    free(rest);
    return NULL;
}

/* Checks a line of write_lines and counts it. */
static void check_line(const char *line, unsigned seen[N_THREADS])
{
    int id, n, at = 0, end = 0;
    char a, b;
    ck_assert_msg(sscanf(line, "<6>role%c%c: %d %n", &a, &b, &id, &at) == 3 && at > 0, "\"%s\"",
                  line);
    if (a != b || id < 0 || id >= N_THREADS)
        ck_abort_msg("\"%s\"", line);
    size_t len = strspn(line + at, (char[]){(char)('a' + id), 0});
    if (sscanf(line + at + len, ". n=%d%n", &n, &end) != 1 || line[at + (int)len + end] != '\0')
        ck_abort_msg("\"%s\"", line);
    seen[id]++;
}

START_TEST(lines_of_many_threads_stay_whole_while_the_log_is_reopened)
{
    pthread_t thread[N_THREADS], changer;
    int id[N_THREADS];
    unsigned seen[N_THREADS] = {0};
    open_log(true, "role00");
    ck_assert_int_eq(pthread_create(&changer, NULL, change_settings, NULL), 0);
    for (int i = 0; i < N_THREADS; i++) {
        id[i] = i;
        ck_assert_int_eq(pthread_create(&thread[i], NULL, write_lines, &id[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(thread[i], NULL);
    atomic_store(&stop, true);
    pthread_join(changer, NULL);
    ck_assert_uint_eq(cadre__log_lost(), 0);
    ck_assert_int_eq(lseek(sink, 0, SEEK_SET), 0);
    FILE *file = fdopen(sink, "r");
    char line[1000];
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        check_line(line, seen);
    }
    fclose(file);
    for (int i = 0; i < N_THREADS; i++)
        ck_assert_uint_eq(seen[i], N_LINES);
}
END_TEST

UNIT_MAIN("base/log", UNIT_CASE(a_line_has_time_level_role_and_text),
          UNIT_CASE(a_line_for_journald_begins_with_its_priority),
          UNIT_CASE(lines_below_the_level_are_dropped),
          UNIT_CASE(fields_follow_the_text_and_are_quoted_where_needed),
          UNIT_CASE(a_request_is_named_as_its_describer_says),
          UNIT_LOOP(text_that_could_forge_a_line_is_escaped, sizeof(escapes) / sizeof(escapes[0])),
          UNIT_CASE(no_byte_in_a_value_or_a_role_ends_the_line),
          UNIT_CASE(a_long_line_is_cut_and_says_so), UNIT_CASE(errno_survives_and_m_names_it),
          UNIT_CASE(levels_have_names_both_ways),
          UNIT_CASE(the_journal_is_known_by_device_and_inode),
          UNIT_CASE(a_full_disk_costs_the_line),
          UNIT_CASE(what_was_lost_is_told_once_there_is_room_for_that),
          UNIT_LOOP(a_closed_pipe_costs_the_line_and_no_signal, 2),
          UNIT_CASE(a_signal_that_was_pending_before_stays_pending),
          UNIT_CASE(a_line_cut_by_the_system_does_not_run_into_the_next),
          UNIT_CASE(a_line_of_a_pipe_is_cut_where_it_could_be_mixed_with_others),
          UNIT_CASE(a_bad_descriptor_leaves_the_log_as_it_was),
          UNIT_CASE(the_log_keeps_its_own_descriptor),
          UNIT_CASE(before_it_is_opened_the_log_is_standard_error),
          UNIT_CASE(lines_of_many_threads_stay_whole_while_the_log_is_reopened))
