#!/bin/bash
# xm start: a remembered guest runs.
. "$(dirname "$0")/sim.sh"
guest web
xm new -q web.cfg

is 'start: silent' '' "$(xm start web 2>&1)"
check 'start: the guest runs' 'xm list web | grep -Eq "^web +1 "'
refuse 'start: not twice' 1 '^Error: Domain is already running$' 'xm start web'
refuse 'start: unknown guest' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm start nobody'
refuse 'start: no guest named' 1 "^Error: 'xm start' requires 1 arguments\." 'xm start'
xm destroy web
check 'start -p: leaves it paused' 'xm start -p web && xm list web | grep -q "p---"'
xm unpause web; xm suspend web
refuse 'start: not while suspended' 1 '^Error: Domain is already running$' 'xm start web'
xm resume web; xm destroy web

faults 'create.devices 1 once fail HOST "no device today"'
refuse 'start: a failing build tells its cause' 1 'no device today' 'xm start web'
check 'start: and leaves the guest halted' 'test "$(xm domid web)" = None && xm start web'
xm destroy web
faults 'create.devices 1 once kill'
check 'start: killed half way, the guest is halted again and starts' \
    '! xm start web; wait_for 20 "test \"\$(xm domid web)\" = None" && wait_for 20 "xm start web" && xm domid web | grep -q "^[0-9]"'
xm destroy web
check 'start: by uuid' 'xm start "$(ls "$host/xm/domains")" && xm domid web | grep -q "^[0-9]"'
xm destroy web
check 'start -c: shows the console; Ctrl-] leaves it' \
    '(sleep 1; printf "uname\r"; sleep 1; printf "\035") | timeout 20 xm start -c web | grep -q Linux && xm domid web | grep -q "^[0-9]"'
done_testing
