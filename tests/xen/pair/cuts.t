#!/bin/bash
# The link is cut, and either side killed, on two real hosts. The guest runs once in the end, and it is the same guest;
# tests/cli/migrate-cuts.t goes through every message.
. "$(dirname "$0")/pair.sh"

up() { ip link set eth0 up; }

settled() { only_here g || only_there g; }
settle() {
    local i
    up
    wait_for 20 'ssh right true' || return
    for i in 1 2 3 4 5 6 7 8 9 10; do
        ! settled || return 0
        xm migrate --recover g >>recovered 2>&1
        there xm list >/dev/null
        sleep 1
    done
}

# TITLE here|there WORD COMMAND
broken() {
    local status
    : >recovered
    timeout 120 xm migrate -l -s "at $3 '$4'" g right >said 2>&1
    status=$?
    settle
    is "$1: it runs once" "$2" "$(outcome g)"
    check "$1: and nothing of it is left elsewhere" 'cat said recovered; settled'
    case $2 in
    here) check "$1: it goes on as it was" 'wait_for 30 "walks_here g"' ;;
    there)
        check "$1: it goes on as it was" 'wait_for 30 "walks_there g"'
        there xm migrate -l g left || tap_not_ok "$1: it does not come back"
        ;;
    esac
    [ $status != 0 ] || tap_not_ok "$1: told as a success" "$(cat said)"
}

walker g
xm create -q g.cfg
wait_for 30 'walks_here g'
broken 'cut before its memory goes' here accept 'ip link set eth0 down'
broken 'cut while its memory goes' here accept '(sleep 1; ip link set eth0 down) &'
broken 'cut when it is whole there' here ready 'ip link set eth0 down'
broken 'the source killed while its memory goes' here accept '(sleep 1; kill -KILL $PPID) &'
broken 'the target killed while its memory goes' here accept "(sleep 1; ssh right \"kill -KILL \\\$(pgrep -f [m]igrate-receive)\") &"
broken 'the source killed when it is whole there' here ready 'kill -KILL $PPID'
broken 'the target killed when it is whole there' here ready "ssh right \"kill -KILL \\\$(pgrep -f [m]igrate-receive)\""

# The answer to the last word is lost: nobody here knows, until the other host is asked.
xm migrate -l -s "at done 'ip link set eth0 down; exit'" g right >said 2>&1
is 'cut after the last word: it fails' 1 $?
like 'cut after the last word: what is to be done is said' 'migrate --recover g' "$(cat said)"
check 'cut after the last word: it is not run here' '! runs_here g && ! runs_here g--migratedaway'
refuse 'cut after the last word: nobody can be asked' 1 . 'timeout 60 xm migrate --recover g'
up
wait_for 20 'ssh right true'
check 'cut after the last word: it runs there' 'runs_there g'
is '--recover: says where it is' 'g runs on right, and is gone here.' "$(xm migrate --recover g 2>&1)"
check '--recover: and here is nothing of it' 'only_there g && wait_for 30 "walks_there g"'
check 'it ends' 'destroyed g'
done_testing
