#!/bin/bash
# xm log: what the supervisor has written, whole or of one guest, and as it goes on.
. "$(dirname "$0")/sim.sh"

line() { printf '[2026-11-20 10:47:26 77] INFO (policy) %s\n' "$1"; }
dir=$host/log log=$host/log/xm.log
mkdir -p "$dir"
for text in 'Domain has shutdown: name=web id=7 reason=poweroff.' 'Domain web2: destroy' 'Domain web: restart' \
    'my-web: x' 'policy of db'; do line "$text"; done >"$log"
is 'log: the whole of it, and a newline' "$(cat "$log"; echo; echo end)" "$(xm log; echo end)"
is 'log DOMAIN: the lines in which it is named' \
    "$(line 'Domain has shutdown: name=web id=7 reason=poweroff.'; line 'Domain web: restart')" "$(xm log web)"
is 'log DOMAIN: a word of the frame is none' "$(line 'policy of db')" "$(xm log policy)"
guest web; xm new -q web.cfg
uuid=$(ls "$host/xm/domains")
line "$uuid: mend failed" >>"$log"
is 'log DOMAIN: by name or uuid, whichever it is called by' "$(xm log web)" "$(xm log "$uuid")"
like 'log DOMAIN: finds lines with its uuid' 'mend failed$' "$(xm log web)"
refuse 'log: more than one guest' 1 'requires' 'xm log a b'

# As it goes on: added to, moved away twice between two looks, cut, gone and back.
xm log -f web >all &
follower=$!
wait_for 20 'grep -q "mend failed" all'
line 'web added' >>"$log"
check 'log -f: goes on' 'wait_for 20 "grep -q \"web added\" all"'
kill -STOP $follower
exec 5>>"$log"
mv "$log" "$log.1"
line 'web late' >&5
line 'web between' >"$log"
mv "$log.1" "$log.2"; mv "$log" "$log.1"
line 'web third' >"$log"
kill -CONT $follower
check 'log -f: over rotations' 'wait_for 20 "grep -q \"web third\" all"'
is 'log -f: nothing is lost, nothing is there twice' 'added late between third' \
    "$(echo $(sed -n 's/.*) web \([a-z]*\)$/\1/p' all))"
: >"$log"
line 'web cut' >>"$log"
check 'log -f: a file that was cut' 'wait_for 20 "grep -q \"web cut\" all"'
rm "$log"
line 'web back' >>"$log"
check 'log -f: a file that was removed' 'wait_for 20 "grep -q \"web back\" all"'
printf '[2026-11-20 10:47:26 77] INFO (policy) web in' >>"$log"; sleep 0.3; echo ' two' >>"$log"
check 'log -f: a line in two parts is one' 'wait_for 20 "grep -q \"web in two\$\" all"'
kill $follower

# The writer's side.
rm -f "$log"*
head -c 1048576 /dev/zero | tr '\0' 'x' >"$log"
for i in 1 2 3 4 5 6; do echo "old $i" >"$log.$i"; done
xm start web; xm shutdown -w web >/dev/null
check 'log: a full one is moved on' 'grep -q "name=web id=1" "$log" && test "$(stat -c %s "$log")" -lt 10000'
is 'log: five old ones are kept' '1048576 old 1 old 2 old 3 old 4 old 6' \
    "$(echo $(stat -c %s "$log.1") $(cat "$log.2" "$log.3" "$log.4" "$log.5" "$log.6"))"
is 'log: root alone reads it' 600 "$(stat -c %a "$log")"

# The journal, as another program shows it.
printf '#!/bin/sh\necho "journalctl $*"\necho "2026-11-20T10:47:26+0000 host xm[7]: INFO (policy) Domain web: restart"\n' >"$tap_dir/bin/journalctl"
chmod +x "$tap_dir/bin/journalctl"
echo 'log_to = "journald"' >journal.conf
like 'log: of a journal' '^journalctl --quiet --no-pager --output=short-iso --identifier=xm --lines=all$' \
    "$(xm --host xen --config journal.conf log)"
is 'log DOMAIN: of a journal' '2026-11-20T10:47:26+0000 host xm[7]: INFO (policy) Domain web: restart' \
    "$(xm --host xen --config journal.conf log web)"
like 'log -f: of a journal' ' --follow$' "$(xm --host xen --config journal.conf log -f)"
echo 'log_to = "paper"' >paper.conf
refuse 'log: to nowhere else' 1 'paper.conf:1.*log_to.*must be "file" or "journald"' 'xm --config paper.conf log'
done_testing
