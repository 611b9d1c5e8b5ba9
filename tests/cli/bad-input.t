#!/bin/bash
# Bad input and bad luck: each ends in one sentence that names the thing and its cause, with the
# status of the dialect, and leaves no half-made guest, lock, file or process.
. "$(dirname "$0")/sim.sh"
machine '"memory_mib": 4096'
uid=$(id -u)

# All that a failed command could leave: files, of the host and here, and guests. The locks of
# guests that are there stay; what the host counts, and times, move on by themselves.
snapshot() {
    (
        cd "$tap_dir" || exit
        find host/xm host/sim host/run work |
            grep -Ev '^host/sim/(faults|run/(fault-counts|next-domid|dmesg))$|^host/run/supervisor\.' |
            while read -r path; do
                case $path in
                host/xm/locks/*) [ -d "host/xm/domains/${path##*/}" ] || echo "$path" ;;
                *) echo "$path" ;;
                esac
            done | sort
    )
    xm list 2>&1 | cut -c 1-70
    supervisors | wc -l
}

# What is said beside the sentence: which file is read, and the line that an error is in.
sentences() { grep -v -e '^$' -e '^Parsing config from' -e '^Loading new save file' "$1"; }

# TITLE STATUS REGEX COMMAND, as refuse.
untouched() {
    local before after
    before=$(snapshot)
    refuse "$@"
    after=$(snapshot)
    is "$1: in one sentence" 1 "$(sentences "$tap_dir/err" | wc -l)"
    is "$1: everything is as it was" "$before" "$after"
}

# OPERATION COMMAND...: Ctrl-C while the command is in the middle of an operation of the host.
# The status is the command's. A delay of a minute shows that it does not just get to its end.
interrupt() {
    local pid status
    faults "$1 1 once delay 60000"
    "${@:2}" &
    pid=$!
    wait_for 10 "grep -q '^$1 ' '$host/sim/run/fault-counts'" || { kill -KILL $pid; return 99; }
    kill -INT $pid
    wait $pid
    status=$?
    faults ''
    return $status
}

guest web
xm new -q web.cfg
xm create -q web.cfg name=run
guest free

# --- words ---

untouched 'an unknown command' 1 '^Error: Subcommand frobnicate not found!$' 'xm frobnicate run'
untouched 'an unknown command as xl' 1 '^command not implemented$' 'xl frobnicate run'
untouched 'an unknown option' 1 '^Error: option -Z not recognized$' 'xm create -Z free.cfg'
untouched 'an unknown option as xl' 2 "^option .Z' not supported\.$" 'xl create -Z free.cfg'
untouched 'an option without its value' 1 '^Error: option --path requires argument$' 'xm create free.cfg --path'
untouched 'a value for an option that takes none' 1 '^Error: option --paused must not have an argument$' \
    'xm create free.cfg --paused=yes'
untouched 'an option before the command without its value' 1 '^Error: option --host requires argument$' 'xm --host'
untouched 'an option before the command without its value as xl' 1 '^option --host requires argument$' 'xl --host'
untouched 'a missing argument' 1 "^Error: 'xm save' requires 2 arguments\.$" 'xm save run'
untouched 'a missing argument as xl' 2 "^'xl save' requires at least 2 arguments\.$" 'xl save run'
untouched 'an argument too many' 1 "^Error: 'xm destroy' requires 1 arguments\.$" 'xm destroy run web'
untouched 'an argument too many as xl' 2 "^'xl destroy' takes at most 1 argument\.$" 'xl destroy run web'
for command in 'pause' 'start' 'shutdown' 'destroy' 'suspend' 'resume' 'delete' 'domid' 'uptime' 'console' \
    'sysrq nobody s' 'rename nobody other' 'save nobody f' 'dump-core nobody f' 'vcpu-pin nobody 0 0'; do
    case $command in *' '*) ;; *) command="$command nobody" ;; esac
    untouched "an unknown guest: $command" 3 "Domain 'nobody' does not exist\.$" "xm $command"
done
for command in 'pause nobody' 'shutdown nobody' 'destroy nobody' 'save nobody f' 'dump-core nobody f' 'rename nobody other'; do
    untouched "an unknown guest as xl: $command" 1 '^nobody is an invalid domain identifier \(rc=-6\)$' "xl $command"
done

# --- a name twice ---

untouched 'create: the name of a running guest' 1 "^Error: Domain 'run' already exists with ID '1'$" 'xm create -q free.cfg name=run'
untouched 'create: the name of a halted guest' 1 "^Error: VM name 'web' already exists$" 'xm create -q free.cfg name=web'
untouched 'create: a taken name as xl' 3 "'run' already exists" 'xl create free.cfg "name=\"run\""'
untouched 'new: the name of a running guest' 1 "^Error: VM name 'run' already exists as domain 1$" 'xm new -q free.cfg name=run'
untouched 'new: the name of a halted guest' 1 "^Error: VM name 'web' already exists$" 'xm new -q free.cfg name=web'
untouched 'rename: a taken name' 1 "^Error: VM name 'web' already exists$" 'xm rename run web'
untouched 'rename: a taken name as xl' 1 "^Can't rename domain 'run': .*'web' already exists$" 'xl rename run web'

# --- a file that is unreadable or wrong ---

untouched 'create: no such file' 1 '^Error: Unable to open config file: nowhere$' 'xm create nowhere'
untouched 'create: no such file as xl' 3 '^Failed to read config file: nowhere: No such file or directory$' 'xl create nowhere'
mkdir dir; cp free.cfg closed.cfg; chmod 0 closed.cfg
untouched 'create: a directory' 1 '^Error: dir: Is a directory$' 'xm create -q dir'
untouched 'create: a directory as xl' 3 '^Failed to read config file: dir: Is a directory$' 'xl create dir'
# Root may read everything, and so tries it as somebody else.
unprivileged() {
    [ "$uid" = 0 ] || { "$@"; return; }
    chmod a+x "$tap_dir" "$work" "$tap_dir/bin"
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}
if [ "$uid" != 0 ] || unprivileged test -x "$(readlink -f "$tap_dir/bin/xm")"; then
    untouched 'create: a file that may not be read' 1 '^Error: closed.cfg: Permission denied$' 'unprivileged xm create -q closed.cfg'
    untouched 'create: a file that may not be read as xl' 3 '^Failed to read config file: closed.cfg: Permission denied$' \
        'unprivileged xl create -q closed.cfg'
fi
untouched 'create: SXP that is nowhere' 1 '^Error: nowhere: No such file or directory$' 'xm create -F nowhere'
printf 'name = "a"\nmemory = = 3\n' >syntax.cfg
refuse 'create: a syntax error names file, line and column' 1 '^Error: syntax\.cfg:2:10: ' 'xm create -q syntax.cfg'
refuse 'create: a syntax error as xl' 1 '^syntax\.cfg:2:10: ' 'xl create -q syntax.cfg'
refuse 'new: a syntax error' 1 '^Error: syntax\.cfg:2:10: ' 'xm new -q syntax.cfg'
printf '(domain (name' >syntax.sxp
head -c 2000000 /dev/zero >huge.cfg
mkfifo pipe.cfg
untouched 'create: SXP that ends early' 1 '^Error: syntax\.sxp: line 1: ' 'xm create -q -F syntax.sxp'
untouched 'create: a file without end' 1 '^Error: huge\.cfg: larger than ' 'xm create -q huge.cfg'
untouched 'create: a pipe' 1 '^Error: pipe\.cfg: is not a plain file$' 'timeout 10 xm create -q pipe.cfg'
untouched 'create: no number on the command line' 1 '^Error: command line: memory=lots: Invalid value: lots$' 'xm create -q free.cfg memory=lots'
untouched 'create: a value out of range' 1 '^Error: command line: vcpus=0: 0 is too small' 'xm create -q free.cfg vcpus=0'
untouched 'create: a name with a blank' 1 "^Error: command line: name=a b: 'a b' is no name" 'xm create -q free.cfg "name=a b"'
untouched 'create: a kernel that is not there' 1 '/no/kernel' 'xm create -q free.cfg kernel=/no/kernel'
untouched 'create: a disk that is not there' 1 '/no/disk' 'xm create -q free.cfg disk=file:/no/disk,xvda,w'
untouched 'create: a bridge that is not there' 1 'nobridge' 'xm create -q free.cfg vif=bridge=nobridge'
untouched 'restore: no such file' 1 '^Error: nowhere: No such file or directory$' 'xm restore nowhere'
untouched 'restore: a directory' 1 '^Error: dir: cannot be read: Is a directory$' 'xm restore dir'
untouched 'restore: no save file' 1 '^Error: free\.cfg: not a valid guest state file: ' 'xm restore free.cfg'
untouched 'restore: no save file as xl' 1 '^free\.cfg: not a valid guest state file: ' 'xl restore free.cfg'

# --- what the host has not ---

untouched 'create: memory that the host has not' 1 '^Error: not enough memory: .* 90000 MiB' 'xm create -q free.cfg memory=90000'
untouched 'create: memory that the host has not as xl' 3 '^not enough memory: .* 90000 MiB' 'xl create free.cfg memory=90000'
guest big 'memory = 90000'
xm new -q big.cfg
untouched 'start: memory that the host has not' 1 '^Error: not enough memory: .* 90000 MiB' 'xm start big'
untouched 'vcpu-pin: a vcpu out of range' 1 '^Error: Cannot pin vcpu: 9 ' 'xm vcpu-pin run 9 0'
untouched 'vcpu-pin: a vcpu out of range as xl' 1 '^Could not set affinity for vcpu .9.: .*no vcpu 9' 'xl vcpu-pin run 9 0'
untouched 'vcpu-pin: a cpu out of range' 1 'none of the cpus 99' 'xm vcpu-pin run 0 99'
untouched 'vcpu-pin: a cpu out of range as xl' 1 'none of the cpus 99' 'xl vcpu-pin run 0 99'
untouched 'vcpu-pin: no cpu at all' 1 "'2-' is no range of cpus" 'xm vcpu-pin run 0 2-'

# --- no room ---

untouched 'output to a full device' 1 '^xm: cannot write the output: No space left on device$' 'xm list >/dev/full'
untouched 'output to a full device as xl' 1 '^xl: cannot write the output: No space left on device$' 'xl list >/dev/full'
untouched 'output to a closed descriptor' 1 '^xm: cannot write the output: Bad file descriptor$' 'xm list >&-'
untouched 'save: to a full device' 1 '^Error: /dev/full: .*No space left on device$' 'xm save run /dev/full'
mkdir core.dir
untouched 'dump-core: not in the place of a device' 1 'tty: is not a plain file$' 'ln -s /dev/tty "$tap_dir/tty"; xm dump-core run "$tap_dir/tty"'
untouched 'dump-core: not in the place of a directory' 1 '^Error: Cannot dump core in a directory: core.dir$' 'xm dump-core run core.dir'
# A limit on the size of files ends programs that are not prepared.
limited() { ( { ( ulimit -f 10; "$@" ) 2>&1 >&3 | cat >&2; exit "${PIPESTATUS[0]}"; } 3>&1 ); }
xm start web
uuid=$(dirname "$(grep -lw '"web"' "$host"/xm/domains/*/document.json)"); uuid=${uuid##*/}
untouched 'save: beyond the limit of a file'\''s size' 1 '^Error: web\.save: .*File too large$' 'limited xm save web web.save'
untouched 'suspend: beyond the limit of a file'\''s size' 1 "^Error: .*/$uuid/memory: .*File too large$" 'limited xm suspend web'
untouched 'dump-core: beyond the limit of a file'\''s size' 1 '^Error: Failed to dump core: web\.core: File too large$' \
    'limited xm dump-core web web.core'
mkdir small
if [ "$uid" = 0 ] && mount -t tmpfs -o size=64k none small 2>/dev/null; then
    trap 'end_host; umount "$work/small"; cd / && rm -rf "$tap_dir"' EXIT
    echo precious >small/kept.save
    untouched 'save: a full disk' 1 '^Error: small/web\.save: not enough room: .* 0 MiB are free$' 'xm save web small/web.save'
    untouched 'save: a full disk as xl' 1 '^small/web\.save: not enough room: .* 0 MiB are free$' 'xl save web small/web.save'
    untouched 'save: a full disk keeps what was there' 1 'not enough room: .* 0 MiB are free$' 'xm save web small/kept.save'
    is 'save: it is whole' precious "$(cat small/kept.save)"
    untouched 'dump-core: a full disk' 1 '^Error: Failed to dump core: small/web\.core: No space left on device$' \
        'xm dump-core web small/web.core'
    head -c 70000 /dev/zero >small/filler 2>/dev/null
    untouched 'create: a full disk under another registry' 1 'No space left on device$' \
        'mkdir small/xm 2>/dev/null; xm --host=sim:$work/small/xm create -q free.cfg; s=$?; rm -r small/xm; exit $s'

    # A registry without room: what is there goes on, and ends, and is forgotten.
    mkdir -p full/xm && mount -t tmpfs -o size=200k none full/xm
    trap 'end_host; XM_HOST=sim:$work/full; end_host; umount "$work/small" "$work/full/xm"; cd / && rm -rf "$tap_dir"' EXIT
    full() { XM_HOST=sim:$work/full "$@"; }
    full xm create -q free.cfg
    full xm new -q free.cfg name=idle
    cat /dev/zero 2>/dev/null >full/xm/filler
    untouched 'new: a full registry' 1 '^Error: .*/document\.json: No space left on device$' 'full xm new -q free.cfg name=other'
    untouched 'create: a full registry' 1 '^Error: .*/document\.json: No space left on device$' 'full xm create -q free.cfg name=other'
    untouched 'start: a full registry' 1 '^Error: .*/state\.json: No space left on device$' 'full xm start idle'
    untouched 'rename: a full registry' 1 '^Error: .*/document\.json: No space left on device$' 'full xm rename idle other'
    check 'a full registry: its guests go on' 'full xm pause free && full xm unpause free && full xm list | grep -q "^free .*-b--"'
    check 'a full registry: they end and are forgotten' \
        'full xm shutdown -w free && full xm delete idle && test "$(find full/xm -type f | sort | tr "\n" " ")" = "full/xm/filler full/xm/lock "'
fi
xm destroy web

# --- Ctrl-C ---

interrupted='^Error: xm .*: interrupted$'
untouched 'create: Ctrl-C' 130 '^Error: xm create -q free\.cfg: interrupted$' 'interrupt create.devices xm create -q free.cfg'
untouched 'create: Ctrl-C as xl' 130 '^xl create free\.cfg: interrupted$' 'interrupt create.devices xl create free.cfg'
untouched 'create -c: Ctrl-C' 130 "$interrupted" 'interrupt create.devices xm create -q -c free.cfg'
untouched 'create: Ctrl-C at the very begin' 130 "$interrupted" 'interrupt create xm create -q free.cfg'
untouched 'start: Ctrl-C' 130 '^Error: xm start web: interrupted$' 'interrupt create.devices xm start web'
xm start web
untouched 'suspend: Ctrl-C' 130 '^Error: xm suspend web: interrupted$' 'interrupt save.write xm suspend web'
untouched 'save: Ctrl-C' 130 '^Error: xm save web web\.save: interrupted$' 'interrupt save.write xm save web web.save'
untouched 'save: Ctrl-C, of a guest that is not remembered' 130 "$interrupted" 'interrupt save.write xm save run run.save'
untouched 'dump-core: Ctrl-C' 130 "$interrupted" 'interrupt dump_core.write xm dump-core run run.core'
xm suspend web
untouched 'resume: Ctrl-C' 130 '^Error: xm resume web: interrupted$' 'interrupt restore xm resume web'
check 'resume: the guest is whole after that' 'xm resume web && xm list web | grep -q "^web  *[0-9]"'
xm save run run.save
untouched 'restore: Ctrl-C' 130 '^Error: xm restore run\.save: interrupted$' 'interrupt restore xm restore run.save'
check 'restore: the file is whole after that' 'xm restore run.save && xm domid run'

# --- a killed supervisor ---

supervisor() {
    local pid
    for pid in $(supervisors); do
        tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx supervise && echo "$pid"
    done
}
# OPERATION COMMAND...: the supervisor is killed meanwhile.
deprive() {
    local pid
    faults "$1 1 once delay 1500"
    "${@:2}" &
    pid=$!
    wait_for 10 "grep -q '^$1 ' '$host/sim/run/fault-counts'" || { kill -KILL $pid; return 99; }
    kill -KILL $(supervisor)
    wait $pid
}
check 'a supervisor killed while a guest is created: it is created' \
    'deprive create.devices xm create -q free.cfg && xm list free | grep -q "^free .* -b--" && test -n "$(supervisor)"'
check 'a supervisor killed while it is idle: the next one knows the guests' \
    'kill -KILL $(supervisor) && xm list free && xm new -q free.cfg name=next && xm start next && xm shutdown -w free && ! xm domid free'
check 'a supervisor killed while a guest is suspended: it is suspended' \
    'deprive save.write xm suspend next && xm list --state=suspended | grep -q "^next " && test "$(xm domid next)" = None'
check 'a supervisor killed while a guest is resumed: it is resumed' \
    'deprive restore xm resume next && xm list next | grep -q "^next .* -b--"'
xm destroy next; xm delete next
renumbered='^web \|^host/sim/domains/'     # by its suspension in between
before=$(snapshot)
check 'killed together with the command: the next one finds what is half-made, and ends it' '
    faults "create.devices 1 once delay 60000"
    xm create -q free.cfg & pid=$!
    wait_for 10 "grep -q \"^create.devices \" \"$host/sim/run/fault-counts\""
    kill -KILL $(supervisor) $pid
    faults ""
    xm pause run && xm unpause run
    xm suspend web && xm resume web
    wait_for 20 "! xm domid free"'
is 'killed together with the command: nothing is left of it' "$(echo "$before" | grep -v "$renumbered")" "$(snapshot | grep -v "$renumbered")"

# --- an entry that is damaged ---

# SAVED: the registry as it was. Every other guest goes on working beside the damage in "web".
damaged() {             # TITLE PATH-REGEX
    local err
    like "$1: is reported by its path" "$2" "$(xm list 2>&1 >/dev/null)"
    is "$1: is one line" 1 "$(xm list 2>&1 >/dev/null | wc -l)"
    like "$1: as xl too" "$2" "$(xl list 2>&1 >/dev/null)"
    check "$1: the running guest is listed still" 'xm list | grep -q "^web  *[0-9]"'
    check "$1: another starts, is suspended, resumed, renamed, shut down" \
        'xm start other && xm suspend other && xm resume other && xm rename other o2 && xm rename o2 other && xm shutdown -w other'
    check "$1: a new one is made and forgotten" 'xm new -q free.cfg && xm start free && xm destroy free && xm delete free'
    refuse "$1: the guest itself is not suspended into what nobody can read" 1 "$2" 'xm suspend web'
    check "$1: it can be paused and goes on" 'xm pause web && xm unpause web && xm list web | grep -q -- "-b--"'
    check "$1: the supervisor starts beside it, and says so in its log" \
        'kill $(supervisor); wait_for 10 "test -z \"\$(supervisor)\""; xm start other && xm destroy other && grep -Eq "$2" "$host/log/xm.log"'
    rm -rf "$host/xm/domains/$uuid"
    cp -a "$tap_dir/entry" "$host/xm/domains/$uuid"
    is "$1: put back, nothing is said" '' "$(xm list 2>&1 >/dev/null)"
}
xm delete big
guest other; xm new -q other.cfg
entry=$host/xm/domains/$uuid
cp -a "$entry" "$tap_dir/entry"
head -c 40 "$tap_dir/entry/document.json" >"$entry/document.json"
damaged 'a truncated document' "/$uuid/document\.json: line "
: >"$entry/document.json"
damaged 'an empty document' "/$uuid/document\.json: line "
echo '{ "phase": garbage' >"$entry/state.json"
damaged 'garbage for a state' "/$uuid/state\.json: line "
rm "$entry/document.json"; mkdir "$entry/document.json"
damaged 'a directory for a document' "/$uuid/document\.json: Is a directory"
rm -r "$entry"; ln -s "$uuid" "$entry"
damaged 'an entry that cannot be entered' "/$uuid/state\.json: Too many levels of symbolic links"
done_testing
