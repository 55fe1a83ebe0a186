# SPDX-License-Identifier: MIT
# What is asked of requests and how it is answered: tests that have no other needs than these.
if HAVE_CHECK
unit_tests += \
	%D%/test_accept \
	%D%/test_background \
	%D%/test_beneath \
	%D%/test_byte_range \
	%D%/test_content \
	%D%/test_form \
	%D%/test_multipart \
	%D%/test_parameters \
	%D%/test_precondition \
	%D%/test_request \
	%D%/test_request_memory \
	%D%/test_respond_file \
	%D%/test_respond_more \
	%D%/test_static
%C%_test_accept_SOURCES = %D%/test_accept.c
%C%_test_accept_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_beneath_SOURCES = %D%/test_beneath.c
%C%_test_beneath_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_content_SOURCES = %D%/test_content.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_content_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_content_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_byte_range_SOURCES = %D%/test_byte_range.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_byte_range_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_byte_range_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_form_SOURCES = %D%/test_form.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_form_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_form_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_multipart_SOURCES = %D%/test_multipart.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_multipart_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_multipart_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_parameters_SOURCES = %D%/test_parameters.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_parameters_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_parameters_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_precondition_SOURCES = %D%/test_precondition.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_precondition_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_precondition_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_request_memory_SOURCES = %D%/test_request_memory.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_request_memory_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_memory_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_request_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
%C%_test_request_SOURCES = %D%/test_request.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_request_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_respond_file_SOURCES = %D%/test_respond_file.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_respond_file_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_respond_file_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_respond_more_SOURCES = %D%/test_respond_more.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_respond_more_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_respond_more_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_background_SOURCES = %D%/test_background.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_background_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_background_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
# These ask the bundled module by the test client.
%C%_test_static_SOURCES = %D%/test_static.c
%C%_test_static_CPPFLAGS = $(AM_CPPFLAGS) -DSTATIC='"$(abs_top_builddir)/modules/.libs/static.so"'
%C%_test_static_LDFLAGS = $(AM_LDFLAGS) $(RUNTIME_EXPORTS)
%C%_test_static_LDADD = lib/test/libtest.la lib/libruntime.la $(UNIT_LIBS)
EXTRA_%C%_test_static_DEPENDENCIES = modules/static.la
endif
