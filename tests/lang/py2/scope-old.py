print 'scope'
x = 1
def f():
    global x
    x = 2
    return x
a = f(), x
def outer():
    y = [0]
    def inc(): y[0] += 1
    inc(); inc()
    return y[0]
b = outer()
try:
    raise ValueError('kept')
except ValueError as kept:
    pass
c = str(kept)
def g(a, b=2, *c, **d): return a, b, c, sorted(d.items())
d = g(1), g(1, 3, 4, z=5), g(*[1, 2, 3], **{'k': 1})
exec_time = 5
