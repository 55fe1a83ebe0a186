# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += %D%/test_arena
%C%_test_arena_SOURCES = %D%/test_arena.c
%C%_test_arena_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_build
%C%_test_build_SOURCES = %D%/test_build.c
%C%_test_build_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_clock
%C%_test_clock_SOURCES = %D%/test_clock.c
%C%_test_clock_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_error
%C%_test_error_SOURCES = %D%/test_error.c
%C%_test_error_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_fd
%C%_test_fd_SOURCES = %D%/test_fd.c
%C%_test_fd_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_list
%C%_test_list_SOURCES = %D%/test_list.c
%C%_test_list_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_str
%C%_test_str_SOURCES = %D%/test_str.c
%C%_test_str_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_timer
%C%_test_timer_SOURCES = %D%/test_timer.c
%C%_test_timer_LDADD = lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_units
%C%_test_units_SOURCES = %D%/test_units.c
%C%_test_units_LDADD = lib/base/libbase.la $(UNIT_LIBS)
endif
