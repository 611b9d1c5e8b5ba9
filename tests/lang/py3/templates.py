disk = "phy:/dev/{vg}/{name}-{dev},{dev},{mode}"
a = [disk.format(vg='vg0', name='web', dev=d, mode='w') for d in ('xvda', 'xvdb')]
b = ', '.join('%s=%s' % kv for kv in sorted({'mac': '00:16:3e:00:00:01', 'bridge': 'br0'}.items()))
c = 'vm%(id)02d on %(host)s' % {'id': 3, 'host': 'alpha'}
fields = {'n': 5, 'w': 8}
d = '{n:>{w}}|{n:<{w}}|{n:0{w}d}'.format(**fields)
e = f"{'left':<8}|{'right':>8}|{'mid':^8}|"
f = '\n'.join(f'{i:>2}: {"#" * i}' for i in range(1, 4))
g = '%-10s|%10s|%.3s' % ('ab', 'cd', 'efghij')
h = ('%s ' * 3).strip() % ('x', 'y', 'z')
rows = [('web', 512, 1.5), ('db', 16384, 99.25)]
i = ['{:<6}{:>8,}{:>8.1f}'.format(*r) for r in rows]
j = [f'{name!r:>8}{mem // 1024:4}G' for name, mem, _ in rows]
k = '{0}{0}{1}'.format('ab', 'c') + '{a[x]}'.format(a={'x': 1})
l = '%d%%' % 50 + '%%d'
m = f'{3 * 4}{"" or "none"}{[1, 2][0]}'
n = '{:=^20}'.format(' mid ')
