/* SPDX-License-Identifier: MIT */
/* Where the demo's data are, and that they stay (modules/demo/database.c). */
#include "tests/unit/modules/demo/demo_test.h"

#include <sys/stat.h>

START_TEST(data_outlive_the_server)
{
    struct cadre_test_client *client = open_new();

    cadre_assert_status(ask(client, "POST", "/api/items", "{\"name\":\"kept\",\"price\":1}"), 201);
    ck_assert_int_eq(cadre_test_close(client), 0);
    client = open_demo();
    cadre_assert_json_at(ask(client, "GET", "/api/items/4", NULL), "/name", "\"kept\"");
    close_and_remove(client);
}
END_TEST

/* Without a setting the environment says where: the last of these wins. */
START_TEST(database_has_a_place_of_its_own)
{
    static const char *const names[] = {"HOME", "XDG_STATE_HOME", "STATE_DIRECTORY"};
    static const char *const files[] = {"home/.local/state/cadre/demo.db", "xdg/cadre/demo.db",
                                        "state/demo.db"};
    static const char *const folders[] = {"home", "xdg", "state:/nowhere"};
    const struct cadre_test_module module = {.file = DEMO};
    const struct cadre_test_app app = {.modules = &module, .n_modules = 1};
    struct cadre_test_client *client = NULL;
    char why[1000] = "", path[PATH_MAX + 100], command[PATH_MAX + 100];
    struct stat st;

    database_file_make();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(unsetenv(names[i]), 0);
    ck_assert_int_eq(cadre_test_open(&app, why, sizeof(why), &client), -CADRE_ESTARTUP);
    ck_assert_msg(strstr(why, "no place for the data: set `database`") != NULL, "%s", why);
    for (int i = 0; i <= _i; i++) {
        snprintf(path, sizeof(path), "%s/%s", database_folder, folders[i]);
        ck_assert_int_eq(setenv(names[i], path, 1), 0);
    }
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    snprintf(path, sizeof(path), "%s/%s", database_folder, files[_i]);
    ck_assert_msg(stat(path, &st) == 0, "no %s", path);
    ck_assert_int_eq(cadre_test_close(client), 0);
    snprintf(command, sizeof(command), "rm -r '%s'", database_folder);
    ck_assert_int_eq(system(command), 0); // NOLINT(cert-env33-c)
}
END_TEST

UNIT_MAIN("modules/demo/database", UNIT_CASE(data_outlive_the_server),
          UNIT_LOOP(database_has_a_place_of_its_own, 3))
