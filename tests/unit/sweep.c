/* The sweep through the store, against a store that behaves and several that do not. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include <cmocka.h>

#include "host/xen/sweep.h"

enum manner { PROPER, CRUMBS, FORBIDS, STRAYS, OVERFLOWS, REPEATS, LEAVES };

static char box[64], path[96];
static pid_t store;

static void say(int fd, enum manner manner, uint32_t type, uint32_t id, const char *body, size_t len)
{
    struct xsd_sockmsg head = { .type = type, .req_id = id, .len = (uint32_t)len };
    char text[512];

    memcpy(text, &head, sizeof(head));
    memcpy(text + sizeof(head), body, len);
    for (size_t at = 0, total = sizeof(head) + len; at < total;) {
        ssize_t n = write(fd, text + at, manner == CRUMBS ? 1 : total - at);

        if (n <= 0)
            _exit(1);
        at += (size_t)n;
    }
}

/* Paths ending in 7 are not there; the value of another is the path. */
static void answer(int fd, enum manner manner, const struct xsd_sockmsg *head, const char *asked)
{
    size_t len = strlen(asked);

    if (manner == LEAVES)
        _exit(0);
    if (manner == OVERFLOWS) {
        struct xsd_sockmsg big = { .type = head->type, .req_id = head->req_id, .len = XENSTORE_PAYLOAD_MAX + 1 };

        if (write(fd, &big, sizeof(big)) < 0)
            _exit(1);
    } else if (manner == FORBIDS) {
        say(fd, manner, XS_ERROR, head->req_id, "EACCES", 7);
    } else if (manner == STRAYS) {
        say(fd, manner, head->type, 100000, asked, len);
    } else if (head->type == XS_DIRECTORY) {
        say(fd, manner, XS_DIRECTORY, head->req_id, "0\0" "51712", 8);
    } else if (asked[len - 1] == '7') {
        say(fd, manner, XS_ERROR, head->req_id, "ENOENT", 7);
    } else {
        say(fd, manner, XS_READ, head->req_id, asked, len);
        if (manner == REPEATS)
            say(fd, manner, XS_READ, head->req_id, asked, len);
    }
}

static bool read_all(int fd, void *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = read(fd, (char *)data + at, len - at);

        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* One question of each connection in turn, as the real one. */
static void serve(int listener, enum manner manner)
{
    struct pollfd fds[33] = { { .fd = listener, .events = POLLIN } };
    nfds_t count = 1;

    for (;;) {
        poll(fds, count, -1);
        if (fds[0].revents && count < 33)
            fds[count++] = (struct pollfd){ .fd = accept(listener, NULL, NULL), .events = POLLIN };
        for (nfds_t i = 1; i < count; i++) {
            struct xsd_sockmsg head;
            char asked[256];

            if (!fds[i].revents)
                continue;
            if (read_all(fds[i].fd, &head, sizeof(head)) && head.len < sizeof(asked) && read_all(fds[i].fd, asked, head.len))
                answer(fds[i].fd, manner, &head, asked);
            else
                fds[i].fd = -1;
        }
    }
}

static void start_store(enum manner manner)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(addr.sun_path, path);
    unlink(path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
    assert_int_equal(listen(fd, 32), 0);
    store = fork();
    if (store == 0) {
        signal(SIGPIPE, SIG_DFL);
        serve(fd, manner);
    }
    close(fd);
}

static void stop_store(void)
{
    kill(store, SIGKILL);
    waitpid(store, NULL, 0);
}

static xen_asks *many(size_t count)
{
    xen_asks *asks = xen_asks_new();

    for (size_t i = 0; i < count; i++)
        assert_int_equal(xen_asks_add(asks, false, "/local/domain/%zu", i), i);
    return asks;
}

static void expect_values(enum manner manner, size_t count)
{
    XM_AUTO(xen_asks) *asks = many(count);

    start_store(manner);
    assert_int_equal(xen_sweep_socket(path, asks, 0, NULL), 0);
    stop_store();
    for (size_t i = 0; i < count; i++) {
        const struct xen_ask *ask = &asks->items[i];

        if (i % 10 == 7)
            assert_null(ask->text);
        else
            assert_string_equal(ask->text, ask->path);
    }
}

static void every_question_gets_its_own_answer(void **state)
{
    (void)state;
    expect_values(PROPER, 1);
    expect_values(PROPER, 1000);
}

static void answers_may_come_in_crumbs(void **state)
{
    (void)state;
    expect_values(CRUMBS, 40);
}

static void later_questions_leave_earlier_answers(void **state)
{
    XM_AUTO(xen_asks) *asks = many(3);
    size_t list;

    (void)state;
    start_store(PROPER);
    assert_int_equal(xen_sweep_socket(path, asks, 0, NULL), 0);
    list = xen_asks_add(asks, true, "/libxl/1/device/vbd");
    assert_int_equal(xen_sweep_socket(path, asks, list, NULL), 0);
    stop_store();
    assert_string_equal(asks->items[1].text, "/local/domain/1");
    assert_true(xen_ask_has(&asks->items[list], "51712"));
    assert_true(xen_ask_has(&asks->items[list], "0"));
    assert_false(xen_ask_has(&asks->items[list], "5171"));
    assert_false(xen_ask_has(&asks->items[list], ""));
}

static void expect_failure(enum manner manner, enum xm_code code)
{
    XM_AUTO(xen_asks) *asks = many(100);
    xm_error *err = NULL;

    start_store(manner);
    assert_int_equal(xen_sweep_socket(path, asks, 0, &err), -1);
    stop_store();
    assert_int_equal(err->code, code);
    xm_error_free(err);
}

static void a_store_that_refuses_is_an_error_and_no_absence(void **state)
{
    (void)state;
    expect_failure(FORBIDS, XM_HOST);
}

static void a_store_that_talks_nonsense_is_not_believed(void **state)
{
    (void)state;
    expect_failure(STRAYS, XM_HOST);
    expect_failure(OVERFLOWS, XM_HOST);
    expect_failure(REPEATS, XM_HOST);
}

static void a_store_that_leaves_is_an_error(void **state)
{
    XM_AUTO(xen_asks) *asks = many(100);
    xm_error *err = NULL;

    (void)state;
    start_store(LEAVES);
    assert_int_equal(xen_sweep_socket(path, asks, 0, &err), -1);
    assert_non_null(err);
    xm_error_clear(&err);
    stop_store();
    unlink(path);
    assert_int_equal(xen_sweep_socket(path, asks, 0, &err), -1);
    assert_non_null(err);
    xm_error_free(err);
}

static int make_box(void **state)
{
    (void)state;
    strcpy(box, "/tmp/xm-sweep-XXXXXX");
    if (mkdtemp(box) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/socket", box);
    return 0;
}

static int drop_box(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_gets_its_own_answer),
        cmocka_unit_test(answers_may_come_in_crumbs),
        cmocka_unit_test(later_questions_leave_earlier_answers),
        cmocka_unit_test(a_store_that_refuses_is_an_error_and_no_absence),
        cmocka_unit_test(a_store_that_talks_nonsense_is_not_believed),
        cmocka_unit_test(a_store_that_leaves_is_an_error),
    };

    return cmocka_run_group_tests_name("sweep", tests, make_box, drop_box);
}
