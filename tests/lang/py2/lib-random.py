import random
def draw(seed):
    random.seed(seed)
    l = range(10)
    random.shuffle(l)
    return [random.random(), random.randint(1, 6), random.randrange(10), random.randrange(5, 50, 7), random.choice("abcdef"), l, random.sample(range(100), 5), random.sample("abcdefgh", 8), random.sample(range(1000), 3), random.uniform(1, 2), int(random.getrandbits(32)), random.randrange(0, -10, -3), random.sample(range(60), 20)]
a = draw(0)
b = draw(42)
c = draw(-7)
print a[0]
