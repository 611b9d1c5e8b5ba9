#!/bin/bash
# xm and stock xl on one host: each sees, saves, restores and ends what the other made.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/guests.sh"
need_xen

# --- made by xm ---
cp /guests/disk.img .
pv ours "disk = ['file:$work/disk.img,xvda,w']" "vif = ['bridge=xenbr0']" 'on_reboot = "restart"'
check 'made by xm: created' 'xm create -q ours.cfg'
check 'made by xm: it comes up' 'ready ours'
check 'made by xm: xl lists it, by name and by number' 'xl list ours && xl list "$(xm domid ours)" && xl vcpu-list ours'
is 'made by xm: both see the same number' "$(xl domid ours)" "$(xm domid ours)"
check 'made by xm: xl list -l has its configuration' \
    'xl list -l ours | grep -q "\"name\": \"ours\"" && xl list -l ours | grep -q "\"pdev_path\": \"$work/disk.img\""'
check 'made by xm: xl shows its disk and its vif' \
    'xl block-list ours | grep -q "^51712 " && xl network-list ours | grep -q "backend/vif"'
check 'made by xm: xl pauses and unpauses it' \
    'xl pause ours && xm list ours | grep -q p--- && xl unpause ours && ! xm list ours | grep -q p---'
check 'made by xm: xl saves it' 'xl save ours ours.save'
check 'made by xm, saved by xl: xm knows that it is gone' '! xm list ours'
check 'made by xm, saved by xl: xm restores it' 'xm restore ours.save'
check 'it goes on where it was' 'tell ours "echo al\"\"ive" && wait_for 30 "grep -q ^alive $(console_log ours)"'
check 'and xm saves it' 'xm save ours again.save'
is 'the file has stock xl'\''s head' 'Xen saved domain, xl format' "$(head -c 27 again.save)"
check 'saved by xm: xl restores it' 'xl restore again.save && xl list ours'
check 'saved by xm, restored by xl: it goes on' \
    'tell ours "echo still he\"\"re" && wait_for 30 "grep -q \"^still here\" $(console_log ours)"'
check 'restored by xl: xm ends it' 'xm destroy ours && ! xl list ours'
check 'its disk is released' 'wait_for 20 "test -z \"\$(losetup -j $work/disk.img)\""'

tiny t
check 'made by xm: xl destroys it' 'xm create -q t.cfg && xl destroy t && ! xm list t'
check 'destroyed by xl: xm can make it again' 'xm create -q t.cfg && xm destroy t'
check 'made by xm: xl renames it, xm follows' \
    'xm create -q t.cfg && xl rename t tt && xm list tt && ! xm list t && xm destroy tt'

pv re
xm create -q re.cfg
id=$(xm domid re)
check 'made by xm: a reboot asked by xl is xm'\''s to carry out' \
    'ready re && xl reboot re && wait_for 60 "test \"\$(xm domid re)\" -gt $id"' 
check 'made by xm: after a shutdown asked by xl nothing is left' 'ready re 2 && xl shutdown -w re && wait_for 20 "! xl list re"'

# --- made by xl ---
pv theirs
check 'made by xl: created' 'xl create -q theirs.cfg'
check 'made by xl: it comes up' 'ready theirs'
check 'made by xl: xm lists it' 'xm list theirs && xm vcpu-list theirs && xm uptime theirs'
is 'made by xl: both see the same number' "$(xl domid theirs)" "$(xm domid theirs)"
refuse 'made by xl: xm does not make a second one' 1 "already exists with ID" 'xm create -q theirs.cfg'
check 'made by xl: xm list --long has it' 'xm list -l theirs | grep -q "^    (name theirs)$"'
check 'made by xl: xm reads it back, and xl takes that' \
    'xm config theirs >back.cfg && grep -x "memory = 96" back.cfg && grep -x "type = \"pv\"" back.cfg &&
     xl create -n back.cfg | grep -q "\"name\": \"theirs\""'
check 'made by xl: xm pauses and unpauses it' \
    'xm pause theirs && xl list theirs | grep -q p--- && xm unpause theirs && ! xl list theirs | grep -q p---'
check 'made by xl: xm saves it' 'xm save theirs theirs.save && ! xl list theirs'
check 'made by xl, saved by xm: xl restores it' 'xl restore theirs.save && xl list theirs'
check 'and it goes on' 'tell theirs "echo al\"\"ive" && wait_for 30 "grep -q ^alive $(console_log theirs)"'
check 'made by xl: xm dumps its core' 'xm dump-core theirs core && [ "$(head -c 4 core | tail -c 3)" = ELF ]'
check 'made by xl: xm asks it to go, xl'\''s own process cleans up' 'xm shutdown -w theirs && wait_for 20 "! xl list theirs"'
check 'made by xl: xm destroys it' 'tiny x; xl create -q x.cfg && xm destroy x && ! xl list x'
check 'made by xl: the supervisor leaves its end alone' \
    'pv keep "on_poweroff = \"preserve\""; xl create -q keep.cfg && ready keep && xl shutdown keep &&
     wait_for 60 "xl list keep | grep -q -- ---s" && sleep 2 && xl list keep && xl destroy keep'

# --- listings side by side ---
tiny a; tiny b
xm create -q a.cfg; xl create -q b.cfg
norm() { sed -E 's/[0-9]+\.[0-9]$/T/; s/ +T$/ T/; s/(r-----|-b----|------)/STATE/'; }
is 'xm as xl lists the same as stock xl' "$(xl list | norm)" "$(xm --dialect=xl list | norm)"
is 'xm as xl: list -v too' "$(xl list -v | sed 's/[0-9]*\.[0-9] /T /; s/ *T / T /; s/r-----\|-b----\|------/STATE/')" \
    "$(xm --dialect=xl list -v | sed 's/[0-9]*\.[0-9] /T /; s/ *T / T /; s/r-----\|-b----\|------/STATE/')"
is 'xm as xl: info' "$(xl info | grep -v '^free_memory\|^outstanding')" "$(xm --dialect=xl info | grep -v '^free_memory\|^outstanding')"
is 'xm as xl: info -n' "$(xl info -n | grep -v '^free_memory\|^ *0: ')" "$(xm --dialect=xl info -n | grep -v '^free_memory\|^ *0: ')"
is 'xm as xl: list -l' "$(xl list -l)" "$(xm --dialect=xl list -l)"
vnorm() { sed -E 's/ +[0-9]+ +(r|-)(b|-)- +[0-9.]+ / CPU ST T /'; }
is 'xm as xl: vcpu-list' "$(xl vcpu-list | vnorm)" "$(xm --dialect=xl vcpu-list | vnorm)"
check 'xm as xl: uptime' 'test "$(xl uptime | cut -c1-38)" = "$(xm --dialect=xl uptime | cut -c1-38)"'
is 'xm as xl: domid and domname' "$(xl domid a) $(xl domname "$(xl domid a)")" \
    "$(xm --dialect=xl domid a) $(xm --dialect=xl domname "$(xl domid a)")"
for words in 'list nobody' 'list 77' 'domid nobody' 'domname 77' 'pause nobody' 'pause 77' 'destroy nobody' 'destroy 77' \
    'create nowhere' 'create' 'sysrq a' 'nonsense' 'list -Z1' 'list -q' 'shutdown' 'vcpu-pin a 0' 'rename a b' 'save a' \
    'dump-core a' 'help list' 'help nosuch' 'vcpu-pin a 9 0' 'vcpu-pin a x 0' 'vcpu-pin a 0 zz' 'uptime nobody'; do
    xl $words >xl.out 2>xl.err; stock=$?
    xm --dialect=xl $words >xm.out 2>xm.err; mine=$?
    is "xm as xl: exit status of $words" "$stock" "$mine"
done
xm destroy a; xl destroy b
check 'all guests are gone' 'wait_for 20 "test \"\$(xl list | wc -l)\" = 2"'
done_testing
