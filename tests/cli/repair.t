#!/bin/bash
# xm repair: what a crash has left wrong is shown, and mended.
. "$(dirname "$0")/sim.sh"
uuid() { printf '%s-1111-4111-8111-111111111111' "$1"; }
web=$(uuid aaaaaaaa)
guest web "uuid = '$web'"
xm new -q web.cfg
dir=$host/xm/domains/$web
# The supervisor would mend what it sees happen, before anybody else can find it.
state() { end_host; printf '%s\n' "$1" >"$dir/state.json"; }
field() { grep -o "\"$1\": *[^,}]*" "$dir/state.json" | sed 's/.*: *//'; }
settled='{"format": 2, "phase": "halted", "managed": true}'

# What is found is on stdout, and the status tells of it; stderr is for failures of repair itself.
ends() { check "$1" "$3; status=\$?; test \$status = $2 && test ! -s '$tap_dir/err'"; }

# Shows REGEX with -n, changing nothing, and then mends it for good. Without the supervisor, which might be
# the first to mend it.
mends() {
    local before after
    end_host
    before=$(cd "$host" && find xm sim -not -path '*fault-counts*' -not -path '*run/lock' | sort | xargs stat -c '%n %a %s %Y %i')
    ends "repair -n: $1" 2 'xm repair -n'
    like 'repair -n: names it' "$2: to be mended" "$(xm repair -n)"
    after=$(cd "$host" && find xm sim -not -path '*fault-counts*' -not -path '*run/lock' | sort | xargs stat -c '%n %a %s %Y %i')
    is 'repair -n: changes nothing' "$before" "$after"
    like "repair: mends it" "$2: $3" "$(xm repair 2>&1)"
    is 'repair: and it stays mended' '' "$(xm repair -n 2>&1)"
}

is 'repair: nothing is wrong, nothing is said, and the status is 0' '0 0 ' "$(xm repair -n 2>&1; printf '%s ' $?; xm repair 2>&1; printf '%s ' $?)"

# The registry's own directories.
: >"$host/xm/locks/$(uuid bbbbbbbb)"
mends 'a stale lock' "$host/xm/locks/$(uuid bbbbbbbb): a lock that nobody holds and that guards nothing" removed
: >"$host/xm/locks/$(uuid bbbbbbbb)"
check 'repair: a lock that is held is somebody'\''s' \
    'exec 9<>"$host/xm/locks/$(uuid bbbbbbbb)"; flock 9; xm repair && test -e "$host/xm/locks/$(uuid bbbbbbbb)"'
rm "$host/xm/locks/$(uuid bbbbbbbb)"
mkdir "$host/xm/domains/.gone-$(uuid bbbbbbbb)"
mends 'an entry half gone' '\.gone-[b0-9-]+: an entry that was never finished, or is deleted' removed
echo half >"$dir/state.json.new.4711"
mends 'a file half written' 'state\.json\.new\.4711: left by an interrupted write' removed
chmod 644 "$dir/document.json"; chmod 755 "$dir"
like 'repair -n: what others may read' "$dir: others than root may read or change it" "$(xm repair -n)"
mends 'a file that others may read' 'document\.json: others than root may read or change it' "made root's alone"
is 'repair: its modes are right again' '600 700' "$(stat -c %a "$dir/document.json") $(stat -c %a "$dir")"
(umask 000; guest free; xm new -q free.cfg)
is 'new: files are root'\''s alone under any umask' '' "$(find "$host/xm" -perm /077)"
xm delete free

# Entries.
state '{'
mends 'a state that cannot be read' "$web: .*/state\.json: .*" 'written anew: it is halted'
check 'repair: the guest is there again' 'xm start web'
xm pause web
state '{'
mends 'a state that cannot be read, of a guest that runs' "$web: .*/state\.json: .*" 'written anew: it runs'
is 'repair: it is that domain' "$(domid web)" "$(field domid)"
cp "$dir/document.json" doc; : >"$dir/document.json"
mends 'a document that cannot be read, of a guest that runs' "$web: .*/document\.json: .*" 'written anew, as its domain is configured'
check 'repair: it can be started from that' 'xm destroy web && xm start web && xm suspend web'
rm "$dir/state.json" "$dir/document.json"
mends 'memory alone' "$web: .*" 'written anew, as it was saved with its memory'
check 'repair: it can be resumed' 'xm resume web && xm destroy web'
cp doc "$dir/document.json"

state '{"format": 2, "phase": "building", "managed": true}'
mends 'an interrupted start' 'web: its start was interrupted' settled
is 'repair: it is halted' '"halted"' "$(field phase)"
xm start web
state "$settled"
mends 'a guest that its entry does not know' "web: runs as domain [0-9]+, which its entry does not know" adopted
is 'repair: now it does' "\"running\" $(domid web)" "$(field phase) $(field domid)"
check 'repair: and the supervisor looks after it' 'xl destroy web && wait_for 20 "test \$(field phase) = \\\"halted\\\""'
state '{"format": 2, "phase": "running", "managed": true, "domid": 4711}'
mends 'a guest whose domain is no more' 'web: ran, and its domain is no more' settled
xm start web; (umask 077; : >"$dir/memory")
mends 'memory of a guest that runs' 'web: runs, and what it was resumed from is still there' settled
xm destroy web
state '{"format": 2, "phase": "suspended", "managed": true}'
mends 'a suspended guest without its memory' 'web: is suspended, and its memory is gone' settled
xm start web; xm suspend web; touch -d '-1 hour' "$dir/state.json"
state "$settled"; touch -d '-1 hour' "$dir/state.json"
mends 'memory without a state' 'web: is halted, and its memory was saved since' 'counts as suspended'
state "$settled"; touch -d '-1 hour' "$dir/memory"
ends 'repair: older memory is not taken up' 2 'xm repair'
like 'repair: but told' "$dir/memory: is older than what is known of the guest, which is halted: left as it is" "$(xm repair)"
check 'repair: and kept' 'test -s "$dir/memory"'
rm "$dir/memory"
sed -i 's/"format": *[0-9]*/"format": 99/' "$dir/state.json"
like 'repair: what a newer xm wrote is left alone' "$web: .*written in format 99 .*: left as it is" "$(xm repair)"
like 'repair: untouched' '"format": 99' "$(cat "$dir/state.json")"
state "$settled"
other=$host/xm/domains/$(uuid cccccccc)
mkdir -m 700 "$other"; (umask 077; echo junk >"$other/document.json")
ends 'repair: an entry that cannot be mended' 2 'xm repair'
like 'repair: says how to be rid of it' "$(uuid cccccccc): .*: left as it is \(xm delete $(uuid cccccccc) forgets it\)" "$(xm repair)"
check 'repair: which works' "xm delete $(uuid cccccccc) && xm repair"

xm start web
sed -i 's/"end_ms": *-1/"end_ms": 0/; s/"end_reason": *-1/"end_reason": 2/' "$host/sim/domains/$(domid web).json"
like 'repair: a guest that somebody else has suspended is told' "^web: is suspended, and no command of xm's is saving it: left as it is" "$(xm repair)"
xm destroy web

# The host.
hvm=$(uuid dddddddd)
guest hvm "uuid = '$hvm'" "builder = 'hvm'" "device_model_version = 'qemu-xen'"
sed -i '/^kernel/d' hvm.cfg
xm create -q hvm.cfg
id=$(domid hvm)
faults 'destroy.release 1 once kill'
xl destroy hvm 2>/dev/null
faults ''
xm create -q hvm.cfg; new=$(domid hvm)
out=$(xm repair -n)
like 'repair -n: a directory of the store' "^/local/domain/$id: left by domain $id, which is no more: to be mended \(removed\)" "$out"
like 'repair -n: libxl'\''s, too' "^/libxl/$id: " "$out"
like 'repair -n: a device model without a domain' "qemu-system-i386 \(process [0-9]+\): serves domain $id, which is no more: to be mended \(ended\)" "$out"
like 'repair -n: a file of libxl'\''s' "^/var/lib/xen/userdata-d\.$id\..*: left by domain $id" "$out"
check 'repair --json: the same for programs' \
    'xm repair -n --json | grep -q "\"code\": \"device-model\"" && xm repair -n --json | grep -q "\"outcome\": \"found\""'
faults 'leftover_remove 2 once fail IO "not today"'
ends 'repair: what could not be mended makes the status 2' 2 'xm repair >out'
like 'repair: and is told' 'could not be mended \(removed\): not today' "$(cat out)"
faults ''
check 'repair: the rest is' 'xm repair'
is 'repair: nothing is left' '' "$(xm repair -n)"
is 'repair: the guest that runs is untouched' "$new" "$(domid hvm)"
xm destroy hvm

# Domains without a name.
guest tmp "uuid = '$(uuid eeeeeeee)'"
xm create -q tmp.cfg; id=$(domid tmp)
record=$host/sim/domains/$id.json
sed -i 's/"name": *"tmp"\(.*"kind"\)/"name": ""\1/; s/^\( *\)"name": *"tmp",/\1"name": "",/' "$record"
like 'repair: a guest of ours gets its name back' "^domain $id: has no name, and is tmp: given its name" "$(xm repair)"
is 'repair: it has it' "$id" "$(domid tmp)"
sed -i 's/"name": *"tmp"\(.*"kind"\)/"name": ""\1/; s/^\( *\)"name": *"tmp",/\1"name": "",/' "$record"
rm -r "$host/xm/domains/$(uuid eeeeeeee)"
ends 'repair: nobody'\''s is left alone' 2 'xm repair'
like 'repair: and told' "^domain $id: has no name: .*: left as it is \(--destroy ends it\)" "$(xm repair)"
like 'repair -n --destroy: would end it' "^domain $id: .*: to be mended \(ended\)" "$(xm repair -n --destroy)"
check 'repair --destroy: ends it' 'xm repair --destroy && ! test -e "$record" && xm repair'
refuse 'repair: no words' 1 'requires 0 arguments' 'xm repair web'
done_testing
