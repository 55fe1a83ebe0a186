# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += %D%/libapi.la
%C%_libapi_la_SOURCES = \
	%D%/body.c \
	%D%/api.h \
	%D%/call.c \
	%D%/call.h \
	%D%/conf_layers.c \
	%D%/conf_layers.h \
	%D%/described.c \
	%D%/described.h \
	%D%/docs.c \
	%D%/docs.h \
	%D%/fill.c \
	%D%/form.c \
	%D%/gate.c \
	%D%/invalid.c \
	%D%/lines.c \
	%D%/openapi.c \
	%D%/openapi.h \
	%D%/openapi_body.c \
	%D%/openapi_collect.c \
	%D%/openapi_collect.h \
	%D%/openapi_info.c \
	%D%/openapi_info.h \
	%D%/openapi_operation.c \
	%D%/openapi_params.c \
	%D%/openapi_parts.h \
	%D%/openapi_security.c \
	%D%/openapi_serve.c \
	%D%/openapi_serve.h \
	%D%/pages.c \
	%D%/plan.c \
	%D%/plan.h \
	%D%/plan_params.c \
	%D%/plan_scopes.c \
	%D%/plan_response.c \
	%D%/query.c \
	%D%/resolve.c \
	%D%/password_form.c \
	%D%/respond.c \
	%D%/security.c \
	%D%/security.h \
	%D%/settings.c \
	%D%/settings.h
%C%_libapi_la_CFLAGS = $(AM_CFLAGS) $(LTO_CFLAGS)
%C%_libapi_la_CPPFLAGS = $(AM_CPPFLAGS) -DPAGESDIR='"$(pkgdatadir)/pages"'
