# TAP for test files in shell. Read at the top of each, from wherever it stands:
#
#   . "$(dirname "$0")/../tap.sh"
#
#   check  'TITLE' 'COMMAND'                    the command succeeds
#   refuse 'TITLE' STATUS 'REGEX' 'COMMAND'     it exits with this status, and its stderr matches
#   is     'TITLE' EXPECTED ACTUAL              the two texts are the same
#   like   'TITLE' 'REGEX' ACTUAL               the text matches
#   wait_for SECONDS 'COMMAND'                  waits until the command succeeds; for use in a check
#   need_xen                                    skips the whole file where no Xen answers
#   done_testing                                the last line; without it the file fails
#
# Commands are given as one word, and run in a subshell of this one: they see its variables and
# functions and change none. Regular expressions are grep -E's. What a failing command printed and
# how it ended is shown. Each file runs in a fresh directory, `$work`, which is gone afterwards.

case $0 in
/*) tests_dir=$(dirname "$0") ;;
*) tests_dir=$PWD/$(dirname "$0") ;;
esac
tests_dir=$(cd "$tests_dir/.." && pwd)      # the one this file is in

tap_count=0
tap_dir=$(mktemp -d "${TMPDIR:-/tmp}/xm-test.XXXXXX") || exit 99
work=$tap_dir/work
mkdir "$work" && cd "$work" || exit 99
trap 'cd / && rm -rf "$tap_dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

tap_ok() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s\n' "$tap_count" "$1"
}

# Lines after the title say why.
tap_not_ok() {
    tap_count=$((tap_count + 1))
    printf 'not ok %d - %s\n' "$tap_count" "$1"
    shift
    printf '%s\n' "$@" | sed 's/^/#   /'
}

# At most so much of what a failing command printed; a runaway would drown the reason.
tap_show() {
    [ ! -s "$2" ] || head -c 20000 "$2" | tail -n 200 | sed "s/^/$1 /"
}

# Runs a command. Its output is in the files out and err then; a command may not take ours.
tap_run() {
    (eval "$1") >"$tap_dir/out" 2>"$tap_dir/err" </dev/null
}

check() {
    local status=0
    tap_run "$2" || status=$?
    [ $status != 0 ] || { tap_ok "$1"; return; }
    tap_not_ok "$1" "command: $2" "exit status: $status" "$(tap_show out: "$tap_dir/out")" \
        "$(tap_show err: "$tap_dir/err")"
}

refuse() {
    local status=0
    tap_run "$4" || status=$?
    if [ $status = "$2" ] && grep -Eq -e "$3" "$tap_dir/err"; then
        tap_ok "$1"
        return
    fi
    tap_not_ok "$1" "command: $4" "exit status: $status, expected: $2" "stderr is to match: $3" \
        "$(tap_show out: "$tap_dir/out")" "$(tap_show err: "$tap_dir/err")"
}

is() {
    [ "$2" != "$3" ] || { tap_ok "$1"; return; }
    printf '%s\n' "$2" >"$tap_dir/expected"
    printf '%s\n' "$3" >"$tap_dir/actual"
    tap_not_ok "$1" "$(diff -u --label expected --label actual "$tap_dir/expected" "$tap_dir/actual")"
}

like() {
    if printf '%s\n' "$3" | grep -Eq -e "$2"; then
        tap_ok "$1"
    else
        tap_not_ok "$1" "is to match: $2" "$3"
    fi
}

# Looks more seldom as time goes by: on an emulated CPU the looking itself holds up what is awaited.
wait_for() {
    local end pause=0.1
    end=$(($(date +%s) + $1))
    until (eval "$2") >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $end ] || { echo "not within $1 s: $2" >&2; return 1; }
        sleep $pause
        case $pause in 0.1) pause=0.3 ;; *) pause=1 ;; esac
    done
}

need_xen() {
    grep -qs control_d /proc/xen/capabilities && return
    echo '1..0 # SKIP not a Xen control domain'
    exit 0
}

done_testing() {
    echo "1..$tap_count"
    exit 0
}
