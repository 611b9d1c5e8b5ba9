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

# lack_of TITLE REGEX LINES MEMBER... : the same of a guest that has these lines in its configuration.
lack_of() {
    local title=$1 regex=$2 lines=$3
    shift 3
    there_is "$@"
    cfg other "disk = ['file:/shared/other,xvda,w']" "$lines"
    xm create -q other.cfg || echo "# no guest"
    dry other b
    check "$title" "grep -Eq -e '$regex' out"
    xm destroy other
}
truncate -s 1M "$tap_dir/shared/other"
lack_of 'no guests of that type' '^fail     type: here pvh; there no pvh guests' "type = 'pvh'" '"cpu_features": ["pv"]'
lack_of 'a counter of another speed' '^fail     tsc: here native, ' 'tsc_mode = 2' '"cpu_mhz": 3000'
lack_of 'too few processors' '^warn     vcpus: here 2 vcpus; there 1 processors' 'vcpus = 2' '"nr_cpus": 1'
lack_of 'not the processors that it is bound to' '^fail     pinning: here processors 1; there processors 0' "cpus = '1'" '"nr_cpus": 1'
lack_of 'another pool' '^fail     pool: ' '' '"cpupools": ["other"]'
lack_of 'no node that is large enough' '^warn     numa: here [0-9]+ MiB; there 4 nodes' 'memory = 128' '"nodes": 4' '"memory_mib": 1300'
lack_of 'no script for its network' '^fail     vif-script [0-9a-f:]+: here vif-bridge; there ' "vif = ['']" '"scripts": ["block"]'
lack_of 'no script for its disk' '^fail     disk-script xvdb: here block-nbd; there ' "disk = ['script=block-nbd,vdev=xvdb,target=h:1']" '"scripts": ["vif-bridge"]'
lack_of 'no device model' '^fail     device-model qemu-xen: ' "builder = 'hvm'" '"firmware": []'
lack_of 'an older device model' '^fail     device-model-version: here 7.2.0; there 5.0' "builder = 'hvm'" '"emulator_version": "5.0"'
lack_of 'no firmware' '^warn     firmware ' "builder = 'hvm'" '"firmware": ["qemu-xen"]'
lack_of 'another time' '^warn     clock: there \+5[0-9]\.[0-9] s|^warn     clock: there \+60' '' '"clock_offset_ms": 60000'
lack_of 'a disk that can only be read there' '^fail     disk-access xvda: here read and written; there can only be read' '' '"storage": ["/shared/other ro"]'
lack_of 'a guest with guests of its own' '^fail     nested: here nestedhvm = 1' "$(printf '%s\n' "builder = 'hvm'" 'nestedhvm = 1')"
lack_of 'one that is not to move' '^fail     nomigrate: here nomigrate = 1' 'nomigrate = 1'
rm "$tap_dir/shared/other"
machine "\"root\": \"$tap_dir/a\"" '"hostname": "alpha"' '"boot_id": "same"'
there_is '"boot_id": "same"'
check 'a name that leads back to this machine' '! dry web b && grep -q "^fail     host: here alpha; there beta$" out && grep -q "name another one" out'
here_is
there_is
check 'a kernel that is not there' 'rm "$tap_dir/b/kernel"; dry web b; grep -q "^warn     kernel /kernel: here /kernel; there /kernel: No such file" out; : >"$tap_dir/b/kernel"'
check 'a name that is taken' 'there xm create -q later.cfg; there xm rename later web; ! dry web b && grep -q "^fail     name: here web; there a guest that runs has it" out'
there xm destroy web
cfg mac "disk = []" "vif = ['mac=00:16:3e:00:00:77']"
sed "s/^name.*/name = 'cam'/" mac.cfg >cam.cfg
xm create -q mac.cfg
there xm create -q cam.cfg
check 'an address that is taken' '! dry mac b && grep -q "^fail     mac 00:16:3e:00:00:77: here 00:16:3e:00:00:77; there guest cam$" out'
xm destroy mac; there xm destroy cam
cfg card "pci = ['0000:03:00.0']"
check 'a piece of this machine' 'machine "\"root\": \"$tap_dir/a\"" "\"hostname\": \"alpha\"" "\"pci\": [\"0000:03:00.0 pciback\"]"; xm new -q card.cfg; ! dry card b && grep -q "^fail     pass-through: here PCI device 0000:03:00.0" out; xm delete card; here_is'
for side in a b; do mkdir -p "$tap_dir/$side/d"; echo "a distribution" >"$tap_dir/$side/d/cd.iso"; done
cfg cd "builder = 'hvm'" "disk = ['file:/d/cd.iso,hdc:cdrom,r']"
xm create -q cd.cfg
check 'a copy of a CD image will do' 'dry cd b; grep -q "^pass     disk-storage hdc: here only read; there has the same in it" out'
check 'a CD image with something else in it' 'echo "another distro" >"$tap_dir/b/d/cd.iso"; ! dry cd b && grep -q "^fail     disk-storage hdc: " out'
check 'no CD image' 'rm "$tap_dir/b/d/cd.iso"; ! dry cd b && grep -q "^fail     disk hdc: here /d/cd.iso; there " out && grep -q "or eject it first" out'
xm destroy cd
check '-C: what it is to have there' 'cfg moved "disk = ['\''file:/shared/nowhere,xvda,w'\'']"; ! dry -C moved.cfg web b && grep -q "^fail     disk xvda: here /shared/nowhere; there " out'
check '--resource: it would take longer' 'dry web b && a=$(sed -n "s/^it would take about \([0-9]*\).*/\1/p" out) && dry --resource=8 web b && b=$(sed -n "s/^it would take about \([0-9]*\).*/\1/p" out) && test "$b" -gt 30 -a "$b" -gt "$a"'

list=
for vdev in a b c d e f g h i j; do
    truncate -s 64M "$tap_dir/shared/many$vdev"
    list="$list'file:/shared/many$vdev,xvd$vdev,w', "
done
cfg many "disk = [$list]"
xm create -q many.cfg
check 'ten disks: soon done' 'from=$(date +%s%N) && dry many b && test $((($(date +%s%N) - from) / 1000000)) -lt 2000 && test "$(grep -c "^pass     disk-storage " out)" = 10'
xm destroy many
rm "$tap_dir"/shared/many*
cfg asleep "disk = []"
xm new -q asleep.cfg
check 'a guest that is suspended' 'xm start asleep && xm suspend asleep && dry asleep b && grep -q "^pass     cpu-features: " out'
there_is '"cpu_lacks": ["AVX2"]'
check 'one that is suspended may have been promised more' '! dry asleep b && grep -q "^unknown  cpu-features: .*lacks AVX2" out'
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
