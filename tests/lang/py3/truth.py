values = [0, 1, -1, 0.0, 0.1, '', ' ', '0', [], [0], (), (0,), {}, {0: 0}, None, True, False]
a = [bool(v) for v in values]
b = [1 if v else 0 for v in values]
c = [not v for v in values]
d = [v or 'x' for v in values]
e = [v and 'y' for v in values]
n = 0
while values:
    values.pop()
    n += 1
