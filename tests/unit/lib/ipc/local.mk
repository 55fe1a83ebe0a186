# SPDX-License-Identifier: MIT
if HAVE_CHECK
unit_tests += %D%/test_channel
%C%_test_channel_SOURCES = %D%/test_channel.c
%C%_test_channel_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_heritage
%C%_test_heritage_SOURCES = %D%/test_heritage.c
%C%_test_heritage_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_scoreboard
%C%_test_scoreboard_SOURCES = %D%/test_scoreboard.c
%C%_test_scoreboard_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_crash_record
%C%_test_crash_record_SOURCES = %D%/test_crash_record.c
%C%_test_crash_record_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_quarantine
%C%_test_quarantine_SOURCES = %D%/test_quarantine.c
%C%_test_quarantine_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
unit_tests += %D%/test_task_report
%C%_test_task_report_SOURCES = %D%/test_task_report.c
%C%_test_task_report_LDADD = lib/ipc/libipc.la lib/base/libbase.la $(UNIT_LIBS)
endif
