#!/bin/bash
# What becomes of guests that end, on real Xen; where stock xl's daemon does the same, it is asked too.
# time limit: 900 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

log_has() { grep -qF -- "$1" /var/log/xm/xm.log; }
id_of() { xl domid "$1" 2>/dev/null; }
id_above() { [ "$(id_of "$1")" -gt "$2" ]; }
# It runs in a domain of a higher number, and nobody builds any more: a name is there long before that.
is_back() { id_above "$1" "$2" && log_has "Domain $1 started again (id=$(id_of "$1"))."; }
back() { wait_for 300 "is_back $1 $2"; }
uuid_of() { xl list -v | awk -v name="$1" '$1 == name { print $7 }'; }
state_of() { xl list "$1" 2>/dev/null | awk 'NR == 2 { print $5 }'; }
name_of() { xl list | awk -v id="$1" '$2 == id { print $1 }'; }
# One that ends again and again may be in the midst of coming back.
end() { wait_for 60 "xm destroy $1"; }
gone() { wait_for 120 "! xl domid $1"; }
device_models() { pgrep -f '[q]emu-system-i386'; }
# A core file of Xen's, with all the pages of its guest.
is_core() {     # FILE MIB
    [ "$(head -c 4 "$1" | tail -c 3)" = ELF ] && [ "$(od -An -tu2 -j16 -N2 "$1" | tr -d ' ')" = 4 ] &&
        [ "$(stat -c %s "$1")" -ge $(($2 << 20)) ]
}
# Nothing at all is left of any guest.
clean() {
    wait_for 30 '[ "$(xl list | wc -l)" = 2 ]' && [ -z "$(losetup -nO NAME)" ] && [ -z "$(ls /sys/class/net/xenbr0/brif)" ] &&
        ! ls -d /var/lib/xen/userdata-?.[1-9]* && ! device_models
}

# --- rename-restart ---
cp /guests/disk.img .
sleeper web 'on_reboot = "rename-restart"' "disk = ['file:$PWD/disk.img,xvda,w']" "vif = ['bridge=xenbr0']"
xm create -q web.cfg
first=$(id_of web) uuid=$(uuid_of web) started=$(xenstore-read "/vm/$(uuid_of web)/start_time")
check 'rename-restart: it is back, with its disk, which nobody else has' "
    xm reboot web && back web $first && [ \"\$(uuid_of web)\" = '$uuid' ] && xl block-list web | grep -q 51712 &&
    [ \"\$(losetup -nO NAME | wc -l)\" = 1 ]"
xm destroy web
old=$(name_of "$first")
check 'rename-restart: the old domain has the other name, its uuid, and no devices' "
    [[ '$old' =~ ^Domain-[0-9a-f-]{36}\$ ]] && [ \"\$(uuid_of '$old')\" = '${old#Domain-}' ] &&
    [ -z \"\$(xl block-list '$old' | tail -n +2)\" ] && [ -z \"\$(xl network-list '$old' | tail -n +2)\" ]"
check 'rename-restart: the store tells it, too' "
    [ \"\$(xenstore-read /local/domain/$first/vm)\" = '/vm/${old#Domain-}' ] && [ \"\$(xenstore-read /vm/${old#Domain-}/name)\" = '$old' ] &&
    [ \"\$(xenstore-read /vm/${old#Domain-}/uuid)\" = '${old#Domain-}' ] && [ \"\$(xenstore-read /vm/${old#Domain-}/start_time)\" = '$started' ]"
check 'rename-restart: its configuration can still be read' "xl list -l '$old' | grep -q '\"$old\"'"
check 'rename-restart: destroyed, nothing is left' "xm destroy '$old' && clean && ! xenstore-ls '/vm/${old#Domain-}'"

bios h 'on_poweroff = "rename-restart"'
xm create -q h.cfg && ready h
first=$(id_of h)
check 'rename-restart: HVM is back, and the old one has no device model' "
    xm shutdown h && back h $first && [ \"\$(device_models | wc -l)\" = 1 ] && pgrep -f \"[x]en-domid \$(id_of h) \""
xm destroy h
old=$(name_of "$first")
check 'rename-restart: HVM, destroyed, nothing is left' "xm destroy '$old' && clean"

# The same guest in xl's dialect, by us and by stock xl, whose daemon too needs a moment from a name to a guest.
keeps() {       # NAME COMMAND...
    sleeper "$1" 'on_reboot = "rename-restart"'
    "${@:2}" create "$1.cfg" >/dev/null 2>&1 && id_of "$1" && xm reboot "$1" >&2
}
kept_as() {     # NAME DOMID
    wait_for 60 "id_above $1 $2 && [[ \$(state_of $1) = ??-??? ]]" || return
    end "$1"
    name_of "$2" | sed -E "s/^$1/NAME/; s/[0-9]{8}T[0-9]{4}Z/WHEN/"
    xl destroy "$2"
}
theirs=$(keeps kept1 xl) ours=$(keeps kept2 xm --dialect=xl)
like 'xl: stock xl keeps the old one' '^NAME-WHEN$' "$(kept_as kept1 "$theirs" | tee theirs)"
is 'xl: ours is called as by stock xl' "$(cat theirs)" "$(kept_as kept2 "$ours")"
check 'nothing is left' clean

# --- a device model that dies ---
model_of() { xenstore-read "/local/domain/$(id_of "$1")/image/device-model-pid"; }
supervisors() { pgrep -f '[x]m.*supervise'; }
lost() { grep -cF "Domain has lost its device model: name=$1 " /var/log/xm/xm.log; }
bios dm 'on_crash = "restart"'
xm create -q dm.cfg && ready dm
first=$(id_of dm)
check 'a device model that dies: its guest has crashed, and is built again' "
    kill -KILL \$(model_of dm) && back dm $first && log_has 'Domain has crashed: name=dm id=$first.' && [ \"\$(lost dm)\" = 1 ]"
first=$(id_of dm)
check 'a device model that dies: to a supervisor that took over, too, and once' "
    (xm supervise --replace </dev/null >/dev/null 2>&1 &) ; wait_for 20 'log_has \"Took over from process\"' &&
    kill -KILL \$(model_of dm) && back dm $first && [ \"\$(lost dm)\" = 2 ]"
first=$(id_of dm)
check 'a device model that dies: while nobody looks, too' "
    kill -KILL \$(supervisors) && kill -KILL \$(model_of dm) && sleep 2 && [ \$(id_of dm) = $first ] && (xm supervise </dev/null >/dev/null 2>&1 &) &&
    back dm $first && [ \"\$(lost dm)\" = 3 ]"
first=$(id_of dm)
check 'a guest saved by xl has not lost its device model, and goes on' "
    xl save -c dm saved && rm saved && [ \$(id_of dm) = $first ] && [ \"\$(lost dm)\" = 3 ] && [[ \$(state_of dm) != *[sc]* ]]"
check 'a guest destroyed by xl has not lost its device model' 'xl destroy dm && clean && [ "$(lost dm)" = 3 ]'
xm create -q dm.cfg
check 'nor one destroyed by xm' 'xm destroy dm && clean && [ "$(lost dm)" = 3 ]'
is 'nor one that was shut down' 0 "$(lost h)"

# --- cores: of PV guests with a kernel. Of one without the hypervisor's library finds no pages, and with a PVH one it
# asks for each number a page could have, which takes minutes here ---
crashing() {    # NAME ACTION COMMAND...
    pv "$1" "on_crash = '$2'"
    "${@:3}" create "$1.cfg" >/dev/null 2>&1
}
# All three start at once. In xl's dialect cores are where stock xl has them.
mkdir -p /var/lib/xen/dump
crashing core coredump-restart xm
crashing core1 coredump-destroy xl
crashing core2 coredump-destroy xm --dialect=xl
first=$(id_of core)
for name in core core1 core2; do ready $name && xl sysrq $name c; done
check 'coredump-restart: a core, for root alone, then a new domain' "
    back core $first && is_core /var/xen/dump/core/*-core.$first.core 96 &&
    [ \"\$(stat -c %a /var/xen/dump/core /var/xen/dump/core/*-core.$first.core | xargs)\" = '700 600' ]"
check 'xl, coredump-destroy: stock xl writes a core' 'gone core1 && is_core /var/lib/xen/dump/core1 96'
check 'xl, coredump-destroy: ours is of the same size, and where it has it' '
    gone core2 && is_core /var/lib/xen/dump/core2 96 && [ $(stat -c %s /var/lib/xen/dump/core1) = $(stat -c %s /var/lib/xen/dump/core2) ]'
check 'dump-core: one by hand, of the same size' "
    xm dump-core core mine && is_core mine 96 && [ \$(stat -c %s mine) = \$(stat -c %s /var/xen/dump/core/*-core.$first.core) ]; rm -f mine"
# Another one pushes it out.
cp /etc/xen/xm.conf before.conf
echo 'core_max_count = 1' >>/etc/xen/xm.conf
second=$(id_of core)
check 'coredump-restart: no more cores than core_max_count' "
    ready core 2 && xl sysrq core c; back core $second && ls /var/xen/dump/core/*-core.$second.core && [ \$(ls /var/xen/dump/core | wc -l) = 1 ]"
xm destroy core

mortal broken 39 'on_crash = "coredump-restart"'
xm create -q broken.cfg
first=$(id_of broken)
check 'coredump-restart: what there is of a core that fails is called so, and the guest comes back' "
    back broken $first && wait_for 60 'compgen -G \"/var/xen/dump/broken/*-broken.*.core-incomplete\"' &&
    ! compgen -G '/var/xen/dump/broken/*.core' && log_has 'No core of domain broken ($first): '"
end broken
{ cat before.conf; echo 'core_max_mib = 4'; } >/etc/xen/xm.conf
mortal big 31 'on_crash = "coredump-destroy"'
check 'coredump-destroy: none that is larger than core_max_mib, and the guest goes all the same' "
    xm create -q big.cfg && gone big && log_has '(core_max_mib is 4)' && [ -z \"\$(ls /var/xen/dump/big)\" ]"
cp before.conf /etc/xen/xm.conf

# --- soft-reset, all four at once: by stock xl and by us, of each type. No PV guest can be reset; libxl 4.17 fails
# to set up one of PVH again (its processors' features, which have been fixed), and both end it. ---
resets() {      # NAME TYPE COMMAND...
    mortal "$1" 53 "type = '$2'" 'shadow_memory = 2'
    "${@:3}" create "$1.cfg" >/dev/null 2>&1 && id_of "$1"
}
# How it stands some time after its end; one that runs may do so or wait.
after_reset() { # NAME DOMID
    [ "$(id_of "$1")" = "$2" ] && echo "same domain" || echo "not there"
    state_of "$1" | tr rb -
    xl destroy "$1"
}
declare -A was
for type in pvh pv; do
    was[$type-xl]=$(resets $type-xl $type xl)
    was[$type-xm]=$(resets $type-xm $type xm --dialect=xl)
done
answered() {
    { log_has "Domain pvh-xm (${was[pvh-xm]}) was reset and runs on." || log_has "Failed to reset domain pvh-xm (${was[pvh-xm]})"; } &&
        log_has "Failed to reset domain pv-xm (${was[pv-xm]})"
}
check 'soft-reset: tried, and told' 'wait_for 60 answered'
sleep 5         # for stock xl, which says nothing of itself
is 'soft-reset: a PVH guest goes the way it goes with stock xl' \
    "$(after_reset pvh-xl "${was[pvh-xl]}")" "$(after_reset pvh-xm "${was[pvh-xm]}")"
is 'soft-reset: and a PV guest' "$(after_reset pv-xl "${was[pv-xl]}")" "$(after_reset pv-xm "${was[pv-xm]}")"
check 'nothing is left' clean

# --- each action for each reason, all at once ---
declare -A reasons=([poweroff]=0 [reboot]=1 [crash]=3 [watchdog]=4) first=() uuid=()
for reason in "${!reasons[@]}"; do
    digit=${reasons[$reason]}
    mortal "d$reason" ${digit}1 "on_$reason = 'destroy'"
    mortal "p$reason" ${digit}1 "on_$reason = 'preserve'"
    mortal "r$reason" ${digit}9 "on_$reason = 'restart'"
    for name in d$reason p$reason r$reason; do
        xm create -q $name.cfg
        first[$name]=$(id_of $name)
    done
    uuid[$reason]=$(uuid_of r$reason)
done
for reason in "${!reasons[@]}"; do
    name=r$reason
    check "on_$reason=restart: it is back, name and uuid the same" "
        wait_for 300 'is_back $name ${first[$name]} && [ \"\$(uuid_of $name)\" = ${uuid[$reason]} ]'"
    end $name
done
for reason in "${!reasons[@]}"; do
    check "on_$reason=destroy: it is gone" "gone d$reason && grep -q 'Domain d$reason ([0-9]*): destroy on $reason' /var/log/xm/xm.log"
    name=p$reason
    check "on_$reason=preserve: it stays as it is" "
        wait_for 30 'log_has \"Preserving dead domain $name (${first[$name]}).\"' && [ \$(id_of $name) = ${first[$name]} ] && [[ \$(state_of $name) = *s* ]]"
    xm destroy $name
done

# --- what stays over a reboot ---
pvh talks
xm create -q talks.cfg
sleeper pinned 'vcpus = 2' 'on_reboot = "restart"'
xm new pinned.cfg && xm vcpu-pin pinned 0 1 && xm start pinned
first=$(id_of pinned)
check 'reboot: pinning by vcpu-pin is there again' "
    xm reboot pinned && back pinned $first && xl vcpu-list pinned | awk 'NR == 2 { print \$7 }' | grep -x 1"
check 'reboot: pinned meanwhile, too' "
    xm vcpu-pin pinned 0 0; first=\$(id_of pinned); xm reboot pinned && back pinned \$first && xl vcpu-list pinned | awk 'NR == 2 { print \$7 }' | grep -x 0"
xm destroy pinned; xm delete pinned

ready talks
first=$(id_of talks)
(sleep 1000 | timeout 200 xm console talks >old-console) &
client=$!
sleep 2
check 'reboot: it comes back' "xm sysrq talks b; back talks $first && ready talks 2"
check 'reboot: its console is usable' 'tell talks "echo an\"\"swer" && wait_for 60 "grep -q ^answer $(console_log talks)"'
check 'reboot: a client of the old console has ended' "wait_for 10 '! pgrep -f \"[c]onsole talks\"'"
kill $client 2>/dev/null
xm destroy talks
check 'nothing is left' clean
done_testing
