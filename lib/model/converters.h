/* SPDX-License-Identifier: MIT */
/*
 * model/converters: the conversion of each kind, as rows of one table (model/convert.c).
 *
 * A converter gets an input that no `before` will change any more, of any type, and a type of its
 * kind; it applies the constraints of its kind, too, but no validator. It writes the value only on
 * success. 0; CADRE__INVALID: an issue was added; -ENOMEM.
 */
#ifndef CADRE_MODEL_CONVERTERS_H
#define CADRE_MODEL_CONVERTERS_H

#include <cadre/model.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/issues.h"
#include "model/plan.h"

#define CADRE__CONVERTER(name_)                                                                    \
    CADRE_MUST_CHECK int cadre__convert_##name_(struct cadre_validation *validation,               \
                                                const struct cadre__type *type,                    \
                                                const struct cadre_input *input, void *value)

CADRE__CONVERTER(int);      /* INT and UINT */
CADRE__CONVERTER(real);     /* DOUBLE */
CADRE__CONVERTER(bool);     /* */
CADRE__CONVERTER(string);   /* STRING and TEXT */
CADRE__CONVERTER(bytes);    /* */
CADRE__CONVERTER(enum);     /* */
CADRE__CONVERTER(date);     /* */
CADRE__CONVERTER(time);     /* */
CADRE__CONVERTER(datetime); /* */
CADRE__CONVERTER(duration); /* */
CADRE__CONVERTER(uuid);     /* */
CADRE__CONVERTER(ip);       /* */
CADRE__CONVERTER(decimal);  /* */
CADRE__CONVERTER(email);    /* */
CADRE__CONVERTER(url);      /* */
CADRE__CONVERTER(any);      /* */

/* A text that is one of a union's choices; into the place of a pointer where the type is one. Of a
 * union with a discriminator it is of the wrong type. */
CADRE__CONVERTER(union);

/* A string that holds the JSON of a value, which is of type->inside: `.json`. */
CADRE__CONVERTER(json);

/* Converts by the kind alone, without validators. */
CADRE__CONVERTER(plain);

/* --- what converters share --- */

/* A whole number of up to 64 bits and a sign. */
struct cadre__integer {
    bool negative;
    uint64_t magnitude;
};

/* Stores a whole number that is right by itself: bounds, then the range of the member. As above. */
CADRE_MUST_CHECK int cadre__store_integer(struct cadre_validation *validation,
                                          const struct cadre__type *type,
                                          const struct cadre_input *input,
                                          struct cadre__integer number, void *value);

/* Stores a double: finite, bounds. As above. */
CADRE_MUST_CHECK int cadre__store_real(struct cadre_validation *validation,
                                       const struct cadre__type *type,
                                       const struct cadre_input *input, double number, void *value);

/* The text of a STRING stripped and in the case that the rules ask for: a copy where it changes,
 * which ends in NUL. 0 or -ENOMEM. */
CADRE_MUST_CHECK int cadre__string_transform(struct cadre_validation *validation,
                                             const struct cadre_field *rules, struct cadre_str text,
                                             struct cadre_str *ret);

/* Length in characters and pattern of a string. As a converter. */
CADRE_MUST_CHECK int cadre__string_check(struct cadre_validation *validation,
                                         const struct cadre__type *type,
                                         const struct cadre_input *input, struct cadre_str text);

/* An issue whose ctx is one number: {"max_length":80}. */
int cadre__issue_number(struct cadre_validation *validation, const char *type,
                        const struct cadre_input *input, const char *key, uint64_t number,
                        const char *fmt, ...) CADRE_PRINTF(6, 7);

/* An issue whose ctx is one text: {"error":"..."}; the message is the two texts, one behind the
 * other. `value` lives as long as the arena. */
int cadre__issue_word(struct cadre_validation *validation, const char *type,
                      const struct cadre_input *input, const char *key, const char *value,
                      const char *message);

/* The issues of `.json`: the input is no string; or the JSON in it is wrong, at that character. */
int cadre__issue_json_type(struct cadre_validation *validation, const struct cadre_input *input);
int cadre__issue_json_text(struct cadre_validation *validation, const struct cadre_input *input,
                           size_t offset, const char *what);

/* "s", but for 1. */
static inline const char *cadre__plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* The wall clock of a validation, in ms since 1970. */
uint64_t cadre__validation_now_ms(const struct cadre_validation *validation);

#endif
