/* SPDX-License-Identifier: MIT */
/*
 * Version 1 is a line of text, version 2 a block of bytes. worker/proxy_protocol.h has the
 * contract.
 */
#include "worker/proxy_protocol.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* Version 1: "PROXY TCP6 ADDRESS ADDRESS PORT PORT\r\n" takes no more. */
#define LINE_MAX_LEN 107

static const char signature[12] = "\r\n\r\n\0\r\nQUIT\n";

/* The fixed part of version 2. */
#define FIXED_LEN 16

enum {
    COMMAND_LOCAL = 0x20,
    COMMAND_PROXY = 0x21,
    TLV_CRC32C = 0x03,
};

static int refuse(struct proxy_header *ret, const char *reason)
{
    ret->reason = reason;
    return -EBADMSG;
}

/* --- version 1 --- */

/* Takes what comes before the next space, or the rest where it is the last. */
static bool take_word(char **at, char **ret, bool is_last)
{
    char *end = strchr(*at, ' ');

    if ((end == NULL) != is_last)
        return false;
    *ret = *at;
    if (end) {
        *end = '\0';
        *at = end + 1;
    }
    return **ret != '\0';
}

/* Without sign, space or needless zero. */
static bool take_port(const char *text, uint16_t *ret)
{
    unsigned port = 0;

    if (strlen(text) > 5 || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        port = port * 10 + (unsigned)(*text - '0');
    }
    *ret = (uint16_t)port;
    return port <= 65535;
}

static int parse_words(char *at, struct proxy_header *ret)
{
    char *family, *source, *destination, *port, *other_port;
    uint8_t ignored[16];
    uint16_t other;
    int af;

    if (strcmp(at, "UNKNOWN") == 0 || strncmp(at, "UNKNOWN ", 8) == 0)
        return 0;
    if (!take_word(&at, &family, false) || !take_word(&at, &source, false) ||
        !take_word(&at, &destination, false) || !take_word(&at, &port, false) ||
        !take_word(&at, &other_port, true))
        return refuse(ret, "its line has not six words");
    if (strcmp(family, "TCP4") == 0)
        af = AF_INET;
    else if (strcmp(family, "TCP6") == 0)
        af = AF_INET6;
    else
        return refuse(ret, "its protocol is not TCP4, TCP6 or UNKNOWN");
    if (inet_pton(af, source, ret->client.address) != 1 || inet_pton(af, destination, ignored) != 1)
        return refuse(ret, "an address that is none");
    if (!take_port(port, &ret->client.port) || !take_port(other_port, &other))
        return refuse(ret, "a port that is none");
    ret->client.family = (uint8_t)af;
    ret->has_client = true;
    return 0;
}

static int parse_line(const char *data, size_t len, struct proxy_header *ret)
{
    size_t seen = len < LINE_MAX_LEN ? len : LINE_MAX_LEN;
    const char *end = memchr(data, '\n', seen);
    char line[LINE_MAX_LEN];

    if (!end)
        return seen == LINE_MAX_LEN ? refuse(ret, "its line is too long") : 0;
    size_t line_len = (size_t)(end - data);
    if (line_len < 6 || end[-1] != '\r')
        return refuse(ret, "its line does not end in CR LF");
    memcpy(line, data, line_len - 1);
    line[line_len - 1] = '\0';
    if (memchr(line, '\0', line_len - 1))
        return refuse(ret, "a NUL in its line");
    int r = parse_words(line + 6, ret);
    return r < 0 ? r : (int)line_len + 1;
}

/* --- version 2 --- */

/* CRC-32C (Castagnoli), a bit at a time: once a connection, for those who send it. */
static uint32_t crc32c(uint32_t crc, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
    }
    return crc;
}

/* The checksum is over the whole header, with itself taken as 0. */
static bool checksum_fits(const uint8_t *data, size_t len, size_t at)
{
    static const uint8_t zeros[4];
    uint32_t said = (uint32_t)data[at] << 24 | (uint32_t)data[at + 1] << 16 |
                    (uint32_t)data[at + 2] << 8 | data[at + 3];
    uint32_t crc = UINT32_MAX;

    crc = crc32c(crc, data, at);
    crc = crc32c(crc, zeros, sizeof(zeros));
    crc = crc32c(crc, data + at + 4, len - at - 4);
    return ~crc == said;
}

static int check_tlvs(const uint8_t *data, size_t at, size_t len, struct proxy_header *ret)
{
    while (at < len) {
        if (len - at < 3)
            return refuse(ret, "a TLV that is cut");
        size_t value = (size_t)data[at + 1] << 8 | data[at + 2];
        if (len - at - 3 < value)
            return refuse(ret, "a TLV longer than the header");
        if (data[at] == TLV_CRC32C && (value != 4 || !checksum_fits(data, len, at + 3)))
            return refuse(ret, "its checksum is wrong");
        at += 3 + value;
    }
    return 0;
}

/* How many bytes the addresses of a family take. */
static size_t addresses_len(uint8_t family)
{
    switch (family >> 4) {
    case 1:
        return 12;
    case 2:
        return 36;
    case 3:
        return 216;
    default:
        return 0;
    }
}

static void take_addresses(const uint8_t *at, uint8_t family, struct proxy_header *ret)
{
    struct connection_peer *client = &ret->client;

    switch (family >> 4) {
    case 1:
        client->family = AF_INET;
        memcpy(client->address, at, 4);
        client->port = (uint16_t)(at[8] << 8 | at[9]);
        break;
    case 2:
        client->family = AF_INET6;
        memcpy(client->address, at, 16);
        client->port = (uint16_t)(at[32] << 8 | at[33]);
        break;
    case 3:
        client->family = AF_UNIX;
        break;
    default:
        return;
    }
    ret->has_client = true;
}

static int parse_block(const char *bytes, size_t len, struct proxy_header *ret)
{
    const uint8_t *data = (const uint8_t *)bytes;

    if (len < FIXED_LEN)
        return 0;
    size_t whole = FIXED_LEN + ((size_t)data[14] << 8 | data[15]);
    if (data[12] != COMMAND_PROXY && data[12] != COMMAND_LOCAL)
        return refuse(ret, "its version or command is unknown");
    if (whole > PROXY_HEADER_MAX)
        return refuse(ret, "it is too long");
    if (len < whole)
        return 0;

    uint8_t family = data[13];
    size_t addresses = addresses_len(family);
    if (family >> 4 > 3 || (family & 15) > 2)
        return refuse(ret, "its family or protocol is unknown");
    if (data[12] == COMMAND_LOCAL && whole - FIXED_LEN < addresses)
        addresses = whole - FIXED_LEN; /* what a LOCAL one says there is to be ignored */
    if (whole - FIXED_LEN < addresses)
        return refuse(ret, "its addresses are cut");
    int r = check_tlvs(data, FIXED_LEN + addresses, whole, ret);
    if (r < 0)
        return r;
    if (data[12] == COMMAND_PROXY)
        take_addresses(data + FIXED_LEN, family, ret);
    return (int)whole;
}

/* --- both --- */

int proxy_header_parse(const char *data, size_t len, struct proxy_header *ret)
{
    size_t seen = len < sizeof(signature) ? len : sizeof(signature);

    *ret = (struct proxy_header){0};
    if (len == 0)
        return 0;
    if (memcmp(data, signature, seen) == 0)
        return parse_block(data, len, ret);
    if (memcmp(data, "PROXY ", len < 6 ? len : 6) == 0)
        return len < 6 ? 0 : parse_line(data, len, ret);
    return refuse(ret, "it does not begin as one");
}
