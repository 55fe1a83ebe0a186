/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 against the vectors of its authors. */
#include "base/siphash.h"

#include "tests/unit/unit.h"

/* The key 00 01 ... 0f, and hashes of 00 01 ... (length - 1), from the reference implementation. */
static const struct cadre__siphash_key paper_key = {
    {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};

static const struct {
    size_t len;
    uint64_t hash;
} vectors[] = {
    {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
    {2, UINT64_C(0x0d6c8009d9a94f5a)},  {3, UINT64_C(0x85676696d7fb7e2d)},
    {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
    {15, UINT64_C(0xa129ca6149be45e5)}, {16, UINT64_C(0x3f2acc7f57c29bdb)},
};

START_TEST(hashes_are_those_of_the_paper)
{
    unsigned char input[16];

    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = (unsigned char)i;
    ck_assert_uint_eq(cadre__siphash(&paper_key, input, vectors[_i].len), vectors[_i].hash);
}
END_TEST

START_TEST(two_keys_differ)
{
    struct cadre__siphash_key a, b;

    cadre__siphash_key_make(&a);
    cadre__siphash_key_make(&b);
    ck_assert(a.k[0] != b.k[0] && a.k[1] != b.k[1]);
    ck_assert_uint_ne(cadre__siphash(&a, "x", 1), cadre__siphash(&b, "x", 1));
}
END_TEST

UNIT_MAIN("base/siphash",
          UNIT_LOOP(hashes_are_those_of_the_paper, sizeof(vectors) / sizeof(vectors[0])),
          UNIT_CASE(two_keys_differ))
