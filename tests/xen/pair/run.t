#!/bin/sh
# What `make check` runs: all tests of two machines, in the left one, with the xm of this build.
exec "${abs_top_srcdir:?}/tests/xen/host" test --pair --build "${abs_top_builddir:?}"
