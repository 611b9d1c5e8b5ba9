#!/bin/bash
# The link is cut, and either side killed, at every message in turn. Whatever happens, there is in the end one
# guest: up to the source's last word it goes on at the source and nothing of it is at the target; from the
# target's decision on it is the other way round; in between the question settles it.
. "$(dirname "$0")/peer.sh"

# Of a session: 1 greeting 2 ask 3 facts 4 hello 5 welcome 6 offer 7 accept 8 the stream 9 ready 10 commit 11 done 12 over.
# Of stock xl's protocol: 1 banner 2 the stream 3 ready 4 go 5 report.
runs_here() { xm list g 2>/dev/null | grep -q '^g .*[r-][b-]----'; }
runs_there() { there xm list g 2>/dev/null | grep -q '^g .*[r-][b-]----'; }
# All of a host that tells of the guest.
traces() { (cd "$1" && find xm sim/domains -type f | grep -Ev '^xm/lock$|^xm/index|decision$|domains/0.json$'); }
clean() { [ -z "$(traces "$1")" ]; }
# Who was killed is settled by its host's supervisor; who is in doubt by the question.
settle() {
    local i
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        case $(runs_here && echo h)$(runs_there && echo t) in
        h) ! clean "$peer" || return 0 ;;
        t) ! clean "$host" || return 0 ;;
        ht) return 0 ;;
        esac
        xm migrate --recover g >/dev/null 2>&1
        there xm list >/dev/null 2>&1
        sleep 0.4
    done
}
outcome() { echo "$(runs_here && echo here)$(runs_there && echo there)"; }
fresh() {
    there xm destroy g 2>/dev/null
    xm destroy g 2>/dev/null
    xm create -q g.cfg || echo "# no guest"
}

# TITLE EXPECTED PROGRAM NTH WHAT: EXPECTED is here, there, or either.
broken() {
    local got
    runs_here && clean "$peer" || fresh
    break_at "$4" "$5"
    $3 migrate -s reach g b >"$tap_dir/said" 2>&1
    [ ! -e "$tap_dir/cut" ] || { rm "$tap_dir/cut"; tap_not_ok "$1" "it was not broken"; return; }
    settle
    got=$(outcome)
    if [ "$got" = "$2" ] || { [ "$2" = either ] && [ "$got" = here -o "$got" = there ]; } &&
        case $got in here) clean "$peer" ;; *) clean "$host" ;; esac; then
        tap_ok "$1"
    else
        tap_not_ok "$1" "it runs: $got, expected: $2" "said:" "$(tail -n 5 "$tap_dir/said")" "here:" "$(traces "$host")" \
            "there:" "$(traces "$peer")"
    fi
}

guest g
# Before the first byte nobody has answered, and stock xl's words are tried next.
broken 'migrate: cut before anybody answered' there xm 1 cut
broken 'migrate: killed before anybody answered' here xm 1 source
broken 'migrate: the target killed before it answered' there xm 1 target
broken 'migrate: half a greeting is none' here xm 1 half
for nth in 2 3 4 5 6 7 8 9; do
    for what in cut source target half; do
        broken "migrate: $what at message $nth" here xm $nth $what
    done
done
broken 'migrate: cut before its last word arrives' here xm 10 cut
broken 'migrate: killed when its last word is under way' here xm 10 source
broken 'migrate: the target killed before it has the last word' here xm 10 target
broken 'migrate: half of the last word is none' here xm 10 half
broken 'migrate: killed after its last word' there xm 10 source-after
broken 'migrate: the target killed after the last word' there xm 10 target-after
for what in cut source target half; do
    broken "migrate: $what at the answer to its last word" there xm 11 $what
    broken "migrate: $what at what is only a courtesy" there xm 12 $what
done
for nth in 1 2 3; do
    for what in cut source target half; do
        broken "xl migrate: $what at message $nth" here xl $nth $what
    done
done
for what in cut source target half; do
    broken "xl migrate: $what at the leave to go on" here xl 4 $what
    broken "xl migrate: $what at the report" there xl 5 $what
done

# --- in doubt, and the other host away ---

away() { sleep "$1"; }
fresh
echo '#!/bin/bash
reach "$@"; e=$?; : >"$tap_dir/down"; exit $e' >"$tap_dir/bin/once"
chmod +x "$tap_dir/bin/once"
# The answer is lost, and no second link comes about for a while.
break_at 11 cut
xm migrate -s once g b >said 2>&1
is 'migrate: in doubt, it fails' 1 $?
like 'migrate: in doubt, it says so, and what is to be done' 'migrate --recover' "$(cat said)"
check 'migrate: in doubt, it does not run here' '! runs_here && runs_there'
refuse 'migrate --recover: a host that is away' 1 'was not reached' 'xm migrate --recover g'
refuse 'migrate: one in doubt is not sent again' 1 'migrate --recover' 'up; xm migrate -s reach g--migratedaway b; e=$?; down; exit $e'
check 'migrate: one in doubt is not run by a command that unpauses' 'xm unpause g || true; ! runs_here'
up
sed -i 's/^reach.*/exec reach "$@"/' "$tap_dir/bin/once"
is 'migrate --recover: it is told where it is' 'g runs on b, and is gone here.' "$(xm migrate --recover g 2>&1)"
check 'migrate --recover: and here is nothing of it' 'clean "$host" && runs_there'
done_testing
