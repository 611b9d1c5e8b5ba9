#!/bin/bash
# xm dump-core: memory as an ELF core.
. "$(dirname "$0")/sim.sh"
guest web
xm create -q web.cfg
is 'dump-core: says so' 'Dumping core of domain: web ...' "$(xm dump-core web core 2>&1)"
check 'dump-core: an ELF core' 'readelf -h core | grep -q "CORE (Core file)"'
check 'dump-core: with Xen'\''s sections' 'readelf -S core | grep -q xen_pages'
is 'dump-core: root'\''s alone' 600 "$(stat -c %a core)"
check 'dump-core: the guest goes on' '! xm list web | grep -q "p---"'
is 'xl dump-core: silent' '' "$(xl dump-core web core2 2>&1)"
refuse 'dump-core: into a directory' 1 '^Error: Cannot dump core in a directory: \.$' 'xm dump-core web .'
refuse 'dump-core -CR: not both' 1 'more than one' 'xm dump-core -C -R web core3'
refuse 'dump-core: domain 0' 1 'Cannot dump core for privileged domain 0' 'xm dump-core 0 core3'
refuse 'dump-core: unknown guest' 3 'does not exist' 'xm dump-core nobody core3'
refuse 'xl dump-core: the file must be named' 2 'requires at least 2 arguments' 'xl dump-core web'
faults 'dump_core.write 2 once fail IO "No space left on device"'
refuse 'dump-core: a full disk' 1 'No space left on device' 'xm dump-core web core4'
check 'dump-core: nothing is left of it' 'test "$(ls | grep -c core4)" = 0 && ! xm list web | grep -q "p---"'
refuse 'dump-core: without a file, the same disk' 1 'No space left' 'faults "dump_core.write 2 once fail IO \"No space left on device\""; xm dump-core web'
check 'dump-core: what there is of that one stays' 'ls "$host"/dump/web/*-web.$(xm domid web).core-incomplete && rm -r "$host/dump"'
faults ''
faults 'dump_core.write 3 once kill'
check 'dump-core: killed half way, the guest is let go on, and no file is left' \
    '! xm dump-core web core4; faults ""; wait_for 20 "! xm list web | grep -q p---" && test "$(ls | grep -c core4)" = 0'
faults ''
check 'dump-core: without a file, where cores are kept' 'xm dump-core web && [[ $(cd "$host/dump/web"; ls) =~ ^20[0-9]{2}-[0-9]{4}-[0-9]{4}\.[0-9]{2}-web\.$(xm domid web)\.core$ ]]'
is 'dump-core: for root alone' '700 600' "$(stat -c %a "$host/dump/web" "$host"/dump/web/*.core | xargs)"
echo 'core_max_count = 2' >"$XM_CONF"
check 'dump-core: no more of them than xm.conf says' '
    for i in 1 2 3; do sleep 1; xm dump-core web || break; done; [ "$(ls "$host/dump/web" | wc -l)" = 2 ]'
echo 'core_max_mib = 60' >"$XM_CONF"
refuse 'dump-core: none that is larger than that' 1 'a core of 65 MiB would not fit \(core_max_mib is 60\)' 'xm dump-core web'
rm "$XM_CONF"
check 'dump-core -R: and builds it again' 'old=$(xm domid web); xm dump-core -R web core5 && test "$(xm domid web)" -gt "$old"'
check 'dump-core -C: and ends it' 'xm dump-core -C web core6 && ! xm domid web'
done_testing
