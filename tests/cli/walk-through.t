#!/bin/bash
# The walk-through on a simulated host: the whole transcript is what it should be.
. "$(dirname "$0")/sim.sh"
. "$tests_dir/cli/solaris.sh"

transcript() { "$tests_dir/walk-through.sh" >../transcript 2>../reason; }

# Two cpus, as the machine has on which the same is played on real Xen.
solaris_host '"nr_cpus": 2'
check 'every command of the walk-through succeeds' 'transcript || { cat ../transcript ../reason >&2; false; }'
is 'it prints what it should' "$(cat "$tests_dir/walk-through.expected")" \
    "$(sed -E -f "$tests_dir/walk-through.sed" "$tap_dir/transcript")"
check 'the guest is gone without a trace' '[ -z "$(find "$host" -path "*/domains/*-*" -print)" ]'
end_host
is 'no process is left' '' "$(supervisors)"
done_testing
