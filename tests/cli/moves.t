#!/bin/bash
# A migration that was cut off: settled by whoever looks, and where only the other side knows, left alone.
. "$(dirname "$0")/sim.sh"
uuid() { printf '%s-1111-4111-8111-111111111111' "$1"; }
web=$(uuid aaaaaaaa)
move=$(uuid cccccccc)
guest web "uuid = '$web'"
xm new -q web.cfg
xm start web
mkdir -p "$host/xm/moves"
# The supervisor would mend what it sees happen, before anybody else can find it.
record() {
    end_host
    printf '{"format": 1, "id": "%s", "stage": "%s", "kind": "running", "name": "web", "peer": {"host": "there"}, "domid": %s}\n' \
        "$move" "$1" "$(domid web)" >"$host/xm/moves/$web.json"
}
left() { ls "$host/xm/moves"; }

record asked
like 'list: tells of one in doubt' 'Warning: web may run on there by now: .* \(xm migrate --recover web\)' "$(xm list 2>&1 >/dev/null)"
like 'list --json: in_doubt is where' '"in_doubt": "there"' "$(xm list --json web 2>/dev/null)"
for words in 'destroy web' 'shutdown web' 'reboot web' 'pause web' 'suspend web' 'rename web www' 'delete web' 'save web f' \
    'vcpu-set web 1' 'create web.cfg'; do
    refuse "$words: in doubt, and the way out" 1 'xm migrate --recover web' "xm $words"
done
like 'repair -n: shows it, for a human' 'web: may run on there by now.*xm migrate --recover web' "$(xm repair -n)"
check 'repair: leaves it' 'xm repair; test $? = 2 && test -e "$host/xm/moves/$web.json"'
like 'xm: it is as it was' 'running|idle' "$(xm domstate web 2>/dev/null)"

record sending
like 'repair -n: one that had not been given away' 'web: its migration to there was cut off.*goes on here' "$(xm repair -n)"
check 'repair -n: changes nothing' 'test -e "$host/xm/moves/$web.json"'
check 'repair: settles it' 'xm repair && test -z "$(left)"'
record sending
check 'pause: settles what was cut off by the way' 'xm pause web && xm unpause web && test -z "$(left)"'

record asked
echo '{' >"$host/xm/moves/$web.json"
like 'list: a record that cannot be read' "Warning: $web may run elsewhere by now.*$host/xm/moves/$web.json" "$(xm list 2>&1 >/dev/null)"
refuse 'destroy: a record that cannot be read may be of one that runs elsewhere' 1 'may run elsewhere by now' 'xm destroy web'
like 'repair -n: names the file' "$web: .*moves/$web.json" "$(xm repair -n)"
rm "$host/xm/moves/$web.json"

record left
check 'xm start of another: nothing is settled that is not looked at' 'guest db && xm new -q db.cfg && test -n "$(left)"'
check 'supervisor: settles it when it starts: it has left' \
    'xm start db && wait_for 10 "test -z \"\$(left)\"" && ! xm domid web'
done_testing
