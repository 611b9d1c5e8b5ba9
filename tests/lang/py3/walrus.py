if (n := 10) > 5:
    a = n
b = (m := 3) + m
c = [y := 1, y ** 2]
d = [t for v in range(5) if (t := v * v) > 3]
def f():
    if (z := 5):
        return z
e = f()
while (k := n) > 8:
    n -= 1
g = (h := 'x') * 2
i = len(j := [1, 2])
