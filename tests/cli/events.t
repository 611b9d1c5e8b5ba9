#!/bin/bash
# xm events: what happens is told as it happens.
. "$(dirname "$0")/sim.sh"
machine '"nr_cpus": 4'

# Columns three and on of what is in a file: name, number, event and what belongs to it.
told() { sed 's/^[^ ]* [^ ]* //' "$1"; }
listen() { xm events "${@:2}" >"$1" & wait_for 20 "grep -q listening $1"; }

guest web
guest db
listen all
xm create -q web.cfg
listen web web
listen json --json
xm new -q db.cfg; xm start db; xm pause db; xm unpause db; xm rename db base; xm suspend base; xm resume base
xm destroy base; xm delete base
xm shutdown -w web >/dev/null
check 'events: each step of each guest is told' 'wait_for 20 "grep -q \"web - deleted\" all"'
is 'events: in order, with name, number and reason' "- - listening
web 1 created
web 1 running
db - new
db 2 created
db 2 running
db 2 paused
db 2 running
base 2 renamed was db
base 2 gone
base - suspended
base 3 created
base 3 resumed
base 3 running
base 3 gone
base - halted
base - deleted
web 1 shutdown poweroff
web 1 gone
web - deleted" "$(told all)"
like 'events: a line begins with the time' '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} web - deleted$' "$(tail -n 1 all)"
check 'events DOMAIN: of that guest alone' 'wait_for 20 "grep -q deleted web"'
is 'events DOMAIN: and all of that' "- - listening
web 1 shutdown poweroff
web 1 gone
web - deleted" "$(told web)"
like 'events --json: one object a line' \
    '^\{"event": "renamed", "seq": 8, "time": [0-9.]+, "name": "base", "uuid": "[-0-9a-f]{36}", "domid": 2, "detail": "was db"\}$' "$(cat json)"
refuse 'events: an unknown guest' 3 "^Error: Domain 'nobody' does not exist\." 'xm events nobody'
refuse 'events: as xl' 1 '^nobody is an invalid domain identifier \(rc=-6\)$' 'xl events nobody'

guest r 'on_crash = "destroy"' 'extra = "sim.crash=0.3"'
xm create -q r.cfg
check 'events: a crash' 'wait_for 20 "grep -q \"r - deleted\" all"'
is 'events: is told as one' "r 4 created
r 4 running
r 4 crashed crash
r 4 gone
r - deleted" "$(told all | grep '^r ')"
guest p 'on_poweroff = "preserve"'
xm create -q p.cfg; xm shutdown p
check 'events: what is preserved' 'wait_for 20 "grep -q \"p 5 preserved poweroff\" all"'

kill -KILL $(supervisors | while read -r pid; do tr "\0" "\n" </proc/$pid/cmdline | grep -qx supervise && echo $pid; done)
check 'events: a supervisor that died is replaced, and that something may be lost is told' 'wait_for 20 "grep -q \" gap\" all"'
guest n; xm create -q n.cfg
check 'events: and then it goes on' 'wait_for 20 "grep -q \"n 6 running\" all"'
like 'events --json: the same there' '^\{"event": "gap"\}$' "$(cat json)"
check 'events: ends with the reader of its output' 'timeout 20 xm events | head -n 1 | grep -q listening & sleep 0.5; xm pause n; wait $!'
done_testing
