#!/bin/bash
# The supervisor is killed or replaced again and again on real Xen, while twenty guests start, reboot, crash
# and stop. In the end each is as its policy says, nothing was done twice, and those of stock xl are left alone.
# time limit: 600 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

log=/var/log/xm/xm.log
# By its own word, which is quicker than a look at all processes.
supervisor() {
    local pid
    pid=$(sed -n 's/^\[[^ ]* [^ ]* \([0-9]*\)\].*Supervisor started\.$/\1/p' "$log" | tail -n 1)
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qx supervise && echo "$pid"
}
supervise() { xm supervise "$@" >/dev/null 2>&1 </dev/null & disown $!; }
group() { seq -f "$1%02g" "$2"; }
column() { xm list | awk -v of="$1" 'NR > 1 && $1 ~ ("^" of "[0-9]+$") { print $1, (NF > 5 ? $2 : "-") }' | sort; }
restarts() { grep -c "Domain $1 started again" "$log"; }
total() { grep -c 'started again' "$log"; }
# The restarts of all that had some, as the log tells them and as their entries count them.
told() { grep -o 'Domain [a-z0-9]* started again' "$log" | awk '{ print $2 }' | sort | uniq -c | awk '{ print $2, $1 }'; }
counted() {
    local entry n
    for entry in /var/lib/xm/domains/*/; do
        n=$(sed -n 's/.*"restarts": \([0-9]*\).*/\1/p' "$entry/state.json")
        [ "$n" = 0 ] || echo "$(grep -A 1 '"key": "name"' "$entry/document.json" | sed -n 's/.*"value": "\([^"]*\)".*/\1/p') $n"
    done | sort
}

# What earlier tests have left in this machine is no matter: a log of its own, and the first free number.
pid=$(supervisor) && kill "$pid" && wait_for 20 "! test -e /proc/$pid"
rm -f "$log"*
xm repair >/dev/null 2>&1
sleeper zero
xm create -q zero.cfg
base=$(xl domid zero)
xm destroy zero

# s stays, r is rebooted, h is shut down and x started meanwhile; d crashes and is restarted, k crashes and is
# kept, m powers off and is halted
for name in $(group s 4) $(group r 5) $(group h 3) $(group x 2); do sleeper $name; done
for name in $(group s 4) $(group r 5); do echo $name; done | xargs -P 3 -I NAME xm create -q NAME.cfg
for name in $(group h 3) $(group x 2); do xm new -q $name.cfg; done
group h 3 | xargs -P 3 -n 1 xm start
for name in $(group d 3); do mortal $name 39 'on_crash = "restart"'; xm create -q $name.cfg; done
for name in $(group k 1); do mortal $name 39 'on_crash = "preserve"'; xm create -q $name.cfg; done
for name in $(group m 2); do mortal $name 09; xm new -q $name.cfg && xm start $name; done
# One that comes back just now may be there twice, or in parts.
check 'kill: twenty guests' 'wait_for 60 "[ \$(xm list | grep -cE \"^[srhxdkm][0-9]{2} \") = 20 ]"'
stays=$(column s) kept=$(column k)

# Two that xm is to leave alone: nobody looks after the second, which crashes.
sleeper foreign 'on_reboot = "preserve"'
mortal alone 36 'on_crash = "destroy"'
check "kill: and two of stock xl's" 'xl create -q foreign.cfg && xl create -q -e alone.cfg'
foreign=$(xl domid foreign) alone=$(xl domid alone)

(for round in 1 2; do
    for name in $(group r 5); do
        until xm reboot $name; do sleep 1; done 2>/dev/null
    done
    [ $round != 1 ] || for name in $(group x 2); do xm start $name; done
    [ $round != 2 ] || for name in $(group h 3); do xm shutdown $name; done
done) &
commands=$! kills=0 replaced=0 busy=0
# Of those, busy had a worker that did something. The kernel ends that line with no newline.
has_work() { children=; read -r children 2>/dev/null <"/proc/$1/task/$1/children"; [ -n "$children" ]; }
end=$((SECONDS + 25))
# At random moments, until all has been asked for and both have been done often enough.
while kill -0 $commands 2>/dev/null || [ $SECONDS -lt $end ] || [ $kills -lt 8 ] || [ $replaced -lt 4 ]; do
    if [ $(((kills + replaced) % 3)) = 2 ]; then
        supervise --replace
        replaced=$((replaced + 1))
    elif pid=$(supervisor); then
        has_work "$pid" && busy=$((busy + 1))
        kill -KILL "$pid" && kills=$((kills + 1))
        sleep 0.$((RANDOM % 10))
        supervise
    else
        supervise       # none has come up yet, or it yielded to one that was just going
    fi
    sleep $((RANDOM % 2)).$((RANDOM % 10))
done
echo "# killed $kills times, $busy of them at work, replaced $replaced times"
check 'kill: several times, and in the midst of work' "test $busy -ge 3"
check 'kill: and some took over from others, with work under way' 'grep -q "Took over from process [0-9]*, with [1-9]" $log'
wait $commands
is 'kill: what was asked for meanwhile succeeded' 0 $?
supervise

# Those that crash are held where they are, or there would be no end. One that is being built looks held, too.
hold() { xm pause "$1" && xm wait "$1" paused -t 1 && [[ $(guest_state "$1") == ??p--- ]]; }
for name in $(group d 3); do check "kill: $name is there again" "wait_for 60 'hold $name'"; done
check 'kill: it comes to rest' '
    wait_for 60 "[ \"\$(column r | grep -c \"[0-9]\$\")\" = 5 ] && [ \"\$(column \"[hm]\" | grep -c -e \"-\$\")\" = 5 ]"
    for name in $(group r 5); do wait_for 60 "[ \$(restarts $name) = 2 ]"; done'
sleep 2
is 'kill: who stays is the same as before' "$stays" "$(column s)"
is 'kill: who is to be kept is kept, as the domain that it was' "$kept" "$(column k)"
like 'kill: and as it ended' '^-[b-]-sc-$' "$(guest_state k01)"
is 'kill: who was shut down or powered off is halted' "$(for name in $(group h 3) $(group m 2); do echo "$name -"; done)" "$(column '[hm]')"
is 'kill: who was started runs' 2 "$(column x | grep -c '[0-9]$')"
is 'kill: each reboot is answered once' "$(for name in $(group r 5); do echo $name 2; done)" \
    "$(for name in $(group r 5); do echo $name $(restarts $name); done)"
check 'kill: each that crashes did so more than once' 'for name in $(group d 3); do [ $(restarts $name) -ge 2 ] || exit 1; done'
echo "# $(total) restarts"
is 'kill: each restart is counted once' "$(told)" "$(counted)"
# That none was built twice is told below, by the domains' numbers.
ends() { grep -oE "(Destroying|Preserving dead) domain $1 \\([0-9]+\\)" "$log"; }
is 'kill: no end is answered twice' '' "$(ends '[a-z0-9]+' | sort | uniq -d)"
is 'kill: and none never' "$(for name in $(group h 3) $(group k 1) $(group m 2); do echo $name 1; done)" \
    "$(for name in $(group h 3) $(group k 1) $(group m 2); do echo $name $(ends $name | wc -l); done)"
is 'kill: nobody is there twice' '' "$(xl list | awk 'NR > 1 { print $1 }' | sort | uniq -d)"
is 'kill: nobody else is there' $((20 + 2)) "$(xm list | tail -n +3 | wc -l)"
check 'kill: there is nothing to repair' 'xm repair -n >found 2>&1; cat found; test ! -s found'

is "kill: another program's guests are the domains that they were" "$foreign $alone" "$(xl domid foreign) $(xl domid alone)"
like 'kill: who crashed of them, is left as it ended' '^-[b-]-sc-$' "$(guest_state alone)"
is 'kill: and they are no concern of the supervisor' '' "$(grep -E 'foreign|alone' $log)"
xm reboot foreign
check 'kill: not when one reboots either' "sleep 3; [ \"\$(xl domid foreign)\" = $foreign ]"
like 'kill: it is left to xl' '^-[b-]-sr-$' "$(guest_state foreign)"

# The same without a death: one takes over from another.
xm events >events 2>&1 & wait_for 20 'grep -q listening events'
old=$(supervisor) first=$(xl domid r01)
xm reboot r01
supervise --stay --replace
check 'replace: the new one has taken over' "wait_for 30 'test \"\$(supervisor)\" != $old && test -n \"\$(supervisor)\" && ! test -e /proc/$old'"
check 'replace: the guest comes up again' 'wait_for 60 "test \"\$(restarts r01)\" = 3" && timeout 60 xm wait r01 running'
sleep 2
is 'replace: it was told once, without a gap' 'shutdown restarting gone created running' \
    "$(echo $(awk '/ r01 / { print $5 }' events))"
kill %?events 2>/dev/null

# Numbers go up by one for each domain that is made: none was made in vain.
sleeper last
xm create -q last.cfg
is 'kill: no domain was made in vain' $((base + 20 + 2 + $(total) + 1)) "$(xl domid last)"
for name in $(group s 4) $(group r 5) $(group x 2) $(group d 3) $(group k 1) last foreign alone; do echo $name; done | xargs -P 3 -n 1 xm destroy
is 'kill: nothing is left' 1 "$(xl list | tail -n +2 | wc -l)"
check 'kill: nothing to repair' 'xm repair -n >found 2>&1; cat found; test ! -s found'
done_testing
