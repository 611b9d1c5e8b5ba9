/* lang: what texts mean in each dialect, what is refused and where, and that nothing runs away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/lang.h"

static void put(struct xm_buf *out, const struct xm_value *v)
{
    static const char *const open[] = { [XM_VALUE_LIST] = "[", [XM_VALUE_TUPLE] = "(", [XM_VALUE_DICT] = "{" };
    static const char *const close[] = { [XM_VALUE_LIST] = "]", [XM_VALUE_TUPLE] = ")", [XM_VALUE_DICT] = "}" };

    switch (v->type) {
    case XM_VALUE_NONE:
        xm_buf_puts(out, "None");
        return;
    case XM_VALUE_BOOL:
        xm_buf_puts(out, v->i ? "True" : "False");
        return;
    case XM_VALUE_INT:
        xm_buf_printf(out, "%lld", (long long)v->i);
        return;
    case XM_VALUE_FLOAT:
        xm_buf_printf(out, "%gf", v->f);
        return;
    case XM_VALUE_STR:
        assert_int_equal(strlen(v->text), v->len);
        xm_buf_printf(out, "'%s'", v->text);
        return;
    case XM_VALUE_OTHER:
        xm_buf_puts(out, "other");
        return;
    default:
        break;
    }
    xm_buf_puts(out, open[v->type]);
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0)
            xm_buf_puts(out, v->type == XM_VALUE_DICT && i % 2 == 1 ? ": " : ", ");
        put(out, &v->items[i]);
    }
    xm_buf_puts(out, close[v->type]);
}

static int run(enum xm_dialect dialect, const char *text, size_t len, xm_lang_names **ret_names, xm_error **err)
{
    struct xm_lang_input input = { .file = "f", .text = text, .len = len, .dialect = dialect };

    return xm_lang_eval(&input, ret_names, err);
}

static char *outcome(enum xm_dialect dialect, const char *text)
{
    xm_lang_names *names = NULL;
    struct xm_buf out = XM_BUF_INIT;
    xm_error *err = NULL;

    if (run(dialect, text, strlen(text), &names, &err) < 0) {
        assert_int_equal(err->code, XM_INVALID);
        xm_buf_puts(&out, err->msg);
        xm_error_free(err);
        return xm_buf_take(&out);
    }
    for (size_t i = 0; i < names->count; i++) {
        xm_buf_printf(&out, "%s%s=", i > 0 ? " " : "", names->items[i].name);
        put(&out, &names->items[i].value);
    }
    xm_lang_names_free(names);
    return xm_buf_take(&out);
}

enum { XM = 1, XL = 2, BOTH = 3 };

struct meaning {
    int dialects;
    const char *text, *expected;
};

static void check(const struct meaning *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int d = XM; d <= XL; d++) {
            xm_autofree char *got = NULL;

            if ((table[i].dialects & d) == 0)
                continue;
            got = outcome(d == XM ? XM_DIALECT_XM : XM_DIALECT_XL, table[i].text);
            if (strcmp(got, table[i].expected) != 0)
                fail_msg("%s: %s\n  gives    %s\n  expected %s", d == XM ? "xm" : "xl", table[i].text, got, table[i].expected);
        }
    }
}

/* The first line alone: place and sentence. */
static void check_messages(const struct meaning *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int d = XM; d <= XL; d++) {
            xm_autofree char *got = NULL;

            if ((table[i].dialects & d) == 0)
                continue;
            got = outcome(d == XM ? XM_DIALECT_XM : XM_DIALECT_XL, table[i].text);
            got[strcspn(got, "\n")] = '\0';
            if (strcmp(got, table[i].expected) != 0)
                fail_msg("%s: %s\n  gives    %s\n  expected %s", d == XM ? "xm" : "xl", table[i].text, got, table[i].expected);
        }
    }
}

static void plain_files_mean_what_xl_says(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "", "" },
        { BOTH, "name = \"web\"\nmemory=512\n", "name='web' memory=512" },
        { BOTH, "a=1;b='2';\nc=3 # no newline at the end", "a=1 b='2' c=3" },
        { XL, ";a=1;;b=2\n;\n", "a=1 b=2" },
        { XL, "  a = 1\n\tb = 2\nc = 3\n    d = 4", "a=1 b=2 c=3 d=4" },
        { BOTH, "a=1\r\nb=[\r\n'x',\r\n]\r\n", "a=1 b=['x']" },
        { BOTH, "a=1\rb=2\r", "a=1 b=2" },
        { BOTH, "\xef\xbb\xbf" "a=1", "a=1" },
        { BOTH, "a=[\n\n'x' ,# note\n 'y'\n ,\n]\n", "a=['x', 'y']" },
        { BOTH, "a=[]\nb=[[1,'x'],[]]", "a=[] b=[[1, 'x'], []]" },
        { BOTH, "a=1\na='x'\na=[2]", "a=[2]" },
        { BOTH, "a=0x1f\nb=010", "a=31 b=8" },
        { BOTH, "a='\xc3\xa4\xff'", "a='\xc3\xa4\xff'" },
        { BOTH, "a='\\\\\\'\\\"\\a\\b\\f\\n\\r\\t\\v'", "a='\\'\"\a\b\f\n\r\t\v'" },
        { XL, "a=1ax\nb=09\nc=99999999999999999999\nd=1e5", "a='1ax' b='09' c='99999999999999999999' d='1e5'" },
        { XL, "a='x\\101y'", "a='xy'" },
        { XM, "a='x\\101y'", "a='xAy'" },
        { XL, "a='\\1x'", "f:1:3: a backslash with digits needs three of them\na='\\1x'\n  ^" },
        { XL, "a=1\na+=2", "a='12'" },
        { XM, "a=1\na+=2", "a=3" },
        { XL, "a=010\na+='x'\na+=7", "a='010x7'" },
        { XL, "a+=1\nb+=['x']\nb+=['y']", "a=1 b=['x', 'y']" },
        { XL, "a=[1]\na+='xy'", "f:2:2: a list and a text cannot be added\na+='xy'\n ^" },
        { XL, "a='xy'\na+=[1]", "f:2:2: a list and a text cannot be added\na+=[1]\n ^" },
        { XL, "n=0\nfor i in [1,2]:\n  n+=i", "n=3 i=2" },
        { XL, "vif.default.script='x'\nglobal=1\nin+='y'", "vif.default.script='x' global=1 in='y'" },
        { XL, "a=Foo", "f:1:3: name 'Foo' is not defined (a text stands in quotes)\na=Foo\n  ^" },
        { BOTH, "_a=-1", "_a=-1" },
        { BOTH, "print='x'", "print='x'" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void literals_are_python_s(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a=0X1F\nb=0o17\nc=0B101\nd=100L\ne=0xFFl", "a=31 b=15 c=5 d=100 e=255" },
        { XM, "a=0b101", "a=5" },
        { XL, "a=0b101", "a='0b101'" },
        { XM, "a=1e3\nb=.5\nc=1.\nd=2.5E-1", "a=1000f b=0.5f c=1f d=0.25f" },
        { BOTH, "a=True\nb=False\nc=None", "a=True b=False c=None" },
        { BOTH, "a='x' \"y\" r'\\n'", "a='xy\\n'" },
        { BOTH, "a='''l1\nl\"2'''\nb=\"\"\"x\\\ny\"\"\"", "a='l1\nl\"2' b='xy'" },
        { BOTH, "a=u'x'\nb=b\"y\"\nc=ur'\\z'\nd=R'\\''", "a='x' b='y' c='\\z' d='\\''" },
        { BOTH, "a='\\x41\\u00e4\\d'", "a='A\xc3\xa4\\d'" },
        { BOTH, "a='x\\\ny'", "a='xy'" },
        { BOTH, "a=(1,)\nb=()\nc=1,2\nd=(3)", "a=(1) b=() c=(1, 2) d=3" },
        { BOTH, "a={'x':1, 2:'y', 'x':3,}\nb={}", "a={'x': 3, 2: 'y'} b={}" },
        { BOTH, "a = 1 + \\\n  2\nb = (1 +\n2)", "a=3 b=3" },
        { XM, "a=0777\nb=-0x10", "a=511 b=-16" },
        { BOTH, "a=1_000\nb=0xff_ff\nc=1_0.5", "a=1000 b=65535 c=10.5f" },
        { XM, "a=1__0", "f:1:3: invalid number: 1__0\na=1__0\n  ^" },
        { XM, "a=1_", "f:1:3: invalid number: 1_\na=1_\n  ^" },
        { XM, "a=09", "f:1:3: invalid number: 09\na=09\n  ^" },
        { XM, "a=12ab", "f:1:3: invalid number: 12ab\na=12ab\n  ^" },
        { BOTH, "a=3j", "f:1:3: complex numbers are not supported in configuration files\na=3j\n  ^" },
        { XM, "a=9223372036854775808", "f:1:3: the number 9223372036854775808 does not fit into 64 bits\na=9223372036854775808\n  ^" },
        { XM, "a=1e999", "f:1:3: the number 1e999 is too large\na=1e999\n  ^" },
        { BOTH, "a='\\x00'", "f:1:3: a string cannot hold a NUL byte\na='\\x00'\n  ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void operators_are_python_s(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a=7/2\nb=-7//2\nc=-7%3\nd=2**10\ne=-2**2\nf=2**-1", "a=3.5f b=-4 c=2 d=1024 e=-4 f=0.5f" },
        { BOTH, "a=1+2*3-4\nb=(1+2)*3\nc=7.5//2\nd=-7.5%2", "a=3 b=9 c=3f d=0.5f" },
        { BOTH, "a=6&3|8^1\nb=1<<4>>2\nc=~5", "a=11 b=4 c=-6" },
        { BOTH, "a=1<2<3\nb=1<2>5\nc='a'<'b'\nd=[1,2]<[1,3]\ne=1!=1.0\nf=1<>2", "a=True b=False c=True d=True e=False f=True" },
        { BOTH, "a='b' in 'abc'\nb=2 not in [1,3]\nc='k' in {'k':1}\nd=None is None\ne=1 is not None", "a=True b=True c=True d=True e=True" },
        { BOTH, "a=0 or 'x'\nb=1 and ''\nc=not 1\nd='y' if 0 else 'n'\ne=1 or z", "a='x' b='' c=False d='n' e=1" },
        { BOTH, "a='x'+'y'\nb='ab'*3\nc=[1]*2+[2]\nd=(1,)+(2,)\ne=2*'z'", "a='xy' b='ababab' c=[1, 1, 2] d=(1, 2) e='zz'" },
        { BOTH, "a='%s-%d' % ('x', 3)\nb='%05.1f|%-4s|%x|%%' % (2.25, 'y', 255)\nc='%s' % 7", "a='x-3' b='002.2|y   |ff|%' c='7'" },
        { BOTH, "a='%(n)s:%(i)03d' % {'n':'x','i':7}\nb='%r' % ('it\\'s',)\nc='%*d' % (4, 7)\nd='%+d' % 5", "a='x:007' b='\"it's\"' c='   7' d='+5'" },
        { BOTH, "a='{0} {1}{0}'.format('x','y')", "a='x yx'" },
        { BOTH, "a='{n:>4}|{0:04d}|{{}}|{0!r:<3}|'.format(7, n='z')", "a='   z|0007|{}|7  |'" },
        { BOTH, "a='abcdef'\nb=a[1]\nc=a[-1]\nd=a[1:3]\ne=a[::-1]\nf=a[:-4]\ng=a[10:]\nh=a[::2]",
          "a='abcdef' b='b' c='f' d='bc' e='fedcba' f='ab' g='' h='ace'" },
        { BOTH, "a=[1,2,3]\nb=a[1:]\na[0]=9\nc,d,e=a\nf=a[-2:]\ndel a[1]", "a=[9, 3] b=[2, 3] c=9 d=2 e=3 f=[2, 3]" },
        { BOTH, "a={'x':[1]}\na['x'].append(2)\na['y']=a['x'][1]\ndel a['x']", "a={'y': 2}" },
        { BOTH, "a,(b,c)=1,[2,3]\nd=e=5\n[g,h]='xy'", "a=1 b=2 c=3 d=5 e=5 g='x' h='y'" },
        { XM, "a=5\na-=2\na*=4\na//=5\na**=3\nb='x'\nb+='y'\nc=[1]\nd=c\nc+=[2]\na<<=1", "a=16 b='xy' c=[1, 2] d=[1, 2]" },
        { BOTH, "a=1/0", "f:1:4: division by zero\na=1/0\n   ^" },
        { BOTH, "a='x'+1", "f:1:6: str + int: a number is made a text by str()\na='x'+1\n     ^" },
        { BOTH, "a=[1][3]", "f:1:7: index 3 is out of range: there are 1 items\na=[1][3]\n      ^" },
        { BOTH, "a={}['k']", "f:1:6: KeyError: 'k'\na={}['k']\n     ^" },
        { BOTH, "a='%d' % 'x'", "f:1:8: format 'd' wants a number, not str\na='%d' % 'x'\n       ^" },
        { BOTH, "a='%s' % (1,2)", "f:1:8: more values than the format takes\na='%s' % (1,2)\n       ^" },
        { BOTH, "a=2**63", "f:1:4: the result does not fit into 64 bits\na=2**63\n   ^" },
        { BOTH, "a=1<'x'", "f:1:4: int < str: these types do not go together\na=1<'x'\n   ^" },
        { BOTH, "a={[]:1}", "f:1:4: list cannot be a key of a dict\na={[]:1}\n   ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void sets_and_comprehensions_are_python_s(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a={3,1,3}\nb=[i for i in a]\nc=1 in a\nd=len(a)", "a=other b=[3, 1] c=True d=2" },
        { BOTH, "a=[i for i in {1,2}|{2,3}]\nb=[i for i in {1,2}&{2,3}]\nc=[i for i in {1,2}-{2,3}]\nd=[i for i in {1,2}^{2,3}]",
          "a=[1, 2, 3] b=[2] c=[1] d=[1, 3]" },
        { BOTH, "a={1}<{1,2}\nb={1}<={1}\nc={1}<{1}\nd={1,2}=={2,1}\ne={1,2}>{1}\nf={1}=={2}\ng=not {1}-{1}", "a=True b=True c=False d=True e=True f=False g=True" },
        { BOTH, "a=str({1,'x'})\nb=str({1}-{1})", "a='{1, 'x'}' b='set()'" },
        { BOTH, "a={i*2:i for i in range(3) if i}\nb=[i for i in {c for c in 'aab'}]\nc=sum(i*i for i in [1,2])\nd=list((i for i in 'ab'))",
          "a={2: 1, 4: 2} b=['a', 'b'] c=5 d=['a', 'b']" },
        { BOTH, "a={'x':1}|{'y':2}", "a={'x': 1, 'y': 2}" },
        { BOTH, "a={[]}", "f:1:4: list cannot be in a set\na={[]}\n   ^" },
        { BOTH, "a={1:2, 3}", "f:1:10: unexpected '}', expected ':'\na={1:2, 3}\n         ^" },
        { BOTH, "a={1, 3:2}", "f:1:8: unexpected ':', expected ',' or '}'\na={1, 3:2}\n       ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void statements_are_python_s(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "if 0:\n  a=1\nelif 1:\n  a=2\nelse:\n  a=3", "a=2" },
        { BOTH, "a=[]\nfor i in range(5):\n  if i==1: continue\n  if i==4: break\n  a.append(i)\nelse:\n  b=1", "a=[0, 2, 3] i=4" },
        { XM, "n=0\nwhile n<3:\n\tn+=1\nelse:\n\tpass\nm=n", "n=3 m=3" },
        { BOTH, "a=[]\nfor k,v in [(1,2),(3,4)]: a=a+[k*v]", "a=[2, 12] k=3 v=4" },
        { BOTH, "base='/x/'\ndef f(n, ext='.img'):\n  return base+n+ext\na=f('a')\nb=f(ext='.raw', n='b')", "base='/x/' f=other a='/x/a.img' b='/x/b.raw'" },
        { BOTH, "def f(n):\n  if n<2: return 1\n  return n*f(n-1)\na=f(10)", "f=other a=3628800" },
        { BOTH, "n=1\ndef f():\n  global n\n  n=2\n  m=3\nf()", "n=2 f=other" },
        { BOTH, "def f(x):\n  def g(y): return x+y\n  return g\na=f(1)(2)\nb=(lambda q, r=2: q*r)(4)", "f=other a=3 b=8" },
        { BOTH, "a=['%s%d' % (c,i) for c in 'ab' for i in [1,2] if i!=2 or c=='b']\nb=','.join(x.upper() for x in ['p','q'])", "a=['a1', 'b1', 'b2'] b='P,Q'" },
        { BOTH, "try:\n  int('x')\nexcept ValueError as e:\n  a=str(e)\nelse:\n  a=0\nfinally:\n  b=1",
          "a='invalid literal for int() with base 10: 'x'' b=1" },
        { BOTH, "try:\n  try:\n    raise KeyError, 'k'\n  except (ValueError, TypeError):\n    a=1\nexcept LookupError, e:\n  b=str(e)", "e=other b=''k''" },
        { BOTH, "def f():\n  for i in [1]:\n    try: return i\n    finally: g.append(2)\ng=[]\na=f()", "f=other g=[2] a=1" },
        { BOTH, "raise ValueError(\"vmid must be positive\")", "f:1:1: vmid must be positive\nraise ValueError(\"vmid must be positive\")\n^" },
        { BOTH, "raise ValueError", "f:1:1: ValueError\nraise ValueError\n^" },
        { BOTH, "def f():\n  raise ValueError('deep')\nf()", "f:2:3: deep\n  raise ValueError('deep')\n  ^" },
        { BOTH, "assert 1==2, 'no'", "f:1:1: no\nassert 1==2, 'no'\n^" },
        { BOTH, "a=1\ndel a\nb=a", "f:3:3: name 'a' is not defined (a text stands in quotes)\nb=a\n  ^" },
        { BOTH, "import os, re, sys\nfrom os.path import basename as bn, join\na=bn('/x/y')\nb=join('p','q','/r','s')\nc=os.path.dirname('/x/y')\nd=os.path.exists('/nonexistent')",
          "os=other re=other sys=other bn=other join=other a='y' b='/r/s' c='/x' d=False" },
        { BOTH, "import os\na=os.environ.get('XM_TEST_UNSET', 'd')\nb=os.getenv('XM_TEST_UNSET')\nc=len(os.uname())", "os=other a='d' b=None c=5" },
        { BOTH, "import re\na=re.search('64', 'x86_64') and 'y'\nm=re.match(r'(\\w+)-(\\d+)', 'web-12.x')\nb=m.group(2)\nc=m.groups()\nd=re.match('b', 'ab')", "re=other a='y' m=other b='12' c=('web', '12') d=None" },
        { XM, "a=1\n  b=2", "f:2:3: unexpected indentation\n  b=2\n  ^" },
        /* only in xl may a line come back from a block to any column */
        { XL, "if 1:\n    a=1\n  b=2", "a=1 b=2" },
        { XM, "if 1:\n    a=1\n  b=2", "f:3:3: this line's indentation matches no block\n  b=2\n  ^" },
        { BOTH, "if 1:\na=1", "f:2:1: expected an indented block\na=1\n^" },
        { BOTH, "break", "f:1:1: 'break' outside a loop\nbreak\n^" },
        { BOTH, "return 1", "f:1:1: 'return' outside a function\nreturn 1\n^" },
        { BOTH, "f(1)=2", "f:1:1: a call cannot be assigned to\nf(1)=2\n^" },
        { XM, "a.b=2", "f:1:1: attributes cannot be assigned to in configuration files\na.b=2\n^" },
        { BOTH, "None=2", "f:1:1: None cannot be assigned to\nNone=2\n^" },
        { BOTH, "def f(x): pass\nf()", "f:2:1: f() misses its argument x\nf()\n^" },
        { BOTH, "a,b=1,2,3", "f:1:1: 2 names for 3 values\na,b=1,2,3\n^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void functions_and_methods_are_python_s(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a=len('abc')+len([1])+len({1:2})\nb=range(2,8,3)\nc=range(3,0,-1)\nd=range(0)", "a=5 b=[2, 5] c=[3, 2, 1] d=[]" },
        { BOTH, "a=int('12')\nb=int('0x1f',16)\nc=int(3.9)\nd=int(' 7 ')\ne=int('ff',16)\nf=int(True)", "a=12 b=31 c=3 d=7 e=255 f=1" },
        { BOTH, "a=str(1.5)\nb=str([1,'x',None])\nc=str(True)\nd=repr('a\\n')\ne=str(0.1)\nf=str(100.0)", "a='1.5' b='[1, 'x', None]' c='True' d=''a\\n'' e='0.1' f='100.0'" },
        { BOTH, "a=float('1.5')\nb=bool('')\nc=list('ab')\nd=tuple([1])\ne=dict([('a',1)], b=2)\nf=float(2)", "a=1.5f b=False c=['a', 'b'] d=(1) e={'a': 1, 'b': 2} f=2f" },
        { BOTH, "a=sorted([3,1,2])\nb=sorted(['b','A'], key=lambda s: s.lower(), reverse=True)\nc=min(3,1)\nd=max([1,5,2])\ne=sum([1,2],10)\nf=abs(-3)", "a=[1, 2, 3] b=['b', 'A'] c=1 d=5 e=13 f=3" },
        { BOTH, "a=[i for i in enumerate(['x','y'],1)]\nb=zip([1,2],['a','b','c'])\nc=map(str,[1,2])\nd=filter(None,[0,1])\ne=any([0,1])\nf=all([])", "a=[(1, 'x'), (2, 'y')] b=[(1, 'a'), (2, 'b')] c=['1', '2'] d=[1] e=True f=True" },
        { BOTH, "a=isinstance(1,int)\nb=isinstance('x',(int,str))\nc=type([])==list\nd=chr(65)+hex(255)+oct(8)\ne=ord('a')\nf=round(2.5)\ng=reversed([1,2])", "a=True b=True c=True d='A0xff0o10' e=97 f=2 g=[2, 1]" },
        { BOTH, "a=' x y '.split()\nb='a,b,,c'.split(',')\nc='a,b,c'.split(',',1)\nd='a.b.c'.rsplit('.',1)\ne='x\\ny\\n'.splitlines()", "a=['x', 'y'] b=['a', 'b', '', 'c'] c=['a', 'b,c'] d=['a.b', 'c'] e=['x', 'y']" },
        { BOTH, "a='  x '.strip()+'|'+'xxay'.lstrip('x')+'|'+'y\\n'.rstrip()\nb='aXbX'.replace('X','--')\nc='ab'.startswith('a')\nd='ab'.endswith(('x','b'))", "a='x|ay|y' b='a--b--' c=True d=True" },
        { BOTH, "a='aB'.upper()+'aB'.lower()+'ab cd'.title()+'ab'.capitalize()\nb='abcb'.find('b')\nc='abcb'.rfind('b')\nd='abcb'.count('b')\ne='x'.find('y')\nf='12'.isdigit()", "a='ABabAb CdAb' b=1 c=3 d=2 e=-1 f=True" },
        { BOTH, "a='7'.zfill(3)+'-7'.zfill(4)+'x'.ljust(3)+'|'+'x'.rjust(3,'.')+'x'.center(3)", "a='007-007x  |..x x '" },
        { BOTH, "a=[1,2]\na.append(3)\na.extend((4,))\na.insert(0,0)\nb=a.index(3)\nc=a.pop()\nd=a.pop(0)\na.remove(2)\na.reverse()\ne=a.count(1)", "a=[3, 1] b=3 c=4 d=0 e=1" },
        { BOTH, "a=[2,1]\na.sort()\nd={'x':1,'y':2}\nb=d.keys()+d.values()\nc=d.items()\ne=d.get('z',0)\nf=d.get('q')\ng=d.pop('x')\nd.update({'y':5},w=6)\nh=d.setdefault('v',[])", "a=[1, 2] d={'y': 5, 'w': 6, 'v': []} b=['x', 'y', 1, 2] c=[('x', 1), ('y', 2)] e=0 f=None g=1 h=[]" },
        { BOTH, "a=int('x')", "f:1:3: invalid literal for int() with base 10: 'x'\na=int('x')\n  ^" },
        { BOTH, "a=int(None)", "f:1:3: int() argument must be a string or a number, not 'NoneType'\na=int(None)\n  ^" },
        { BOTH, "a=len(1)", "f:1:3: int has no length\na=len(1)\n  ^" },
        { BOTH, "a='x'.nosuch()", "f:1:7: str has no nosuch that configuration files can use\na='x'.nosuch()\n      ^" },
        { BOTH, "a=len()", "f:1:3: len() takes 1 argument, 0 given\na=len()\n  ^" },
        { BOTH, "a=sorted([1], kee=1)", "f:1:3: sorted() has no parameter kee\na=sorted([1], kee=1)\n  ^" },
        { BOTH, "a=chr(0)", "f:1:3: chr() wants a number from 1 to 0x10ffff\na=chr(0)\n  ^" },
        { BOTH, "a=1()", "f:1:3: int cannot be called\na=1()\n  ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void what_is_left_out_is_refused_by_name(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "with open('x') as f: pass", "f:1:1: with statements are not supported in configuration files\nwith open('x') as f: pass\n^" },
        { BOTH, "class A: pass", "f:1:1: classes are not supported in configuration files\nclass A: pass\n^" },
        { BOTH, "a=1\nexec 'x'", "f:2:1: exec is not supported in configuration files\nexec 'x'\n^" },
        { BOTH, "def f():\n  yield 1", "f:2:3: yield is not supported in configuration files\n  yield 1\n  ^" },
        { BOTH, "@x\ndef f(): pass", "f:1:1: decorators are not supported in configuration files\n@x\n^" },
        { BOTH, "import os, subprocess", "f:1:12: import of subprocess is not allowed in configuration files: it runs programs\nimport os, subprocess\n           ^" },
        { BOTH, "from os import system", "f:1:16: os.system is not allowed in configuration files: it runs programs\nfrom os import system\n               ^" },
        { BOTH, "import os\nos.system('x')", "f:2:4: os.system is not allowed in configuration files: it runs programs\nos.system('x')\n   ^" },
        { BOTH, "from os import *", "f:1:16: from os import * is not supported in configuration files\nfrom os import *\n               ^" },
        { BOTH, "a=eval('1')", "f:1:3: eval() is not allowed in configuration files\na=eval('1')\n  ^" },
        { BOTH, "try: a=open('x','w')\nexcept: pass", "f:1:8: open() with mode 'w' is not allowed in configuration files: they only read\ntry: a=open('x','w')\n       ^" },
        { BOTH, "a=''.__class__", "f:1:6: the attribute __class__ is not allowed in configuration files\na=''.__class__\n     ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

/* Row by row the table of xm.cfg(5). */
static void the_dialects_differ_in_these(void **state)
{
    static const struct { const char *text, *xm, *xl; } table[] = {
        { "a=010", "a=8", "a=8" },
        { "a=08", "f:1:3: invalid number: 08", "a='08'" },
        { "a=1ax", "f:1:3: invalid number: 1ax", "a='1ax'" },
        { "a=0b101", "a=5", "a='0b101'" },
        { "a=1e5", "a=100000f", "a='1e5'" },
        { "a=99999999999999999999", "f:1:3: the number 99999999999999999999 does not fit into 64 bits", "a='99999999999999999999'" },
        { "a=1\na+=2", "a=3", "a='12'" },
        { "a='x'\na+=2", "f:2:2: str + int: a number is made a text by str()", "a='x2'" },
        { "a+='x'", "f:1:1: name 'a' is not defined (a text stands in quotes)", "a='x'" },
        { "a=['x']\na+='yz'", "a=['x', 'y', 'z']", "f:2:2: a list and a text cannot be added" },
        { "a='x\\101y'", "a='xAy'", "a='xy'" },
        { "a='\\50'", "a='('", "f:1:3: a backslash with digits needs three of them" },
        { "in='x'\nprint=1", "f:1:1: unexpected 'in', expected a value", "in='x' print=1" },
        { "v.d.script='x'", "f:1:1: attributes cannot be assigned to in configuration files", "v.d.script='x'" },
        { "a=1\n  b=2", "f:2:3: unexpected indentation", "a=1 b=2" },
        { ";a=1;;b=2", "f:1:1: unexpected ';', expected a statement", "a=1 b=2" },
        { "a='x\ry'", "f:1:3: this string does not end", "a='x\ry'" },
        { "a=1#x\rb=2", "a=1 b=2", "a=1" },
        { "xm_vars.check()", "", "f:1:1: xm_vars in the xl dialect is not allowed in configuration files" },
        /* and what libxlutil refuses, and both take */
        { "a='x' 'y'", "a='xy'", "a='xy'" },
        { "a=1 # no end of the line", "a=1", "a=1" },
        { "a=1\r\nb=2\r\n", "a=1 b=2", "a=1 b=2" },
        { "\xef\xbb\xbf" "a=1", "a=1", "a=1" },
        { "a=-1\nB=True", "a=-1 B=True", "a=-1 B=True" },
        { "a=[\n1]\nb=(1 +\n2)", "a=[1] b=3", "a=[1] b=3" },
        { "a='\\x41\\q'", "a='A\\q'", "a='A\\q'" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(table); i++) {
        check_messages(&(struct meaning){ XM, table[i].text, table[i].xm }, 1);
        check_messages(&(struct meaning){ XL, table[i].text, table[i].xl }, 1);
    }
}

/* Each form that only Python 2 has decides for the whole text: 1/2 is 0 then. */
static void a_text_is_python_2_or_3_as_a_whole(void **state)
{
    static const char *const old[] = {
        "print 'x'", "print", "print ('%d') % 5", "print 'x',", "b=1<>2", "b=`1`", "try: pass\nexcept ValueError, e: pass",
        "try: raise ValueError, 'x'\nexcept: pass", "b=5L", "b=017", "b=ur'x'", "for i in xrange(2): pass", "b=unicode('x')",
        "b=long(1)", "b=isinstance(1, basestring)", "b={}.has_key(1)", "b={}.iteritems()", "b={}.itervalues()", "b=lambda (x, y): x",
        "b=[x for x in 1, 2]", "import string\nb=string.join(['x'])", "from string import upper", "b=reduce(lambda x, y: x, [1])",
    };
    static const char *const new[] = {
        "print('x')", "print('x', 'y')", "b=f'x'", "xrange=1\nb=xrange", "def unicode(x): return x\nb=unicode(1)",
        "string='x'\nb=string.upper()", "import string\nb=string.capwords('x')", "b=0o17", "print('x') if 1 else print('y')",
        "from __future__ import print_function\nprint('x')",
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(old) + XM_COUNT(new); i++) {
        bool is_old = i < XM_COUNT(old);
        xm_autofree char *text = xm_printf("a=1/2\n%s\n", is_old ? old[i] : new[i - XM_COUNT(old)]);
        xm_autofree char *got = outcome(XM_DIALECT_XM, text);
        const char *expected = is_old ? "a=0" : "a=0.5f";

        if (strncmp(got, expected, strlen(expected)) != 0 || (is_old && got[3] == '.'))
            fail_msg("%s\n  gives %s\n  expected %s", text, got, expected);
    }
}

static void refusals_name_the_thing_and_its_place(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "if 1:\n  class X: pass", "f:2:3: classes are not supported in configuration files" },
        { BOTH, "x = 1\nwith x: pass", "f:2:1: with statements are not supported in configuration files" },
        { BOTH, "exec('x')", "f:1:1: exec is not supported in configuration files" },
        { BOTH, "a = yield", "f:1:5: yield is not supported in configuration files" },
        { BOTH, "@f\ndef g(): pass", "f:1:1: decorators are not supported in configuration files" },
        { BOTH, "async def f(): pass", "f:1:1: async is not supported in configuration files" },
        { BOTH, "def f():\n  await g()", "f:2:3: await is not supported in configuration files" },
        { BOTH, "match x:\n  case 1: pass", "f:1:1: match statements are not supported in configuration files" },
        { BOTH, "a = 1\nb = compile('x', 'y', 'z')", "f:2:5: compile() is not allowed in configuration files" },
        { BOTH, "__import__('os')", "f:1:1: __import__() is not allowed in configuration files" },
        { XM, "def f():\n  return x.__dict__", "f:2:12: the attribute __dict__ is not allowed in configuration files" },
        { XL, "x='y'\na=x.__dict__", "f:2:5: the attribute __dict__ is not allowed in configuration files" },
        { BOTH, "a='{0.__class__}'.format('')", "f:1:19: the attribute __class__ is not allowed in configuration files" },
        { BOTH, "a='\\N{DASH}'", "f:1:3: characters by name (\\N) are not supported in configuration files" },
        { BOTH, "memory: 512", "f:1:7: a value is given with '=', not with ':'" },
        { XM, "x.y = 1", "f:1:1: attributes cannot be assigned to in configuration files" },
        { BOTH, "from os import *", "f:1:16: from os import * is not supported in configuration files" },
        { BOTH, "a = 1j", "f:1:5: complex numbers are not supported in configuration files" },
    };

    (void)state;
    check_messages(table, XM_COUNT(table));
}

static void mistakes_of_grammar_have_their_place(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a = f'{'", "f:1:8: the text ends inside '{'" },
        { BOTH, "a = f'{}'", "f:1:8: an f-string has '{' without an expression" },
        { BOTH, "a = f'}'", "f:1:7: an f-string has '}' without '{' (the sign itself is written }})" },
        { BOTH, "a = f'x{b c}'", "f:1:11: unexpected 'c', expected '}'" },
        { BOTH, "b = 1\na = f'{b!z}'", "f:2:10: unexpected 'z', expected r, s or a behind '!'" },
        { BOTH, "a = f\"\"\"\n{\n1 +}\"\"\"", "f:3:4: unexpected '}', expected a value" },
        { BOTH, "*a = 1", "f:1:1: a name with a star stands in a list or tuple of names" },
        { BOTH, "*a, *b = 1", "f:1:5: two names with a star in one assignment" },
        { BOTH, "a = *b", "f:1:5: a * stands before a list's items, not before one value" },
        { BOTH, "f(a=1, a=2)", "f:1:8: argument a is given twice" },
        { BOTH, "f(a=1, 2)", "f:1:8: a plain argument stands behind a keyword argument" },
        { BOTH, "f(x for x in y, 1)", "f:1:3: beside other arguments, a comprehension stands in brackets of its own" },
        { BOTH, "def f(a, a): pass", "f:1:10: parameter a is there twice" },
        { BOTH, "def f(a=1, b): pass", "f:1:13: a parameter without default stands behind one with a default" },
        { BOTH, "def f(**a, b): pass", "f:1:12: unexpected 'b', expected ')'" },
        { BOTH, "def f(*, ): pass", "f:1:10: unexpected ')', expected the name of a parameter" },
        { BOTH, "nonlocal x", "f:1:1: 'nonlocal' outside a function in a function" },
        { BOTH, "def f(x):\n  global x", "f:2:10: x is a local name in this function already" },
        { BOTH, "try: pass\nexcept: pass\nexcept ValueError: pass", "f:2:1: an 'except' for everything is the last one" },
        { BOTH, "1 = a", "f:1:1: this cannot be assigned to" },
        { BOTH, "a < b = 1", "f:1:3: a comparison cannot be assigned to" },
        { BOTH, "del f()", "f:1:5: this cannot be deleted" },
        { BOTH, "a := 1", "f:1:1: a value is given with '=', not with ':='" },
        { BOTH, "a = ub'x'", "f:1:5: no string begins with ub" },
        { BOTH, "a = [1, 2\nb = 3\n", "f:2:1: unexpected 'b', expected ',' or ']'" },
        { BOTH, "if a = 1: pass", "f:1:6: unexpected '=', expected ':'" },
        { BOTH, "else: pass", "f:1:1: unexpected 'else', expected a value" },
        { BOTH, "for in x: pass", "f:1:5: unexpected 'in', expected a name" },
        { BOTH, "def (x): pass", "f:1:5: unexpected '(', expected the name of a function" },
        { BOTH, "import", "f:1:7: unexpected end of the line, expected the name of a module" },
        { BOTH, "a = 'x' if 1", "f:1:13: unexpected end of the line, expected 'else'" },
    };

    (void)state;
    check_messages(table, XM_COUNT(table));
}

static void syntax_errors_have_their_place(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a = [1,\n2", "f:2:2: the text ends inside '['\n2\n ^" },
        { BOTH, "a = 'x\nb=1", "f:1:5: this string does not end\na = 'x\n    ^" },
        { BOTH, "a = '''x\ny", "f:1:5: this string does not end\na = '''x\n    ^" },
        { BOTH, "a = (1]", "f:1:7: ']' closes nothing that is open here\na = (1]\n      ^" },
        { BOTH, "a = 1 2", "f:1:7: unexpected '2', expected the end of the line\na = 1 2\n      ^" },
        { BOTH, "a = [1 2]", "f:1:8: unexpected '2', expected ',' or ']'\na = [1 2]\n       ^" },
        { BOTH, "a = [,]", "f:1:6: unexpected ',', expected a value\na = [,]\n     ^" },
        { BOTH, "a = 1 \\ 2", "f:1:7: something follows the backslash that joins lines\na = 1 \\ 2\n      ^" },
        { BOTH, "a =\n[1]", "f:1:4: unexpected end of the line, expected a value\na =\n   ^" },
        { BOTH, "x = '\xc3\xa4' +\n", "f:1:11: unexpected end of the line, expected a value\nx = '\xc3\xa4' +\n         ^" },
        { BOTH, "a = \x01", "f:1:5: unexpected byte 1\na = ?\n    ^" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void tabs_stay_tabs_before_the_caret(void **state)
{
    xm_autofree char *got = outcome(XM_DIALECT_XL, "\ta =\t$");

    (void)state;
    assert_string_equal(got, "f:1:6: unexpected character '$'\n\ta =\t$\n\t   \t^");
}

static void a_very_long_line_is_shown_around_the_place(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_autofree char *got = NULL;

    (void)state;
    xm_buf_puts(&text, "a = '");
    xm_buf_pad(&text, 'x', 5000);
    xm_buf_puts(&text, "' $");
    got = outcome(XM_DIALECT_XM, text.data);
    assert_true(strncmp(got, "f:1:5008: unexpected character '$'\n", 34) == 0);
    assert_true(strlen(got) < 400);
}

static void a_nul_byte_is_refused(void **state)
{
    static const struct { const char *text; size_t len; } with_nul[] = {
        { "a=1\0", 4 }, { "a='x\0y'", 7 }, { "a='\\\0'", 6 }, { "a='''\0'''", 9 }, { "\0", 1 }, { "a\0=1", 4 }, { "a=1#\0\n$", 7 },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(with_nul); i++) {
        xm_lang_names *names = NULL;
        xm_error *err = NULL;

        assert_int_equal(run(XM_DIALECT_XM, with_nul[i].text, with_nul[i].len, &names, &err), -1);
        assert_null(names);
        xm_error_free(err);
    }
}

static void values_know_where_they_stand(void **state)
{
    static const char text[] = "a = 1\ndisk = [ 'x',\n   'y' ]\nb = 010\nc = b\nd = b + 1\n";
    xm_lang_names *names = NULL;
    const struct xm_value *disk, *b, *c, *d;

    (void)state;
    assert_int_equal(run(XM_DIALECT_XL, text, strlen(text), &names, NULL), 0);
    disk = &names->items[1].value;
    assert_int_equal(disk->place.line, 2);
    assert_int_equal(disk->place.col, 8);
    assert_int_equal(disk->items[0].place.col, 10);
    assert_int_equal(disk->items[1].place.line, 3);
    assert_int_equal(disk->items[1].place.col, 4);
    b = &names->items[2].value;
    assert_string_equal(b->text, "010");
    assert_int_equal(b->i, 8);
    c = &names->items[3].value;
    assert_int_equal(c->place.line, 5);
    d = &names->items[4].value;
    assert_null(d->text);
    xm_lang_names_free(names);
}

static void collect(void *arg, const char *text, size_t len)
{
    xm_buf_add(arg, text, len);
}

static void print_reaches_the_program(void **state)
{
    static const char text[] =
        "import sys\nprint 'a', 1\nprint\nprint 'b',\nprint('c', 2)\nprint('%d') % 5\nprint('x', sep='', end='.')\n"
        "print >>sys.stderr, 'e'\nprint ('p'), 'q'\nprint [1]\n";
    xm_autobuf output = XM_BUF_INIT;
    struct xm_lang_input input = { .file = "f", .text = text, .len = strlen(text), .dialect = XM_DIALECT_XM,
                                   .print = collect, .print_arg = &output };
    xm_lang_names *names = NULL;

    (void)state;
    assert_int_equal(xm_lang_eval(&input, &names, NULL), 0);
    assert_string_equal(output.data, "a 1\n\nb ('c', 2)\n5\nx.e\np q\n[1]\n");
    xm_lang_names_free(names);
}

#define VMID \
    "def vmid_check(var, val):\n  val = int(val)\n  if val <= 0:\n    raise ValueError\n  return val\n" \
    "xm_vars.var('vmid', use='an id', check=vmid_check)\nxm_vars.check()\nname = 'vm%d' % vmid\n"

static void variables_of_the_command_line_are_checked(void **state)
{
    struct { const char *name, *value; } vars[] = { { "vmid", "3" }, { "other", "x" } };
    struct xm_lang_input input = { .file = "f", .text = VMID "o = other", .dialect = XM_DIALECT_XM, .var_count = 2 };
    xm_lang_names *names = NULL;
    xm_error *err = NULL;

    (void)state;
    input.vars = (const void *)vars;
    input.len = strlen(input.text);
    assert_int_equal(xm_lang_eval(&input, &names, NULL), 0);
    assert_int_equal(names->count, 3);
    assert_string_equal(names->items[1].value.text, "vm3");
    assert_string_equal(names->items[2].value.text, "x");
    xm_lang_names_free(names);
    vars[0].value = "0";
    assert_int_equal(xm_lang_eval(&input, &names, &err), -1);
    assert_non_null(strstr(err->msg, "f:4:5: vmid - \n"));
    xm_error_clear(&err);
    input.var_count = 0;
    assert_int_equal(xm_lang_eval(&input, &names, &err), -1);
    assert_non_null(strstr(err->msg, "vmid - int() argument must be a string or a number, not 'NoneType'"));
    xm_error_clear(&err);
}

/* Each ends at once, with a sentence that names the bound. */
static void nothing_runs_away(void **state)
{
    static const struct { const char *text, *says; } table[] = {
        { "while 1: pass", "runs too long" },
        { "for i in range(100000):\n  for j in range(100000): pass", "runs too long" },
        { "def f(): f()\nf()", "too deeply" },
        { "def f(): return [f()]\nf()", "too deeply" },
        { "f=lambda: f()\nf()", "too deeply" },
        { "def f(n):\n  try: f(n+1)\n  finally: f(n+1)\nf(0)", "too deeply" },
        { "a='x'*10000000", "longer than" },
        { "a='x'\nwhile 1: a=a+a", "longer than" },
        { "a=[1]\nwhile 1: a=a+a", "longer than" },
        { "a=[1]\na+=a\nwhile 1: a.extend(a)", "longer than" },
        { "a=[0]*99999999999", "longer than" },
        { "a=range(10**12)", "longer than" },
        { "a=range(-2**62, 2**62)", "longer than" },
        { "a=[]\nwhile 1: a.append(a)", "longer than" },
        { "a='%999999999d' % 1", "longer than" },
        { "a='%.999999999d' % 1", "longer than" },
        { "a='{:999999999}'.format(1)", "longer than" },
        { "a='x'.zfill(9**18)", "longer than" },
        { "a='x'*1000000\nb=','.join([a]*90000)", "longer than" },
        { "a='x'*1000000\nb=a.replace('x', a)", "longer than" },
        { "a='x'*1000000\nwhile 1: b=a+'y'", "uses too much memory" },
        { "while 1: a=[0]*90000", "uses too much memory" },
        { "a=[]\na.append(a)", "nested more than" },
        { "a=[]\nfor i in range(100): a=[a]", "nested more than" },
        { "a=[1]*90\nfor i in range(20): a=[a]*90", "too large together" },
        { "a=['x'*1000000]*90", "too large together" },
        { "a=[1]*90\nfor i in range(9): a=[a]*90\nb=str(a)", "longer than" },
        { "a=[1]*90\nb=[1]*90\nfor i in range(9):\n  a=[a]*90\n  b=[b]*90\nc=a==b", "runs too long" },
        { "a=[]\na.append(a)\nb=[]\nb.append(b)\nc=a==b", "nested too deeply" },
        { "while 1: print('x'*1000)", "prints more than" },
        { "d={}\ni=0\nwhile 1:\n  d[i]=1\n  i=i+1", "larger than" },
        { "a=range(100000)\nb=sorted(a)\nb=sorted(a)\nb=sorted(a)", "runs too long" },
        { "a=[x for x in range(1000) for y in range(1000)]", "longer than" },
        { "a=[[] for x in range(1000) for y in range(1000) if y<0]", "runs too long" },
        { "try:\n  while 1: pass\nexcept: a=1", "runs too long" },
        { "try:\n  while 1: pass\nfinally:\n  while 1: pass", "runs too long" },
        { "a='%9999999d' % 1", "longer than" },
        { "w=9999999\na=f'{1:{w}}'", "longer than" },
        { "a='{:.9999999f}'.format(1.0)", "longer than" },
        { "a='%1000000d' % 1\nwhile 1: b='%1000000d' % 1", "uses too much memory" },
        { "a=[1]\nwhile 1: a=[*a, *a]", "longer than" },
        { "a=[1]\nwhile 1: a[1:1]=a", "longer than" },
        { "a={1}\nfor i in range(10**5):\n  for j in range(10): a|={i*10+j}", "uses too much memory" },
        { "def f(*a): return f(*a, *a)\nf(1)", "longer than" },
        { "def f(**k): return f(**k)\nf(a=1)", "too deeply" },
        { "while (n:=1): pass", "runs too long" },
        { "while 1:\n  try: raise ValueError('x')\n  except ValueError: pass", "" },
        { "t=(1,)\nfor i in range(60): t=(t,t)\nd={t:1}", "so large a tuple" },
        { "t=(1,)\nfor i in range(60): t=(t,t)\na=str(t)", "longer than" },
        { "a={x*y for x in range(9999) for y in range(9999)}", "larger than" },
        { "a=sum(1 for x in range(9999) for y in range(9999))", "longer than" },
        { "a=9**9**9", "64 bits" },
        { "a=1<<99", "64 bits" },
        { "a=1\nfor i in range(90): a=a*10", "64 bits" },
        { "a=2**2**2**2**2", "64 bits" },
        { "a=1.5**99999", "too large" },
        { "import re\na=re.search('((((a{999}){99}){99}){99})', 'x')", "too large" },
        { "import re\na=re.search('('*300, 'x')", "too deeply" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(table); i++) {
        struct timespec before, after;
        xm_autofree char *got = NULL;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        got = outcome(XM_DIALECT_XM, table[i].text);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        if (strstr(got, table[i].says) == NULL)
            fail_msg("%s\n  gives %s\n  does not say %s", table[i].text, got, table[i].says);
        assert_true(after.tv_sec - before.tv_sec <= 2);
    }
}

static void pad_text(struct xm_buf *text, const char *part, int times)
{
    for (int i = 0; i < times; i++)
        xm_buf_puts(text, part);
}

/* Nesting is refused by the parser before it can use up the stack. */
static void hostile_nesting_is_refused(void **state)
{
    static const struct { const char *start, *part; int times; } table[] = {
        { "a=", "(", 100000 }, { "a=", "[", 500 }, { "a=", "{1:", 500 }, { "a=", "-", 100000 }, { "a=", "not ", 100000 },
        { "a=1", "+1", 100000 }, { "a=1", "**1", 100000 }, { "a=1", " if 1 else 1", 10000 }, { "a=", "lambda:", 100000 },
        { "a=x", "[0]", 100000 }, { "a=x", ".y", 100000 }, { "a=x", "()", 100000 }, { "a=", "f(", 100000 },
        { "a=1", " or 1", 100000 }, { "for ", "(", 500 }, { "a=[1 ", "for x in [1] ", 50 },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(table); i++) {
        xm_autobuf text = XM_BUF_INIT;
        xm_autofree char *got = NULL;

        xm_buf_puts(&text, table[i].start);
        pad_text(&text, table[i].part, table[i].times);
        if (table[i].times == 50)
            xm_buf_putc(&text, ']');
        got = outcome(XM_DIALECT_XM, text.data);
        if (strstr(got, "too deeply") == NULL && strstr(got, "more than 20 clauses") == NULL)
            fail_msg("%s%s...: %s", table[i].start, table[i].part, got);
    }
}

static void nested_blocks_are_bounded(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_autofree char *got = NULL;

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        xm_buf_pad(&text, ' ', i);
        xm_buf_puts(&text, "if 1:\n");
    }
    got = outcome(XM_DIALECT_XM, text.data);
    assert_non_null(strstr(got, "too deeply"));
}

static void a_text_has_a_size(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_lang_names *names = NULL;
    xm_error *err = NULL;

    (void)state;
    xm_buf_pad(&text, '\n', 1024 * 1024);
    assert_int_equal(run(XM_DIALECT_XM, text.data, text.len, &names, NULL), 0);
    xm_lang_names_free(names);
    xm_buf_putc(&text, '\n');
    assert_int_equal(run(XM_DIALECT_XM, text.data, text.len, &names, &err), -1);
    assert_string_equal(err->msg, "f: larger than 1048576 bytes");
    xm_error_free(err);
}

static void ordinary_sizes_are_within_the_bounds(void **state)
{
    static const struct meaning table[] = {
        { BOTH, "a=len([x for x in range(50000)])\nb=len(','.join(str(i) for i in range(5000)).split(','))", "a=50000 b=5000" },
        { BOTH, "a=[]\nfor i in range(5000): a.append('%d' % i)\na=len(a)", "a=5000 i=4999" },
        { BOTH, "def f(n):\n  if n==0: return 0\n  return 1+f(n-1)\na=f(100)", "f=other a=100" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void ten_thousand_lines_are_fine(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_lang_names *names = NULL;

    (void)state;
    for (int i = 0; i < 10000; i++)
        xm_buf_printf(&text, "key%d = [ 'phy:/dev/vg/lv%d,xvda,w', %d ]\n", i, i, i);
    assert_int_equal(run(XM_DIALECT_XL, text.data, text.len, &names, NULL), 0);
    assert_int_equal(names->count, 10000);
    xm_lang_names_free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_mean_what_xl_says),
        cmocka_unit_test(literals_are_python_s),
        cmocka_unit_test(operators_are_python_s),
        cmocka_unit_test(sets_and_comprehensions_are_python_s),
        cmocka_unit_test(statements_are_python_s),
        cmocka_unit_test(functions_and_methods_are_python_s),
        cmocka_unit_test(what_is_left_out_is_refused_by_name),
        cmocka_unit_test(the_dialects_differ_in_these),
        cmocka_unit_test(a_text_is_python_2_or_3_as_a_whole),
        cmocka_unit_test(refusals_name_the_thing_and_its_place),
        cmocka_unit_test(mistakes_of_grammar_have_their_place),
        cmocka_unit_test(syntax_errors_have_their_place),
        cmocka_unit_test(tabs_stay_tabs_before_the_caret),
        cmocka_unit_test(a_very_long_line_is_shown_around_the_place),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(values_know_where_they_stand),
        cmocka_unit_test(print_reaches_the_program),
        cmocka_unit_test(variables_of_the_command_line_are_checked),
        cmocka_unit_test(nothing_runs_away),
        cmocka_unit_test(hostile_nesting_is_refused),
        cmocka_unit_test(nested_blocks_are_bounded),
        cmocka_unit_test(a_text_has_a_size),
        cmocka_unit_test(ordinary_sizes_are_within_the_bounds),
        cmocka_unit_test(ten_thousand_lines_are_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
