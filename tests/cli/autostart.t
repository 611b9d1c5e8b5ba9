#!/bin/bash
# xm autostart and xm autostop: guests come up and go down with their host, and no failure is another's.
. "$(dirname "$0")/sim.sh"
auto=$host/auto
mkdir -p "$auto"
managed() { local name=$1; shift; guest "$name" "$@"; xm new -q "$name.cfg"; }
auto_guest() { guest "$@"; mv "$1.cfg" "$auto/"; }
running() { xl list | awk 'NR > 1 && $2 != 0 { print $1 }' | LC_ALL=C sort | xargs; }
sum() { tail -n 1; }
# The guests in the order in which they came, by their numbers.
came() { xl list | awk 'NR > 1 && $2 != 0 { print $2, $1 }' | sort -n | awk '{ print $2 }' | xargs; }

is 'autostart: nobody to start' '0 guests: 0 started, 0 left as they are, 0 failed' "$(xm autostart)"
is 'autostop: nobody to stop' '0 guests: 0 stopped, 0 left as they are, 0 failed' "$(xm autostop)"

# --- who ---
managed up 'on_xend_start = "start"'; managed idle; managed there 'on_xend_start = "start"'; xm start there
managed slept 'on_xend_stop = "suspend"'; xm start slept; xm suspend slept
managed asleep; xm start asleep; xm suspend asleep
managed meant; auto_guest meant
auto_guest filed; ln -s "$auto/filed.cfg" "$auto/zfiled"; echo 'junk' >"$auto/.hidden"; echo junk >"$auto/filed.cfg~"
xm autostart >t 2>err
is 'autostart: those that say so, are suspended for it, or in auto_dir' 'filed meant slept there up' "$(running)"
is 'autostart: tells each, and the sum' 'filed: started
meant: started
slept: resumed
there: is already there
up: started
5 guests: 4 started, 1 left as they are, 0 failed' "$({ head -n -1 t | LC_ALL=C sort; tail -n 1 t; })"
like 'autostart: two files of one guest are told' 'zfiled: is the same guest as' "$(cat err)"
is 'autostart: what a user suspended stays so' asleep "$(xm list --state=suspended | awk 'NR > 1 { print $1 }')"
is 'autostart: again, all are there' '4 guests: 0 started, 4 left as they are, 0 failed' "$(xm autostart -q 2>/dev/null)"
end_host; rm -rf "$host"; mkdir -p "$auto"

# --- in which order ---
managed a 'on_xend_start = "start"' 'xm_start_after = "z"'
managed b 'on_xend_start = "start"' 'xm_start_order = 300'
managed c 'on_xend_start = "start"' 'xm_start_order = 200' 'xm_start_delay = 2'
managed y 'on_xend_start = "start"'
managed z 'on_xend_start = "start"' 'xm_start_after = ["y", "nobody"]'
is 'autostart -n: the plan, and nobody is started' 'Name Action Order Delay After From|a start 100 0 z -|y start 100 0 - -|z start 100 0 y,nobody -|c start 200 2 - -|b start 300 0 - -|' \
    "$(xm autostart -n | tr -s ' ' | tr '\n' '|')"
is 'autostart -n: nobody' '' "$(running)"
from=$(date +%s)
is 'autostart -j 1: in order, and after whom' 'y z a c b' "$(xm autostart -j 1 >/dev/null; came)"
check 'autostart: a delay keeps those of later orders' '[ $(($(date +%s) - from)) -ge 2 ]'
xm destroy a; xm destroy b; xm destroy c; xm destroy y; xm destroy z
check 'autostart: the needs hold with several at a time' 'xm autostart -j 8 >/dev/null; came >t; grep -q "y.* z.* a" t && grep -q "c.* b" t'
for g in a b c y z; do xm destroy $g; xm delete $g; done

managed p 'on_xend_start = "start"' 'xm_start_after = "q"'; managed q 'on_xend_start = "start"' 'xm_start_after = "p"'
refuse 'autostart: a circle is told and opened' 0 'round in a circle, the last step is not heeded: p after q after p' 'xm autostart && running | grep -x "p q"'
for g in p q; do xm destroy $g; xm delete $g; done

# --- waiting for what is not there yet ---
managed d 'on_xend_start = "start"' "disk = ['phy:$work/late,xvda,w']"
(sleep 1.5; : >"$work/late") &
is 'autostart: waits for a disk' 'd: started' "$(xm autostart | head -n 1)"
xm destroy d; rm "$work/late"
refuse 'autostart --disk-wait: not for ever' 2 "^d: failed: its disk $work/late is not there, after 1 seconds" 'xm autostart --disk-wait 1'
xm delete d
machine '"memory_mib": 1600' '"xen_commandline": "dom0_mem=1024M"'
guest fat 'memory = 400'; xm create -q fat.cfg
managed m 'on_xend_start = "start"' 'memory = 300'
(sleep 1.5; xm destroy fat) &
is 'autostart: waits for memory' 'm: started' "$(xm autostart | head -n 1)"
wait; xm destroy m; xm create -q fat.cfg
refuse 'autostart --memory-wait: not for ever' 2 '^m: failed: not enough memory: the domain needs' 'xm autostart --memory-wait=1'
xm destroy fat; xm delete m; rm "$host/sim/host.json"

# --- words ---
refuse 'autostart: a number of jobs that is none' 1 '^Error: --jobs must be a number from 1 to 86400, not 0' 'xm autostart -j 0'
refuse 'autostart: seconds that are none' 1 '^Error: --disk-wait must be a number from 0' 'xm autostart --disk-wait=soon'
end_host; rm -rf "$host"; mkdir -p "$auto"

# --- fifty, with failures among them ---
machine '"memory_mib": 16384'
for i in $(seq -w 1 30); do guest m$i 'on_xend_start = "start"' "xm_start_order = $((10#$i % 3))"; done
for i in $(seq -w 1 10); do auto_guest f$i; done
for g in m01 m02; do echo 'xm_start_after = "nodisk"' >>$g.cfg; done
for i in $(seq -w 1 30); do xm new -q m$i.cfg; done
managed nodisk 'on_xend_start = "start"' 'disk = ["phy:/nowhere/at/all,xvda,w"]' 'xm_start_order = 5'
managed huge 'on_xend_start = "start"' 'memory = 100000'
managed circle1 'on_xend_start = "start"' 'xm_start_after = "circle2"'; managed circle2 'on_xend_start = "start"' 'xm_start_after = "circle1"'
managed gone 'on_xend_start = "start"' "kernel = '$work/gone'" 'xm_start_order = 6'
managed slept 'on_xend_start = "start"'; xm start slept; xm suspend slept
managed there 'on_xend_start = "start"'; xm start there
printf 'name = "bad"\nmemory = = 3\n' >"$auto/bad"
printf 'name = "worse"\nkernel = "%s"\nmemory = "much"\n' "$kernel" >"$auto/worse"
managed stuck 'on_xend_start = "start"' 'xm_start_order = 0' 'xm_start_delay = 0'
managed damaged 'on_xend_start = "start"'; damaged=$(grep -l '"damaged"' "$host"/xm/domains/*/document.json); echo '{' >"$damaged"
# the third domain that is made hangs for good
faults 'create.devices 3 once delay 60000'
xm autostart -j 4 -t 10 --disk-wait 2 --memory-wait 2 --json >out 2>err &
fifty=$! most=0
# How many it has at work at the most. The kernel ends that line with no newline.
while kill -0 $fifty 2>/dev/null; do
    children=
    read -r children 2>/dev/null <"/proc/$fifty/task/$fifty/children"
    set -- $children
    [ $# -le $most ] || most=$#
    sleep 0.02
done
wait $fifty; status=$?
is 'fifty: some failed: exit status 2' 2 $status
is 'fifty: the sum' '{"done": 43, "failed": 7, "left": 1, "guests": 51}' "$(python3 -c '
import json
d = json.load(open("out"))
print(json.dumps({"done": d["done"], "failed": d["failed"], "left": d["left"], "guests": len(d["guests"])}))')"
is 'fifty: none but those that said so are lost' 43 "$(xl list | awk 'NR > 1 && $2 != 0' | wc -l | awk '{ print $1 - 1 }')"
for g in nodisk:'its disk /nowhere/at/all is not there' huge:'not enough memory' gone:"$work/gone: No such file" \
    bad:'bad:2:' worse:'memory: .much. is not a number' ; do
    like "fifty: $g" "^${g%%:*}: failed: .*${g#*:}" "$(grep "^${g%%:*}: " err)"
done
like 'fifty: one entry that cannot be read' 'failed: its entry cannot be read: .*document.json' "$(cat err)"
is 'fifty: the one that hung, and only that one' 1 "$(grep -c 'failed: was not done within 10 seconds' err)"
like 'fifty: the circle' 'circle1 after circle2 after circle1' "$(cat err)"
check 'fifty: those after one that failed have been started' 'xm domid m01 | grep -v None && xm domid m02 | grep -v None'
check 'fifty: the suspended one is resumed' 'xm list --state=suspended | wc -l | grep -x 1 && xm domid slept | grep -v None'
check 'fifty: never more than -j at a time, and several' "[ $most -le 4 ] && [ $most -ge 2 ]"
check 'fifty: nothing half is left' 'wait_for 30 "! grep -l \"\\\"building\\\": 1\" $host/sim/domains/*.json"'
rm "$host/sim/faults"
is 'fifty: once more starts the one that hung' 1 "$(xm autostart -q --disk-wait 0 --memory-wait 0 2>/dev/null | sum | sed 's/.*: \([0-9]*\) started.*/\1/')"

# --- and down again ---
rm "$auto/bad" "$auto/worse"
guest mine; xm create -q mine.cfg
guest says 'on_xend_stop = "shutdown"'; xm create -q says.cfg
managed sus 'on_xend_stop = "suspend"'; xm start sus
managed deafsus 'on_xend_stop = "suspend"' 'extra = "sim.suspend=ignore"'; xm start deafsus
managed des 'on_xend_stop = "destroy"' 'extra = "sim.shutdown=ignore"'; xm start des
managed deaf 'on_xend_stop = "shutdown"' 'extra = "sim.shutdown=ignore"'; xm start deaf
managed still 'on_xend_stop = "shutdown"'; xm start still; xm pause still
managed first 'on_xend_stop = "shutdown"' 'xm_start_order = 1' ; managed last 'on_xend_stop = "shutdown"' 'xm_start_after = "first"' 'extra = "sim.shutdown=1"'
xm start first; xm start last
echo '{"suspend_timeout_s": 1, "memory_mib": 16384}' >"$host/sim/host.json"
is 'autostop -n: the reverse order' 'says last first' "$(xm autostop -n | awk '{ print $1 }' | grep -xE 'says|last|first' | xargs)"
is 'autostop -n: what is done with whom' 'sus suspend f01 shutdown des destroy' \
    "$(xm autostop -n | awk '{ print $1, $2 }' | grep -E '^(des|sus|f01) ' | xargs)"
check 'autostop -n --json: the same for programs' '
    xm autostop -n --json | python3 -c "
import json, sys
guests = {g[\"name\"]: g for g in json.load(sys.stdin)[\"guests\"]}
assert guests[\"last\"][\"after\"] == [\"first\"] and guests[\"last\"][\"action\"] == \"shutdown\"
assert guests[\"f01\"][\"file\"].endswith(\"auto/f01.cfg\") and guests[\"still\"][\"outcome\"] == \"is paused\"
assert \"mine\" not in guests
"'
refuse 'autostop: one that does not obey fails' 2 '^deaf: failed: deaf has not ended within 6 seconds' 'xm autostop -t 6 >out'
for g in 'f01: shut down' 'says: shut down' 'sus: suspended' 'des: destroyed' 'still: is paused' \
    'deafsus: shut down, for it could not be suspended: '; do
    like "autostop: $g" "^$g" "$(grep "^${g%%:*}:" out)"
done
check 'autostop: in the reverse order' 'grep -nE "^(first|last):" out | cut -d: -f2 | xargs | grep -x "last first"'
check 'autostop: who says nothing runs on' 'xm domid mine && xm domid m03 | grep -v None && xm domid deaf | grep -v None'
is 'autostop --destroy: by force in the end' 'deaf: destroyed' "$(xm autostop -t 1 --destroy 2>&1 | grep ^deaf)"
check 'autostop -a: all of ours' 'xm unpause still; xm autostop -a -q -j 64 && test -z "$(running)"'
check 'autostart after autostop: the suspended one goes on' 'xm autostart -q --disk-wait 0 --memory-wait 0 2>/dev/null; xm domid sus | grep -v None'

# --- on a terminal ---
check 'autostart on a terminal: a line of who is at work, gone in the end' '
    xm autostop -q -a; python3 -c "
import os, pty, re
out = b\"\"
def read(fd):
    global out
    data = os.read(fd, 4096)
    out += data
    return data
status = pty.spawn([\"xm\", \"autostart\", \"--disk-wait=0\", \"--memory-wait=0\"], read)
assert re.search(rb\"\\[\\d+/\\d+\\] \\w\", out), out
assert b\"\\r\\x1b[K\" in out and b\" started, \" in out, out
"'
done_testing
