/* SPDX-License-Identifier: MIT */
/* From a tree to the struct: defaults, values, sections, and the same result in a child. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cadre/log.h>

#include "tests/unit/lib/conf/world.h"

START_TEST(an_almost_empty_conf_has_all_defaults)
{
    struct good good = good_of(LISTEN);
    const struct cadre__server_conf *c = good.conf;

    ck_assert_int_eq(c->workers, 0);
    ck_assert_int_ge(c->workers_resolved, 1);
    ck_assert_ptr_null(c->owner.user);
    ck_assert(!c->owner.have_uid && !c->owner.have_gid);
    ck_assert_str_eq(c->working_directory, world());
    ck_assert_uint_eq(c->umask, 022);
    ck_assert_int_eq(c->limit_nofile, CADRE__LIMIT_AUTO);
    ck_assert_int_eq(c->limit_core, CADRE__LIMIT_KEEP);
    ck_assert_uint_eq(c->environment.n, 0);
    ck_assert_ptr_null(c->environment.list[0]);
    ck_assert(c->inherit_environment);
    ck_assert_uint_eq(c->graceful_timeout_ns, 30000000000);
    ck_assert_uint_eq(c->startup_timeout_ns, 60000000000);
    ck_assert_uint_eq(c->shutdown_timeout_ns, 10000000000);
    ck_assert_uint_eq(c->worker_timeout_ns, 30000000000);
    ck_assert_uint_eq(c->restart_delay_ns, 100000000);
    ck_assert_uint_eq(c->restart_delay_max_ns, 30000000000);
    ck_assert_int_eq(c->restart_limit, 0);
    ck_assert_int_eq(c->reload_surge, 4);
    ck_assert_int_eq(c->max_generations, 4);
    ck_assert_str_eq(c->log_file, "stderr");
    ck_assert_int_eq(c->log_level, CADRE_LOG_INFO);
    ck_assert_uint_eq(c->n_listen, 1);
    ck_assert_uint_eq(c->n_module, 0);
    ck_assert_ptr_nonnull(c->module_path.list);
    ck_assert_int_eq(c->worker_connections, 4096);
    ck_assert_uint_eq(c->keepalive_timeout_ns, 5000000000);
    ck_assert_uint_eq(c->head_timeout_ns, 10000000000);
    ck_assert_uint_eq(c->body_timeout_ns, 30000000000);
    ck_assert_uint_eq(c->send_timeout_ns, 30000000000);
    ck_assert_uint_eq(c->max_head_size, 16384);
    ck_assert_int_eq(c->max_headers, 100);
    ck_assert_uint_eq(c->max_body_size, 1048576);
    ck_assert(c->server_header);
    ck_assert_int_eq(c->threads, 40);
    ck_assert_uint_eq(c->coroutine_stack, 65536);
    ck_assert_int_eq(c->coroutines_max, 65536);
    ck_assert_uint_eq(c->slow_callback_ns, 100000000);
    ck_assert_int_eq(c->listen[0].backlog, 2048);
    ck_assert_uint_eq(c->listen[0].mode, 0666);
    ck_assert(c->listen[0].ipv6_only);
    good_done(&good);
}
END_TEST

START_TEST(every_kind_of_value_reaches_its_field)
{
    struct good good =
        good_of(LISTEN "workers = 3; umask = \"077\"; limit_nofile = 10000; limit_core = \"1g\";\n"
                       "environment = [\"A=b\", \"HOME\"]; inherit_environment = false;\n"
                       "graceful_timeout = \"1m30s\"; worker_timeout = 0; keepalive_timeout = 2;\n"
                       "body_timeout = 1.5; log_level = \"debug\"; log_file = \"logs.txt\";\n"
                       "module_path = [\"a\", \"/b\"]; max_body_size = 0; threads = \"7\";\n"
                       "server_header = \"false\"; coroutine_stack = \"128k\";\n");
    const struct cadre__server_conf *c = good.conf;

    ck_assert_int_eq(c->workers, 3);
    ck_assert_int_eq(c->workers_resolved, 3);
    ck_assert_str_eq(c->workers_reason, "conf");
    ck_assert_uint_eq(c->umask, 077);
    ck_assert_int_eq(c->limit_nofile, 10000);
    ck_assert_int_eq(c->limit_core, 1 << 30);
    ck_assert_uint_eq(c->environment.n, 2);
    ck_assert_str_eq(c->environment.list[1], "HOME");
    ck_assert_ptr_null(c->environment.list[2]);
    ck_assert(!c->inherit_environment);
    ck_assert_uint_eq(c->graceful_timeout_ns, 90000000000);
    ck_assert_uint_eq(c->worker_timeout_ns, 0);
    ck_assert_uint_eq(c->keepalive_timeout_ns, 2000000000);
    ck_assert_uint_eq(c->body_timeout_ns, 1500000000);
    ck_assert_int_eq(c->log_level, CADRE_LOG_DEBUG);
    ck_assert_str_eq(c->log_file, world_path("logs.txt"));
    ck_assert_str_eq(c->module_path.list[0], world_path("a"));
    ck_assert_str_eq(c->module_path.list[1], "/b");
    ck_assert_uint_eq(c->max_body_size, 0);
    ck_assert_int_eq(c->threads, 7);
    ck_assert(!c->server_header);
    ck_assert_uint_eq(c->coroutine_stack, 131072);
    good_done(&good);
}
END_TEST

START_TEST(sections_keep_their_order_and_their_places)
{
    struct good good =
        good_of("listen: {\n  b: { address = \"127.0.0.1:1\"; backlog = 5; };\n"
                "  a: { address = \"unix:x.sock\"; mode = \"0600\"; };\n"
                "  c: { address = \"[::1]:2\"; ipv6_only = false; };\n};\n"
                "module: {\n  y: { file = \"y.so\"; };\n"
                "  x: { file = \"x.so\"; mount = \"/x\"; settings: { k = 1; }; };\n};\n");
    const struct cadre__server_conf *c = good.conf;
    int64_t k = 0;

    ck_assert_uint_eq(c->n_listen, 3);
    ck_assert_str_eq(c->listen[0].name, "b");
    ck_assert_int_eq(c->listen[0].backlog, 5);
    ck_assert_int_eq(c->listen[0].sockaddr.ss_family, AF_INET);
    ck_assert_uint_eq(c->listen[0].line, 2);
    ck_assert_str_eq(c->listen[1].name, "a");
    ck_assert_uint_eq(c->listen[1].mode, 0600);
    ck_assert_str_eq(c->listen[1].address, "unix:x.sock");
    ck_assert_str_eq(((const struct sockaddr_un *)&c->listen[1].sockaddr)->sun_path,
                     world_path("x.sock"));
    ck_assert(!c->listen[2].ipv6_only);
    ck_assert_uint_eq(c->n_module, 2);
    ck_assert_str_eq(c->module[0].mount, "/");
    ck_assert_ptr_nonnull(c->module[0].settings);
    ck_assert_uint_eq(cadre_conf_count(c->module[0].settings), 0);
    ck_assert_str_eq(c->module[1].file, "x.so");
    ck_assert_uint_eq(c->module[1].conf_line, 8);
    ck_assert_int_eq(cadre_conf_int(c->module[1].settings, "k", 0, &k), 0);
    ck_assert_int_eq(k, 1);
    good_done(&good);
}
END_TEST

START_TEST(a_child_binds_the_sealed_tree_to_the_same_conf)
{
    struct good good = good_of(LISTEN "workers = \"auto\"; module: { m: { file = \"m.so\"; }; };");
    struct cadre__conf_errors errs = {0};
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
    int fd = cadre__conf_tree_seal(good.tree);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(cadre__conf_tree_map(fd, &tree), 0);
    ck_assert_int_eq(setenv("CADRE_MODULE_PATH", "/elsewhere", 1), 0);
    ck_assert_int_eq(cadre__server_conf_bind(tree, &conf, &errs), 0);
    ck_assert_int_eq(conf->workers_resolved, good.conf->workers_resolved);
    ck_assert_str_eq(conf->workers_reason, good.conf->workers_reason);
    ck_assert_str_eq(conf->working_directory, good.conf->working_directory);
    ck_assert_uint_eq(conf->module_path.n, good.conf->module_path.n);
    ck_assert_str_eq(conf->module_path.list[0], good.conf->module_path.list[0]);
    ck_assert_mem_eq(&conf->listen[0].sockaddr, &good.conf->listen[0].sockaddr,
                     sizeof(conf->listen[0].sockaddr));
    ck_assert_str_eq(conf->module[0].name, "m");
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
    close(fd);
    good_done(&good);
}
END_TEST

START_TEST(a_tree_without_a_loader_binds_too)
{
    const struct cadre__conf_origin_info info = {.origin = CADRE__CONF_COMMAND_LINE};
    struct cadre__conf_builder *b = cadre__conf_builder_new("");
    struct cadre__conf_errors errs = {0};
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;

    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "listen", &info);
    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "web", &info);
    cadre__conf_builder_string(b, "address", ":80", &info);
    cadre__conf_builder_close(b);
    cadre__conf_builder_close(b);
    ck_assert_int_eq(cadre__conf_builder_finish(b, &tree), 0);
    ck_assert_int_eq(cadre__server_conf_bind(tree, &conf, &errs), 0);
    ck_assert_str_eq(conf->working_directory, "/");
    ck_assert_int_eq(conf->workers_resolved, 1);
    ck_assert_ptr_nonnull(conf->module_path.list);
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(paths_are_relative_to_the_working_directory_and_it_to_the_conf)
{
    struct good good;

    world_write("site/log/keep", "");
    good = good_of("working_directory = \"./site\"; log_file = \"log/x.log\";\n"
                   "listen: { u: { address = \"unix:log/u\"; }; };\n");
    ck_assert_str_eq(good.conf->working_directory, world_path("site"));
    ck_assert_str_eq(good.conf->log_file, world_path("site/log/x.log"));
    ck_assert_str_eq(((const struct sockaddr_un *)&good.conf->listen[0].sockaddr)->sun_path,
                     world_path("site/log/u"));
    good_done(&good);
}
END_TEST

START_TEST(user_and_group_are_resolved)
{
    struct good good;

    if (geteuid() != 0)
        return;
    good = good_of(LISTEN "user = \"daemon\"; group = \"0\";");
    ck_assert_str_eq(good.conf->owner.user, "daemon");
    ck_assert(good.conf->owner.have_uid && good.conf->owner.have_gid);
    ck_assert_uint_ne(good.conf->owner.uid, 0);
    ck_assert_uint_eq(good.conf->owner.gid, 0);
    good_done(&good);
    good = good_of(LISTEN "user = \"daemon\";");
    ck_assert(good.conf->owner.have_gid);
    ck_assert_uint_ne(good.conf->owner.gid, 0);
    good_done(&good);
    good = good_of("listen: { u: { address = \"unix:u\"; user = \"12345\"; group = \"12\"; }; };");
    ck_assert_uint_eq(good.conf->listen[0].owner.uid, 12345);
    ck_assert_uint_eq(good.conf->listen[0].owner.gid, 12);
    good_done(&good);
}
END_TEST

START_TEST(a_refused_value_makes_no_second_error)
{
    ck_assert_str_eq(errors_of(LISTEN "restart_delay = \"40s\"; restart_delay_max = \"x\";"),
                     "cadre.conf:2: restart_delay_max: expected a duration (\"500ms\", \"30s\", "
                     "\"5m\") from 10ms to 1d, found \"x\"\n");
    ck_assert_str_eq(
        errors_of(LISTEN "module: { a: { file = \"a\"; mount = \"a\"; }; b: { file = \"b\"; }; };"),
        "cadre.conf:2: module.a.mount: \"a\" must begin with \"/\"; write \"/\" or \"/shop\"\n");
}
END_TEST

UNIT_MAIN("conf/bind", UNIT_CASE(an_almost_empty_conf_has_all_defaults),
          UNIT_CASE(every_kind_of_value_reaches_its_field),
          UNIT_CASE(sections_keep_their_order_and_their_places),
          UNIT_CASE(a_child_binds_the_sealed_tree_to_the_same_conf),
          UNIT_CASE(a_tree_without_a_loader_binds_too),
          UNIT_CASE(paths_are_relative_to_the_working_directory_and_it_to_the_conf),
          UNIT_CASE(user_and_group_are_resolved), UNIT_CASE(a_refused_value_makes_no_second_error))
