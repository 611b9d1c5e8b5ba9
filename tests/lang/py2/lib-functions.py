import string
def kind(f):
    try: f()
    except ValueError: return "ValueError"
    except TypeError: return "TypeError"
    except IndexError: return "IndexError"
    return "none"
a = round(2.5), round(-2.5), round(1.25, 1), round(7), round(2.4), oct(8), oct(0), oct(-9), hex(255), bin(5), chr(228), unichr(228).encode("utf-8"), ord("\xe4")
b = map(None, [1, 2]), map(lambda x, y: x * y, [1, 2], [3, 4]), filter(None, (0, 1)), filter(lambda c: c != "a", "banana"), filter(None, [0, 2]), zip([1], "a"), range(3), list(xrange(2))
c = reduce(lambda x, y: x * y, [1, 2, 3]), reduce(lambda x, y: x + y, [], 5), reduce(max, [3, 9, 2]), cmp(1, 2), cmp("b", "a"), cmp([1], [1]), apply(max, (1, 5)), kind(lambda: reduce(max, [])), kind(lambda: apply(len)), kind(lambda: reduce(max, 5))
d = sorted([3, 1, 2], lambda x, y: cmp(y, x)), sorted(["b", "A"], key=string.lower), sorted([1, 2, 3], cmp=lambda x, y: y - x), sorted([1, 3, 2], None, None, True), sorted([5, 1], cmp, lambda x: -x)
e = [3, 1, 2]
e.sort(lambda x, y: cmp(y, x))
f = e[:], e.sort(), e
g = {"a": 1}.has_key("a"), {"a": 1}.has_key("z"), list({"a": 1}.iteritems()), list({"a": 1}.iterkeys()), list({"a": 1}.itervalues()), {"a": 1}.keys()[0], {"b": 2}.items()[0]
h = long(5) == 5, long("12") == 12, int("010", 0), int("0x1f", 0), int("017", 8), isinstance("x", basestring), isinstance(u"x", unicode), unicode("x") == "x", kind(lambda: int("1_0")), kind(lambda: int("x", 0))
i = string.join(["a", "b"]), string.join(["a", "b"], "-"), string.split("a b"), string.split("a,b", ","), string.split("a,b,c", ",", 1), string.upper("ab"), string.lower("AB"), string.strip(" a "), string.lstrip(" a "), string.rstrip(" a "), string.replace("aXb", "X", "-"), string.zfill("7", 3), string.atoi("12"), string.atoi("ff", 16), string.atof("1.5"), string.atol("7") == 7, string.find("abc", "c"), string.rfind("abcb", "b"), string.index("abc", "b"), string.count("aba", "a"), string.ljust("a", 3), string.rjust("a", 3), string.center("a", 3), string.capitalize("ab"), string.capwords("a b"), string.swapcase("aB"), string.expandtabs("a\tb"), string.joinfields(["x", "y"], ":"), string.splitfields("x:y", ":")
j = sorted(string.letters), string.lowercase, string.uppercase, string.digits, string.hexdigits
k = "hello".translate(string.maketrans("el", "ip")), "hello".translate(None, "l"), "hello".translate(string.maketrans("h", "j"), "o"), kind(lambda: string.maketrans("a", "bc")), kind(lambda: string.atoi("x")), kind(lambda: string.join(5))
l = "a\x0bb".splitlines(), "a\r\nb\n".splitlines(1), str("a b".decode("utf-8"))
print "a", 1
del string
