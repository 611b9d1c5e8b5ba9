#!/bin/bash
# Many guests cost a command no more questions than one does: what it asks of the host, counted.
. "$(dirname "$0")/sim.sh"

machine '"memory_mib": 16384'

# Each operation of the host and how often it was called while the command ran; what stands in
# place of one question about many guests is counted by it and not here, and nor is where vcpus are,
# which a hypervisor tells of one at a time.
calls() {
    faults 'dmesg 1000000 once delay 1'
    "$@" >calls.out 2>calls.err || { cat calls.err; return 1; }
    sed 1d "$host/sim/run/fault-counts" | grep -Ev '^(configs\.guest|vcpus) ' | LC_ALL=C sort
}

# What was called more often than before, by more than the supervisor may have done meanwhile.
more() { join "$1" "$2" | awk '$3 > $2 + 3' ; join -v 2 "$1" "$2" | awk '$2 > 3'; }

guest first
xm create -q first.cfg
guest second
calls xm create -q second.cfg >create.few
xm destroy second
sleep 0.3
for words in 'xm list' 'xm list --json' 'xm list -l' 'xl list' 'xl list -v' 'xl list -l'; do
    calls $words >"${words// /_}.few"
done
for number in $(seq 60); do
    guest "g$number" 'memory = 4'
    xm create -q "g$number.cfg" || break
done
is 'so many run' 62 "$(xl list | tail -n +2 | wc -l)"
calls xm create -q second.cfg >create.many
check 'create asks something' '[ -s create.few ]'
is 'create asks the host no more among many guests than with one' '' "$(more create.few create.many)"
sleep 0.3
for words in 'xm list' 'xm list --json' 'xm list -l' 'xl list' 'xl list -v' 'xl list -l'; do
    calls $words >"${words// /_}.many"
    check "$words asks something" "[ -s '${words// /_}.few' ]"
    is "$words asks the host no more of many guests than of one" '' "$(more "${words// /_}.few" "${words// /_}.many")"
done
done_testing
