# A paravirtualised guest. Copy this to /etc/xen/NAME.py, change it, and then
#
#     xm create -c NAME.py        runs it now, with its console on this terminal
#     xm new -f NAME.py           remembers it, for `xm start`
#
# The file is a small Python program: see xm.cfg(5).

name = "example-pv"

# MiB, and processors as the guest sees them.
memory = 512
vcpus = 1

# A kernel of the host's. With neither of these lines, pygrub looks for one on the first disk.
kernel = "/boot/vmlinuz-guest"
ramdisk = "/boot/initrd-guest.img"

# The first disk is what the guest calls /dev/xvda.
root = "/dev/xvda1 ro"
extra = "console=hvc0"
disk = ['phy:/dev/vg0/example,xvda,w']

# One interface on the host's usual bridge. Without mac= it gets an address, and keeps it.
vif = ['bridge=xenbr0']

# What happens when the guest powers itself off, reboots, crashes: destroy, restart, preserve.
on_poweroff = "destroy"
on_reboot = "restart"
on_crash = "restart"
