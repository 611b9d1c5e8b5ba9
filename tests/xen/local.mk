# One machine with real Xen runs all of tests/xen/*.t. A new test is its file; nothing lists them.
EXTRA_DIST += tests/tap.sh tests/xen
if XEN_TESTS
TESTS += tests/xen/run.t
endif

# After all others: the machine it emulates takes every processor there is.
if XEN_TESTS
tests/xen/run.log: $(UNIT_TESTS:=.log) $(CLI_TESTS:.t=.log)
endif
