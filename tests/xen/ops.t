#!/bin/bash
# The operations on real Xen one by one: what they do, what they refuse, and what failure leaves behind.
# time limit: 1800 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

# Nothing of a guest that was not made: no domain, loop device, vif, store entry, device model.
nothing_of() {
    ! xl list "$1" && [ -z "$(losetup -nO NAME)" ] && [ -z "$(ls /sys/class/net/xenbr0/brif)" ] &&
        ! xenstore-ls /local/domain | grep -q "name = \"$1\"" && ! device_models
}

device_models() { pgrep -f '[q]emu-system-i386'; }

store_has() { xenstore-read "$1" >/dev/null 2>&1; }

# --- making one ---
tiny t 'vcpus = 2' 'uuid = "5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01"'
check 'create: a guest runs' 'xm create -q t.cfg && wait_for 10 "[ \"\$(guest_state t)\" = -b---- ]"'
refuse 'create: a name is taken' 1 "already exists with ID '[0-9]+'" 'tiny t; xm create -q t.cfg'
refuse 'create: a uuid is taken' 1 "already exists with ID '[0-9]+'" \
    'tiny other "uuid = \"5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01\""; xm create -q other.cfg'
refuse 'create: the kernel is missing' 1 '/nokernel: No such file' \
    'write_cfg bad "kernel = \"/nokernel\"" "memory = 4"; xm create -q bad.cfg'
refuse 'create: the kernel is none' 1 'kernel .*/junk: .*no loader found' \
    'echo junk >junk; write_cfg bad "kernel = \"$work/junk\"" "memory = 4"; xm create -q bad.cfg'
refuse 'create: a disk is missing' 1 '/nodisk: No such file' \
    'tiny bad "disk = [\"file:/nodisk,xvda,w\"]"; xm create -q bad.cfg'
refuse 'create: a bridge is missing' 1 'find bridge device nobridge' \
    'tiny bad "vif = [\"bridge=nobridge\"]"; xm create -q bad.cfg'
refuse 'create: the machine has not that much memory' 1 'not enough memory: the domain needs [0-9]+ MiB, [0-9]+ MiB are free' \
    'tiny bad "memory = 100000"; xm create -q bad.cfg'
check 'create: nothing of the refused ones is left' 'nothing_of bad'

# --- interrupted ---
cp /guests/disk.img .
for after in 0.3 0.8 1.5; do
    tiny cut "disk = ['file:$work/disk.img,xvda,w']" "vif = ['bridge=xenbr0']"
    check "create: stopped by Ctrl-C after $after s, or whole" '
        if timeout -s INT $after xm create -q cut.cfg; then xl destroy cut; fi; wait_for 30 "nothing_of cut"'
done

# --- what is asked of a domain that is not there ---
for words in 'pause 77' 'unpause 77' 'destroy 77' 'sysrq 77 h' 'shutdown 77' 'reboot 77' 'rename 77 x' 'dump-core 77 c' 'save 77 s' \
    'console 77' 'vcpu-pin 77 0 0'; do
    check "$words: refused" "! xm $words"
done
check 'nothing was written into the store for it' '! xenstore-list /local/domain/77 2>/dev/null'

# --- life ---
check 'pause: paused twice, one unpause lets it run' '
    xm pause t && xm pause t && [ "$(guest_state t | cut -c3)" = p ] && xm unpause t && [ "$(guest_state t | cut -c3)" = - ]'
check 'sysrq: the letter stands in the store' 'xm sysrq t h && [ "$(xenstore-read /local/domain/$(xl domid t)/control/sysrq)" = h ]'
check 'shutdown: the word stands in the store' \
    'xm shutdown t && [ "$(xenstore-read /local/domain/$(xl domid t)/control/shutdown)" = poweroff ]'
check 'shutdown: domain 0 is refused' '! xm shutdown 0'
check 'vcpu-pin: xl sees it' 'xm vcpu-pin t 0 1 && xl vcpu-list t | awk "NR == 2 { print \$7 }" | grep -x 1'
check 'vcpu-pin: back to all' 'xm vcpu-pin t 0 all && xl vcpu-list t | awk "NR == 2 { print \$7 }" | grep -x all'
check 'vcpu-pin: a vcpu it has not is refused' '! xm vcpu-pin t 7 0'
check 'rename: xl sees it' 'xm rename t u && xl domid u && ! xl domid t'
refuse 'rename: a taken name' 1 'already exists' 'xm rename u Domain-0'
check 'destroy: it is gone, all of it' 'xm destroy u && nothing_of u'

# --- memory on disk ---
pvh web "disk = ['file:$work/disk.img,xvda,w']" "vif = ['bridge=xenbr0']" 'vcpus = 2'
check 'PVH: up, with a disk and a vif' 'xm create -q web.cfg && ready web'
mkdir small && mount -t tmpfs -o size=1M small small
refuse 'save: the disk is full' 1 'not enough room' 'xm save web small/s'
check 'save: and the guest runs on' 'tell web "echo al\"\"ive" && wait_for 30 "grep -q ^alive $(console_log web)"'
check 'dump-core: the disk is full, and nothing is left there' '! xm dump-core web small/core && [ -z "$(ls small/core*)" ]'
# Of a PV guest: for one of PVH libxc asks for each page of the 4 GiB that its addresses span, which takes
# minutes; walk-through.t has that. Here it lasts long enough to be interrupted.
check 'dump-core: an ELF core, for root alone' '
    pv dumped && xm create -q dumped.cfg && ready dumped && xm dump-core dumped core && [ "$(head -c 4 core | tail -c 3)" = ELF ] &&
    [ "$(stat -c %a core)" = 600 ]; status=$?; rm -f core; xm destroy dumped && exit $status'
check 'dump-core: Ctrl-C ends it at once, and leaves no file and no paused guest' '
    from=$SECONDS; timeout -s INT 2 xm dump-core web core; [ $((SECONDS - from)) -lt 10 ] && ! ls core* &&
    [ "$(guest_state web | cut -c3)" = - ]'
check 'dump-core: the guest was not left paused' '[ "$(guest_state web | cut -c3)" = - ]'
check 'console: one client at a time, stock xl'\''s included' '
    (exec 8>"/var/lock/xenconsole.$(xl domid web)"; flock 8; ! timeout 20 xm console web)'
check 'save and restore: it goes on' '
    xm save web s && ! xl list web && xm restore s && tell web "echo ag\"\"ain" && wait_for 60 "grep -q ^again $(console_log web)"'
check 'save: refused while paused' 'xm pause web; ! xm save web s2; xm unpause web'
check 'shutdown -w: gone, with its devices' 'xm shutdown -w web && wait_for 60 "nothing_of web"'
umount small

# --- with a device model ---
hvm h 'vnc = 1'
check 'HVM: it comes up' 'xm create -q h.cfg && ready h'
check 'HVM: its first console is its serial port, and answers' '
    (printf "echo an\"\"swer\r"; sleep 15; printf "\035") | timeout 60 xm console h | grep ^answer'
check 'HVM: saved and restored, its device model with it' '
    xm save h hs && wait_for 30 "nothing_of h" && xm restore hs && device_models && xl list h'
check 'HVM: destroyed, its device model gone' 'xm destroy h && wait_for 20 "nothing_of h"'

# --- the machine ---
same_info() {
    for word in nr_cpus virt_caps xen_version xen_commandline xen_scheduler build_id total_memory; do
        diff <(xl info | grep "^$word ") <(xm --dialect xl info | grep "^$word ") || return
    done
}
check 'info: as stock xl has it' same_info
check 'dmesg: the debug keys'\'' answer is in it, and -c empties it' '
    xm debug-keys h && xm dmesg | grep -q "debug" && xm dmesg -c >/dev/null && [ -z "$(xm dmesg)" ]'

refuse 'without root: one sentence' 1 'only root' 'chmod a+x . ..; setpriv --reuid 65534 --clear-groups xm list'
refuse 'without xenstored: one sentence' 1 'xenstored does not run' 'XENSTORED_PATH=/nowhere timeout 20 xm list'

done_testing
