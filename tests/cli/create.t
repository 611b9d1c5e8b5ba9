#!/bin/bash
# xm create: a guest out of a configuration, at once.
. "$(dirname "$0")/sim.sh"
machine '"memory_mib": 4096'

guest web
is 'create: says what it reads and what it started' "Using config file \"./web.cfg\".
Started domain web (id=1)" "$(xm create web.cfg)"
check 'create: the guest runs' 'xm list web | grep -q "^web  *1 "'
refuse 'create: a taken name' 1 "^Error: Domain 'web' already exists with ID '1'" 'xm create web.cfg'
check 'create: a refused name leaves the first guest alone' 'test "$(xm domid web)" = 1'

guest quiet
is 'create -q: says nothing' '' "$(xm create -q quiet.cfg 2>&1)"
guest held
check 'create -p: leaves it paused' 'xm create -qp held.cfg && xm list held | grep -q "p---"'
guest opt
check 'create: options may stand behind the file' 'xm create opt.cfg -p --quiet && xm list opt | grep -q "p---"'
guest pre
check 'create: long options may be cut' 'xm create --pau --qui pre.cfg && xm list pre | grep -q "p---"'
guest deff
check 'create -f: names the file' 'xm create -q -f deff.cfg && xm domid deff'
check 'create: -fFILE and --defconfig=FILE' 'xm create -q -fdeff.cfg name=deff2 && xm create -q --defconfig=deff.cfg name=deff3'
check 'create: VAR=VAL beats the file' 'xm create -q deff.cfg name=other memory=32 && xm list other | grep -q "other  *[0-9]*  *32 "'

mkdir etc; guest found; mv found.cfg etc/found
check 'create --path: looks there' 'xm create -q --path=.:etc found && xm domid found'
refuse 'create: a file that is nowhere' 1 '^Error: Unable to open config file: nowhere' 'xm create nowhere'
check 'create: help follows a file that is nowhere' 'xm create nowhere 2>/dev/null | grep -q "^Usage: xm create"'
refuse 'create: a directory' 1 'Is a directory' 'mkdir -p d; xm create d'

check 'create -n: prints SXP, makes nothing' 'xm create -qn deff.cfg name=dry | grep -q "^    (name dry)$" && ! xm domid dry'
check 'create --help_config: lists the keys' 'xm create --help_config | grep -q "^  memory "'
check 'create --help_config: says what a key may be' 'xm create --help_config | grep -A1 "^  cpu_weight " | grep -q " integer, 0 to 65535; default 256$"'
check 'create --help_config: keys stand under their subjects' 'xm create --help_config | grep -q "^Devices:$"'
is 'create --help-config: the same, in either dialect' "$(xm create --help_config)" "$(xl create --help-config)"
check 'create -n --format=json: in either dialect' '
    xm create -qn --format=json deff.cfg | grep -q "^        \"name\": \"deff\",\{0,1\}$" && ! xm create -qn --format=sxp deff.cfg | grep "\"name\""'
check 'create -n --format=cfg: a plain file' 'xm create -qn --format=cfg deff.cfg >plain && grep -x "memory = 64" plain && xm create -qn plain'
check 'xl create -n --format=sxp: as xm' 'xl create -qn --format=sxp deff.cfg | grep -x "    (name deff)"'
check 'xl -N create: the same as -n' 'diff <(xl -N create -q deff.cfg "uuid=\"$(printf %032d 7)\"") <(xl create -qn deff.cfg "uuid=\"$(printf %032d 7)\"")'
refuse 'create --format: without -n' 1 'is for -n' 'xm create --format=json deff.cfg'
refuse 'create -n --format: another one' 1 "unknown format 'xml'" 'xm create -n --format=xml deff.cfg'
refuse 'xl create -n --format: another one ends with 2' 2 "unknown format 'xml'" 'xl create -n --format=xml deff.cfg'

guest nodes 'vcpus = 2' 'cpus = "node:0,^1"' 'cpus_soft = "0-9"'
like 'xl create -n: lists of cpus and nodes mean those of the host' \
    'vcpu_hard_affinity":\[\[0,2,3\],\[0,2,3\]\],"vcpu_soft_affinity":\[\[0,1,2,3\],' "$(xl create -qn nodes.cfg | tr -d ' \n')"
check 'create: a guest on a node' 'xm create -q nodes.cfg && xm vcpu-list nodes | grep -q "0,2-3" && xm destroy nodes'
refuse 'create: a node that is not there' 1 "nodes.cfg:5:8: cpus: 'node:7' leaves no processor" \
    'sed -i "s/node:0,^1/node:7/" nodes.cfg && xm create -q nodes.cfg'

guest loose 'memmory = 3' 'vcpu_avail = 3'
check 'create: an unknown key is warned of' 'xm create -n loose.cfg 2>&1 | grep "loose.cfg:4:.*memmory: .*did you mean memory"'
is 'create: and that once, though the guest is bound again to be built' 1 "$(xm create loose.cfg name=once 2>&1 | grep -c memmory:)"
is 'create -q: or not at all' '' "$(xm create -q loose.cfg name=tight 2>&1)"
refuse 'create --strict: is an error' 1 'loose.cfg:4:.*memmory: ' 'xm create -n --strict loose.cfg'
refuse 'create --strict: so is one without effect' 1 'loose.cfg:5:.*vcpu_avail: ' 'xm create -n --strict loose.cfg'
refuse 'create --strict: beside what is wrong anyway' 1 'memory=-1: -1 is too small' 'xm create -n --strict loose.cfg memory=-1'
refuse 'create --strict: nothing is made' 1 'memmory' 'xm create --strict -q loose.cfg; s=$?; ! xm domid loose || exit 99; exit $s'
refuse 'new --strict: nothing is stored' 1 'memmory' 'xm new --strict -q loose.cfg; s=$?; ! xm list loose || exit 99; exit $s'
refuse 'xl create --strict: is an error' 1 '^loose.cfg:4:.*memmory: ' 'xl create -n --strict loose.cfg'
check 'create --strict: a file without either' 'xm create -qn --strict deff.cfg'

is 'xl create: silent on stdout' '' "$(guest xl1; xl create xl1.cfg 2>err)"
is 'xl create: tells the file on stderr' 'Parsing config from xl1.cfg' "$(cat err)"
refuse 'xl create: a taken name ends with 3' 3 "already exists" 'xl create -q xl1.cfg'
refuse 'xl create: an unreadable file ends with 3' 3 '^Failed to read config file.*nowhere' 'xl create nowhere'
refuse 'xl create: no file ends with 6' 6 . 'xl create'
refuse 'xl create: two files end with 2' 2 . 'xl create a b'
check 'xl create -n: prints JSON, makes nothing' 'xl create -n xl1.cfg | grep -q "^        \"name\": \"xl1\",\{0,1\}$"'
check 'xl create: an override in quotes' 'xl create -q xl1.cfg '\''name="xl2"'\'' && xl domid xl2'
refuse 'xl create: a syntax error ends with 1' 1 'bad.cfg' 'echo "name = = 3" > bad.cfg; xl create bad.cfg'
guest gone 'extra = "sim.poweroff=0.3"'
check 'xl create -F: returns when the guest has ended' 'timeout 20 xl create -qF gone.cfg && ! xl domid gone'
guest zombie 'extra = "sim.poweroff=0.2"'
check 'xl create -e: the ended guest stays' 'xl create -qe zombie.cfg && wait_for 10 "xl list zombie | grep -q -- ---s--" && sleep 0.5 && xl list zombie && xl destroy zombie'

refuse 'create: more memory than the host has' 1 '^Error: .*memory' 'guest big; xm create big.cfg memory=90000'
refuse 'create: a kernel that is not there' 1 '/no/kernel' 'guest nk "kernel = '\''/no/kernel'\''"; xm create nk.cfg'
refuse 'create: a disk that is not there' 1 '/no/disk' 'guest nd "disk = ['\''file:/no/disk,xvda,w'\'']"; xm create nd.cfg'
refuse 'create: a bridge that is not there' 1 'nobr' 'guest nb "vif = ['\''bridge=nobr'\'']"; xm create nb.cfg'
is 'create: refused guests leave nothing' '' "$(xm list | grep -E '^(big|nk|nd|nb) ')$(ls "$host"/xm/domains | wc -l | grep -v "^$(xm list | tail -n +3 | wc -l)$")"
refuse 'create: a syntax error names file, line and column' 1 'syn.cfg:3:1: ' 'printf "name = \"a\"\nmemory = [1,\n" > syn.cfg; xm create syn.cfg'

faults 'create.devices 1 once fail HOST "no device today"'
guest half
refuse 'create: a failing device is the cause that is told' 1 'no device today' 'xm create half.cfg'
check 'create: nothing is left of it' '! xm list half && ! xm domid half'
faults 'create.devices 1 once kill'
check 'create: killed half way, the supervisor ends what is left' \
    '! xm create half.cfg && wait_for 20 "test -z \"\$(xm list | grep half)\""'
faults ''
faults 'create.devices 1 once delay 3000'
check 'create: Ctrl-C half way leaves nothing' \
    'xm create -q half.cfg & pid=$!; sleep 1; kill -INT $pid; wait $pid; status=$?; test $status = 130 && ! xm domid half'
check 'create: its files are root'\''s alone' 'test -z "$(find "$host"/xm -perm /077)"'
refuse 'create: unknown option' 1 '^Error: option -Z not recognized' 'xm create -Z web.cfg'
refuse 'xl create: unknown option ends with 2' 2 "^option .Z' not supported" 'xl create -Z web.cfg'
done_testing
