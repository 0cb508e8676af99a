// Elementary functions that give the same bits on every machine: plain additions, multiplications, divisions.
#pragma once

namespace easterly::maths {

double exp(double x);
double log(double x);
double pow(double x, double y);

}  // namespace easterly::maths
