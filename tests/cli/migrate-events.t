#!/bin/bash
# What is told of moves: by events on both hosts, by the log, and by info of those that are in doubt; and guests of
# other programs whose sender was killed.
. "$(dirname "$0")/peer.sh"

told() { sed 's/^[^ ]* [^ ]* //' "$1" | grep -E ' (migrating|migrated|failed)( |$)'; }
listen() { xm events >"$1" & wait_for 20 "grep -q listening $1"; }
log_of() { cat "$1"/xm/log "$1"/log "$1"/xm.log 2>/dev/null; }
guest web
xm create -q web.cfg
uuid=$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')
listen here
there listen there
xm migrate -s reach web b
check 'events: on the source' 'wait_for 20 "grep -q migrated here"'
is 'events: on the source, in order' "web 1 migrating to b
web - migrated to b" "$(told here)"
check 'events: on the target' 'wait_for 20 "grep -q migrated there"'
is 'events: on the target, in order' "$uuid - migrating from another host
$uuid - migrated from another host" "$(told there)"
there xm destroy web
xm create -q web.cfg
faults 'send.page 3 once fail IO "cable chewed"'
check 'events: one that fails' '! xm migrate -s reach web b 2>/dev/null; wait_for 20 "grep -q failed here"'
is 'events: one that fails, and why' "web 2 migrating to b
web 2 failed it has not migrated to b: cable chewed" "$(told here | tail -n 2)"
check 'events: on the target as well' 'wait_for 20 "grep -q \" failed from another host\" there"'
faults ''
check 'events: over ssh the target knows from where' 'SSH_CONNECTION="192.0.2.7 22 192.0.2.9 22" xm migrate -s reach web b && wait_for 20 "grep -q \"migrated from 192.0.2.7\" there"'
check 'log: tells of it, too' 'xm log | grep -q "(move) Domain web: migrated to b\." && xm log | grep -q "(move) Domain web: failed it has not migrated to b: cable chewed\."'
check 'events: what was stopped before it set out is no event' 'there xm destroy web; xm create -q web.cfg && n=$(told here | wc -l) && machine_there "\"memory_mib\": 1060" && ! xm migrate -s reach web b 2>/dev/null && test "$(told here | wc -l)" = $n'
machine_there '"memory_mib": 8192'

# --- in doubt ---
echo '#!/bin/bash
reach "$@"; e=$?; : >"$tap_dir/down"; exit $e' >"$tap_dir/bin/once"
chmod +x "$tap_dir/bin/once"
break_at 11 cut
refuse 'in doubt: the exit status' 1 'migrate --recover web' 'xm migrate -s once web b'
check 'in doubt: an event says what to do' 'wait_for 20 "grep -q \"failed may run on b by now: xm migrate --recover web\" here"'
like 'info: tells of it' '^Warning: web may run on b by now: .*xm migrate --recover web' "$(xm info 2>&1 >/dev/null)"
check 'info: and of the machine, as ever' 'xm info 2>/dev/null | grep -q ^host'
like 'log: tells of it' 'The migration of domain web to b was cut off at its end' "$(xm log)"
refuse 'in doubt: who meets it fails' 1 'xm migrate --recover web' 'xm shutdown web--migratedaway'
wait_for 20 'test -e "$tap_dir/down"'
sed -i 's/^reach.*/exec reach "$@"/' "$tap_dir/bin/once"
up
check 'recover: an event' 'xm migrate --recover web && wait_for 20 "told here | tail -n 1 | grep -q \"web - migrated to b\""'
is 'info: silent again' '' "$(xm info 2>&1 >/dev/null)"
there xm destroy web

# --- guests of other programs ---
# One that is in no registry, as stock xl makes them.
foreign() {
    guest other
    xm create -q other.cfg
    end_host
    rm -rf "$host"/xm/domains/* "$host"/xm/index*
}
other_runs() { xm list other | grep -q '^other .*[r-][b-]----'; }
foreign
check 'foreign: it is none of ours' '! ls "$host"/xm/domains/* 2>/dev/null && other_runs'
check 'foreign: it moves' 'xm migrate -s reach other b && there xm list other && ! xm list other && there xm destroy other'
foreign
faults 'send.page 6 once kill'
check 'foreign: a sender that is killed mid-suspend' '! xm migrate -s reach other b 2>/dev/null'
check 'foreign: the supervisor wakes it' 'wait_for 20 other_runs'
faults ''
# Killed when it had been asked to suspend itself, and does so later.
id=cccccccc-1111-4111-8111-111111111111
other=$(xm list --json other | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')
record() {
    printf '{"format": 1, "id": "%s", "stage": "sending", "kind": "running", "name": "other", "peer": {"host": "there"}, "domid": %s}\n' \
        "$id" "$(domid other)" >"$host/xm/moves/$other.json"
}
# A suspension whose program is gone, of which nothing tells.
suspend_it() { faults 'save.write 2 once kill'; { xm save -c other file; } >/dev/null 2>&1; faults ''; }
end_host
rm -f "$host"/xm/moves/*
check 'foreign: what sleeps without a record is another program'\''s business' 'suspend_it; xm repair; ! other_runs'
record
check 'foreign: with one, repair wakes it' 'xm repair; other_runs && test ! -e "$host/xm/moves/$other.json"'
record
check 'foreign: one that runs is waited for' 'xm repair; other_runs && test -e "$host/xm/moves/$other.json"'
suspend_it
check 'foreign: and woken by repair once it sleeps' 'xm repair; other_runs && test ! -e "$host/xm/moves/$other.json"'
end_host
record
listen later
check 'foreign: the supervisor waits, too' 'wait_for 20 "grep -q asked \"$host/xm/moves/$other.json\""'
suspend_it
check 'foreign: and wakes it by itself' 'wait_for 20 other_runs'
done_testing
