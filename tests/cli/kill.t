#!/bin/bash
# The supervisor is killed or replaced again and again while a hundred guests start, reboot, crash and stop. In
# the end each is as its policy says, and nothing was done twice.
. "$(dirname "$0")/sim.sh"

group() { seq -f "$1%03g" "$2"; }
all() { for g in "$@"; do group ${g%:*} ${g#*:}; done; }
# By its own word, which is quicker than a look at all processes.
supervisor() {
    local pid
    pid=$(sed -n 's/^\[[^ ]* [^ ]* \([0-9]*\)\].*Supervisor started\.$/\1/p' "$log" | tail -n 1)
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -e "--host=$XM_HOST" && echo "$pid"
}
# Behaviour by name: in the n-th second after the start, n going round.
behave() {
    local n=0 name sep=
    printf '{"memory_mib": 16384, "guests": ['
    for name; do
        case $name in
        r*) printf '%s"%s sim.reboot=%d.%d"' "$sep" $name $((2 + n % 3)) $((n % 10)) ;;
        d*) printf '%s"%s sim.crash=%d.%d"' "$sep" $name $((2 + n % 4)) $((n % 10)) ;;
        c* | k*) printf '%s"%s sim.crash=%d.%d"' "$sep" $name $((1 + n % 6)) $((n % 10)) ;;
        p* | m*) printf '%s"%s sim.poweroff=%d.%d"' "$sep" $name $((1 + n % 6)) $((n % 10)) ;;
        *) printf '%s"%s sim.boot=0"' "$sep" $name ;;
        esac
        sep=,
        n=$((n + 1))
    done
    printf ']}\n'
}
column() { awk -v of="$1" 'NR > 1 && $1 ~ ("^" of "[0-9]+$") { print $1, (NF > 5 ? $2 : "-") }' "$2" | sort; }

# s stays, r reboots, d crashes and is restarted, c crashes and is halted, k crashes and is kept, p powers
# off and is forgotten, m powers off and is halted, x is started meanwhile, q is shut down meanwhile
shape='s:20 r:25 d:10 c:10 k:5 p:10 m:10 x:5 q:5'
mkdir -p "$host/sim"
behave $(all $shape) >"$host/sim/host.json"
echo $(($(date +%s) * 1000)) >"$host/sim/now"
make() {
    local kind=$1 name=$2
    case $kind in
    d) guest $name 'on_crash = "restart"' ;;
    c) guest $name 'on_crash = "destroy"' ;;
    k) guest $name 'on_crash = "preserve"' ;;
    *) guest $name ;;
    esac
    sed -i 's/^memory.*/memory = 16/' $name.cfg
    case $kind in
    c | m | q) xl new -q $name.cfg && xm start $name ;;
    x) xl new -q $name.cfg ;;
    *) xl create -q $name.cfg ;;
    esac
}
for g in $shape; do for name in $(group ${g%:*} ${g#*:}); do make ${g%:*} $name || echo "# $name failed"; done; done
xm list >before
is 'kill: a hundred guests' 100 "$(tail -n +2 before | grep -vc '^Domain-0')"

log=$host/log/xm.log
# Whoever listens, too, starts the next supervisor. From here on time goes by.
xm events --json >events & wait_for 20 'grep -q listening events'
end=$(($(date +%s) + 10)) kills=0
rm "$host/sim/now"
(for name in $(group x 5) ; do xm start $name; sleep 0.5; done; for name in $(group q 5); do xm shutdown $name; sleep 0.5; done) &
commands=$!
# Until it has been done often enough, however slow the machine, up to a limit.
while [ "$(date +%s)" -lt $end ] || { [ $kills -lt 8 ] && [ "$(date +%s)" -lt $((end + 90)) ]; }; do
    how=
    if [ $((RANDOM % 3)) = 0 ]; then
        how=--replace
    else
        pid=$(supervisor) && kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
    fi
    xm --host="$XM_HOST" supervise $how >/dev/null 2>&1 &
    disown $!
    sleep 0.$((RANDOM % 5))
done
check 'kill: what was asked for meanwhile succeeds' 'wait_for 120 "! kill -0 $commands"'
behave $(all s:20 x:5 q:5) >"$host/sim/host.json"       # who comes up from now on, stays
echo "# killed $kills times"
check 'kill: many times' "test $kills -ge 8"
check 'kill: and some took over from others' 'grep -q "Took over from process" "$log"'

running() { xm list >now && awk -v of="$1" '$1 ~ ("^" of "[0-9]+$") && NF > 5 && $5 !~ /[scd]/' now | wc -l; }
settled() {
    [ "$(running s) $(running r) $(running d) $(running x) $(running '[cmpqk]')" = '20 25 10 5 0' ] &&
        test -z "$(column p now)" && ! column '[cmq]' now | grep -q '[0-9]$'
}
# Reboots of those who had their behaviour before are still to come.
quiet() { settled && sleep 5 && cp now then && settled && test "$(column . then)" = "$(column . now)"; }
check 'kill: it comes to rest' 'wait_for 180 quiet'
is 'kill: who stays is the same as before' "$(column s before)" "$(column s now)"
is 'kill: who is to be kept is kept, as the domain that it was' "$(column k before)" "$(column k now)"
is 'kill: who crashed, powered off or was shut down is halted' "$(all c:10 m:10 q:5 | sed 's/$/ -/' | sort)" \
    "$(column '[cmq]' now | sort)"
is 'kill: who is only of create and powered off is forgotten' '' "$(column p now)"
is 'kill: nobody else is there' 90 "$(tail -n +2 now | grep -vc '^Domain-0')"

# "started again" is written once for each domain that a policy has made.
is 'kill: each restart is counted once' "$(grep -o 'Domain [rd][0-9]* started again' "$log"* | sed 's/.*Domain //; s/ .*//' | sort | uniq -c)" \
    "$(for f in "$host"/xm/domains/*/state.json; do
        n=$(sed -n 's/.*"restarts": \([0-9]*\).*/\1/p' "$f")
        [ "$n" = 0 ] || printf '%7d %s\n' "$n" "$(grep -A 1 '"key": "name"' "${f%state.json}document.json" | sed -n 's/.*"value": "\([^"]*\)".*/\1/p')"
    done | sort -k 2)"
is 'kill: no end is answered twice' '' "$(grep -ho 'started again (id=[0-9]*)' "$log"* | sort | uniq -d)"
is 'kill: no domain was made in vain' $(($(grep -ho 'started again' "$log"* | wc -l) + 95 + 5)) \
    $(($(cat "$host/sim/run/next-domid" 2>/dev/null || echo 0) - 1))
check 'kill: and many were' "test $(grep -ho 'started again' "$log"* | wc -l) -gt 60"
check 'kill: there is nothing to repair' 'xm repair -n >out; test ! -s out'
done_testing
