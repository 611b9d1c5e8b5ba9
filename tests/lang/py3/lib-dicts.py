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
d = {"a": 1, "b": 2}
a = d.get("a"), d.get("z"), d.get("z", 0), list(d.keys()), list(d.values()), list(d.items()), "a" in d, "z" in d, len(d)
b = d.setdefault("c", 3), d.setdefault("a", 9), d, d.setdefault("n"), d["n"]
d.update({"a": 10}, e=5); d.update([("f", 6)]); d.update(x=7); d.update(["gh"])
c = d.copy(), d.pop("a"), d.pop("zz", None), d.popitem(), d.popitem(), d
e = kind(lambda: d.pop("q")), kind(lambda: {}.popitem()), kind(lambda: d["q"]), kind(lambda: {[]: 1}), kind(lambda: {}.get([])), kind(lambda: d.update(5)), kind(lambda: {}.nosuch), kind(lambda: d.update([1]))
f = dict.fromkeys(["x", "y"], []), dict.fromkeys("ab"), kind(lambda: dict.fromkeys(5))
g = {**d, "k": 1}
d.clear()
h = d, len(d), bool(d), d.get("b")
i = sorted({"b": 1, "a": 2}.items()), sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1]), max({"x": 1, "yy": 2}, key=len)
j = {1: "a", 1.0: "b", True: "c"}, {(1, 2): 3}[(1, 2)], {None: 1}[None]
for k in {"p": 1}.copy(): pass
l = [k1 + str(v1) for k1, v1 in {"a": 1}.items()]
