#!/bin/bash
# The walk-through on real Xen, with Debian's kernel as PV, as PVH and as HVM, each with a disk and
# a vif: what is printed is what the simulated host's test expects too. Then `create -c`.
# time limit: 2700 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

export WALK_LIMIT=120
export WALK_READY='walk_ready $boots'

# The guest's second and third boot add to the same log, and its resume does not.
walk_ready() { wait_for 120 "[ \"\$(grep -c '^guest ready' $(console_log solaris))\" -ge $1 ]"; }
export -f walk_ready wait_for console_log

solaris() {             # LINE...
    rm -f guest.py core "$(console_log solaris)"
    mkdir -p /tank/guests/solaris
    cp /guests/disk.img /tank/guests/solaris/disk.img
    # A kernel that faults in its boot, as emulation makes it do at times, comes up again.
    cat >guest.py - <(printf '%s\n' "$@") <<'END'
name = "solaris"
vcpus = 2
memory = "512"

extra = "console=hvc0 quiet"

root = "/dev/ram0"
disk = ['file:/tank/guests/solaris/disk.img,xvda,w']

vif = ['']

on_xend_start = "start"
on_xend_stop = "shutdown"

on_shutdown = "destroy"
on_reboot = "restart"
on_crash = "restart"

ramdisk = "/guests/initrd"
END
}

walk() {
    "$tests_dir/walk-through.sh" >../transcript 2>../reason && return
    cat ../transcript ../reason /var/log/xm/xm.log >&2
    false
}

transcript() { sed -E -f "$tests_dir/walk-through.sed" ../transcript; }

expected() { cat "$tests_dir/walk-through.expected"; }

nothing_left() {
    wait_for 20 '[ "$(xl list | wc -l)" = 2 ]' && [ -z "$(losetup -nO NAME)" ] &&
        [ -z "$(ls /sys/class/net/xenbr0/brif)" ] && [ -z "$(ls /var/lib/xm/domains)" ]
}

# The console of a guest as a person at a terminal has it, until Ctrl-] leaves it.
attached() {
    rm -f keys typescript
    mkfifo keys
    script -qefc 'xm create -c guest.py' typescript <keys >/dev/null &
    exec 9>keys
    wait_for 120 'grep -q "^guest ready" typescript' || { cat typescript >&2; return 1; }
    printf 'echo an""swer\r' >&9
    wait_for 20 'grep -q "^answer" typescript' || { cat typescript >&2; return 1; }
    printf '\035' >&9
    wait $!
}

solaris 'kernel = "/guests/vmlinux"'
check 'PV: every command of the walk-through succeeds' walk
is 'PV: it prints what it should' "$(expected)" "$(transcript)"
check 'PV: nothing is left' nothing_left

solaris 'kernel = "/guests/vmlinux"' 'type = "pvh"'
check 'PVH: every command of the walk-through succeeds' walk
is 'PVH: it prints what it should' "$(expected)" "$(transcript)"
check 'PVH: nothing is left' nothing_left

solaris 'kernel = "/guests/vmlinuz"' 'type = "hvm"' 'vnc = 1' 'serial = "pty"'
check 'HVM: every command of the walk-through succeeds' walk
is 'HVM: it prints what it should' "$(expected)" "$(transcript)"
check 'HVM: nothing is left' nothing_left
check 'HVM: its screen is served' '
    xm create -q guest.py memory=160 && wait_for 10 "socat -u OPEN:/dev/null TCP:127.0.0.1:5900" && xm destroy solaris'

solaris 'kernel = "/guests/vmlinux"' 'memory = 96'
check 'create -c: the console is there from the first line, answers, and is left by Ctrl-]' attached
check 'create -c: the guest runs on' 'xm list --state=running | grep "^solaris "'
check 'create -c: it is destroyed' 'xm destroy solaris'
check 'create -c: nothing is left' nothing_left
done_testing
