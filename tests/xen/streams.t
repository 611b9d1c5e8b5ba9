#!/bin/bash
# Save files of real guests, of stock xl's and of ours: each restores the other's, the guest goes on as it was, and
# what is damaged is refused before there is a domain.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

walks() {
    local count errors
    read -r count errors _ <<<"$(walked g)"
    [ "${errors:-1}" = 0 ] && [ "${count:-0}" -ge $(($(cat ../last 2>/dev/null || echo 0) + 2)) ] && echo "$count" >../last
}
goes_on() { wait_for 30 walks; }

walker g
check 'stock xl saves' 'xl create -q g.cfg && goes_on && xl save g of-xl'
check 'xm restores it' 'xm restore of-xl && goes_on'
check 'xm saves' 'xm save g of-xm'
check 'stock xl restores it' 'xl restore of-xm && goes_on'
check 'and saves it once more' 'xl save g of-xl'
for who in xl xm; do
    size=$(stat -c %s of-$who)
    head -c $((size - 100)) of-$who >short
    refuse "of $who, without its end: refused" 1 . 'xm restore short'
    head -c $((size / 2)) of-$who >short
    refuse "of $who, half of it: refused" 1 . 'xm restore short'
    cp of-$who odd
    printf '\377\377' | dd of=odd bs=1 seek=$((size - 6)) conv=notrunc status=none
    refuse "of $who, another word at its end: refused" 1 . 'xm restore odd'
    check "of $who: no domain was made of any of them" '[ "$(xl list | wc -l)" = 2 ]'
done
check 'the whole one restores still' 'xm restore of-xl && goes_on && xm destroy g'
done_testing
