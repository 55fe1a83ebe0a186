# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_client \
	%D%/test_cookies \
	%D%/test_url
# What a test of a module, or of lib/web by the test client, links.
test_client_libs = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
%C%_test_client_SOURCES = %D%/test_client.c
%C%_test_client_CPPFLAGS = $(AM_CPPFLAGS) -DDEMO='"$(abs_top_builddir)/modules/.libs/demo.so"'
%C%_test_client_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_client_LDADD = $(test_client_libs)
EXTRA_%C%_test_client_DEPENDENCIES = modules/demo.la
%C%_test_cookies_SOURCES = %D%/test_cookies.c
%C%_test_cookies_LDADD = $(test_client_libs)
%C%_test_url_SOURCES = %D%/test_url.c
%C%_test_url_LDADD = $(test_client_libs)
endif
