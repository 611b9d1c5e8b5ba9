#  A file as it was copied from host to host.
import os, re
arch = 'x86_64'
if re.search('64', arch):
    arch_libdir = 'lib64'
else:
    arch_libdir = 'lib'
kernel = "/usr/lib/xen/boot/hvmloader"
builder = 'hvm'
memory = 128
def vncdisplay_of(vmid):
    return vmid * 2 / 2
vmid = 3
name = "ExampleHVMDomain%d" % vmid
vcpus = 8 / 3
disk = [ 'phy:hda%d,hda1,%s' % (vmid, 'w'), "file:/disk.img,hdc:cdrom,r" ]
vif = [ 'type=ioemu, mac=00:16:3e:00:00:%02X, bridge=xenbr%d' % (i, i) for i in xrange(2) ]
device_model = '/usr/' + arch_libdir + '/xen/bin/qemu-dm'
boot = "cda"[0:2]
sdl = 0
vnc = 1
vncdisplay = vncdisplay_of(vmid)
if vncdisplay <> 3:
    raise ValueError, 'display'
serial = 'pty'
on_poweroff = 'destroy'
ostypes = {'linux': 'l', 'windows': 'w'}
for key in sorted(ostypes.keys()):
    print key, ostypes[key]
