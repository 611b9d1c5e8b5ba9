#!/bin/bash
# xm shutdown: guests are asked to power off; the supervisor cleans up behind them.
. "$(dirname "$0")/sim.sh"
guest a; guest b 'extra = "sim.shutdown=0.5"'; guest deaf 'extra = "sim.shutdown=ignore"'
for g in a b; do xm new -q $g.cfg; xm start $g; done
is 'shutdown: silent' '' "$(xm shutdown a 2>&1)"
check 'shutdown: the guest ends, and is still listed' 'wait_for 20 "test \"\$(xm domid a)\" = None" && xm list a'
refuse 'shutdown: a halted guest' 1 '^Error: Domain cannot be shutdown' 'xm shutdown a'
is 'shutdown -w: returns once the guest is gone' 'Domain b terminated
All domains terminated' "$(timeout 30 xm shutdown -w b)"
is 'shutdown -w: everything of it is released' None "$(xm domid b)"
xm start a; xm start b
check 'shutdown -aw: all of them' 'timeout 30 xm shutdown -a -w | sort | tail -n +2 | tr "\n" , | grep -q "Domain a terminated,Domain b terminated,"'
is 'shutdown -a: nobody is left' 'Domain-0' "$(xm list --state=running | awk "NR > 1 { print \$1 }")"
xm create -q deaf.cfg
check 'shutdown: a guest that ignores it stays' 'xm shutdown deaf && sleep 1 && xm domid deaf'
refuse 'shutdown -w: can be interrupted' 130 . 'timeout -s INT 2 xm shutdown -w deaf; s=$?; test $s = 124 && s=130; exit $s'
refuse 'shutdown: no guest named' 1 '^Error: No domain parameter given' 'xm shutdown'
refuse 'shutdown: two guests named' 1 '^Error: No multiple domain parameters allowed' 'xm shutdown a b'
refuse 'shutdown: domain 0' 1 '^Error: Domain 0 cannot be shutdown' 'xm shutdown 0'
refuse 'shutdown -H -R: not both' 1 "^Error: Can't specify halt and reboot" 'xm shutdown -H -R deaf'
refuse 'shutdown: unknown guest' 3 "^Error: Domain 'nobody' does not exist" 'xm shutdown nobody'
end_host; echo 'min_restart_seconds = 0' >"$XM_CONF"
xm start a
check 'shutdown -R: reboots' 'old=$(xm domid a); xm shutdown -R a && wait_for 20 "test \$(xm domid a) -gt $old"'
check 'shutdown -H: halts' 'xm shutdown -w -H a && test "$(xm domid a)" = None'
xm destroy deaf
guest p 'on_poweroff = "preserve"'
xm create -q p.cfg
check 'shutdown -w: a preserved guest counts as ended' 'timeout 30 xm shutdown -w p && xm list p | grep -q -- "---s--" && xm destroy p'
xm create -q a.cfg name=x
refuse 'xl shutdown -w: says on stderr how it ended' 0 'reason code 0|has been destroyed' 'timeout 30 xl shutdown -w x'
refuse 'xl shutdown: no guest named' 1 '^You must specify -a or a domain id\.' 'xl shutdown'
refuse 'xl shutdown: unknown guest' 1 'nobody is an invalid domain identifier' 'xl shutdown nobody'
guest hvm 'builder = "hvm"' 'extra = "sim.pv=off"'
check 'shutdown: no PV drivers: the hypervisor ends it' 'xm create -q hvm.cfg && timeout 20 xm shutdown -w hvm'
xm create -q hvm.cfg
refuse 'xl shutdown: no PV drivers is a refusal' 1 'hvm' 'xl shutdown hvm'
check 'xl shutdown -F: presses the power button' 'xl shutdown -F hvm && wait_for 20 "! xl domid hvm"'

# --- what is left, and those who do not obey ---
guest slow 'extra = "sim.release=2"'
xm create -q slow.cfg
check 'shutdown -w: returns once the backends have gone too' '
    from=$(date +%s%N); timeout 30 xm shutdown -w slow && test $(($(date +%s%N) - from)) -ge 1900000000'
xm create -q slow.cfg; uuid=$(xm list -l slow | sed -n "s/.*(uuid \(.*\))/\1/p")
check 'xl shutdown -w: likewise' '
    from=$(date +%s%N); timeout 30 xl shutdown -w slow 2>t && test $(($(date +%s%N) - from)) -ge 1900000000 &&
    grep -E "^Domain [0-9]+ has been (shut down, reason code 0|destroyed)$" t'
xm create -q slow.cfg; faults 'released 1 once fail TIMEOUT "of domain 9 there is still left: its backends"'
refuse 'shutdown -w: what is left in the end is told' 1 '^Error: slow has ended, but not let go of all: .*its backends' \
    'timeout 30 xm shutdown -w slow'
rm "$host/sim/faults"

xm create -q deaf.cfg; xm create -q a.cfg name=good
refuse 'shutdown -t: a guest that does not obey in time' 1 '^Error: deaf has not ended within 1 seconds' 'timeout 30 xm shutdown -t 1 deaf'
check 'shutdown -t: it is left as it is' 'xm domid deaf'
is 'shutdown -a -t --destroy: says what was done with each' 'Domain good terminated
Domain deaf destroyed, for it did not obey within 5 seconds
All domains terminated' "$(timeout 30 xm shutdown -a --timeout=5 --destroy)"
is 'shutdown --destroy: none of them is there' '' "$(xl list | awk 'NR > 1 && $2 != 0 { print $1 }')"
xm create -q deaf.cfg
refuse 'xl shutdown -t: the others are not kept waiting, and the late one is told' 1 '^deaf has not ended within 1 seconds' \
    'timeout 30 xl shutdown -t 1 deaf'
refuse 'xl shutdown --destroy: on stderr' 0 '^Domain deaf destroyed, for it did not obey within 1 seconds$' \
    'timeout 30 xl shutdown -t 1 --destroy deaf'
xm create -q hvm.cfg
refuse 'xl shutdown --destroy: a guest that cannot be asked goes at once' 0 '^Domain hvm destroyed: it has no PV drivers to ask$' \
    'timeout 20 xl shutdown --destroy hvm'
xm create -q p.cfg
refuse 'xl shutdown -w: a preserved guest counts as ended' 0 'has been shut down, reason code 0' 'timeout 20 xl shutdown -w p'
check 'xl shutdown -w -w: waits for its death' '
    xm destroy p; xm create -q p.cfg; id=$(xm domid p); timeout 30 xl shutdown -w -w p 2>t & job=$!
    wait_for 20 "grep -q \"Domain $id continue waiting for death\" t" && xm destroy p && wait $job &&
    grep -qx "Domain $id has been destroyed" t'
echo 'min_restart_seconds = 0' >"$XM_CONF"
xm create -q deaf.cfg
is 'reboot -t --destroy: one that does not obey is built again' 'Domain deaf reset, for it did not obey within 1 seconds
All domains rebooted' "$(timeout 30 xm reboot -t 1 --destroy deaf)"
check 'reboot --destroy: it runs' 'xm domid deaf'
check 'shutdown -w: a supervisor that was away is started, and cleans up' '
    xm create -q a.cfg name=alone; kill -KILL $(supervisors); timeout 30 xm shutdown -w alone && ! xm list alone'
done_testing
