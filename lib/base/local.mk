# SPDX-License-Identifier: MIT
# The ground: libc alone beneath it.
noinst_LTLIBRARIES += %D%/libbase.la
%C%_libbase_la_SOURCES = \
	%D%/arena.c %D%/arena.h %D%/arena_public.c \
	%D%/build.c %D%/build.h \
	%D%/bytes.h \
	%D%/clock.c %D%/clock.h \
	%D%/counter.c %D%/counter.h %D%/counter_area.h \
	%D%/error.c \
	%D%/fd.c %D%/fd.h \
	%D%/histogram.c %D%/histogram.h \
	%D%/json_out.c %D%/json_out.h \
	%D%/latency.h \
	%D%/list.h \
	%D%/log.c %D%/log.h \
	%D%/log_line.c %D%/log_line.h \
	%D%/log_service.c %D%/log_service.h \
	%D%/log_signal.c %D%/log_state.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/network.c %D%/network.h \
	%D%/rates.c %D%/rates.h \
	%D%/shm.c %D%/shm.h \
	%D%/siphash.c %D%/siphash.h \
	%D%/str.c %D%/str.h \
	%D%/timer.c %D%/timer.h \
	%D%/unique.c %D%/unique.h \
	%D%/units.c %D%/units.h
nodist_%C%_libbase_la_SOURCES = %D%/build-id.h

# The build id: a hash over all sources of lib/, master/ and worker/, so that programs of other
# sources tell each other apart. It is made anew when one of them is newer, or when there is one more
# or less (the stamp is named after the list); the header changes, and with it what depends on it,
# only where the hash does. Names are relative, so the same sources give the same id in every place.
build_id_find = cd $(srcdir) && find lib master worker -name '*.[chS]' ! -name '.*' \
	! -name build-id.h | LC_ALL=C sort
build_id_files = $(shell $(build_id_find))
build_id_stamp = %D%/build-id-$(shell $(build_id_find) | cksum | cut -d' ' -f1).stamp

$(build_id_stamp): $(build_id_files:%=$(srcdir)/%)
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	id=`$(build_id_find) | xargs sha256sum | sha256sum | cut -c1-64` && \
	{ echo '/* SPDX-License-Identifier: MIT */'; echo '/* Made by lib/base/local.mk. */'; \
		echo "#define CADRE__BUILD_ID \"$$id\""; } >%D%/build-id.new && \
	{ cmp -s %D%/build-id.new %D%/build-id.h || cp %D%/build-id.new %D%/build-id.h; } && \
	rm -f %D%/build-id.new %D%/build-id-*.stamp && touch $@

%D%/build-id.h: $(build_id_stamp)
	@test -f $@ || { rm -f $(build_id_stamp) && $(MAKE) $(build_id_stamp); }

%D%/build.lo: %D%/build-id.h
BUILT_SOURCES += %D%/build-id.h
CLEANFILES += %D%/build-id.h %D%/build-id.new %D%/build-id-*.stamp
