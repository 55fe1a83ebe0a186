# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_body \
	%D%/test_check \
	%D%/test_client \
	%D%/test_cookies \
	%D%/test_exchange \
	%D%/test_json \
	%D%/test_scope \
	%D%/test_served \
	%D%/test_socket \
	%D%/test_url \
	%D%/test_wait \
	%D%/test_websocket
# What a test of a module, or of lib/web by the test client, links.
test_client_libs = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_body_SOURCES = %D%/test_body.c
%C%_test_body_LDADD = $(test_client_libs)
%C%_test_check_SOURCES = %D%/test_check.c %D%/answers.h
%C%_test_check_LDADD = $(test_client_libs)
%C%_test_exchange_SOURCES = %D%/test_exchange.c
%C%_test_exchange_LDADD = $(test_client_libs)
%C%_test_json_SOURCES = %D%/test_json.c %D%/answers.h
%C%_test_json_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
%C%_test_json_LDADD = $(test_client_libs) $(JANSSON_LIBS)
%C%_test_served_SOURCES = %D%/test_served.c
%C%_test_served_LDADD = $(test_client_libs)
%C%_test_client_SOURCES = %D%/test_client.c
%C%_test_client_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_client_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_client_LDADD = $(test_client_libs)
EXTRA_%C%_test_client_DEPENDENCIES = modules/demo.la
%C%_test_cookies_SOURCES = %D%/test_cookies.c
%C%_test_cookies_LDADD = $(test_client_libs)
%C%_test_url_SOURCES = %D%/test_url.c
%C%_test_url_LDADD = $(test_client_libs)
%C%_test_scope_SOURCES = %D%/test_scope.c
%C%_test_scope_LDADD = $(test_client_libs)
%C%_test_socket_SOURCES = %D%/test_socket.c
%C%_test_socket_LDADD = $(test_client_libs)
%C%_test_wait_SOURCES = %D%/test_wait.c
%C%_test_wait_LDADD = $(test_client_libs)
%C%_test_websocket_SOURCES = %D%/test_websocket.c tests/unit/lib/web/websocket_test.h
%C%_test_websocket_LDADD = $(test_client_libs)
endif
