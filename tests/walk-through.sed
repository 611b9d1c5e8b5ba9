# Puts words for what differs from run to run in the walk-through's transcript. Columns keep their
# places, so that a heading or a row that has moved is noticed.

# xm list: domain 0 is as large as its machine; a guest has a number, an instant's state, a time.
s/^(Domain-0 {32}) {5}0 [ 0-9]{4}[0-9] [ 0-9]{4}[0-9] {5}[-rb]{2}---- [ 0-9]{5}[0-9]\.[0-9]$/\1     0   MEM VCPUS      STATE     TIME/
s/^(solaris {33}) [ 0-9]{4}[0-9] (.{5}) (.{5}) {5}[-rb]{2}---- [ 0-9]{5}[0-9]\.[0-9]$/\1    ID \2 \3      STATE     TIME/
s/^(solaris {33} {6} .{5} .{5} {11}) [ 0-9]{5}[0-9]\.[0-9]$/\1     TIME/

# xm vcpu-list: the same; of domain 0 one row stands for all.
/^Domain-0 {24} {5}0 {5}[1-9]/d
s/^(Domain-0 {24}) {5}0 {5}0 .*$/\1     0     0 .../
s/^(solaris {25}) [ 0-9]{4}[0-9] (.{5}) [ 0-9]{4}[0-9] {3}[-rb]{2}- {2}[ 0-9]{5}[0-9]\.[0-9] /\1    ID \2   CPU STATE      TIME /

s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/
s,^(# xm dump-core solaris )/[^ ]*/core$,\1/tmp/core,
