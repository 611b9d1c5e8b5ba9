def counter():
    count = 0
    def up(by=1):
        nonlocal count
        count += by
        return count
    def get(): return count
    return up, get
up, get = counter()
up()
up(5)
a = get()
up2, get2 = counter()
b = get2(), up2(3), get2(), get()
def adders(): return [lambda x, n=n: x + n for n in range(3)]
c = [f(10) for f in adders()]
def outer(a1):
    def mid(b1):
        def inner(c1): return a1 * 100 + b1 * 10 + c1
        return inner
    return mid
d = outer(1)(2)(3)
def shared():
    items = []
    return (lambda v: items.append(v)), (lambda: list(items))
put, show = shared()
put(1); put(2)
e = show()
def later():
    def f(): return value
    value = 'bound later'
    return f()
g = later()
def param(x):
    def change():
        nonlocal x
        x = x + '!'
    change()
    return x
h = param('hey')
def loop():
    fs = []
    for i in range(3):
        def f(): return i
        fs.append(f)
    return [f() for f in fs]
j = loop()
k = (lambda a: lambda b: (a, b))(1)(2)
