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
a = list(range(5)), list(range(2, 8, 3)), list(range(5, 0, -2)), list(range(0)), list(range(3, 1)), kind(lambda: range(1, 2, 0)), kind(lambda: range("x"))
b = sorted([3, 1, 2]), sorted("hello"), sorted([3, 1, 2], reverse=True), sorted(["b", "A", "c"], key=str.lower), sorted({"z": 1, "a": 2}), sorted([(2, "a"), (1, "z"), (1, "b")]), sorted([]), sorted(["bb", "a", "cc", "d"], key=len), sorted(["bb", "a", "cc", "d"], key=len, reverse=True), kind(lambda: sorted([1, "x"])), kind(lambda: sorted(5))
c = list(reversed([1, 2, 3])), list(reversed("ab")), list(reversed((1,))), kind(lambda: reversed(5))
d = list(enumerate("ab")), list(enumerate(["x"], 5)), list(enumerate("ab", start=1)), kind(lambda: enumerate(5)), kind(lambda: enumerate([], "x"))
e = list(zip([1, 2], "ab")), list(zip([1, 2, 3], "ab")), list(zip()), list(zip("ab")), [a1 + b1 for a1, b1 in zip([1, 2], [3, 4])], kind(lambda: zip(5)), list(zip(*[(1, 2), (3, 4)]))
f = list(map(str, [1, 2])), list(map(lambda x, y: x + y, [1, 2], [3, 4, 5])), list(map(int, "123")), list(map(str.strip, [" a ", "b "])), list(map(len, ["a", ""])), kind(lambda: list(map(int, ["x"])))
g = list(filter(None, [0, 1, "", "x"])), list(filter(lambda x: x > 1, [1, 2, 3])), list(filter(str.isdigit, ["1", "a", "22"])), kind(lambda: list(filter(None, 5)))
h = next(iter([7, 8])), next(iter([]), "none"), next((x for x in [1, 2, 3] if x > 1), None), next((x for x in [] if x), "d")
it = iter("abc")
i = next(it), next(it), next(it)
try: next(it)
except StopIteration: q = 1
del it
l = [3, 1, 2]
l.append(4); l.extend((5, 6)); l.insert(0, 0); l.insert(-1, 9); l.insert(99, 8)
j = l, l.index(9), l.count(1), l.pop(), l.pop(0), l.pop(-2), l.index(1, 1), l.index(4, -3)
l.remove(9 if 9 in l else 3)
k = l.copy(), l.reverse(), l, l.sort(), list(l), l.sort(reverse=True), list(l), l.sort(key=lambda x: -x), list(l), l.clear(), l
m = kind(lambda: [].pop()), kind(lambda: [1].pop(5)), kind(lambda: [1].remove(2)), kind(lambda: [1].index(2)), kind(lambda: [1].index(1, 1)), kind(lambda: [].append()), kind(lambda: [1].insert("x", 1)), kind(lambda: [1, "x"].sort()), kind(lambda: [].nosuch())
n = (1, 2, 1).index(2), (1, 2, 1).count(1), ().count(1), kind(lambda: (1,).index(5)), kind(lambda: (1,).append(2))
o = list.append, tuple.count
del o
p = str.join(",", ["a", "b"]), list(map(str.upper, "ab")), dict.get({"a": 1}, "a"), kind(lambda: str.upper(5)), kind(lambda: str.upper())
