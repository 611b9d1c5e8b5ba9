# A guest that is a whole PC, for systems that know nothing of Xen. It boots its installer from the
# CD first and from the disk later; `xm console` shows its serial port, a VNC viewer its screen.

name = "example-hvm"
builder = "hvm"
memory = 1024
vcpus = 2

disk = [
    'file:/var/lib/xen/images/example.img,hda,w',
    'file:/var/lib/xen/images/installer.iso,hdc:cdrom,r',
]

# d: the CD, c: the first disk.
boot = "dc"

vif = ['bridge=xenbr0, model=e1000']

# The screen is served on this machine only, on the first free port from 5900.
vnc = 1
vnclisten = "127.0.0.1"
vncunused = 1

serial = "pty"
usb = 1
usbdevice = "tablet"
