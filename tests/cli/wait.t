#!/bin/bash
# xm wait: returns when a guest has come to a state, woken by what happens.
. "$(dirname "$0")/sim.sh"

# How long a command took, in tenths of a second, after its status.
timed() { local from=$(date +%s%N) status=0; timeout 60 "$@" || status=$?; echo $status $((($(date +%s%N) - from) / 100000000)); }
# Runs xm wait in the background and says how it ended in a file.
later() { local out=$1; shift; (timeout 60 xm wait "$@" 2>"$out.err"; echo $? >"$out") & sleep 0.3; }
ended() { wait_for 20 "test -s $1" && cat "$1"; }

guest web
xm new -q web.cfg
check 'wait: a state that is so already' 'timeout 20 xm wait web halted && timeout 20 xm wait web gone'
check 'wait: several states, one of which is' 'timeout 20 xm wait web running,paused,halted'
later out web running; xm start web
is 'wait: running' 0 "$(ended out)"; rm out
later out web paused; xm pause web
is 'wait: paused' 0 "$(ended out)"; rm out
later out web running; xm unpause web
is 'wait: running again' 0 "$(ended out)"; rm out
later out web suspended; xm suspend web
is 'wait: suspended' 0 "$(ended out)"; rm out
check 'wait: a suspended guest has no domain, and is not halted' \
    'timeout 20 xm wait web gone && ! timeout 20 xm wait -t 0 web halted'
later out web halted; later two web halted -t 50; later three web shutdown
xm resume web; xm shutdown web
is 'wait: halted, by three at once' '0 0 0' "$(echo $(ended out) $(ended two) $(ended three))"; rm out two three
refuse 'wait: deleted is no state' 1 "^Error: 'deleted' is no state to wait for: running, paused" 'xm wait web deleted'
later out web running; xm delete web
is 'wait: a guest that is forgotten will not come' 1 "$(ended out)"
like 'wait: and that is said' "^Error: Domain 'web' is no more$" "$(cat out.err)"; rm out

guest db 'on_crash = "destroy"' 'extra = "sim.crash=0.5"'
xm create -q db.cfg
is 'wait: crashed, though it is gone by then' 0 "$(timeout 20 xm wait db crashed,paused 2>/dev/null; echo $?)"
check 'wait: gone' '! xm list db || timeout 20 xm wait db gone'

guest t; xm create -q t.cfg
is 'wait -t: ends in time, with a status of its own' '124 1' "$(timed xm wait t paused -t 1 2>err | sed 's/1[0-9]$/1/')"
like 'wait -t: and says so' "^Error: Domain 't' did not come to be paused in time$" "$(cat err)"
like 'wait -t 0: only looks' '^124 [0-4]$' "$(timed xm wait -t 0 t halted 2>/dev/null)"
refuse 'wait: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\." 'xm wait nobody running'
refuse 'wait: as xl' 1 '^nobody is an invalid domain identifier \(rc=-6\)$' 'xl wait nobody running'
refuse 'wait: a wrong number' 1 "^Error: 'x' is no number of seconds" 'xm wait t running -t x'
refuse 'wait: as xl, a wrong word has status 2' 2 'is no state to wait for' 'xl wait t here'

# A guest that the registry does not know is one of another program.
guest f; xm create -q f.cfg
uuid=$(xl list -v f | awk 'NR == 2 { print $7 }')
rm -r "$host/xm/domains/$uuid"
check "wait: another program's guest runs" 'timeout 20 xm wait f running'
later out f paused; xm pause f
is "wait: another program's guest is paused" 0 "$(ended out)"; rm out
xm unpause f
later out f shutdown; later two f gone; xm shutdown f
is "wait: another program's guest shuts down" 0 "$(ended out)"
check 'supervise: and is left as it is' 'sleep 1; xm list f | grep -q -- "---s--"'
xm destroy f
is "wait: another program's guest goes" 0 "$(ended two)"; rm out two

later out t halted
for pid in $(supervisors); do tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx supervise && kill -KILL "$pid"; done
sleep 0.5; xm shutdown t
is 'wait: goes on with the next supervisor' 0 "$(ended out)"
done_testing
