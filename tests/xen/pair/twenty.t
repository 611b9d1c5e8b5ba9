#!/bin/bash
# Twenty times in a row, there and back, a guest that looks whether its memory and its disk came along.
. "$(dirname "$0")/pair.sh"

truncate -s 1M /shared/disk.img
walker g "disk = ['file:/shared/disk.img,xvda,w']"
xm create -q g.cfg
check 'it walks, on its disk too' 'wait_for 30 "walks_here g" && ! cmp -n 65536 /dev/zero /shared/disk.img'
for ((i = 1; i <= 20; i += 2)); do
    check "$i: there" 'xm migrate -l g right && wait_for 60 "walks_there g"'
    check "$((i + 1)): and back" 'there xm migrate -l g left && wait_for 60 "walks_here g"'
done
check 'there is one of it' 'only_here g'
check 'it ends when it is told to' 'xenstore-write "/local/domain/$(xl domid g)/control/shutdown" poweroff && wait_for 60 "! xl list g"'
done_testing
