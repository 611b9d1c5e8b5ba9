#!/bin/bash
# xm check: each finding, at its place; create with the same file fails, and mended both succeed.
. "$(dirname "$0")/sim.sh"

root=$tap_dir/root
mkdir -p "$root/disks" "$root/etc"
truncate -s 1M "$root/disks/a" "$root/disks/b" "$root/disks/c" "$root/disks/k" "$root/disks/read-only"
chmod 444 "$root/disks/read-only"
printf 'QFI\373\0\0\0\3' >"$root/disks/q"
printf 'conectix' >"$root/disks/v"
echo boot >"$root/disks/boots"
mkdir "$root/disks/dir"
echo '#!/bin/sh' >"$root/etc/loader"
: >"$root/kernel"
printf '#!/bin/sh\n' >"$root/etc/script"
chmod +x "$root/etc/script"
set_up() {
    machine "\"root\": \"$root\"" '"memory_mib": 2048' '"bridges": ["xenbr0", "eth7"]' \
        '"mounts": ["/disks/c", "/disks/b ro"]' \
        '"pci": ["0000:03:00.0 pciback", "0000:04:00.0", "0000:05:00.0 pciback"]' "$@"
}
set_up

# A guest of ours; later lines win.
cfg() {                 # NAME LINE...
    local name=$1
    shift
    printf '%s\n' "name = '$name'" "kernel = '/kernel'" 'memory = 64' "$@" >"$name.cfg"
}

# finding TITLE REGEX LINE... : check reports it as an error with exit status 1, and so does create.
finding() {
    local title=$1 regex=$2
    shift 2
    cfg bad "$@"
    check "$title: check reports it" "! xm check bad.cfg >out && grep -Eq -e '^bad\\.cfg:[0-9]+:[0-9]+: error: $regex' out"
    check "$title: it is the only error" '[ "$(grep -c ": error: " out)" = 1 ]'
    check "$title: create fails too" '! xm create -q bad.cfg && ! xm domid bad'
}

# remark TITLE REGEX LINE... : a warning; check succeeds, with --strict it fails, and create works.
remark() {
    local title=$1 regex=$2
    shift 2
    cfg bad "$@"
    check "$title: check warns" "xm check bad.cfg >out && grep -Eq -e '^bad\\.cfg:[0-9]+:[0-9]+: warning: $regex' out"
    check "$title: --strict makes an error of it" \
        "! xm check --strict bad.cfg >out && grep -Eq -e '^bad\\.cfg:[0-9]+:[0-9]+: error: $regex' out"
    check "$title: create works" 'xm create -q bad.cfg && xm destroy bad'
}

# fine TITLE LINE... : nothing to report, and create works.
fine() {
    local title=$1
    shift
    cfg good "$@"
    is "$title: check has nothing to say" 'good.cfg: ok' "$(xm check good.cfg 2>&1)"
    check "$title: create works" 'xm create -q good.cfg && xm destroy good'
}

# --- words in, words out ---
fine 'a plain guest'
is 'check -q: says nothing of what is fine' '' "$(xm check -q good.cfg 2>&1)"
is 'check --json: an empty array' '[]' "$(xm check --json good.cfg | tr -d ' \n')"
check 'check: nothing is made of it' '[ ! -e "$host/xm" ] || [ -z "$(ls "$host/xm/domains")" ]; ! xm domid good'
end_host; rm -rf "$host"
set_up
check 'check: no registry is made, and no supervisor started' 'xm check good.cfg && [ ! -e "$host/xm" ] && [ -z "$(supervisors)" ]'
cfg other
is 'check: several files, each told' "good.cfg: ok
other.cfg: ok" "$(xm check good.cfg other.cfg)"
check 'check: VAR=VAL words are laid over each' '! xm check good.cfg memory=90000 other.cfg >out && [ "$(grep -c "error: memory: not enough" out)" = 2 ]'
check 'check: one file of several is wrong' '! xm check good.cfg nowhere other.cfg >out && grep -q "^good.cfg: ok" out && grep -q "^nowhere: error: No such file" out'
refuse 'check: without a file' 1 'needs a file' 'xm check memory=3'
refuse 'check: an unknown option' 1 'not recognized' 'xm check -Z good.cfg'
check 'xl check: the same in the other dialect' 'xl check good.cfg | grep -x "good.cfg: ok"'
printf 'name = "syn"\nmemory = [1,\n' >syn.cfg
check 'check: a syntax error is a finding' '! xm check syn.cfg >out && grep -Eq "^syn.cfg:[0-9]+:[0-9]+: error: " out'
printf 'name = "two"\nkernel = "/kernel"\nmemory = "much"\nvcpus = 0\n' >two.cfg
check 'check: all mistakes of a file, in order' \
    '! xm check two.cfg >out && [ "$(cut -d: -f1-5 out | cut -d" " -f1-3)" = "two.cfg:3:10: error: memory
two.cfg:4:9: error: vcpus" ]'
remark 'an unknown key' 'memmory: .*memory' 'memmory = 3'
is 'check -v: shows the line, and a mark' "bad.cfg:4:1: warning: memmory: $(xm check bad.cfg | cut -d' ' -f4-)
    memmory = 3
    ^" "$(xm check -v bad.cfg)"
is 'check --json: an object for each finding' 'bad.cfg 4 1 memmory null warning config' \
    "$(xm check --json bad.cfg | tr -d '",\n' | sed 's/.*file: \(.*\)  *line: \([^ ]*\) *column: \([^ ]*\) *key: \([^ ]*\) *index: \([^ ]*\) *severity: \([^ ]*\) *code: \([^ ]*\) .*/\1 \2 \3 \4 \5 \6 \7/' | tr -s ' ')"
check 'check: what a file prints does not stand among the findings' \
    'cfg loud "print(\"words\")"; [ "$(xm check loud.cfg 2>err)" = "loud.cfg: ok" ] && grep -q words err'

# --- who it is ---
cfg held "uuid = '5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01'" "disk = ['file:/disks/a,xvda,w']" \
    "vif = ['mac=00:16:3e:00:00:01']" "pci = ['05:00.0']"
check 'a guest that holds things runs' 'xm create -q held.cfg'
finding 'a name that runs' 'name: held is the name of a guest that runs' "name = 'held'"
finding 'a uuid that runs' 'uuid: the guest held runs with this uuid' "uuid = '5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c01'"
cfg kept "uuid = '5b2bd4c1-27a6-4e5f-9a2c-0a8e2f6d1c02'" "disk = ['file:/disks/k,xvda,w']" "vif = ['mac=00:16:3e:00:00:02']"
check 'a guest is stored' 'xm new -q kept.cfg'
finding 'a name that is stored' 'name: kept is the name of a guest that is stored' "name = 'kept'"
is 'a stored guest may be replaced: check' 'kept.cfg: ok' "$(xm check kept.cfg)"
check 'a stored guest may be replaced: create' 'xm create -q kept.cfg && xm destroy kept'
check 'a suspended one may not: check and create' 'xm start kept && xm suspend kept && ! xm check kept.cfg >out &&
    grep -q "error: uuid: the guest kept is suspended" out && ! xm create -q kept.cfg'
check 'and goes on' 'xm resume kept && xm destroy kept'

# --- what it boots ---
finding 'no kernel' 'kernel: /nokernel: No such file' "kernel = '/nokernel'"
finding 'a kernel that is a directory' 'kernel: kernel /disks/dir is neither a file' "kernel = '/disks/dir'"
finding 'no ramdisk' 'ramdisk: /noramdisk: No such file' "ramdisk = '/noramdisk'"
finding 'no bootloader' 'bootloader: there is no bootloader noboot' "bootloader = 'noboot'"
finding 'a bootloader that is no program' 'bootloader: bootloader /etc/loader is not executable' "bootloader = '/etc/loader'"
chmod +x "$root/etc/loader"
fine 'a bootloader of its own' "bootloader = '/etc/loader'"
finding 'a bootloader without a disk' 'bootloader: there is no disk' 'kernel = None' "bootloader = 'pygrub'"
fine 'a bootloader and its disk' 'kernel = None' "bootloader = 'pygrub'" "disk = ['file:/disks/boots,xvda,r']"
hvm="builder = 'hvm'"
fine 'an HVM guest' "$hvm" 'kernel = None'
set_up '"firmware": ["seabios", "qemu-xen"]'
finding 'no hvmloader' 'builder: there is no firmware hvmloader' "$hvm" 'kernel = None'
set_up '"firmware": ["hvmloader", "qemu-xen"]'
finding 'no BIOS' 'builder: there is no firmware seabios' "$hvm" 'kernel = None'
set_up '"firmware": ["hvmloader", "seabios"]'
finding 'no device model' 'builder: there is no device model qemu-xen' "$hvm" 'kernel = None'
finding 'no device model for a screen' 'vfb: there is no device model qemu-xen' "vfb = ['vnc=1']"
fine 'a guest without need of one'
set_up '"cpu_features": ["pv"]'
finding 'no hardware help' 'type: this host cannot run PVH guests' "type = 'pvh'"
set_up

# --- its disks ---
finding 'no disk' 'disk\[0\]: /nodisk: No such file' "disk = ['file:/nodisk,xvda,w']"
finding 'a disk that is a directory' 'disk\[1\]: /disks/dir is neither' "disk = ['file:/disks/boots,xvda,r', 'file:/disks/dir,xvdb,w']"
finding 'a disk of another format' 'disk\[0\]: /disks/boots is no qcow2 image' "disk = ['tap:qcow2:/disks/boots,xvda,r']"
finding 'a disk of a third format' 'disk\[0\]: /disks/v is no qcow2 image .it is vhd' "disk = ['tap:qcow2:/disks/v,xvda,w']"
remark 'an image taken for a plain disk' 'disk\[0\]: /disks/q is a qcow2 image' "disk = ['file:/disks/q,xvda,w']"
fine 'an image of the right format' "disk = ['tap:qcow2:/disks/q,xvda,w']"
fine 'an image of the other right format' "disk = ['tap:vhd:/disks/v,xvda,w']"
finding 'a disk that may not be written' 'disk\[0\]: /disks/read-only may not be written' "disk = ['file:/disks/read-only,xvda,w']"
fine 'and need not be' "disk = ['file:/disks/read-only,xvda,r']"
finding 'no kind of disk' 'disk\[0\]: unknown kind of disk .nothing. .*script block-X' "disk = ['nothing:x,xvda,w']"
finding 'no block script' 'disk\[0\]: there is no script block-nothing' "disk = ['vdev=xvda,access=rw,script=block-nothing,target=x']"
fine 'a block script that is there' "disk = ['nbd:host:1,xvda,w']"
finding 'no such backend' "disk\\[0\\]: domain .storage. does not exist" "disk = ['phy:/dev/x,xvda,w,storage']"

# --- who else uses them ---
finding 'a disk that a guest writes' 'disk\[0\]: /disks/a is in use by guest held, which runs' "disk = ['file:/disks/a,xvda,w']"
finding 'a disk that a guest writes, to read it' 'disk\[0\]: /disks/a is in use for writing by guest held' "disk = ['file:/disks/a,xvda,r']"
ln -s a "$root/disks/link"
finding 'the same by another name' 'disk\[0\]: /disks/link is in use by guest held' "disk = ['file:/disks/link,xvda,w']"
ln "$root/disks/a" "$root/disks/hard"
finding 'the same by a hard link' 'disk\[0\]: /disks/hard is in use by guest held' "disk = ['tap:aio:/disks/hard,xvda,w']"
fine 'w! shares it' "disk = ['file:/disks/a,xvda,w!']"
cfg reader "disk = ['file:/disks/boots,xvda,r']"
check 'a reader runs' 'xm create -q reader.cfg'
fine 'readers share' "disk = ['file:/disks/boots,xvda,r']"
finding 'a writer does not share with a reader' 'disk\[0\]: /disks/boots is in use by guest reader' "disk = ['file:/disks/boots,xvda,w']"
check 'the reader ends' 'xm destroy reader'
cfg bad "disk = ['file:/disks/k,xvda,w']"
check 'a disk of a guest that is stored' '! xm check bad.cfg >out && grep -q "error: disk\[0\]: /disks/k is in use by guest kept, which is stored" out'
check 'a disk of a guest that is stored: create may, as that one does not run' 'xm create -q bad.cfg'
refuse 'and now start may not' 1 'kept.cfg:5:9: disk\[0\]: /disks/k is in use by guest bad, which runs' 'xm start kept'
check 'and then may' 'xm destroy bad && xm start kept && xm destroy kept'
finding 'a disk that is mounted' 'disk\[0\]: /disks/c is mounted in domain 0' "disk = ['file:/disks/c,xvda,w']"
finding 'a disk that is mounted to be read' 'disk\[0\]: /disks/b is mounted in domain 0' "disk = ['file:/disks/b,xvda,w']"
fine 'both read' "disk = ['file:/disks/b,xvda,r']"
fine 'mounted, and shared' "disk = ['file:/disks/c,xvda,w!']"
finding 'a disk twice' 'disk\[1\]: ./disks/q. is already used, by the device .xvda.' "disk = ['tap:qcow2:/disks/q,xvda,w!', 'tap:qcow2:/disks/q,xvdb,w!']"
finding 'a place twice' 'disk\[1\]: the device .xvda. is already defined, for ./disks/q.' "disk = ['tap:qcow2:/disks/q,xvda,w', 'tap:vhd:/disks/v,xvda,w']"
cfg bad "disk = ['/disks/a,raw,xvda,rw']"
check 'xl: a file that a guest writes, which Xen does not see' 'xl check bad.cfg >out && grep -q "warning: disk\[0\]: /disks/a is in use" out && xl create -q bad.cfg && xl destroy bad'
cfg bad "disk = ['/disks/a,raw,xvda,rw,backendtype=qdisk']"
check 'xl: by a device model, which stock xl does not look at' 'xl check bad.cfg >out && grep -q "warning: disk\[0\]: /disks/a is in use" out && xl create -q bad.cfg && xl destroy bad'

cfg bad "disk = ['/disks/q,qcow2,xvda,rw', '/disks/q,qcow2,xvdb,rw']"
check 'xl: a disk twice is a warning, and create works' 'xl check bad.cfg >out &&
    grep -q "warning: disk\[1\]: /disks/q is the guest.s disk\[0\]" out && xl create -q bad.cfg && xl destroy bad'
cfg bad "disk = ['/disks/q,qcow2,xvda,rw', '/disks/v,vhd,51712,rw']"
check 'xl: a place twice' '! xl check bad.cfg >out && grep -q "error: disk\[1\]: the guest has a device 51712 already, in disk\[0\]" out'
cfg bad "disk = ['/disks/q,qcow2,xvda,rw', '/disks/v,vhd,xvda,rw']"
check 'xl: a place twice: create fails' '! xl check -q bad.cfg && ! xl create -q bad.cfg'

# --- its vifs ---
finding 'no bridge' 'vif\[0\]: could not find bridge device nobr' "vif = ['bridge=nobr']"
fine 'a bridge by its old name' "vif = ['bridge=xenbr7']"
remark 'an emulated interface of a PV guest' 'vif\[0\]: type .ioemu. is for hvm guests' "vif = ['type=ioemu']"
cfg bad "vif = ['type=ioemu']"
check 'the same as xl: an error, and create fails' '! xl check bad.cfg >out && grep -q "error: vif\[0\]: only an hvm guest" out && ! xl create bad.cfg 2>err && grep -q "emulated interface" err'
finding 'no vif script' 'vif\[0\]: there is no script vif-nothing' "vif = ['script=vif-nothing']"
finding 'a vif script that is nowhere' 'vif\[0\]: script /etc/nothing: No such file' "vif = ['script=/etc/nothing']"
fine 'a vif script of its own' "vif = ['script=/etc/script']"
finding 'an address that is none' 'vif\[0\]: mac' "vif = ['mac=00:16:3e']"
finding 'an address of a group' 'vif\[0\]: mac 01:16:3e:00:00:09 is a group' "vif = ['mac=01:16:3e:00:00:09']"
finding 'an address that is taken' 'vif\[1\]: mac 00:16:3e:00:00:01 is that of guest held, which runs' "vif = ['', 'mac=00:16:3e:00:00:01']"
remark 'an address that is taken elsewhere' 'vif\[0\]: mac 00:16:3e:00:00:01 is that of guest held' "vif = ['mac=00:16:3e:00:00:01,bridge=eth7']"
finding 'an address twice' 'vif\[1\]: mac 00:16:3e:00:00:09 is that of vif\[0\]' "vif = ['mac=00:16:3e:00:00:09', 'mac=00:16:3E:0:0:9']"
cfg bad "vif = ['mac=00:16:3e:00:00:02']"
check 'an address of a guest that is stored' '! xm check bad.cfg >out && grep -q "error: vif\[0\]: mac .* is that of guest kept, which is stored" out'

# --- memory, processors ---
finding 'too much memory' 'memory: not enough memory' 'memory = 1500'
finding 'more memory than the machine has' 'memory: not enough memory' 'memory = 90000'
set_up '"xen_commandline": ""'
fine 'memory that domain 0 gives' 'memory = 1500'
set_up
remark 'more vcpus than processors' 'vcpus: 9 are more than the host has' 'vcpus = 9'
finding 'more vcpus than the type can have' 'vcpus: 129 are more than a guest of this type' "type = 'pvh'" 'vcpus = 129'
remark 'a processor that is not there' 'cpus: there is no processor 9' 'cpus = "0,9"'
finding 'none of the processors is there' 'cpus: .8-9. leaves no processor' 'cpus = "8-9"'
finding 'no pool' 'pool: there is no cpu pool Pool-7' "pool = 'Pool-7'"
fine 'a pool' "pool = 'Pool-0'"

# --- PCI devices ---
finding 'no PCI device' 'pci\[0\]: there is no PCI device 0000:07:00.0' "pci = ['07:00.0']"
finding 'a PCI device of domain 0' 'pci\[1\]: 0000:04:00.0 belongs to a driver of domain 0' "pci = ['03:00.0', '04:00.0']"
finding 'a PCI device of another guest' 'pci\[0\]: 0000:05:00.0 is with guest held' "pci = ['05:00.0']"
finding 'PCI and PVH' 'pci: a PVH guest cannot' "type = 'pvh'" "pci = ['03:00.0']"
set_up '"cpu_features": ["pv", "hvm", "hap"]'
finding 'no IOMMU' 'pci: this host has no IOMMU' "pci = ['03:00.0']"
set_up
fine 'a PCI device' "pci = ['03:00.0']"

# --- the host itself ---
faults 'holders 1 on fail HOST "no answer"'
cfg bad "disk = ['file:/disks/q,xvda,w']"
refuse 'check: a host that cannot be asked' 1 '^Error: bad.cfg: no answer' 'xm check bad.cfg'
faults ''
check 'check: all that ran still runs, and nothing else' '[ "$(xl list | tail -n +3 | awk "{ print \$1 }")" = held ]'
done_testing
