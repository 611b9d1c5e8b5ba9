try:
    raise ValueError, 'text'
except ValueError, e:
    a = str(e)
b = str(e)
try:
    raise KeyError, 'k'
except (IndexError, KeyError), err:
    c = str(err)
try:
    {}['x']
except KeyError, e:
    d = str(e), e.message
try:
    raise ValueError, ('a', 2)
except ValueError, e:
    f = e.args
try:
    raise TypeError
except StandardError, e:
    g = str(e)
h = repr(ValueError('x')), repr(KeyError()), repr(ValueError('a', 1))
i = str(ValueError), str(int), str(type(1.5))
try:
    1 / 0
except ArithmeticError, z:
    j = 'caught'
k = isinstance(z, StandardError)
