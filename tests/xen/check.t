#!/bin/bash
# xm check on real Xen: what it finds, create meets; what it passes, create makes.
# time limit: 1800 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

# finding TITLE REGEX LINE...: an error of check's, and create fails.
finding() {
    local title=$1 regex=$2
    shift 2
    tiny bad "$@"
    check "$title: check reports it" "! xm check bad.cfg >out && grep -Eq '^bad\\.cfg:[0-9]+:[0-9]+: error: $regex' out"
    check "$title: create fails" '! xm create -q bad.cfg && ! xl domid bad'
    ! xl domid bad >/dev/null 2>&1 || xl destroy bad
}

# fine TITLE LINE...: nothing to report, and create works; the guest is ended.
fine() {
    local title=$1
    shift
    tiny good "$@"
    is "$title: check has nothing to say" 'good.cfg: ok' "$(xm check good.cfg 2>&1)"
    check "$title: create works" 'xm create -q good.cfg && xm destroy good'
}

cp /guests/disk.img a.img
cp /guests/disk.img b.img
state() { find /var/lib/xm /run/xm /var/lib/xen 2>/dev/null | sort; xenstore-ls -p | grep -v '/memory/' ; losetup -a; xl list | awk '{ print $1, $2, $5 }'; }

tiny good "disk = ['file:$work/a.img,xvda,w']" "vif = ['bridge=xenbr0,mac=00:16:3e:00:00:09']"
state >before
is 'a guest with a disk and a vif: check has nothing to say' 'good.cfg: ok' "$(xm check good.cfg 2>&1)"
state >after
check 'check: nothing is left of it anywhere' 'diff before after'
check 'a guest with a disk and a vif: create works' 'xm create -q good.cfg && xm destroy good'
check 'check: no supervisor of its own' 'rm -rf /var/lib/xm; xm check good.cfg && [ ! -e /var/lib/xm ]'

tiny held 'uuid = "5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01"' "disk = ['file:$work/a.img,xvda,w']" \
    "vif = ['bridge=xenbr0,mac=00:16:3e:00:00:01']"
check 'a guest that holds things runs' 'xm create -q held.cfg'
finding 'a taken name' 'name: held is the name of a guest that runs' "name = 'held'"
check 'and that one runs on' 'xl domid held'
finding 'a taken uuid' 'uuid: the guest held runs' 'uuid = "5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01"'
finding 'no kernel' 'kernel: /nokernel: No such file' "kernel = '/nokernel'"
finding 'no kernel in a kernel' 'kernel: /etc/passwd is no kernel' "kernel = '/etc/passwd'"
finding 'no disk' 'disk\[0\]: /nodisk: No such file' "disk = ['file:/nodisk,xvda,w']"
finding 'a disk of another format' 'disk\[0\]: .*/b.img is no qcow2 image' "disk = ['tap:qcow2:$work/b.img,xvda,w']"
finding 'a disk that a guest writes' 'disk\[0\]: .*/a.img is in use by guest held' "disk = ['file:$work/a.img,xvda,w']"
finding 'the same as a loop device' 'disk\[0\]: .* is in use by guest held' "disk = ['phy:$(losetup -nO NAME -j a.img),xvda,w']"
finding 'the same by a device model' 'disk\[0\]: .*/a.img is in use by guest held' \
    "disk = ['format=raw,vdev=xvda,access=rw,backendtype=qdisk,target=$work/a.img']"
finding 'the same, to be read' 'disk\[0\]: .*/a.img is in use for writing' "disk = ['file:$work/a.img,xvda,r']"
fine 'w! shares it' "disk = ['file:$work/a.img,xvda,w!']"
check 'w!: the disk was given back' 'wait_for 20 "[ \$(losetup -j a.img | wc -l) = 1 ]"'
fine 'another disk' "disk = ['file:$work/b.img,xvda,w']"
mkdir m && mount -o loop b.img m
finding 'a disk that is mounted' 'disk\[0\]: .*/b.img is mounted in domain 0' "disk = ['file:$work/b.img,xvda,w']"
finding 'a disk that is mounted, to be read' 'disk\[0\]: .*/b.img is mounted read-write' "disk = ['file:$work/b.img,xvda,r']"
umount m
check 'xl: what the block script does not see is a warning' '
    write_cfg bad "kernel = \"/guests/tiny\"" "memory = 4" "disk = [\"$work/a.img,raw,xvda,rw\"]"
    xm --dialect=xl check bad.cfg >out && grep -q "warning: disk.0.: .* is in use by guest held" out &&
    xm --dialect=xl create -q bad.cfg && xl destroy bad
    write_cfg bad "kernel = \"/guests/tiny\"" "memory = 4" "disk = [\"$(losetup -nO NAME -j a.img | head -n 1),raw,xvda,rw\"]"
    ! xm --dialect=xl check bad.cfg >out && grep -q "error: disk.0.: .* is in use by guest held" out && ! xm --dialect=xl create -q bad.cfg'
check 'another guest is stored' 'tiny kept "uuid = \"5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c02\"" "disk = [\"file:$work/b.img,xvda,w\"]"; xm new -q kept.cfg'
check 'a disk of a guest that is stored' '
    tiny bad "disk = [\"file:$work/b.img,xvda,w\"]"; ! xm check bad.cfg >out && grep -q "in use by guest kept, which is stored" out'
is 'a stored guest may be replaced' 'kept.cfg: ok' "$(xm check kept.cfg 2>&1)"
check 'and is deleted' 'xm delete kept'
finding 'no bridge' 'vif\[0\]: could not find bridge device nobridge' "vif = ['bridge=nobridge']"
finding 'no vif script' 'vif\[0\]: script /etc/xen/scripts/vif-nothing: No such file' "vif = ['script=vif-nothing']"
finding 'a taken address' 'vif\[0\]: mac 00:16:3e:00:00:01 is that of guest held' "vif = ['bridge=xenbr0,mac=00:16:3e:00:00:01']"
finding 'too much memory' 'memory: not enough memory: the domain needs [0-9]+ MiB' 'memory = 100000'
finding 'too many vcpus' 'vcpus: 129 are more than a guest of this type' "type = 'pvh'" 'memory = 64' 'vcpus = 129'
check 'more vcpus than processors: a warning, and create works' '
    tiny bad "vcpus = 5"; xm check bad.cfg | grep "^bad.cfg:4:9: warning: vcpus: 5 are more" && xm create -q bad.cfg && xm destroy bad'
finding 'no such processor' 'cpus: .7. leaves no processor' "cpus = '7'"
finding 'no pool' 'pool: there is no cpu pool nopool' "pool = 'nopool'"
fine 'a pool' "pool = 'Pool-0'"
pci=$(basename "$(ls -d /sys/bus/pci/devices/* | head -n 1)")
check 'a PCI device that is not assignable' '
    tiny bad "pci = [\"$pci\"]"; ! xm check bad.cfg >out && grep "error: pci.0.: $pci belongs to a driver of domain 0" out &&
    ! xm create -q bad.cfg && ! xl domid bad'
check 'no such PCI device' 'tiny bad "pci = [\"0000:7f:00.0\"]"; ! xm check bad.cfg >out && grep "error: pci.0.: there is no PCI device 0000:7f:00.0" out'
bios desk
is 'HVM: check has nothing to say' 'desk.cfg: ok' "$(xm check desk.cfg 2>&1)"
check 'HVM: create works' 'xm create -q desk.cfg'
check 'HVM: its disk is in use' '
    tiny bad "disk = [\"file:$work/desk.img,xvda,w\"]"; ! xm check bad.cfg >out && grep "is in use by guest desk" out'
bios twin "disk = ['file:$work/desk.img,hda,w!']"
check 'HVM: w! shares a disk that is booted from' 'xm check twin.cfg && xm create -q twin.cfg && ready twin && xm destroy twin; xm destroy desk'
bios nomodel 'device_model_override = "/no/qemu"'
check 'HVM: no device model' '! xm check nomodel.cfg >out && grep "error: device_model_override: /no/qemu: No such file" out && ! xm create -q nomodel.cfg'
bios nobios 'bios_path_override = "/no/bios"'
check 'HVM: no BIOS' '! xm check nobios.cfg >out && grep "error: bios_path_override: /no/bios: No such file" out && ! xm create -q nobios.cfg'
check 'a bootloader that is not there' '
    printf "%s\n" "name = \"bad\"" "memory = 64" "bootloader = \"noboot\"" "disk = [\"file:$work/b.img,xvda,w\"]" >bad.cfg
    ! xm check bad.cfg >out && grep "error: bootloader: there is no bootloader noboot" out && ! xm create -q bad.cfg'
check 'pygrub is there' '
    printf "%s\n" "name = \"bad\"" "memory = 64" "bootloader = \"pygrub\"" "disk = [\"file:$work/b.img,xvda,w\"]" >bad.cfg; xm check bad.cfg'
check 'all that ran still runs, and then ends' 'xm destroy held && wait_for 30 "[ -z \"\$(losetup -nO NAME)\" ]"'
done_testing
