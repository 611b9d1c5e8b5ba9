# For tests with two machines, read at the top of each in place of tap.sh and guests.sh. They run in left.
#
#   there WORD...           runs a command on right
#   stock, ours             the two xl; `as SENDER migrate ...` runs one of stock, ours, xm
#   -s "to stock", -s "to ours"     reach a host where stock xl, or ours, answers, and no xm
#   -s "at WORD 'COMMAND'"  as ssh; but COMMAND is run before the line of the session that says WORD comes back
#   runs_here NAME, runs_there NAME     it runs under this name, and its processor does its work
#   only_there NAME         it runs there, and here is nothing of it; only_here NAME is the other way round
#   walks_here NAME, walks_there NAME   of a walker: it has come further than the last time, and found nothing wrong
#   outcome NAME            `here`, `there`, both or none of them
#   destroyed NAME          it is ended wherever it is
. "$(dirname "$0")/../../tap.sh"
. "$(dirname "$0")/../guests.sh"

[ -e /shared ] || { echo '1..0 # SKIP not one of two machines'; exit 0; }

there() { ssh right "$(printf '%q ' "$@")"; }

stock=/usr/sbin/xl ours=/usr/local/lib/xm/xl
mkdir "$tap_dir/bin"
cat >"$tap_dir/bin/to" <<'END'
#!/bin/bash
# to stock|ours HOST WORD...
case $1 in
stock) path=/usr/sbin:/usr/bin:/sbin:/bin ;;
ours) path=/usr/local/lib/xm:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ;;
esac
host=$2
shift 2
exec ssh "$host" "export PATH=$path; $*"
END
cat >"$tap_dir/bin/at" <<'END'
#!/bin/bash
word=$1 what=$2 host=$3
shift 3
ssh "$host" "$*" | {
    while IFS= read -r line; do
        case $line in *'"say": "'$word'"'*) eval "$what" ;; esac
        printf '%s\n' "$line"
    done
}
exit "${PIPESTATUS[0]}"
END
chmod +x "$tap_dir"/bin/*
export PATH=$tap_dir/bin:$PATH

as() {
    local tool=$1
    shift
    case $tool in
    stock) $stock "$@" ;;
    ours) $ours "$@" ;;
    xm) xm "$@" ;;
    esac
}

state_of() { awk '$1 == name { print $5 }' name="$1"; }
is_up() { case $1 in [r-][b-]----) ;; *) return 1 ;; esac; }
runs_here() { is_up "$($stock list | state_of "$1")"; }
runs_there() { is_up "$(there $stock list | state_of "$1")"; }
outcome() { echo $(runs_here "$1" && echo here) $(runs_there "$1" && echo there); }
destroyed() {
    xm destroy "$1" 2>/dev/null
    there xm destroy "$1" 2>/dev/null
    [ -z "$(outcome "$1")" ]
}

# By any name that it has on its way, and what xm has on record of it.
traces() { $stock list | awk 'NR > 1 { print $1 }' | grep -E "^$1(--.*)?\$"; ls /var/lib/xm/moves 2>/dev/null | grep json; }
traces_there() { ssh right "$(declare -f traces); stock=$stock; traces $1"; }
only_there() { runs_there "$1" && [ -z "$(traces "$1")" ]; }
only_here() { runs_here "$1" && [ -z "$(traces_there "$1")" ]; }

# At least two passes: one may have been under way.
walks() {               # COUNT-AND-ERRORS
    local count errors last
    read -r count errors _ <<<"$1"
    last=$(cat "$tap_dir/walked" 2>/dev/null)
    echo "$1, last ${last:-0}" >&2
    [ "${errors:-1}" = 0 ] && [ "$count" -ge $((${last:-0} + 2)) ] && echo "$count" >"$tap_dir/walked"
}
walks_here() { walks "$(walked "$1")"; }
walks_there() { walks "$(ssh right "$(declare -f walked); walked $1")"; }
