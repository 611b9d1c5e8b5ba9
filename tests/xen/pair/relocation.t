#!/bin/bash
# Without ssh: guests go by xm relocation, over TLS, and plainly where both sides say so.
. "$(dirname "$0")/pair.sh"

key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
certificate() {         # HOST AUTHORITY
    openssl req -new $key -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 9 \
        -extfile <(echo "subjectAltName = DNS:$1") -out "$1.pem"
} 2>>openssl.log
for authority in ca other; do
    openssl req -x509 $key -keyout $authority.key -out $authority.pem -subj "/CN=$authority" -days 9 2>>openssl.log
done
certificate left ca
certificate right ca

# Where both look for them without a word in xm.conf.
own=/etc/xen/relocation
mkdir -p $own
cp ca.pem $own/ca.pem
cp left.pem $own/cert.pem
install -m 600 left.key $own/key.pem
tar -c ca.pem right.pem right.key |
    ssh right "mkdir -p $own && cd $own && tar -x && mv right.pem cert.pem && mv right.key key.pem && chmod 600 key.pem"

listen() {              # WORD...: right listens, and nobody else than left is let in
    ssh right "[ ! -e /run/listener ] || kill \$(cat /run/listener); : >/run/listening
        echo \"relocation_hosts_allow = '10[.]9[.]0[.]1'\" >/etc/xen/xm.conf
        setsid xm relocation --address 10.9.0.2 $* </dev/null >/dev/null 2>/run/listening & echo \$! >/run/listener"
    wait_for 20 "ssh right grep -q 'listening' /run/listening" || ssh right cat /run/listening
}
said_there() { ssh right cat /run/listening; }

walker g
xm create -q g.cfg
check 'it walks' 'wait_for 30 "walks_here g"'
like 'nobody listens: the move is refused' 'right' "$(xm migrate -l --ssl g right 2>&1)"
check 'nobody listens: it goes on here' 'only_here g && wait_for 30 "walks_here g"'

listen
check 'TLS: it goes' 'xm migrate -l --ssl g right 2>err || { cat err; said_there; false; } >&2'
check 'TLS: it runs there, and here is nothing of it' 'only_there g'
check 'TLS: it goes on as it was' 'wait_for 30 "walks_there g"'
check 'and back, by ssh' 'there xm migrate -l g left && only_here g && wait_for 30 "walks_here g"'

cp other.pem $own/ca.pem
check 'TLS: another authority: it is refused, in words that say so' '
    ! xm migrate -l --ssl g right 2>err && grep -q "relocation_ca" err || { cat err >&2; false; }'
check 'TLS: another authority: it goes on here' 'only_here g && wait_for 30 "walks_here g"'
cp ca.pem $own/ca.pem
check 'plain: refused where only one side says so' '! xm migrate -l --plain g right 2>err && only_here g && wait_for 30 "walks_here g"'

listen --plain
check 'plain: and TLS is, where the other side says so' '! xm migrate -l --ssl g right 2>err && only_here g'
check 'plain: it goes where both say so' 'xm migrate -l --plain g right 2>err && only_there g && wait_for 30 "walks_there g"'
there xm destroy g
ssh right 'kill $(cat /run/listener); rm /etc/xen/xm.conf'
done_testing
