a = 1 + 2 * 3 ** 2 - 4 // 3 % 2
b = -2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 0
c = 1 | 2 & 3 ^ 4 << 1 + 1
d = not 1 == 2 and 3 > 2 or False
e = 1 < 2 == True, (1 < 2) == True
f = 5 - 3 - 1, 100 / 10 / 2, 7 % 4 * 2
g = ~1 + 1, -1 ** 2, +1 - -1
h = 'a' + 'b' * 2, ['x'] + ['y'] * 2
i = 1 if 0 else 2 if 0 else 3
j = (lambda x: x or 5)(0) + 1
k = 3 in [1, 2, 3] == True
l = 1 + 1 in [2], not 1 in [2]
m = 2 * 3 % 4, 2 * (3 % 4), 10 - 2 * 3
n = 1 << 2 * 2, (1 << 2) * 2
o = 1 and 2 or 3 and 4
p = 'x' in 'xyz' and 'q' not in 'xyz'
q = [i for i in range(3) if i == 1 or i == 2]
r = 4 & 6 == 6, (4 & 6) == 4
