#!/bin/bash
# How a guest's memory goes: no faster than it may, for no longer and no more often than it may, and not at all
# through a link that hangs. Whoever gives up leaves the guest where it was.
. "$(dirname "$0")/peer.sh"

runs_here() { xm list web 2>/dev/null | grep -q '^web .*[r-][b-]----' && wait_for 10 '! there xm list web >/dev/null 2>&1'; }
runs_there() { there xm list web 2>/dev/null | grep -q '^web .*[r-][b-]----' && ! xm list web 2>/dev/null; }
fresh() { there xm destroy web 2>/dev/null; xm list web >/dev/null 2>&1 || xm create -q web.cfg; }
elapsed() { local from=$(date +%s%N); "$@" 2>err; status=$?; ms=$((($(date +%s%N) - from) / 1000000)); return $status; }
guest web
fresh

# Its memory makes a stream of 1 MiB.
check 'as fast as it can: not slowly' 'elapsed xm migrate -s reach web b && runs_there && test $ms -lt 2000'
fresh
check '--resource: no faster than that' 'elapsed xm migrate --resource=4 -s reach web b && runs_there && test $ms -ge 1900 -a $ms -lt 6000'
fresh
check '-r: likewise' 'elapsed xm migrate -r 8 -s reach web b && runs_there && test $ms -ge 900'
fresh
check 'xl --resource: in stock xl'\''s protocol as well' 'elapsed xl migrate --resource=4 -s reach web b && runs_there && test $ms -ge 1900'
fresh
refuse '--resource: a word' 1 'Invalid value: fast' 'xm migrate --resource=fast -s reach web b'

refuse '--max-time: gives up' 1 '^Error: its memory has not all gone in time' 'elapsed xm migrate --max-time=1 --resource=1 -s reach web b; e=$?; cat err >&2; test $ms -lt 4000 && exit $e'
check '--max-time: it runs here, and nothing is there' runs_here
refuse '--max-time: live as well' 1 'not all gone in time' 'xm migrate -l --max-time=1 --resource=1 -s reach web b'
check '--max-time: live as well: it runs here' runs_here
refuse 'xl --max-time: resumes' 1 'Migration failed, resuming at sender' 'xl migrate --max-time=1 --resource=1 -s reach web b'
check 'xl --max-time: it runs here' runs_here
check '--max-time: that is long enough' 'xm migrate --max-time=60 -s reach web b && runs_there'

there xm destroy web
guest web 'extra = "sim.dirty=4000"'
fresh
refuse '--max-rounds: gives up' 1 '^Error: it writes faster than its memory goes' 'xm migrate -l --max-rounds=2 -s reach web b'
check '--max-rounds: it runs here, and nothing is there' runs_here
check '--max-rounds: of a guest that stands still there is one' 'xm migrate --max-rounds=1 -s reach web b && runs_there'
fresh
check '--max-rounds: there are not so many' 'xm migrate -l --max-rounds=9 -s reach web b && runs_there'
fresh

break_at 8 hang
refuse '--stall: a link that hangs' 1 'the other side was silent for 2 seconds$' 'elapsed xm migrate --stall=2 -s reach web b; e=$?; cat err >&2; test $ms -lt 12000 && exit $e'
check '--stall: it runs here, and nothing is there' runs_here
break_at 2 hang
refuse '--stall: one that hangs in the stock protocol' 1 'the other side was silent for 2 seconds' 'xl migrate --stall=2 -s reach web b'
check '--stall: stock: it runs here' runs_here
check '--stall: a slow link does not hang' 'xm migrate --stall=1 --resource=2 -s reach web b && runs_there'

# --- Ctrl-C at any message before the commit ---
fresh
for nth in 2 4 6 8 9; do
    break_at $nth hang
    timeout -s INT 1 xm migrate -s reach web b >said 2>&1
    is "Ctrl-C at message $nth: it ends" 124 $?
    check "Ctrl-C at message $nth: it runs here, and nothing is there" 'wait_for 10 runs_here'
    rm -f "$tap_dir/cut"
done
done_testing
