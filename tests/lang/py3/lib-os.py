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
import os, os.path, sys, socket
from os.path import join, basename as bn
a = join("a", "b"), join("a", "/b", "c"), join("a/", "b"), join("", "b"), join("a", ""), join("/"), join("a", "b", "c"), kind(lambda: join("a", 5))
b = bn("/x/y"), bn("y"), bn("/x/"), bn(""), os.path.dirname("/x/y"), os.path.dirname("y"), os.path.dirname("/x"), os.path.dirname("//x"), os.path.dirname("/x//y"), os.path.dirname("/"), kind(lambda: bn(5)), kind(lambda: os.path.dirname(None))
c = os.path.split("/a/b.c"), os.path.split("b"), os.path.split("/"), os.path.split("/a/"), os.path.splitext("a.tar.gz"), os.path.splitext(".bashrc"), os.path.splitext("a.b/c"), os.path.splitext("a."), os.path.splitext("..x"), os.path.splitext("...x.y"), os.path.splitext("a"), os.path.splitext("/x/.y.z"), kind(lambda: os.path.split(5)), kind(lambda: os.path.splitext(5))
d = os.path.normpath("a//b/./c/../d"), os.path.normpath("/../a"), os.path.normpath(""), os.path.normpath("../a/.."), os.path.normpath("//a"), os.path.normpath("///a"), os.path.normpath("a/.."), os.path.normpath("../../x"), os.path.normpath("/"), os.path.normpath("./"), os.path.normpath("a/../../b"), os.path.normpath("//.."), kind(lambda: os.path.normpath(5))
e = os.path.isabs("/a"), os.path.isabs("a"), os.path.exists("/"), os.path.exists("/nonexistent"), os.path.isdir("/etc"), os.path.isdir("/etc/passwd"), os.path.isfile("/etc/passwd"), os.path.isfile("/"), os.path.islink("/proc/self"), os.path.islink("/"), os.path.isfile("/nonexistent"), os.path.lexists("/"), os.path.isdir("/nonexistent"), kind(lambda: os.path.isabs(5)), kind(lambda: os.path.exists([])), kind(lambda: os.path.isfile([])), kind(lambda: os.path.islink([]))
f = os.path.getsize("/etc/passwd") > 0, kind(lambda: os.path.getsize("/nonexistent")), kind(lambda: os.path.getsize([]))
g = os.path.abspath("/a/../b"), os.path.abspath("x") == join(os.getcwd(), "x"), os.path.abspath("") == os.getcwd(), os.path.realpath("/nonexistent/../x/./y"), os.path.realpath("/"), os.path.realpath("/etc/../etc"), os.path.realpath("nosuch/file") == join(os.path.realpath(os.getcwd()), "nosuch/file"), os.path.realpath("/etc/nosuch/a")
h = os.path.expanduser("~") == os.environ["HOME"], os.path.expanduser("~/x") == os.environ["HOME"] + "/x", os.path.expanduser("a~"), os.path.expanduser("/x")
i = os.environ.get("XM_TEST_UNSET"), os.environ.get("XM_TEST_UNSET", "d"), os.getenv("XM_TEST_UNSET", "e"), os.getenv("XM_TEST_UNSET"), "PATH" in os.environ, os.environ["PATH"] == os.getenv("PATH"), "XM_TEST_UNSET" in os.environ, sorted(os.environ.keys()) == sorted(k for k in os.environ), len(os.environ) == len(os.environ.items()), kind(lambda: os.environ["XM_TEST_UNSET"]), kind(lambda: os.getenv(5)), os.environ.copy() == dict(os.environ.items())
u = os.uname()
j = len(u), u.sysname, u.nodename == u[1], u.release == u[2], u[4] == u.machine, tuple(u)[0], socket.gethostname() == u.nodename, kind(lambda: u.nosuch), os.uname().version == u[3]
k = os.sep, os.linesep, os.name, os.curdir, os.pardir, os.pathsep, os.extsep, os.devnull, os.path.sep
l = "passwd" in os.listdir("/etc"), sorted(os.listdir("/proc/self/net")) == sorted(os.listdir(path="/proc/self/net")), kind(lambda: os.listdir("/nonexistent")), kind(lambda: os.listdir("/etc/passwd")), os.listdir() == os.listdir("."), kind(lambda: os.listdir(1.5))
m = sys.platform, sys.maxsize, sys.version_info[0], sys.version_info.major, sys.version_info >= (3, 0), sys.version_info < (3,), sys.version[0], len(sys.version_info), sys.byteorder
try: open("/nonexistent")
except OSError as e: n = str(e), e.errno, e.strerror, e.filename
try: os.listdir("/nonexistent")
except FileNotFoundError as e: p = str(e), e.errno
try: open("/")
except IOError as e: o = str(e)
del os, sys, socket, u, bn, join
