#!/bin/bash
# xm migrate --dryrun: between two xm and towards a stock xl, each lack of the other host provoked; nothing is
# changed on either side.
. "$(dirname "$0")/peer.sh"

mkdir -p "$tap_dir/shared" "$tap_dir/a/d" "$tap_dir/b/d"
for side in a b; do ln -s "$tap_dir/shared" "$tap_dir/$side/shared"; : >"$tap_dir/$side/kernel"; done
truncate -s 1M "$tap_dir/shared/disk"
here_is() { machine "\"root\": \"$tap_dir/a\"" '"hostname": "alpha"' "$@"; }
there_is() { machine_there "\"root\": \"$tap_dir/b\"" '"hostname": "beta"' "$@"; }
here_is
there_is
cfg() { local name=$1; shift; printf '%s\n' "name = '$name'" "kernel = '/kernel'" 'memory = 64' "disk = ['file:/shared/disk,xvda,w']" "$@" >"$name.cfg"; }
dry() { xm migrate --dryrun --live -s reach "$@" >out 2>err; }
everything() { (cd "$1" && find xm sim/domains -type f -print0 | sort -z | xargs -0 cksum) 2>/dev/null; }

cfg web "vif = ['mac=00:16:3e:00:00:01']"
xm create -q web.cfg
there xm list >/dev/null
before=$(everything "$host"; everything "$peer"; ls -A "$tap_dir/shared")
check 'a guest that would move: exit 0' 'dry web b'
is 'each check passes' '' "$(grep -Ev '^pass |^it would take about' out)"
check 'both sides are named' 'grep -q "^pass     host: here alpha; there beta$" out'
check 'the storage was looked at' 'grep -q "^pass     disk-storage xvda: here a file left beside it; there is seen there$" out'
check 'its time was estimated' 'grep -Eq "^it would take about [0-9.]+ s, [0-9.]+ s of which it would not run" out'
is 'nothing is changed on either side' "$before" "$(everything "$host"; everything "$peer"; ls -A "$tap_dir/shared")"
check 'and it can move' 'xm migrate -s reach --live web b && there xl domid web && there xm destroy web'

cfg kept
xm new -q kept.cfg
check 'a guest that is stored' 'dry kept b && grep -q "^pass     cpu-features: here starts anew$" out'
xm delete kept
cfg later
check 'a guest that is nowhere yet' 'dry later.cfg b && grep -q "^pass     kernel /kernel: here /kernel; there there$" out'
refuse 'no such guest' 3 'nobody' 'xm migrate --dryrun -s reach nobody b'

# lack TITLE REGEX MEMBER... : the other host with these members is no place to go; what is printed says why.
cfg web "vif = ['']"
xm create -q web.cfg
lack() {
    local title=$1 regex=$2
    shift 2
    there_is "$@"
    check "$title" "! dry web b && grep -Eq -e '$regex' out && grep -q 'would not move to b' err"
}
lack 'another maker of processors' '^fail     cpu-vendor: here GenuineIntel; there AuthenticAMD' '"cpu_vendor": "amd"'
lack 'a feature that is not there' '^fail     cpu-features: .*lacks AVX2' '"cpu_lacks": ["AVX2"]'
lack 'older microcode' '^fail     cpu-microcode: here microcode 0x1; there microcode 0x1, lacks MD_CLEAR' '"cpu_lacks": ["MD_CLEAR"]'
lack 'an older Xen' '^fail     xen: here Xen 4.17; there Xen 4.16' '"xen_version": "4.16"'
lack 'no bridge' '^fail     bridge [0-9a-f:]+: here xenbr0; there could not find bridge device xenbr0' '"bridges": []'
lack 'too little memory' '^fail     memory: here needs 65 MiB; there 36 MiB free' '"memory_mib": 1060'
lack 'no room for its entry' '^fail     store: ' '"disk_free_mib": 0'
lack 'a disk that is mounted there' '^fail     disk-use xvda: .*domain 0, which has it mounted' '"mounts": ["/shared/disk"]'
lack 'another disk of that name' '^fail     disk-kind xvda: ' '"storage": ["/shared/disk block size=512 wwn=naa.6"]'
there_is
check 'the same path and another directory' 'rm "$tap_dir/b/shared"; mkdir "$tap_dir/b/shared"; truncate -s 1M "$tap_dir/b/shared/disk"
    ! dry web b && grep -q "^fail     disk-storage xvda: here a file left beside it; there is not seen there$" out && grep -q "share it" out'
check 'no disk' 'rm "$tap_dir/b/shared/disk"; ! dry web b && grep -q "^fail     disk xvda: here /shared/disk; there /shared/disk: No such file" out'
rmdir "$tap_dir/b/shared"; ln -s "$tap_dir/shared" "$tap_dir/b/shared"

there_is '"cpu_mhz": 3000'
check 'a warning does not stop it' 'dry web b && grep -q "^warn     tsc: " out'
there_is

# --- for programs ---
check '--json: it works' 'xm migrate --dryrun --live --json -s reach web b >out && grep -q "\"works\": true" out && grep -q "\"verdict\": \"pass\"" out && grep -q "\"downtime_seconds\"" out'
there_is '"cpu_vendor": "amd"'
check '--json: it does not' '! xm migrate --dryrun --live --json -s reach web b >out 2>err && grep -q "\"works\": false" out && grep -q "\"check\": \"cpu-vendor\"" out'
there_is

# --- what cannot be asked ---
# A host whose only toolstack answers as stock xl does.
cat >"$tap_dir/bin/stock" <<'END'
#!/bin/bash
shift
export XM_HOST=sim:$peer
case $* in *migrate-receive*) exec xl migrate-receive ;; *) exec sh -c "$*" ;; esac
END
chmod +x "$tap_dir/bin/stock"
check 'a stock xl: what it lists is taken' 'xm migrate --dryrun --live -s stock web b >out 2>err; grep -q "^pass     xen: " out && grep -q "^pass     name: " out'
check 'a stock xl: it is not known' '! xm migrate --dryrun --live -s stock web b >out 2>err && grep -q "^unknown  disk-storage xvda" out && grep -q "is not known" err'
is 'a stock xl: nothing of its disks passes' 0 "$(grep -c '^pass     disk' out)"
faults_there 'machine 1 on fail HOST "no answer"'
check 'what a host cannot find out is unknown' '! dry web b && grep -q "^unknown  cpu-vendor" out'
faults_there 'info 2 on fail HOST "no answer"'
refuse 'a host that cannot answer' 1 'no answer' 'xm migrate --dryrun -s reach web b'
faults_there ''
down
check 'a host that is not there' '! dry web b && [ ! -s out ]'
up
is 'no nonce is left behind by any of it' disk "$(ls -A "$tap_dir/shared")"
check 'the guest runs as before' 'xm list --state=running | grep -q ^web'
done_testing
