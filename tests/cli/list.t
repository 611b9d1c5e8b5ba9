#!/bin/bash
# xm list: tables, long forms, JSON, and which guests are in them.
. "$(dirname "$0")/sim.sh"
t=$(printf '\t')
: >disk.img
guest web 'vcpus = 2' 'extra = "quiet"' 'root = "/dev/xvda1 ro"' "disk = ['file:$PWD/disk.img,xvda,w']" \
    "vif = ['bridge=xenbr0']" 'description = "two words"' 'on_xend_start = "start"' 'on_poweroff = "preserve"'
guest build 'memory = 128'
guest Zebra

# --- xm: the table ---

heading='Name                                        ID   Mem VCPUs      State   Time(s)'
is 'list: domain 0 alone under the heading' "$heading
Domain-0" "$(xm list | sed '2s/ .*//')"
xm new -q web.cfg; xm new -q build.cfg; xm new -q Zebra.cfg
is 'list: halted guests have no ID and no State' \
    'web                                               64     2                 0.0' "$(xm list web | tail -1)"
is 'list: by name in byte order, wherever dom0 comes' 'Name Domain-0 Zebra build web' "$(xm list | awk '{ print $1 }' | xargs)"
xm start web
is 'list: named ones in the order given' 'Name web build Domain-0' "$(xm list web build Domain-0 | awk '{ print $1 }' | xargs)"
like 'list: a row of a running guest' '^web {37} {5}1 {4}64 {5}2 {5}[-rb]{2}---- +[0-9]+\.[0-9]$' "$(xm list web | tail -1)"
is 'list: by domid, and by uuid' 'web web' \
    "$(u=$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)",/\1/p'); xm list 1 "$u" | tail -2 | awk '{ print $1 }' | xargs)"
refuse 'list: an unknown name ends with 3' 3 "^Error: Domain 'nobody' does not exist\.$" 'xm list nobody'
is 'list: and nothing is printed of the others, not even a heading' '' "$(xm list web nobody 2>/dev/null)"
check 'list: --state, in any case' 'test "$(xm list --state=HALTED | awk "NR > 1 { print \$1 }" | xargs)" = "Zebra build"'
check 'list: --state=running' 'xm list --state running | grep -q "^web " && ! xm list --state=running | grep -q ^build'
is 'list: an unknown state lists nothing' "$heading" "$(xm list --state=sleeping)"
refuse 'list: a state and a guest' 1 '^Error: You may specify either a state or a particular VM, but not both' \
    'xm list --state=all web'
refuse 'list: a pool and a guest' 1 '^Error: You may specify either a pool or a particular VM, but not both' \
    'xm list --pool=Pool-0 web'
check 'list: --pool' 'xm list --pool=Pool-0 | grep -q ^web && test "$(xm list --pool=other | wc -l)" = 1'
is 'list: --label adds a column' "$heading Label" "$(xm list --label | head -1 | sed 's/ *$//')"
is 'list: options after names, and cut short' 1 "$(xm list web --lon | grep -c '^    (name web)$')"
refuse 'list: -v is told to be old' 0 '^xm list -v is deprecated\.  Please use xm vcpu-list\.$' 'xm list -v'
is 'list: -v is vcpu-list' "$(xm vcpu-list | head -1)" "$(xm list -v 2>/dev/null | head -1)"
refuse 'list: an unknown option' 1 '^Error: option --nosuch not recognized' 'xm list --nosuch'
xm pause web
like 'list: paused' ' -[b-]p---' "$(xm list web)"
is 'list: --state=paused' web "$(xm list --state=paused | awk 'NR > 1 { print $1 }')"
xm unpause web

# --- xm: the clients ---

is 'list: munin leaves out the heading by its shape' 4 "$(xm list | grep -v '^Name .* Time(s)$' | wc -l)"
wait_for 10 'xm list web | grep -q -- " -b----"'
is 'list: Icinga counts six words a line, the last but one the state' '18 b' \
    "$(set -- $(xm list 0 web | sed 's/ r-----/ -b----/' | tr -cd 'A-Za-z0-9 \n'); echo $# ${17})"
check 'list: no tab in the heading' '! xm list | grep -q "$t"'
check 'list: OCF, as xm, finds the status' 'xm list --long web | grep status | grep -q "(status 2)"'
like 'list: OCF, as xm, finds the state' '\(state [-r][-b][-p]---\)' "$(xm list --long web)"
is 'list: OCF reads vcpus and memory' '2 64' "$(xm list web | awk 'NR==2 {print $4, $3}')"
is 'list: OCF lists names' 'Zebra build web' "$(xm list | grep -v -e Name -e Domain-0 | awk '{print $1}' | xargs)"
is 'list: munin finds vif names in the long form' 'vif1.0)' "$(xm list web --long | awk '/vifname / {print $2}')"
is 'list: xendomains finds names in the long form' 'web' "$(xm list -l web | sed -n 's/^.*(name \(.*\))$/\1/p')"

# --- xm: --long ---

long=$(xm list --long web)
is 'list -l: domid before name' 'domid name' \
    "$(printf '%s\n' "$long" | sed -n 's/^    (\(domid\|name\) .*/\1/p' | xargs)"
for line in '    (domid 1)' '    (vcpus 2)' '    (cpus (() ()))' '    (on_poweroff preserve)' "    (description 'two words')" \
    '    (on_crash restart)' '    (on_reboot restart)' '    (maxmem 64)' '    (memory 64)' '    (on_xend_start start)' \
    '    (online_vcpus 2)' "            (args 'root=/dev/xvda1 ro quiet')" "            (kernel $kernel)" \
    "            (uname file:$PWD/disk.img)" '            (dev xvda:disk)' '            (mode w)' \
    '            (bridge xenbr0)' '            (vifname vif1.0)'; do
    check "list -l: a line ${line#"${line%%(*}"}" 'printf "%s\n" "$long" | grep -qxF -e "$line"'
done
like 'list -l: the times' '^    \(start_time [0-9]+\.[0-9]+\)$' "$long"
check 'list -l: a halted guest has no domid and no times, and its status' \
    'xm list -l build >../long; ! grep -Eq "domid|start_time|\(state" ../long && grep -qx "    (status 0)" ../long'
is 'list -l: one form for each guest' 4 "$(xm list -l | grep -c '^(domain$')"
check 'list -l: domain 0 has one' 'xm list -l 0 | grep -qx "    (name Domain-0)"'
guest pinned 'vcpus = 2' 'cpus = ["0-1,^1", "1"]'
xm new pinned.cfg >/dev/null
is 'list -l: cpus of a halted guest are numbers, too' '    (cpus ((0) (1)))' "$(xm list -l pinned | grep '(cpus ')"
check 'new -F: takes these' 'xm list -l pinned >pinned.sxp && xm delete pinned && xm new -F pinned.sxp'
is 'new -F: and keeps them' '    (cpus ((0) (1)))' "$(xm list -l pinned | grep '(cpus ')"
xm delete pinned
xm destroy web; xm list -l web >web.sxp; xm delete web
check 'new -F: takes the long form' 'xm new -F web.sxp'
is 'new -F: and gives the same guest back' "$(grep -vE 'start_time|cpu_time|online_vcpus' web.sxp)" "$(xm list -l web)"
check 'create -n and new -F: the dry run goes in too' \
    'xm delete web; xm create -n web.cfg | sed 1d >vm.sxp && xm new -F vm.sxp && xm list web | grep -q "^web .* 64 .* 2 "'

# --- --json ---

keys='name uuid domid managed state memory_kib vcpus cpu_seconds flags shutdown_reason target_kib max_memory_kib started
cpupool label damage in_doubt'
is 'list --json: the keys' "$(echo $keys)" \
    "$(xm list --json build | sed -n 's/^        "\([a-z_]*\)": .*/\1/p' | xargs)"
is 'list --json: the same in both dialects' "$(xm list --json | grep -v cpu_sec | sed '/Domain-0/,/damage/d')" \
    "$(xl list --json --all | grep -v cpu_sec | sed '/Domain-0/,/damage/d')"
like 'list --json: a halted guest' '"state": "halted"' "$(xm list --json build)"
check 'list --json: is JSON' '! command -v python3 >/dev/null || xm list --json | python3 -c "import json,sys; json.load(sys.stdin)"'

# --- damage ---

uuid=$(xm list --json build | sed -n 's/.*"uuid": "\(.*\)",/\1/p')
echo garbage >"$host/xm/domains/$uuid/document.json"
refuse 'list: an entry that cannot be read is told by its path, and the end is good' 0 "domains/$uuid" 'xm list'
is 'list: and all others are there' 'Name Domain-0 Zebra web' "$(xm list 2>/dev/null | awk '{ print $1 }' | xargs)"
like 'list --json: damage is told there too' "\"damage\": \".*$uuid" "$(xm list --json 2>/dev/null)"
rm -r "$host/xm/domains/$uuid"

# --- xl ---

xl_heading="Name                                        ID   Mem VCPUs${t}State${t}Time(s)"
xm start web; xm start Zebra
is 'xl list: the heading, tabs and all' "$xl_heading" "$(xl list | head -1)"
is 'xl list: by domid, halted guests hidden' 'Domain-0 web Zebra' "$(xm new -q build.cfg; xl list | awk 'NR > 1 { print $1 }' | xargs)"
id=$(xl domid web)
like 'xl list: a row' "^web {37} {5}$id {4}64 {5}2 {5}[-rb]{2}---- +[0-9]+\.[0-9]$" "$(xl list web | tail -1)"
check 'xl list: a halted guest is no domain, as OCF wants' '! xl list build'
refuse 'xl list: DRAKVUF reads why' 1 'build is an invalid domain identifier \(rc=-6\)' 'xl list build'
refuse 'xl list: an unknown number' 1 "^Error: Domain '77' does not exist\.$" 'xl list 77'
refuse 'xl list: two names' 1 'one domain or all' 'xl list web Zebra'
refuse 'xl list: -1 is an unknown option' 2 "option \`1' not supported" 'xl list -1'
check 'xl list: -- ends the options' 'xl list -- web'
is 'xl list --all: halted guests too' '1' "$(xl list --all | grep -c '^build  .* - ')"
is 'xl list: Ganeti finds six fields in every row' '6' "$(xl list | sed 1d | awk '{ print NF }' | sort -u)"
check 'xl list: Ganeti knows the states' '! xl list | sed 1d | awk "{ print \$5 }" | grep -Evx "r-----|rb----|-b----|------"'
is 'xl list: OpenNebula greps the name with a blank' 1 "$(xl list | grep -c 'web ')"
check 'xl list: EVE reads the state of an id' 'xl list "$id" | awk "{st=\$5} END {print st}" | grep -Eq "^(r|-)[b-]----$"'
is 'xl list: Qubes reads the memory of 0' 1024 "$(xl list 0 | tail -1 | awk '{ print $3 }')"
like 'xl list -v: uuid, reason, label' "^web .* [0-9]\.[0-9] [0-9a-f-]{36}        - {16}-$" "$(xl list -v web | tail -1)"
is 'xl list -v: the heading' \
    "$xl_heading   UUID                            Reason-Code${t}Security Label" "$(xl list -v | head -1)"
like 'xl list -Z -c -n' "Security Label         Cpupool NODE Affinity" "$(xl list -Z -c -n | head -1)"
like 'xl list -c -n: pool and nodes' ' {10}Pool-0 all$' "$(xl list -c -n web | tail -1)"

json=$(xl list -l; echo x)
like 'xl list -l: an array, and an empty line after it' '^\[' "$json"
is 'xl list -l: ends in an empty line' "]

x" "$(printf '%s\n' "$json" | tail -3)"
grep_list='(domain\|(domid\|(name\|^    {$\|"name":\|^        "domid":'
is 'xl list -l: xendomains greps three lines a domain' 9 "$(xl list -l | grep -c "$grep_list")"
is 'xl list -l: the name ends its line' 'web' "$(xl list -l web | sed -n 's/^.*"name": "\(.*\)",$/\1/p')"
check 'xl list -l: XigmaNAS and OpenNebula load it' \
    '! command -v python3 >/dev/null || xl list -l web | python3 -c "
import json, sys
one, = json.load(sys.stdin)
assert one[\"domid\"] == $id and one[\"config\"][\"c_info\"][\"name\"] == \"web\"
assert one[\"config\"][\"b_info\"][\"max_vcpus\"] == 2 and one[\"config\"][\"b_info\"][\"max_memkb\"] == 65536
assert one[\"config\"][\"disks\"][0][\"vdev\"] == \"xvda\""'
check 'xl list -l: domain 0 has its name' 'xl list -l 0 | grep -q "\"name\": \"Domain-0\""'
echo 'output_format = "sxp"' >sxp.conf
check 'xl list -l: Ganeti gets SXP where xm.conf says so' 'xl --config=sxp.conf list --long web | grep -qx "    (domid $id)"'
faults 'configs.guest 1 once fail HOST "no such luck"'
refuse 'xl list -l: what cannot be told is left out, the end is good' 0 'no such luck' 'xl list -l web'
sed -i 's/"name": "web",//' "$host/sim/domains/$id.json"
is 'xl list: a domain without a name keeps six fields' "(null) $id 6" "$(xl list | awk -v id="$id" '$2 == id { print $1, $2, NF }')"
is 'list: likewise' "(null) $id 6" "$(xm list | awk -v id="$id" '$2 == id { print $1, $2, NF }')"
# An entry that a newer xm wrote is set aside, told by whoever is asked for it, and left as it is.
guest newer "uuid = '99999999-9999-4999-8999-999999999999'"
xm new -q newer.cfg
newer=$host/xm/domains/99999999-9999-4999-8999-999999999999
sed -i 's/"format": *[0-9]*/"format": 99/' "$newer/state.json"
cp "$newer/state.json" newer.json
why='state\.json: written in format 99 by a newer xm; this one reads up to [0-9]+$'
refuse 'list: an entry of a newer xm is set aside, with path and reason' 0 "^Warning: .*$newer/$why" 'xm list'
refuse 'list -l: likewise' 0 "$newer/$why" 'xm list -l'
refuse 'start: who names it is told, too' 3 "$newer/$why" 'xm start newer'
refuse 'start: by its uuid as well' 1 "$why" 'xm start 99999999-9999-4999-8999-999999999999'
refuse 'delete: it is not thrown away' 1 "$why" 'xm delete 99999999-9999-4999-8999-999999999999'
refuse 'new: nor overwritten' 1 "$why" 'xm new -q newer.cfg'
check 'list: nothing is changed in it' 'cmp newer.json "$newer/state.json"'
done_testing
