#!/bin/bash
# An administrator's walk-through as a transcript: every command after `# `, and what it printed.
#
# It is played in the current directory, with the xm of the search path, on the host that XM_HOST
# names, and with the guest.py that stands there: a guest called solaris of 512 MiB and two vcpus.
# Where a person would look and wait, it waits without a word. It ends with the status of the
# first command that fails, having said which.
#
#   WALK_READY   a command that returns once the guest has come up for the Nth time, N in $boots
#   WALK_LIMIT   seconds to wait for anything else (60)
#
# Its xm.conf is to say min_restart_seconds = 0: the guest reboots soon after its start.
: "${WALK_READY:=true}" "${WALK_LIMIT:=60}"
boots=0

die() { printf 'walk-through: %s\n' "$*" >&2; exit 1; }

type_in() {
    local status
    printf '# %s\n' "$1"
    eval "$1" </dev/null 2>&1
    status=$?
    [ $status = 0 ] || { echo "walk-through: '$1' ended with status $status" >&2; exit $status; }
}

until_true() {          # WHAT COMMAND
    local end=$((SECONDS + WALK_LIMIT))
    until eval "$2" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "not within $WALK_LIMIT s: $1"
        sleep 0.2
    done
}

is_state() { xm list --state="$1" | grep -q '^solaris '; }

until_up() {
    boots=$((boots + 1))
    until_true 'solaris runs' 'is_state running'
    eval "$WALK_READY" || die "solaris has not come up"
}

# A guest that has shut down counts as halted before its domain is gone.
until_halted() { until_true 'solaris is halted' '[ "$(xm domid solaris)" = None ] && is_state halted'; }

until_state() { until_true "solaris is $1" "is_state $1"; }

# Its second boot is another domain.
until_rebooted() {
    until_true 'solaris is another domain' '[ "$(xm domid solaris)" -gt "$before" ]'
    until_up
}

type_in 'xm new -f guest.py'
type_in 'xm list'
type_in 'xm start solaris'
until_up
type_in 'xm list'
type_in 'xm suspend solaris'
type_in 'xm list'
until_state suspended
[ "$(xm list | awk '$1 == "solaris" { print ($NF > 0) }')" = 1 ] || die 'its CPU time is not kept'
type_in 'xm resume solaris'
until_state running
type_in 'xm list'
type_in 'xm shutdown solaris'
until_halted
type_in 'xm list'

# The stored guest is changed in place: the file names it by its uuid.
uuid=$(xm list --long solaris | sed -n 's/^    (uuid \(.*\))$/\1/p')
type_in "echo 'uuid = \"$uuid\"' >> guest.py"
type_in "sed -i 's/^memory = .*/memory = \"256\"/' guest.py"
type_in 'xm new -f guest.py'
type_in 'xm list'

type_in 'xm start solaris'
until_up
before=$(xm domid solaris)
type_in 'xm sysrq solaris b'
until_rebooted
type_in 'xm list'
type_in "xm dump-core solaris $PWD/core"
[ "$(head -c 4 core | tail -c 3)" = ELF ] || die "$PWD/core is no ELF file"
type_in 'xm vcpu-list'
type_in 'xm vcpu-pin solaris 0 0-1'
type_in 'xm vcpu-list solaris'

type_in 'xm shutdown solaris'
until_halted
type_in 'xm delete solaris'
type_in 'xm list'
