#!/bin/bash
# Between stock xl and ours, called as xl and as xm: who sends and who receives makes no difference that either
# could see. What stock xl says to stock xl in this very boot is what is expected.
. "$(dirname "$0")/pair.sh"

# Numbers of domains and processes and the length of the configuration are no part of it; both ends write
# at the same time, so that the order is not either; and what libxc tells of itself, ours leaves to -v, as
# in save and restore.
said() { tr -d '\r' | grep -v '^xc: info: ' | sed -E 's/domain [0-9]+/domain N/I; s,0x0/[0-9]+,0x0/N,' | LC_ALL=C sort; }

# A new guest each time: the tool that sends it has made it.
sent() {                # SENDER RECEIVER WORD... : its text in the file text, its status in rc
    local sender=$1 receiver=$2
    shift 2
    there $stock destroy g 2>/dev/null
    as "$sender" destroy g 2>/dev/null
    rm -f "$tap_dir/walked"
    as "$sender" create -q g.cfg
    wait_for 30 'walks_here g' 2>/dev/null || echo '# g does not walk'
    as "$sender" migrate "$@" -s "to $receiver" g right >out 2>text
    rc=$?
}

walker g
sent stock stock
said <text >expected
is 'stock xl to stock xl: it goes' "0 there" "$rc $(outcome g)"
check 'stock xl to stock xl: it is as in the specification of the protocol' '
    [ "$(grep -c "^migration target: " expected) $(grep -c "^migration sender: " expected)" = "4 3" ]'
like 'stock xl to stock xl: it ends with success' '^Migration successful\.$' "$(cat expected)"

for pair in 'stock ours' 'ours stock' 'ours ours'; do
    # shellcheck disable=SC2086
    sent $pair
    is "${pair/ / xl to } xl: it goes" "0 there" "$rc $(outcome g)"
    is "${pair/ / xl to } xl: what is said" "$(cat expected)" "$(said <text)"
    is "${pair/ / xl to } xl: nothing is printed" '' "$(cat out)"
    check "${pair/ / xl to } xl: it goes on as it was" 'wait_for 30 "walks_there g"'
done

sent xm stock -l
is 'xm to stock xl: it goes' '0 there' "$rc $(outcome g)"
is 'xm to stock xl: what is said is said there' '' "$(said <text | grep -Ev '^(migration target: |Loading new save file| Savefile contains|Parsing config)')"
check 'xm to stock xl: it goes on as it was' 'wait_for 30 "walks_there g"'
sent xm ours
is 'xm to ours called as xl, not live: it goes' '0 there' "$rc $(outcome g)"
check 'xm to ours called as xl: it goes on as it was' 'wait_for 30 "walks_there g"'
check 'and is known to the xm there' 'there xm list g'
check 'stock xl back to an xm' 'there $stock migrate -s "env PATH=/usr/local/lib/xm:$PATH ssh" g left >back 2>&1 || { cat back; false; }'
check 'stock xl back to an xm: it runs here' 'runs_here g && wait_for 30 "walks_here g"'

# --- a name that is taken there: found by stock xl at the very end ---

as_before() {
    echo "status $rc, there: $(traces_there g)"
    [ "$rc" = 1 ] && runs_here g && wait_for 30 'walks_here g' && [ "$(traces_there g)" = g ]
}
taken() {
    there $stock destroy g 2>/dev/null
    cp g.cfg /shared/other.cfg
    there $stock create -q /shared/other.cfg
    $stock destroy g 2>/dev/null
    rm -f "$tap_dir/walked"
    "$1" create -q g.cfg
    wait_for 30 'walks_here g' 2>/dev/null
    "$1" migrate -s "to $2" g right >out 2>text
    rc=$?
}
taken $stock stock
said <text >expected
check 'a name taken there, stock xl to stock xl: it goes on here' as_before
taken $ours stock
check 'a name taken there, ours xl to stock xl: it goes on here' as_before
is 'a name taken there, ours xl to stock xl: what is said' "$(grep -v '^libxl: ' expected)" "$(said <text | grep -v '^libxl: ')"
taken $stock ours
check 'a name taken there, stock xl to ours xl: it goes on here' as_before
like 'a name taken there, stock xl to ours xl: it is said before there is a domain' "Domain 'g' already exists" "$(cat text)"
check 'it ends' 'destroyed g'
done_testing
