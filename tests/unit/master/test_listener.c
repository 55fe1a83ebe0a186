/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/listener, unix_file and bind_error: real sockets on the loopback and in a
 * private folder.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "master/listener.h"
#include "master/unix_file.h"

static char folder[] = "/tmp/cadre-test-XXXXXX";
static struct cadre__conf_errors errs;
static unsigned began;

static void on_listening(const struct listener_entry *entry, void *arg)
{
    (void)entry;
    (void)arg;
    began++;
}

static struct cadre__listen_conf tcp(const char *name, const char *host, unsigned port)
{
    struct cadre__listen_conf conf = {
        .name = name, .address = host, .backlog = 16, .file = "cadre.conf", .line = 3};
    struct sockaddr_in *in = (void *)&conf.sockaddr;

    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)port);
    ck_assert_int_eq(inet_pton(AF_INET, host, &in->sin_addr), 1);
    conf.sockaddr_len = sizeof(*in);
    return conf;
}

static struct cadre__listen_conf tcp6(const char *name, bool only)
{
    struct cadre__listen_conf conf = {
        .name = name, .address = "[::1]:0", .backlog = 16, .ipv6_only = only, .file = "cadre.conf"};
    struct sockaddr_in6 *in6 = (void *)&conf.sockaddr;

    in6->sin6_family = AF_INET6;
    in6->sin6_addr = in6addr_loopback;
    conf.sockaddr_len = sizeof(*in6);
    return conf;
}

/* The private folder of the case; every case runs in a process of its own. */
static void make_folder(void)
{
    if (strstr(folder, "XXXXXX") != NULL)
        ck_assert_ptr_nonnull(mkdtemp(folder));
}

static struct cadre__listen_conf local(const char *name, const char *file)
{
    static char address[4][160];
    static unsigned next;
    char *text = address[next++ % 4];
    struct cadre__listen_conf conf = {
        .name = name, .address = text, .backlog = 16, .mode = 0640, .file = "cadre.conf"};
    struct sockaddr_un *un = (void *)&conf.sockaddr;

    make_folder();
    un->sun_family = AF_UNIX;
    snprintf(un->sun_path, sizeof(un->sun_path), "%.40s/%.40s", folder, file);
    snprintf(text, sizeof(address[0]), "unix:%.100s", un->sun_path);
    conf.sockaddr_len = sizeof(*un);
    return conf;
}

static const char *path_of(const struct cadre__listen_conf *conf)
{
    return ((const struct sockaddr_un *)(const void *)&conf->sockaddr)->sun_path;
}

static int bind_all(struct listener_set *set, struct cadre__listen_conf *list, size_t n,
                    const struct listener_set *old)
{
    const struct cadre__server_conf conf = {.listen = list, .n_listen = n};

    return listener_set_bind(set, &conf, old, NULL, &errs);
}

static int listen_all(struct listener_set *set)
{
    return listener_set_listen(set, on_listening, NULL, &errs);
}

/* 0, or the errno of a connect to where a listener is bound. */
static int try_connect(const struct listener *l)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    int fd, r = 0;

    ck_assert_int_eq(getsockname(l->fd, (struct sockaddr *)&address, &len), 0);
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, len) < 0)
        r = errno;
    close(fd);
    return r;
}

static const char *first_error(void)
{
    static char text[1024];

    ck_assert_uint_ge(cadre__conf_errors_count(&errs), 1);
    cadre__conf_errors_format(&errs, 0, text, sizeof(text));
    return text;
}

static void set_up(void)
{
    cadre__conf_errors_init(&errs);
    make_folder();
}

static void tear_down(void)
{
    cadre__conf_errors_done(&errs);
    ck_assert_msg(rmdir(folder) == 0, "a file is left behind");
}

START_TEST(nobody_can_connect_before_it_listens)
{
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1", 0)};
    struct listener_set set;

    set_up();
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(strncmp(set.entries[0].listener->address, "127.0.0.1:", 10), 0);
    ck_assert_str_ne(set.entries[0].listener->address, "127.0.0.1:0");
    ck_assert_int_eq(try_connect(set.entries[0].listener), ECONNREFUSED);
    ck_assert_int_eq(listen_all(&set), 0);
    ck_assert_uint_eq(began, 1);
    ck_assert_int_eq(try_connect(set.entries[0].listener), 0);
    ck_assert_int_eq(listen_all(&set), 0);
    ck_assert_uint_eq(began, 1);
    listener_set_close(&set);
    tear_down();
}
END_TEST

START_TEST(ipv6_is_bound_and_named)
{
    struct cadre__listen_conf list[] = {tcp6("web", true)};
    struct listener_set set;
    int only = 0;
    socklen_t len = sizeof(only);

    set_up();
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(strncmp(set.entries[0].listener->address, "[::1]:", 6), 0);
    ck_assert_int_eq(
        getsockopt(set.entries[0].listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len), 0);
    ck_assert_int_eq(only, 1);
    listener_set_close(&set);
    tear_down();
}
END_TEST

START_TEST(all_are_bound_or_none)
{
    struct cadre__listen_conf taken[] = {tcp("other", "127.0.0.1", 0)};
    struct cadre__listen_conf list[] = {local("one", "one.sock"), tcp("two", "127.0.0.1", 1),
                                        tcp("three", "192.0.2.1", 80)};
    struct sockaddr_in *in = (void *)&list[1].sockaddr;
    struct listener_set other, set;
    struct sockaddr_in bound;
    socklen_t len = sizeof(bound);

    set_up();
    ck_assert_int_eq(bind_all(&other, taken, 1, NULL), 0);
    ck_assert_int_eq(listen_all(&other), 0);
    getsockname(other.entries[0].listener->fd, (struct sockaddr *)&bound, &len);
    in->sin_port = bound.sin_port;
    ck_assert_int_eq(bind_all(&set, list, 3, NULL), -EINVAL);
    ck_assert_uint_eq(set.n, 0);
    ck_assert_uint_eq(cadre__conf_errors_count(&errs), 2); /* both are told */
    ck_assert_ptr_nonnull(strstr(first_error(), "cadre.conf:3: listen \"two\": cannot listen on"));
    ck_assert_ptr_nonnull(strstr(first_error(), "listens there: stop it, or choose another port"));
    ck_assert_int_ne(access(path_of(&list[0]), F_OK), 0);
    listener_set_close(&other);
    tear_down();
}
END_TEST

START_TEST(the_holder_of_an_address_is_named)
{
    struct cadre__listen_conf list[] = {local("web", "web.sock")};
    struct listener_set first, second;
    char expected[64];

    set_up();
    ck_assert_int_eq(bind_all(&first, list, 1, NULL), 0);
    ck_assert_int_eq(listen_all(&first), 0);
    ck_assert_int_eq(bind_all(&second, list, 1, NULL), -EINVAL);
    snprintf(expected, sizeof(expected), "(pid %d) listens there", (int)getpid());
    ck_assert_ptr_nonnull(strstr(first_error(), expected));
    listener_set_close(&first);
    tear_down();
}
END_TEST

START_TEST(a_kept_address_keeps_its_socket_and_what_waits_in_it)
{
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1", 0), local("sock", "a.sock")};
    struct cadre__listen_conf next[] = {local("renamed", "a.sock"), tcp("web", "127.0.0.1", 0),
                                        tcp("more", "127.0.0.1", 0)};
    struct listener_set old, set;

    set_up();
    ck_assert_int_eq(bind_all(&old, list, 2, NULL), 0);
    ck_assert_int_eq(listen_all(&old), 0);
    ck_assert_int_eq(bind_all(&set, next, 3, &old), 0);
    ck_assert_ptr_eq(set.entries[0].listener, old.entries[1].listener);
    ck_assert_ptr_eq(set.entries[1].listener, old.entries[0].listener);
    ck_assert_ptr_ne(set.entries[2].listener, old.entries[0].listener);
    listener_set_close(&old);
    ck_assert_int_eq(try_connect(set.entries[0].listener), 0);
    ck_assert_int_eq(try_connect(set.entries[1].listener), 0);
    ck_assert_int_eq(try_connect(set.entries[2].listener), ECONNREFUSED);
    listener_set_close(&set);
    tear_down();
}
END_TEST

START_TEST(listeners_of_one_address_and_no_port_are_kept_by_name)
{
    struct cadre__listen_conf list[] = {tcp("a", "127.0.0.1", 0), tcp("b", "127.0.0.1", 0)};
    struct cadre__listen_conf next[] = {tcp("b", "127.0.0.1", 0), tcp("a", "127.0.0.1", 0)};
    struct listener_set old, set;

    set_up();
    ck_assert_int_eq(bind_all(&old, list, 2, NULL), 0);
    ck_assert_int_eq(bind_all(&set, next, 2, &old), 0);
    ck_assert_ptr_eq(set.entries[0].listener, old.entries[1].listener);
    ck_assert_ptr_eq(set.entries[1].listener, old.entries[0].listener);
    listener_set_close(&set);
    listener_set_close(&old);
    tear_down();
}
END_TEST

START_TEST(a_unix_socket_has_its_mode_and_goes_with_the_last_set)
{
    struct cadre__listen_conf list[] = {local("web", "web.sock")};
    struct cadre__listen_conf next[] = {local("web", "web.sock")};
    struct listener_set old, set;
    struct stat st;

    set_up();
    next[0].mode = 0600;
    ck_assert_int_eq(bind_all(&old, list, 1, NULL), 0);
    ck_assert_int_eq(stat(path_of(&list[0]), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0640);
    ck_assert_int_eq(listen_all(&old), 0);
    ck_assert_int_eq(bind_all(&set, next, 1, &old), 0);
    ck_assert_int_eq(listen_all(&set), 0);
    listener_set_close(&old);
    ck_assert_int_eq(stat(path_of(&list[0]), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    listener_set_close(&set);
    ck_assert_int_ne(access(path_of(&list[0]), F_OK), 0);
    tear_down();
}
END_TEST

START_TEST(a_stale_unix_socket_is_replaced)
{
    struct cadre__listen_conf list[] = {local("web", "web.sock")};
    struct listener_set set;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    set_up();
    list[0] = local("web", "web.sock");
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&list[0].sockaddr, list[0].sockaddr_len), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    close(fd);
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), 0);
    ck_assert_int_eq(listen_all(&set), 0);
    ck_assert_int_eq(try_connect(set.entries[0].listener), 0);
    listener_set_close(&set);
    tear_down();
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
    struct cadre__listen_conf list[1];
    struct listener_set set;
    struct stat st;
    FILE *file;

    set_up();
    list[0] = local("web", "precious");
    file = fopen(path_of(&list[0]), "w");
    ck_assert_ptr_nonnull(file);
    fputs("precious", file);
    fclose(file);
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), -EINVAL);
    ck_assert_ptr_nonnull(strstr(first_error(), "which is no socket"));
    ck_assert_int_eq(stat(path_of(&list[0]), &st), 0);
    ck_assert_int_eq(st.st_size, 8);
    unlink(path_of(&list[0]));
    tear_down();
}
END_TEST

START_TEST(the_file_of_another_server_is_not_removed)
{
    struct cadre__listen_conf list[1];
    struct listener_set first, second;

    set_up();
    list[0] = local("web", "web.sock");
    ck_assert_int_eq(bind_all(&first, list, 1, NULL), 0);
    /* The first one does not listen yet, so for the second it is stale. */
    ck_assert_int_eq(bind_all(&second, list, 1, NULL), 0);
    ck_assert_int_eq(listen_all(&first), -EINVAL);
    ck_assert_int_eq(listen_all(&second), 0);
    listener_set_close(&first);
    ck_assert_int_eq(access(path_of(&list[0]), F_OK), 0);
    ck_assert_int_eq(try_connect(second.entries[0].listener), 0);
    listener_set_close(&second);
    tear_down();
}
END_TEST

START_TEST(a_kept_unix_socket_whose_file_was_removed_is_bound_anew)
{
    struct cadre__listen_conf list[1];
    struct listener_set old, set;

    set_up();
    list[0] = local("web", "web.sock");
    ck_assert_int_eq(bind_all(&old, list, 1, NULL), 0);
    unlink(path_of(&list[0]));
    ck_assert_int_eq(bind_all(&set, list, 1, &old), 0);
    ck_assert_ptr_ne(set.entries[0].listener, old.entries[0].listener);
    ck_assert_int_eq(access(path_of(&list[0]), F_OK), 0);
    listener_set_close(&old);
    ck_assert_int_eq(access(path_of(&list[0]), F_OK), 0);
    listener_set_close(&set);
    tear_down();
}
END_TEST

START_TEST(a_missing_folder_is_named_with_its_remedy)
{
    struct cadre__listen_conf list[1];
    struct listener_set set;

    set_up();
    list[0] = local("web", "missing/web.sock");
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), -EINVAL);
    ck_assert_ptr_nonnull(strstr(first_error(), "its folder does not exist: create it"));
    tear_down();
}
END_TEST

START_TEST(an_address_of_no_interface_is_named_with_its_remedy)
{
    struct cadre__listen_conf list[] = {tcp("web", "192.0.2.1", 0)};
    struct listener_set set;

    set_up();
    ck_assert_int_eq(bind_all(&set, list, 1, NULL), -EINVAL);
    ck_assert_ptr_nonnull(strstr(first_error(), "no interface of this machine has this address"));
    tear_down();
}
END_TEST

START_TEST(an_address_that_this_server_holds_itself_is_explained)
{
    struct cadre__listen_conf list[] = {tcp("web", "127.0.0.1", 0)};
    struct cadre__listen_conf next[] = {tcp("wide", "0.0.0.0", 0)};
    struct sockaddr_in bound, *in = (void *)&list[0].sockaddr;
    struct listener_set old, set;
    socklen_t len = sizeof(bound);

    set_up();
    ck_assert_int_eq(bind_all(&old, list, 1, NULL), 0);
    getsockname(old.entries[0].listener->fd, (struct sockaddr *)&bound, &len);
    listener_set_close(&old);
    in->sin_port = bound.sin_port;
    ((struct sockaddr_in *)(void *)&next[0].sockaddr)->sin_port = bound.sin_port;
    ck_assert_int_eq(bind_all(&old, list, 1, NULL), 0);
    ck_assert_int_eq(listen_all(&old), 0);
    ck_assert_int_eq(bind_all(&set, next, 1, &old), -EINVAL);
    ck_assert_ptr_nonnull(strstr(first_error(), "this server listens on 127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(first_error(), "restart the server"));
    listener_set_close(&old);
    tear_down();
}
END_TEST

UNIT_MAIN("master/listener", UNIT_CASE(nobody_can_connect_before_it_listens),
          UNIT_CASE(ipv6_is_bound_and_named), UNIT_CASE(all_are_bound_or_none),
          UNIT_CASE(the_holder_of_an_address_is_named),
          UNIT_CASE(a_kept_address_keeps_its_socket_and_what_waits_in_it),
          UNIT_CASE(listeners_of_one_address_and_no_port_are_kept_by_name),
          UNIT_CASE(a_unix_socket_has_its_mode_and_goes_with_the_last_set),
          UNIT_CASE(a_stale_unix_socket_is_replaced),
          UNIT_CASE(a_file_that_is_no_socket_is_left_alone),
          UNIT_CASE(the_file_of_another_server_is_not_removed),
          UNIT_CASE(a_kept_unix_socket_whose_file_was_removed_is_bound_anew),
          UNIT_CASE(a_missing_folder_is_named_with_its_remedy),
          UNIT_CASE(an_address_of_no_interface_is_named_with_its_remedy),
          UNIT_CASE(an_address_that_this_server_holds_itself_is_explained))
