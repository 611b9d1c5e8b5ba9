#!/bin/bash
# xm migrate --dryrun of a guest that runs, asked of a real host, and each failure that a real host can be made to have.
. "$(dirname "$0")/pair.sh"

truncate -s 1M /shared/disk.img
walker g "disk = ['file:/shared/disk.img,xvda,w', 'phy:/dev/vdb,xvdb,w']" "vif = ['bridge=xenbr0']"
check 'a guest with a file, a disk and a vif' 'xm create -q g.cfg'
dry() { xm migrate --dryrun -l "$@" g right >out 2>err; }

check 'it would work: status 0' 'dry'
is 'nothing fails, and nothing is unknown' '' "$(grep -E '^(fail|unknown) ' out)"
check 'the directory in common is found to be one' 'grep -q "^pass     disk-storage xvda: " out'
check 'of the disk in common both tell the same serial number, which is a hint' '
    grep -q "^warn     disk-storage xvdb: here serial xm-both; there serial xm-both$" out'
check 'its time is estimated' 'grep -Eq "^it would take about [0-9.]+ s, [0-9.]+ s of which" out'
check 'nothing is left of it' '[ "$(ls -A /shared)" = disk.img ] && [ -z "$(traces_there g)" ]'
check 'as JSON' 'dry --json && grep -q "\"works\": true" out'

# TITLE REGEX THERE UNDO: with the command THERE run on right.
lack() {
    ssh right "$3" >/dev/null 2>&1
    check "$1" "! dry && grep -Eq -e '^fail     $2' out || { cat out err; false; }"
    ssh right "$4" >/dev/null 2>&1
}
mount='mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 shared /shared'
lack 'no disk there' 'disk xvda: ' 'umount /shared' "$mount"
lack 'another directory under the same name' 'disk-storage xvda: ' 'umount /shared; truncate -s 1M /shared/disk.img' \
    "rm /shared/disk.img; $mount"
lack 'another size' 'disk-kind xvda: ' 'umount /shared; truncate -s 2M /shared/disk.img' "rm /shared/disk.img; $mount"
lack 'no bridge' 'bridge ' 'ip link set xenbr0 down; ip link set xenbr0 name gone' \
    'ip link set gone name xenbr0; ip link set xenbr0 up'
cp g.cfg /shared/g.cfg
sed -i '/^disk/d; /^vif/d' /shared/g.cfg
lack 'its name is taken' 'name: ' 'xl create -q /shared/g.cfg' 'xl destroy g'
sed "s/'g'/'other'/" /shared/g.cfg >/shared/other.cfg
echo "disk = ['phy:/dev/vdb,xvda,w']" >>/shared/other.cfg
lack 'another guest writes to its disk' 'disk-use xvdb: ' 'xl create -q /shared/other.cfg' 'xl destroy other'
check 'no memory' 'sed "s/^memory = 8/memory = 90000/; s/^name.*/name = \"big\"/" g.cfg >big.cfg
    ! xm migrate --dryrun big.cfg right >out 2>err && grep -q "^fail     memory: " out'
check 'a PV guest, live, without shadow paging' 'tiny p && xm create -q p.cfg &&
    ! xm migrate --dryrun -l p right >out 2>err && grep -q "^fail     paging: " out && xm destroy p'
check 'this very host' '! xm migrate --dryrun -l g left >out 2>err && grep -q "^fail     host: " out'
refuse 'no such host' 1 . 'timeout 60 xm migrate --dryrun -l g nowhere'

# Those who move a guest are told the same.
ssh right xl create -q /shared/g.cfg
refuse 'a real move fails of the same' 1 'stays here' 'xm migrate -l g right'
check 'and it goes on here' 'runs_here g'
ssh right xl destroy g

xm migrate --dryrun -l -s 'to stock' g right >out 2>err
check 'of a stock xl: what it tells is taken' 'grep -q "^pass     xen: " out && grep -q "^pass     name: " out'
check 'of a stock xl: what it cannot tell is unknown' 'grep -q "^unknown  disk-storage xvda" out || { cat out; false; }'
check 'after all of this it would work still' 'dry || { cat out err; false; }'
check 'it ends' 'destroyed g'
done_testing
