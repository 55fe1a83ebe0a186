# SPDX-License-Identifier: MIT
dist_man_MANS += %D%/cadre.8
dist_doc_DATA += %D%/security.md %D%/testing.md %D%/tutorial.md %D%/writing-a-module.md
dist_doc_DATA += %D%/access-log.md %D%/authentication.md %D%/static-files.md
dist_doc_DATA += %D%/behind-a-proxy.md %D%/benchmarks.md
dist_doc_DATA += %D%/control.md %D%/status.md
dist_doc_DATA += %D%/gateway.md %D%/middleware.md
dist_doc_DATA += %D%/crashes.md %D%/models.md %D%/openapi.md
dist_doc_DATA += %D%/queues.md %D%/typed-api.md
dist_doc_DATA += %D%/running-under-systemd.md
dist_doc_DATA += %D%/websocket.md
dist_doc_DATA += %D%/async.md
dist_doc_DATA += %D%/async-parity.md
