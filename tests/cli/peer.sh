# For tests that move guests: a second simulated host beside the first. Read at the top of each, in place of
# sim.sh:
#
#   . "$(dirname "$0")/peer.sh"
#
#   there COMMAND WORD...       runs a command on the second host
#   reach                       for migrate -s: runs what it is given on the second host, whatever the HOST
#   reach-home                  the other way round
#   break_at NTH WHAT           the next link through `reach` ends at its NTH message, as relay.c says
#   down / up                   no link to the second host / again
#   record                      the next link is recorded in $tap_dir/sent and $tap_dir/got
#   no_xm                       the second host has an xl and no xm
#   machine_there MEMBER...     as machine, for the second host
. "$(dirname "$0")/sim.sh"

peer=$tap_dir/there
relay=$abs_top_builddir/tests/cli/relay
export peer tap_dir relay
mkdir "$tap_dir/xl-only"
ln -s "$(readlink "$tap_dir/bin/xl")" "$tap_dir/xl-only/xl"

cat >"$tap_dir/bin/reach" <<'END'
#!/bin/bash
# reach HOST WORD...: as ssh, to the second host.
shift
[ ! -e "$tap_dir/down" ] || { echo "reach: no route" >&2; exit 255; }
export XM_HOST=sim:$peer
if [ -e "$tap_dir/no-xm" ]; then PATH=$tap_dir/xl-only:/usr/bin:/bin; fi
if [ -e "$tap_dir/record" ]; then
    rm "$tap_dir/record"
    tee "$tap_dir/sent" | sh -c "$*" | tee "$tap_dir/got"
    exit "${PIPESTATUS[1]}"
elif [ -e "$tap_dir/cut" ]; then
    read -r nth what <"$tap_dir/cut"
    rm "$tap_dir/cut"
    exec "$relay" "$nth" "$what" "$*"
fi
exec sh -c "$*"
END
export home=$XM_HOST
printf '#!/bin/sh\nshift; XM_HOST=$home exec sh -c "$*"\n' >"$tap_dir/bin/reach-home"
chmod +x "$tap_dir/bin/reach" "$tap_dir/bin/reach-home"

there() { XM_HOST=sim:$peer "$@"; }
break_at() { echo "$1 $2" >"$tap_dir/cut"; }
down() { : >"$tap_dir/down"; }
up() { rm -f "$tap_dir/down"; }
record() { : >"$tap_dir/record"; }
no_xm() { : >"$tap_dir/no-xm"; }
machine_there() { (host=$peer; machine "$@"); }
faults_there() { (host=$peer; faults "$@"); }

# Both hosts' processes are ended.
trap 'kill $(jobs -p) 2>/dev/null; end_host; XM_HOST=sim:$peer; end_host; cd / && rm -rf "$tap_dir"' EXIT
