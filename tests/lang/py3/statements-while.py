n = 0
a = []
while n < 5:
    n += 1
    if n == 2:
        continue
    a.append(n)
else:
    a.append('end')
b = 10
while True:
    b -= 3
    if b < 0:
        break
else:
    b = 'never'
c = 0
while c < 3: c += 1
d = 0
while 0:
    d = 1
else:
    d = 2
i = 0
out = []
while i < 3:
    j = 0
    while j < 2:
        j += 1
        if j == 2: break
        out.append((i, j))
    i += 1
