#!/bin/bash
# Making a guest on real Xen: what is refused, in which words, and that nothing of it stays.
# time limit: 600 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

# Nothing of a guest that was not made: no domain, loop device, vif, store entry, device model.
nothing_of() {
    ! xl list "$1" && [ -z "$(losetup -nO NAME)" ] && [ -z "$(ls /sys/class/net/xenbr0/brif)" ] &&
        ! xenstore-ls /local/domain | grep -q "name = \"$1\"" && [ -z "$(pidof qemu-system-i386)" ]
}

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

xl destroy t

done_testing
