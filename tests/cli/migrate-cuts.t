#!/bin/bash
# The link is cut, and either side killed, at every message in turn. Whatever happens, there is in the end one
# guest: up to the source's last word it goes on at the source and nothing of it is at the target; from the
# target's decision on it is the other way round; in between the question settles it.
. "$(dirname "$0")/cuts.sh"

# Of a session: 1 greeting 2 ask 3 facts 4 hello 5 welcome 6 offer 7 accept 8 the stream 9 ready 10 commit 11 done 12 over.
# Of stock xl's protocol: 1 banner 2 the stream 3 ready 4 go 5 report.
created() { xm create -q g.cfg; }
here=running/ there=/running
guest g
# Before the first byte nobody has answered, and stock xl's words are tried next.
broken 'migrate: cut before anybody answered' $there created xm 1 cut
broken 'migrate: killed before anybody answered' $here created xm 1 source
broken 'migrate: the target killed before it answered' $there created xm 1 target
broken 'migrate: half a greeting is none' $here created xm 1 half
for nth in 2 3 4 5 6 7 8 9; do
    for what in cut source target half; do
        broken "migrate: $what at message $nth" $here created xm $nth $what
    done
done
broken 'migrate: cut before its last word arrives' $here created xm 10 cut
broken 'migrate: killed when its last word is under way' $here created xm 10 source
broken 'migrate: the target killed before it has the last word' $here created xm 10 target
broken 'migrate: half of the last word is none' $here created xm 10 half
broken 'migrate: killed after its last word' $there created xm 10 source-after
broken 'migrate: the target killed after the last word' $there created xm 10 target-after
for what in cut source target half; do
    broken "migrate: $what at the answer to its last word" $there created xm 11 $what
    broken "migrate: $what at what is only a courtesy" $there created xm 12 $what
done
for nth in 1 2 3; do
    for what in cut source target half; do
        broken "xl migrate: $what at message $nth" $here created xl $nth $what
    done
done
for what in cut source target half; do
    broken "xl migrate: $what at the leave to go on" $here created xl 4 $what
    broken "xl migrate: $what at the report" $there created xl 5 $what
done

# --- in doubt, and the other host away ---

runs_here() { [ "$(has)" = running ]; }
forget
forget there
created
echo '#!/bin/bash
reach "$@"; e=$?; : >"$tap_dir/down"; exit $e' >"$tap_dir/bin/once"
chmod +x "$tap_dir/bin/once"
# The answer is lost, and no second link comes about for a while.
break_at 11 cut
xm migrate -s once g b >said 2>&1
is 'migrate: in doubt, it fails' 1 $?
like 'migrate: in doubt, it says so, and what is to be done' 'migrate --recover' "$(cat said)"
check 'migrate: in doubt, it does not run here' '! runs_here && test "$(has there)" = running'
refuse 'migrate --recover: a host that is away' 1 'was not reached' 'xm migrate --recover g'
refuse 'migrate: one in doubt is not sent again' 1 'migrate --recover' 'up; xm migrate -s reach g--migratedaway b; e=$?; down; exit $e'
check 'migrate: one in doubt is not run by a command that unpauses' 'xm unpause g || true; ! runs_here'
up
sed -i 's/^reach.*/exec reach "$@"/' "$tap_dir/bin/once"
is 'migrate --recover: it is told where it is' 'g runs on b, and is gone here.' "$(xm migrate --recover g 2>&1)"
check 'migrate --recover: and here is nothing of it' 'clean "$host" && test "$(has there)" = running'
done_testing
