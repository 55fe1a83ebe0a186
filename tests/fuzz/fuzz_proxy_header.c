/* SPDX-License-Identifier: MIT */
/*
 * Headers of the PROXY protocol: however many bytes have come, the answer is the same once there is
 * one, nothing behind the bytes is read, and what is taken is a header by its outside.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/fuzz/fuzz.h"
#include "worker/proxy_protocol.h"

/* Parses the first `len` bytes, with nothing readable behind them. */
static int parse(const uint8_t *data, size_t len, struct proxy_header *ret)
{
    char *copy = malloc(len > 0 ? len : 1);
    int r;

    FUZZ_CHECK(copy);
    memcpy(copy, data, len);
    r = proxy_header_parse(copy, len, ret);
    free(copy);
    return r;
}

static void judge(const uint8_t *data, int len, const struct proxy_header *header)
{
    if (data[0] == 'P') {
        FUZZ_CHECK(len <= 107 && memcmp(data + len - 2, "\r\n", 2) == 0);
        FUZZ_CHECK(memchr(data, '\n', (size_t)len) == data + len - 1);
        FUZZ_CHECK(header->has_client == (memcmp(data, "PROXY TCP", 9) == 0));
    } else {
        FUZZ_CHECK(len == 16 + (data[14] << 8 | data[15]));
        FUZZ_CHECK(header->has_client == (data[12] == 0x21 && data[13] >> 4 != 0));
    }
    if (header->has_client)
        FUZZ_CHECK(header->client.family == AF_INET || header->client.family == AF_INET6 ||
                   header->client.family == AF_UNIX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_header whole, part;
    int end, r = 0;

    if (size > PROXY_HEADER_MAX)
        return 0;
    end = parse(data, size, &whole);
    FUZZ_CHECK(end == -EBADMSG || (end >= 0 && (size_t)end <= size));
    FUZZ_CHECK((end == -EBADMSG) == (whole.reason != NULL));
    for (size_t len = 0; len <= size && r == 0; len++)
        r = parse(data, len, &part);
    FUZZ_CHECK(r == end);
    FUZZ_CHECK(memcmp(&part.client, &whole.client, sizeof(whole.client)) == 0);
    if (end > 0)
        judge(data, end, &whole);
    return 0;
}
