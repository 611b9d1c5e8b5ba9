primes = []
n = 2
while len(primes) < 10:
    for p in primes:
        if n % p == 0:
            break
    else:
        primes.append(n)
    n += 1
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
b = gcd(48, 36), gcd(17, 5)
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
c = [collatz(i) for i in range(1, 10)]
digits = ''
x = 1234
while x:
    digits = str(x % 10) + digits
    x //= 10
binary = ''
y = 37
while y > 0:
    binary = '01'[y & 1] + binary
    y >>= 1
