# SPDX-License-Identifier: MIT
noinst_HEADERS += %D%/harness.h
if HAVE_CHECK
worker_test_libs = worker/libworker.la lib/libruntime.la $(LIBEVENT_LIBS) $(UNIT_LIBS)

unit_tests += %D%/test_accept_guess
%C%_test_accept_guess_SOURCES = %D%/test_accept_guess.c
%C%_test_accept_guess_LDADD = $(worker_test_libs)

unit_tests += %D%/test_access_file
%C%_test_access_file_SOURCES = %D%/test_access_file.c
%C%_test_access_file_LDADD = $(worker_test_libs)

unit_tests += %D%/test_access_line
%C%_test_access_line_SOURCES = %D%/test_access_line.c
%C%_test_access_line_LDADD = $(worker_test_libs)

unit_tests += %D%/test_access_log
%C%_test_access_log_SOURCES = %D%/test_access_log.c
%C%_test_access_log_LDADD = $(worker_test_libs)

unit_tests += %D%/test_acceptor
%C%_test_acceptor_SOURCES = %D%/test_acceptor.c
%C%_test_acceptor_LDADD = $(worker_test_libs)

unit_tests += %D%/test_crash
%C%_test_crash_SOURCES = %D%/test_crash.c
%C%_test_crash_LDADD = $(worker_test_libs)

unit_tests += %D%/test_buffer
%C%_test_buffer_SOURCES = %D%/test_buffer.c
%C%_test_buffer_LDADD = $(worker_test_libs)

unit_tests += %D%/test_locate
%C%_test_locate_SOURCES = %D%/test_locate.c
%C%_test_locate_LDADD = $(worker_test_libs)

unit_tests += %D%/test_quarantine_guard
%C%_test_quarantine_guard_SOURCES = %D%/test_quarantine_guard.c
%C%_test_quarantine_guard_LDADD = $(worker_test_libs)

unit_tests += %D%/test_queue_intake
%C%_test_queue_intake_SOURCES = %D%/test_queue_intake.c
%C%_test_queue_intake_LDADD = $(worker_test_libs)

unit_tests += %D%/test_gate
%C%_test_gate_SOURCES = %D%/test_gate.c
%C%_test_gate_LDADD = $(worker_test_libs)

unit_tests += %D%/test_handover
%C%_test_handover_SOURCES = %D%/test_handover.c
%C%_test_handover_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1
%C%_test_http1_SOURCES = %D%/test_http1.c
%C%_test_http1_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_body
%C%_test_http1_body_SOURCES = %D%/test_http1_body.c
%C%_test_http1_body_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_chars
%C%_test_http1_chars_SOURCES = %D%/test_http1_chars.c
%C%_test_http1_chars_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_file
%C%_test_http1_file_SOURCES = %D%/test_http1_file.c
%C%_test_http1_file_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_detach
%C%_test_http1_detach_SOURCES = %D%/test_http1_detach.c
%C%_test_http1_detach_LDADD = $(worker_test_libs)
unit_tests += %D%/test_http1_leaving
%C%_test_http1_leaving_SOURCES = %D%/test_http1_leaving.c
%C%_test_http1_leaving_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_log
%C%_test_http1_log_SOURCES = %D%/test_http1_log.c
%C%_test_http1_log_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_memory
%C%_test_http1_memory_SOURCES = %D%/test_http1_memory.c
%C%_test_http1_memory_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_memo
%C%_test_http1_memo_SOURCES = %D%/test_http1_memo.c
%C%_test_http1_memo_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_parser
%C%_test_http1_parser_SOURCES = %D%/test_http1_parser.c
%C%_test_http1_parser_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_target
%C%_test_http1_target_SOURCES = %D%/test_http1_target.c
%C%_test_http1_target_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_output
%C%_test_http1_output_SOURCES = %D%/test_http1_output.c
%C%_test_http1_output_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_trailers
%C%_test_http1_trailers_SOURCES = %D%/test_http1_trailers.c
%C%_test_http1_trailers_LDADD = $(worker_test_libs)

unit_tests += %D%/test_module_layers
%C%_test_module_layers_SOURCES = %D%/test_module_layers.c
%C%_test_module_layers_LDADD = $(worker_test_libs)
unit_tests += %D%/test_module_file
%C%_test_module_file_SOURCES = %D%/test_module_file.c
%C%_test_module_file_LDADD = $(worker_test_libs)

unit_tests += %D%/test_response_head
%C%_test_response_head_SOURCES = %D%/test_response_head.c
%C%_test_response_head_LDADD = $(worker_test_libs)

unit_tests += %D%/test_master_link
%C%_test_master_link_SOURCES = %D%/test_master_link.c
%C%_test_master_link_LDADD = $(worker_test_libs)

unit_tests += %D%/test_meter
%C%_test_meter_SOURCES = %D%/test_meter.c
%C%_test_meter_LDADD = $(worker_test_libs)

unit_tests += %D%/test_score
%C%_test_score_SOURCES = %D%/test_score.c
%C%_test_score_LDADD = $(worker_test_libs)

unit_tests += %D%/test_slow
%C%_test_slow_SOURCES = %D%/test_slow.c
%C%_test_slow_LDADD = $(worker_test_libs)

unit_tests += %D%/test_task_teller
%C%_test_task_teller_SOURCES = %D%/test_task_teller.c
%C%_test_task_teller_LDADD = $(worker_test_libs)
endif

unit_tests += %D%/test_client_table
%C%_test_client_table_SOURCES = %D%/test_client_table.c
%C%_test_client_table_LDADD = $(worker_test_libs)

unit_tests += %D%/test_pace
%C%_test_pace_SOURCES = %D%/test_pace.c
%C%_test_pace_LDADD = $(worker_test_libs)

unit_tests += %D%/test_proxy_protocol
%C%_test_proxy_protocol_SOURCES = %D%/test_proxy_protocol.c
%C%_test_proxy_protocol_LDADD = $(worker_test_libs)

unit_tests += %D%/test_forwarded
%C%_test_forwarded_SOURCES = %D%/test_forwarded.c
%C%_test_forwarded_LDADD = $(worker_test_libs)

unit_tests += %D%/test_wait_list
%C%_test_wait_list_SOURCES = %D%/test_wait_list.c
%C%_test_wait_list_LDADD = $(worker_test_libs)

unit_tests += %D%/test_http1_prepared
%C%_test_http1_prepared_SOURCES = %D%/test_http1_prepared.c
%C%_test_http1_prepared_LDADD = $(worker_test_libs)

unit_tests += %D%/test_response_memo
%C%_test_response_memo_SOURCES = %D%/test_response_memo.c
%C%_test_response_memo_LDADD = $(worker_test_libs)
