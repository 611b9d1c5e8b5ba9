import sys, math, os, time
a = sys.platform[:5], sys.version_info[0], sys.version_info[:2] == (2, 7), sys.maxint == 9223372036854775807, sys.version[:3]
b = math.floor(2.7), math.ceil(2.1), math.trunc(2.7), math.floor(-0.5) == -1.0
c = os.path.join("a", "b"), os.environ.has_key("XM_TEST_UNSET"), len(os.uname())
d = time.gmtime(0)[:3], time.strftime("%Y", time.gmtime(0))
e = file("/etc/passwd").readline() == open("/etc/passwd", "r").readlines()[0], len(file("/etc/passwd").read()) > 5
sys.stdout.write("x\n")
print "y"
del sys, math, os, time
