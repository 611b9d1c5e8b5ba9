#!/bin/bash
# As migrate-cuts.t, for guests that are remembered: halted, suspended, running with --keep, and, by stock xl's
# protocol, with their definition.
. "$(dirname "$0")/cuts.sh"

guest g
halted() { xm new -q g.cfg; }
running() { halted && xm start g; }
suspended() { running && xm suspend g; }

# KIND HERE THERE NTH OPTION...: HERE and THERE are the two outcomes, and the last word is the NTH message.
at_each_message() {
    local kind=$1 here=$2 there=$3 word=$4 nth what
    shift 4
    # up to the offer it is as with any guest
    for ((nth = 6; nth < word; nth++)); do
        for what in cut source target half; do
            broken "migrate: $kind$*: $what at message $nth" "$here" $kind xm $nth $what "$@"
        done
    done
    for what in cut source target half; do
        broken "migrate: $kind$*: $what at its last word" "$here" $kind xm $word $what "$@"
    done
    for what in source-after target-after; do
        broken "migrate: $kind$*: $what its last word" "$there" $kind xm $word $what "$@"
    done
    for what in cut source target half; do
        broken "migrate: $kind$*: $what at the answer" "$there" $kind xm $((word + 1)) $what "$@"
    done
    broken "migrate: $kind$*: cut at what is only a courtesy" "$there" $kind xm $((word + 2)) cut "$@"
}
# 6 offer 7 accept 8 commit 9 done 10 over
at_each_message halted halted/ /halted 8
# 6 offer 7 accept 8 its memory 9 ready 10 commit 11 done 12 over
at_each_message suspended suspended/ /suspended 10
at_each_message suspended suspended/ halted/suspended 10 --keep
at_each_message running running/ halted/running 10 --keep
at_each_message running running/ /running 10 --live

broken 'migrate: the last of them' /suspended suspended xm 12 cut
check 'migrate: a suspended guest that came by a link that broke goes on' 'there xm resume g && test "$(has there)" = running'

for nth in 1 2 3 4; do
    for what in cut source target half; do
        broken "xl migrate: a remembered guest: $what at message $nth" running/ running xl $nth $what
    done
done
for what in cut source target half; do
    broken "xl migrate: a remembered guest: $what at the report" /running running xl 5 $what
done
check 'xl migrate: its definition came along' 'there xm list --state=running | grep -q ^g && there xm shutdown -w g && test "$(has there)" = halted'
done_testing
