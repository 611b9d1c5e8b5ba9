# The command line on the simulated host: one word for each tests/cli/NAME.t.
CLI_TESTS = \
	tests/cli/autostart.t \
	tests/cli/bad-input.t \
	tests/cli/block.t \
	tests/cli/cd.t \
	tests/cli/check.t \
	tests/cli/commands.t \
	tests/cli/completion.t \
	tests/cli/config.t \
	tests/cli/console.t \
	tests/cli/create.t \
	tests/cli/delete.t \
	tests/cli/destroy.t \
	tests/cli/device-model.t \
	tests/cli/dialects.t \
	tests/cli/domid.t \
	tests/cli/dryrun.t \
	tests/cli/dump-core.t \
	tests/cli/import-xend.t \
	tests/cli/info.t \
	tests/cli/list.t \
	tests/cli/many.t \
	tests/cli/migrate.t \
	tests/cli/migrate-cuts.t \
	tests/cli/migrate-cuts-stored.t \
	tests/cli/migrate-events.t \
	tests/cli/migrate-force.t \
	tests/cli/migrate-limits.t \
	tests/cli/migrate-stock.t \
	tests/cli/moves.t \
	tests/cli/events.t \
	tests/cli/examples.t \
	tests/cli/help.t \
	tests/cli/network.t \
	tests/cli/init.t \
	tests/cli/kill.t \
	tests/cli/log.t \
	tests/cli/new.t \
	tests/cli/pause.t \
	tests/cli/policies.t \
	tests/cli/reboot.t \
	tests/cli/relocation.t \
	tests/cli/repair.t \
	tests/cli/replace.t \
	tests/cli/save.t \
	tests/cli/settings.t \
	tests/cli/shutdown.t \
	tests/cli/start.t \
	tests/cli/supervise.t \
	tests/cli/suspend.t \
	tests/cli/tree.t \
	tests/cli/uptime.t \
	tests/cli/vcpu-list.t \
	tests/cli/version.t \
	tests/cli/vncviewer.t \
	tests/cli/wait.t \
	tests/cli/walk-through.t \
	tests/cli/words.t

TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS) tests/cli/cuts.sh tests/cli/demo.sh tests/cli/peer.sh tests/cli/wire.py tests/cli/sim.sh tests/cli/solaris.sh tests/tap.sh \
	tests/walk-through.expected tests/walk-through.sed tests/walk-through.sh

# Needs gzip to be unpacked, as it packs with that.
if HAVE_ZLIB
CLI_TESTS += tests/cli/kernel-cache.t
endif
EXTRA_DIST += tests/cli/kernel-cache.t

# What tests of migration put between the two sides.
check_PROGRAMS += tests/cli/relay
tests_cli_relay_SOURCES = tests/cli/relay.c
