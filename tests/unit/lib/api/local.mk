# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/openapi_test.h %D%/typed_test.h
if HAVE_CHECK
unit_tests += \
	%D%/test_websocket \
	%D%/test_body \
	%D%/test_call \
	%D%/test_lines \
	%D%/test_conf_layers \
	%D%/test_fill \
	%D%/test_form \
	%D%/test_described \
	%D%/test_openapi \
	%D%/test_docs \
	%D%/test_openapi_body \
	%D%/test_openapi_operation \
	%D%/test_openapi_params \
	%D%/test_openapi_collect \
	%D%/test_openapi_info \
	%D%/test_pages \
	%D%/test_openapi_security \
	%D%/test_openapi_serve \
	%D%/test_invalid \
	%D%/test_json_params \
	%D%/test_choice_params \
	%D%/test_params \
	%D%/test_plan_params \
	%D%/test_plan_response \
	%D%/test_query \
	%D%/test_resolve \
	%D%/test_password_form \
	%D%/test_plan_scopes \
	%D%/test_respond \
	%D%/test_scalars \
	%D%/test_security \
	%D%/test_settings
%C%_test_body_SOURCES = %D%/test_body.c
%C%_test_body_LDADD = $(test_client_libs)
%C%_test_lines_SOURCES = %D%/test_lines.c
%C%_test_lines_LDADD = $(test_client_libs)
%C%_test_call_SOURCES = %D%/test_call.c
%C%_test_call_LDADD = $(test_client_libs)
%C%_test_conf_layers_SOURCES = %D%/test_conf_layers.c
%C%_test_conf_layers_LDADD = $(test_client_libs)
%C%_test_fill_SOURCES = %D%/test_fill.c
%C%_test_fill_LDADD = $(test_client_libs)
%C%_test_form_SOURCES = %D%/test_form.c
%C%_test_form_LDADD = $(test_client_libs)
%C%_test_described_SOURCES = %D%/test_described.c
%C%_test_described_LDADD = $(test_client_libs)
%C%_test_openapi_collect_SOURCES = %D%/test_openapi_collect.c
%C%_test_openapi_collect_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_collect_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_info_SOURCES = %D%/test_openapi_info.c
%C%_test_openapi_info_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_info_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_SOURCES = %D%/test_openapi.c
%C%_test_openapi_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_docs_SOURCES = %D%/test_docs.c
%C%_test_docs_LDADD = $(test_client_libs)
%C%_test_openapi_body_SOURCES = %D%/test_openapi_body.c
%C%_test_openapi_body_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_body_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_params_SOURCES = %D%/test_openapi_params.c
%C%_test_openapi_params_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_params_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_operation_SOURCES = %D%/test_openapi_operation.c
%C%_test_openapi_operation_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_operation_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_security_SOURCES = %D%/test_openapi_security.c
%C%_test_openapi_security_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_openapi_security_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_openapi_serve_SOURCES = %D%/test_openapi_serve.c
%C%_test_openapi_serve_LDADD = $(test_client_libs)
%C%_test_invalid_SOURCES = %D%/test_invalid.c
%C%_test_invalid_LDADD = $(test_client_libs)
%C%_test_json_params_SOURCES = %D%/test_json_params.c
%C%_test_json_params_LDADD = $(test_client_libs)
%C%_test_choice_params_SOURCES = %D%/test_choice_params.c
%C%_test_choice_params_LDADD = $(test_client_libs)
%C%_test_params_SOURCES = %D%/test_params.c
%C%_test_params_LDADD = $(test_client_libs)
%C%_test_plan_params_SOURCES = %D%/test_plan_params.c
%C%_test_plan_params_LDADD = $(test_client_libs)
%C%_test_plan_response_SOURCES = %D%/test_plan_response.c
%C%_test_plan_response_LDADD = $(test_client_libs)
%C%_test_query_SOURCES = %D%/test_query.c
%C%_test_query_LDADD = $(test_client_libs)
%C%_test_resolve_SOURCES = %D%/test_resolve.c
%C%_test_resolve_LDADD = $(test_client_libs)
%C%_test_password_form_SOURCES = %D%/test_password_form.c
%C%_test_password_form_LDADD = $(test_client_libs)
%C%_test_pages_SOURCES = %D%/test_pages.c
%C%_test_pages_LDADD = $(test_client_libs)
%C%_test_plan_scopes_SOURCES = %D%/test_plan_scopes.c
%C%_test_plan_scopes_LDADD = $(test_client_libs)
%C%_test_respond_SOURCES = %D%/test_respond.c
%C%_test_respond_LDADD = $(test_client_libs)
%C%_test_scalars_SOURCES = %D%/test_scalars.c
%C%_test_scalars_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_scalars_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_security_SOURCES = %D%/test_security.c
%C%_test_security_LDADD = $(test_client_libs)
%C%_test_settings_SOURCES = %D%/test_settings.c
%C%_test_settings_LDADD = $(test_client_libs)
%C%_test_websocket_SOURCES = %D%/test_websocket.c %D%/typed_test.h
%C%_test_websocket_LDADD = $(test_client_libs)
endif
