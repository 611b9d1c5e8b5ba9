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
a = int("0x1f", 16), int("10", 0), int("0b101", 0), int("0o17", 0), int("ff", 16), int("zz", 36), int("-0x10", 16), int(" 7\n")
b = int("1_000"), int("0"), int("00", 0), int(3.9), int(-3.9), int(True), int(), int("+5"), int("-9223372036854775808"), int("12", base=8)
c = kind(lambda: int("x")), kind(lambda: int("")), kind(lambda: int("010", 0)), kind(lambda: int("1__0")), kind(lambda: int("12", 1)), kind(lambda: int("8", 8)), kind(lambda: int(None)), kind(lambda: int("0x", 16)), kind(lambda: int([])), kind(lambda: int(1.5, 10)), kind(lambda: int("12L"))
d = float("1.5"), float(" -2e3 "), float("1_0.5"), float(3), float(), float("0x1" if 0 else "7"), str(float("inf")), str(float("-inf")), str(float("nan"))
e = kind(lambda: float("x")), kind(lambda: float("0x10")), kind(lambda: float("")), kind(lambda: float(None)), kind(lambda: float("1.5 2")), kind(lambda: int(float("inf"))), kind(lambda: int(float("nan")))
f = bool(), bool(0), bool("0"), bool([]), bool({1: 2}), bool(set()), bool(0.0), bool(None)
g = list("abc"), list((1, 2)), list({"k": 1}), list(), tuple([1, 2]), tuple("ab"), tuple(), list(range(3))
h = dict(), dict([("a", 1), ("b", 2)]), dict(a=1, b=2), dict({"x": 1}, y=2), dict(["ab", "cd"]), dict.fromkeys("ab"), dict.fromkeys([1, 2], 0)
i = kind(lambda: dict([1])), kind(lambda: dict(["abc"])), kind(lambda: list(5)), kind(lambda: tuple(None)), kind(lambda: dict(5))
j = sorted(set([3, 1, 3])), sorted(set("hello")), len(set()), sorted(frozenset([2, 1])), kind(lambda: set([[]])), kind(lambda: set(5))
k = str(12), str(None), str(True), str([1, "a"]), str(1.0), str(), str("x"), repr("x"), repr(1.5), repr([None]), repr({"a": (1,)})
l = isinstance(1, int), isinstance(True, int), isinstance(1, bool), isinstance("x", (int, str)), isinstance(1.0, (int, (str, float))), isinstance([], list), isinstance((), tuple), isinstance({}, dict), isinstance(set(), set), isinstance(frozenset(), set), isinstance(None, type(None)), isinstance(ValueError("x"), Exception), kind(lambda: isinstance(1, 5))
m = type(1) is int, type("x") == str, type([]) == list, type(1) == type(2), type(1.0) != int, type(None) == type(None), type({}) is dict, type(()) in (tuple, list), type(True) is bool, type(set()) is set, type(frozenset()) is frozenset
n = callable(len), callable(lambda: 1), callable("x"), callable("x".upper), callable(int), callable(None)
o = len("abc"), len([1]), len({}), len(()), len(set([1, 2])), kind(lambda: len(5)), kind(lambda: len(None)), len(range(7))
