#!/bin/bash
# xm console: the guest's terminal.
. "$(dirname "$0")/sim.sh"
guest web
xm create -q web.cfg
check 'console: the guest answers; Ctrl-] leaves' \
    '(printf "uname\r"; sleep 1; printf "\035") | timeout 20 xm console web | grep -q Linux'
check 'console: a standard input that ends does not end the output' \
    'timeout 2 xm console web </dev/null | grep -q .; true'
check 'console: a second one is refused, the first goes on' \
    '(sleep 3; printf "\035") | timeout 20 xm console web >/dev/null & sleep 1; ! xm console web </dev/null; wait'
check 'console: poweroff typed at it ends it' \
    '(printf "poweroff\r"; sleep 10) | timeout 20 xm console web >/dev/null; wait_for 20 "! xm domid web"'
refuse 'console: unknown guest' 3 "Domain 'web' does not exist" 'xm console web'
is 'console -q: nothing is said' 1 "$(xm console -q web 2>&1; echo $?)"
guest idle; xm new -q idle.cfg
refuse 'console: a halted guest' 1 "^Error: Domain 'idle' is not started" 'xm console idle'
refuse 'xl console: an unknown type' 1 '^console type supported are: pv, serial, vuart' 'xl console -t tty idle'
refuse 'xl console: unknown guest' 1 'invalid domain identifier' 'xl console nobody'
check 'create -c: the console from the first line on' \
    'guest c; (sleep 6; printf "\035") | timeout 20 xm create -c c.cfg | grep -q Linux && xm domid c'
done_testing
