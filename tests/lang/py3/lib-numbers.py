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
a = abs(-3), abs(2.5), abs(-0.5), abs(True), kind(lambda: abs("x"))
b = hex(255), hex(-1), hex(0), oct(8), oct(-9), oct(0), bin(5), bin(-2), bin(0), hex(9223372036854775807), kind(lambda: hex(1.5)), kind(lambda: oct("x")), kind(lambda: bin(None))
c = chr(65), chr(228), chr(0x20ac), ord("a"), ord("\u20ac"), ord("\x7f"), kind(lambda: chr(-1)), kind(lambda: ord("ab")), kind(lambda: ord(5)), kind(lambda: ord("")), kind(lambda: chr(0x110000)), kind(lambda: chr("x"))
d = round(2.5), round(3.5), round(-2.5), round(2.4), round(7), round(0.5), round(1.5), round(1e15 + 0.5)
e = round(1.2345, 2), round(2.675, 2), round(0.125, 2), round(1234, -2), round(1250, -2), round(1350, -2), round(-1250, -2), round(1234.5, -2), round(5, 2), round(1.5, 0), round(2.5, None), round(1e22, 3), round(12345.678, -5), round(15, -1), round(25, -1), round(7, -30)
f = kind(lambda: round("x")), kind(lambda: round(1.5, "x")), kind(lambda: round(float("inf"))), kind(lambda: round(float("nan")))
g = divmod(7, 3), divmod(-7, 3), divmod(7, -3), divmod(7.5, 2), divmod(-1, 10), kind(lambda: divmod(1, 0)), kind(lambda: divmod("x", 1))
h = pow(2, 10), pow(2, -1), pow(2.0, 3), pow(3, 4, 5), pow(-3, 3, 5), pow(3, 3, -5), pow(7, 0, 1), pow(123456789, 987654321, 1000000007), kind(lambda: pow(2, 3, 0)), kind(lambda: pow("x", 2)), kind(lambda: pow(0, -1))
i = sum([1, 2, 3]), sum([], 5), sum([1.5, 2]), sum([[1], [2]], []), sum((1, 2), start=10), sum(range(101)), kind(lambda: sum(["a"])), kind(lambda: sum(["a"], "")), kind(lambda: sum(5))
j = min(3, 1, 2), max([3, 1, 2]), min("banana"), max("a", "b"), min([[2], [1, 5]]), max([1, 5, 3], key=lambda x: -x), min("Bb", "aC", key=lambda s: s.lower()), max([], default=7), min((), default=None), max(1, 2.5)
k = kind(lambda: min([])), kind(lambda: max()), kind(lambda: max(1, "x")), kind(lambda: min(5))
l = any([0, 1]), any([]), all([]), all([1, 0]), any(x > 2 for x in [1, 2, 3]), all(x > 0 for x in [1, 2]), any("")
