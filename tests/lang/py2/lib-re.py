import re
a = re.sub("x*", "-", "abxd"), re.sub("", "-", "ab"), re.split("x*", "axbc"), re.split(",", "a,b"), re.findall("x*", "axb"), re.escape("a.b_c-d"), re.match(r"(\d+)", "12a").group(1), re.subn("b*", "-", "abc")
b = re.compile("(a)|b").sub(lambda m: m.group(1) or "none", "ab"), re.search("\xe4", "x\xe4").start(), re.findall(".", "\xc3\xa4"), re.search(r"\xe4", "\xe4") is not None
print a[0]
