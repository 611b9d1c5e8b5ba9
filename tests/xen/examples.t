#!/bin/bash
# Example configurations on real Xen: our own as installed, the walk-through's, and those that Xen
# brought along from 2004 on. Each boots: PV and PVH guests the tests' kernel, HVM guests a disk that
# says so on a serial port. What only this machine lacks is given as words: a kernel of today in the
# place of one of 2004, its initrd and memory enough for it and its processors, a screen that needs no desktop.
# time limit: 900 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

ours=$(ls -d /usr/local/share/doc/*/examples)
classic=$tests_dir/corpus/examples
cp "$tests_dir"/corpus/xl/xen* "$classic"

# The volumes that the files name are links to one loop device: one guest runs at a time.
cp /guests/disk.img volume.img
volume=$(losetup -f --show volume.img)
spare=$(losetup -f --show -r /guests/disk.img)
mkdir -p /boot /dev/vg0 /var/images /var/lib/xen/images /usr/share/xen /tank/guests/solaris
for path in /dev/vg0/example /dev/vg0/guest003-root /dev/vg0/db1 /dev/sda10 /dev/hda1; do ln -sf "$volume" "$path"; done
for path in /dev/vg0/guest003-data /dev/vg0/db1-swap /dev/sda6; do ln -sf "$spare" "$path"; done
ln -sf /guests/vmlinux /boot/vmlinuz-guest
ln -sf /guests/initrd /boot/initrd-guest.img
for path in /tank/guests/solaris/disk.img /var/lib/xen/images/example.img; do cp /guests/disk.img "$path"; done
cp /guests/disk.img /usr/share/xen/tools.img
cp /guests/boot.img hvm.img
for path in /var/images/min-el3-i386.img /var/images/xenia64.img; do cp /guests/boot.img "$path"; done

nothing_left() {
    wait_for 30 '[ "$(xl list | wc -l)" = 2 ] && [ -z "$(ls /sys/class/net/xenbr0/brif)" ] &&
        [ "$(losetup -nO NAME | wc -l)" = 2 ] && ! pgrep -f "[q]emu-system-i386.*-domid" >/dev/null'
}

# FILE NAME MEMORY VCPUS [WORD...]
boots() {
    local file=$1 name=$2 memory=$3 vcpus=$4 title
    title=$(basename "$file")
    shift 4
    words=("$@")
    rm -f "$(console_log "$name")"
    check "$title: is created and boots" 'xm create -q "$file" "${words[@]}" && ready "$name"'
    like "$title: has the memory and vcpus it asks for" "^$name +[0-9]+ +$memory +$vcpus " "$(xl list "$name" | tail -1)"
    check "$title: is destroyed, and nothing is left" 'xm destroy "$name" && nothing_left'
}

pv=(memory=128 "extra=console=hvc0 quiet" ramdisk=/guests/initrd kernel=/guests/vmlinux)
boots "$ours/xmexample.plain.cfg" example-plain 128 1 memory=128 "cmdline=console=hvc0 quiet"
boots "$ours/xmexample.pv.py" example-pv 128 1 memory=128
boots "$ours/xmexample.pvh.cfg" example-pvh 12[78] 2 memory=128
boots "$ours/xmexample.devices.cfg" example-devices 128 1 memory=128 maxmem=192
boots "$ours/xmexample.vmid.py" guest003 128 2 vmid=3 memory=128

cat >guest.py <<'END'
name = "solaris"
vcpus = 2
memory = "128"
extra = "console=hvc0 quiet"
root = "/dev/ram0"
disk = ['file:/tank/guests/solaris/disk.img,xvda,w']
vif = ['']
on_shutdown = "destroy"
kernel = "/guests/vmlinux"
ramdisk = "/guests/initrd"
END
boots "$work/guest.py" solaris 128 2

boots "$classic/xen2004-xmexample2" VM3 128 1 vmid=3 "${pv[@]}" cpu=1
boots "$classic/xen2005-xmexample2" VM3 128 4 vmid=3 "${pv[@]}"
boots "$classic/xen2007-xmexample2" VM3 128 4 vmid=3 "${pv[@]}"
boots "$classic/xen2007-xmexample1" ExampleDomain 128 1 "${pv[@]}"
boots "$classic/xen42-xmexample1" ExampleDomain 128 1 "${pv[@]}"
boots "$classic/xen42-xmexample.nbd" nbd4 128 1 "${pv[@]}" "disk=file:$work/volume.img,hda1,w"
boots "$classic/xen42-xmexample.pv-grub" ExampleDomain 128 1 "${pv[@]}"
boots "$classic/xen2008-stubdom-ExampleHVMDomain" xen2008-stubdom-ExampleHVMDomain 128 1 "${pv[@]}" "vfb=['type=vnc']" \
    'disk=file:/var/images/min-el3-i386.img,hda,w'

# The screen costs an HVM guest some of its memory.
hvm() { local file=$1 name=$2; shift 2; boots "$file" "$name" '[34][0-9]' 1 memory=32 "serial=file:$(console_log "$name")" "$@"; }
hvm "$ours/xmexample.hvm.py" example-hvm vcpus=1 "disk=file:$work/hvm.img,hda,w" boot=c
for file in xen2006-xmexample.hvm xen42-xmexample.hvm; do hvm "$classic/$file" ExampleHVMDomain; done
hvm "$classic/xen2006-xmexample.vmx" ExampleVMXDomain
hvm "$classic/xen2005-xmexample.vti" ExampleVMXDomain kernel= sdl=0 vnc=1
hvm "$classic/xen42-xmexample.vti" ExampleVTIDomain kernel= sdl=0 vnc=1
losetup -d "$volume" "$spare"
# Xen's vif script takes a name of vifname= for a domain's number where it notes the MTU, and leaves that.
xenstore-rm /local/domain/example1
done_testing
