def f(a, b=2, *args, c=3, **kw):
    return (a, b, args, c, sorted(kw.items()))
a = f(1)
b = f(1, 5)
c = f(1, 5, 6, 7)
d = f(1, c=9)
e = f(1, x=1, y=2)
g = f(a=1, b=0)
h = f(*[1, 2, 3])
i = f(**{'a': 1, 'z': 5})
j = f(*[1], *[2, 3], c=4, **{'q': 1}, **{'r': 2})
def only(*, k, l=5): return (k, l)
m = only(k=1), only(l=1, k=2)
def pos(a, b, /, c): return (a, b, c)
n = pos(1, 2, 3), pos(1, 2, c=4)
def posk(a, /, **kw): return (a, kw)
o = posk(1, a=2)
def star(*a): return a
p = star(), star(1), star(*'ab', 3)
def kws(**k): return k
q = kws(), kws(a=1, b=2)
def default(x=[]):
    x.append(1)
    return x
r = default(), default()
s = (lambda: 5)(), (lambda x, y=2: x + y)(1), (lambda *a, **k: (a, k))(1, z=2)
def ann(x: int, y: 'text' = 3) -> str: return x + y
t = ann(1), ann(1, 2)
base = 10
def late(x=base): return x
base = 20
u = late()
def order(a, b): return (a, b)
v = order(b=1, a=2)
w = order(*(1,), b=2), order(1, *[2])
