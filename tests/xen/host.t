#!/bin/bash
# The machine itself: what all other tests here rely on, tried with stock xl only.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

timed() { local from=${EPOCHREALTIME/./}; "$@" || return; echo "# $* took $(((${EPOCHREALTIME/./} - from) / 1000)) ms" >>"$work/times"; }

check 'xl speaks to Xen 4.17' 'xl info | grep -q "^xen_version *: 4\.17"'
check 'the xl of the search path is the stock one' '[ "$(command -v xl)" = /usr/sbin/xl ] && [ -x /usr/lib/xen-4.17/bin/xl ]'
check 'dom0 has two CPUs' '[ "$(nproc)" = 2 ]'
check 'Xen offers PV, PVH and HVM' 'xl info | grep virt_caps | grep -w pv | grep -w hvm'
check 'the bridge is up' 'ip -br link show xenbr0 | grep -w UP'
check 'a loop device takes a file' 'truncate -s 1M f && l=$(losetup -f --show f) && losetup -d $l'
check 'a pseudo-terminal can be driven' 'script -qec "tty" typescript | grep -q /dev/pts/'
check 'the disk image is a file system' 'd=$(mktemp -d) && mount -o loop,ro /guests/disk.img $d && umount $d'

tiny sleeper
check 'tiny: created in 4 MiB' 'timed xl create -q sleeper.cfg'
check 'tiny: it sleeps' 'wait_for 30 "[ \"$(guest_state sleeper)\" = -b---- ]"'
check 'tiny: it is deaf to shutdown' 'timeout 5 xl shutdown -w sleeper; xl domid sleeper'
check 'tiny: destroyed' 'xl destroy sleeper'

tiny pvh-sleeper 'type = "pvh"' 'memory = 8' 'shadow_memory = 2'
check 'tiny as PVH: created' 'timed xl create -q pvh-sleeper.cfg'
check 'tiny as PVH: it sleeps' 'wait_for 30 "[ \"$(guest_state pvh-sleeper)\" = -b---- ]"'
check 'tiny as PVH: destroyed' 'xl destroy pvh-sleeper'

cp /guests/disk.img .
pv web "disk = ['file:$work/disk.img,xvda,w']" "vif = ['bridge=xenbr0']"
check 'PV: created with a disk and a vif' 'timed xl create -q web.cfg'
check 'PV: it comes up' 'timed ready web'
check 'PV: its vif is on the bridge' 'ls /sys/class/net/xenbr0/brif | grep "^vif"'
check 'PV: its disk is on a loop device' 'losetup -j $work/disk.img | grep loop'
check 'PV: it sees both and its shell answers' '
    tell web "ls /dev/xvda /sys/class/net/eth0/address; echo an\"\"swer" &&
    wait_for 60 "grep -x /dev/xvda.* $(console_log web) && grep ^answer $(console_log web)"'
check 'PV: it obeys shutdown' 'timed xl shutdown -w web'
check 'PV: block and vif scripts have cleared up' '
    wait_for 60 "[ -z \"\$(losetup -j $work/disk.img)\$(ls /sys/class/net/xenbr0/brif)\" ]"'

pvh deaf 'extra = "console=hvc0 quiet ignore"'
check 'PVH: created' 'timed xl create -q deaf.cfg'
check 'PVH: it comes up' 'timed ready deaf'
check 'PVH: told so, it ignores shutdown' 'timeout 10 xl shutdown -w deaf; xl domid deaf'
check 'PVH: it can be saved and restored' 'timed xl save deaf s && timed xl restore s'
check 'PVH: SysRq b reboots it' 'xl sysrq deaf b && ready deaf 2'
check 'PVH: destroyed' 'xl destroy deaf'

hvm desk 'vnc = 1' "disk = ['file:$work/disk.img,xvda,w']" "vif = ['bridge=xenbr0']"
check 'HVM: created with its device model' 'timed xl create -q desk.cfg'
check 'HVM: the device model serves VNC' 'wait_for 30 "socat -u OPEN:/dev/null TCP:127.0.0.1:5900"'
check 'HVM: it comes up' 'timed ready desk'
check 'HVM: its serial port is a pty' '
    xenstore-read /local/domain/$(xl domid desk)/serial/0/tty | grep /dev/pts'
check 'HVM: it obeys shutdown' 'timed xl shutdown -w desk'
check 'HVM: its device model and disk are gone' '
    wait_for 60 "! pgrep -f [q]emu-system-i386; [ -z \"\$(losetup -j $work/disk.img)\" ]"'
check 'all guests are gone' 'wait_for 60 "[ \"\$(xl list | wc -l)\" = 2 ]"'

cat "$work/times"
done_testing
