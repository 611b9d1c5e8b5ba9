#!/bin/bash
# time limit: 600 s
# list -l of many domains at once: byte for byte what stock xl prints, whatever the guests have and
# whatever has become of them since they were made.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

same() { is "$1" "$(xl list -l 2>xl.err)" "$(xm --dialect=xl list -l)"; }
blank() { dd if=/dev/zero of="$1" bs=1M count=1 status=none; }

same 'without a guest'
blank one.img; blank two.img; blank three.img
tiny a "vcpus = 2" "maxvcpus = 3" "cpus = '0'"
tiny b "disk = ['file:$work/one.img,xvda,w', 'file:$work/two.img,xvdb,r']" "vif = ['bridge=xenbr0', 'bridge=xenbr0']"
tiny c "type = 'pvh'" 'memory = 8' "vif = ['bridge=xenbr0']"
bios d
tiny e 'on_poweroff = "preserve"' 'on_crash = "coredump-destroy"' 'cpu_weight = 512'
check 'guests of both tools' 'xm create -q a.cfg && xl create -q b.cfg && xm create -q c.cfg && xm create -q d.cfg && xl create -q e.cfg'
same 'PV and PVH, with disks and nics and without, and one with a device model'
is 'one of them' "$(xl list -l b)" "$(xm --dialect=xl list -l b)"
check 'a further disk, one nic less' 'xl block-attach b "file:$work/three.img,xvdc,w" && xl network-detach b 1'
same 'devices that came and went'
check 'renamed' 'xl rename a aa'
same 'another name'
check 'other shares of the processors' 'xl sched-credit2 -d e -w 1000 -c 50'
same 'other shares'
check 'fewer vcpus' 'xl vcpu-set aa 1'
same 'fewer vcpus'
check 'less memory' 'xl mem-set c 7'
same 'less memory'
check 'paused' 'xl pause b'
same 'a paused one'
check 'written by hand' 'xenstore-write /local/domain/$(xl domid e)/memory/static-max 8192'
same 'a limit that somebody wrote'
check 'its file is gone' 'rm /var/lib/xen/userdata-d.$(xl domid e).*.libxl-json'
same_errors() { xl list -l e >xl.out 2>xl.err; xm --dialect=xl list -l >xm.out 2>xm.err; grep -q '^e is left out: ' xm.err && ! grep -q '"name": "e"' xm.out; }
check 'one whose configuration nobody knows is left out, and told' same_errors
for guest in aa b c d e; do xm destroy $guest; done
check 'all guests are gone' 'wait_for 30 "test \"\$(xl list | wc -l)\" = 2"'
done_testing
