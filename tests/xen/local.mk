# One machine with real Xen runs all of tests/xen/*.t, and two of them all of tests/xen/pair/*.t. A new
# test is its file; nothing lists them.
EXTRA_DIST += tests/tap.sh tests/xen
if XEN_TESTS
TESTS += tests/xen/run.t tests/xen/pair/run.t
endif

# After all others: the machines that they emulate take every processor there is.
if XEN_TESTS
tests/xen/run.log: $(UNIT_TESTS:=.log) $(CLI_TESTS:.t=.log)
tests/xen/pair/run.log: tests/xen/run.log
endif
