# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_errors \
	%D%/test_app \
	%D%/test_finish \
	%D%/test_interim \
	%D%/test_lifespan \
	%D%/test_messages \
	%D%/test_middleware \
	%D%/test_module_abi \
	%D%/test_mount_row \
	%D%/test_pattern \
	%D%/test_request_names \
	%D%/test_request_values \
	%D%/test_respond_fd \
	%D%/test_router \
	%D%/test_routing \
	%D%/test_server_state \
	%D%/test_sse \
	%D%/test_websocket \
	%D%/test_websocket_call \
	%D%/test_websocket_layers \
	%D%/test_websocket_messages \
	%D%/test_taps \
	%D%/test_trailers
%C%_test_app_SOURCES = %D%/test_app.c %D%/fake_channel.h
%C%_test_app_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_app_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_lifespan_SOURCES = %D%/test_lifespan.c
%C%_test_lifespan_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_module_abi_SOURCES = %D%/test_module_abi.c
%C%_test_module_abi_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_mount_row_SOURCES = %D%/test_mount_row.c
%C%_test_mount_row_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_pattern_SOURCES = %D%/test_pattern.c
%C%_test_pattern_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_router_SOURCES = %D%/test_router.c
%C%_test_router_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_routing_SOURCES = %D%/test_routing.c
%C%_test_routing_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_errors_SOURCES = %D%/test_errors.c
%C%_test_errors_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_messages_SOURCES = %D%/test_messages.c
%C%_test_messages_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_middleware_SOURCES = %D%/test_middleware.c
%C%_test_middleware_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_websocket_SOURCES = %D%/test_websocket.c %D%/websocket_test.h
%C%_test_websocket_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_websocket_call_SOURCES = %D%/test_websocket_call.c %D%/websocket_test.h
%C%_test_websocket_call_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_websocket_layers_SOURCES = %D%/test_websocket_layers.c \
	%D%/websocket_test.h %D%/count_fields.h
%C%_test_websocket_layers_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_websocket_layers_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_websocket_messages_SOURCES = %D%/test_websocket_messages.c %D%/websocket_test.h
%C%_test_websocket_messages_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_websocket_messages_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_sse_SOURCES = %D%/test_sse.c
%C%_test_sse_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_sse_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS) $(JANSSON_LIBS)
%C%_test_taps_SOURCES = %D%/test_taps.c %D%/count_fields.h
%C%_test_taps_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_values_SOURCES = %D%/test_request_values.c
%C%_test_request_values_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_server_state_SOURCES = %D%/test_server_state.c
%C%_test_server_state_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_finish_SOURCES = %D%/test_finish.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_finish_LDADD = $(test_client_libs)
%C%_test_finish_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_interim_SOURCES = %D%/test_interim.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_interim_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_interim_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_request_names_SOURCES = %D%/test_request_names.c %D%/fake_channel.h
%C%_test_request_names_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_names_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_respond_fd_SOURCES = %D%/test_respond_fd.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_respond_fd_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_respond_fd_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_trailers_SOURCES = %D%/test_trailers.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_trailers_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_trailers_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
endif
include tests/unit/lib/web/messages.mk
