# For tests of the command line: the built xm on a simulated host of the test's own. Read at the
# top of each:
#
#   . "$(dirname "$0")/sim.sh"
#
# All of tests/tap.sh is there too. `xm` and `xl` are the built ones, $XM_HOST is the host, and
# $host the directory it lives in. There is no xm.conf.
#
#   machine MEMBER...       sets up the host: members of host.json, such as '"memory_mib": 2048'
#   faults LINE...          what is to go wrong from now on (see xm(1), THE SIMULATED HOST)
#   guest NAME [LINE...]    writes NAME.cfg: a PV guest of 64 MiB; the lines are added, and so win
#   domid NAME              the domain's number, nothing if it is not running
#   supervisors             the pids of all processes that xm started for this host and are there
. "$(dirname "$0")/../tap.sh"

: "${abs_top_builddir:=$(cd "$tests_dir/../build" && pwd)}"
export abs_top_builddir

# libtool's wrapper forgets under what name it is called, and is slow; the program itself is not.
mkdir "$tap_dir/bin"
for tap_name in xm xl; do
    if [ -x "$abs_top_builddir/cmd/.libs/xm" ]; then
        ln -s "$abs_top_builddir/cmd/.libs/xm" "$tap_dir/bin/$tap_name"
    else
        ln -s "$abs_top_builddir/cmd/xm" "$tap_dir/bin/$tap_name"
    fi
done
LD_LIBRARY_PATH=$abs_top_builddir/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PATH=$tap_dir/bin:$PATH
host=$tap_dir/host
XM_HOST=sim:$host
XM_CONF=$tap_dir/no-xm.conf
LC_ALL=C.UTF-8
TZ=UTC
export LD_LIBRARY_PATH PATH XM_HOST XM_CONF LC_ALL TZ
kernel=$tap_dir/kernel
: >"$kernel"

machine() {
    mkdir -p "$host/sim"
    (
        sep='{'
        for member; do printf '%s %s' "$sep" "$member"; sep=,; done
        echo ' }'
    ) >"$host/sim/host.json"
}

# The calls that were counted go with the old faults: who waits for one must not see it there already.
faults() { mkdir -p "$host/sim" && printf '%s\n' "$@" >"$host/sim/faults" && rm -f "$host/sim/run/fault-counts"; }

guest() {
    local name=$1
    shift
    printf '%s\n' "name = '$name'" "kernel = '$kernel'" 'memory = 64' "$@" >"$name.cfg"
}

domid() { xl domid "$1" 2>/dev/null; }

# A process of this host names it in a word of its own. The words of grep must not.
supervisors() {
    printf '%s\n' "--host=$XM_HOST" | grep -lzxF -f - /proc/[0-9]*/cmdline 2>/dev/null | cut -d / -f 3
}

# Workers may come up between the look and the kill, hence the repetition.
end_host() {
    local round pids
    for round in 1 2 3 4 5 6 7 8 9 10; do
        pids=$(supervisors)
        [ -n "$pids" ] || return 0
        if [ "$round" -lt 8 ]; then kill $pids; else kill -KILL $pids; fi 2>/dev/null
        sleep 0.1
    done
}
# What listens in the background would start another supervisor.
trap 'kill $(jobs -p) 2>/dev/null; end_host; cd / && rm -rf "$tap_dir"' EXIT
