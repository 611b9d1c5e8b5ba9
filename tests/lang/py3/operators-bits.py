a = 6 & 3, 6 | 3, 6 ^ 3
b = 1 << 4, 256 >> 4, -8 >> 1, -1 >> 70
c = ~0, ~255
d = 0xff & ~0x0f
e = 1 << 62
f = 5 & 1 == 1
g = 1 | 2 ^ 3 & 4
h = 1 + 1 << 2
i = True & False, True | False, True ^ True
j = True & 1, 2 | True
k = 0 << 100
l = -1 << 4
m = (1 << 40) - 1
