print repr({1}), str({2}), {3}
a = sorted({3, 1})
b = len({1, 2} | {3})
c = repr({1} - {1})
