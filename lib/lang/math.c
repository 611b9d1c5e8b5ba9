/* math. What has no result, or one beyond all numbers, is an error, as in Python. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"

static int number(const struct call *call, size_t index, double *ret_number)
{
    struct val v = call->args[index];

    if (!val_is_number(v))
        return lang_raise(call->lang, call->place, "TypeError", "a number is wanted here, not %s", val_type_name(v));
    *ret_number = val_as_float(v);
    return 0;
}

/* A result f of arguments a and b. */
static int give(const struct call *call, double f, double a, double b, struct val *ret_value)
{
    if (isnan(f) && !isnan(a) && !isnan(b))
        return lang_raise(call->lang, call->place, "ValueError", "math domain error");
    if (isinf(f) && isfinite(a) && isfinite(b))
        return lang_raise(call->lang, call->place, "OverflowError", "math range error");
    *ret_value = val_float(f);
    return 0;
}

static int apply(const struct call *call, double (*function)(double), struct val *ret_value)
{
    double f;

    return number(call, 0, &f) < 0 ? -1 : give(call, function(f), f, f, ret_value);
}

static int apply_two(const struct call *call, double (*function)(double, double), struct val *ret_value)
{
    double a, b;

    if (number(call, 0, &a) < 0 || number(call, 1, &b) < 0)
        return -1;
    return give(call, function(a, b), a, b, ret_value);
}

static int run_sqrt(const struct call *call, struct val *ret_value)
{
    return apply(call, sqrt, ret_value);
}

static int run_exp(const struct call *call, struct val *ret_value)
{
    return apply(call, exp, ret_value);
}

static int run_sin(const struct call *call, struct val *ret_value)
{
    return apply(call, sin, ret_value);
}

static int run_cos(const struct call *call, struct val *ret_value)
{
    return apply(call, cos, ret_value);
}

static int run_tan(const struct call *call, struct val *ret_value)
{
    return apply(call, tan, ret_value);
}

static int run_fabs(const struct call *call, struct val *ret_value)
{
    return apply(call, fabs, ret_value);
}

static int run_pow(const struct call *call, struct val *ret_value)
{
    double a, b;

    if (number(call, 0, &a) < 0 || number(call, 1, &b) < 0)
        return -1;
    if (a == 0 && b < 0)
        return lang_raise(call->lang, call->place, "ValueError", "math domain error");
    return give(call, pow(a, b), a, b, ret_value);
}

static int run_hypot(const struct call *call, struct val *ret_value)
{
    return apply_two(call, hypot, ret_value);
}

static int run_fmod(const struct call *call, struct val *ret_value)
{
    return apply_two(call, fmod, ret_value);
}

/* The logarithm of 0 is an error of the domain, not of the range. */
static int logarithm(const struct call *call, double (*function)(double), struct val *ret_value)
{
    double f;

    if (number(call, 0, &f) < 0)
        return -1;
    if (f <= 0)
        return lang_raise(call->lang, call->place, "ValueError", "math domain error");
    return give(call, function(f), f, f, ret_value);
}

static int run_log2(const struct call *call, struct val *ret_value)
{
    return logarithm(call, log2, ret_value);
}

static int run_log10(const struct call *call, struct val *ret_value)
{
    return logarithm(call, log10, ret_value);
}

static int run_log(const struct call *call, struct val *ret_value)
{
    double base;

    if (logarithm(call, log, ret_value) < 0)
        return -1;
    if (call->count < 2)
        return 0;
    if (number(call, 1, &base) < 0)
        return -1;
    if (base <= 0)
        return lang_raise(call->lang, call->place, "ValueError", "math domain error");
    if (base == 1)
        return lang_raise(call->lang, call->place, "ZeroDivisionError", "division by zero");
    return give(call, ret_value->f / log(base), base, base, ret_value);
}

/* Python 3 makes ints of these three; Python 2 has floats, but of trunc(). */
static int rounded(const struct call *call, double (*function)(double), bool as_float, struct val *ret_value)
{
    double f;

    if (number(call, 0, &f) < 0)
        return -1;
    if (as_float) {
        *ret_value = val_float(function(f));
        return 0;
    }
    if (call->args[0].type != V_FLOAT) {
        *ret_value = val_int(call->args[0].i);
        return 0;
    }
    if (isnan(f))
        return lang_raise(call->lang, call->place, "ValueError", "cannot convert float NaN to integer");
    if (!(fabs(f) < 9.2e18))
        return lang_raise(call->lang, call->place, "OverflowError", "the number does not fit into 64 bits");
    *ret_value = val_int((int64_t)function(f));
    return 0;
}

static int run_ceil(const struct call *call, struct val *ret_value)
{
    return rounded(call, ceil, call->lang->python2, ret_value);
}

static int run_floor(const struct call *call, struct val *ret_value)
{
    return rounded(call, floor, call->lang->python2, ret_value);
}

static int run_trunc(const struct call *call, struct val *ret_value)
{
    return rounded(call, trunc, false, ret_value);
}

static int run_gcd(const struct call *call, struct val *ret_value)
{
    uint64_t result = 0;

    for (size_t i = 0; i < call->count; i++) {
        uint64_t b;

        if (call_want(call, i, V_INT) < 0)
            return -1;
        b = call->args[i].i < 0 ? 0 - (uint64_t)call->args[i].i : (uint64_t)call->args[i].i;
        while (b != 0) {
            uint64_t rest = result % b;

            result = b;
            b = rest;
        }
    }
    if (result > INT64_MAX)
        return lang_raise(call->lang, call->place, "OverflowError", "the result does not fit into 64 bits");
    *ret_value = val_int((int64_t)result);
    return 0;
}

static int run_isnan(const struct call *call, struct val *ret_value)
{
    double f;

    if (number(call, 0, &f) < 0)
        return -1;
    *ret_value = val_bool(isnan(f));
    return 0;
}

static int run_isinf(const struct call *call, struct val *ret_value)
{
    double f;

    if (number(call, 0, &f) < 0)
        return -1;
    *ret_value = val_bool(isinf(f));
    return 0;
}

static int tolerance(const struct call *call, const char *name, double otherwise, double *ret_number)
{
    const struct val *v = call_named(call, name);

    *ret_number = v != NULL && val_is_number(*v) ? val_as_float(*v) : otherwise;
    if ((v != NULL && !val_is_number(*v)) || *ret_number < 0)
        return lang_raise(call->lang, call->place, "ValueError", "tolerances must be non-negative");
    return 0;
}

static int run_isclose(const struct call *call, struct val *ret_value)
{
    double a, b, relative, absolute, larger;

    if (number(call, 0, &a) < 0 || number(call, 1, &b) < 0 || tolerance(call, "rel_tol", 1e-9, &relative) < 0
        || tolerance(call, "abs_tol", 0, &absolute) < 0)
        return -1;
    larger = fmax(fabs(a), fabs(b));
    *ret_value = val_bool(a == b || (!isinf(a) && !isinf(b) && fabs(a - b) <= fmax(relative * larger, absolute)));
    return 0;
}

const struct builtin math_functions[] = {
    { "ceil", 1, 1, NULL, run_ceil },
    { "cos", 1, 1, NULL, run_cos },
    { "exp", 1, 1, NULL, run_exp },
    { "fabs", 1, 1, NULL, run_fabs },
    { "floor", 1, 1, NULL, run_floor },
    { "fmod", 2, 2, NULL, run_fmod },
    { "gcd", 0, 255, NULL, run_gcd },
    { "hypot", 2, 2, NULL, run_hypot },
    { "isclose", 2, 2, "rel_tol abs_tol", run_isclose },
    { "isinf", 1, 1, NULL, run_isinf },
    { "isnan", 1, 1, NULL, run_isnan },
    { "log", 1, 2, NULL, run_log },
    { "log10", 1, 1, NULL, run_log10 },
    { "log2", 1, 1, NULL, run_log2 },
    { "pow", 2, 2, NULL, run_pow },
    { "sin", 1, 1, NULL, run_sin },
    { "sqrt", 1, 1, NULL, run_sqrt },
    { "tan", 1, 1, NULL, run_tan },
    { "trunc", 1, 1, NULL, run_trunc },
    { NULL, 0, 0, NULL, NULL },
};

int math_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const struct { const char *name; double value; } members[] = {
        { "pi", 3.14159265358979323846 }, { "e", 2.71828182845904523536 }, { "inf", INFINITY }, { "nan", NAN },
    };

    (void)lang, (void)place;
    for (size_t i = 0; i < XM_COUNT(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            *ret_value = val_float(members[i].value);
            return 0;
        }
    }
    return 1;
}
