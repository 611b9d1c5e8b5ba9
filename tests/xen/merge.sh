# Makes one TAP stream out of those of many test files. Read by tests/xen/host.
#
# Every check keeps its verdict and gets a new number and its file's name in front. On top of them
# each file gets one for having ended well: with status 0, all its planned checks made, and nothing
# left behind. So a file that dies half-way fails, even when all it came to say was `ok`.

total=0     # checks printed
failed=0    # how many of them failed

comment() { tr -d '\r' | sed 's/^/# /'; }

verdict() {             # ok|not ok, TITLE
    printf '%s %d - %s\n' "$1" $((++total)) "$2"
}

# What is wrong with how a file ended, or nothing.
ending() {              # PREFIX SEEN PLAN
    local status
    if [ ! -e "$1.status" ]; then
        running && echo 'no end within the time limit' || echo 'the machine died'
        return
    fi
    status=$(cat "$1.status")
    case $status in
    0) ;;
    124 | 137) echo 'timed out' && return ;;
    *) echo "exit status $status" && return ;;
    esac
    [ -n "$3" ] || { echo 'no plan' && return; }
    [ "$2" = "$3" ] || { echo "$3 checks planned, $2 made" && return; }
    [ ! -s "$1.left" ] || { echo "left behind: $(paste -sd, "$1.left")" && return; }
}

merge() {               # NAME PREFIX
    local name=${1%.t} line seen=0 plan='' bad=0 wrong
    local check='^(not )?ok([[:space:]]+[0-9]+)?([[:space:]]+-)?[[:space:]]*(.*)$'
    while IFS= read -r line; do
        if [[ $line =~ $check ]]; then
            seen=$((seen + 1))
            verdict "${BASH_REMATCH[1]}ok" "$name: ${BASH_REMATCH[4]}"
            [ -z "${BASH_REMATCH[1]}" ] || [[ $line =~ \#\ *TODO ]] || bad=$((bad + 1))
        elif [[ $line =~ ^1\.\.([0-9]+)(.*)$ ]]; then
            plan=${BASH_REMATCH[1]}
            [ "$plan" != 0 ] || [ $seen != 0 ] || { verdict ok "$name${BASH_REMATCH[2]}"; }
        fi
    done < <([ ! -e "$2.tap" ] || tr -d '\r' <"$2.tap")
    wrong=$(ending "$2" $seen "$plan")
    if [ -z "$wrong" ]; then
        verdict ok "$name: ends well"
    else
        verdict 'not ok' "$name: ends well ($wrong)"
        bad=$((bad + 1))
    fi
    [ ! -s "$2.seconds" ] || echo "# $name took $(cat "$2.seconds") s"
    [ $bad = 0 ] && return
    failed=$((failed + bad))
    {
        echo "---- all that $1 printed"
        cat "$2.tap" 2>/dev/null
        echo "---- what was logged in dom0 meanwhile"
        cat "$2.logs" 2>/dev/null
        echo "---- $(console_tail 40)"
        echo "---- end of $1"
    } | comment
}
