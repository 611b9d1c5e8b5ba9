#!/bin/bash
# xm new: a guest that is remembered.
. "$(dirname "$0")/sim.sh"

guest web
is 'new: says what it reads, nothing more' 'Using config file "./web.cfg".' "$(xm new web.cfg 2>&1)"
like 'new: the guest is listed, its ID and State blank' '^web {47}64 {5}1 {17}0\.0$' "$(xm list | tail -1)"
refuse 'new: the same name again' 1 "^Error: VM name 'web' already exists$" 'xm new web.cfg'
uuid=$(ls "$host/xm/domains")
like 'new: its directory is its uuid' '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' "$uuid"
echo "uuid = '$uuid'" >>web.cfg
echo 'memory = 96' >>web.cfg
check 'new: with the uuid, the stored guest is changed in place' \
    'xm new -q web.cfg && xm list web | grep -q "^web  *96 " && test "$(ls "$host/xm/domains")" = "$uuid"'
check 'new: with the uuid, the name may change' 'xm new -q web.cfg name=www && xm list www && ! xm list web'
check 'new: and back' 'xm new -q web.cfg'
guest taken
xm new -q taken.cfg
refuse 'new: not to a name that is taken' 1 "already exists" 'xm new web.cfg name=taken'
check 'new: a refused change changes nothing' 'xm list web && xm list taken'
guest run
xm create -q run.cfg
refuse 'new: the name of a running guest' 1 "^Error: VM name 'run' already exists as domain 1" 'xm new run.cfg'
check 'new -n: prints SXP, stores nothing' 'xm new -qn run.cfg name=dry | grep -q "(name dry)" && ! xm list dry'
xm start web
refuse 'new: on a running guest, says when it takes effect' 0 'takes effect at its next start' \
    'xm new web.cfg memory=48; s=$?; exit $s'
check 'new: the running guest goes on as it is' 'xm list web | grep -q "^web  *[0-9]*  *96 "'
refuse 'new: and so it does with another name' 0 '^later is running: the change takes effect at its next start$' \
    'xm new web.cfg name=later memory=48'
check 'new: the guest keeps the name that it runs under' 'test "$(xm domid web)" -gt 0'
xm new -q web.cfg memory=48
xm destroy web
check 'new: the next start has the change' 'xm start web && xm list web | grep -q "^web  *[0-9]*  *48 "'
refuse 'new: a mistake in the file is told with its place' 1 'bad.cfg:1:' 'echo "memory = 1 +" > bad.cfg; xm new bad.cfg'
refuse 'new: a file that is nowhere' 1 'Unable to open config file: nowhere' 'xm new nowhere'
guest nic 'vif = ["", "bridge=xenbr0"]'
xm new -q nic.cfg
macs() { xm list -l nic | sed -n 's/.*(mac \([0-9a-f:]*\)).*/\1/p'; }
first=$(macs)
like 'new: a vif without an address gets one' '^00:16:3e:[0-7][0-9a-f]:[0-9a-f]{2}:[0-9a-f]{2}$' "$(echo "$first" | head -1)"
is 'new: each its own' 2 "$(echo "$first" | sort -u | wc -l)"
is 'start: with the same addresses' "$first" "$(xm start nic; macs)"
is 'start: again with the same addresses' "$first" "$(xm destroy nic; xm start nic; macs)"
guest pin 'cpus = "1,9"'
check 'new: cpus the host has not are passed over' 'xm create -q pin.cfg && xl vcpu-list pin | grep -q " 1 / all$"'
done_testing
