/* SPDX-License-Identifier: MIT */
/* A query of any text: its pairs lie within it, and there are at most as many as were counted. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/urlencoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cadre__query_param *pairs;
    size_t max, n, total = 0;
    char *text;

    if (size > 4096 || (size > 0 && memchr(data, '\0', size) != NULL))
        return 0;
    text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    max = cadre__urlencoded_count((struct cadre_str){text, size});
    pairs = malloc(max * sizeof(*pairs));
    FUZZ_CHECK(pairs != NULL);
    n = cadre__urlencoded_split(text, pairs);
    FUZZ_CHECK(n <= max);
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(pairs[i].name >= text && pairs[i].name <= text + size);
        total += strlen(pairs[i].name) + strlen(pairs[i].value);
    }
    FUZZ_CHECK(total <= size);
    free(pairs);
    free(text);
    return 0;
}
