/* SPDX-License-Identifier: MIT */
/*
 * model/convert_json: strings that hold JSON (`.json` of a row). Those within a document are read
 * by the reader of the document (json_read_value.c), whose limits they share; this is for
 * parameters and settings.
 */
#include "config.h"

#include <errno.h>

#include "model/converters.h"
#include "model/json_read.h"

int cadre__issue_json_type(struct cadre_validation *validation, const struct cadre_input *input)
{
    return cadre__issue_text(validation, "json_type", input, NULL,
                             "JSON input should be string, bytes or bytearray");
}

int cadre__issue_json_text(struct cadre_validation *validation, const struct cadre_input *input,
                           size_t offset, const char *what)
{
    char *words = cadre__arena_printf(validation->arena, "%s at character %zu", what, offset);

    if (!words)
        return -ENOMEM;
    return cadre__issue_word(validation, "json_invalid", input, "error", words, "Invalid JSON: ");
}

int cadre__convert_json(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, void *value)
{
    const char *what;
    size_t offset;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_json_type(validation, input);
    int r = cadre__json_read_text(validation, type->inside, input->text, value, &what, &offset);
    return r == -EBADMSG ? cadre__issue_json_text(validation, input, offset, what) : r;
}
