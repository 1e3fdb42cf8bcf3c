/* out = tanh(x * w), w along the last axis: in float64 and in float32. */
#include <math.h>

#define KERNEL(NAME, REAL, TANH)                                                                        \
  void NAME(const REAL *x, const REAL *w, REAL *out, int n, int d) {                                    \
    for (int i = 0; i < n * d; i++) out[i] = TANH(x[i] * w[i % d]);                                     \
  }                                                                                                     \
  void NAME##_back(const REAL *g, const REAL *x, const REAL *w, REAL *dx, REAL *dw, int n, int d) {      \
    for (int j = 0; j < d; j++) dw[j] = 0;                                                              \
    for (int i = 0; i < n * d; i++) {                                                                   \
      REAL t = TANH(x[i] * w[i % d]), s = g[i] * (1 - t * t);                                           \
      dx[i] = s * w[i % d];                                                                             \
      dw[i % d] += s * x[i];                                                                            \
    }                                                                                                   \
  }

KERNEL(bend64, double, tanh)
KERNEL(bend32, float, tanhf)

void ramp(const double *x, double *out, int n) {
  for (int i = 0; i < n; i++) out[i] = x[i] > 0 ? x[i] : 0;
}

void ramp_back(const double *g, const double *x, double *dx, int n) {
  for (int i = 0; i < n; i++) dx[i] = x[i] > 0 ? g[i] : 0;
}
