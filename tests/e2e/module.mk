# SPDX-License-Identifier: MIT
e2e_tests += \
	%D%/20_module_demo.py \
	%D%/21_module_bad.py \
	%D%/22_module_docs.py \
	%D%/22_module_testing.py \
	%D%/22_module_security.py \
	%D%/22_module_tutorial.py \
	%D%/23_module_memory.py \
	%D%/25_module_routes.py \
	%D%/26_module_toolkit.py \
	%D%/26_module_typed.py \
	%D%/27_module_authentication.py \
	%D%/27_module_events.py \
	%D%/27_module_layers.py \
	%D%/27_module_static.py \
	%D%/27_module_websocket.py \
	%D%/28_module_demo_items.py \
	%D%/28_module_demo_browser.py \
	%D%/28_module_demo_trouble.py \
	%D%/28_module_openapi.py \
	%D%/29_module_openapi_twin.py \
	%D%/28_module_drop.py
