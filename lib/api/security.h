/* SPDX-License-Identifier: MIT */
/*
 * Security schemes (<cadre/security.h>): what each kind is called, and what it takes out of a
 * request. api/resolve.c runs them as dependencies.
 */
#ifndef CADRE_API_SECURITY_H
#define CADRE_API_SECURITY_H

#include <cadre/security.h>

/* Its name in the document: its own, or that of its kind. */
const char *cadre__security_scheme_name(const struct cadre_security_scheme *scheme);

/* Why a dependency that is a scheme cannot run; NULL: it can. A static text. */
const char *cadre__security_misfit(const struct cadre_dependency *dependency);

/* Whether the text is a scope (RFC 6749 §3.3): it may stand in a challenge between quotes. */
bool cadre__security_scope_is_valid(const char *scope);

/* A cadre_resolve_fn for the scheme. Never suspends. */
CADRE_MUST_CHECK int cadre__security_resolve(struct cadre_request *req,
                                             const struct cadre_security_scheme *scheme,
                                             void **ret);

#endif
