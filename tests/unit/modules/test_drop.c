/* SPDX-License-Identifier: MIT */
/* The file drop (modules/drop), by the test client. */
#include "tests/unit/unit.h"

#include "base/log.h"
#include <cadre/error.h>
#include <cadre/test.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/cadre-test-drop-XXXXXX";

static void remove_folder(void)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir != NULL)
        closedir(dir);
    rmdir(folder);
}

/* How many files the folder holds, also those that arrive. */
static int count_files(void)
{
    DIR *dir = opendir(folder);
    int n = -2; /* "." and ".." */

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

#define OF "-0123456789abcdef-0000000000000000-"

static void make_file(const char *name, int64_t age_s)
{
    const struct timespec times[2] = {{.tv_sec = time(NULL) - age_s},
                                      {.tv_sec = time(NULL) - age_s}};
    char path[400];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A drop with an empty folder, and that further setting. */
static struct cadre_test_client *open_drop(const char *setting)
{
    char directory[64];
    const char *const settings[] = {directory, setting, NULL};

    if (strstr(folder, "XXXXXX") != NULL)
        ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(directory, sizeof(directory), "directory=%s", folder);
    setenv("DROP_SESSION_KEYS", "a-key-of-32-bytes-for-this-test-alone", 1);
    return cadre_test_serve(.file = DROP, .settings = settings);
}

static void close_drop(struct cadre_test_client *client)
{
    ck_assert_int_eq(cadre_test_close(client), 0);
    remove_folder();
}

static const struct cadre_test_response *put(struct cadre_test_client *client, const char *name,
                                             const char *text)
{
    char target[400];

    snprintf(target, sizeof(target), "/files/%s", name);
    return cadre_test_request(client, .method = "PUT", .target = target, .text = text);
}

/* "/files/ID" of what was just sent. */
static const char *link_of(const struct cadre_test_response *res)
{
    static char link[64];

    cadre_assert_status(res, 201);
    snprintf(link, sizeof(link), "/files/%s",
             json_string_value(json_object_get(cadre_test_json(res), "id")));
    return link;
}

START_TEST(what_is_sent_is_listed_taken_and_taken_away)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_response *res = put(client, "h%C3%A9llo%20world.txt", "hello world");
    const char *link = link_of(res);

    cadre_assert_json_at(res, "/name", "\"h\u00e9llo world.txt\"");
    cadre_assert_json_at(res, "/size", "11");
    res = cadre_test_get(client, "/files");
    cadre_assert_json_at(res, "/files/0/name", "\"h\u00e9llo world.txt\"");
    cadre_assert_json_at(res, "/files/0/received", "11");
    cadre_assert_json_at(res, "/files/0/mine", "true");
    cadre_assert_json_at(res, "/files/0/arriving", "false");
    cadre_assert_json_at(res, "/files/0/owner", NULL);
    cadre_assert_json_at(res, "/files/1", NULL);

    res = cadre_test_get(client, link);
    cadre_assert_body(res, "hello world");
    ck_assert_ptr_nonnull(strstr(cadre_test_header(res, "content-disposition"), "attachment"));
    cadre_assert_header(res, "x-content-type-options", "nosniff");
    res = cadre_test_request(client, .target = link,
                             .headers = (const char *[]){"Range: bytes=6-", NULL});
    cadre_assert_status(res, 206);
    cadre_assert_body(res, "world");

    cadre_assert_status(cadre_test_request(client, .method = "DELETE", .target = link), 204);
    cadre_assert_status(cadre_test_get(client, link), 404);
    cadre_assert_status(cadre_test_request(client, .method = "DELETE", .target = link), 404);
    cadre_assert_body(cadre_test_get(client, "/files"), "{\"files\":[]}");
    close_drop(client);
}
END_TEST

START_TEST(only_who_has_sent_a_file_takes_it_away)
{
    struct cadre_test_client *client = open_drop(NULL);
    const char *link = link_of(put(client, "a", "mine"));

    cadre_test_clear_cookies(client);
    cadre_assert_json_at(cadre_test_get(client, "/files"), "/files/0/mine", "false");
    cadre_assert_status(cadre_test_request(client, .method = "DELETE", .target = link), 403);
    cadre_assert_body(cadre_test_get(client, link), "mine");
    close_drop(client);
}
END_TEST

START_TEST(a_form_leads_back_to_the_page)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_file files[] = {
        {.field = "file", .filename = "../../a\\b\n.txt", .text = "one"},
        {.field = "file", .filename = "", .text = "two"},
        {.field = NULL}};
    const struct cadre_test_response *res = cadre_test_request(
        client, .method = "POST", .target = "/files", .files = files, .keep_redirects = true);

    cadre_assert_status(res, 303);
    cadre_assert_header(res, "location", "/");
    ck_assert_int_eq(count_files(), 2);
    ck_assert_ptr_nonnull(strstr(cadre_test_text(cadre_test_get(client, "/files")), "\"unnamed\""));
    ck_assert_ptr_nonnull(
        strstr(cadre_test_text(cadre_test_get(client, "/files")), "\"name\":\".._.._a_b"));
    close_drop(client);
}
END_TEST

/* --- what is acknowledged --- */

/* What the module syncs goes by here. */
static struct {
    unsigned files, folders;
    bool fails; /* of folders */
} synced;

__attribute__((visibility("default"))) int fsync(int fd)
{
    struct stat stat;
    bool is_folder = fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode);

    if (is_folder)
        synced.folders++;
    else
        synced.files++;
    if (is_folder && synced.fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

START_TEST(what_is_acknowledged_is_on_the_disk_with_its_name)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_file files[] = {{.field = "file", .filename = "one", .text = "one"},
                                            {.field = "file", .filename = "two", .text = "two"},
                                            {.field = NULL}};

    cadre_assert_status(put(client, "a", "a"), 201);
    ck_assert_uint_eq(synced.files, 1);
    ck_assert_uint_eq(synced.folders, 1);
    cadre_assert_status(cadre_test_request(client, .method = "POST", .target = "/files",
                                           .files = files, .keep_redirects = true),
                        303);
    ck_assert_uint_eq(synced.files, 3);
    ck_assert_uint_eq(synced.folders, 3);
    synced.fails = true;
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    cadre_assert_status(put(client, "b", "b"), 500);
    ck_assert_int_eq(count_files(), 3);
    close_drop(client);
}
END_TEST

/* As a worker would that settles a file, here for longer. */
static void hold_between_names(int ready)
{
    char from[400], aside[400], to[400];
    int fd = open(folder, O_RDONLY | O_DIRECTORY);

    snprintf(from, sizeof(from), "%s/.0000000000000001" OF "x", folder);
    snprintf(aside, sizeof(aside), "%s.aside", folder);
    snprintf(to, sizeof(to), "%s/0000000000000001" OF "x", folder);
    if (flock(fd, LOCK_EX) < 0 || rename(from, aside) < 0 || write(ready, "x", 1) != 1)
        _exit(1);
    usleep(300 * 1000);
    _exit(rename(aside, to) < 0);
}

START_TEST(a_file_is_not_missed_between_its_two_names)
{
    struct cadre_test_client *client = open_drop(NULL);
    int ready[2], status;
    char byte;
    pid_t pid;

    make_file(".0000000000000001" OF "x", 0);
    ck_assert_int_eq(pipe(ready), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        hold_between_names(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    cadre_assert_json_at(cadre_test_get(client, "/files"), "/files/0/arriving", "false");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    close_drop(client);
}
END_TEST

/* --- what is refused --- */

START_TEST(a_form_without_a_file_says_so)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_file nothing[] = {{.field = "file", .filename = "", .text = ""},
                                              {.field = NULL}};

    cadre_assert_status(
        cadre_test_request(client, .method = "POST", .target = "/files", .files = nothing), 400);
    cadre_assert_status(
        cadre_test_request(client, .method = "POST", .target = "/files", .text = "hello"), 400);
    ck_assert_int_eq(count_files(), 0);
    close_drop(client);
}
END_TEST

static ssize_t pour(void *left_, void *buf, size_t size)
{
    size_t *left = left_, n = size < *left ? size : *left;

    memset(buf, 'x', n);
    *left -= n;
    return (ssize_t)n;
}

START_TEST(what_is_too_large_is_refused_before_or_while_it_comes)
{
    struct cadre_test_client *client = open_drop("max_file_mib=1");
    size_t left = 3 << 20;
    const struct cadre_test_response *res =
        cadre_test_request(client, .method = "PUT", .target = "/files/a", .text = "x",
                           .headers = (const char *[]){"content-length: 1048577", NULL});

    cadre_assert_status(res, 413);
    cadre_assert_json(res, "{\"detail\":\"The file is larger than this drop takes.\"}");
    res = cadre_test_request(client, .method = "PUT", .target = "/files/a", .read_body = pour,
                             .arg = &left);
    cadre_assert_status(res, 413);
    ck_assert_int_gt(left, 1 << 20);
    ck_assert_int_eq(count_files(), 0);
    left = 1 << 20;
    res = cadre_test_request(client, .method = "PUT", .target = "/files/a", .read_body = pour,
                             .arg = &left);
    cadre_assert_status(res, 201);
    cadre_assert_json_at(res, "/size", "1048576");
    close_drop(client);
}
END_TEST

static int status_of_put(struct cadre_test_client *client, size_t bytes)
{
    return cadre_test_status(cadre_test_request(client, .method = "PUT", .target = "/files/a",
                                                .read_body = pour, .arg = &bytes));
}

START_TEST(a_full_drop_says_so)
{
    struct cadre_test_client *client = open_drop("max_total_mib=1");

    ck_assert_int_eq(status_of_put(client, (1 << 20) + 1), 507);
    ck_assert_int_eq(count_files(), 0);
    close_drop(client);
    snprintf(folder, sizeof(folder), "/tmp/cadre-test-drop-XXXXXX");
    client = open_drop("max_total_mib=1");
    ck_assert_int_eq(status_of_put(client, 1 << 20), 201);
    close_drop(client);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_refused)
{
    struct cadre_test_client *client = open_drop(NULL);
    char name[300];

    memset(name, 'n', sizeof(name));
    name[204] = '\0';
    cadre_assert_status(put(client, name, "x"), 400);
    name[203] = '\0';
    cadre_assert_status(put(client, name, "x"), 201);
    close_drop(client);
}
END_TEST

/* --- arrivals and events --- */

/* Reads from a stream of events until the text has come. What came before it is forgotten. */
static void read_until(struct cadre_test_stream *stream, const char *text)
{
    static char seen[100000];
    size_t len = 0;

    seen[0] = '\0';
    while (strstr(seen, text) == NULL) {
        ssize_t n = cadre_test_stream_read(stream, seen + len, sizeof(seen) - len - 1);

        ck_assert_msg(n > 0, "no \"%s\" in: %s", text, seen);
        len += (size_t)n;
        seen[len] = '\0';
    }
}

static struct cadre_test_stream *open_events(struct cadre_test_client *client, const char *last)
{
    const char *const headers[] = {last, NULL};

    return cadre_test_stream_open(
        client, &(struct cadre_test_request){.target = "/events", .headers = headers}, false);
}

START_TEST(pages_are_told_of_what_arrives_and_what_goes)
{
    struct cadre_test_client *client = open_drop(NULL);
    struct cadre_test_stream *events, *upload;
    const struct cadre_test_request request = {.method = "PUT",
                                               .target = "/files/slow.bin",
                                               .headers =
                                                   (const char *[]){"content-length: 10", NULL}};

    cadre_assert_status(cadre_test_get(client, "/"), 200);
    events = open_events(client, NULL);
    read_until(events, "data: {\"files\":[]}\n");
    upload = cadre_test_stream_open(client, &request, true);
    ck_assert_int_eq(cadre_test_stream_write(upload, "12345", 5), 0);
    read_until(events, "\"size\":10,\"received\":5,");
    ck_assert_int_eq(cadre_test_stream_write(upload, "67890", 5), 0);
    cadre_test_stream_write_end(upload);
    const char *link = link_of(cadre_test_stream_end(upload));
    read_until(events, "\"arriving\":false,\"mine\":true");
    cadre_assert_status(cadre_test_request(client, .method = "DELETE", .target = link), 204);
    read_until(events, "data: {\"files\":[]}\n");
    cadre_test_stream_leave(events);
    cadre_test_stream_end(events);
    close_drop(client);
}
END_TEST

/* Empty files, too, make the list longer that all pages are told; and those that have just come, of
 * which no list was read yet. */
START_TEST(a_drop_of_many_files_is_full)
{
    struct cadre_test_client *client = open_drop("max_files=2");
    const struct cadre_test_request request = {.method = "PUT", .target = "/files/a"};
    const struct cadre_test_file files[] = {{.field = "file", .filename = "b", .text = "one"},
                                            {.field = "file", .filename = "c", .text = "two"},
                                            {.field = NULL}};
    struct cadre_test_stream *upload = cadre_test_stream_open(client, &request, true);

    ck_assert_int_eq(cadre_test_stream_write(upload, "x", 1), 0);
    cadre_assert_status(
        cadre_test_request(client, .method = "POST", .target = "/files", .files = files), 507);
    ck_assert_int_eq(count_files(), 2);
    cadre_assert_status(put(client, "d", ""), 507);
    cadre_test_stream_write_end(upload);
    const char *link = link_of(cadre_test_stream_end(upload));
    cadre_assert_status(put(client, "d", ""), 507);
    cadre_assert_status(cadre_test_request(client, .method = "DELETE", .target = link), 204);
    cadre_assert_status(put(client, "d", ""), 201);
    ck_assert_int_eq(count_files(), 2);
    close_drop(client);
}
END_TEST

/* Not a second time while it arrives, by what the folder has of it. */
START_TEST(an_upload_is_counted_once)
{
    static const char part[450000];
    struct cadre_test_client *client = open_drop("max_total_mib=1");
    struct cadre_test_stream *events = open_events(client, NULL), *upload;
    const struct cadre_test_request request = {.method = "PUT", .target = "/files/a"};
    const struct cadre_test_response *res;

    read_until(events, "data: {\"files\":[]}\n");
    upload = cadre_test_stream_open(client, &request, true);
    ck_assert_int_eq(cadre_test_stream_write(upload, part, sizeof(part)), 0);
    read_until(events, "\"received\":450000,");
    ck_assert_int_eq(cadre_test_stream_write(upload, part, sizeof(part)), 0);
    cadre_test_stream_write_end(upload);
    res = cadre_test_stream_end(upload);
    cadre_assert_status(res, 201);
    cadre_assert_json_at(res, "/size", "900000");
    cadre_test_stream_leave(events);
    cadre_test_stream_end(events);
    close_drop(client);
}
END_TEST

START_TEST(a_page_that_comes_back_misses_nothing)
{
    struct cadre_test_client *client = open_drop(NULL);
    struct cadre_test_stream *events = open_events(client, NULL);
    char text[4000], last[64] = "Last-Event-ID: ";
    const char *id = "";
    ssize_t n;

    read_until(events, "event: files\ndata: {\"files\":[]}\n");
    put(client, "a", "1");
    read_until(events, "\"arriving\":false");
    cadre_test_drain(client);
    while (cadre_test_stream_read(events, text, sizeof(text)) > 0) {
    }
    const struct cadre_test_response *res = cadre_test_stream_end(events);
    ck_assert(!cadre_test_is_cut(res));
    for (const char *at = cadre_test_text(res); (at = strstr(at, "\nid: ")) != NULL; at++)
        id = at + 5;
    snprintf(last + 15, sizeof(last) - 15, "%.*s", (int)strcspn(id, "\n"), id);
    ck_assert_int_eq(cadre_test_close(client), 0);

    /* nothing has happened meanwhile: nothing is said but pings */
    client = open_drop(NULL);
    events = open_events(client, last);
    do {
        n = cadre_test_stream_read(events, text, sizeof(text) - 1);
        ck_assert_int_gt(n, 0);
        text[n] = '\0';
        ck_assert_ptr_null(strstr(text, "data"));
    } while (strstr(text, "ping") == NULL);
    put(client, "b", "2");
    read_until(events, "\"name\":\"b\"");
    cadre_test_stream_leave(events);
    cadre_test_stream_end(events);

    /* something has: it is said at once */
    events = open_events(client, last);
    read_until(events, "\"name\":\"b\"");
    cadre_test_stream_leave(events);
    cadre_test_stream_end(events);
    close_drop(client);
}
END_TEST

START_TEST(of_one_that_breaks_off_nothing_is_left)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_request request = {.method = "PUT", .target = "/files/half"};
    struct cadre_test_stream *upload = cadre_test_stream_open(client, &request, true);

    ck_assert_int_eq(cadre_test_stream_write(upload, "half", 4), 0);
    cadre_test_stream_leave(upload);
    cadre_test_stream_end(upload);
    ck_assert_int_eq(count_files(), 0);
    close_drop(client);
}
END_TEST

/* --- age --- */

START_TEST(what_is_old_goes_and_what_is_not_ours_stays)
{
    struct cadre_test_client *client = open_drop("keep_days=2");

    make_file("0000000000000001" OF "old", 3 * 86400);
    make_file("0000000000000002" OF "new", 86400);
    make_file(".0000000000000003" OF "dead", 4000);
    make_file(".0000000000000004" OF "alive", 3000);
    make_file("notes.txt", 9 * 86400);
    const struct cadre_test_response *res = cadre_test_get(client, "/files");
    cadre_assert_json_at(res, "/files/0/name", "\"alive\"");
    cadre_assert_json_at(res, "/files/0/arriving", "true");
    cadre_assert_json_at(res, "/files/1/name", "\"new\"");
    cadre_assert_json_at(res, "/files/2", NULL);
    ck_assert_int_eq(count_files(), 3);
    cadre_assert_status(cadre_test_get(client, "/files/0000000000000004"), 404);
    close_drop(client);
}
END_TEST

/* Of the form of our names, but nothing that was sent; also where it is old and stays. */
START_TEST(what_is_no_file_is_not_one_of_ours)
{
    struct cadre_test_client *client = open_drop("keep_days=2");
    const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char path[400];

    snprintf(path, sizeof(path), "%s/0000000000000005" OF "folder", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    cadre_assert_body(cadre_test_get(client, "/files"), "{\"files\":[]}");
    ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
    cadre_assert_body(cadre_test_get(client, "/files"), "{\"files\":[]}");
    ck_assert_int_eq(rmdir(path), 0);
    close_drop(client);
}
END_TEST

START_TEST(the_page_is_careful)
{
    struct cadre_test_client *client = open_drop(NULL);
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_header(res, "content-type", "text/html; charset=utf-8");
    ck_assert_ptr_nonnull(
        strstr(cadre_test_header(res, "content-security-policy"), "default-src 'self'"));
    ck_assert_ptr_nonnull(cadre_test_cookie(client, "drop"));
    ck_assert_ptr_null(strstr(cadre_test_text(res), "style="));
    ck_assert_ptr_null(strstr(cadre_test_text(res), "://"));
    cadre_assert_header(cadre_test_get(client, "/page.css"), "content-type",
                        "text/css; charset=utf-8");
    cadre_assert_header(cadre_test_get(client, "/page.js"), "content-type",
                        "text/javascript; charset=utf-8");
    close_drop(client);
}
END_TEST

START_TEST(a_folder_that_cannot_be_is_said)
{
    static const char *const settings[] = {"directory=/proc/none", NULL};
    const struct cadre_test_module module = {.file = DROP, .settings = settings};
    const struct cadre_test_app app = {.modules = &module, .n_modules = 1};
    struct cadre_test_client *client;
    char why[400] = "";

    setenv("DROP_SESSION_KEYS", "a-key-of-32-bytes-for-this-test-alone", 1);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -CADRE_ESTARTUP);
    ck_assert_msg(strstr(why, "cannot keep files in \"/proc/none\": No such file") != NULL, "%s",
                  why);
}
END_TEST

UNIT_MAIN("modules/drop", UNIT_CASE(what_is_sent_is_listed_taken_and_taken_away),
          UNIT_CASE(only_who_has_sent_a_file_takes_it_away),
          UNIT_CASE(a_form_leads_back_to_the_page),
          UNIT_CASE(what_is_acknowledged_is_on_the_disk_with_its_name),
          UNIT_CASE(a_file_is_not_missed_between_its_two_names),
          UNIT_CASE(a_form_without_a_file_says_so),
          UNIT_CASE(what_is_too_large_is_refused_before_or_while_it_comes),
          UNIT_CASE(a_full_drop_says_so), UNIT_CASE(a_name_that_is_too_long_is_refused),
          UNIT_CASE(pages_are_told_of_what_arrives_and_what_goes),
          UNIT_CASE(a_drop_of_many_files_is_full), UNIT_CASE(an_upload_is_counted_once),
          UNIT_CASE(a_page_that_comes_back_misses_nothing),
          UNIT_CASE(of_one_that_breaks_off_nothing_is_left),
          UNIT_CASE(what_is_old_goes_and_what_is_not_ours_stays),
          UNIT_CASE(what_is_no_file_is_not_one_of_ours), UNIT_CASE(the_page_is_careful),
          UNIT_CASE(a_folder_that_cannot_be_is_said))
