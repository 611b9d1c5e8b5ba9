#!/bin/bash
# Kernels that were packed are kept unpacked, for guests whose kernel Xen's tools would unpack.
. "$(dirname "$0")/sim.sh"
cache=$host/cache

{ printf '\177ELF'; seq 20000; } >elf
gzip -9 <elf >kernel.gz
packed() { guest "$1" "kernel = '$PWD/kernel.gz'" "${@:2}"; }
create() { xm -v create -q "$@" 2>said; }
kept() { ls "$cache"/*.elf 2>/dev/null | wc -l; }

packed first
check 'the first create unpacks, and keeps' 'create first.cfg && grep "^kernel $PWD/kernel.gz: unpacked, and kept in $cache$" said'
check 'what is kept is what was packed' 'cmp elf "$cache"/*.elf'
check 'it is root'\''s alone' '[ "$(stat -c %a "$cache")" = 700 ] && [ -z "$(find "$cache" -perm /077)" ]'
packed second "type = 'pvh'"
check 'a PVH guest takes it' 'create second.cfg && grep "^kernel $PWD/kernel.gz: taken from $cache$" said && ! grep unpacked, said'
check 'a guest names the packed file' 'xl list -l second | grep "\"kernel\": \"$PWD/kernel.gz\"" && ! xl list -l second | grep -F "$cache"'
check 'a remembered guest takes it' 'packed third; xm new -q third.cfg && xm -v start third 2>said && grep "taken from" said'
is 'one kernel is kept' 1 "$(kept)"

check 'without -v nothing is said of it' 'packed quiet; xm create -q quiet.cfg 2>said && [ ! -s said ]'
for lines in 'type = "hvm"' 'type = "pvh"; pvshim = 1' 'bootloader = "pygrub"'; do
    packed other "$lines"
    check "not for a guest with $lines" 'rm -rf "$cache"; xm -v --dialect=xl create -p other.cfg 2>said && ! grep kernel.gz: said && [ "$(kept)" = 0 ]
        xl destroy other'
done
check 'a kernel that is not packed is none of its business' '
    guest plain "kernel = \"$PWD/elf\""; create plain.cfg && [ ! -s said ] && [ ! -e "$cache" ]'
check 'nor is a gzip file with something else in it' '
    seq 100 | gzip >text.gz; guest text "kernel = \"$PWD/text.gz\""; create text.cfg && grep "not kept unpacked: .*no ELF file" said'

echo 'kernel_cache = ""' >off.conf
check 'it can be switched off' '
    rm -rf "$cache"; packed off; xm -v --config off.conf create -q off.cfg 2>said && [ ! -s said ] && [ ! -e "$cache" ]'
check 'a changed kernel is unpacked anew' '
    packed new; create new.cfg && { printf "\177ELF"; seq 2 20001; } >elf && gzip -9 <elf >kernel.gz &&
    create new.cfg name=newer && grep "unpacked, and kept" said && cmp elf $(ls -t "$cache"/*.elf | head -n 1) && [ "$(kept)" = 2 ]'
check 'no more are kept than xm.conf allows' '
    echo "kernel_cache_kernels = 1" >one.conf; { printf "\177ELF"; seq 3 20002; } | gzip -9 >kernel.gz; packed one
    xm -v --config one.conf create -q one.cfg 2>said && grep "makes room" said && [ "$(kept)" = 1 ]'
check 'a damaged one is made again' '
    truncate -s 100 "$cache"/*.elf; packed mend; create mend.cfg && grep "thrown away: .* another size" said && grep "unpacked, and kept" said'
check 'where it cannot be kept, the guest is made all the same' '
    chmod 755 "$cache"; packed open; create open.cfg && grep "not kept unpacked: .* ours alone" said && xm domid open; chmod 700 "$cache"'
check 'nor does it matter if the cache fails otherwise' '
    faults "create.kernel 1 once fail IO \"no disk today\""; packed fault
    create fault.cfg && grep "not kept unpacked: no disk today" said && xm domid fault'
done_testing
