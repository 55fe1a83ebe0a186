# SPDX-License-Identifier: MIT
e2e_tests += \
	%D%/10_conf_command_line.py \
	%D%/11_conf_bad.py \
	%D%/12_conf_dump.py \
	%D%/13_conf_start.py
