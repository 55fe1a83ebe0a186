/* SPDX-License-Identifier: MIT */
/*
 * A struct with a member of every kind and constraint, and its model: what the tables of cases are
 * about (scalar_cases.h), here and wherever requests are tested.
 */
#ifndef CADRE_TESTS_UNIT_MODEL_EVERY_H
#define CADRE_TESTS_UNIT_MODEL_EVERY_H

#include <cadre/model.h>

enum color { RED, GREEN, BLUE };
enum level { LOW = -1, HIGH = 10 };

CADRE_ENUM_TYPE(colors, enum color, {"red", RED}, {"green", GREEN}, {"blue", BLUE});
CADRE_ENUM_NUMBERS(levels, enum level, {"low", LOW}, {"high", HIGH});
CADRE_ENUM_TYPE(only_red, enum color, {"red", RED});

/* What counts as now: 2026-01-01T00:00:00Z, in ms. */
#define EVERY_NOW_MS UINT64_C(1767225600000)

struct every {
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64, i64_edge, i64_gt0, i64_1to10, i64_by5, i64_strict;
    uint64_t u64, u64_edge;
    double d, d_gt0, d_le1, d_by, d_finite, d_strict;
    bool b, b_strict;
    const char *s, *s_2to5, *s_min1, *s_letters, *s_strip, *s_lower, *s_upper;
    struct cadre_str text;
    struct cadre_bytes bytes;
    enum color color, color_literal, color_one;
    enum level level, level_literal;
    struct cadre_date date, date_strict, date_past, date_future;
    struct cadre_time time, time_aware;
    struct cadre_datetime dt, dt_strict, dt_aware, dt_naive, dt_past, dt_future;
    struct cadre_duration duration;
    struct cadre_uuid uuid, uuid4;
    struct cadre_ip ip, ip4, ip6;
    struct cadre_time time_naive, time_strict;
    struct cadre_duration duration_strict;
    struct cadre_decimal dec_strict, dec_one;
    enum level level_strict;
    const char *s_strict, *s_max1;
    struct cadre_bytes bytes_one;
    struct cadre_decimal dec, dec_5_2, dec_whole, dec_gt;
    struct cadre_email email;
    struct cadre_uri url, url_http, url_short;
    struct cadre_any any;
};

static const struct cadre_field every_fields[] = {
    CADRE_FIELD(struct every, i8),
    CADRE_FIELD(struct every, u8),
    CADRE_FIELD(struct every, i16),
    CADRE_FIELD(struct every, u16),
    CADRE_FIELD(struct every, i32),
    CADRE_FIELD(struct every, u32),
    CADRE_FIELD(struct every, i64),
    CADRE_FIELD(struct every, i64_edge, CADRE_GT(INT64_MAX - 2), CADRE_LT(INT64_MAX)),
    CADRE_FIELD(struct every, i64_gt0, CADRE_GT(0)),
    CADRE_FIELD(struct every, i64_1to10, CADRE_GE(1), CADRE_LE(10)),
    CADRE_FIELD(struct every, i64_by5, CADRE_MULTIPLE_OF(5)),
    CADRE_FIELD(struct every, i64_strict, .strict = true),
    CADRE_FIELD(struct every, u64),
    CADRE_FIELD(struct every, u64_edge, CADRE_GE(UINT64_MAX - 1)),
    CADRE_FIELD(struct every, d),
    CADRE_FIELD(struct every, d_gt0, CADRE_GT(0)),
    CADRE_FIELD(struct every, d_le1, CADRE_LE(1.5)),
    CADRE_FIELD(struct every, d_by, CADRE_MULTIPLE_OF(0.1)),
    CADRE_FIELD(struct every, d_finite, .finite = true),
    CADRE_FIELD(struct every, d_strict, .strict = true),
    CADRE_FIELD(struct every, b),
    CADRE_FIELD(struct every, b_strict, .strict = true),
    CADRE_FIELD(struct every, s),
    CADRE_FIELD(struct every, s_2to5, .min_length = 2, .max_length = 5),
    CADRE_FIELD(struct every, s_min1, .min_length = 1, .max_length = CADRE_NOTHING - 1),
    CADRE_FIELD(struct every, s_letters, .pattern = "^[a-z]+$"),
    CADRE_FIELD(struct every, s_strip, .strip = true, .min_length = 1),
    CADRE_FIELD(struct every, s_lower, .lower = true, .pattern = "^[a-z]*$"),
    CADRE_FIELD(struct every, s_upper, .upper = true),
    CADRE_FIELD(struct every, text),
    CADRE_FIELD(struct every, bytes, .min_length = 2, .max_length = 4),
    CADRE_ENUM(struct every, color, colors),
    CADRE_ENUM(struct every, color_literal, colors, .literal = true),
    CADRE_ENUM(struct every, color_one, only_red),
    CADRE_ENUM(struct every, level, levels),
    CADRE_ENUM(struct every, level_literal, levels, .literal = true),
    CADRE_FIELD(struct every, date),
    CADRE_FIELD(struct every, date_strict, .strict = true),
    CADRE_FIELD(struct every, date_past, .past = true),
    CADRE_FIELD(struct every, date_future, .future = true),
    CADRE_FIELD(struct every, time),
    CADRE_FIELD(struct every, time_aware, .zone = CADRE_ZONE_AWARE),
    CADRE_FIELD(struct every, dt),
    CADRE_FIELD(struct every, dt_strict, .strict = true),
    CADRE_FIELD(struct every, dt_aware, .zone = CADRE_ZONE_AWARE),
    CADRE_FIELD(struct every, dt_naive, .zone = CADRE_ZONE_NAIVE),
    CADRE_FIELD(struct every, dt_past, .past = true),
    CADRE_FIELD(struct every, dt_future, .future = true),
    CADRE_FIELD(struct every, duration),
    CADRE_FIELD(struct every, uuid),
    CADRE_FIELD(struct every, uuid4, .uuid_version = 4),
    CADRE_FIELD(struct every, time_naive, .zone = CADRE_ZONE_NAIVE),
    CADRE_FIELD(struct every, time_strict, .strict = true),
    CADRE_FIELD(struct every, duration_strict, .strict = true),
    CADRE_FIELD(struct every, dec_strict, .strict = true),
    CADRE_FIELD(struct every, dec_one, .max_digits = 1, .max_places = 1),
    CADRE_ENUM(struct every, level_strict, levels, .strict = true),
    CADRE_FIELD(struct every, s_strict, .strict = true),
    CADRE_FIELD(struct every, s_max1, .max_length = 1),
    CADRE_FIELD(struct every, bytes_one, .min_length = 1, .max_length = 1),
    CADRE_FIELD(struct every, ip),
    CADRE_FIELD(struct every, ip4, .ip_version = 4),
    CADRE_FIELD(struct every, ip6, .ip_version = 6),
    CADRE_FIELD(struct every, dec),
    CADRE_FIELD(struct every, dec_5_2, .max_digits = 5, .max_places = 2),
    CADRE_FIELD(struct every, dec_whole, .max_places = CADRE_NO_PLACES),
    CADRE_FIELD(struct every, dec_gt, CADRE_GT(0.5)),
    CADRE_FIELD(struct every, email),
    CADRE_FIELD(struct every, url),
    CADRE_FIELD(struct every, url_http, CADRE_HTTP_ONLY),
    CADRE_FIELD(struct every, url_short, .max_length = 20),
    CADRE_FIELD(struct every, any),
    CADRE_FIELDS_END,
};
CADRE_MODEL(every_model, struct every, every_fields);

#endif
