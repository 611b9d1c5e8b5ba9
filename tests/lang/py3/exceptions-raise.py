log = []
def f(n):
    if n == 0:
        raise ValueError('zero')
    if n == 1:
        raise KeyError('k')
    if n == 2:
        raise RuntimeError
    return n
for i in range(4):
    try:
        log.append(f(i))
    except KeyError as e:
        log.append('key ' + str(e))
    except (ValueError, RuntimeError) as e:
        log.append('other ' + str(e))
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise
except ArithmeticError:
    a = 'raised again'
try:
    try:
        {}['x']
    except KeyError as e:
        raise ValueError('bad') from e
except ValueError as e:
    b = str(e)
try:
    raise OSError(2, 'No such file')
except OSError as e:
    c = str(e), e.errno, e.strerror
try:
    raise IOError('text')
except EnvironmentError as e:
    d = str(e), e.errno
try:
    assert 1 == 2, 'unequal'
except AssertionError as e:
    g = str(e)
try:
    assert False
except AssertionError as e:
    h = str(e)
assert True
assert 1, 'fine'
def nested():
    try:
        raise ValueError('one')
    except ValueError:
        try:
            raise TypeError('two')
        except TypeError:
            pass
        raise
try:
    nested()
except ValueError as e:
    i = str(e)
err = ValueError('made', 5)
j = err.args, str(err), repr(err), repr(KeyError('x')), str(KeyError('x'))
try:
    raise err
except Exception as e:
    k = e is err
try:
    raise NotImplementedError('todo')
except RuntimeError as e:
    l = str(e)
try:
    raise
except RuntimeError:
    m = 'nothing to raise'
n = isinstance(ValueError(), Exception), isinstance(KeyError(), LookupError), isinstance(ValueError(), KeyError)
o = repr(ValueError()), repr(OSError(1, 'x'))
