#!/bin/bash
# xm suspend and xm resume: a remembered guest's memory on disk, and back.
. "$(dirname "$0")/sim.sh"
guest web 'extra = "sim.load=50"'
xm new -q web.cfg
xm start web
uuid=$(ls "$host/xm/domains")
memory=$host/xm/domains/$uuid/memory

is 'suspend: silent' '' "$(xm suspend web 2>&1)"
like 'suspend: listed like a halted guest' '^web {37} {6} {4}64 {5}1 {11} +[0-9.]+$' "$(xm list web | tail -1)"
check 'suspend: its memory is on disk, root'\''s alone' 'test -s "$memory" && test "$(stat -c %a "$memory")" = 600'
is 'suspend: in stock xl'\''s format' 'Xen saved domain' "$(head -c 16 "$memory")"
check 'suspend: list --state=suspended finds it' 'xm list --state=suspended | grep -q ^web'
refuse 'suspend: not twice' 1 '^Error: Domain is not running' 'xm suspend web'
is 'resume: silent' '' "$(xm resume web 2>&1)"
check 'resume: it runs, and the file is gone' 'xm domid web | grep -q "^[0-9]" && test ! -e "$memory"'
refuse 'resume: not while it runs' 1 '^Error: Error occurred when resuming: Cannot resume domain that is not suspended\.' 'xm resume web'
check 'resume -p: leaves it paused' 'xm suspend web && xm resume -p web && xm list web | grep -q -- "--p---" && xm unpause web'
guest loose; xm create -q loose.cfg
refuse 'suspend: a guest that is not remembered' 1 '^Error: Domain is not managed by Xend lifecycle support\.' 'xm suspend loose'
refuse 'suspend: domain 0' 1 '^Error: Cannot suspend privileged domain 0' 'xm suspend 0'
refuse 'suspend: unknown guest' 3 "does not exist" 'xm suspend nobody'
refuse 'resume: unknown guest' 3 "does not exist" 'xm resume nobody'

faults 'save.write 2 once fail IO "disk full"'
refuse 'suspend: a full disk is the cause that is told' 1 'disk full' 'xm suspend web'
check 'suspend: and the guest runs on, with no file left' \
    'xm domid web | grep -q "^[0-9]" && ! xm list web | grep -q -- ---s && test "$(ls "$host/xm/domains/$uuid" | grep -c memory)" = 0'
faults ''
check 'suspend: works after that' 'xm suspend web && xm resume web'
faults 'save.write 2 once kill'
check 'suspend: killed half way, the guest runs on' \
    '! xm suspend web; faults ""; wait_for 20 "xm suspend web" && xm resume web'
faults 'restore 1 once fail HOST "no memory today"'
xm suspend web
refuse 'resume: a failure tells its cause' 1 'Error occurred when resuming: .*no memory today' 'xm resume web'
check 'resume: and the guest is still suspended, whole' 'faults ""; xm resume web && xm domid web | grep -q "^[0-9]"'

xm suspend --progress=json web >out
check 'suspend --progress=json: tells how far it is' 'tail -1 out | grep -q "\"doing\": \"suspending\", \"guest\": \"web\".*\"done\": 16384, \"total\": 16384"'
check 'resume --progress=json: likewise' 'xm resume --progress=json web | tail -1 | grep -q "\"doing\": \"resuming\""'
machine '"disk_free_mib": 30'
refuse 'suspend: no room for it is told beforehand' 1 'not enough room' 'xm suspend web'
check 'suspend: and the guest runs on' 'xm domid web | grep -q "^[0-9]" && ! xm list web | grep -q -- ---s'
machine '"disk_free_mib": -1'
check 'suspend --compress: its memory is packed' 'xm suspend --compress web && test "$(od -An -tx1 -N4 "$memory")" = " 28 b5 2f fd"'
check 'resume: reads it all the same' 'xm resume web && xm domid web | grep -q "^[0-9]" && test ! -e "$memory"'
done_testing
