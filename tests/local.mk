# SPDX-License-Identifier: MIT
# How a unit test is added, in tests/unit/<folder>/local.mk:
#
#   if HAVE_CHECK
#   unit_tests += %D%/test_arena
#   %C%_test_arena_SOURCES = %D%/test_arena.c
#   %C%_test_arena_LDADD = lib/base/libbase.la $(UNIT_LIBS)
#   endif
#
# An end-to-end test is a line `e2e_tests += %D%/NN_area_what.py` in tests/e2e (see there).

UNIT_LIBS = $(CHECK_LIBS)

unit_tests =
e2e_tests =
long_tests =
check_tests =

noinst_HEADERS += %D%/unit/fds.h %D%/unit/unit.h %D%/tidy.h

include tests/unit/lib/base/local.mk
include tests/unit/lib/ipc/local.mk
include tests/unit/lib/conf/local.mk
include tests/unit/lib/async/local.mk
include tests/unit/lib/gateway/local.mk
include tests/unit/lib/model/local.mk
include tests/unit/lib/middleware/local.mk
include tests/unit/lib/web/local.mk
include tests/unit/lib/test/local.mk
include tests/unit/lib/api/local.mk
include tests/unit/modules/local.mk
include tests/unit/master/local.mk
include tests/unit/worker/local.mk
include tests/checks/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk
include tests/e2e/local.mk

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests) $(check_tests)
if HAVE_PYTHON
TESTS += $(e2e_tests)
endif
EXTRA_DIST += $(check_tests) $(e2e_tests) $(long_tests)

# What every test sees of the tree. Python writes no caches: the sources may be read-only.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	CC='$(CC)'; CXX='$(CXX)'; CLANG_FORMAT='$(CLANG_FORMAT)'; export CC CXX CLANG_FORMAT; \
	LIBEVENT_CFLAGS='$(LIBEVENT_CFLAGS)'; LIBCONFIG_CFLAGS='$(LIBCONFIG_CFLAGS)'; \
	export LIBEVENT_CFLAGS LIBCONFIG_CFLAGS; \
	AM_LDFLAGS='$(AM_LDFLAGS)'; export AM_LDFLAGS; \
	ASAN_OPTIONS="allocator_may_return_null=1:$$ASAN_OPTIONS"; export ASAN_OPTIONS; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE;

# What takes long: stages of their own, each with its build tree below ./long (see long.sh).
EXTRA_DIST += %D%/long.sh
check-long: all
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' MAKE='$(MAKE)' \
		$(SHELL) $(srcdir)/%D%/long.sh $(STAGES)

# The unit tests alone.
check-unit: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests)'

# Those of what runs in more threads than one.
check-threads: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter tests/unit/lib/async/% tests/unit/lib/base/% \
		tests/unit/lib/web/% tests/unit/worker/%,$(unit_tests))'

# Those that valgrind can run: not those that take descriptors, memory or the heap away.
MEMCHECK = valgrind --quiet --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite
check-memcheck: all
	CK_TIMEOUT_MULTIPLIER=20 $(MAKE) $(AM_MAKEFLAGS) check LOG_COMPILER='$(MEMCHECK)' \
		TESTS='$(filter-out tests/unit/lib/ipc/test_channel$(EXEEXT) \
		tests/unit/lib/async/test_stack$(EXEEXT) tests/unit/worker/test_acceptor$(EXEEXT) \
		tests/unit/lib/async/test_process$(EXEEXT) \
		tests/unit/worker/test_http1_memory$(EXEEXT) tests/unit/master/%,$(unit_tests))'

# The end-to-end tests that take long, in this build tree.
check-stress: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(long_tests)' TEST_SUITE_LOG=tests/stress.log

# clang-tidy over all sources, with the flags that they are compiled with; .clang-tidy says what it
# looks for. Needs git, for the list of sources.
TIDY_FLAGS = -std=gnu17 -include $(srcdir)/%D%/tidy.h -DMODULEDIR=\"\" -DCADRECONFDIR=\"\" \
	-DPKGLIBEXECDIR=\"\" -DPAGESDIR=\"\" -DDEMO_FOLDER=\"$(abs_srcdir)/modules/demo\" \
	-DDROP_FOLDER=\"$(abs_srcdir)/modules/drop\" $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
	$(CPPFLAGS) $(LIBEVENT_CFLAGS) $(LIBCONFIG_CFLAGS)
tidy: all
	@git -C $(srcdir) ls-files 'lib/*.c' 'master/*.c' 'worker/*.c' 'modules/*.c' | \
		sed 's|^|$(srcdir)/|' | xargs -P 2 -n 4 $(SHELL) -c '$(CLANG_TIDY) --quiet \
		--config-file=$(srcdir)/.clang-tidy "$$@" -- $(TIDY_FLAGS) 2>&1 | \
		grep -vE "^[0-9]+ warnings? (and [0-9]+ errors? )?generated|^$$" && exit 1; exit 0' tidy && \
		echo "clang-tidy finds nothing"

.PHONY: check-long check-unit check-threads check-memcheck check-stress tidy
clean-local:
	rm -rf long fuzz-* tests/e2e/npm.work
