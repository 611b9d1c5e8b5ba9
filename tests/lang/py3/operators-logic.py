a = 1 and 2, 0 and 2, 1 or 2, 0 or 2, '' or [] or 'x'
b = not 0, not '', not [], not {}, not (), not None, not 0.0
c = 1 if True else 2, 1 if [] else 2
d = 1 and 0 or 3
e = 0 or 0.0 or None
f = 'a' if 0 else 'b' if 0 else 'c'
g = (1 or undefined), (0 and undefined), (1 if 1 else undefined)
h = not 1 or 2
i = 1 or 0 and 0
j = [] and 1, [0] and 1
k = (lambda: 1 if 0 else 2)()
calls = []
def f1(x):
    calls.append(x)
    return x
l = f1(0) or f1(1) or f1(2)
m = f1(1) and f1(0) and f1(3)
n = f1(1) < f1(2) < f1(0) < f1(9)
