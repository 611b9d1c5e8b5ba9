#!/bin/bash
# xm relocation, and migrate --ssl and --plain: guests that go without ssh, and all that keeps others out.
. "$(dirname "$0")/peer.sh"

wire() { python3 "$tests_dir/cli/wire.py" "$@"; }
port=$(wire port)

# --- certificates ---

key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
authority() { openssl req -x509 $key -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 9 2>>openssl.log; }
# NAME AUTHORITY SAN [DAYS [EXTENSION]]
certificate() {
    openssl req -new $key -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>>openssl.log
    printf '%s\n' "subjectAltName = $3" "${5:-keyUsage = digitalSignature}" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "${4:-9}" -extfile "$1.ext" \
        -out "$1.pem" 2>>openssl.log
    chmod 600 "$1.key"
}
both=DNS:localhost,IP:127.0.0.1
authority ca
authority other
certificate here ca $both
certificate there ca $both
certificate foreign other $both
certificate expired ca $both -1
certificate elsewhere ca DNS:b.example
certificate client ca $both 9 'extendedKeyUsage = clientAuth'
certificate server ca $both 9 'extendedKeyUsage = serverAuth'

printf '%s\n' '[ca]' 'default_ca = own' '[own]' 'database = index' 'default_md = sha256' 'default_crl_days = 9' >crl.cnf
: >index
certificate lost ca $both
openssl ca -config crl.cnf -cert ca.pem -keyfile ca.key -revoke lost.pem 2>>openssl.log
openssl ca -config crl.cnf -cert ca.pem -keyfile ca.key -gencrl -out crl.pem 2>>openssl.log

# NAME CERTIFICATE [LINE...]: an xm.conf
conf() {
    local name=$1 own=$2
    shift 2
    printf '%s\n' "relocation_ca = '$work/ca.pem'" "relocation_certificate = '$work/$own.pem'" \
        "relocation_key = '$work/$own.key'" "relocation_port = $port" "$@" >"$name.conf"
}
as() { conf here "$@"; }        # we, from now on
as here
XM_CONF=$work/here.conf

# --- who listens ---

listener=
hush() { [ -z "$listener" ] || { kill $listener; wait $listener; listener=; } 2>/dev/null; }
# WORD...: the second host listens, with there.conf
listen() {
    hush
    XM_CONF=$work/there.conf XM_HOST=sim:$peer xm relocation "$@" 2>log &
    listener=$!
    wait_for 10 'grep -q "^listening on" log' 2>/dev/null || echo "# it does not listen: $(cat log)"
}
# CERTIFICATE [LINE...]
listen_as() { conf there "$@"; listen; }
alive() { kill -0 $listener; }
there() { XM_HOST=sim:$peer XM_CONF=$work/there.conf "$@"; }

runs_here() { xm list g 2>/dev/null | grep -q '^g .*[r-][b-]----'; }
runs_there() { there xm list g 2>/dev/null | grep -q '^g .*[r-][b-]----'; }
traces() { (cd "$1" && find xm sim/domains -type f 2>/dev/null | grep -Ev '^xm/lock$|^xm/index|decision$|domains/0.json$'); }
fresh() {
    there xm destroy g 2>/dev/null
    xm create -q g.cfg
}
goes() { runs_here || fresh;  xm migrate "$@" g localhost && runs_there && ! xm list g; }
comes_back() { there xm migrate -s reach-home g a && runs_here; }
# TITLE REGEX [WORD...]: it is refused, and goes on here
stays() {
    local title=$1 regex=$2
    runs_here || fresh
    shift 2
    refuse "$title" 1 "$regex" "xm migrate ${*:---ssl} g localhost"
    check "$title: it goes on here, and nothing of it is there" 'runs_here && test -z "$(traces "$peer")"'
}

guest g
xm create -q g.cfg
stays 'migrate --ssl: nobody listens' "^Error: localhost port $port: can't connect: \[Errno 111\] Connection refused: no xm relocation listens there"
listen_as there
check 'relocation: by default it is for this machine alone' 'grep -q "^listening on 127.0.0.1 port $port$" log && test "$(grep -c ^listening log)" -le 2 && ! grep ^listening log | grep -Ev "127\.0\.0\.1|::1"'
is 'migrate --ssl: silent' '' "$(xm migrate --ssl g localhost 2>&1)"
check 'migrate --ssl: it runs there, and not here' 'runs_there && ! xm list g'
is 'migrate --ssl: no record of the move is left' '' "$(ls "$host/xm/moves" "$peer/xm/moves" | grep -v ':$' | tr -d '\n')"
check 'relocation: its log says who came' 'grep "^127.0.0.1: may send a guest" log'

# --- the other direction, from where it is to where it was ---

home_port=$(wire port)
conf home here "relocation_port = $home_port"
XM_CONF=$work/home.conf xm relocation 2>home.log &
back=$!
wait_for 10 'grep -q ^listening home.log'
check 'migrate --ssl: and back, by an address and a port' 'there xm migrate --live --ssl --port $home_port g 127.0.0.1 && runs_here && ! there xm list g'
kill $back; wait $back
is 'relocation: told to end it does' 0 $?
check 'migrate -p PORT alone means TLS as well' 'goes -p $port && comes_back'
check 'migrate --port 0 is the usual one' 'goes --port=0 --ssl && comes_back'
check 'migrate: relocation_ssl makes it the usual way' 'as here "relocation_ssl = 1"; goes && comes_back; e=$?; as here; exit $e'
check "migrate: and so does xend's name" 'as here "xend_relocation_ssl = 1"; goes && comes_back; e=$?; as here; exit $e'
check 'migrate: -s comes first' 'as here "relocation_ssl = 1"; xm migrate -s reach g b && runs_there && comes_back; e=$?; as here; exit $e'
as here
check 'migrate --ssl --dryrun: asks that way' 'xm migrate --dryrun --ssl g localhost >asked; grep "^[a-z]* *memory" asked && runs_here'
check 'migrate --ssl --resource: no faster than it may' 'goes --ssl --resource 100 && comes_back'
guest kept
xm new -q kept.cfg
check 'migrate --ssl: a halted guest' 'xm migrate --ssl kept localhost && there xm list --state=halted | grep ^kept && ! xm list kept'
there xm delete kept
xm new -q kept.cfg; xm start kept; xm suspend kept
check 'migrate --ssl: a suspended guest, with its memory' 'xm migrate --ssl kept localhost && there xm resume kept && there xl domid kept'
there xm destroy kept; there xm delete kept

# --- certificates that do not hold ---

as foreign
stays 'migrate --ssl: our certificate is of an authority that they do not know' "^Error: localhost port $port: it does not know the authority that signed $work/foreign.pem: .*relocation_ca"
check 'relocation: and its log says so' 'grep "127.0.0.1: its certificate is not signed by an authority in this host" log'
as expired
stays 'migrate --ssl: ours has expired' "it says that $work/expired.pem has expired"
as server
stays 'migrate --ssl: ours is for servers only' "it does not accept $work/server.pem"
as here "relocation_ca = '$work/other.pem'"
stays 'migrate --ssl: theirs is of an authority that we do not know' 'its certificate is not signed by an authority in this host.s relocation_ca'
as nothing
stays 'migrate --ssl: we have no certificate' "this host's certificate \(relocation_certificate\): $work/nothing.pem: No such file"
as here "relocation_key = '$work/there.key'"
stays 'migrate --ssl: another key than the certificate has' "$work/here.pem and $work/there.key: "
chmod 644 here.key
as here
stays 'migrate --ssl: a key that others may read' "$work/here.key: others may use this key: chmod 600"
chmod 600 here.key
check 'relocation: after all of that the next one comes' 'goes --ssl && comes_back'
like 'relocation: who has no certificate is told that one is wanted' '[Cc]ertificate.required|CERTIFICATE_REQUIRED' "$(wire stranger $port)"
check 'relocation: and its log says so, and that was all' 'grep "127.0.0.1: it has shown no certificate" log && test "$(wc -l <log)" -lt 60'
as lost
check 'migrate --ssl: one that was revoked is good where nobody was told' 'goes --ssl && comes_back'
listen_as there "relocation_crl = '$work/crl.pem'"
stays 'relocation_crl: one that was revoked is refused' "it says that $work/lost.pem has been revoked"
as here
check 'relocation_crl: and another is not' 'goes --ssl && comes_back'
listen_as expired
stays 'migrate --ssl: theirs has expired' 'its certificate has expired: it is to be renewed there'
listen_as elsewhere
stays 'migrate --ssl: theirs is for another name' "its certificate is another host's"
listen_as client
stays 'migrate --ssl: theirs is for clients only' 'its certificate is for another purpose'
listen_as server
check 'migrate --ssl: one for servers is fine there' 'goes --ssl && comes_back'
as client
check 'migrate --ssl: and one for clients here' 'goes --ssl && comes_back'
as here

# --- who may come ---

name=$(getent hosts 127.0.0.1 | awk '{ print $2; exit }')
while read -r who pattern; do
    listen_as there "relocation_hosts_allow = '$(printf '%s' "$pattern" | sed 's/\\/\\\\/g')'"
    case $who in
    in) check "relocation_hosts_allow lets in: $pattern" 'goes --ssl && comes_back' ;;
    out) stays "relocation_hosts_allow keeps out: $pattern" 'it refuses: neither 127\.0\.0\.1 nor .* is in its relocation_hosts_allow' ;;
    esac
done <<END
in ^127\.0\.0\.1\$
in ^10\.0\.0\.1\$ 127\.0\.0\..*
in nobody|127[.]0[.]0[.]1
in ^$name\$
in ^10\.0\.0\.1\$   $name
in
out ^10\.0\.0\.1\$
out ^127\.0\.0\.
out 27\.0\.0\.1
out ^${name%?}
out ${name#?}\$
out ^10\.0\.0\.1\$  ^10\.0\.0\.2\$
out ${name%?}|1
END
check 'relocation: its log says who was kept out' "grep -F 'Rejected connection from 127.0.0.1 ($name).' log"
listen_as there 'xend_relocation_hosts_allow = "nobody"'
check "relocation_hosts_allow: xend's name for it" '! goes --ssl && grep Rejected log'
listen_as there

# --- in the plain ---

stays 'migrate --plain: only where they have said so, too' 'it refuses: TLS is asked for here; --plain has to be said on both sides' --plain
listen --plain
stays 'relocation --plain: only where we have said so, too' 'it does not speak TLS: either no xm relocation listens there, or one with --plain'
check 'relocation --plain: its log says so' 'grep "it wants TLS, which is not spoken with --plain" log'
check 'migrate --plain: both have said so' 'goes --plain && comes_back'
check 'migrate --plain --resource' 'goes --plain -l --resource 100 && comes_back'
conf there there "relocation_hosts_allow = '10[.]0[.]0[.]1'"
listen --plain
stays 'migrate --plain: who may come is asked all the same' 'it refuses: neither 127.0.0.1' --plain
conf there there
hush
refuse 'relocation --plain: not for everybody on all networks' 1 'everybody would be let in: say who may come in relocation_hosts_allow' \
    'there xm relocation --plain --address=0.0.0.0'

# --- peers that are none ---

listen_as there 'relocation_seconds = 2'
check 'relocation: who says nothing is let go in time' 't=$(wire silent $port 1 | tail -n 1); test "$t" -ge 1 -a "$t" -le 15 && grep "127.0.0.1: the other side took too long" log'
check 'relocation: and so is who says a byte now and then' 't=$(wire slow $port); test "$t" -ge 1 -a "$t" -le 15'
wire send $port "$(head -c 5000 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | sed 's/^../00/')" >said
check 'relocation: garbage is not TLS' 'grep "127.0.0.1: it does not speak TLS" log'
wire send $port 16030140000100ffff0303"$(printf 'ab%.0s' $(seq 16378))" >said
check 'relocation: nor is a hello without end taken' 'wait_for 5 "test \$(grep -c 127.0.0.1: log) -ge 4"'
wire send $port "$(printf 'GET / HTTP/1.0\r\n\r\n' | od -An -v -tx1 | tr -d ' \n')" >said
like 'relocation: who wants it in the plain is told' '^xm relocation 1 refused TLS is asked for here' "$(wire send $port 786d0a)"
check 'relocation: none of them disturbs who comes next' 'alive && goes --ssl && comes_back'

# One that sends while others crowd in: neither he nor the next one is kept waiting by them.
listen_as there 'relocation_seconds = 30'
faults 'send.page 3 once delay 4000'
(xm migrate --ssl g localhost 2>moved; echo $? >>moved) &
wait_for 10 'grep -q "may send" log'
wire silent $port 100 >crowd &
crowd=$!
wait_for 20 'grep -q there crowd'
guest second
xm create -q second.cfg
check 'relocation: a crowd of silent ones does not keep a host out' 'timeout 15 xm migrate --ssl second localhost && there xl domid second'
check 'relocation: nor disturbs one that sends' 'wait_for 20 "test -s moved" && test "$(cat moved)" = 0 && runs_there'
check 'relocation: only so many of them are kept' 'n=$(ls /proc/$listener/fd | wc -l); echo $n; test "$n" -lt 60'
hush
check 'relocation: and the end of it is the end of them' 'wait_for 10 "! kill -0 $crowd"'
there xm destroy second
listen_as there 'relocation_peers = 1'
comes_back
faults 'send.page 3 once delay 4000'
guest second 'memory = 32'
xm create -q second.cfg
xm migrate --ssl g localhost &
first=$!
wait_for 10 'grep -q "may send" log'
refuse 'relocation_peers: no more than so many' 1 'it refuses: too many come at a time; try again later' 'xm migrate --ssl second localhost'
hush
wait $first
check 'relocation: who is on the way arrives, though nobody listens any more' 'runs_there && ! xm list g'
check 'relocation: and the other one goes on here' 'xl domid second && xm destroy second'

# --- cut off ---

listen_as there
comes_back
wire proxy $port cut >proxy.port 2>/dev/null &
wait_for 10 'test -s proxy.port'
proxy=$(cat proxy.port)
# The handshake (two or more changes), ready and greeting, ask, facts, hello, welcome, offer, accept, the stream, ready, commit, done, over.
clean() { [ -z "$(traces "$1")" ]; }
settled() { runs_here && clean "$peer" || { runs_there && clean "$host"; }; }
ended=
for turn in $(seq 1 40); do
    echo "turn $turn" >cut
    xm migrate --ssl --port $proxy g localhost >said 2>&1
    [ ! -e cut.missed ] || break
    check "migrate --ssl: cut at turn $turn it is in one place, and nothing of it in the other" 'cat said; wait_for 15 settled'
    runs_here && ended=${ended}h || { ended=${ended}t; comes_back || fresh; }
done
like 'migrate --ssl: up to its last word that is here, and from the answer on there' '^h{8}h*t[ht]*$' "$ended"
comes_back
echo 'bytes 20000' >cut
stays 'migrate --ssl: cut in the midst of its memory' '^Error: .' --ssl --port $proxy
echo 'hold 8' >cut
stays 'migrate --ssl: a network that is silent' '^Error: .*(silent|through|too long)' --ssl --stall 2 --port $proxy
echo 'bytes 20000' >cut
listen --plain
stays 'migrate --plain: the same' '^Error: .' --plain --port $proxy
echo 'word "done"' >cut
check 'migrate --plain: asked again by the same way it is known where it is' 'xm migrate --plain --port $proxy g localhost && runs_there && ! xm list g; e=$?; [ ! -e cut ] && exit $e'
comes_back
listen
faults 'send.page 4 once delay 60000'
timeout -s INT 3 xm migrate --ssl g localhost 2>err
is 'migrate --ssl: Ctrl-C ends it' 124 $?
check 'migrate --ssl: Ctrl-C: it goes on here, and nothing of it is there' 'wait_for 20 runs_here && wait_for 10 "clean $peer"'
faults ''

# --- what cannot be ---

refuse 'migrate: --ssl and --plain' 1 'Error: --ssl and --plain are not both true' 'xm migrate --ssl --plain g b'
refuse 'migrate: --ssl and -s' 1 'Error: -s is another way' 'xm migrate --ssl -s reach g b'
refuse 'migrate: a port that is none' 1 'Error: Invalid value: abc' 'xm migrate --ssl --port abc g b'
refuse 'migrate --ssl: a host that nobody knows' 1 "can't connect: \[Errno -" 'xm migrate --ssl g no.such.host.invalid'
refuse 'migrate --ssl: hosts are no users' 1 'a user is for ssh' 'xm migrate --ssl g root@localhost'
refuse 'migrate: stock xl has no such option' 2 'option' 'xl migrate --ssl g localhost'
refuse 'relocation: a port that is taken' 1 "cannot listen on 127.0.0.1 port $port: Address already in use" 'there xm relocation'
refuse 'relocation: a pattern that is none names it' 1 "relocation_hosts_allow: '\^\(a': missing" \
    'conf bad there "relocation_hosts_allow = \"ok ^(a\""; XM_CONF=bad.conf timeout 5 xm relocation --port $home_port'
refuse 'relocation: no certificate' 1 'relocation_certificate\): .*/nothing.pem: No such file' \
    'conf bad nothing; XM_CONF=bad.conf timeout 5 xm relocation --port $home_port'
refuse 'relocation: an authority that is none' 1 "$work/ca.key: there is no certificate in it|$work/ca.key: " \
    'conf bad there "relocation_ca = \"$work/ca.key\""; XM_CONF=bad.conf timeout 5 xm relocation --port $home_port'
refuse 'relocation: an address that is none' 1 'Error: .*no.such.host.invalid' 'timeout 20 xm relocation --address no.such.host.invalid --port $home_port'
# ADDRESS LINE: it listens there, as it says.
listens() {
    local status
    xm relocation "--address=$1" --port $home_port 2>err &
    wait_for 10 "grep -q '^listening on $2 port $home_port' err"
    status=$?
    kill $! && wait $!
    return $status
}
check 'relocation: by the name of a network interface' 'listens lo 127.0.0.1'
check 'relocation: on all of them, if that is asked for' 'listens "" 0.0.0.0'
hush
XM_CONF=$work/there.conf xm --host=sim:/proc/none relocation 2>log &
listener=$!
wait_for 10 'grep -q "^listening on" log'
stays 'migrate --ssl: a receiver that fails at once' 'the receiver there ended before it said anything; what xm relocation prints there says why'
check 'relocation: and it does' 'grep "/proc/none" log && alive'
hush
done_testing
