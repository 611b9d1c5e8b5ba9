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
done_testing
