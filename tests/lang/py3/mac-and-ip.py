def mac(n): return ':'.join(['00', '16', '3e'] + ['%02x' % (n >> s & 0xff) for s in (16, 8, 0)])
a = [mac(n) for n in (0, 1, 256, 0xabcdef)]
def ip_to_int(t):
    n = 0
    for part in t.split('.'):
        n = n << 8 | int(part)
    return n
def int_to_ip(n): return '.'.join(str(n >> s & 255) for s in (24, 16, 8, 0))
b = ip_to_int('192.168.1.10')
c = int_to_ip(b + 5)
d = [int_to_ip(ip_to_int('10.0.0.254') + i) for i in range(3)]
def netmask(bits): return int_to_ip((1 << 32) - (1 << (32 - bits)))
e = netmask(24), netmask(16), netmask(30)
f = int_to_ip(ip_to_int('192.168.1.10') & ip_to_int(netmask(24)))
g = int('0x10', 16), int('10', 2), int('z', 36)
h = ['%d/%d' % divmod_(n) for divmod_ in [lambda n: (n // 7, n % 7)] for n in (10, 20)]
