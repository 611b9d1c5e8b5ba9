def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
a = [fib(i) for i in range(10)]
def compose(f, g): return lambda x: f(g(x))
b = compose(lambda x: x + 1, lambda x: x * 2)(5)
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
c = even(10), odd(7)
def early(n):
    for i in range(10):
        if i == n:
            return i
    return 'none'
d = early(3), early(50)
def multi(): return 1, 2, 3
e, f, g = multi()
h = sorted([3, 1, 2], key=lambda v: -v)
i = (lambda f, n: f(f, n))(lambda f, n: 1 if n < 2 else n * f(f, n - 1), 5)
def nothing(): pass
j = nothing()
def cond(x):
    return 'big' if x > 10 else 'small'
k = cond(5), cond(50)
def doc():
    "a text of its own"
    return 1
l = doc()
def curry(a):
    def one(b):
        def two(c): return (a, b, c)
        return two
    return one
m = curry(1)(2)(3)
def acc():
    seen = []
    def add(x):
        seen.append(x)
        return seen
    return add
n1 = acc()
n1(1)
n = n1(2)
d1 = {'f': lambda x: x + 1}
o = d1['f'](1)
p = [f1(3) for f1 in (lambda x: x, lambda x: x * x)]
