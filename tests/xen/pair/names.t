#!/bin/bash
# What a guest is called on either side while it is on its way, as seen by stock xl's list as well as ours.
. "$(dirname "$0")/pair.sh"

# Until /run/go is there.
printf '#!/bin/sh\n: >/run/held\nfor i in $(seq 600); do [ ! -e /run/go ] || break; sleep 0.1; done\n' >"$tap_dir/bin/hold"
# `hold-bytes "N..." HOST WORD...`: the same for stock xl's protocol, whose words have lengths that are known.
cat >"$tap_dir/bin/hold-bytes" <<'END'
#!/bin/bash
counts=$1 host=$2
shift 2
ssh "$host" "$*" | {
    for count in $counts; do head -c "$count"; done
    hold
    cat
}
exit "${PIPESTATUS[0]}"
END
chmod +x "$tap_dir"/bin/hold*

names_here() { echo $($stock list | awk 'NR > 2 { print $1 }'); }
names_there() { echo $(there $stock list | awk 'NR > 2 { print $1 }'); }
states_there() { there $stock list | awk 'NR > 2 { print $5 }'; }
start() {               # TOOL WORD...
    rm -f /run/go /run/held
    as "$@" >out 2>&1 &
    sender=$!
    wait_for 60 '[ -e /run/held ] || ! kill -0 $sender' || cat out
    sleep 1     # for who is behind it to do what it does then
}
finish() {              # sets `status`
    : >/run/go
    wait $sender
    status=$?
}

walker g
xm create -q g.cfg
wait_for 30 'walks_here g'
start xm migrate -l -s 'at ready hold' g right
is 'xm: whole there and not yet given: its name there' 'g--incoming' "$(names_there)"
like 'xm: it is paused there' '^--p---$' "$(states_there)"
is 'xm: its name here' 'g' "$(names_here)"
check 'xm: both xm list it as well' 'xm list g && there xm list g--incoming'
finish
is 'xm: then it goes' 0 $status
is 'xm: and has its name there, and is gone here' 'g ' "$(names_there) $(names_here)"
check 'xm: and back' 'there xm migrate -l g left'
start xm migrate -l -s 'at done hold' g right
is 'xm: given, and no answer yet' 'g--migratedaway g' "$(names_here) $(names_there)"
check 'xm: it runs there already' 'runs_there g'
finish
is 'xm: then it is over' 0 $status
is 'xm: and it is gone here' ' g' "$(names_here) $(names_there)"

for tool in stock ours; do
    there xm destroy g
    as $tool create -q g.cfg
    start $tool migrate -s 'hold-bytes 54' g right  # the banner
    is "$tool xl: whole there and not yet given" 'g g--incoming' "$(names_here) $(names_there)"
    finish
    is "$tool xl: then it goes" 0 $status
    there xm destroy g
    as $tool create -q g.cfg
    start $tool migrate -s 'hold-bytes "54 34"' g right     # and that it is ready
    is "$tool xl: given, and no answer yet" 'g--migratedaway g' "$(names_here) $(names_there)"
    finish
    is "$tool xl: then it is over" 0 $status
    is "$tool xl: and it is gone here" ' g' "$(names_here) $(names_there)"
done
check 'it ends' 'destroyed g'
done_testing
