x = 'global'
def read(): return x
def local():
    x = 'local'
    return x
def change():
    global x
    x = 'changed'
a = read()
b = local()
c = x
change()
d = x, read()
def outer():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    inc()
    inc()
    return n
e = outer()
def make(k):
    def inner(v): return v * k
    return inner
g = make(3)(4), make('a')(2)
fs = [lambda i=i: i for i in range(3)]
h = [fn() for fn in fs]
fs2 = [lambda: j for j in range(3)]
i = [fn() for fn in fs2]
def unbound():
    try:
        y1 = x
        x = 1
    except UnboundLocalError:
        return 'unbound'
j = unbound()
def glob():
    global newname
    newname = 5
glob()
def deep():
    v = 1
    def mid():
        def low():
            nonlocal v
            v = 2
        low()
    mid()
    return v
k = deep()
def rec(n): return 1 if n < 2 else n * rec(n - 1)
l = rec(10)
def uses_later(): return later
later = 'defined later'
m = uses_later()
def shadow(len): return len
n = shadow(3)
o = [x1 for x1 in range(3)]
def ret(): return
p = ret()
def loopvar():
    for q1 in range(3): pass
    return q1
q = loopvar()
def delete():
    z1 = 1
    del z1
    try:
        return z1
    except NameError:
        return 'gone'
r = delete()
