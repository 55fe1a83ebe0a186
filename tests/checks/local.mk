# SPDX-License-Identifier: MIT
# Checks of the tree itself: layers, headers, exports, linked libraries, formatting, places.

check_tests += \
	%D%/layers.sh \
	%D%/headers.sh \
	%D%/tables.sh \
	%D%/symbols.sh \
	%D%/linked.sh \
	%D%/format.sh \
	%D%/places.sh \
	%D%/scripts.sh \
	%D%/bootstrap.sh \
	%D%/docs.sh \
	%D%/parity.sh
EXTRA_DIST += %D%/tap.sh %D%/layers.awk %D%/symbols.txt %D%/symbols-test.txt

# Writes the list of exported symbols anew: look at the difference before you commit it.
update-symbols: all
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		$(SHELL) $(srcdir)/%D%/symbols.sh --update

# Writes the C sources as clang-format 14 does.
format:
	cd $(srcdir) && git ls-files '*.c' '*.h' | xargs $(CLANG_FORMAT) -i

.PHONY: update-symbols format
