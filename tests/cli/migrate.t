#!/bin/bash
# xm migrate and migrate-receive between two xm: running, halted and suspended guests, what is refused, and
# that nothing stays behind.
. "$(dirname "$0")/peer.sh"

# All of a host that tells of a guest: its domains, entries, records; the lock of a guest that is there.
traces() { (cd "$1" && find xm sim/domains -type f | grep -Ev '^xm/lock$|^xm/index|decision$|domains/0.json$' | sort); }
uuid() { xm list --json "$1" | sed -n 's/.*"uuid": "\(.*\)".*/\1/p'; }

guest web 'vcpus = 2' 'cpu_weight = 512'
xm create -q web.cfg
web=$(uuid web)
mark=$(sed -n 's/.*"memory": *\("[^"]*"\).*/\1/p' "$host/sim/domains/1.json")
is 'migrate: silent' '' "$(xm migrate -s reach web b 2>&1)"
check 'migrate: it is gone here, and runs there' '! xm list web && there xm list web | grep -q "^web .*[r-][b-]----"'
is 'migrate: nothing of it stays here' '' "$(traces "$host")"
is 'migrate: it is the same guest' "$web" "$(there uuid web)"
is 'migrate: with its memory' "$mark" "$(sed -n 's/.*"memory": *\("[^"]*"\).*/\1/p' "$peer/sim/domains/1.json")"
is 'migrate: and it is on record there as a guest of xm' 1 "$(ls "$peer/xm/domains" | grep -c "$web")"
is 'migrate: no record of the move is left, nor what was decided' '' "$(ls "$host/xm/moves" "$peer/xm/moves" | grep -v ':$' | tr -d '\n')"
check 'migrate: a supervisor looks after it there' 'there xm shutdown -w web && wait_for 20 "! there xm list web"'

guest up
xm create -q up.cfg
check 'migrate -l' 'xm migrate --live -s reach up b && there xl domid up'
check 'migrate --paused: it stays paused there' 'guest still; xm create -q still.cfg && xm migrate --paused -s reach still b && there xm list still | grep -q -- "--p---"'
check 'migrate -D: it has the same number there' 'guest num; xm create -q num.cfg && n=$(xl domid num) && xm migrate -D -s reach num b && test "$(there xl domid num)" = $n'

check 'migrate --progress=json: tells programs how far it is' \
    'guest far; xm create -q far.cfg && xm migrate --progress=json -s reach far b >lines && grep -q "\"doing\": *\"moving\", *\"guest\": *\"far\".*\"total\": *[1-9]" lines'

# --- remembered guests ---

guest kept 'on_reboot = "destroy"'
xm new -q kept.cfg
kept=$(uuid kept)
before=$(sed 's/"domid.*//' "$host/xm/domains/$kept/document.json")
check 'migrate: a halted guest moves as its definition' 'xm migrate -s reach kept b && ! xm list kept && there xm list --state=halted | grep -q ^kept'
is 'migrate: which is the same there' "$before" "$(cat "$peer/xm/domains/$kept/document.json")"
check 'migrate: there it is started' 'there xm start kept'
check 'migrate: and back, with its definition' 'there xm migrate -s reach-home kept a && xm list --state=running | grep -q ^kept && ! there xm list kept'
check 'migrate --keep: the definition stays, halted' \
    'xm migrate --keep -s reach kept b && xm list --state=halted | grep -q ^kept && there xm list --state=running | grep -q ^kept'
there xm destroy kept; there xm delete kept
xm start kept && xm suspend kept
check 'migrate: a suspended guest moves with its memory' \
    'xm migrate -s reach kept b && ! xm list kept && there xm list --state=suspended | grep -q ^kept && there xm resume kept && there xl domid kept'
there xm destroy kept; there xm delete kept

# --- refusals ---

guest web
xm create -q web.cfg
before=$(traces "$host")
unmoved() {              # TITLE STATUS REGEX COMMAND
    refuse "$@"
    is "$1: it goes on here" "$before" "$(traces "$host")"
    check "$1: it runs" 'xm list web | grep -q "^web .*[r-][b-]----"'
}
there xm destroy up
there xm create -q web.cfg 'uuid="12345678-9abc-4ef0-8234-56789abcdef0"'
there=$(traces "$peer")
unmoved 'migrate: the name is taken there' 1 '^fail     name: here web; there a guest that runs has it' 'xm migrate -s reach web b'
unmoved 'migrate: the name is taken there, and nobody looked' 1 "^Error: the other host: .*'web' already exists" 'xm migrate --force=name -s reach web b'
is 'migrate: the name is taken there: nothing of it came' "$there" "$(traces "$peer")"
there xm destroy web
there=$(traces "$peer")
machine_there '"memory_mib": 1100'
unmoved 'migrate: no memory there' 1 '^fail     memory: here needs 65 MiB; there [0-9]+ MiB free' 'xm migrate -s reach web b'
unmoved 'migrate: no memory there, and nobody looked' 1 'the other host: .*memory' 'xm migrate --force=memory -s reach web b'
is 'migrate: no memory there: nothing of it came' "$there" "$(traces "$peer")"
machine_there '"memory_mib": 8192'
faults 'send.page 3 once fail IO "cable chewed"'
unmoved 'migrate: its memory cannot be read' 1 'cable chewed' 'xm migrate -s reach web b'
faults ''
faults_there 'restore.read 2 once fail HOST "no such luck"'
unmoved 'migrate: it cannot be built there' 1 'the other host: .*no such luck' 'xm migrate -s reach web b'
faults_there ''
is 'migrate: it cannot be built there: nothing of it came' "$there" "$(traces "$peer")"
down
unmoved 'migrate: no way there' 1 'was not reached .status 255' 'xm migrate -s reach web b'
up
unmoved 'migrate: nobody answers there' 1 'unexpected data instead of banner: .hello' "xm migrate -s 'echo hello' web b"
check 'migrate: a greeting that upsets terminals is shown plainly' \
    '! xm migrate -s "printf a\\\\033[2J\\\\n #" web b 2>said && grep -qF "a?[2J" said'
unmoved 'migrate: a host that is an option' 1 "'-oProxyCommand=x' is not the name of a host" 'xm migrate -s reach -- web -oProxyCommand=x'
unmoved 'migrate: one word' 1 'Error: Invalid number of arguments' 'xm migrate web'
unmoved 'migrate: no word, and three' 1 'Error: Invalid number of arguments' 'xm migrate; xm migrate web b c'
unmoved 'migrate: to nobody, in the other dialect' 2 "'xl migrate' requires at least 2 arguments" 'xl migrate; test $? = 2 && xl migrate web'
unmoved 'migrate: --recover where nothing was cut off' 1 'no move of web was cut off' 'xm migrate --recover web'
refuse 'migrate: an unknown guest' 3 "Domain 'nobody' does not exist" 'xm migrate -s reach nobody b'
refuse 'migrate: domain 0' 1 '^Error: Cannot migrate privileged domain 0' 'xm migrate -s reach 0 b'
xm pause web
refuse 'migrate: a paused guest' 1 '^Error: Domain is not running' 'xm migrate -s reach web b'
xm unpause web
refuse 'migrate --keep: a guest that is not remembered' 1 'not a managed domain' 'xm migrate --keep -s reach web b'
guest card 'pci = ["0000:03:00.0"]'
machine '"pci": ["0000:03:00.0 pciback"]'
xm new -q card.cfg
refuse 'migrate: a guest with a PCI device' 1 '^Error: Migration not permitted with assigned PCI device.' 'xm migrate -s reach card b'

# --- Ctrl-C ---

faults 'send.page 4 once delay 60000'
timeout -s INT 3 xm migrate -s reach web b 2>err
is 'migrate: Ctrl-C ends it' 124 $?
check 'migrate: Ctrl-C: it goes on here, and nothing of it is there' 'wait_for 20 "xm list web | grep -q \"^web .*[r-][b-]----\"" && wait_for 10 "! there xm list web"'
faults ''

# --- migrate-receive by itself ---

refuse 'migrate-receive: replication is refused' 1 'Remus' 'xl migrate-receive -r'
check 'migrate-receive: a session begins with a greeting' 'xm migrate-receive --session | head -n 1 | grep "^xm migration receiver 1 {.*\"xm\".*\"xen\""'
check 'migrate-receive: what is no message ends it' '! echo nonsense | xm migrate-receive --session >answer && grep -q "\"say\": *\"abort\"" answer'
check 'migrate-receive: nor does it take commands in another order' \
    '! echo "{\"say\": \"offer\"}" | xm migrate-receive --session >answer && tail -n 1 answer | grep -q "not its turn"'
done_testing
