// What the functions of congestion control say of themselves.
#pragma once

namespace easterly::bind {

#define EASTERLY_RAISES "\n\nRaises\n------\nValueError\n    Shapes or numbers that do not fit."
#define EASTERLY_STEPS                                                                                               \
    "first : float64 array\n    State at time 0, and before.\nstep : float\n    Seconds; no delay is shorter.\n"     \
    "steps, every : int\n    Steps; every which state is put down.\n\nReturns\n-------\n(M, states) float64\n    "   \
    "Rows of states, the first one included." EASTERLY_RAISES

inline constexpr const char* kTurn =
    "Sine and cosine of angles in radians, with the same bits on every machine.\n\n"
    "Parameters\n----------\nx : (N,) float64\n\nReturns\n-------\ntuple of (N,) float64" EASTERLY_RAISES;
inline constexpr const char* kAngle =
    "Angle of the points (x, y), in (-pi, pi], with the same bits on every machine.\n\n"
    "Parameters\n----------\ny, x : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kLambert =
    "Roots of w e^w = z by branch (Corless et al. 1996).\n\n"
    "Parameters\n----------\nre, im : (N,) float64\nbranch : (N,) int64\n\n"
    "Returns\n-------\ntuple of (N,) float64\n    Real and imaginary parts." EASTERLY_RAISES;
inline constexpr const char* kResponse =
    "Response of x' = now x + past x(t - delay) + into u, seen as out x(t - delay), to e^(s t).\n\n"
    "Parameters\n----------\nnow, past : (N, N) float64\ninto, out : (N,) float64\ndelay : float\nre, im : (M,) float64\n"
    "    Of s.\n\nReturns\n-------\ntuple of (M,) float64\n    Real and imaginary parts." EASTERLY_RAISES;
inline constexpr const char* kDeterminant =
    "Determinant of s - now - past e^(-s delay).\n\n"
    "Parameters\n----------\nnow, past : (N, N) float64\ndelay : float\nre, im : (M,) float64\n    Of s.\n\n"
    "Returns\n-------\ntuple of (M,) float64\n    Real and imaginary parts." EASTERLY_RAISES;
inline constexpr const char* kReno =
    "TCP Reno at a port with queue management, as a fluid (Misra, Gong and Towsley 2000).\n\n"
    "Parameters\n----------\nflows, rate, path : float\n    Packets and seconds.\n"
    "gain, start, smooth, integral, target : float\n    Marks: gain (smoothed queue - start) + integral.\n" EASTERLY_STEPS;
inline constexpr const char* kDctcp =
    "DCTCP at a port, as a fluid (Alizadeh, Javanmard and Prabhakar 2011).\n\n"
    "Parameters\n----------\nflows, rate, path, gain, threshold : float\n" EASTERLY_STEPS;
inline constexpr const char* kDcqcn =
    "DCQCN at a port, as a fluid, by groups of equal flows (Zhu et al. 2015).\n\n"
    "Parameters\n----------\nnumbers : (12,) float64\n    Rate, delay, Kmin, Kmax, Pmax, g, tau, tau', T, B, F, R_AI.\n"
    "flows : (G,) float64\n" EASTERLY_STEPS;
inline constexpr const char* kPrimal =
    "Kelly's primal control on a network (Kelly, Maulloo and Tan 1998).\n\n"
    "Parameters\n----------\nroutes : (L, F) float64\ncapacity : (L,) float64\nweight, delay, gain : (F,) float64\n"
    "alpha, steep : float\n" EASTERLY_STEPS;
inline constexpr const char* kDual =
    "Kelly's dual control on a network (Low and Lapsley 1999): states are prices.\n\n"
    "Parameters\n----------\nroutes : (L, F) float64\ncapacity : (L,) float64\nweight, delay : (F,) float64\n"
    "alpha, gain, most : float\n" EASTERLY_STEPS;

#undef EASTERLY_STEPS
#undef EASTERLY_RAISES

}  // namespace easterly::bind
