/* SPDX-License-Identifier: MIT */
/*
 * A session cookie that is forged, cut, mixed of two, too old, of another use, or signed by a key
 * that counts, counts no more, or never did. It is taken where nobody has touched it, its key is
 * known and its time is good, and then says what was signed; else it is not.
 *
 * The input: how it is signed and read, a length, so much of a text to be signed; what is left are
 * changes, of a place, a kind and a byte each. With no change left, it is as it was.
 */
#include "config.h"

#include "base/arena.h"
#include "middleware/signature.h"
#include "tests/fuzz/fuzz.h"
#include <cadre/str.h>
#include <errno.h>
#include <string.h>

#define NOW_S 1000000
#define AGE_S 1000

static const char *known[] = {"a key that signs, now, of 32 byte",
                              "the key before it, of 32 bytes.."};
static const char *const unknown[] = {"a key that is long gone, 32 byte", ""};
static const struct cadre_strings keys = {known, 2};
/* One that signs nothing here: the fuzzer looks into comparisons, and would copy what was signed.
 */
static const char *never[] = {"a key that nobody signs by, 32 by"};
static const struct cadre_strings unused_keys = {never, 1};
static const char *const salts[] = {"session", "other"};

struct input {
    const uint8_t *data;
    size_t size;
};

static unsigned next(struct input *in)
{
    if (in->size == 0)
        return 0;
    in->size--;
    return *in->data++;
}

/* Does what is left of the input to the text, of which there is room for twice as much. */
static size_t change(struct input *in, char *text, size_t len)
{
    size_t room = 2 * len;

    while (in->size >= 3) {
        unsigned kind = next(in);
        size_t at = len > 0 ? next(in) * (len + 1) / 256 : 0;
        char byte = (char)next(in);

        if (kind % 4 == 0) {
            len = at; /* cut */
        } else if (kind % 4 == 1 && at < len) {
            text[at] = byte;
        } else if (kind % 4 == 2 && len < room) {
            memmove(text + at + 1, text + at, len - at);
            text[at] = byte;
            len++;
        } else if (at < len) {
            memmove(text + at, text + at + 1, len - at - 1);
            len--;
        }
    }
    return len;
}

static void check(struct cadre__arena *arena, struct input in)
{
    unsigned how = next(&in), when = next(&in);
    size_t len = next(&in);
    const char *key = how & 1 ? known[how >> 1 & 1] : unknown[how >> 1 & 1];
    const char *salt = salts[how >> 2 & 1];
    int64_t at_s = NOW_S + 100 - (int64_t)when * 8; /* also to come, and too old */
    struct cadre_str text, got;
    char *sealed, *changed;
    bool is_good, is_same;
    int r;

    len = len < in.size ? len : in.size;
    text = (struct cadre_str){(const char *)in.data, len};
    in.data += len;
    in.size -= len;
    sealed = cadre__sign(arena, cadre_str_from(key), salt, text, at_s);
    FUZZ_CHECK(sealed != NULL);
    changed = cadre__arena_alloc(arena, 2 * strlen(sealed) + 1);
    FUZZ_CHECK(changed != NULL);
    memcpy(changed, sealed, strlen(sealed));
    len = change(&in, changed, strlen(sealed));
    is_same = len == strlen(sealed) && memcmp(changed, sealed, len) == 0;
    is_good = is_same && (how & 1) && salt == salts[0] && at_s <= NOW_S && at_s >= NOW_S - AGE_S;
    r = cadre__unsign(arena, &keys, salts[0], (struct cadre_str){changed, len}, NOW_S - AGE_S,
                      NOW_S, &got);
    FUZZ_CHECK(r == (is_good ? 0 : -EBADMSG));
    FUZZ_CHECK(r < 0 || (cadre_str_eq(got, text) && got.ptr[got.len] == '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cadre__arena arena;
    struct cadre_str got;
    char why[200];

    if (size > 2048 || cadre__signature_load(why, sizeof(why)) < 0)
        return 0;
    cadre__arena_init(&arena, 4096);
    check(&arena, (struct input){data, size});
    /* And what nobody has signed at all. */
    FUZZ_CHECK(cadre__unsign(&arena, &unused_keys, salts[0],
                             (struct cadre_str){(const char *)data, size}, 0, NOW_S,
                             &got) == -EBADMSG);
    cadre__arena_done(&arena);
    return 0;
}
