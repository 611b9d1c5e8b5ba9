#!/bin/bash
# xm repair on real Xen, and what is left of commands that are killed there.
# time limit: 600 s
. "$(dirname "$0")/../tap.sh"
need_xen
. "$(dirname "$0")/guests.sh"
uuid=11111111-2222-4333-8444-555555555555
trap 'for d in $(xl list | awk "NR > 2 { print \$2 }"); do xl destroy $d; done; xm delete web; rm -rf "$tap_dir"' EXIT
found() { xm repair -n 2>&1; }

is 'repair: nothing is wrong on a fresh machine' '' "$(found)"
tiny web "uuid = '$uuid'"
bios other
xm new -q web.cfg
xm start web
xl create -q other.cfg || xl create other.cfg >/dev/null
is 'repair: nor with a guest of xm'\''s, and one of xl'\''s with a device model' '' "$(found)"
other=$(xl domid other)

# What domain 4000 has left.
for path in /local/domain/4000/name /libxl/4000/type /local/domain/0/backend/vbd/4000/51712/frontend-id \
            /local/domain/0/backend/qdisk/4000/51728/state /local/domain/0/device-model/4000/state \
            /vm/99999999-2222-4333-8444-555555555555/name; do
    xenstore-write $path 4
done
: >/var/lib/xen/userdata-d.4000.99999999-2222-4333-8444-555555555555.libxl-json
(exec -a /usr/bin/qemu-system-i386 bash -c 'while sleep 1; do :; done' x -xen-domid 4000 </dev/null >/dev/null 2>&1) &
model=$!
wait_for 10 "grep -q 4000 /proc/$model/cmdline" 2>/dev/null
out=$(found)
for path in /local/domain/4000 /libxl/4000 /local/domain/0/backend/vbd/4000 /local/domain/0/backend/qdisk/4000 \
            /local/domain/0/device-model/4000 /vm/99999999-2222-4333-8444-555555555555 \
            /var/lib/xen/userdata-d.4000.99999999-2222-4333-8444-555555555555.libxl-json; do
    like "repair -n: finds $path" "^$path: left by .*, which is no more: to be mended \(removed\)$" "$out"
done
like 'repair -n: finds a device model' "^/usr/bin/qemu-system-i386 \(process [0-9]+\): serves domain 4000, which is no more: to be mended \(ended\)$" "$out"
is 'repair -n: and nothing else' 8 "$(echo "$out" | grep -c .)"
check 'repair -n: removes nothing' 'xenstore-read /libxl/4000/type && kill -0 '$model
check 'repair: removes them all' 'xm repair'
is 'repair: nothing is left' '' "$(found)"
check 'repair: not in the store either' '! xenstore-ls / | grep -q 4000 && ! test -e /var/lib/xen/userdata-d.4000.*'
check 'repair: the process has ended' "wait_for 10 '! grep -q 4000 /proc/$model/cmdline'"
check 'repair: guests of others run on, with their device models' \
    "test \"\$(xl domid other)\" = $other && pgrep -f 'xen-domid $other '"

# Domains without a name.
web=$(xl domid web)
xenstore-rm /local/domain/$web/name
like 'repair: a guest of ours gets its name back' "^domain $web: has no name, and is web: given its name$" "$(xm repair 2>&1)"
is 'repair: it has it' "$web" "$(xl domid web)"
xenstore-rm /local/domain/$other/name
like 'repair: one of others is only told' "^domain $other: has no name: .*: left as it is" "$(xm repair 2>&1)"
check 'repair: it lives' "xl list | grep -q null"
check 'repair --destroy: ends it' "xm repair --destroy && ! xl list | grep -q null && xm repair -n"

# A guest that its entry does not know, as after a restore by hand.
state=$(find / -xdev -path "*/domains/$uuid/state.json" 2>/dev/null | head -1)
printf '{"format": 2, "phase": "halted", "managed": true}\n' >"$state"
like 'repair: a guest that runs unknown is adopted' "^web: runs as domain $web, which its entry does not know: adopted$" "$(xm repair 2>&1)"
check 'repair: and looked after' "xl destroy web; wait_for 60 'grep -q halted $state'"

# Killed half way: a guest that suspends itself when it is asked, on Debian's kernel.
pvh slow "uuid = '22222222-2222-4333-8444-555555555555'"
xm new -q slow.cfg && xm start slow
check 'a guest is up' 'ready slow'
# The kill may come between the writing of a file and its renaming, which only tidying up shows.
for after in 0.2 1; do
    xm save slow slow.save & pid=$!
    sleep $after; kill -9 $pid; wait $pid 2>/dev/null
    check "save: killed after $after s, no file is left" '! ls | grep -q slow.save'
    check "save: killed after $after s, the guest goes on" \
        'sleep 4; wait_for 60 "guest_state slow | grep -q \"^[r-][b-]----\$\"" &&
         wait_for 60 "test -z \"\$(found | grep -v \": left by an interrupted write: \")\"" && xm repair && test -z "$(found)"'
done
xm dump-core slow slow.core >/dev/null & pid=$!
wait_for 60 'guest_state slow | grep -q p' && kill -9 $pid; wait $pid 2>/dev/null
check 'dump-core: killed, no file is left' '! ls | grep -q slow.core'
check 'dump-core: killed, the guest is let go on' 'wait_for 60 "! guest_state slow | grep -q p"'
# Of a PV guest: libxc asks for each page of the 4 GiB that a PVH guest's addresses span.
pv whole
check 'dump-core: whole, it is an ELF core, root'\''s alone' '
    xm create -q whole.cfg && ready whole && xm dump-core whole core &&
    [ "$(head -c 4 core | tail -c 3)" = ELF ] && [ "$(stat -c %a core)" = 600 ]'
rm -f core
xm destroy whole
check 'save, restore: as before' 'xm save slow slow.save && test "$(stat -c %a slow.save)" = 600 && xm restore slow.save && guest_state slow'
check 'save -c over a file: replaces it' 'xm save -c slow slow.save && ! ls | grep -q save.new'
xm destroy slow; xm delete slow
is 'repair: nothing is left of all that' '' "$(found)"
done_testing
