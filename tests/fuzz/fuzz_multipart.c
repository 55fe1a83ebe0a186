/* SPDX-License-Identifier: MIT */
/*
 * A multipart body of any bytes, with the boundary "b": its steps are the same when it comes in one
 * piece and when it is cut anywhere.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/multipart.h"

/* Writes the steps down; data that is cut up is one. */
static void run(const uint8_t *data, size_t size, struct fuzz_dice *dice, struct cadre__buf *out)
{
    struct cadre__multipart p;
    enum cadre__multipart_step step = CADRE__MULTIPART_MORE;
    size_t at = 0;

    FUZZ_CHECK(cadre__multipart_init(&p, CADRE_STR("b")) == 0);
    while (at < size && step == CADRE__MULTIPART_MORE) {
        size_t n = dice != NULL ? fuzz_dice_throw(dice, 7) : size;
        struct cadre_str got, input = {(const char *)data + at, n < size - at ? n : size - at};

        at += input.len;
        do {
            struct cadre_str name, value;

            step = cadre__multipart_next(&p, &input, &got);
            if (step == CADRE__MULTIPART_DATA) {
                FUZZ_CHECK(got.len > 0);
                cadre__buf_append(out, got.ptr, got.len);
            } else if (step == CADRE__MULTIPART_PART) {
                cadre__buf_printf(out, "<%zu>", got.len);
                while (cadre__multipart_field(&got, &name, &value) > 0)
                    FUZZ_CHECK(name.len > 0 && memchr(value.ptr, '\n', value.len) == NULL);
            } else if (step != CADRE__MULTIPART_MORE) {
                cadre__buf_printf(out, "<%d %s>", (int)step,
                                  step == CADRE__MULTIPART_BAD ? p.why : "");
            }
        } while (step <= CADRE__MULTIPART_PART_END && step != CADRE__MULTIPART_MORE);
    }
    cadre__multipart_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    struct cadre__buf whole, cut;

    if (size > 4096)
        return 0;
    cadre__buf_init(&whole);
    cadre__buf_init(&cut);
    run(data, size, NULL, &whole);
    run(data, size, &dice, &cut);
    FUZZ_CHECK(whole.error == 0 && cut.error == 0);
    FUZZ_CHECK(cadre_str_eq(cadre__buf_str(&whole), cadre__buf_str(&cut)));
    cadre__buf_done(&whole);
    cadre__buf_done(&cut);
    return 0;
}
