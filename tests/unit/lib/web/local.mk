# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += \
	%D%/test_app \
	%D%/test_lifespan \
	%D%/test_pattern \
	%D%/test_server_state
%C%_test_app_SOURCES = %D%/test_app.c %D%/fake_channel.h
%C%_test_app_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_app_CPPFLAGS = $(AM_CPPFLAGS) $(LIBEVENT_CFLAGS)
%C%_test_lifespan_SOURCES = %D%/test_lifespan.c
%C%_test_lifespan_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_pattern_SOURCES = %D%/test_pattern.c
%C%_test_pattern_LDADD = lib/libruntime.la $(UNIT_LIBS)
%C%_test_server_state_SOURCES = %D%/test_server_state.c
%C%_test_server_state_LDADD = lib/libruntime.la $(UNIT_LIBS)
endif
