# SPDX-License-Identifier: MIT
e2e_tests += \
	%D%/21_module_bad.py
