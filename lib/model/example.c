/* SPDX-License-Identifier: MIT */
/* model/example: whether examples are JSON. */
#include "config.h"

#include "model/example.h"

#include <errno.h>

#include "model/convert.h"
#include "model/json_read.h"

/* 0; -EBADMSG, -EILSEQ: it is not; -ENOMEM. */
static int read_any(const char *text)
{
    static const struct cadre_field rules = {
        .name = "", .kind = CADRE_KIND_ANY, .size = sizeof(struct cadre_any)};
    static const struct cadre__type any = {.kind = CADRE_KIND_ANY,
                                           .size = sizeof(struct cadre_any),
                                           .is_plain = true,
                                           .rules = &rules,
                                           .max_length = SIZE_MAX,
                                           .max_items = SIZE_MAX};
    struct cadre__arena arena;
    struct cadre_validation validation = {.arena = &arena};
    struct cadre_any value = {0};
    int r;

    cadre__arena_init(&arena, 256);
    r = cadre__json_read(&validation, &any, cadre_str_from(text), NULL, &value);
    cadre__arena_done(&arena);
    return r;
}

int cadre__examples_check(const char *const *examples, const struct cadre_model *model,
                          const char *field, char why[CADRE__MODEL_WHY_MAX])
{
    for (; examples != NULL && *examples != NULL; examples++) {
        int r = read_any(*examples);

        if (r == -EBADMSG || r == -EILSEQ)
            return cadre__model_why(why, model, field,
                                    "its example %.80s is not JSON: a text is written with its "
                                    "quotes, \"\\\"like this\\\"\"",
                                    *examples);
        if (r < 0)
            return r;
    }
    return 0;
}
