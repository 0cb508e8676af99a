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

constexpr const char* kHull = R"(Vertices of the least concave curve above what arrives within any stretch of time.

Each is a burst: so many bytes came within some stretch of that length, both ends included. One pass over the arrivals
for each vertex and each side: the burst that lies furthest beyond a line is what a bucket of its rate would hold.

Parameters
----------
at : (N,) int64 [tick]
    Times that never fall, from 0 on.
size : (N,) int64 [B]

Returns
-------
length : (H,) int64 [tick]
bytes : (H,) int64 [B]
    Both rise; the last holds all.

Raises
------
ValueError
    Times that fall or are below 0, sizes below 0, sums from 2^62 on.)";

constexpr const char* kMostWithin = R"(The most bytes that arrive within any stretch of time shorter than each window.

Parameters
----------
at : (N,) int64 [tick]
    Times that never fall, from 0 on.
size : (N,) int64 [B]
window : (W,) int64 [tick]

Returns
-------
bytes : (W,) int64 [B]

Raises
------
ValueError
    Times that fall or are below 0, sizes below 0, sums from 2^62 on.)";

}  // namespace easterly::bind
