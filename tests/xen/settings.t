#!/bin/bash
# What a guest has, changed on real Xen: done to one guest by xm and to its twin by stock xl, after which
# the two are to be alike.
# time limit: 900 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen
ours() { xm --dialect xl "$@"; }

# The two that are compared, ours and stock xl's, and where in the store they are. Asked once, and of both at a
# time: each program that starts takes its time here.
meet() {
    twins=("$@") dom=() vm=()
    local name
    for name; do
        dom+=("/local/domain/$(xl domid $name)")
        vm+=("$(xenstore-read "${dom[-1]}/vm")")
    done
}

# The first half of what it reads, which is one twin's, is as the other.
halves() {
    local lines half
    mapfile -t lines
    half=$((${#lines[@]} / 2))
    [ $half -gt 0 ] && [ "${lines[*]::half}" = "${lines[*]:half}" ] && return
    printf '%s\n' 'the halves differ:' "${lines[@]}"
    return 1
}

# What the twins have, without what is their own, is the same: of memory, vcpus or shares, or all of it.
same() {
    case ${1-all} in mem-*)
        [ "$(xenstore-read "${vm[0]}/memory")" = "$(xenstore-read "${vm[1]}/memory")" ] || return ;;    # what it was set to
    esac
    case ${1-all} in mem-* | all)
        { xenstore-ls "${dom[0]}/memory"; xenstore-ls "${dom[1]}/memory"; } | halves &&
            xm list --json "${twins[@]}" | grep -E '"(max_memory_kib|target_kib)"' | halves || return ;;
    esac
    case ${1-all} in vcpu-* | all)
        { xenstore-ls "${dom[0]}/cpu"; xenstore-ls "${dom[1]}/cpu"; } | halves &&
            xl vcpu-list "${twins[@]}" | awk 'NR > 1 { print $3, $7, $9 }' | halves || return ;;
    esac
    case ${1-all} in sched-* | all)
        xl sched-credit2 | awk -v a="${twins[0]}" -v b="${twins[1]}" '$1 == a || $1 == b { print $3, $4 }' | halves || return ;;
    esac
    [ "${1-all}" != all ] || xl list -l "${twins[0]}" | grep -E "$known" | sort | diff - <(xl list -l "${twins[1]}" | grep -E "$known" | sort)
}
known='"(target_memkb|max_memkb|weight|cap|max_vcpus)"'

# One command of xm's on the first twin and, at the same time, the same as stock xl's on the other: alike in
# status and in what comes of it.
alike_as() {
    local ours=0 stock=0 pid
    $1 ${2//@/${twins[0]}} & pid=$!
    xl ${2//@/${twins[1]}} || stock=$?
    wait $pid || ours=$?
    echo "status $ours, stock $stock"
    [ $ours = $stock ] && same "${2%% *}"
}

# --- twins ---
for name in a b; do
    tiny $name 'memory = 16' 'maxmem = 32' 'vcpus = 3' 'cpu_weight = 300' 'cap = 70' 'cpu_cap = 70'
    cp $name.cfg $name.xl.cfg
done
check 'two alike are created' 'xm create -q a.cfg && xl create -q b.xl.cfg'
meet a b
check 'create: weight and cap are there from the start, as with stock xl' 'same && xl sched-credit2 -d a | grep -E " 300 +70$"'
for words in 'mem-set @ 8' 'mem-set @ 20' 'mem-set @ 32' 'mem-set @ 33' 'mem-set @ 16m' 'mem-max @ 24' 'mem-set @ 24' 'mem-set @ 25' \
    'mem-set @ x' 'mem-max @ 48' 'mem-max @ x' 'mem-set @ 12' 'vcpu-set @ 1' 'vcpu-set @ 2' 'vcpu-set @ x' \
    'sched-credit2 -d @ -w 512' 'sched-credit2 -d @ -w 65536' 'vcpu-pin @ 0 1' 'vcpu-pin @ all 0' 'vcpu-pin @ all all'; do
    check "$words: as stock xl does" "alike_as xm '$words'"
done
for words in 'mem-set @ 9000k' 'mem-set @ 16' 'mem-max @ 40000k' 'vcpu-set @ 3' 'vcpu-set -i @ 3' 'vcpu-set -i @ 4' 'vcpu-set @ 99' 'mem-set @ 1xx' \
    'sched-credit2 -d @ -c 250' 'sched-credit2 -d @ -c 301' 'sched-credit2 -d @ -w 0' 'sched-credit2 -d @ -w 77 -c 0' 'vcpu-pin @ 1 0 1'; do
    check "$words: as xl" "alike_as ours '$words'"
done
check 'all of it is alike' same
is 'a is stored as it is' 'cpu_weight = 77 maxmem = 39 maxvcpus = 3 memory = 16 vcpus = 3' \
    "$(xm config --format cfg a | grep -E '^(memory|maxmem|vcpus|maxvcpus|cpu_weight) ' | sort | xargs)"

# --- refusals ---
check 'mem-max: less than it holds is refused, to stock xl as well' '! xm mem-max a 4 && ! ours mem-max a 4 && ! xl mem-max b 4 && same'
check 'vcpu-set: more than it has, and none' '! xm vcpu-set a 4 && ! xm vcpu-set a 0'
check 'mem-set: nothing' '! xm mem-set a 0 && ! ours mem-set a 0'
check 'mem-set: more than is free is refused to xm before the guest is told' '
    xm mem-max a 9000 && ! xm mem-set a 8000 && [ "$(xenstore-read /local/domain/$(xl domid a)/memory/target)" = 16384 ] &&
    xm config --format cfg a | grep -qx "memory = 16"'
check 'sched-credit: under credit2 it is refused' '! xm sched-credit && ! ours sched-credit -d a -w 5'
for words in 'mem-set 77 64' 'mem-max 77 64' 'vcpu-set 77 1' 'sched-credit2 -d 77 -w 5'; do
    check "$words: there is none" "! xm $words && ! ours $words && ! xl $words"
done
check 'nothing was written into the store for it' '! xenstore-list /local/domain/77 2>/dev/null'

# --- a guest of stock xl, and domain 0 ---
check 'a guest of stock xl is changed' 'xm mem-set b 10 && [ "$(xenstore-read /local/domain/$(xl domid b)/memory/target)" = 10240 ] && ! xm mem-set --config b 9'
online() { grep -qx "$1" /sys/devices/system/cpu/online; }
check 'domain 0: one vcpu goes' 'xm vcpu-set 0 1 && wait_for 30 "online 0"'
# The kernel makes it known and leaves its start to a rule of udev's, which does not run here.
check 'domain 0: it comes back' '
    xm vcpu-set 0 2 && wait_for 30 "[ -e /sys/devices/system/cpu/cpu1/online ]" && echo 1 >/sys/devices/system/cpu/cpu1/online && online 0-1'
check 'domain 0: weight' 'xm sched-credit2 -d 0 -w 400 && xl sched-credit2 -d 0 | grep " 400 " && xm sched-credit2 -d 0 -w 256'
check 'domain 0: too little memory' '! xm mem-set 0 100'

# --- the tables ---
check 'sched-credit2: the table is that of stock xl' 'diff <(xl sched-credit2) <(ours sched-credit2)'
check 'sched-credit2 -d: likewise' 'diff <(xl sched-credit2 -d a) <(ours sched-credit2 -d a)'
check 'sched-credit2 -s: likewise' 'diff <(xl sched-credit2 -s) <(ours sched-credit2 -s)'
check 'sched-credit2 -s -r: stock xl sees it' 'ours sched-credit2 -s -r 700 && xl sched-credit2 -s | grep =700us && xl sched-credit2 -s -r 1000'
xl cpupool-cpu-remove Pool-0 1 && xl cpupool-create name=\"slow\" sched=\"credit\" cpus=[\"1\"] >/dev/null && xl cpupool-migrate a slow
check 'sched-credit: a pool of its own' 'diff <(xl sched-credit) <(ours sched-credit) && ours sched-credit | grep "^a "'
check 'sched-credit: set there' 'ours sched-credit -d a -w 99 -c 150 && xl sched-credit -d a | grep -E " 99 +150$"'
check 'sched-credit2: not there' '! ours sched-credit2 -d a -w 5 && ! xl sched-credit2 -d a'
check 'sched-credit -s: set there' 'ours sched-credit -s -p slow -t 10 -r 900 -m 50 && diff <(xl sched-credit -s -p slow) <(ours sched-credit -s -p slow) && xl sched-credit -s -p slow | grep "tslice=10ms ratelimit=900us migration-delay=50us"'
check 'sched-credit -s: what stock xl refuses' '! ours sched-credit -s -p slow -r 20000 && ! xl sched-credit -s -p slow -r 20000'
xl destroy a; xl destroy b
# Xen stands still for good when this scheduler's clock ticks just as it loses its last processor: each waits
# for the other, on two processors. So it is to tick as seldom as it can.
xl sched-credit -s -p slow -t 1000 && sleep 0.2
wait_for 30 'xl cpupool-destroy slow' && xl cpupool-cpu-add Pool-0 1     # it is empty once the guest is dead
done_testing
