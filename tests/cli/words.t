#!/bin/bash
# The words behind a configuration's file: VAR=VAL as each dialect means it, and which file it is.
. "$(dirname "$0")/sim.sh"
machine '"memory_mib": 4096'
: >"$kernel.2"
guest web 'extra = "a"' "disk = ['file:$kernel,xvda,w', 'file:$kernel.2,xvdb,w']"

# What KEY is to WORDS...
xm_key() { local key=$1; shift; xm config -q --format=json "$@" | sed -n "s/^        \"$key\": \(.*[^,]\),*\$/\1/p"; }
xl_key() { local key=$1; shift; xl config -q --format=json "$@" | sed -n "s/^        \"$key\": \(.*[^,]\),*\$/\1/p"; }

# --- xm: a word for a key ---
is 'create: a word, as the shell leaves it' '"db"' "$(xm_key name web.cfg name=db)"
is 'create: its quotes may be left on' '"db"' "$(xm_key name web.cfg name=\"db\")"
is 'create: single ones too' '"db"' "$(xm_key name web.cfg "name='db'")"
is 'create: blanks in it are part of it' '"a b = c"' "$(xm_key extra web.cfg "extra=a b = c")"
is 'create: one quote alone is a letter' '"it'\''s"' "$(xm_key extra web.cfg "extra=it's")"
is 'create: a number' 96 "$(xm_key memory web.cfg memory=96)"
is 'create: a number in quotes' 96 "$(xm_key memory web.cfg 'memory="96"')"
is 'create: a number in hex' 96 "$(xm_key memory web.cfg memory=0x60)"
is 'create: yes and no' '1 0' "$(xm_key acpi web.cfg acpi=yes) $(xm_key acpi web.cfg acpi=n)"
is 'create: the last of two counts' '"c"' "$(xm_key extra web.cfg extra=b extra=c)"
is 'create: an empty word takes the key away' '"web.cfg"' "$(xm_key name web.cfg name=)"
refuse 'create: a number that is none' 1 '^Error: command line: memory=abc: Invalid value: abc$' 'xm create web.cfg memory=abc'
refuse 'create: a flag that is none' 1 '^Error: command line: acpi=maybe: Invalid value: maybe$' 'xm create web.cfg acpi=maybe'

# --- xm: lists ---
is 'create: a list takes the file'\''s place' '["phy:a,xvda,w"]' "$(xm_key disk web.cfg disk=phy:a,xvda,w)"
is 'create: repeated, it grows' '["phy:a,xvda,w", "phy:b,xvdb,w"]' "$(xm_key disk web.cfg disk=phy:a,xvda,w disk=phy:b,xvdb,w)"
is 'create: a list as Python has it' '["phy:a,xvda,w", "phy:b,xvdb,r"]' "$(xm_key disk web.cfg "disk=['phy:a,xvda,w', 'phy:b,xvdb,r']")"
is 'create: one with an empty entry' '[""]' "$(xm_key vif web.cfg "vif=['']")"
is 'create: an empty one' '[]' "$(xm_key vif web.cfg 'vif=[]')"
refuse 'create: a list that does not end names the word' 1 "^Error: command line:[0-9]+:[0-9]+: " "xm create web.cfg \"disk=['a'\""

# --- xm: words for the file ---
printf 'name = "vm" + vmid\nmemory = 16 * int(vmid)\nkernel = "%s"\n' "$kernel" >vm.py
is 'create: a word of another name can be read by the file' '"vm3"' "$(xm_key name vm.py vmid=3)"
is 'create: as a string, its quotes off' '"vm3"' "$(xm_key name vm.py 'vmid="3"')"
refuse 'create: without it, the name is missing' 1 "vm.py:1:.*vmid" 'xm create vm.py'
printf 'import sys\nname = "vm"\nextra = " ".join(sys.argv)\n' >argv.py
is 'create: sys.argv is the file and its words' '"argv.py vmid=3 memory=96"' "$(xm_key extra argv.py vmid=3 memory=96)"
printf 'import random\nname = "vm%%d" %% random.randint(1, 9)\nkernel = "%s"\n' "$kernel" >lot.py
like 'create: the seed of what was drawn by lot is told, on stderr' 'lot.py: .*random\.seed\([0-9]+\)' "$(xm create -n lot.py 2>&1 >/dev/null)"
is 'create -q: and not with -q' '' "$(xm create -qn lot.py 2>&1 >/dev/null)"
cat >old.py <<END
def vmid_check(var, val):
    val = int(val)
    if val <= 0:
        raise ValueError
    return val
xm_vars.var('vmid', use="Virtual machine id. Integer greater than 0.", check=vmid_check)
xm_vars.check()
name = "VM%d" % vmid
kernel = '$kernel'
END
is 'create: xm_vars' '"VM7"' "$(xm_key name old.py vmid=7)"
refuse 'create: xm_vars checks' 1 'vmid' 'xm create old.py vmid=-1'

# --- xl: lines behind the file ---
is 'xl create: a word is a line, its text in quotes' '"db"' "$(xl_key name web.cfg 'name="db"')"
is 'xl create: in either kind' '"db"' "$(xl_key name web.cfg "name='db'")"
is 'xl create: a number needs none' 96 "$(xl_key memory web.cfg memory=96)"
is 'xl create: a whole list' '["b,raw,xvdb,w"]' "$(xl_key disk web.cfg "disk=['b,raw,xvdb,w']")"
is 'xl create: += adds to a list' 3 "$(xl_key disk web.cfg "disk+=['x,raw,xvdc,w']" | grep -o xvd | wc -l)"
is 'xl create: += adds to a text' '"ab"' "$(xl_key extra web.cfg 'extra+="b"')"
is 'xl create: the last of two counts' '"c"' "$(xl_key extra web.cfg 'extra="b"' 'extra="c"')"
is 'xl create: a file without a last newline' 96 "$(printf 'name="a"\nkernel="/k"' >nonl; xl_key memory nonl memory=96)"
refuse 'xl create: text without quotes is told the cure' 1 \
    "^command line: name=db: as xl, text stands in quotes of its own: 'name=\"db\"'\$" 'xl create -q web.cfg name=db'
refuse 'xl create: also behind +=' 1 "'extra\+=\"b\"'" 'xl create -q web.cfg extra+=b'
refuse 'xl create: and for a path' 1 "'kernel=\"/boot/x\"'" 'xl create -q web.cfg memory=9 kernel=/boot/x'
refuse 'xl create: a list that does not end is blamed on the words' 1 "^command line: " "xl create -q web.cfg \"disk=['a'\""
refuse 'xl create: a mistake of the file is the file'\''s' 1 '^bad:1:' 'echo "name = = 1" >bad; xl create -q bad memory=3'
check 'xl create: words stand behind options, as EVE writes them' 'xl create web.cfg -p type=\"pvh\" && xl domid web && xl destroy web'
check 'create: words between options' 'xm create -q name=w2 web.cfg -p memory=32 && xm list w2 | grep -q "p---" && xm destroy w2'
check 'create: Pacemaker'\''s words' 'xm create web.cfg name="w3" && xm destroy w3 && xl create web.cfg name=\"w3\" && xl destroy w3'

# --- which file ---
mkdir etc
printf 'name = "hid"\nkernel = "%s"\n' "$kernel" >etc/hid
is 'create: --path' '"hid"' "$(xm_key name --path=/nowhere:etc hid)"
is 'create: a file here goes before it' '"here"' "$(echo 'name="here"' >hid; xm_key name --path=etc hid; rm hid)"
is 'create: -f, --defconfig' '"web" "web"' "$(xm_key name -f web.cfg) $(xm_key name --defconfig=web.cfg)"
is 'create: without a file, xmdefconfig' '"def"' "$(echo 'name="def"' >xmdefconfig; xm_key name memory=3; rm xmdefconfig)"
is 'create: of several files, the last' '"hid"' "$(xm_key name web.cfg etc/hid)"
refuse 'xl create: several files' 2 'takes one file, not both web.cfg and etc/hid' 'xl create web.cfg etc/hid'
refuse 'create: none at all' 1 '^Error: Unable to open config file: xmdefconfig' 'xm create'
refuse 'create: missing' 1 '^Error: Unable to open config file: gone' 'xm create gone'
refuse 'xl create: missing' 3 '^Failed to read config file: gone: No such file' 'xl create gone'
refuse 'xl create: nothing is searched for' 3 '^Failed to read config file: hid' 'xl create hid'
refuse 'create: a directory' 1 '^Error: .*etc: Is a directory' 'xm create etc'
refuse 'xl create: a directory' 3 'etc: Is a directory' 'xl create etc'
mkfifo pipe
refuse 'create: a pipe' 1 '^Error: pipe: is not a plain file' 'xm create -q pipe'
refuse 'xl create: a pipe' 3 'Failed to read config file: pipe: is not a plain file' 'xl create -q pipe'
refuse 'create: standard input, which is a pipe' 1 'is not a plain file' 'echo "name=1" | cat | xm create -q /dev/stdin'
refuse 'create: larger than 1 MiB' 1 'big: larger than 1048576 bytes' 'head -c 1048577 /dev/zero | tr "\0" "#" >big; xm create -q big'
refuse 'xl create: larger than 1 MiB' 1 'big: larger than 1048576 bytes' 'xl create -q big'
is 'create: as large as that' '"x"' "$( (printf 'name="x"\n'; head -c 1048566 /dev/zero | tr '\0' '#'; echo) >big; xm_key name big)"
is 'create: /dev/null is an empty file' '"n"' "$(xm_key name /dev/null name=n)"
is 'xl create: /dev/null too' '"n"' "$(xl_key name /dev/null 'name="n"')"
if [ "$(id -u)" != 0 ]; then
    refuse 'create: unreadable' 1 'locked: Permission denied' 'cp web.cfg locked; chmod 0 locked; xm create -q locked'
    refuse 'xl create: unreadable' 3 'Failed to read config file: locked: Permission denied' 'xl create -q locked'
fi
done_testing
