# For tests that cut moves off: read at the top of each in place of peer.sh.
#
#   traces DIR / clean DIR      all of a host that tells of the guest / is there nothing?
#   has [there]                 what a host has of guest g: running, suspended, halted ..., doubt, or nothing
#   broken TITLE EXPECTED MAKE PROGRAM NTH WHAT [OPTION...]
#                               `PROGRAM migrate OPTION... g b`, broken at its NTH message as relay.c says. MAKE
#                               makes the guest where there is none. EXPECTED is HERE/THERE, what `has` says in
#                               the end, once it is settled who has it
. "$(dirname "$0")/peer.sh"

traces() { (cd "$1" && find xm sim/domains -type f | grep -Ev '^xm/lock$|^xm/index|decision$|domains/0.json$'); }
clean() { [ -z "$(traces "$1")" ]; }
has() {
    "$@" xm list --json g 2>/dev/null |
        awk -F'"' '/^ *"state": / { state = $4 } /^ *"in_doubt": "/ { state = "doubt" } END { print state }'
}
outcome() { echo "$(has)/$(has there)"; }
# Nothing of a guest may be left where it is not, nor of its move where it is.
settled() {
    [ -n "${got%/*}" ] || clean "$host" || return 1
    [ -n "${got#*/}" ] || clean "$peer" || return 1
    ! ls "$host"/xm/moves/*.json "$peer"/xm/moves/*.json >/dev/null 2>&1
}
# Who was killed is settled by its host's supervisor; who is in doubt by the question.
settle() {
    local i
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        got=$(outcome)
        [ "$got" != "$1" ] || ! settled || return 0
        xm migrate --recover g >/dev/null 2>&1
        there xm list >/dev/null 2>&1
        sleep 0.4
    done
    return 1
}
forget() {
    "$@" xm destroy g
    "$@" xm resume g && "$@" xm destroy g
    "$@" xm delete g
} >/dev/null 2>&1
broken() {
    local title=$1 expected=$2 make=$3 program=$4 nth=$5 what=$6 was
    shift 6
    was=$made
    made=$make
    [ "$was" = "$make" ] && [ "$got" = "$start" ] || {
        forget
        forget there
        $make || echo "# no guest"
        start=$(outcome)
    }
    break_at "$nth" "$what"
    $program migrate -s reach "$@" g b >"$tap_dir/said" 2>&1
    [ ! -e "$tap_dir/cut" ] || { rm "$tap_dir/cut"; tap_not_ok "$title" "it was not broken"; return; }
    if settle "$expected"; then
        tap_ok "$title"
    else
        tap_not_ok "$title" "it is: $got, expected: $expected" "said:" "$(tail -n 5 "$tap_dir/said")" "here:" \
            "$(traces "$host")" "there:" "$(traces "$peer")"
    fi
}
