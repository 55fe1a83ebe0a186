/* SPDX-License-Identifier: MIT */
/*
 * Values as text; see client_text.h.
 */
#include "config.h"

#include "master/client_text.h"

#include <stdio.h>

json_int_t client_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

double client_real(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

const char *client_string(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value != NULL ? value : "";
}

const char *client_age(double seconds, char buf[static CLIENT_TEXT_SIZE])
{
    unsigned long long s = seconds > 0 ? (unsigned long long)seconds : 0;

    if (s < 60)
        snprintf(buf, CLIENT_TEXT_SIZE, "%llus", s);
    else if (s < 3600)
        snprintf(buf, CLIENT_TEXT_SIZE, "%llum%02llus", s / 60, s % 60);
    else if (s < 86400)
        snprintf(buf, CLIENT_TEXT_SIZE, "%lluh%02llum", s / 3600, s / 60 % 60);
    else
        snprintf(buf, CLIENT_TEXT_SIZE, "%llud%02lluh", s / 86400, s / 3600 % 24);
    return buf;
}

const char *client_span(double ms, char buf[static CLIENT_TEXT_SIZE])
{
    if (ms <= 0)
        snprintf(buf, CLIENT_TEXT_SIZE, "-");
    else if (ms < 1)
        snprintf(buf, CLIENT_TEXT_SIZE, "%.0fus", ms * 1000);
    else if (ms < 10)
        snprintf(buf, CLIENT_TEXT_SIZE, "%.1fms", ms);
    else if (ms < 1000)
        snprintf(buf, CLIENT_TEXT_SIZE, "%.0fms", ms);
    else
        snprintf(buf, CLIENT_TEXT_SIZE, "%.1fs", ms / 1000);
    return buf;
}

const char *client_bytes(json_int_t n, char buf[static CLIENT_TEXT_SIZE])
{
    if (n <= 0)
        snprintf(buf, CLIENT_TEXT_SIZE, "-");
    else
        snprintf(buf, CLIENT_TEXT_SIZE, "%.1fM", (double)n / (1024.0 * 1024.0));
    return buf;
}
