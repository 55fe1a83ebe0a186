# SPDX-License-Identifier: MIT
# End-to-end tests: a real server in a private folder, a real client; cadretest.py is their frame.
# conf.mk and module.mk list those of the conf (1x_conf_*) and of handler modules (2x_module_*).

EXTRA_DIST += %D%/browser.py %D%/cadretest.py %D%/demo_items.py %D%/listings.py %D%/crowd.py %D%/prometheus.py %D%/reload_client.py %D%/refuse.c %D%/scarce.c %D%/scarce.py %D%/twin.py \
	%D%/modules/messages.c %D%/modules/pour.c %D%/modules/probe.c %D%/modules/channel.c \
	%D%/modules/events.c %D%/modules/every.c %D%/modules/layers.c %D%/modules/onion.c \
	%D%/modules/toolkit.c

# What 29_openapi_clients.py hands to npm.
EXTRA_DIST += %D%/npm/demo.ts %D%/npm/node.d.ts %D%/npm/package.json %D%/npm/package-lock.json \
	%D%/npm/tsconfig.json %D%/npm/validate.mjs

# What crowd.py starts.
check_PROGRAMS += %D%/crowd

# What 33_http_wire.py sends.
EXTRA_DIST += %D%/wire/__init__.py %D%/wire/case.py %D%/wire/chunked.py %D%/wire/connection.py \
	%D%/wire/expect.py %D%/wire/fields.py %D%/wire/host.py %D%/wire/length.py \
	%D%/wire/request_line.py %D%/wire/response.py %D%/wire/target.py %D%/wire/wire.c

include tests/e2e/conf.mk
include tests/e2e/module.mk

e2e_tests += \
	%D%/01_serve_first.py \
	%D%/02_serve_unix_socket.py \
	%D%/03_serve_bootstrap.py \
	%D%/04_serve_readme.py \
	%D%/24_messages.py \
	%D%/28_docs_pages.py \
	%D%/29_openapi_clients.py \
	%D%/31_http_requests.py \
	%D%/32_http_limits.py \
	%D%/36_http_proxy.py \
	%D%/33_http_wire.py \
	%D%/34_http_slow.py \
	%D%/35_http_exhausted.py \
	%D%/37_access_log.py \
	%D%/38_http_stream.py \
	%D%/39_http_ids.py \
	%D%/39_http_leaving.py \
	%D%/40_http_channel.py \
	%D%/41_process_death.py \
	%D%/42_process_blocked.py \
	%D%/43_process_master_killed.py \
	%D%/44_process_watchdog.py \
	%D%/45_process_reports.py \
	%D%/46_process_init.py \
	%D%/51_reload_under_load.py \
	%D%/52_reload_handover.py \
	%D%/53_workers_scaled.py \
	%D%/54_upgrade_binary.py \
	%D%/55_reuse_port.py \
	%D%/56_upgrade_status.py \
	%D%/57_files_replaced.py \
	%D%/61_lifespan_scopes.py \
	%D%/62_async_runtime.py \
	%D%/71_stop_graceful.py \
	%D%/81_log_lines.py \
	%D%/82_system_notify.py \
	%D%/83_system_rights.py \
	%D%/84_system_sockets.py \
	%D%/85_control.py \
	%D%/86_status.py \
	%D%/87_control_situations.py

long_tests += \
	%D%/long_events.py \
	%D%/long_http_many.py \
	%D%/long_http_slow.py \
	%D%/long_http_wire.py \
	%D%/long_master_refused.py \
	%D%/long_load_wrk.py \
	%D%/long_lossless.py \
	%D%/long_metrics.py
