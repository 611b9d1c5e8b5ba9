#!/bin/sh
# What `make check` runs: all tests in dom0, with the xm of this build.
exec "${abs_top_srcdir:?}/tests/xen/host" test --build "${abs_top_builddir:?}"
