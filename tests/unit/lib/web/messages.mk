# SPDX-License-Identifier: MIT
# What is asked of requests and how it is answered: tests that have no other needs than these.
if HAVE_CHECK
unit_tests += \
	%D%/test_form \
	%D%/test_multipart \
	%D%/test_parameters \
	%D%/test_request \
	%D%/test_respond_more
%C%_test_form_SOURCES = %D%/test_form.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_form_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_form_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_multipart_SOURCES = %D%/test_multipart.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_multipart_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_multipart_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_parameters_SOURCES = %D%/test_parameters.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_parameters_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_parameters_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_request_SOURCES = %D%/test_request.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_request_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_request_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
%C%_test_respond_more_SOURCES = %D%/test_respond_more.c %D%/fake_channel.h %D%/one_handler.h
%C%_test_respond_more_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_respond_more_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS)
endif
