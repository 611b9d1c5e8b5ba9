#!/bin/bash
# Remembered guests: what is stored of one goes with it, whether it runs, is halted or is suspended.
. "$(dirname "$0")/pair.sh"

stored() { xm list -l "$1" | grep -oE "\((on_xend_start|cpu_weight|description) [^)]*\)" | sort | xargs; }
stored_there() { ssh right "$(declare -f stored); stored $1"; }
phase() { xm list "$1" 2>/dev/null | awk 'NR == 2 { print NF == 6 ? "live" : "halted" }'; }
phase_there() { ssh right "$(declare -f phase); phase $1"; }

walker m "description = 'a walker'" "on_xend_start = 'start'" 'cpu_weight = 512'
xm new -q m.cfg
words=$(stored m)
is 'new: what is stored' '(cpu_weight 512) (description a walker) (on_xend_start start)' "$words"
xm start m
check 'start: it walks' 'wait_for 30 "walks_here m"'

check 'running: it goes' 'xm migrate -l m right'
check 'running: it runs there, and here is nothing of it' 'only_there m && ! xm list m'
check 'running: it goes on as it was' 'wait_for 30 "walks_there m"'
is 'running: what is stored there' "$words" "$(stored_there m)"
is 'running: the hypervisor there has its weight' 512 "$(there $stock sched-credit2 -d m | awk '$1 == "m" { print $3 }')"
check 'running: it ends there, and is remembered' 'there xm shutdown -w m && [ "$(phase_there m)" = halted ]'

check 'halted: it goes' 'there xm migrate m left'
is 'halted: it is here' halted "$(phase m)"
is 'halted: and not there' '' "$(phase_there m)"
is 'halted: what is stored here' "$words" "$(stored m)"

rm walked
check 'halted: it starts' 'xm start m && wait_for 30 "walks_here m"'
check 'suspended: it goes' 'xm suspend m && xm migrate m right'
is 'suspended: nothing of it is here' ' ' "$(phase m) $(ls /var/lib/xm/domains)"
check 'suspended: it goes on there as it was' 'there xm resume m && wait_for 30 "walks_there m"'

check '--keep: it goes' 'there xm migrate -l --keep m left && runs_here m && wait_for 30 "walks_here m"'
is '--keep: its definition stays, halted' halted "$(phase_there m)"
is '--keep: as it was' "$words" "$(stored_there m)"
xm destroy m
xm delete m
there xm delete m
check 'nothing is left' '[ -z "$(ls /var/lib/xm/domains)$(ssh right ls /var/lib/xm/domains)" ]'
done_testing
