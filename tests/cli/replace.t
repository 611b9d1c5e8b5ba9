#!/bin/bash
# xm supervise --replace: one supervisor takes over from another, and nobody notices.
. "$(dirname "$0")/sim.sh"

supervisor() {
    local pid
    for pid in $(supervisors); do
        tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx supervise && ! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx -- --work && echo "$pid"
    done
}
replace() { xm --host="$XM_HOST" supervise --replace >>super.log 2>&1 & wait_for 20 "test \"\$(supervisor)\" = $!"; }
count() { grep -c "$1" "$host/log/xm.log"; }
files() { awk '/^Max open files/ { print $4, $5 }' "/proc/$1/limits"; }
ulimit -Sn 512

guest web
xm create -q web.cfg
first=$(supervisor)
xm events --json >events & wait_for 20 'grep -q listening events'
check 'replace: the new one takes over from the old one, which ends' replace
check 'replace: it is another process' "test '$(supervisor)' != '$first' && test -n '$(supervisor)'"
is 'replace: the log tells of it' '1 1' "$(count "Took over from process $first,") $(count 'Handed over to another supervisor')"
check 'replace: and the next one from that' 'replace && replace'
xm pause web; xm unpause web
check 'replace: those who listen go on listening' 'wait_for 20 "grep -c web events | grep -qx 2"'
is 'replace: and have missed nothing' '3 4' "$(echo $(sed -n 's/.*"seq": \([0-9]*\).*/\1/p' events))"
is 'replace: there is no gap' 0 "$(grep -c gap events)"

# A worker at work, one guest that waits for its turn, and one that ends in the very moment.
guest r 'on_reboot = "restart"' 'extra = "sim.reboot=0.5"'
guest s 'extra = "sim.shutdown=1"'
xl create -q r.cfg; xl create -q s.cfg
echo '{"guests": ["r sim.reboot=10000"]}' >"$host/sim/host.json"
faults 'create.devices 1 once delay 3000'
check 'replace: a worker is at work' 'wait_for 20 "grep -q \"name=r id=2 reason=reboot\" \$host/log/xm.log"; sleep 0.3'
worker=$(for pid in $(supervisors); do tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx -- --work && echo "$pid"; done)
is 'supervise: it has all the descriptors that there are, its workers what is usual' \
    "$(ulimit -Hn) $(ulimit -Hn), 512 $(ulimit -Hn)" "$(files "$(supervisor)"), $(files "$worker")"
xm shutdown s
check 'replace: in the midst of it' replace
check 'replace: the worker goes on, and its guest comes up' 'timeout 30 xm wait r running -t 20'
check "replace: the other guest's end is not lost" 'wait_for 20 "! xm list s"'
sleep 1
is 'replace: each end is acted on once' '1 1 1' \
    "$(count 'name=r id=2 reason=reboot') $(count 'Domain r started again') $(count 'name=s id=3 reason=poweroff')"
is 'replace: and told once' 'created running shutdown restarting gone created running' \
    "$(echo $(sed -n 's/.*"event": "\([a-z]*\)".*"name": "r".*/\1/p' events))"
is 'replace: still no gap' 0 "$(grep -c gap events)"

# One that does not answer.
old=$(supervisor)
kill -STOP "$old"
check 'replace: one that hangs is ended' 'xm --host="$XM_HOST" supervise --replace & wait_for 40 "test \"\$(supervisor)\" = $!"'
check 'replace: and the guests are looked after' 'xm shutdown -w web && ! xm list web'
like 'replace: the log says so' "Process $old does not hand over, ending it" "$(cat "$host/log/xm.log")"

# Without one, --replace starts as any other; --stay stays.
for pid in $(supervisor); do kill "$pid"; done
check 'supervise --stay --replace: where there is none' 'wait_for 20 "test -z \"\$(supervisor)\""; xm --host="$XM_HOST" supervise --stay --replace & wait_for 20 "test \"\$(supervisor)\" = $!"'
done_testing
