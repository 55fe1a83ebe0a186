/* SPDX-License-Identifier: MIT */
/* What targets of middleware share: a client of the test client that stays open, and fields of
 * requests that a protocol would let through. */
#ifndef CADRE_TESTS_FUZZ_LAYERED_H
#define CADRE_TESTS_FUZZ_LAYERED_H

#include "base/log.h"
#include "tests/fuzz/fuzz.h"
#include <cadre.h>
#include <cadre/test.h>
#include <stdbool.h>
#include <string.h>

/* The client of these modules: opened at the first call, for the life of the process. */
static inline struct cadre_test_client *layered_client(const struct cadre_test_module *modules,
                                                       size_t n)
{
    static struct cadre_test_client *client;
    const struct cadre_test_app app = {.modules = modules, .n_modules = n, .keep_redirects = true};
    char why[300] = "";

    if (client == NULL) {
        cadre__log_set_level(CADRE_LOG_CRITICAL);
        if (cadre_test_open(&app, why, sizeof(why), &client) < 0)
            FUZZ_FAIL("%s", why);
    }
    cadre_test_forget(client);
    return client;
}

/* Whether it is a value as it comes from a protocol: no control bytes, no blanks at its ends. */
static inline bool layered_is_value(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return len == 0 || (strchr(" \t", text[0]) == NULL && strchr(" \t", text[len - 1]) == NULL);
}

#endif
