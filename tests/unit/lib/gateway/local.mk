# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += %D%/test_field %D%/test_gateway %D%/test_prepared %D%/test_request_id %D%/test_response
unit_tests += %D%/test_field_list %D%/test_http_date %D%/test_trace_context %D%/test_websocket
%C%_test_http_date_SOURCES = %D%/test_http_date.c
%C%_test_http_date_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_field_list_SOURCES = %D%/test_field_list.c
%C%_test_field_list_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_field_SOURCES = %D%/test_field.c
%C%_test_field_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_gateway_SOURCES = %D%/test_gateway.c
%C%_test_gateway_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_prepared_SOURCES = %D%/test_prepared.c
%C%_test_prepared_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_request_id_SOURCES = %D%/test_request_id.c
%C%_test_request_id_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_response_SOURCES = %D%/test_response.c
%C%_test_response_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_trace_context_SOURCES = %D%/test_trace_context.c
%C%_test_trace_context_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
%C%_test_websocket_SOURCES = %D%/test_websocket.c
%C%_test_websocket_LDADD = lib/gateway/libgateway.la lib/base/libbase.la $(UNIT_LIBS)
endif
