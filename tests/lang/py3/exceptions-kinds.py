def kind(f):
    try:
        f()
        return 'none'
    except Exception as e:
        return str(type(e))
a = kind(lambda: 1 / 0), kind(lambda: 1 // 0), kind(lambda: 1 % 0), kind(lambda: 1.0 / 0), kind(lambda: 0 ** -1)
b = kind(lambda: [][0]), kind(lambda: ''[0]), kind(lambda: ()[1]), kind(lambda: {}['a'])
c = kind(lambda: 'a' + 1), kind(lambda: 1 + 'a'), kind(lambda: [] + ()), kind(lambda: None + 1)
d = kind(lambda: int('x')), kind(lambda: int('')), kind(lambda: float('y'))
e = kind(lambda: nope), kind(lambda: 'a'.nope), kind(lambda: (1).nope)
f = kind(lambda: len(5)), kind(lambda: 5()), kind(lambda: None[0]), kind(lambda: [1]['a'])
g = kind(lambda: 1 < 'a'), kind(lambda: [] < 1), kind(lambda: None < None), kind(lambda: {} < {})
h = kind(lambda: {[]: 1}), kind(lambda: {{}}), kind(lambda: {}[[]])
i = kind(lambda: '%d' % 'x'), kind(lambda: '%s' % ()), kind(lambda: '%s' % (1, 2)), kind(lambda: '%q' % 1), kind(lambda: '%(a)s' % 1), kind(lambda: '%(a)s' % {})
j = kind(lambda: '{}'.format()), kind(lambda: '{a}'.format()), kind(lambda: '{'.format()), kind(lambda: '}'.format()), kind(lambda: '{:d}'.format('x')), kind(lambda: '{:q}'.format(1)), kind(lambda: '{0}{}'.format(1))
def two(a, b): pass
k = kind(lambda: two(1)), kind(lambda: two(1, 2, 3)), kind(lambda: two(1, c=2)), kind(lambda: two(1, a=2)), kind(lambda: two(*[1], **{'a': 2}))
def ab(): a1, b1 = 1, 2, 3
def ab2(): a1, b1 = [1]
def ab3(): a1, b1 = 5
def ab4(): a1, *b1, c1 = [1]
l = kind(ab), kind(ab2), kind(ab3), kind(ab4)
m = kind(lambda: (1, 2)[0:'a']), kind(lambda: [1, 2][::0])
n = kind(lambda: 1 << -1), kind(lambda: 'a' * 'b'), kind(lambda: -'a'), kind(lambda: ~1.5), kind(lambda: 1.5 & 1)
o = kind(lambda: 1 in 5), kind(lambda: 1 in 'a'), kind(lambda: [] in {1: 2})
def tup():
    t = (1, 2)
    t[0] = 1
def sl():
    x = [1, 2, 3, 4]
    x[::2] = [1]
def st():
    'abc'[0] = 'x'
def dk():
    d1 = {}
    del d1['x']
def di():
    d1 = []
    del d1[0]
def ch():
    d1 = {'a': 1}
    for x in d1:
        d1[x + 'b'] = 1
p = kind(tup), kind(sl), kind(dk), kind(di), kind(ch)
q = kind(lambda: 10.0 ** 400), kind(lambda: [x for x in 5]), kind(lambda: {**5}), kind(lambda: two(**5)), kind(lambda: [*5])
r = kind(lambda: '{:,}'.format('a')), kind(lambda: '{:.1d}'.format(1)), kind(lambda: '{:=5}'.format('a')), kind(lambda: '{:+}'.format('a')), kind(lambda: '{:5}'.format([])), kind(lambda: '%x' % 1.5), kind(lambda: '%c' % 'ab'), kind(lambda: '{:x}'.format(1.5)), kind(lambda: '{:c}'.format(1.5)), kind(lambda: '%c' % True)
def bad(): raise 5
def bad2():
    try: 1 / 0
    except 5: pass
s = kind(bad), kind(bad2)
t = kind(lambda: {1} + {2}), kind(lambda: {1} < [1])
