/* langlib: what the functions and modules of the language refuse, and that they stay within
 * their bounds. What they give is compared with Python's in tests/lang. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/lang.h"

/* A run: the text's name `a` in words, or the error without its column and source line. */
struct run {
    struct xm_lang_input input;
    struct xm_buf notes, printed;
};

static void take_note(void *arg, const char *text)
{
    xm_buf_printf(&((struct run *)arg)->notes, "%s\n", text);
}

static void take_print(void *arg, const char *text, size_t len)
{
    xm_buf_add(&((struct run *)arg)->printed, text, len);
}

static void put(struct xm_buf *out, const struct xm_value *v)
{
    if (v->type == XM_VALUE_INT || v->type == XM_VALUE_BOOL)
        xm_buf_printf(out, "%lld", (long long)v->i);
    else if (v->type == XM_VALUE_FLOAT)
        xm_buf_printf(out, "%.17g", v->f);
    else if (v->type == XM_VALUE_STR)
        xm_buf_puts(out, v->text);
    else if (v->type == XM_VALUE_NONE)
        xm_buf_puts(out, "None");
    for (size_t i = 0; i < v->count; i++) {
        xm_buf_puts(out, i > 0 ? "," : "");
        put(out, &v->items[i]);
    }
}

static void put_error(struct xm_buf *out, const char *msg)
{
    int column = 0, words = 0;

    if (sscanf(msg, "%*[^:]:%*u%n:%*u%n", &column, &words) == 0 && words > 0) {
        xm_buf_add(out, msg, (size_t)column);
        msg += words;
    }
    xm_buf_add(out, msg, strcspn(msg, "\n"));
}

static char *run(struct run *run, const char *text)
{
    struct xm_buf out = XM_BUF_INIT;
    xm_lang_names *names = NULL;
    xm_error *err = NULL;

    run->input.text = text;
    run->input.len = strlen(text);
    run->input.print = take_print;
    run->input.note = take_note;
    run->input.print_arg = run->input.note_arg = run;
    if (run->input.file == NULL)
        run->input.file = "f";
    if (run->input.dialect == 0)
        run->input.dialect = XM_DIALECT_XM;
    xm_buf_puts(&out, "");
    if (xm_lang_eval(&run->input, &names, &err) < 0) {
        put_error(&out, err->msg);
        xm_error_free(err);
        return xm_buf_take(&out);
    }
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].name, "a") == 0)
            put(&out, &names->items[i].value);
    xm_lang_names_free(names);
    return xm_buf_take(&out);
}

static void run_clear(struct run *run)
{
    xm_buf_clear(&run->notes);
    xm_buf_clear(&run->printed);
}

struct outcome {
    const char *text, *expected;
};

static void check(const struct outcome *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct run r = { 0 };
        xm_autofree char *got = run(&r, table[i].text);

        if (strcmp(got, table[i].expected) != 0)
            fail_msg("%s\n  gives    %s\n  expected %s", table[i].text, got, table[i].expected);
        run_clear(&r);
    }
}

#define NOT(what) what " is not allowed in configuration files"

static void what_acts_on_the_host_is_refused(void **state)
{
    static const struct outcome table[] = {
        { "import os\nos.system('x')", "f:2: " NOT("os.system") ": it runs programs" },
        { "import os\na=os.popen('x').read()", "f:2: " NOT("os.popen") ": it runs programs" },
        { "from os import execv", "f:1: " NOT("os.execv") ": it runs programs" },
        { "import subprocess", "f:1: " NOT("import of subprocess") ": it runs programs" },
        { "import commands", "f:1: " NOT("import of commands") ": it runs programs" },
        { "import os\nos.remove('x')", "f:2: " NOT("os.remove") ": it changes something" },
        { "import os\nos.mkdir('x')", "f:2: " NOT("os.mkdir") ": it changes something" },
        { "import os\nos.putenv('x','y')", "f:2: " NOT("os.putenv") ": it changes something" },
        { "import shutil", "f:1: " NOT("import of shutil") ": it changes something" },
        { "import socket\nsocket.socket()", "f:2: " NOT("socket.socket") ": it goes to the network" },
        { "import socket\nsocket.getfqdn()", "f:2: " NOT("socket.getfqdn") ": it goes to the network" },
        { "import urllib2", "f:1: " NOT("import of urllib2") ": it goes to the network" },
        { "import time\ntime.sleep(1)", "f:2: " NOT("time.sleep") ": it waits" },
        { "import sys\nsys.stdin.read()", "f:2: " NOT("sys.stdin") ": it waits for somebody to type" },
        { "import os\nos.kill(1,9)", "f:2: " NOT("os.kill") ": it ends programs" },
        { "import ctypes", "f:1: " NOT("import of ctypes") ": it runs code from elsewhere" },
        { "import uuid", "f:1: " NOT("import of uuid") ": it gives other values each time; random gives the same ones" },
        { "import io", "f:1: " NOT("import of io") ": open() and os.listdir() are how files read others" },
        { "import nosuch", "f:1: " NOT("import of nosuch") },
        { "import os\nos.nosuch", "f:2: " NOT("os.nosuch") },
        { "import math\nmath.nosuch", "f:2: " NOT("math.nosuch") },
        { "try:\n  import subprocess\nexcept:\n  pass", "f:2: " NOT("import of subprocess") ": it runs programs" },
        { "open('/nonexistent/x','w')", "f:1: open() with mode 'w' is not allowed in configuration files: they only read" },
        { "open('/nonexistent/x','a')", "f:1: open() with mode 'a' is not allowed in configuration files: they only read" },
        { "open('/nonexistent/x','r+')", "f:1: open() with mode 'r+' is not allowed in configuration files: they only read" },
        { "open('/nonexistent/x',mode='wb')", "f:1: open() with mode 'wb' is not allowed in configuration files: they only read" },
        { "open('/etc/passwd').write('x')", "f:1: a file's write() is not allowed in configuration files: they only read" },
        { "print('x',file=open('/etc/passwd'))", "f:1: print() to file is not allowed in configuration files: it writes" },
        { "eval('1')", "f:1: eval() is not allowed in configuration files" },
        { "getattr(1,'x')", "f:1: getattr() is not allowed in configuration files" },
        { "import os\nos.environ['X']='1'", "f:2: os.environ cannot be changed" },
        { "import os\nos.environ.update(X='1')", "f:2: os.environ cannot be changed" },
        { "import os\ndel os.environ['PATH']", "f:2: os.environ cannot be changed" },
        { "import os\nos.environ.pop('PATH')", "f:2: os.environ cannot be changed" },
        { "import os\nos.environ.clear()", "f:2: os.environ cannot be changed" },
        { "import os\nos.environ.popitem()", "f:2: os.environ cannot be changed" },
        { "import os\nos.environ.setdefault('XM_UNSET','1')", "f:2: os.environ cannot be changed" },
        { "import os\ne=os.environ\ne|={'X':'1'}\na='X' in os.environ, 'X' in e", "0,1" },
        { "frozenset([1]).add(2)", "f:1: a frozenset cannot be changed" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void what_belongs_to_xm_is_there(void **state)
{
    static const struct outcome table[] = {
        { "a=inet_aton('10.0.1.2'), inet_ntoa(167772162), add_offset_to_ip('10.0.0.250', 10)", "167772418,10.0.0.2,10.0.1.4" },
        { "a=check_subnet('10.0.1.2','10.0.1.0','255.255.255.0'), check_subnet('10.0.2.2','10.0.1.0','255.255.255.0')", "1,0" },
        { "a=inet_aton('10.0.1')", "f:1: '10.0.1' is no IPv4 address" },
        { "a=inet_ntoa(-1)", "f:1: -1 is no IPv4 address" },
        { "a=add_offset_to_ip('255.255.255.255', 1)", "f:1: 4294967296 is no IPv4 address" },
        { "a=add_offset_to_ip('10.0.0.1', 99999999999)", "f:1: the offset is larger than any address" },
        { "a=check_subnet('x','10.0.1.0','255.255.255.0')", "f:1: 'x' is no IPv4 address" },
        { "a=len(get_defaultroute())", "2" },
        { "a=get_current_ipaddr('lo'), get_current_ipmask('lo')", "127.0.0.1,255.0.0.0" },
        { "a=get_current_ipaddr('nosuch0'), get_current_ipmask('nosuch0'), get_current_ipgw('nosuch0')", "None,None,None" },
        { "a=get_current_ipaddr(5)", "f:1: argument 1 is of type str, not int" },
        { "a=os.path.sep, re.I, sys.platform, len(socket.gethostname())>0, errno.ENOENT", "/,2,linux,1,2" },
        { "a=xm_file, xm_help", "f,0" },
        { "Vars()", "f:1: the class Vars is not allowed in configuration files" },
        { "struct.pack('x')", "f:1: the module struct is not allowed in configuration files" },
        { "a=math.pi", "f:1: name 'math' is not defined (a text stands in quotes)" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void a_file_that_ends_early_is_no_configuration(void **state)
{
    static const struct outcome table[] = {
        { "import sys\nsys.exit('give me vmid=')", "f:2: give me vmid=" },
        { "import sys\nsys.exit()", "f:2: sys.exit(0) ends the file before it is a configuration" },
        { "import sys\nsys.exit(3)", "f:2: sys.exit(3) ends the file before it is a configuration" },
        { "import sys\ntry: sys.exit(1)\nexcept SystemExit: a=5", "5" },
        { "import sys\ntry: sys.exit('x')\nexcept Exception: a=5", "f:2: x" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

static void the_words_of_the_command_line_are_sys_argv(void **state)
{
    static const char *const words[] = { "web.py", "vmid=3" };
    struct run r = { .input = { .argv = words, .argc = 2 } }, none = { 0 };
    xm_autofree char *got = run(&r, "import sys\na = sys.argv"), *alone = run(&none, "import sys\na = sys.argv");

    (void)state;
    assert_string_equal(got, "web.py,vmid=3");
    assert_string_equal(alone, "f");
    run_clear(&r);
    run_clear(&none);
}

static void random_is_the_same_each_time_and_says_its_seed(void **state)
{
    static const char text[] = "import random\na = random.random(), random.randint(0, 10**9)";
    struct run first = { 0 }, second = { 0 }, other = { .input = { .file = "g" } }, again = { 0 };
    xm_autofree char *a = run(&first, text), *b = run(&second, text), *c = run(&other, text), *d = NULL, *seeded = NULL;
    unsigned long long seed;

    (void)state;
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_string_equal(first.notes.data, second.notes.data);
    assert_int_equal(sscanf(first.notes.data, "f: random is seeded with %llu (random.seed", &seed), 1);
    assert_non_null(strstr(first.notes.data, "repeats it)\n"));
    seeded = xm_printf("import random\nrandom.seed(%llu)\na = random.random(), random.randint(0, 10**9)", seed);
    d = run(&again, seeded);
    assert_string_equal(a, d);
    assert_null(again.notes.data);      /* there is nothing to say then */
    run_clear(&first);
    run_clear(&second);
    run_clear(&other);
    run_clear(&again);
}

/* Files */

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/dev/shm/xm-langlib-XXXXXX");      /* thousands of files take their time on a disk */
    if (mkdtemp(dir) != NULL)
        return 0;
    strcpy(dir, "/tmp/xm-langlib-XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    xm_autofree char *command = xm_printf("rm -rf '%s'", dir);

    (void)state;
    return system(command);
}

static char *make_file(const char *name, const char *data, size_t len)
{
    char *path = xm_printf("%s/%s", dir, name);
    xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    return path;
}

static void expect(const char *format, const char *path, const char *expected)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_autofree char *got = NULL;
    struct run r = { 0 };
    const char *at = strchr(format, '@');

    xm_buf_add(&text, format, (size_t)(at - format));
    xm_buf_puts(&text, path);
    xm_buf_puts(&text, at + 1);
    got = run(&r, text.data);
    if (strstr(got, expected) == NULL)
        fail_msg("%s\n  gives %s\n  expected %s", text.data, got, expected);
    run_clear(&r);
}

static void files_are_read_up_to_a_mebibyte(void **state)
{
    xm_autobuf data = XM_BUF_INIT;
    xm_autofree char *full = NULL, *over = NULL, *empty = make_file("empty", "", 0), *lines = make_file("lines", "a\nb\r\nc", 6);

    (void)state;
    xm_buf_pad(&data, 'x', 1024 * 1024 + 1);
    full = make_file("full", data.data, 1024 * 1024);
    over = make_file("over", data.data, 1024 * 1024 + 1);
    expect("a=len(open('@').read())", full, "1048576");
    expect("a=open('@').read()", over, "is larger than 1048576 bytes");
    expect("try: open('@')\nexcept Exception: pass", over, "is larger than 1048576 bytes");
    expect("a=[open('@').read(),'e']", empty, ",e");
    expect("a=[l.strip() for l in open('@')]", lines, "a,b,c");
    expect("for i in range(9): f=open('@')", full, "larger than 8388608 bytes together");
    expect("a=0\nwhile 1:\n  open('@')\n  a+=1", empty, "runs too long");
}

static void only_texts_in_regular_files_are_read(void **state)
{
    xm_autofree char *binary = make_file("binary", "a\0b", 3), *pipe = xm_printf("%s/pipe", dir);

    (void)state;
    assert_int_equal(mkfifo(pipe, 0600), 0);
    expect("a=open('@').read()", pipe, "is no regular file");
    expect("a=open('@').read()", binary, "is no text: it has a NUL byte");
    expect("a=open('@').read()", "/dev/zero", "is no regular file");
    expect("a=open('@').read()", dir, "[Errno 21] Is a directory");
    expect("try: open('@')\nexcept IOError: a='caught'", "/nonexistent", "caught");
    expect("f=open('@')\nf.close()\nf.read()", "/etc/passwd", "I/O operation on closed file.");
}

static void a_huge_directory_is_not_listed(void **state)
{
    xm_autofree char *inner = xm_printf("%s/huge", dir), *one = xm_printf("%s/huge/77", dir);

    (void)state;
    assert_int_equal(mkdir(inner, 0700), 0);
    for (int i = 0; i <= 10000; i++) {
        xm_autofree char *path = xm_printf("%s/%d", inner, i);

        assert_int_equal(mkdir(path, 0700), 0);
    }
    expect("import os\na=os.listdir('@')", inner, "more than 10000 names");
    assert_int_equal(rmdir(one), 0);
    expect("import os\na=os.listdir('@')[:3]", inner, "0,1,10");
}

/* Each line is work without end, or a result without end, for a small text. */
static void nothing_runs_away(void **state)
{
    static const struct { const char *text, *word; } table[] = {
        { "import re\nre.match('(a+)+$', 'a'*40+'b')", "takes too long on this text" },
        { "import re\nre.search('(x+x+)+[yz]', 'x'*5000)", "takes too long on this text" },
        { "import re\nre.sub('(a|aa)+$', '', 'a'*60+'b')", "takes too long on this text" },
        { "import re\nre.findall('(.*)(.*)(.*)(.*)(.*)(.*)[^x]$', 'x'*10000)", "takes too long on this text" },
        { "import re\nre.match('(?:(?:(?:a?)*)*)*[bc]', 'a'*3000)", "takes too long on this text" },
        { "import re\nwhile 1: re.search('(a|b|ab)*c', 'ab'*500)", "too long" },
        { "import re\nwhile 1: re.search('x', 'a'*1000000)", "too long" },
        { "import re\nre.compile('a'*5000)", "longer than 4096 bytes" },
        { "import re\nre.compile('(' * 2000 + ')' * 2000)", "too deeply nested" },
        { "import re\nre.sub('', 'x'*1000, 'y'*100000)", "longer than" },
        { "import re\nre.sub('(.*)', r'\\1'*1000, 'x'*100000)", "longer than" },
        { "import re\nre.split('', 'x'*200000)", "longer than 100000 items" },
        { "import re\ndef f(m): return re.sub('x', f, 'x')\nf(0)", "too deeply" },
        { "a='x'.center(10**12)", "longer than" },
        { "a='x'.zfill(2*10**6)", "longer than" },
        { "a='\\t'.expandtabs(10**15)", "longer than" },
        { "a='\\t'*1000\na=a.expandtabs(10000)", "longer than" },
        { "a=('x'*1000).replace('x','y'*10000)", "longer than" },
        { "a='x'.join(['y'*1000]*100000)", "longer than" },
        { "a=('y'*1000).join('x'*100000)", "longer than" },
        { "a='{0}'*1000\na=a.format('x'*10000)", "longer than" },
        { "a=format('x','>99999999')", "longer than" },
        { "a='%099999999d' % 1", "longer than" },
        { "a=('a'*1000000).translate({97:'b'*1000})", "longer than" },
        { "a=('x'*1000000).split('x')", "longer than 100000 items" },
        { "a=list('x'*1000000)", "longer than 100000 items" },
        { "a=range(10**18)", "longer than 100000 items" },
        { "a=[1]*90000\nwhile 1: a.count(2)", "too long" },
        { "a='ab'*500000\nwhile 1: a.rfind('b'*500000)", "too" },
        { "a='a'*1000000\nwhile 1: a.strip('b'*1000)", "too" },
        { "a='a'*1000000\nwhile 1: a.isupper()", "too" },
        { "a=set(range(90000))\nwhile 1: a.union(range(1000))", "too" },
        { "a=set(range(90000))\nwhile 1: a.issubset([])", "too" },
        { "a=dict.fromkeys(range(90000))\nwhile 1: a.copy()", "too" },
        { "import random\na=range(90000)\nwhile 1: random.shuffle(a)", "too" },
        { "import random\na=range(90000)\nwhile 1: random.sample(a,1)", "too" },
        { "import random\nwhile 1: random.seed(1)", "too" },
        { "import os\nwhile 1: os.path.exists('/')", "too long" },
        { "import os\nwhile 1: os.path.realpath('/a/b/c/d/e/f')", "too long" },
        { "import os\nos.path.realpath('/a'*20000)", "too long" },
        { "import time\ntime.strftime('%Y'*5000)", "more than" },
        { "import time\nwhile 1: time.strftime('%c')", "too long" },
        { "a=sorted(range(90000), key=lambda x: sorted(range(90000)))", "too" },
        { "map(lambda x: map(lambda y: y, range(1000)), range(90000))", "too" },
        { "a=[]\na.append(a)\nrepr(a)\na=0\nisinstance(1,((((int,),),),))", "" },
        { "a=pow(7, 9223372036854775807, 1000003)", "" },
        { "a=[]\nfor i in range(50): a=(a,)\nisinstance(1, a)", "isinstance() wants types" },
        { "reduce(lambda x, y: x + x, range(100), 'x')", "longer than" },
        { "a=sum([[1]*1000]*1000, [])", "too much memory" },
        { "import math\na=math.inf", "not finite" },
        { "import math\na=[{'x': float('nan')}]", "not finite" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(table); i++) {
        struct run r = { 0 };
        clock_t start = clock();
        xm_autofree char *got = run(&r, table[i].text);

        if (strstr(got, table[i].word) == NULL)
            fail_msg("%s\n  gives %.200s\n  does not say %s", table[i].text, got, table[i].word);
        if ((clock() - start) / (CLOCKS_PER_SEC / 10) > 20)     /* a second, and time to spare for sanitizers */
            fail_msg("%s\n  takes %g seconds", table[i].text, (double)(clock() - start) / CLOCKS_PER_SEC);
        run_clear(&r);
    }
}

/* What Python warns of, or has no word for. */
static void regular_expressions_are_python_s_not_pcre_s(void **state)
{
    static const struct outcome table[] = {
        { "import re\na=[m is not None for m in (re.search('[[:alpha:]]', 'a]'), re.search('[[:alpha:]]', ':]'), re.search('[[:alpha:]]', 'z'))]", "1,1,0" },
        { "import re\nre.compile('(?R)')", "f:2: an unknown extension behind '(?' in the regular expression '(?R)', at its byte 0" },
        { "import re\nre.compile('a\\\\Kb')", "f:2: an escape that is not known in the regular expression 'a\\Kb', at its byte 1" },
        { "import re\nre.compile('(*UTF)a')", "f:2: nothing to repeat in the regular expression '(*UTF)a', at its byte 0" },
        { "import re\nre.compile('(')", "f:2: regular expression '(': missing closing parenthesis" },
        { "import re\na=re.compile('a').nosuch", "f:2: pattern has no nosuch that configuration files can use" },
        { "import re\nre.sub('a', r'\\q', 'a')", "f:2: bad escape \\q in a replacement" },
        { "import re\nre.sub('a', r'\\1', 'a')", "f:2: no such group: 1" },
        { "import re\nre.sub('a', r'\\g<x>', 'a')", "f:2: unknown group name 'x'" },
        { "import re\nre.sub('a', r'\\g<x', 'a')", "f:2: \\g in a replacement stands before <NAME>" },
        { "import re\nre.sub('a', lambda m: 5, 'a')", "f:2: what replaces a match is a text, not int" },
        { "import re\nre.search(re.compile('a'), 'a', re.I)", "f:2: a compiled pattern has its flags already" },
        { "import re\na=re.findall('.', '\\xc3\\xa4x'.encode('utf-8'))[-1], len(re.findall('.', 'a\\xffb'))", "x,3" },
    };

    (void)state;
    check(table, XM_COUNT(table));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_acts_on_the_host_is_refused),
        cmocka_unit_test(what_belongs_to_xm_is_there),
        cmocka_unit_test(a_file_that_ends_early_is_no_configuration),
        cmocka_unit_test(the_words_of_the_command_line_are_sys_argv),
        cmocka_unit_test(random_is_the_same_each_time_and_says_its_seed),
        cmocka_unit_test(files_are_read_up_to_a_mebibyte),
        cmocka_unit_test(only_texts_in_regular_files_are_read),
        cmocka_unit_test(a_huge_directory_is_not_listed),
        cmocka_unit_test(nothing_runs_away),
        cmocka_unit_test(regular_expressions_are_python_s_not_pcre_s),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
