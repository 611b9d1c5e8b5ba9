out = []
try:
    out.append('body')
    1 / 0
    out.append('not reached')
except ZeroDivisionError:
    out.append('caught')
else:
    out.append('else')
finally:
    out.append('finally')
try:
    a = 1
except Exception:
    a = 2
else:
    b = 3
finally:
    c = 4
try:
    [][1]
except (KeyError, IndexError) as e:
    d = 'tuple'
try:
    {}['k']
except LookupError as e:
    f = str(e), e.args
try:
    int('x')
except ValueError:
    g = 'value'
try:
    try:
        raise TypeError('inner')
    finally:
        h = 'cleanup'
except TypeError as e:
    i = str(e)
try:
    undefined_name
except NameError:
    j = 'name'
try:
    'a' + 1
except:
    k = 'bare'
try:
    raise ValueError
except ValueError as e:
    l = str(e), e.args
try:
    raise ValueError('a', 2)
except ValueError as e:
    m = str(e), e.args
def fin():
    try:
        return 'try'
    finally:
        out.append('fin')
n = fin()
def over():
    try:
        return 1
    finally:
        return 2
o = over()
def loop():
    r = []
    for i in range(4):
        try:
            if i == 1: continue
            if i == 3: break
            r.append(i)
        finally:
            r.append('f')
    return r
p = loop()
try:
    try:
        1 / 0
    except KeyError:
        q = 'wrong'
except ArithmeticError:
    q = 'outer'
try: e
except NameError: r = 'e is gone'
