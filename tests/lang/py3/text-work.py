lines = 'a = 1\n# note\nb = 2\n\n'
parsed = {}
for line in lines.splitlines():
    line = line.strip()
    if not line or line.startswith('#'):
        continue
    key, _, value = [p for p in line.split(' ')]
    parsed[key] = int(value)
a = ' x '.strip() + '|' + 'a,b'.split(',')[1]
b = 'Hello'.lower(), 'Hello'.upper(), 'a-b'.replace('-', '_')
c = 'k=v'.split('=', 1), 'a b  c'.split()
d = 'abc'.find('c'), 'abc'.startswith('ab'), 'abc'.endswith('x')
e = ''.join(['a', 'b']), '-'.join('xyz')
f = 'x'.zfill(3), 'x'.rjust(3) + 'x'.ljust(3) + '|'
g = '%s' % 'a'.join(['1', '2'])
h = 'aXbX'.count('X'), '12'.isdigit()
i = [w.capitalize() for w in 'one two'.split()]
j = '\n'.join('%2d %s' % (n, t) for n, t in enumerate(['p', 'q']))
