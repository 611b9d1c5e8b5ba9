#!/bin/bash
# xm save and xm restore: files in stock xl's format.
. "$(dirname "$0")/sim.sh"
guest web; guest kept
xm create -q web.cfg
is 'save: silent' '' "$(xm save web web.save 2>&1)"
check 'save: the guest is gone' '! xm list web'
is 'save: stock xl'\''s magic' 'Xen saved domain, xl format' "$(head -c 27 web.save)"
is 'save: root'\''s alone' 600 "$(stat -c %a web.save)"
is 'restore: silent' '' "$(xm restore web.save 2>&1)"
check 'restore: it runs again' 'xm domid web | grep -q "^[0-9]"'
refuse 'restore: not beside the running guest' 1 "already exists" 'xm restore web.save'
check 'save -c: the guest goes on' 'xm save -c web check.save && xm list web && ! xm list web | grep -q -- ---s'
check 'xl save -p: it stays paused' 'xl save -p web paused.save && xm list web | grep -q "p---" && xm unpause web'
refuse 'save: a halted guest' 1 'is not started' 'xm new -q kept.cfg; xm save kept kept.save'
refuse 'save: domain 0' 1 '^Error: Cannot save privileged domain 0' 'xm save 0 x.save'
refuse 'save: into a directory that is not there' 1 '/nowhere' 'xm save web /nowhere/web.save'
check 'save: that leaves the guest alone' 'xm domid web && ! xm list web | grep -q -- ---s'
echo precious >good.save
faults 'save.write 2 once fail IO "No space left on device"'
refuse 'save: a full disk is the cause that is told' 1 'No space left on device' 'xm save web good.save'
check 'save: what was there is kept, the guest runs on, no part is left' \
    'test "$(cat good.save)" = precious && ! xm list web | grep -q -- ---s && test "$(ls | grep -c good)" = 1'
faults ''
faults 'save.write 2 once kill'
check 'save: killed half way, the guest runs on' \
    '! xm save web good.save; faults ""; wait_for 20 "! xm list web | grep -q -- ---s" && xm save -c web whole.save && test "$(cat good.save)" = precious'
faults ''
xm start kept
check 'save: a remembered guest ends halted, not suspended' \
    'xm save kept kept.save && test "$(xm domid kept)" = None && xm list --state=halted | grep -q ^kept'
check 'restore: it is the remembered guest again' 'xm restore kept.save && xm domid kept | grep -q "^[0-9]" && xm suspend kept && xm resume kept'
xm save web web.save
check 'restore -p: leaves it paused' 'xm restore -p web.save && xm list web | grep -q "p---" && xm destroy web'
refuse 'restore: a file that is not there' 1 'nowhere' 'xm restore nowhere'
refuse 'restore: a foreign file' 1 'not a' 'head -c 4096 /dev/zero > zero; xm restore zero'
refuse 'restore: an old xend file is named as such' 1 'xend|LinuxGuestRecord' 'printf "LinuxGuestRecord%4000s" > old; xm restore old'
for cut in 3 40 60 200 5000; do
    head -c $cut web.save >cut.save
    refuse "restore: a file cut at $cut bytes" 1 . 'xm restore cut.save'
done
faults 'restore 99 once kill'
head -c -16 web.save >cut.save
refuse 'restore: a file that lacks but its end' 1 'cut.save: .*cut off' 'xm restore cut.save'
head -c 1500 web.save >bent.save; head -c 4000 /dev/urandom >>bent.save
refuse 'restore: a file that goes on as something else' 1 'bent.save' 'xm restore bent.save'
refuse 'restore: a file of another kind of host' 1 'was not written by a simulated host' \
    '{ head -c $((52 + $(od -An -tu4 -j48 -N4 web.save))) web.save; printf "LibxlFmt%4000s"; } >xen.save; xm restore xen.save'
check 'restore: that is seen before anything is made of it' '! grep -q "^restore " "$host/sim/run/fault-counts"'
faults ''
check 'restore: none of them left a guest' '! xm list web && ! xl list web'
check 'xl restore CONFIG FILE' 'guest web; xl restore web.cfg web.save && xl domid web'
refuse 'xl restore: no file ends with 2' 2 . 'xl restore'
refuse 'save: too few words' 1 "requires 2 arguments" 'xm save web'

machine '"disk_free_mib": 30'
cp web.save before.save
faults 'save 99 once kill'
refuse 'save: no room for it is told beforehand' 1 'before\.save: not enough room: the guest.s memory needs 66 MiB, 30 MiB are free' 'xm save web before.save'
check 'save: then the guest was not even stopped, and the old file is there' 'cmp web.save before.save && ! xm list web | grep -q -- ---s && ! grep -q "^save " "$host/sim/run/fault-counts"'
faults ''
machine '"disk_free_mib": 70'
check 'save: just enough room is enough' 'xm save web before.save && xm restore before.save'

out=$(xm save -c --progress=json web told.save 2>err)
check 'save --progress=json: lines of JSON, the last of which is all' \
    'test "$(wc -l <<<"$out")" -ge 2 && tail -1 <<<"$out" | grep -Eq "^\{\"doing\": \"saving\", \"guest\": \"web\", \"round\": 0, \"suspended\": true, \"done\": 16384, \"total\": 16384, \"page\": 4096, \"rate\": [0-9]+, \"elapsed_ms\": [0-9]+, \"rest_ms\": (0|null)\}" && test ! -s err'
check 'save --progress=line: a line that is wiped at the end' \
    'xm save --progress=line web told.save 2>err && tr "\r" "\n" <err | grep -q "^saving web: 100% of 64 MiB" && tail -c 4 err | grep -q "\[K"'
check 'restore --progress=json: in pages of the file' \
    'out=$(xm restore --progress=json told.save) && tail -1 <<<"$out" | grep -q "\"doing\": \"restoring\", \"guest\": \"told.save\""'
is 'save --progress=none: silent' '' "$(xm save --progress=none web told.save 2>&1)"
refuse 'save --progress=loudly: is none' 1 'one of none, line and json' 'xm restore told.save; xm save --progress=loudly web x.save'

check 'save --compress: a zstd frame, root'\''s alone' 'xm save --compress web small.save && test "$(od -An -tx1 -N4 small.save)" = " 28 b5 2f fd" && test "$(stat -c %a small.save)" = 600'
check 'restore: reads it all the same' 'xm restore small.save && xm list web && ! xm list web | grep -q -- ---s'
check 'save --compress -c: and in between it goes on' 'xm save -c --compress web small.save && xm list web && xm destroy web'
size=$(stat -c %s small.save)
for cut in 4 100 $((size / 2)) $((size - 5)) $((size - 1)); do
    head -c $cut small.save >cut.save
    refuse "restore: a packed file cut at $cut of $size bytes" 1 'cut.save: .*cut off' 'xm restore cut.save'
done
faults 'restore 99 once kill'
cp small.save bent.save && printf 'xxxxxxxx' | dd of=bent.save bs=1 seek=$((size / 3)) conv=notrunc 2>/dev/null
refuse 'restore: a packed file that is damaged' 1 'bent.save: ' 'xm restore bent.save'
check 'restore: that is seen before anything is made of it' '! grep -q "^restore " "$host/sim/run/fault-counts"'
faults 'restore.read 3 once fail HOST "no more"'
refuse 'restore: a failure of the host is told as such' 1 'no more' 'xm restore small.save'
faults ''
check 'restore: and then it works' 'xm restore small.save'
faults 'save.write 2 once fail IO "no way"'
refuse 'save --compress: a failure of the host is told as such' 1 'web.save: no way' 'xm save --compress web web.save'
faults ''
refuse 'save --compress: a full disk is told as such' 1 'No space left on device' 'xm save --compress web /dev/full'
check 'save --compress: and the guest runs on' 'xm list web && ! xm list web | grep -q -- ---s'
check 'xl -t: its progress is shown though nobody sits there' \
    'xl -t save -c web told.save 2>err && tr "\r" "\n" <err | grep -q "^saving web: 100% of" && xl save -c web told.save 2>err && ! grep -q "saving web" err'
done_testing
