#!/bin/bash
# Example configurations, run: our own, the walk-through's, and those that Xen brought along from
# 2004 on. Each guest is made, is what its file asks for, and goes without a trace.
. "$(dirname "$0")/sim.sh"
. "$tests_dir/cli/solaris.sh"

src=${abs_top_srcdir:-$(cd "$tests_dir/.." && pwd)}
solaris_host '"memory_mib": 8192' '"nr_cpus": 4' '"bridges": ["xenbr0"]'
root=$tap_dir/root

# What the files name stands in the simulated machine, empty.
for path in /boot/vmlinuz-guest /boot/initrd-guest.img /boot/vmlinuz-2.4.26-xenU /boot/vmlinuz-2.6.10-xenU \
    /boot/vmlinuz-2.6.13-15b-xen /boot/initrd-2.6.13-15b-xen /boot/Flash.fd /usr/lib64/xen/boot/ioemu-stubdom.gz \
    /usr/lib/xen/boot/ioemu-stubdom.gz "$work/pv-grub.gz" "$work/guest_firmware.bin" \
    /dev/vg0/example /dev/vg0/guest003-root /dev/vg0/guest003-data /dev/vg0/db1 /dev/vg0/db1-swap \
    /dev/sda6 /dev/sda10 /dev/hda1 /var/images/min-el3-i386.img /var/images/xenia64.img \
    /var/lib/xen/images/example.img /var/lib/xen/images/installer.iso /usr/share/xen/tools.img; do
    mkdir -p "$root$(dirname "$path")"
    : >"$root$path"
done
[ "$(uname -m)" = x86_64 ] || : >"$root/boot/vmlinuz-guest-$(uname -m)"
classic() { if [ -e "$src/tests/corpus/examples/$1" ]; then echo "$src/tests/corpus/examples/$1"; else echo "$src/tests/corpus/xl/$1"; fi; }

# FILE NAME MEMORY VCPUS [WORD...]: the guest as `xm list` has it, then gone.
runs() {
    local file=$1 name=$2 memory=$3 vcpus=$4 title
    title=$(basename "$file")
    shift 4
    check "create: $title" "xm create -q '$file' $*"
    like "create: $title is what it asks for" "^$name +[0-9]+ +$memory +$vcpus +[-rb]" "$(xm list "$name" | tail -1)"
    check "config: $title, read back, is a plain file" "xm config --domain '$name' >plain && xm create -qn plain && xl create -qn plain >/dev/null"
    check "config: $title as a plain file means the same" "
        xm config -q '$file' $* >plain &&
        diff <(xm create -qn --format=json '$file' $* uuid=$(printf %032d 1)) <(xm create -qn --format=json plain uuid=$(printf %032d 1))"
    check "destroy: $title" "xm destroy '$name' && ! xm domid '$name'"
}

runs "$src/config/xmexample.plain.cfg" example-plain 256 1
runs "$src/config/xmexample.pv.py" example-pv 512 1
runs "$src/config/xmexample.pvh.cfg" example-pvh 512 2
runs "$src/config/xmexample.hvm.py" example-hvm '10[0-9][0-9]' 2
runs "$src/config/xmexample.devices.cfg" example-devices 256 1
runs "$src/config/xmexample.vmid.py" guest003 256 2 vmid=3
refuse 'create: xmexample.vmid.py wants a number that it can use' 1 'vmid - must be from 1 to 254' "xm create -q '$src/config/xmexample.vmid.py' vmid=900"
runs "$src/config/xmexample.cluster.py" cluster-db1 256 1 node=db1
is 'create: xmexample.cluster.py gives a node the same addresses each time' \
    "$(xm config -q "$src/config/xmexample.cluster.py" node=db1)" "$(xm config -q "$src/config/xmexample.cluster.py" node=db1)"
cp "$src/config/xmexample.cluster.py" . && printf '# the nodes\ndb1 320 2  # big\nweb1 64 1\n' >nodes.txt
runs "$work/xmexample.cluster.py" cluster-db1 320 2 node=db1
refuse 'create: xmexample.cluster.py refuses a name that is none' 1 'node=DB: a word and a number' 'xm create -q xmexample.cluster.py node=DB'

runs "$work/guest.py" solaris 512 2

runs "$(classic xen2004-xmexample2)" VM3 64 1 vmid=3
runs "$(classic xen2005-xmexample2)" VM3 64 4 vmid=3
runs "$(classic xen2007-xmexample2)" VM3 64 4 vmid=3
refuse 'create: Xen'\''s examples check their vmid' 1 'vmid' "xm create -q '$(classic xen2007-xmexample2)' vmid=0"
refuse 'create: and that there is one' 1 'vmid' "xm create -q '$(classic xen2007-xmexample2)'"
runs "$(classic xen2007-xmexample1)" ExampleDomain 64 1
runs "$(classic xen42-xmexample1)" ExampleDomain 64 1
runs "$(classic xen42-xmexample.nbd)" nbd4 128 1
runs "$(classic xen42-xmexample.pv-grub)" ExampleDomain 128 1
runs "$(classic xen2006-xmexample.hvm)" ExampleHVMDomain '1[23][0-9]' 1
runs "$(classic xen2006-xmexample.vmx)" ExampleVMXDomain '1[23][0-9]' 1
runs "$(classic xen42-xmexample.hvm)" ExampleHVMDomain '1[23][0-9]' 1
runs "$(classic xen2008-stubdom-ExampleHVMDomain)" xen2008-stubdom-ExampleHVMDomain 128 1
# Of machines that Xen no longer runs on: the firmware is an HVM guest's kernel here.
runs "$(classic xen2005-xmexample.vti)" ExampleVMXDomain '2[0-9][0-9]' 1
runs "$(classic xen42-xmexample.vti)" ExampleVTIDomain '2[0-9][0-9]' 1
is 'nothing of them is left' '' "$(xm list | tail -n +3; ls "$host/xm/domains")"
done_testing
