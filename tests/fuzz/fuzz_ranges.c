/* SPDX-License-Identifier: MIT */
/*
 * A field Range of any bytes, for a representation of any size: every range has a byte, ends within
 * the size, and meets no other one.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "web/byte_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX];
    uint64_t total;
    size_t n = 0;

    if (size < sizeof(total) || size > 4096)
        return 0;
    memcpy(&total, data, sizeof(total));
    /* Small sizes are where much happens. */
    if (total % 3 != 0)
        total = total / 3 % 100;
    if (cadre__byte_ranges_parse(
            (struct cadre_str){(const char *)data + sizeof(total), size - sizeof(total)}, total,
            ranges, &n) != CADRE__RANGES_FOUND)
        return 0;
    FUZZ_CHECK(n >= 1 && n <= CADRE__BYTE_RANGES_MAX);
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(ranges[i].len > 0 && ranges[i].offset < total);
        FUZZ_CHECK(ranges[i].len <= total - ranges[i].offset);
        for (size_t k = 0; k < i; k++)
            FUZZ_CHECK(ranges[k].offset + ranges[k].len < ranges[i].offset ||
                       ranges[i].offset + ranges[i].len < ranges[k].offset);
    }
    return 0;
}
