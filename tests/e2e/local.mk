# SPDX-License-Identifier: MIT
# End-to-end tests: a real server in a private folder, a real client; cadretest.py is their frame.
# conf.mk and module.mk list those of the conf (1x_conf_*) and of handler modules (2x_module_*).

EXTRA_DIST += %D%/cadretest.py %D%/modules/probe.c

include tests/e2e/conf.mk
include tests/e2e/module.mk

long_tests += \
	%D%/long_load_wrk.py
