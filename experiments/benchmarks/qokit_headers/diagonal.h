/* Declarations for QOKit's C simulator, whose package holds the sources without headers. */
#pragma once
#include <stddef.h>
void apply_diagonal(double *sv_real, double *sv_imag, double theta, double *const diag, size_t n);
