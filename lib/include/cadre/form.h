/* SPDX-License-Identifier: MIT */
/*
 * <cadre/form.h>: forms that a client sends, with files or without.
 *
 *     const struct cadre_form *form;
 *     int r = cadre_form_read(req, &form);
 *     if (r < 0)
 *         return r;
 *     const struct cadre_upload *photo = cadre_form_file(form, "photo");
 *     if (photo == NULL)
 *         return cadre_error(req, 422, "photo is missing");
 *
 * application/x-www-form-urlencoded and multipart/form-data (RFC 7578). Fields are kept in memory.
 * Files are, up to `form_memory` bytes of the conf in all, and else go to files without a name in
 * `form_directory` while they arrive: so a form takes no more memory however large its files are. A
 * sync handler has its whole body in memory before it begins: large uploads are for async ones.
 *
 * All that comes of a form is the request's, and gone when the handler has returned; strings end in
 * NUL. What a client says of a file (name, type) is its word alone: never use the name as a path.
 */
#ifndef CADRE_FORM_H
#define CADRE_FORM_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

CADRE_BEGIN_DECLS

struct cadre_form;
struct cadre_request;
struct cadre_upload;

/* What a form may have. What is left out, 0, is as the conf says. */
struct cadre_form_limits {
    size_t max_fields CADRE_OPTIONAL;       /* that are no files: max_form_fields, 1000 */
    size_t max_files CADRE_OPTIONAL;        /* max_form_files, 1000 */
    size_t max_field_bytes CADRE_OPTIONAL;  /* of a field; max_form_field_size, 1 MiB; urlencoded:
                                               name and value, as they were sent */
    uint64_t max_file_bytes CADRE_OPTIONAL; /* of a file; without: max_body_size holds alone */
};

/*
 * Receives the form, to its end. A body of another type, or none, gives an empty form. A second
 * call gives the same again. May suspend.
 *
 * 0. Errors as of cadre_body, and: -EBADMSG: it is broken; -E2BIG: it is above a limit; a handler
 * that returns one of these two without a response gets 400 sent, with what is wrong
 * (cadre_refusal). -EALREADY: a part of the body was read before; -ENOSPC, -EACCES and such: a file
 * cannot be written to `form_directory`.
 */
CADRE_API CADRE_MUST_CHECK int cadre_form_read(struct cadre_request *req,
                                               const struct cadre_form **ret);

/* The same within limits of the handler's own; NULL: the conf's. */
CADRE_API CADRE_MUST_CHECK int cadre_form_read_within(struct cadre_request *req,
                                                      const struct cadre_form_limits *limits,
                                                      const struct cadre_form **ret);

/* --- fields; never suspends --- */

/* The value of the last field of that name; NULL without one. */
CADRE_API const char *cadre_form_field(const struct cadre_form *form, const char *name);

/* The field at that index, from 0, in the order in which they came. A value may hold NUL. False
 * behind the last one. */
CADRE_API bool cadre_form_field_at(const struct cadre_form *form, size_t index,
                                   const char **ret_name, struct cadre_str *ret_value);

/* --- files --- */

/* The last file of that name; NULL without one. Never suspends. */
CADRE_API const struct cadre_upload *cadre_form_file(const struct cadre_form *form,
                                                     const char *name);

/* The file at that index, from 0, in the order in which they came; NULL behind the last one. Never
 * suspends. */
CADRE_API const struct cadre_upload *cadre_form_file_at(const struct cadre_form *form,
                                                        size_t index);

/* The name of its field; its own name as the client has it, "" where it says none; its type,
 * "application/octet-stream" where it says none; its size in bytes. Never suspend. */
CADRE_API const char *cadre_upload_field(const struct cadre_upload *upload);
CADRE_API const char *cadre_upload_filename(const struct cadre_upload *upload);
CADRE_API const char *cadre_upload_type(const struct cadre_upload *upload);
CADRE_API uint64_t cadre_upload_size(const struct cadre_upload *upload);

/* The value of the first field of that name in the part's own head, case ignored; NULL without one.
 * Never suspends. */
CADRE_API const char *cadre_upload_header(const struct cadre_upload *upload, const char *name);

/* Reads up to `size` bytes at `offset`: returns how many, 0 at the end, or the negative errno of
 * pread(2). May suspend; in a sync handler it blocks. */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_upload_read(const struct cadre_upload *upload, void *buf,
                                                     size_t size, uint64_t offset);

/*
 * Writes all of it to a new file with that mode, less the umask. 0; -EEXIST: there is one of that
 * name; or the negative errno of what failed, and then no file is left behind. May suspend; in a
 * sync handler it blocks.
 */
CADRE_API CADRE_MUST_CHECK int cadre_upload_save(const struct cadre_upload *upload,
                                                 const char *path, mode_t mode);

CADRE_END_DECLS

#endif
