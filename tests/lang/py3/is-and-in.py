a = [] == [], () is (), None in [None], 0 in [False], 1.0 in [1]
x = y = [1]
b = x is y, x is [1], x == [1]
c = 'ell' in 'hello', 'x' in ['xy'], ('a', 1) in [('a', 1)]
d = [1] in [[1]], [1, 2] in [1, 2]
e = 'a' in {'a': 0}, 0 in {'a': 0}
f = not 'a' in 'b', 'a' not in 'b'
g = None is None, 1 is not None
h = 3 in range(5), 5 in range(5)
i = '' in '', 'a' in ''
