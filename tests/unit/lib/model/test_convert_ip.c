/* SPDX-License-Identifier: MIT */
/* Addresses from text (model/convert_ip.c). */
#include "config.h"

#include "model/converters.h"
#include "model/value.h"

#include "json_check.h"

static int convert(struct cadre_input input, unsigned version, struct cadre_ip *ret)
{
    const struct cadre_field rules = {.ip_version = version};
    const struct cadre__type type = {
        .kind = CADRE_KIND_IP, .size = sizeof(struct cadre_ip), .rules = &rules};

    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
    memset(ret, 0x55, sizeof(*ret));
    return cadre__convert_ip(&validation, &type, &input, ret);
}

static const struct {
    struct cadre_str text;
    const char *becomes; /* NULL: it is no address */
} texts[] = {
    {CADRE_STR_INIT("192.0.2.1"), "192.0.2.1"},
    {CADRE_STR_INIT("0.0.0.0"), "0.0.0.0"},
    {CADRE_STR_INIT("255.255.255.255"), "255.255.255.255"},
    {CADRE_STR_INIT("2001:DB8:0:0::1"), "2001:db8::1"},
    {CADRE_STR_INIT("::"), "::"},
    {CADRE_STR_INIT("::ffff:192.0.2.1"), "::ffff:192.0.2.1"},
    {CADRE_STR_INIT("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {CADRE_STR_INIT(""), NULL},
    {CADRE_STR_INIT("192.0.2"), NULL},
    {CADRE_STR_INIT("192.0.2.256"), NULL},
    {CADRE_STR_INIT("192.0.2.01"), NULL},
    {CADRE_STR_INIT("0xc0.0.2.1"), NULL},
    {CADRE_STR_INIT(" 192.0.2.1"), NULL},
    {CADRE_STR_INIT("192.0.2.1\0"), NULL},
    {CADRE_STR_INIT("192.0.2.1/24"), NULL},
    {CADRE_STR_INIT("fe80::1%eth0"), NULL},
    {CADRE_STR_INIT("[::1]"), NULL},
    {CADRE_STR_INIT("1::2::3"), NULL},
    {CADRE_STR_INIT("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555555"), NULL},
};

START_TEST(an_address_is_of_version_4_or_6)
{
    struct cadre_input input = {CADRE_INPUT_STRING, texts[_i].text};
    char text[CADRE_VALUE_TEXT_MAX];
    struct cadre_ip ip, other;

    int r = convert(input, 0, &ip);
    ck_assert_int_eq(r, texts[_i].becomes ? 0 : CADRE__INVALID);
    if (r != 0) {
        ck_assert_str_eq(validation.issues.first->type, "ip_any_address");
        ck_assert_int_eq(ip.version, 0x55);
        return;
    }
    cadre_ip_format(&ip, text);
    ck_assert_str_eq(text, texts[_i].becomes);
    ck_assert_int_eq(convert(input, ip.version, &other), 0);
    ck_assert_int_eq(memcmp(&ip, &other, sizeof(ip)), 0);
    ck_assert_int_eq(convert(input, ip.version == 4 ? 6 : 4, &other), CADRE__INVALID);
    ck_assert_str_eq(validation.issues.first->type,
                     ip.version == 4 ? "ip_v6_address" : "ip_v4_address");
    ck_assert_int_eq(other.version, 0x55);
}
END_TEST

START_TEST(what_is_no_string_is_no_address)
{
    struct cadre_ip ip;

    ck_assert_int_eq(convert((struct cadre_input){CADRE_INPUT_NUMBER, CADRE_STR("7")}, 0, &ip),
                     CADRE__INVALID);
    check_issues("7", "{\"type\":\"ip_any_address\",\"loc\":[],\"msg\":\"value is not a valid IPv4 "
                      "or IPv6 address\",\"input\":7}");
    ck_assert_int_eq(convert((struct cadre_input){CADRE_INPUT_NULL, CADRE_STR("null")}, 4, &ip),
                     CADRE__INVALID);
    check_issues("null", "{\"type\":\"ip_v4_address\",\"loc\":[],\"msg\":\"Input is not a valid "
                         "IPv4 address\",\"input\":null}");
}
END_TEST

UNIT_MAIN("model/convert_ip",
          UNIT_LOOP(an_address_is_of_version_4_or_6, sizeof(texts) / sizeof(texts[0])),
          UNIT_CASE(what_is_no_string_is_no_address))
