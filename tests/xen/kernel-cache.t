#!/bin/bash
# Kernels that are kept unpacked, on real Xen: a guest is made of one as of the packed file, and
# nobody who asks about it reads of anything but that file.
# time limit: 900 s
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

cache=/var/cache/xm
packed() { pv "$1" "kernel = '/guests/vmlinuz'" "${@:2}"; }
# The last of two lines wins.
create() { xm -v create -q "$@" 2>said; }
kept() { ls "$cache"/*.elf; }
millis() { local from=${EPOCHREALTIME/./}; "$@" || return; echo $(((${EPOCHREALTIME/./} - from) / 1000)); }
features() {
    tell "$1" 'echo says $(cat /sys/hypervisor/properties/features /sys/hypervisor/type) $(cat /proc/cmdline)' &&
        wait_for 60 "grep -q '^says' $(console_log "$1")" && grep -a '^says' "$(console_log "$1")" | tr -d '\r'
}
# What stock xl has to say of it, what it would write into a save file, and what older tools read.
names_the_file() {
    xl list -l "$1" | grep -F '"kernel": "/guests/vmlinuz"' && ! xl list -l "$1" | grep -E 'proc/self|var/cache' &&
        xm list -l "$1" | grep -F /guests/vmlinuz && ! grep -raE '/proc/self|/var/cache' /var/lib/xen/userdata-*.libxl-json
}
in_store() { xenstore-ls -f /vm | sed -n 's,.*/image/kernel = ,,p'; }

rm -rf $cache
packed first
check 'PV: the first create unpacks and keeps' '
    create first.cfg && grep -F "kernel /guests/vmlinuz: unpacked, and kept in /var/cache/xm" said && ready first'
check 'the cache and what is in it are root'\''s alone' '
    [ "$(stat -c %a $cache)" = 700 ] && [ "$(kept | wc -l)" = 1 ] && [ "$(stat -c %a%u $(kept))" = 6000 ]'
check 'it is what was packed' 'cmp /guests/vmlinux $(kept)'
check 'PV: stock xl reads the name in the configuration' 'names_the_file first'
is 'PV: so does who looks into the store' '"/guests/vmlinuz"' "$(in_store)"
features first >xm.pv
check 'PV: saved by stock xl, restored by it, and running' '
    xl save first s && head -c 8192 s | tr -d '\''\0'\'' >head && ! grep -aE "/proc/self|/var/cache" head && grep -aFc /guests/vmlinuz head &&
    xl restore s &&
    tell first "echo ag\"\"ain" && wait_for 60 "grep -q ^again $(console_log first)" && names_the_file first'
xl destroy first

check 'PV: the second create takes it, and is faster' '
    packed second; fast=$(millis create second.cfg) && grep -F "kernel /guests/vmlinuz: taken from" said && ! grep unpacked, said &&
    xl destroy second && slow=$(millis xl create -q second.cfg) && echo "$fast $slow" && [ $((2 * fast)) -lt $slow ]'
check 'PV: made by stock xl, it has the same features' '
    ready second && features second >xl.pv && cat xm.pv && [ -s xm.pv ] && diff xm.pv xl.pv; xl destroy second'

packed third "type = 'pvh'"
check 'PVH: takes it too, and boots' 'create third.cfg && grep "taken from" said && ready third'
check 'PVH: stock xl reads the name in the configuration' 'names_the_file third'
check 'PVH: made by stock xl, it has the same features' '
    features third >xm.pvh; xl destroy third; xl create -q third.cfg && ready third 2 && features third >both
    tail -n 1 both >xl.pvh; [ -s xm.pvh ] && diff xm.pvh xl.pvh; xl destroy third'

check 'HVM: the device model gets the packed file' '
    hvm h; create -p h.cfg && ! grep vmlinuz: said && pgrep -af "[q]emu-system-i386" | grep -F -- "-kernel /guests/vmlinuz"'
xl destroy h

check 'PVH with the PV shim: gets the packed file' '
    packed shim "type = \"pvh\"" "pvshim = 1"; xm -v --dialect=xl create -p shim.cfg 2>said; ! grep "taken from" said; xl destroy shim; true'

# --- a cache that is no help ---
made() { create -p "$1.cfg" && names_the_file "$1" && xl destroy "$1"; }
packed again
check 'a damaged one is thrown away, and made again' '
    truncate -s -1 $(kept); made again && grep "thrown away: .* another size" said && cmp /guests/vmlinux $(kept)'
check 'one of other contents, too' '
    printf x | dd of=$(kept) bs=1 seek=5000000 conv=notrunc status=none; made again && grep "thrown away: .* other contents" said &&
    cmp /guests/vmlinux $(kept)'
check 'one that others can write, too' '
    chmod 0666 $(kept); made again && grep "thrown away: .* ours alone" said && [ "$(stat -c %a $(kept))" = 600 ]'
check 'its directory is somebody else'\''s: the guest is made without' '
    chown 65534 $cache; made again && grep "not kept unpacked: .* ours alone" said; status=$?; chown 0 $cache; exit $status'
check 'its disk is full: the guest is made without' '
    mount -t tmpfs -o size=1M,mode=700 none $cache; made again && grep "not kept unpacked: .* No space left" said &&
    [ "$(ls $cache)" = lock ]; status=$?; umount $cache; exit $status'
check 'switched off: the guest is made without' '
    echo "kernel_cache = \"\"" >off.conf; rm -rf $cache; xm -v --config off.conf create -q -p again.cfg 2>said && [ ! -s said ] &&
    [ ! -e $cache ] && xl destroy again'
check 'three creates at once: one unpacks, all get it' '
    for i in 1 2 3; do
        packed at$i; xm -v create -q -p at$i.cfg 2>said$i & pids="$pids $!"
    done
    for pid in $pids; do wait $pid || exit; done
    cat said?; [ "$(cat said? | grep -c "unpacked, and kept")" = 1 ] && [ "$(cat said? | grep -c "taken from")" = 3 ] &&
    names_the_file at1 && names_the_file at2 && names_the_file at3'
for i in 1 2 3; do xl destroy at$i; done
rm -rf $cache
done_testing
