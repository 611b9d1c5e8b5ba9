a = (lambda: 1)()
b = (lambda x: x + 1)(2)
c = (lambda x, y=5: x * y)(2), (lambda x, y=5: x * y)(2, 3)
d = (lambda *a: a)(1, 2), (lambda **k: k)(a=1)
e = (lambda x: lambda y: x + y)(1)(2)
f = [g(2) for g in [lambda x: x, lambda x: x ** 3]]
h = sorted(['bb', 'a', 'ccc'], key=lambda s: len(s))
i = (lambda x: 'pos' if x > 0 else 'neg')(-1)
j = max([1, -5, 3], key=lambda v: abs(v))
k = list(map(lambda x: x * 2, [1, 2]))
l = list(filter(lambda x: x > 1, [1, 2, 3]))
m = (lambda a, *, b=2: a + b)(1), (lambda a, *, b=2: a + b)(1, b=5)
n = (lambda a, /, b: (a, b))(1, b=2)
o = lambda: (yes, no)
yes, no = 1, 0
p = o()
del o
