# Measurements, not tests: nothing here fails because a machine is slow. `make bench` runs those
# that need no Xen; what the others need is said in their heads.
EXTRA_DIST += tests/bench/README tests/bench/migrate tests/bench/create-n tests/bench/scale tests/bench/kernel-cache tests/bench/ordinary.cfg
check_PROGRAMS += tests/bench/bench-config
tests_bench_bench_config_SOURCES = tests/bench/bench-config.c
tests_bench_bench_config_LDADD = lib/libxm-all.la

bench: tests/bench/bench-config
	abs_top_srcdir='$(abs_top_srcdir)' tests/bench/bench-config
.PHONY: bench
