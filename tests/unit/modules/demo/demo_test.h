/* SPDX-License-Identifier: MIT */
/* What tests of the demo share: it is served with a database of the test's own. */
#ifndef CADRE_TESTS_UNIT_DEMO_TEST_H
#define CADRE_TESTS_UNIT_DEMO_TEST_H

#include "tests/unit/lib/api/typed_test.h"
#include "tests/unit/modules/demo/database_file.h"

/* `more`: one more setting, or NULL. */
static inline struct cadre_test_client *open_demo_with(const char *more)
{
    char setting[sizeof(database_path) + 10];
    const char *const settings[] = {setting, "api_key=secret", more, NULL};
    const struct cadre_test_module module = {.file = DEMO, .settings = settings};
    const struct cadre_test_app app = {.modules = &module, .n_modules = 1, .keep_redirects = true};
    struct cadre_test_client *client = NULL;
    char why[1000] = "";

    snprintf(setting, sizeof(setting), "database=%s", database_path);
    cadre__log_set_level(CADRE_LOG_CRITICAL);
    ck_assert_msg(cadre_test_open(&app, why, sizeof(why), &client) == 0, "%s", why);
    return client;
}

static inline struct cadre_test_client *open_demo(void)
{
    return open_demo_with(NULL);
}

static inline struct cadre_test_client *open_new(void)
{
    database_file_make();
    return open_demo();
}

static inline void close_and_remove(struct cadre_test_client *client)
{
    ck_assert_int_eq(cadre_test_close(client), 0);
    database_file_remove();
}

static inline const struct cadre_test_response *ask(struct cadre_test_client *client,
                                                    const char *method, const char *target,
                                                    const char *json)
{
    const struct cadre_test_request request = {
        .method = method, .target = target, .type = json != NULL ? JSON : NULL, .text = json};

    return cadre_test_send(client, &request);
}

#endif
