#!/bin/bash
# A guest that loses its device model has crashed, whenever and with whomever looking.
. "$(dirname "$0")/sim.sh"
machine '"cpu_features": ["pv", "hvm", "hap"]'
echo 'min_restart_seconds = 0' >"$XM_CONF"

# Creates NAME, of kind hvm, whose device model dies after SECONDS.
loses() {       # NAME SECONDS ACTION [LINE...]
    guest "$1" "type = 'hvm'" "extra = 'sim.model=$2'" "on_crash = '$3'" "${@:4}"
    xm create -q "$1.cfg"
}
state_of() { xm list "$1" 2>/dev/null | awk 'NR == 2 { print $5 }'; }
log_count() { grep -cF -- "$1" "$host/log/xm.log"; }
id_above() { [ "$(domid "$1")" -gt "$2" ]; }
replace() { xm --host="$XM_HOST" supervise --replace >>super.log 2>&1 & wait_for 20 "supervisors | grep -qx $!"; }

guest other
loses kept 0.5 preserve
check 'it has crashed' 'wait_for 20 "[[ \$(state_of kept) = *c* ]]"'
is 'the log tells what it lost, and that it has crashed' '1 1' \
    "$(log_count "Domain has lost its device model: name=kept id=$(domid kept).") $(log_count "Domain has crashed: name=kept id=$(domid kept).")"
xm destroy kept
loses ends 0.5 destroy
check 'on_crash=destroy: it is gone' 'wait_for 20 "! xm domid ends"'
loses back 0.5 restart
first=$(domid back)
check 'on_crash=restart: it is back' 'wait_for 20 "id_above back $first"'
xm destroy back
loses pv 0.2 destroy "type = 'pv'"
loses pvh 0.2 destroy "type = 'pvh'"
check 'one that has none cannot lose it' 'sleep 1 && xm domid pv && xm domid pvh'
xm destroy pv; xm destroy pvh

faults 'model_lost 1 once fail HOST "the hypervisor is busy"'
loses again 0.5 destroy
check 'where that fails, it is tried again' 'wait_for 20 "! xm domid again" && [ "$(log_count "the hypervisor is busy")" = 1 ]'
faults ''

loses alone 1 destroy
check 'lost while nobody looks: the next supervisor sees to it' '
    kill -KILL $(supervisors) && sleep 1.5 && xm domid alone && xm create -q other.cfg && wait_for 20 "! xm domid alone"'
loses heir 2 destroy
check 'lost to a supervisor that took over: once' '
    replace && wait_for 20 "! xm domid heir" && [ "$(log_count "Domain has lost its device model: name=heir ")" = 1 ]'
faults 'model_lost 1 once delay 3000'
loses slow 0.3 destroy
check 'handed over before anything was done about it: told once' '
    wait_for 20 "grep -q \"lost its device model: name=slow \" $host/log/xm.log" && replace && wait_for 20 "! xm domid slow" &&
    [ "$(log_count "Domain has lost its device model: name=slow ")" = 1 ]'
done_testing
