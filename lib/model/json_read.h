/* SPDX-License-Identifier: MIT */
/*
 * model/json_read: JSON into structs, by plans, without a tree between.
 *
 * One walk over the document: each value goes to its member as it is met, what is wrong with it to
 * the issues of the validation. Scalars with nothing to check beside their type are stored here;
 * all others are converted by model/convert. Validators run while the document is read, so they may
 * see a part of one whose syntax turns out to be wrong further on.
 *
 * Of a name that is there more than once the last one counts. Names of no field are skipped,
 * forbidden or kept, as the model says. Nothing here suspends or logs; a validation belongs to one
 * thread.
 */
#ifndef CADRE_MODEL_JSON_READ_H
#define CADRE_MODEL_JSON_READ_H

#include <cadre/str.h>

#include "model/issues.h"
#include "model/plan.h"

/* Arrays and objects may be nested so deep where nothing else is said. */
#define CADRE__JSON_DEPTH 512

/* Those of models, lists and maps, each of which takes about 650 bytes of the stack of the caller:
 * of the 64 KiB of a coroutine not more than 31. A union counts twice, and so does what a validator
 * of before has changed. */
#define CADRE__JSON_DEPTH_TYPED 48

/* Lists, maps and structs behind pointers may take so many times the size of the document, and so
 * many bytes besides, where nothing else is said: of many empty objects much memory is made. */
#define CADRE__JSON_MEMORY_FACTOR 64
#define CADRE__JSON_MEMORY_BYTES  (1024 * 1024)

struct cadre__json_limits {
    size_t max_bytes;   /* of the document; 0: none */
    size_t max_memory;  /* of these, what lists leave behind as they grow too; 0: as above */
    unsigned max_depth; /* of what is nested; 0: CADRE__JSON_DEPTH; at most 1024 */
};

/*
 * Reads a document that is one value of the type. `value` is the place of a value, as that of a
 * member; its bytes are zero. `json` is borrowed and must live as long as the arena of the
 * validation: issues quote it. What is read does not point into it.
 *
 * 0; CADRE__INVALID: there are issues; -EBADMSG: it is no JSON, of which there is an issue,
 * json_invalid, and no other one; -EILSEQ: it is not UTF-8; -EMSGSIZE: it, or what is made of it,
 * is larger than the limit; -ENOMEM; or what a validator returned.
 */
CADRE_MUST_CHECK int cadre__json_read(struct cadre_validation *validation,
                                      const struct cadre__type *type, struct cadre_str json,
                                      const struct cadre__json_limits *limits, void *value);

/* The same without an issue where it is no JSON: *ret_what and *ret_offset are set with -EBADMSG,
 * "Expecting value" and its like and the character at which it is. */
CADRE_MUST_CHECK int cadre__json_read_text(struct cadre_validation *validation,
                                           const struct cadre__type *type, struct cadre_str json,
                                           void *value, const char **ret_what, size_t *ret_offset);

/* The same for an object that is a model. Only members of the plan are written, so it may be a part
 * of a larger struct. */
CADRE_MUST_CHECK int cadre__json_read_model(struct cadre_validation *validation,
                                            const struct cadre__plan *plan, struct cadre_str json,
                                            const struct cadre__json_limits *limits, void *object);

#endif
