#!/bin/bash
# xm supervise: one process for all guests, started when it is needed.
. "$(dirname "$0")/sim.sh"
count() { grep -lz -x supervise $(for p in $(supervisors); do echo /proc/$p/cmdline; done) /dev/null 2>/dev/null | wc -l; }
is 'supervise: listing needs none' 0 "$(xm list >/dev/null; count)"
for g in a b c; do guest $g; xm create -q $g.cfg; done
is 'supervise: one for all guests' 1 "$(count)"
refuse 'supervise: a second one yields' 75 '^Error: another supervisor looks after this host$' 'timeout 20 xm supervise'
guest r 'extra = "sim.reboot=1"'
xm create -q r.cfg
id=$(xm domid r)
check 'supervise: a rebooting guest too fast is ended, not looped' 'wait_for 30 "! xm domid r" && grep -q "VM r restarting too fast" "$host/log/xm.log"'
kill -KILL $(supervisors)
check 'supervise: killed, the guests go on' 'test "$(xm list | wc -l)" = 5'
xm shutdown a; sleep 0.5
check 'supervise: nobody is there to clean up' 'xm list a | grep -q -- "---s--"'
guest d; xm create -q d.cfg
check 'supervise: the next one acts on what happened meanwhile' 'wait_for 20 "! xm list a"'
check 'supervise: and knows the others' 'xm shutdown -w b && ! xm list b'
guest p 'on_poweroff = "preserve"'; xm create -q p.cfg; xm shutdown p
check 'supervise: preserve keeps the ended guest' 'wait_for 20 "xm list p | grep -q -- ---s--"; sleep 1; xm list p'
guest cr 'on_crash = "destroy"' 'extra = "sim.crash=0.5"'; xm create -q cr.cfg
check 'supervise: on_crash=destroy' 'wait_for 20 "! xm list cr"'
check 'supervise: the log tells each decision' 'grep -q "name=b" "$host/log/xm.log"'
done_testing
