/* SPDX-License-Identifier: MIT */
/* Headers of the PROXY protocol: taken and refused, and each cut at every byte. */
#include "worker/proxy_protocol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/unit.h"

#define SIGNATURE                      "\r\n\r\n\0\r\nQUIT\n"
#define V2(command, family, high, low) SIGNATURE command family high low
#define ROW(what, bytes, text)                                                                     \
    {                                                                                              \
        what, bytes, sizeof(bytes) - 1, text                                                       \
    }

static const struct row {
    const char *what;
    const char *bytes;
    size_t len;
    const char *client; /* "" where it names none; NULL: refused */
} rows[] = {
    ROW("§2.1 TCP4", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "192.0.2.1 56324"),
    ROW("§2.1 TCP6", "PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "2001:db8::1 0"),
    ROW("§2.1 UNKNOWN", "PROXY UNKNOWN\r\n", ""),
    ROW("§2.1 UNKNOWN with a rest to ignore", "PROXY UNKNOWN ffff::1 x\r\n", ""),
    ROW("another protocol", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", NULL),
    ROW("IPv6 as TCP4", "PROXY TCP4 ::1 ::1 1 2\r\n", NULL),
    ROW("a port too large", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n", NULL),
    ROW("a port with a zero in front", "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", NULL),
    ROW("a port with a sign", "PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n", NULL),
    ROW("two spaces", "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n", NULL),
    ROW("a word too few", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", NULL),
    ROW("a word too many", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", NULL),
    ROW("a bare LF", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", NULL),
    ROW("a NUL", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\0\r\n", NULL),
    ROW("HTTP", "GET / HTTP/1.1\r\n\r\n", NULL),
    ROW("in lower case", "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n", NULL),
    ROW("§2.2 IPv4", V2("\x21", "\x11", "\0", "\x0c") "\xc0\0\2\1\xc0\0\2\2\xdc\x04\1\xbb",
        "192.0.2.1 56324"),
    ROW("§2.2 IPv6",
        V2("\x21", "\x21", "\0", "\x24") "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                                         "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\x50\0\x51",
        "2001:db8::1 80"),
    ROW("§2.2 LOCAL", V2("\x20", "\0", "\0", "\0"), ""),
    ROW("§2.2 LOCAL with a rest to ignore", V2("\x20", "\x11", "\0", "\2") "xx", ""),
    ROW("§2.2 UNSPEC", V2("\x21", "\0", "\0", "\0"), ""),
    ROW("§2.2.7 a TLV behind the addresses",
        V2("\x21", "\x11", "\0", "\x10") "\1\2\3\4\1\2\3\4\0\1\0\2\4\0\1x", "1.2.3.4 1"),
    ROW("a TLV that is cut", V2("\x21", "\x11", "\0", "\x0e") "\1\2\3\4\1\2\3\4\0\1\0\2\4\0", NULL),
    ROW("a TLV longer than the header",
        V2("\x21", "\x11", "\0", "\x10") "\1\2\3\4\1\2\3\4\0\1\0\2\4\0\2x", NULL),
    ROW("§2.2.3 a wrong checksum",
        V2("\x21", "\x11", "\0", "\x13") "\1\2\3\4\1\2\3\4\0\1\0\2\3\0\4\1\2\3\4", NULL),
    ROW("addresses that are cut", V2("\x21", "\x11", "\0", "\x0b") "\1\2\3\4\1\2\3\4\0\1\0", NULL),
    ROW("another version", V2("\x11", "\x11", "\0", "\0"), NULL),
    ROW("another command", V2("\x22", "\x11", "\0", "\0"), NULL),
    ROW("an unknown family", V2("\x21", "\x41", "\0", "\0"), NULL),
    ROW("an unknown protocol", V2("\x21", "\x13", "\0", "\x0c") "\1\2\3\4\1\2\3\4\0\1\0\2", NULL),
    ROW("longer than is read", V2("\x21", "\x11", "\xff", "\xff"), NULL),
};

static void check(const struct row *row, int r, const struct proxy_header *header)
{
    char text[CONNECTION_PEER_TEXT], whole[CONNECTION_PEER_TEXT + 8] = "";

    if (!row->client) {
        ck_assert_msg(r == -EBADMSG && header->reason, "%s was taken", row->what);
        return;
    }
    ck_assert_msg(r == (int)row->len, "%s: %d of %zu, %s", row->what, r, row->len,
                  header->reason ? header->reason : "");
    if (header->has_client) {
        connection_peer_format(&header->client, text);
        snprintf(whole, sizeof(whole), "%s %u", text, header->client.port);
    }
    ck_assert_str_eq(whole, row->client);
}

START_TEST(headers_as_a_whole)
{
    const struct row *row = &rows[_i];
    struct proxy_header header;
    int r = proxy_header_parse(row->bytes, row->len, &header);

    check(row, r, &header);
}
END_TEST

START_TEST(headers_byte_by_byte)
{
    const struct row *row = &rows[_i];
    struct proxy_header header;
    int r = 0;

    for (size_t len = 0; len <= row->len && r == 0; len++) {
        char *copy = malloc(len + 1); /* no byte beyond `len` may be read */

        ck_assert_ptr_nonnull(copy);
        memcpy(copy, row->bytes, len);
        r = proxy_header_parse(copy, len, &header);
        free(copy);
    }
    check(row, r, &header);
}
END_TEST

START_TEST(what_follows_is_not_its)
{
    static const char bytes[] = "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nGET / HTTP/1.1\r\n";
    struct proxy_header header;

    ck_assert_int_eq(proxy_header_parse(bytes, sizeof(bytes) - 1, &header), 32);
}
END_TEST

START_TEST(a_line_has_an_end)
{
    struct proxy_header header;
    char line[200];

    memset(line, 'x', sizeof(line));
    memcpy(line, "PROXY UNKNOWN ", 14);
    ck_assert_int_eq(proxy_header_parse(line, 106, &header), 0);
    ck_assert_int_eq(proxy_header_parse(line, 107, &header), -EBADMSG);
}
END_TEST

START_TEST(a_right_checksum_is_taken)
{
    /* Its value was computed by another implementation (a table of bytes, checked by "123456789").
     */
    static const char bytes[] = V2("\x21", "\x11", "\0", "\x13") "\1\2\3\4\1\2\3\4\0\1\0\2\3\0\4"
                                                                 "\x23\x6d\xc9\x27";
    struct proxy_header header;

    ck_assert_int_eq(proxy_header_parse(bytes, sizeof(bytes) - 1, &header), sizeof(bytes) - 1);
    ck_assert(header.has_client);
}
END_TEST

UNIT_MAIN("worker/proxy_protocol", UNIT_LOOP(headers_as_a_whole, sizeof(rows) / sizeof(rows[0])),
          UNIT_LOOP(headers_byte_by_byte, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(what_follows_is_not_its), UNIT_CASE(a_line_has_an_end),
          UNIT_CASE(a_right_checksum_is_taken))
