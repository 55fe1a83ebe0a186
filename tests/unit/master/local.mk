# SPDX-License-Identifier: MIT
check_tests += %D%/test_unit_file.sh

if HAVE_CHECK
unit_tests += \
	%D%/test_backoff \
	%D%/test_environment \
	%D%/test_listener \
	%D%/test_machine \
	%D%/test_machine_random \
	%D%/test_notify

%C%_test_backoff_SOURCES = %D%/test_backoff.c
%C%_test_backoff_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_machine_SOURCES = %D%/test_machine.c %D%/rig.c %D%/rig.h
%C%_test_machine_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_machine_random_SOURCES = %D%/test_machine_random.c %D%/rig.c %D%/rig.h
%C%_test_machine_random_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_environment_SOURCES = %D%/test_environment.c
%C%_test_environment_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_listener_SOURCES = %D%/test_listener.c
%C%_test_listener_LDADD = master/libmaster.la $(UNIT_LIBS)
%C%_test_notify_SOURCES = %D%/test_notify.c
%C%_test_notify_LDADD = master/libmaster.la $(UNIT_LIBS)
endif
