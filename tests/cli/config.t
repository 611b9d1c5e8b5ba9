#!/bin/bash
# xm config: what a file says once it is evaluated, what a guest was given, what a domain runs with.
. "$(dirname "$0")/sim.sh"
machine '"memory_mib": 4096'

cat >web.py <<END
base = 32
name = 'we' + 'b'
memory = str(2 * base)
kernel = '$kernel'
root, extra = '/dev/xvda1', 'quiet "it"'
disk = ['phy:/dev/vg/%s%d,xvd%s,w!' % (name, i, 'ab'[i]) for i in range(2)]
vif = [' bridge = br0 , mac=00:16:3e:00:00:01']
vcpus = 2
debug = {'x': True, 7: (None, 0x10)}
print("looked at")
END

plain='name = "web"
type = "pv"
memory = 64
vcpus = 2
kernel = "'$kernel'"
root = "/dev/xvda1"
extra = "quiet \"it\""
on_poweroff = "destroy"
on_reboot = "restart"
on_crash = "restart"
disk = [
    "format=raw,vdev=xvda,access=rw,target=/dev/vg/web0",
    "format=raw,vdev=xvdb,access=rw,target=/dev/vg/web1",
]
vif = ["mac=00:16:3e:00:00:01,bridge=br0"]'
is 'config: a program becomes a plain file' "$plain" "$(xm config web.py 2>/dev/null)"
is 'config: what the file prints goes to stderr' 'looked at' "$(xm config web.py 2>&1 >/dev/null)"
is 'config -q: and that not at all' '' "$(xm config -q web.py 2>&1 >/dev/null)"
is 'config: its own output says itself again' "$plain" "$(xm config -q web.py >plain.cfg; xm config -q plain.cfg)"
is 'config: and means the same to xl' "$(xm create -qn --format=json web.py uuid=$(printf %032d 1) | grep -v ^looked)" \
    "$(xl create -qn plain.cfg 'uuid="00000000-0000-0000-0000-000000000001"')"
is 'create -n --format=cfg: the same, after what is always printed' "$plain" "$(xm create -qn --format=cfg web.py | grep -v ^looked)"
check 'config: words stand over the file' 'xm config -q web.py memory=128 name=db >t && grep -x "memory = 128" t && grep -x "name = \"db\"" t'
check 'config: --path and -f' 'mkdir etc && cp web.py etc/hid && xm config -q --path=etc hid && xm config -q -f web.py'
check 'config --format=sxp: as create -n prints it' 'xm config -q --format=sxp web.py >t; xm create -qn web.py | grep -v ^looked | diff - t'

like 'config --format=json: strings and numbers as they are' '"memory": "64",' "$(xm config -q --format=json web.py)"
check 'config --format=json --places: for other programs' '
    xm config -q --format=json --places web.py | python3 -c "
import json, sys
d = json.load(sys.stdin)
assert d[\"dialect\"] == \"xm\" and d[\"file\"] == \"web.py\"
assert d[\"values\"][\"vcpus\"] == 2 and d[\"values\"][\"disk\"][1] == \"phy:/dev/vg/web1,xvdb,w!\"
assert d[\"values\"][\"debug\"] == {\"x\": True, \"7\": [None, 16]}
assert d[\"places\"][\"vcpus\"] == [8, 9] and d[\"places\"][\"disk\"][0] == 6
"'
refuse 'config: another format' 1 "^Error: unknown format 'yaml' \(cfg, json or sxp\)" 'xm config --format=yaml web.py'
refuse 'config: --places without json' 1 'goes with --format=json' 'xm config --places web.py'
refuse 'config: a mistake has its place' 1 "^Error: bad.py:2:10: memory: " 'printf "name = 1\nmemory = \"much\"\nkernel = \"/k\"\n" >bad.py; xm config bad.py'
refuse 'config: a syntax error has its place' 1 'syn.py:1:' 'echo "name = = 1" >syn.py; xm config syn.py'
refuse 'config: neither a file nor a guest' 1 '^Error: Unable to open config file: nothing' 'xm config nothing'

# --- guests ---
guest stored 'vcpus = 2' 'on_xend_start = "start"' 'x = 1'
xm new -q stored.cfg
rm stored.cfg
uuid=$(ls "$host/xm/domains")
check 'config: a stored guest' 'xm config stored >t && grep -x "uuid = \"$uuid\"" t && grep -x "on_xend_start = \"start\"" t && grep -x "vcpus = 2" t'
is 'config: by its uuid' "$(xm config stored)" "$(xm config "$uuid")"
check 'config: what is printed makes the guest again' 'xm config stored >again.cfg && xm delete stored && xm new -q again.cfg && xm list stored'
is 'config: and again' "$(xm config stored)" "$(cat again.cfg)"
xm start stored
is 'config: a running one, by its number' "$(xm config stored)" "$(xm config "$(xm domid stored)")"
echo 'name = "a file"' >stored
like 'config: a file goes before a guest of its name' '"name": "a file"' "$(xm config --format=json stored)"
like 'config --domain: the guest' '^name = "stored"' "$(xm config --domain stored)"
refuse 'config --file: never a guest' 1 'Unable to open config file' 'rm stored; xm config --file stored'
refuse 'config --domain: never a file' 3 "^Error: Domain 'web.py' does not exist" 'xm config --domain web.py'
refuse 'config: both' 1 'exclude each other' 'xm config --file --domain stored'
refuse 'config: words with a guest' 1 'stored is a guest' 'xm config stored memory=3'
guest live 'memory = 80' "disk = ['file:$kernel,xvda,w']" 'cpu_cap = 30'
xm create -q live.cfg
id=$(xm domid live)
rm -rf "$host/xm/domains/$(xm list -l live | sed -n 's/^ *(uuid \(.*\))$/\1/p')"
check 'config: one that xm knows nothing of is read back from the host' '
    xm config --domain "$id" >t && grep -x "name = \"live\"" t && grep -x "memory = 80" t && grep -q "target=.*kernel\|file:.*kernel" t && grep -x "cap = 30" t'
refuse 'config: domain 0 has none' 1 'nobody configured' 'xm config --domain 0'

# --- as xl ---
refuse 'xl config: as xl, a word without its quotes' 1 "^command line: name=web: as xl, text stands in quotes of its own: 'name=\"web\"'" 'xl config plain.cfg name=web'
check 'xl config: a plain file stays what it is' 'xl config plain.cfg >t && diff t plain.cfg'
check 'xl config: its defaults are written out' 'printf "name=\"a\"\nkernel=\"/k\"\n" >d; xl config d | grep -x "memory = 32" && xl config d | grep -x "on_crash = \"destroy\"" && xm config d | grep -x "memory = 128"'
check 'xl config: what xm would read otherwise is said' 'printf "name=\"a\"\nkernel=\"/k\"\nvif=[\"ip=1.2.3.4 ,model=x\"]\n" >d; xl config d | head -1 | grep "^# .*xm reads it otherwise: nics"'
refuse 'xl config: no file ends with 6' 6 . 'xl config'
refuse 'xl config: a file that is not there ends with 3' 3 'nowhere' 'xl config ./nowhere'
done_testing
