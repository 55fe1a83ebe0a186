/* SPDX-License-Identifier: MIT */
/*
 * `cadre openapi`: the OpenAPI document of a module, printed without a server. The checker makes
 * it, since the master never loads a module, and sends it in pieces.
 *
 * The module is one of the conf by its name, the only one of the conf, or a file that needs no
 * conf: then a conf is made up that has nothing but it.
 */
#ifndef CADRE_MASTER_OPENAPI_H
#define CADRE_MASTER_OPENAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <cadre/macros.h>

struct cadre__msg_document;
struct cadre__server_conf;
struct openapi;

/* Whether a command's argument is a module's file, not the name of a module in the conf. */
bool openapi_is_file(const char *argument);

/* Makes up a conf of that module alone. The descriptor of a file to be read as /proc/self/fd/N;
 * -ENAMETOOLONG; other errors as of memfd_create(2), write(2) and getcwd(3). */
CADRE_MUST_CHECK int openapi_make_conf(const char *file);

/* Room for the reason below. */
#define OPENAPI_WHY_SIZE 1280

/* Which module of the conf is meant; name NULL: the only one. Its place there; -EINVAL, and why has
 * one line. */
CADRE_MUST_CHECK int openapi_find_module(const struct cadre__server_conf *conf, const char *name,
                                         char *why, size_t why_size);

/* Keeps the document of the module in that place of the conf. NULL: no memory. */
struct openapi *openapi_new(size_t module);
void openapi_free(struct openapi *openapi);

/* Takes a piece: of another module it is dropped. For struct check_request; arg is the struct. */
void openapi_add(void *arg, const struct cadre__msg_document *piece);

/* Prints it, indented by two spaces. 0; -ENOMEM: it is not complete; -EIO. */
CADRE_MUST_CHECK int openapi_print(const struct openapi *openapi, FILE *out);

#endif
