/* SPDX-License-Identifier: MIT */
/*
 * <cadre.h>: all that a handler module needs, in one include.
 *
 * The reference is in the headers under <cadre/...>, one topic each; start with
 * <cadre/module.h> (what a module exports), <cadre/route.h> (which handlers it has) and
 * <cadre/request.h>, <cadre/response.h> (what a handler does). docs/tutorial.md makes a module step
 * by step, docs/writing-a-module.md has examples of all that one can do.
 */
#ifndef CADRE_H
#define CADRE_H

#include <cadre/arena.h>
#include <cadre/authentication.h>
#include <cadre/background.h>
#include <cadre/compress.h>
#include <cadre/conf.h>
#include <cadre/cors.h>
#include <cadre/dependency.h>
#include <cadre/dns.h>
#include <cadre/error.h>
#include <cadre/errors.h>
#include <cadre/file.h>
#include <cadre/form.h>
#include <cadre/future.h>
#include <cadre/gateway.h>
#include <cadre/gather.h>
#include <cadre/group.h>
#include <cadre/guards.h>
#include <cadre/lifespan.h>
#include <cadre/lines.h>
#include <cadre/local.h>
#include <cadre/log.h>
#include <cadre/loop.h>
#include <cadre/macros.h>
#include <cadre/memory_stream.h>
#include <cadre/metrics.h>
#include <cadre/middleware.h>
#include <cadre/model.h>
#include <cadre/model_json.h>
#include <cadre/module.h>
#include <cadre/openapi.h>
#include <cadre/params.h>
#include <cadre/path.h>
#include <cadre/process.h>
#include <cadre/queue.h>
#include <cadre/rate_limit.h>
#include <cadre/request.h>
#include <cadre/respond.h>
#include <cadre/response.h>
#include <cadre/route.h>
#include <cadre/scope.h>
#include <cadre/security.h>
#include <cadre/session.h>
#include <cadre/signal.h>
#include <cadre/socket.h>
#include <cadre/sse.h>
#include <cadre/static.h>
#include <cadre/str.h>
#include <cadre/stream.h>
#include <cadre/sync.h>
#include <cadre/task.h>
#include <cadre/task_list.h>
#include <cadre/thread.h>
#include <cadre/typed.h>
#include <cadre/value.h>
#include <cadre/websocket.h>
#include <cadre/websocket_code.h>
#include <cadre/worker.h>

#endif
