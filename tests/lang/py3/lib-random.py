def kind(f):
    try: f()
    except ZeroDivisionError: return "ZeroDivisionError"
    except OverflowError: return "OverflowError"
    except ValueError: return "ValueError"
    except TypeError: return "TypeError"
    except KeyError: return "KeyError"
    except IndexError: return "IndexError"
    except AttributeError: return "AttributeError"
    except OSError: return "OSError"
    return "none"
import random
def draw(seed):
    random.seed(seed)
    l = list(range(10))
    random.shuffle(l)
    return [random.random(), random.random(), random.randint(1, 6), random.randrange(10), random.randrange(5, 50, 7), random.choice("abcdef"), random.choice([1, 2, 3]), l, random.sample(range(100), 5), random.sample(list("abcdefgh"), 8), random.sample(range(1000), 3), random.uniform(1, 2), random.uniform(10, -10), random.getrandbits(1), random.getrandbits(32), random.getrandbits(48), random.getrandbits(63), random.randint(-10 ** 15, 10 ** 15), random.randrange(0, -10, -3), random.randint(5, 5), random.sample([], 0), random.sample(range(60), k=20)]
a, b, c, d, e = draw(0), draw(1), draw(42), draw(-7), draw(2 ** 62 + 12345)
random.seed(7)
f = [random.random() for i in range(700)][-3:]
g = [random.randint(0, 2 ** 40) for i in range(300)][-2:]
h = kind(lambda: random.choice([])), kind(lambda: random.randrange(0)), kind(lambda: random.randint(5, 1)), kind(lambda: random.randrange(1, 5, 0)), kind(lambda: random.sample([1], 2)), kind(lambda: random.shuffle((1, 2))), kind(lambda: random.shuffle(5)), kind(lambda: random.uniform("a", 1)), kind(lambda: random.getrandbits(-1)), kind(lambda: random.sample(5, 1)), kind(lambda: random.sample([1], -1)), kind(lambda: random.seed([])), kind(lambda: random.choice(5)), kind(lambda: random.getrandbits("x")), random.getrandbits(0)
random.seed(a=3)
i = random.random()
mac = "00:16:3e:%02x:%02x:%02x" % (random.randint(0, 0x7f), random.randint(0, 0xff), random.randint(0, 0xff))
del random
