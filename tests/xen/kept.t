#!/bin/bash
# What a guest was given by command on real Xen, it has after reboots, restarts and a killed supervisor.
# time limit: 900 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen
printf 'min_restart_seconds = 0\n' >xm.conf
export XM_CONF=$work/xm.conf

# All that can be told of what a guest has.
has() {
    local id
    id=$(xl domid "$1") || return
    xenstore-ls "/local/domain/$id/memory"
    xenstore-ls "/local/domain/$id/cpu"
    xl vcpu-list "$1" | awk 'NR > 1 { print $3, $7, $9 }'
    xl sched-credit2 -d "$1" | awk 'NR == 2 { print $3, $4 }'
}

tiny kept 'memory = 16' 'maxmem = 32' 'vcpus = 2'
change_kept() { xm mem-set kept 10 && xm mem-max kept 24 && xm vcpu-set kept 1 && xm sched-credit2 -d kept -w 600 && xm vcpu-pin kept 0 1; }
check 'a managed guest, changed while it runs' 'xm new -q kept.cfg && xm start kept && change_kept'
has kept >before
check 'after a stop and start everything is as it was' 'xm destroy kept && xm start kept && has kept >after && diff before after'
xm destroy kept
check 'changed while it is halted, it starts so' '
    xm mem-set kept 12 && xm sched-credit2 -d kept -w 200 && xm vcpu-set kept 3 && xm start kept &&
    [ "$(xenstore-read /local/domain/$(xl domid kept)/memory/target)" = 12288 ] && xl sched-credit2 -d kept | grep " 200 " &&
    [ "$(xl vcpu-list kept | wc -l)" = 4 ]'
xm destroy kept

pv web 'memory = 144' 'maxmem = 160' 'vcpus = 2' 'on_reboot = "restart"'
number() { xl domid web 2>/dev/null; }
check 'a guest with a kernel follows' '
    xm create -q web.cfg && ready web && xm mem-set web 112 && xm vcpu-set web 1 && xm sched-credit2 -d web -w 333 &&
    wait_for 60 "[ \$(xl list web | awk \"NR == 2 { print \\\$3 }\") -le 113 ] && [ \$(xl list web | awk \"NR == 2 { print \\\$4 }\") = 1 ]"'
check 'its reboot keeps all of it, also when the supervisor was killed meanwhile' '
    old=$(number); pids=$(pgrep -f "[s]upervise"); kill -KILL $pids; tiny x; xm create -q x.cfg; xm destroy x
    xm reboot web && wait_for 120 "[ -n \"\$(number)\" ] && [ \"\$(number)\" != $old ] && xl sched-credit2 -d web | grep \" 333 \"" &&
    [ "$(xenstore-read /local/domain/$(number)/memory/target)" = 114688 ] &&
    [ "$(xenstore-read /local/domain/$(number)/cpu/1/availability)" = offline ]'
check 'saved and restored as foreign, changed, and rebooted' '
    ready web 2 && xm save web file && xm restore file && xm mem-set web 128 && xm vcpu-set web 2 && xm sched-credit2 -d web -w 444 && xm vcpu-pin web 0 1 &&
    old=$(number) && sleep 5 && xm reboot web && wait_for 120 "[ -n \"\$(number)\" ] && [ \"\$(number)\" != $old ] && xl sched-credit2 -d web | grep \" 444 \"" &&
    [ "$(xenstore-read /local/domain/$(number)/memory/target)" = 131072 ] && [ "$(xenstore-read /local/domain/$(number)/cpu/1/availability)" = online ] &&
    xl vcpu-list web | awk "NR == 2 { print \$7 }" | grep -x 1'
xm destroy web
done_testing
