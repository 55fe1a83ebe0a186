/* SPDX-License-Identifier: MIT */
/*
 * model/convert_moment: dates, times, datetimes and durations.
 *
 * A date may come as a datetime at midnight, a datetime as a date: then the issue tells of both, as
 * Pydantic's does.
 */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "model/converters.h"
#include "model/moment.h"
#include "model/value.h"

uint64_t cadre__validation_now_ms(const struct cadre_validation *validation)
{
    return validation->wall_ms ? validation->wall_ms : cadre__clock_wall_ms();
}

/* ---- dates ---- */

static int check_date(struct cadre_validation *validation, const struct cadre__type *type,
                      const struct cadre_input *input, const struct cadre_date *date)
{
    const struct cadre_field *rules = type->rules;

    if (!rules->past && !rules->future)
        return 0;
    int64_t today = (int64_t)(cadre__validation_now_ms(validation) / 86400000);
    int64_t day = cadre__date_to_days(date);
    if (rules->past && day >= today)
        return cadre__issue_text(validation, "date_past", input, NULL,
                                 "Date should be in the past");
    if (rules->future && day <= today)
        return cadre__issue_text(validation, "date_future", input, NULL,
                                 "Date should be in the future");
    return 0;
}

/* A datetime in the place of a date: only midnight is one. */
static int date_of(struct cadre_validation *validation, const struct cadre_input *input,
                   const struct cadre_datetime *datetime, struct cadre_date *ret)
{
    const struct cadre_time *time = &datetime->time;

    if (time->hour || time->minute || time->second || time->microsecond)
        return cadre__issue_text(
            validation, "date_from_datetime_inexact", input, NULL,
            "Datetimes provided to dates should have zero time - e.g. be exact dates");
    *ret = datetime->date;
    return 0;
}

int cadre__convert_date(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    struct cadre_datetime datetime;
    struct cadre_date date;
    const char *why = NULL;
    int r = 0;

    if (input->type == CADRE_INPUT_STRING) {
        why = cadre__date_parse(input->text, &date);
        if (why && type->strict)
            return cadre__issue_word(validation, "date_parsing", input, "error", why,
                                     "Input should be a valid date in the format YYYY-MM-DD, ");
        if (why) {
            why = cadre__datetime_parse(input->text, &datetime);
            if (!why)
                r = date_of(validation, input, &datetime, &date);
        }
    } else if (input->type == CADRE_INPUT_NUMBER && !type->strict) {
        why = cadre__datetime_from_number(input->text, &datetime);
        if (!why)
            r = date_of(validation, input, &datetime, &date);
    } else {
        return cadre__issue_text(validation, "date_type", input, NULL,
                                 "Input should be a valid date");
    }
    if (why)
        return cadre__issue_word(validation, "date_from_datetime_parsing", input, "error", why,
                                 "Input should be a valid date or datetime, ");
    if (r == 0)
        r = check_date(validation, type, input, &date);
    if (r == 0)
        memcpy(value, &date, sizeof(date));
    return r;
}

/* ---- times ---- */

static int check_zone(struct cadre_validation *validation, const struct cadre__type *type,
                      const struct cadre_input *input, const struct cadre_time *time)
{
    if (type->rules->zone == CADRE_ZONE_AWARE && !time->has_offset)
        return cadre__issue_text(validation, "timezone_aware", input, NULL,
                                 "Input should have timezone info");
    if (type->rules->zone == CADRE_ZONE_NAIVE && time->has_offset)
        return cadre__issue_text(validation, "timezone_naive", input, NULL,
                                 "Input should not have timezone info");
    return 0;
}

int cadre__convert_time(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    struct cadre_time time;
    const char *why;

    if (input->type == CADRE_INPUT_STRING)
        why = cadre__time_parse(input->text, &time);
    else if (input->type == CADRE_INPUT_NUMBER && !type->strict)
        why = cadre__time_from_number(input->text, &time);
    else
        return cadre__issue_text(validation, "time_type", input, NULL,
                                 "Input should be a valid time");
    if (why)
        return cadre__issue_word(validation, "time_parsing", input, "error", why,
                                 "Input should be in a valid time format, ");
    int r = check_zone(validation, type, input, &time);
    if (r == 0)
        memcpy(value, &time, sizeof(time));
    return r;
}

/* ---- datetimes ---- */

static int check_datetime(struct cadre_validation *validation, const struct cadre__type *type,
                          const struct cadre_input *input, const struct cadre_datetime *datetime)
{
    const struct cadre_field *rules = type->rules;
    int r = check_zone(validation, type, input, &datetime->time);

    if (r != 0 || (!rules->past && !rules->future))
        return r;
    int64_t now_ms = (int64_t)cadre__validation_now_ms(validation);
    int64_t at_ms =
        cadre_datetime_to_unix(datetime) * 1000 + (int64_t)(datetime->time.microsecond / 1000);
    if (rules->past && at_ms >= now_ms)
        return cadre__issue_text(validation, "datetime_past", input, NULL,
                                 "Input should be in the past");
    if (rules->future && at_ms <= now_ms)
        return cadre__issue_text(validation, "datetime_future", input, NULL,
                                 "Input should be in the future");
    return 0;
}

int cadre__convert_datetime(struct cadre_validation *validation, const struct cadre__type *type,
                            const struct cadre_input *input, void *value)
{
    struct cadre_datetime datetime = {.time = {0}};
    const char *why;

    if (input->type == CADRE_INPUT_STRING) {
        why = cadre__datetime_parse(input->text, &datetime);
        if (why && !type->strict) {
            datetime = (struct cadre_datetime){.time = {0}};
            why = cadre__date_parse(input->text, &datetime.date);
            if (why)
                return cadre__issue_word(validation, "datetime_from_date_parsing", input, "error",
                                         why, "Input should be a valid datetime or date, ");
        }
    } else if (input->type == CADRE_INPUT_NUMBER && !type->strict) {
        why = cadre__datetime_from_number(input->text, &datetime);
    } else {
        return cadre__issue_text(validation, "datetime_type", input, NULL,
                                 "Input should be a valid datetime");
    }
    if (why)
        return cadre__issue_word(validation, "datetime_parsing", input, "error", why,
                                 "Input should be a valid datetime, ");
    int r = check_datetime(validation, type, input, &datetime);
    if (r == 0)
        memcpy(value, &datetime, sizeof(datetime));
    return r;
}

/* ---- durations ---- */

int cadre__convert_duration(struct cadre_validation *validation, const struct cadre__type *type,
                            const struct cadre_input *input, void *value)
{
    struct cadre_duration duration;
    const char *why;

    if (input->type == CADRE_INPUT_STRING)
        why = cadre__duration_parse(input->text, &duration);
    else if (input->type == CADRE_INPUT_NUMBER && !type->strict)
        why = cadre__duration_from_number(input->text, &duration);
    else
        return cadre__issue_text(validation, "time_delta_type", input, NULL,
                                 "Input should be a valid timedelta");
    if (why)
        return cadre__issue_word(validation, "time_delta_parsing", input, "error", why,
                                 "Input should be a valid timedelta, ");
    memcpy(value, &duration, sizeof(duration));
    return 0;
}
