/* SPDX-License-Identifier: MIT */
/* model/example: whether examples are JSON. */
#include "config.h"

#include "model/example.h"

#include <errno.h>

#include "model/json_check.h"

int cadre__examples_check(const char *const *examples, const struct cadre_model *model,
                          const char *field, char why[CADRE__MODEL_WHY_MAX])
{
    for (; examples != NULL && *examples != NULL; examples++) {
        struct cadre__json_problem problem;
        int r = cadre__json_check(cadre_str_from(*examples), CADRE__JSON_DEPTH, &problem);

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
