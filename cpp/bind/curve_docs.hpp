// What exact curves say about themselves.
#pragma once

namespace easterly::bind {

constexpr const char* kExact = R"(A function of t >= 0 over the rationals, piecewise linear, that repeats in the end.

f(t + d) = f(t) + c for all t > T (Bouillard & Thierry 2008, Discrete Event Dynamic Systems 18:3). Values may be
infinite; behind T all are finite, or all +inf, or all -inf. Immutable; kept in one form: least T, shortest d (1 where
the end is a line or infinite), no break where nothing changes. Numbers have 64 bits where that suffices for a whole
computation, any length where not: results are exact.

Methods take and give rationals as two whole numbers each, numerator and denominator; a denominator of 0 is an infinity
with the sign of the numerator.

Parameters
----------
numbers : sequence of int
    Pieces from 0 on, eight numbers each: x, the value at x, the limit behind x, and the slope from there to the next
    piece. The last is the point at T + d; nothing is read behind it. Then T, d and c.

Raises
------
ValueError
    Numbers that are no such function, or longer than 4,096 bits; in methods, results that are not defined, or have
    more than 4,194,304 pieces, or take more than 2^28 pairs of pieces.)";

}  // namespace easterly::bind
