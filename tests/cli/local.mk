# The command line on the simulated host: one word for each tests/cli/NAME.t.
CLI_TESTS = \
	tests/cli/tree.t

TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS) tests/cli/sim.sh tests/tap.sh
