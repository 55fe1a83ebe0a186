# SPDX-License-Identifier: MIT
# Public headers: all of them are listed here.
include_HEADERS = %D%/cadre.h
cadreincludedir = $(includedir)/cadre
cadreinclude_HEADERS = \
	%D%/cadre/arena.h \
	%D%/cadre/authentication.h \
	%D%/cadre/background.h \
	%D%/cadre/compress.h \
	%D%/cadre/conf.h \
	%D%/cadre/cors.h \
	%D%/cadre/dependency.h \
	%D%/cadre/dns.h \
	%D%/cadre/error.h \
	%D%/cadre/errors.h \
	%D%/cadre/file.h \
	%D%/cadre/form.h \
	%D%/cadre/future.h \
	%D%/cadre/gateway.h \
	%D%/cadre/gather.h \
	%D%/cadre/group.h \
	%D%/cadre/guards.h \
	%D%/cadre/lifespan.h \
	%D%/cadre/lines.h \
	%D%/cadre/local.h \
	%D%/cadre/log.h \
	%D%/cadre/loop.h \
	%D%/cadre/macros.h \
	%D%/cadre/memory_stream.h \
	%D%/cadre/metrics.h \
	%D%/cadre/model.h \
	%D%/cadre/model_json.h \
	%D%/cadre/middleware.h \
	%D%/cadre/model_table.h \
	%D%/cadre/module.h \
	%D%/cadre/openapi.h \
	%D%/cadre/params.h \
	%D%/cadre/path.h \
	%D%/cadre/process.h \
	%D%/cadre/queue.h \
	%D%/cadre/rate_limit.h \
	%D%/cadre/request.h \
	%D%/cadre/respond.h \
	%D%/cadre/response.h \
	%D%/cadre/route.h \
	%D%/cadre/scope.h \
	%D%/cadre/security.h \
	%D%/cadre/session.h \
	%D%/cadre/signal.h \
	%D%/cadre/socket.h \
	%D%/cadre/sse.h \
	%D%/cadre/static.h \
	%D%/cadre/str.h \
	%D%/cadre/stream.h \
	%D%/cadre/sync.h \
	%D%/cadre/task.h \
	%D%/cadre/task_list.h \
	%D%/cadre/test.h \
	%D%/cadre/test_clock.h \
	%D%/cadre/thread.h \
	%D%/cadre/value.h \
	%D%/cadre/typed.h \
	%D%/cadre/websocket.h \
	%D%/cadre/websocket_code.h \
	%D%/cadre/worker.h
