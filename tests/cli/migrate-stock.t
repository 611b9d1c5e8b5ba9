#!/bin/bash
# The protocol of stock xl, byte for byte: with peers that play stock xl's part as it was observed, and between
# ourselves called as xl.
. "$(dirname "$0")/peer.sh"

printf 'xl migration receiver ready, send binary domain data.\n' >banner
printf 'domain received, ready to unpause\0' >ready
printf 'domain is yours, you are cleared to unpause\0' >go
printf 'my copy unpause results are as follows' >report
printf '\0' >>report
report() { cat report; printf "\\x$1"; }

# --- both ends are ours ---

guest web
xm create -q web.cfg
uuid=$(xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')
record
check 'xl migrate: it ends well' 'xl migrate -s reach web b 2>"$tap_dir/texts"'
is 'xl migrate: what is said, on either side' " Savefile contains xl domain config in JSON format
Loading new save file <incoming migration stream> (new xl fmt info 0x3/0x0/N)
Migration successful.
Parsing config from <saved>
Saving to migration stream new xl format (info 0x3/0x0/N)
migration sender: Giving target permission to start.
migration sender: Target has acknowledged transfer.
migration sender: Target reports successful startup.
migration target: Domain started successsfully.
migration target: Got permission, starting domain.
migration target: Ready to receive domain.
migration target: Transfer complete, requesting permission to start domain." "$(sed 's,/0x0/[0-9]*,/0x0/N,' "$tap_dir/texts" | LC_ALL=C sort)"
cat banner ready report >expected; printf '\0' >>expected
check 'xl migrate: the receiver says what stock xl does, byte for byte' 'cmp expected "$tap_dir/got"'
check 'xl migrate: the sender begins with the head of a save file' 'head -c 48 "$tap_dir/sent" | head -c 40 | cmp - <(printf "Xen saved domain, xl format\n \0 \r\4\3\2\1\3\0\0\0")'
check 'xl migrate: and ends with its leave to go on' 'tail -c 44 "$tap_dir/sent" | cmp - go'
check 'xl migrate: the configuration is where stock xl reads it' \
    'n=$(od -An -tu4 -j48 -N4 "$tap_dir/sent") && tail -c +53 "$tap_dir/sent" | head -c $((n - 1)) | grep -q "\"name\": \"web\"" && test "$(tail -c +$((52 + n)) "$tap_dir/sent" | head -c 1 | od -An -tu1)" = "   0"'
check 'xl migrate: behind it is what only an xm reads' \
    'n=$(od -An -tu4 -j48 -N4 "$tap_dir/sent") && test "$(tail -c +$((53 + n)) "$tap_dir/sent" | head -c 4)" = XMMV'
check 'xl migrate: it runs there under its name, and is gone here' 'there xl domid web && ! xl domid web && ! xl list web--migratedaway'
is 'xl migrate: it is the same guest there' "$uuid" "$(there xm list --json web | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')"
there xm destroy web

# --- the rune ---

echo '#!/bin/sh
echo "$*" >>"$tap_dir/runes"; exit 9' >"$tap_dir/bin/ssh"
chmod +x "$tap_dir/bin/ssh"
xm create -q web.cfg
xl migrate web b 2>err; xl -vvv -T migrate -e -p --debug web 'root@b x' 2>>err; xl migrate -s 'ssh -p 5' web b 2>>err; xl -t migrate web b 2>>err
is 'xl migrate: runs what stock xl runs' 'b xl migrate-receive
root@b x xl -T -vvv migrate-receive -e -d -p
-p 5 b xl migrate-receive
b xl -t migrate-receive' "$(cat "$tap_dir/runes")"
check 'xl migrate: says that nobody answered, and how the command ended' \
    'grep -q "file/stream truncated reading banner from migration receiver stream" err && grep -q "status 9" err'
rm "$tap_dir/runes"
xm migrate web b 2>err
is 'migrate: asks for an xm first, then for what stock xl would' "b sh -c 'command -v xm >/dev/null 2>&1 && exec xm migrate-receive --session; exec xl migrate-receive'
b xl migrate-receive" "$(cat "$tap_dir/runes")"
check 'xl migrate -s "": the host is the command, and no more' 'xl migrate -p -s "" web "echo alone >$tap_dir/alone" 2>/dev/null; test "$(cat "$tap_dir/alone")" = alone'

# --- a receiver that is stock xl ---

# Takes the stream until it stands still, as it does when the sender waits.
cat >"$tap_dir/bin/take" <<'END'
#!/bin/bash
exec 3<&0
cat <&3 >"$1" & pid=$! was=-1
until [ "$(stat -c %s "$1")" = $was ] && [ $was -gt 100 ]; do was=$(stat -c %s "$1"); sleep 0.7; done
kill $pid
END
cat >"$tap_dir/bin/stock" <<'END'
#!/bin/bash
# stock ANSWER: stock xl's receiver, up to and with its ANSWER.
shift; cd "$work" || exit
cat banner; [ "$1" != mute ] || exit 1
take stream
[ "$1" != deaf ] || exit 1
if [ "$1" = odd ]; then tr a-z A-Z <ready; else cat ready; fi
head -c 44 >said || exit
case $1 in
gone) ;;
ok) cat report; printf '\0' ;;
taken) cat report; printf '\6'; cat go ;;
torn) cat report; printf '\6' ;;
esac
END
chmod +x "$tap_dir/bin/stock" "$tap_dir/bin/take"
export work

# `-s "play ANSWER"`: what follows, the host and the receiver's command, is not looked at.
printf '#!/bin/bash\ncase $* in *list*) exit 1 ;; esac\nexec stock x "$1"\n' >"$tap_dir/bin/play"
chmod +x "$tap_dir/bin/play"
runs() { xm list web | grep -q '^web .*[r-][b-]----'; }
doubtful() { xl list | grep -q '^web--migratedaway'; }

refuse 'xl migrate: a status of 6' 1 '^Migration failed due to problems at target.$' 'xl migrate -s "play taken" web b'
is 'xl migrate: a status of 6, in order' 'Saving to migration stream new xl format
migration sender: Target has acknowledged transfer.
migration sender: Giving target permission to start.
migration sender: Target reports startup failure (status code 6).
migration sender: Trying to resume at our end.
migration sender: Resumed OK.
Migration failed due to problems at target.' "$(sed 's/ (info .*//' "$tap_dir/err")"
check 'xl migrate: a status of 6: it runs here, under its name' runs
check 'xl migrate: leave to go on was the last it said' 'cmp said go'
refuse 'xl migrate: a receiver that goes at once' 1 'Migration failed, resuming at sender' 'xl migrate -s "play mute" web b'
check 'xl migrate: a receiver that goes at once: it runs here' runs
refuse 'xl migrate: a receiver that is never ready' 1 'Migration failed, resuming at sender' 'xl migrate -s "play deaf" web b'
check 'xl migrate: a receiver that is never ready: it runs here' runs
refuse 'xl migrate: one that says something else' 1 'unexpected data instead of ready message' 'xl migrate -s "play odd" web b'
check 'xl migrate: one that says something else: it runs here' runs
refuse 'xl migrate: another banner' 1 'unexpected data instead of banner' 'xl migrate -s "head -c 60 /dev/zero #" web b'
refuse 'migrate: a status of 6, in plain words' 1 '^Error: b could not start it .status 6.: its name is taken there' 'xm migrate -s "play taken" web b'
check 'migrate: a status of 6: it runs here' runs
guest kept
xm new -q kept.cfg
refuse 'migrate: a halted guest is nothing for a stock xl' 1 'stock xl takes no guest that is not running' 'xm migrate -s "play ok" kept b'

# No answer to the last word, and nothing to be learnt from the other host: nobody here knows.
refuse 'xl migrate: no report' 1 '^\*\* Migration failed during final handshake \*\*$' 'xl migrate -s "play gone" web b'
check 'xl migrate: no report: it is neither run nor ended here' doubtful
refuse 'migrate --recover: a host that cannot be asked' 1 . 'xm migrate --recover web'
printf '#!/bin/sh\ncase $* in *list*) exit 0 ;; esac\nexec stock x gone\n' >"$tap_dir/bin/mute-list" && chmod +x "$tap_dir/bin/mute-list"
xm migrate --recover --here web >/dev/null
refuse 'xl migrate: no report, and a host that lists nothing' 1 '^\*\* Migration failed' 'xl migrate -s mute-list web b'
refuse 'migrate --recover: what is no list is not taken for one without the guest' 1 'no list of domains' 'xm migrate --recover web'
check 'migrate --recover: then it is still in doubt' doubtful
check 'migrate --recover --here: an administrator who knows' 'xm migrate --recover --here web && runs'
refuse 'xl migrate: a report that is torn off' 1 '^\*\* Migration failed' 'xl migrate -s "play torn" web b'
check 'migrate --recover --there: it is gone here' 'xm migrate --recover --there web && ! xm list web && ! doubtful'
xm create -q web.cfg
check 'xl migrate: a status of 0' 'xl migrate -s "play ok" web b && ! xm list web && ! doubtful'
xm create -q web.cfg
check 'migrate: a status of 0, in silence' 'test "$(xm migrate -s "play ok" web b 2>&1)" = "" && ! xm list web'

# --- a sender that is stock xl ---

# What stock xl sends is a save file and its leave to go on.
guest old; xm create -q old.cfg; xm save old old.save
refuse 'migrate-receive: stays silent but for its own lines' 0 'migration target: Domain started successsfully' \
    '{ cat old.save; sleep 1; cat go; } | xl migrate-receive >got'
cat banner ready report >expected; printf '\0' >>expected
check 'migrate-receive: answers a stock sender byte for byte' 'cmp expected got'
check 'migrate-receive: it runs' 'xm list old | grep -q "^old .*[r-][b-]----"'
xm destroy old
check 'migrate-receive -p: it stays paused' '{ cat old.save; cat go; } | xl migrate-receive -p >got; xm list old | grep -q -- "--p---"'
xm destroy old
refuse 'migrate-receive: no leave to go on' 0 'migration target: Failure, destroying our copy' '{ cat old.save; sleep 1; } | xl migrate-receive >got; test $? = 1'
cat banner ready report >expected; printf '\377' >>expected; cat go >>expected
check 'migrate-receive: no leave to go on: status 255, and the sender may go on' 'cmp expected got && ! xm list old'
refuse 'migrate-receive: a stream that is cut' 1 '^migration target: Domain creation failed .code -3.\.$' 'head -c 100000 old.save | xl migrate-receive >got'
check 'migrate-receive: a stream that is cut: nothing but the banner was said' 'cmp banner got && ! xm list old'
refuse 'migrate-receive: what is no stream' 1 'Domain creation failed' 'head -c 4096 /dev/zero | xl migrate-receive >got'
xm create -q old.cfg
refuse 'migrate-receive: its name is taken' 1 "'old' already exists" 'xl migrate-receive <old.save >got'
check 'migrate-receive: a word too many ends with 1, and the help' '! xl migrate-receive word >out && grep -q "^Usage: xl .* migrate-receive" out'
done_testing
