#!/bin/bash
# A move is preceded by the checks of a dry run: what fails, warns or is not known stops it before anything has
# changed on either side, unless it is forced.
. "$(dirname "$0")/peer.sh"

for side in a b; do mkdir -p "$tap_dir/$side"; : >"$tap_dir/$side/kernel"; done
here_is() { machine "\"root\": \"$tap_dir/a\"" '"hostname": "alpha"' "$@"; }
there_is() { machine_there "\"root\": \"$tap_dir/b\"" '"hostname": "beta"' "$@"; }
cfg() { local name=$1; shift; printf '%s\n' "name = '$name'" "kernel = '/kernel'" 'memory = 64' "$@" >"$name.cfg"; }
runs_here() { xm list web 2>/dev/null | grep -q '^web .*[r-][b-]----' && ! there xm list web 2>/dev/null; }
runs_there() { there xm list web 2>/dev/null | grep -q '^web .*[r-][b-]----' && ! xm list web 2>/dev/null; }
everything() { (cd "$1" && find xm sim/domains -type f ! -name lock -print0 | sort -z | xargs -0 cksum) 2>/dev/null; }
here_is
there_is
cfg web
fresh() { there xm destroy web 2>/dev/null; there_is; runs_here || xm create -q web.cfg; }
fresh
there xm list >/dev/null

# stopped TITLE REGEX COMMAND [MEMBER...]: on the other host as those members make it.
stopped() {
    local title=$1 regex=$2 command=$3 before
    shift 3
    there_is "$@"
    before=$(everything "$host"; everything "$peer")
    refuse "$title" 1 "$regex" "$command"
    is "$title: nothing is changed" "$before" "$(everything "$host"; everything "$peer")"
    check "$title: it runs here" runs_here
}
amd='"cpu_vendor": "amd"'
stopped 'a check that fails' '^fail     cpu-vendor: here GenuineIntel; there AuthenticAMD$' 'xm migrate -s reach web b' "$amd"
stopped 'it says what to do' '^         a guest that runs cannot change its processor' 'xm migrate -s reach web b' "$amd"
stopped 'it says how to go on' '^Error: web stays here: [0-9]+ checks failed \(--force=cpu-vendor,.* would go on' 'xm migrate -s reach web b' "$amd"
stopped 'live as well' '^fail     cpu-vendor' 'xm migrate -l -s reach web b' "$amd"
stopped '--force alone does not go past it' '^Error: web stays here: [0-9]+ checks failed' 'xm migrate --force -s reach web b' "$amd"
stopped '--force=CHECK does not go past another one' '^Error: .* 1 check failed \(--force=memory ' 'xm migrate --force=cpu-vendor -s reach web b' '"memory_mib": 1060'
stopped 'a check that warns' '^Error: web stays here: 1 check warns, 0 could not be made \(--force ' 'xm migrate -s reach web b' '"cpu_mhz": 3000'
stopped 'the warning is told' '^warn     tsc: ' 'xm migrate -s reach web b' '"cpu_mhz": 3000'
stopped 'a word that is no check' "'speed': --force knows no such check" 'xm migrate --force=memory,speed -s reach web b'
faults_there 'machine 1 on fail HOST "no answer"'
stopped 'what could not be looked at' '^Error: web stays here: 0 checks warn, [0-9]+ could not be made' 'xm migrate -s reach web b'
faults_there ''

goes() {                    # TITLE COMMAND [MEMBER...]
    local title=$1 command=$2
    shift 2
    fresh
    there_is "$@"
    check "$title" "$command 2>err && runs_there"
}
goes '--force goes past a warning' 'xm migrate --force -s reach web b' '"cpu_mhz": 3000'
check 'which is told' 'grep -q "^warn     tsc: " err'
goes '--force=CHECK goes past it as well' 'xm migrate --force=tsc -s reach web b' '"cpu_mhz": 3000'
goes '--force=CHECK,CHECK goes past those that failed' 'xm migrate --force=cpu-vendor,cpu-features,cpu-microcode,cpu-leaves -s reach web b' "$amd"
goes '--force again and again' 'xm migrate --force=cpu-vendor --force --force=cpu-features,cpu-leaves --force=cpu-microcode -s reach web b' "$amd"
goes 'nothing in its way, nothing said' 'xm migrate -s reach web b && test ! -s err'

# --- stored guests ---
cfg kept
xm new -q kept.cfg
there_is '"memory_mib": 1060'
refuse 'a halted guest is looked at as well' 1 '^fail     memory' 'xm migrate -s reach kept b'
check 'and can be forced' 'xm migrate --force=memory -s reach kept b && there xm list --state=halted | grep -q ^kept'
there xm delete kept
there_is

# --- -C ---
fresh
truncate -s 1M "$tap_dir/b/disk"
printf '%s\n' "name = 'web'" "kernel = '/kernel'" 'memory = 64' "disk = ['file:/disk,xvda,w']" >other.cfg
refuse '-C: what it is to have there is looked for' 1 '^unknown  disk-storage xvda' 'xm migrate -C other.cfg -s reach web b'
rm "$tap_dir/b/disk"
refuse '-C: and not found' 1 '^fail     disk xvda: here /disk; there ' 'xm migrate -C other.cfg -s reach web b'
check '-C: it runs on' runs_here

# --- the dry run says the same ---
there_is '"cpu_mhz": 3000'
check '--dryrun: that a move has to be forced' 'xm migrate --dryrun -s reach web b >out && tail -n 1 out | grep -q "has to be told --force, as 1 check warns"'
check '--dryrun --force: that it would work so' 'xm migrate --dryrun --force -s reach web b >out && ! grep -q "has to be told" out'
there_is '"memory_mib": 1060'
check '--dryrun --force=CHECK: likewise' '! xm migrate --dryrun --force -s reach web b >out 2>err && xm migrate --dryrun --force=memory -s reach web b >out'

# --- as xl, and towards one ---
fresh
there_is "$amd"
check 'xl migrate: looks at nothing' 'xl migrate -s reach web b 2>err && runs_there && ! grep -q cpu-vendor err'
fresh
no_xm
check 'towards a stock xl: what it cannot be asked does not stop it' 'xm migrate -s reach web b 2>err && runs_there && ! grep -Eq "^(fail|warn|unknown) " err'
fresh
xm destroy web
cfg web 'nomigrate = 1'
xm create -q web.cfg
refuse 'towards a stock xl: what fails here does' 1 '^fail     nomigrate: here nomigrate = 1' 'xm migrate -s reach web b'
check 'towards a stock xl: it runs on' runs_here
check 'towards a stock xl: unless it is named' 'xm migrate --force=nomigrate -s reach web b && runs_there'
done_testing
