def bubble(items):
    items = items[:]
    for i in range(len(items)):
        for j in range(len(items) - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items
a = bubble([5, 2, 9, 1])
def quick(items):
    if len(items) < 2:
        return items
    pivot, *rest = items
    return quick([x for x in rest if x < pivot]) + [pivot] + quick([x for x in rest if x >= pivot])
b = quick([3, 6, 1, 8, 2, 9, 2])
def binary_search(items, what):
    low, high = 0, len(items)
    while low < high:
        mid = (low + high) // 2
        if items[mid] < what:
            low = mid + 1
        else:
            high = mid
    return low if low < len(items) and items[low] == what else -1
c = [binary_search([1, 3, 5, 7], v) for v in (1, 5, 7, 4, 9)]
def flatten(items):
    out = []
    for item in items:
        if isinstance(item, list):
            out += flatten(item)
        else:
            out.append(item)
    return out
d = flatten([1, [2, [3, [4]], 5]])
def count(words):
    seen = {}
    for w in words:
        seen[w] = seen.get(w, 0) + 1
    return sorted(seen.items(), key=lambda p: (-p[1], p[0]))
e = count('a b a c b a'.split())
