#!/bin/bash
# What becomes of a guest that ends, as seen from outside: each action for each reason.
. "$(dirname "$0")/sim.sh"
echo 'min_restart_seconds = 0' >"$XM_CONF"

# Creates NAME, of kind pvh so that it can be reset, which ends itself for the reason, in the dialect.
ends() {        # DIALECT NAME REASON ACTION [LINE...]
    local dialect=$1 name=$2 key=on_$3
    guest "$name" "type = 'pvh'" "extra = 'sim.$3=0.3'" "$key = '$4'" "${@:5}"
    "$dialect" create -q "$name.cfg"
}
state_of() { xm list "$1" 2>/dev/null | awk 'NR == 2 { print $5 }'; }
log_has() { grep -qF -- "$1" "$host/log/xm.log"; }
cores() { find "$host/dump" "$host/dump-xl" -type f 2>/dev/null | grep -c "/$1\|-$1\."; }
id_above() { [ "$(domid "$1")" -gt "$2" ]; }
uuid_of() { xl list -v | awk -v name="$1" '$1 == name { print $7 }'; }

for reason in poweroff reboot crash watchdog; do
    ends xm "d$reason" $reason destroy
    check "on_$reason=destroy: it is gone" "wait_for 20 '! xm domid d$reason' && log_has 'Domain d$reason ('"
    check "on_$reason=destroy: the log tells why" "log_has '): destroy on $reason'"

    ends xm "r$reason" $reason restart
    first=$(domid "r$reason") uuid=$(uuid_of "r$reason")
    check "on_$reason=restart: it comes back under its name and uuid" "
        wait_for 20 'id_above r$reason $first' && [ \"\$(uuid_of r$reason)\" = '$uuid' ]"
    xm destroy "r$reason"

    ends xm "p$reason" $reason preserve
    first=$(domid "p$reason")
    check "on_$reason=preserve: it stays as it is" "
        wait_for 20 'log_has \"Preserving dead domain p$reason ($first).\"' && [ \$(domid p$reason) = $first ] &&
        [[ \$(state_of p$reason) = *[sc]* ]]"

    ends xm "n$reason" $reason rename-restart
    first=$(domid "n$reason")
    check "on_$reason=rename-restart: a new one, and the old one beside it" "
        wait_for 20 'id_above n$reason $first' && [[ \$(xm domname $first) =~ ^Domain-[0-9a-f-]{36}\$ ]]"
    xm destroy "n$reason"
    check "on_$reason=rename-restart: the log tells its name" 'log_has "Renaming dead domain n$reason ($first, "'

    ends xl "c$reason" $reason coredump-destroy
    check "xl, on_$reason=coredump-destroy: a core, then it is gone" "
        wait_for 20 '! xl domid c$reason' && readelf -h '$host/dump-xl/c$reason' | grep -q 'CORE (Core file)'"
done

ends xm soft soft_reset soft-reset
first=$(domid soft)
check 'on_soft_reset=soft-reset: it runs on in its domain' '
    wait_for 20 "log_has \"Domain soft ($first) was reset and runs on.\"" && [ "$(domid soft)" = "$first" ] &&
    wait_for 10 "[[ \$(state_of soft) != *s* ]]"'
ends xm pvsoft soft_reset soft-reset 'type = "pv"'
check 'on_soft_reset=soft-reset: one that cannot is ended' 'wait_for 20 "! xm domid pvsoft" && log_has "Failed to reset domain pvsoft"'

ends xm xmcore crash coredump_and_restart
first=$(domid xmcore)
check 'on_crash=coredump_and_restart: a core, then a new domain' '
    wait_for 20 "id_above xmcore $first" && ls "$host"/dump/xmcore/*-xmcore.$first.core'
xm destroy xmcore
ends xm quiet poweroff coredump-destroy
check 'xm, on_poweroff=coredump-destroy: no core of who goes by himself' 'wait_for 20 "! xm domid quiet" && [ "$(cores quiet)" = 0 ]'

faults 'dump_core 1 once fail IO "disk on fire"'
ends xm nocore crash coredump-restart
first=$(domid nocore)
check 'a core that cannot be written keeps nobody from coming back' 'wait_for 20 "id_above nocore $first" && log_has "No core of domain nocore ($first): disk on fire"'
xm destroy nocore
faults ''

ends xm old crash destroy 'restart = "always"'
check 'on_crash comes before restart=' 'wait_for 20 "! xm domid old"'
guest older "extra = 'sim.poweroff=0.3'" 'restart = "always"'
xm create -q older.cfg
first=$(domid older)
check 'restart=always: whatever ended it' 'wait_for 20 "id_above older $first"'
xm destroy older

for made in create new; do
    guest pinned 'vcpus = 2' 'on_reboot = "restart"'
    if [ $made = new ]; then xm new -q pinned.cfg && xm start pinned; else xm create -q pinned.cfg; fi
    xm vcpu-pin pinned 1 2
    first=$(domid pinned)
    xm sysrq pinned b
    check "$made: what vcpu-pin did is there again after a reboot" '
        wait_for 20 "id_above pinned $first" && [ "$(xm vcpu-list pinned | awk "\$3 == 1 { print \$7 }")" = 2 ]'
    xm destroy pinned
done
xm delete pinned

# A remembered guest is halted, and what is preserved is left alone by the next supervisor.
guest kept "extra = 'sim.crash=0.3'" 'on_crash = "destroy"'
xm new -q kept.cfg && xm start kept
check 'a remembered guest is halted' 'wait_for 20 "! xm domid kept | grep -q [0-9]" && xm list kept'
lines=$(grep -c 'Preserving dead domain' "$host/log/xm.log")
kill -KILL $(supervisors)
xm create -q older.cfg && xm destroy older
check 'preserved: another supervisor does not act again' '
    sleep 1; [ "$(grep -c "Preserving dead domain" "$host/log/xm.log")" = "$lines" ] && xm domid pcrash'
check 'preserved: destroy ends it' 'xm destroy pcrash && ! xm domid pcrash'

end_host
printf '%s\n' 'enable_dump = 1' 'min_restart_seconds = 60' >"$XM_CONF"
ends xm fast crash rename-restart
check 'too fast: destroyed, and with enable_dump a core of it' '
    wait_for 20 "! xm domid fast" && [ "$(cores fast)" = 1 ] && grep -q "VM fast restarting too fast (Elapsed time: [0-9.]* seconds). Refusing to restart to avoid loops." "$host/log/xm.log"'
ends xl xlfast crash restart
first=$(domid xlfast)
check 'xl: as fast as it likes, and with enable_dump a core each time' 'wait_for 20 "id_above xlfast $((first + 1))" && [ "$(cores xlfast)" = 1 ]'
xl destroy xlfast
printf '%s\n' 'core_max_mib = 10' 'min_restart_seconds = 0' >"$XM_CONF"
end_host
ends xm big crash coredump-destroy
check 'a core that would not fit is not begun' 'wait_for 20 "! xm domid big" && log_has "a core of 65 MiB would not fit (core_max_mib is 10)" && [ "$(cores big)" = 0 ]'
done_testing
