#!/bin/bash
# A guest goes to the other machine and back while it runs.
. "$(dirname "$0")/pair.sh"

check 'the machines reach each other' '[ "$(there uname -n)" = right ] && [ "$(ssh right ssh left uname -n)" = left ]'
check 'a command there has its input, its output and its status' '
    [ "$(echo in | ssh right "cat; echo err >&2; exit 3" 2>err; echo $?)" = "in
3" ] && [ "$(cat err)" = err ]'
check 'they have a directory in common' 'echo x >/shared/x && [ "$(there cat /shared/x)" = x ]'
check 'and a disk' 'dd if=/dev/urandom of=/dev/vdb bs=4k count=1 oflag=direct status=none &&
    [ "$(head -c 4096 /dev/vdb | cksum)" = "$(ssh right "head -c 4096 /dev/vdb" | cksum)" ]'

walker w
xm create -q w.cfg
check 'it looks after itself' 'wait_for 30 "walks_here w"'
check 'migrate -l: it ends well, and says nothing' '[ -z "$(xm migrate -l w right 2>&1)" ]'
check 'migrate -l: it runs there, and here is nothing of it' 'only_there w'
check 'migrate -l: it goes on as it was there' 'wait_for 30 "walks_there w"'
check 'migrate -l: and back' 'there xm migrate -l w left'
check 'migrate -l: it runs here again, and there is nothing of it' 'only_here w'
check 'migrate -l: it goes on as it was here' 'wait_for 30 "walks_here w"'
check 'migrate: stopped meanwhile' 'xm migrate w right && only_there w && wait_for 30 "walks_there w"'
check 'migrate: stopped meanwhile, and back' 'there xm migrate w left && only_here w && wait_for 30 "walks_here w"'
check 'what has come here ends when it is told to' 'xm destroy w && ! xm list w'
done_testing
