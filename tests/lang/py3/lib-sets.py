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
s = {3, 1, 2}
s.add(5); s.add(1); s.discard(9); s.discard(3); s.remove(2)
a = sorted(s), len(s), 5 in s, 9 in s, sorted(s.copy())
b = sorted(s.union([7], (8,))), sorted(s.intersection([1, 9])), sorted(s.difference([1])), sorted(s.symmetric_difference([1, 7])), sorted(s.union()), sorted(s.intersection()), sorted(s)
c = s.issubset([1, 5, 6]), s.issuperset([1]), s.isdisjoint([9]), s.isdisjoint([1]), s.issubset([1]), s.issuperset([7])
t = set(s)
t.update([10], {11}); t.intersection_update([1, 10, 11]); t.difference_update([1]); t.symmetric_difference_update([11, 12])
d = sorted(t), t == {10, 12}, s != t, sorted(s | t), sorted(s & {1}), sorted(s - {1}), sorted(s ^ {1, 2}), {1} <= s, s < s, s <= s, {1, 5, 7} > s
e = kind(lambda: s.remove(99)), kind(lambda: set().pop()), kind(lambda: s.add([])), kind(lambda: s.union(5)), kind(lambda: s.discard({})), kind(lambda: s.nosuch), kind(lambda: {1} | [2]), kind(lambda: s.issubset(5))
f = {7}.pop(), sorted(frozenset("ab") | {"c"}), frozenset([1]) == {1}, sorted(frozenset([1, 2]).union([3])), type(frozenset([1]).copy()) in (set, frozenset)
t.clear()
g = len(t), bool(t), sorted(x * 2 for x in s), sorted({x % 2 for x in range(5)})
del s, t
