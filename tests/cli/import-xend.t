#!/bin/bash
# xm import-xend: what the old daemon kept becomes remembered guests.
. "$(dirname "$0")/sim.sh"
corpus=$tests_dir/corpus/xend
mkdir -p root/srv root/etc/xen/scripts; : >root/kernel
: >root/etc/xen/scripts/vif-bridge; chmod +x root/etc/xen/scripts/vif-bridge
truncate -s 1M root/srv/web.img root/srv/win.img
machine "\"root\": \"$work/root\""
web=11111111-aaaa-4aaa-8aaa-111111111111 win=22222222-bbbb-4bbb-8bbb-222222222222
cp -r "$corpus/domains" domains && chmod -R u+w domains
before=$(find domains -type f | sort | xargs sha256sum)

out=$(xm import-xend -n domains)
is 'import-xend -n: exit status tells of failures' 2 "$(xm import-xend -n domains >/dev/null 2>&1; echo $?)"
is 'import-xend -n: what there would be' "web ($web): would be imported
win ($win): would be imported: it was suspended, and what Xen can do now cannot read its memory: it counts as halted, domains/$win/checkpoint.chk is kept
api (33333333-cccc-4ccc-8ccc-333333333333): would be imported" "$(echo "$out" | head -3)"
like 'import-xend -n: one that cannot be read' '^4444[0-9a-d-]+: failed: domains/.*config\.sxp: .*unexpected EOF' "$out"
like 'import-xend -n: one that is another guest' "^5555[0-9a-e-]+: failed: domains/.*/config\.sxp: is the configuration of another guest \($web\)" "$out"
like 'import-xend -n: a name that is taken' "^web \(6666[0-9a-f-]+\): failed: VM name 'web' already exists" "$out"
like 'import-xend -n: a device that nobody knows' "^7777[0-9a-f-]+: failed: .*devices of class 'vtpm' are not known" "$out"
is 'import-xend -n: a summary' '3 to be imported, 0 updated, 0 skipped, 4 failed' "$(echo "$out" | tail -1)"
is 'import-xend -n: makes nothing' '' "$(ls "$host/xm" 2>/dev/null)"

out=$(xm import-xend domains)
is 'import-xend: a summary' '3 imported, 0 updated, 0 skipped, 4 failed' "$(echo "$out" | tail -1)"
is 'import-xend: what was suspended is told' 1 "$(echo "$out" | grep -c "^win .*: imported: it was suspended, .*: it counts as halted, .*checkpoint.chk is kept")"
is 'import-xend: they are remembered' 'api web win' "$(xm list --state=halted | awk 'NR > 1 { print $1 }' | sort | xargs)"
is 'import-xend: nothing there is changed' "$before" "$(find domains -type f | sort | xargs sha256sum)"
check 'import-xend: its files are root'\''s alone' 'test -z "$(find "$host/xm" -perm /077)"'
sxp=$(xm list -l web)
has() { like "import-xend: $1" "$2" "$sxp"; }
has 'the uuid' "\(uuid $web\)"
has 'memory' '\(memory 128\)'
has 'maxmem' '\(maxmem 256\)'
has 'vcpus' '\(vcpus 4\)'
has 'pinning' '\(cpus \(.0.1. .0.1.'
has 'weight' '\(cpu_weight 512\)'
has 'cap' '\(cpu_cap 50\)'
has 'what is done when the host starts' '\(on_xend_start start\)'
has 'and stops' '\(on_xend_stop shutdown\)'
has 'the kernel command line' "\(args 'root=/dev/xvda1 ro quiet'\)"
has 'the mac' '\(mac 00:16:3e:5a:10:01\)'
has 'the disk' '\(uname file:/srv/web.img\)'
sxp=$(xm list -l win)
has 'an HVM guest' '\(hvm$'
has 'its restart' '\(on_crash rename-restart\)'
has 'its password' '\(vncpasswd secret\)'
has 'its clock' '\(localtime 1\)'
sxp=$(xm list -l api)
has 'words of the Xen API alone: memory' '\(memory 64\)'
has 'words of the Xen API alone: maxmem' '\(maxmem 128\)'
has 'words of the Xen API alone: vcpus' '\(vcpus 2\)'
has 'words of the Xen API alone: on_crash' '\(on_crash coredump.destroy\)'
check 'import-xend: they start' 'xm start web && xm start win && xm start api && test "$(xm domid web)" -gt 0'

rm -r domains/[4-7]*
is 'import-xend: again, all are known' '0 imported, 0 updated, 3 skipped, 0 failed' "$(xm import-xend domains | tail -1)"
check 'import-xend: which is no failure' 'xm import-xend domains'
like 'import-xend: and is told' "^$web: skipped: is known already$" "$(xm import-xend domains)"
sed -i 's/(memory 128)/(memory 96)/' domains/$web/config.sxp
like 'import-xend -u: takes what is there' "^web \($web\): updated: it is running: this takes effect at its next start$" "$(xm import-xend -u domains)"
check 'import-xend -u: at the next start' 'xm destroy web && xm start web && xm list web | grep -q "  96 "'
mkdir xend && mv domains xend
is 'import-xend: the directory above will do' '0 imported, 0 updated, 3 skipped, 0 failed' "$(xm import-xend xend | tail -1)"
refuse 'import-xend: no such directory' 1 '^Error: nowhere: No such file or directory$' 'xm import-xend nowhere'
refuse 'import-xend: a directory is needed' 1 'requires 1 argument' 'xm import-xend'
done_testing
