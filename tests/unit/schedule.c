/* schedule: what guests say of their host's coming up and going down, and the order of many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "bind/config.h"
#include "guest/schedule.h"

static xm_doc *parse(const char *text)
{
    xm_doc *doc = NULL;

    assert_int_equal(xm_config_parse(XM_DIALECT_XM, "web", text, strlen(text), &doc, NULL), 0);
    return doc;
}

static void read_fails(const char *text, const char *part)
{
    XM_AUTO(xm_doc) *doc = parse(text);
    struct xm_schedule says;
    xm_autofree char *why = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_schedule_read(doc, &says, &err), -1);
    why = xm_error_text(err);
    xm_error_free(err);
    if (strstr(why, part) == NULL)
        fail_msg("%s: %s", text, why);
}

static void what_is_not_said_has_a_default(void **state)
{
    XM_AUTO(xm_doc) *doc = parse("name = 'web'\n");
    struct xm_schedule says;

    (void)state;
    assert_int_equal(xm_schedule_read(doc, &says, NULL), 0);
    assert_false(says.start || says.says_stop);
    assert_int_equal(says.stop, XM_STOP_IGNORE);
    assert_int_equal(says.order, 100);
    assert_int_equal(says.delay, 0);
    assert_null(says.after);
}

static void all_that_is_said_is_read(void **state)
{
    XM_AUTO(xm_doc) *doc = parse("on_xend_start = 'start'\non_xend_stop = 'suspend'\nxm_start_order = '7'\n"
                                 "xm_start_delay = 30\nxm_start_after = ['db', 'dns']\n");
    XM_AUTO(xm_doc) *one = parse("on_xend_stop = 'destroy'\nxm_start_after = 'db'\n");
    struct xm_schedule says;

    (void)state;
    assert_int_equal(xm_schedule_read(doc, &says, NULL), 0);
    assert_true(says.start && says.says_stop);
    assert_int_equal(says.stop, XM_STOP_SUSPEND);
    assert_int_equal(says.order, 7);
    assert_int_equal(says.delay, 30);
    assert_string_equal(says.after[0], "db");
    assert_string_equal(says.after[1], "dns");
    assert_null(says.after[2]);
    xm_schedule_clear(&says);
    assert_int_equal(xm_schedule_read(one, &says, NULL), 0);
    assert_int_equal(says.stop, XM_STOP_DESTROY);
    assert_string_equal(says.after[0], "db");
    assert_null(says.after[1]);
    xm_schedule_clear(&says);
}

static void a_wrong_value_is_named(void **state)
{
    xm_autobuf many = XM_BUF_INIT;

    (void)state;
    read_fails("on_xend_start = 'yes'\n", "on_xend_start: is none of its words");
    read_fails("on_xend_stop = 3\n", "on_xend_stop: is none of its words");
    read_fails("xm_start_order = -1\n", "xm_start_order: must be a number from 0 to 9999");
    read_fails("xm_start_order = '5x'\n", "xm_start_order: must be a number");
    read_fails("xm_start_delay = 3601\n", "xm_start_delay: must be a number from 0 to 3600");
    read_fails("xm_start_delay = 9223372036854775807\n", "xm_start_delay: must be a number");
    read_fails("xm_start_after = 5\n", "xm_start_after: must be a guest's name");
    read_fails("xm_start_after = ['a', '']\n", "xm_start_after[1]: must be a guest's name");
    xm_buf_puts(&many, "xm_start_after = [");
    for (int i = 0; i < 65; i++)
        xm_buf_puts(&many, "'a',");
    xm_buf_puts(&many, "]\n");
    read_fails(many.data, "names more than 64 guests");
}

/* --- order --- */

static void add_circle(void *arg, const char *text)
{
    xm_buf_printf(arg, "[%s]", text);
}

#define AFTER(...) ((char *const[]){ __VA_ARGS__, NULL })

/* "a b(a) c(a,b)[circle]" */
static char *sorted(struct xm_turn *turns, size_t count)
{
    xm_autobuf out = XM_BUF_INIT, circles = XM_BUF_INIT;

    xm_turns_sort(turns, count, add_circle, &circles);
    for (size_t i = 0; i < count; i++) {
        xm_buf_printf(&out, "%s%s", i ? " " : "", turns[i].name);
        for (size_t j = 0; j < turns[i].need_count; j++)
            xm_buf_printf(&out, "%s%s", j ? "," : "(", turns[turns[i].needs[j]].name);
        xm_buf_puts(&out, turns[i].need_count ? ")" : "");
    }
    if (circles.len > 0)
        xm_buf_puts(&out, circles.data);
    xm_turns_clear(turns, count);
    return xm_buf_take(&out);
}

#define expect_order(text, ...)                                                         \
    do {                                                                                \
        struct xm_turn turns[] = { __VA_ARGS__ };                                       \
        xm_autofree char *is = sorted(turns, XM_COUNT(turns));                          \
        assert_string_equal(is, text);                                                  \
    } while (0)

static void turns_go_by_order_then_name(void **state)
{
    (void)state;
    expect_order("z b c a", { .name = "c", .order = 100 }, { .name = "a", .order = 101 }, { .name = "z", .order = 0 },
                 { .name = "b", .order = 100 });
}

static void needs_are_found_by_name(void **state)
{
    (void)state;
    expect_order("a(c) b(a,c) c", { .name = "c" }, { .name = "b", .after = AFTER("a", "c", "nobody") },
                 { .name = "a", .after = AFTER("c") });
}

static void a_circle_is_told_and_opened(void **state)
{
    (void)state;
    expect_order("a[a after a]", { .name = "a", .after = AFTER("a") });
    expect_order("a(b) b(c) c[a after b after c after a]", { .name = "a", .after = AFTER("b") },
                 { .name = "b", .after = AFTER("c") }, { .name = "c", .after = AFTER("a") });
    /* whoever waits for one of a circle still does */
    expect_order("a(b) b x(b)[a after b after a]", { .name = "a", .after = AFTER("b") },
                 { .name = "b", .after = AFTER("a") }, { .name = "x", .after = AFTER("b") });
}

static void a_long_chain_is_no_trouble(void **state)
{
    enum { N = 20000 };
    struct xm_turn *turns = xm_new0(struct xm_turn, N);
    char (*names)[8] = xm_alloc0(N, 8), *(*after)[2] = xm_alloc0(N, sizeof(*after));

    (void)state;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof(names[i]), "g%05u", (unsigned)i % 100000);
        after[i][0] = i + 1 < N ? names[i + 1] : NULL;
        turns[i] = (struct xm_turn){ .name = names[i], .after = after[i] };
    }
    xm_turns_sort(turns, N, NULL, NULL);
    for (int i = 0; i + 1 < N; i++)
        assert_true(turns[i].need_count == 1 && turns[i].needs[0] == (size_t)i + 1);
    xm_turns_clear(turns, N);
    free(turns);
    free(names);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_a_default),
        cmocka_unit_test(all_that_is_said_is_read),
        cmocka_unit_test(a_wrong_value_is_named),
        cmocka_unit_test(turns_go_by_order_then_name),
        cmocka_unit_test(needs_are_found_by_name),
        cmocka_unit_test(a_circle_is_told_and_opened),
        cmocka_unit_test(a_long_chain_is_no_trouble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
